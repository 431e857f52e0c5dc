#include "base/config.h"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <charconv>
#include <fstream>
#include <optional>

namespace headwater::base {

namespace {

std::string_view trim(std::string_view text) {
  const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The same, with a unit if `bytes`: "64MiB".
std::optional<std::int64_t> parse_number(std::string_view text, bool bytes) {
  constexpr std::pair<std::string_view, int> kUnits[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
  int shift = 0;
  for (const auto& unit : kUnits) {
    if (!bytes || !text.ends_with(unit.first)) continue;
    shift = unit.second;
    text = trim(text.substr(0, text.size() - unit.first.size()));
    break;
  }
  const auto number = parse_integer(text);
  if (!number || *number > (INT64_MAX >> shift) || (shift != 0 && *number < 0)) return std::nullopt;
  return *number << shift;
}

bool is_bytes(std::string_view key) { return key.ends_with("_bytes"); }

std::vector<std::string> split(std::string_view rest) {
  std::vector<std::string> out;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = trim(rest.substr(0, comma));
    if (!item.empty()) out.emplace_back(item);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return out;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  return std::nullopt;
}

bool is_valid(const Setting& setting, std::string_view value) {
  switch (setting.type) {
    case Setting::Type::kText:
    case Setting::Type::kList: return value.find('\0') == std::string_view::npos;
    case Setting::Type::kBoolean: return parse_boolean(value).has_value();
    case Setting::Type::kChoice: return std::ranges::count(split(setting.choices), value) != 0;
    case Setting::Type::kInteger: break;
  }
  const auto number = parse_number(value, is_bytes(setting.key));
  return number && *number >= setting.min && *number <= setting.max;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t same = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above + 1, row[j - 1] + 1, same});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// The text of a line without a comment that stands outside quotes.
std::string_view without_comment(std::string_view line) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] == '#' && !quoted) return line.substr(0, i);
  }
  return line;
}

}  // namespace

std::string allowed_values(const Setting& setting) {
  switch (setting.type) {
    case Setting::Type::kText: return "any text";
    case Setting::Type::kList: return "comma-separated";
    case Setting::Type::kBoolean: return "true or false";
    case Setting::Type::kChoice: return "one of " + std::string(setting.choices);
    case Setting::Type::kInteger: break;
  }
  return std::to_string(setting.min) + " to " + std::to_string(setting.max);
}

std::string environment_name(std::string_view key) {
  std::string out = "HEADWATER_";
  for (const char c : key) {
    out.push_back(c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  }
  return out;
}

std::string flag_name(std::string_view key) {
  std::string out = "--" + std::string(key);
  std::ranges::replace(out, '_', '-');
  return out;
}

Config::Config(std::span<const Setting> settings) : settings_(settings) {
  for (const Setting& setting : settings) {
    assert(is_valid(setting, setting.default_value));
    values_.emplace(setting.key, Value{std::string(setting.default_value), "default"});
  }
}

const Setting* Config::find(std::string_view key) const {
  const auto at = std::ranges::find(settings_, key, &Setting::key);
  return at == settings_.end() ? nullptr : &*at;
}

std::string Config::suggestion(std::string_view key) const {
  const Setting* best = nullptr;
  std::size_t best_distance = std::min<std::size_t>(6, key.size() / 2 + 1);
  for (const Setting& setting : settings_) {
    const std::string_view last_part = setting.key.substr(setting.key.find('.') + 1);
    const std::size_t distance =
        std::min(edit_distance(key, setting.key), edit_distance(key, last_part));
    if (distance < best_distance) {
      best = &setting;
      best_distance = distance;
    }
  }
  if (best == nullptr) return " docs/config.md lists the settings.";
  return " Did you mean " + std::string(best->key) + "?";
}

Result<void> Config::set(std::string_view key, std::string_view value, std::string_view source) {
  const Setting* const setting = find(key);
  if (setting == nullptr) {
    return make_error(ErrorCode::kInvalidConfig, "There is no setting " + std::string(key) + " (" +
                                                     std::string(source) + ")." + suggestion(key));
  }
  if (!is_valid(*setting, value)) {
    return make_error(ErrorCode::kInvalidConfig,
                      std::string(key) + " must be " + allowed_values(*setting) + ", not \"" +
                          std::string(value) + "\" (" + std::string(source) + ").");
  }
  values_.insert_or_assign(std::string(key), Value{std::string(value), std::string(source)});
  return {};
}

Result<void> Config::load_file(const std::string& path) {
  std::ifstream in(path);
  if (!in) {
    return make_error(ErrorCode::kInvalidConfig,
                      "The configuration file " + path + " cannot be read.");
  }
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const std::string_view text = trim(without_comment(line));
    if (text.empty()) continue;
    const std::string source = "file " + path + " line " + std::to_string(number);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
      return make_error(ErrorCode::kInvalidConfig, "A line must be key = value (" + source + ").");
    }
    std::string_view value = trim(text.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    HW_CHECK_OK(set(trim(text.substr(0, equals)), value, source));
  }
  if (in.bad()) {
    return make_error(ErrorCode::kInvalidConfig,
                      "The configuration file " + path + " cannot be read to its end.");
  }
  return {};
}

// A misspelt name must not be ignored; a foreign one must not stop the server.
Result<void> Config::refuse_if_ours(std::string_view name) const {
  for (const Setting& setting : settings_) {
    const std::string group(setting.key.substr(0, setting.key.find('.') + 1));
    const std::string prefix = environment_name(group);
    if (!name.starts_with(prefix)) continue;
    std::string key = group + std::string(name.substr(prefix.size()));
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return std::tolower(c); });
    return make_error(ErrorCode::kInvalidConfig, "There is no setting " + key + " (environment " +
                                                     std::string(name) + ")." + suggestion(key));
  }
  return {};
}

Result<void> Config::load_environment(const char* const* environment) {
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || !entry.starts_with("HEADWATER_")) continue;
    const std::string_view name = entry.substr(0, equals);
    const auto at = std::ranges::find_if(
        settings_, [&](const Setting& setting) { return environment_name(setting.key) == name; });
    if (at == settings_.end()) {
      HW_CHECK_OK(refuse_if_ours(name));
    } else {
      HW_CHECK_OK(set(at->key, entry.substr(equals + 1), "environment " + std::string(name)));
    }
  }
  return {};
}

const std::string& Config::source(std::string_view key) const {
  const auto at = values_.find(key);
  assert(at != values_.end());
  return at->second.source;
}

const std::string& Config::text(std::string_view key) const {
  const auto at = values_.find(key);
  assert(at != values_.end());
  return at->second.text;
}

std::int64_t Config::integer(std::string_view key) const {
  return parse_number(text(key), is_bytes(key)).value_or(0);
}

bool Config::boolean(std::string_view key) const {
  return parse_boolean(text(key)).value_or(false);
}

std::vector<std::string> Config::list(std::string_view key) const { return split(text(key)); }

}  // namespace headwater::base
