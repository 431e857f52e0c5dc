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

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  return std::nullopt;
}

// What is wrong with the value; empty: nothing.
std::string fault(const Setting& setting, std::string_view value) {
  if (setting.type == Setting::Type::kBoolean && !parse_boolean(value)) {
    return "must be true or false";
  }
  if (setting.type != Setting::Type::kInteger) return {};
  const auto number = parse_integer(value);
  if (number && *number >= setting.min && *number <= setting.max) return {};
  return "must be a whole number from " + std::to_string(setting.min) + " to " +
         std::to_string(setting.max);
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
    assert(fault(setting, setting.default_value).empty());
    values_.emplace(setting.key, setting.default_value);
  }
}

const Setting* Config::find(std::string_view key) const {
  const auto at = std::ranges::find(settings_, key, &Setting::key);
  return at == settings_.end() ? nullptr : &*at;
}

std::string Config::suggestion(std::string_view key) const {
  const Setting* best = nullptr;
  std::size_t best_distance = 6;
  for (const Setting& setting : settings_) {
    const std::size_t distance = edit_distance(key, setting.key);
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
  const std::string wrong = fault(*setting, value);
  if (!wrong.empty()) {
    return make_error(ErrorCode::kInvalidConfig, std::string(key) + " " + wrong + ", not \"" +
                                                     std::string(value) + "\" (" +
                                                     std::string(source) + ").");
  }
  values_.insert_or_assign(std::string(key), std::string(value));
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
  return {};
}

Result<void> Config::load_environment(const char* const* environment) {
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = entry.substr(0, equals);
    for (const Setting& setting : settings_) {
      if (environment_name(setting.key) != name) continue;
      HW_CHECK_OK(set(setting.key, entry.substr(equals + 1), "environment " + std::string(name)));
    }
  }
  return {};
}

const std::string& Config::text(std::string_view key) const {
  const auto at = values_.find(key);
  assert(at != values_.end());
  return at->second;
}

std::int64_t Config::integer(std::string_view key) const {
  return parse_integer(text(key)).value_or(0);
}

bool Config::boolean(std::string_view key) const {
  return parse_boolean(text(key)).value_or(false);
}

std::vector<std::string> Config::list(std::string_view key) const {
  std::vector<std::string> out;
  std::string_view rest = text(key);
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = trim(rest.substr(0, comma));
    if (!item.empty()) out.emplace_back(item);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return out;
}

}  // namespace headwater::base
