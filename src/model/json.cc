#include "model/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace headwater::model {
namespace {

// NaN, Infinity and Inf, with a minus or without.
constexpr bool not_a_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.starts_with('N') || text.starts_with('I');
}

constexpr bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::size_t skip_string(std::string_view text, std::size_t at) {
  for (std::size_t from = at + 1; from < text.size();) {
    const std::size_t quote = text.find('"', from);
    if (quote == std::string_view::npos) break;
    std::size_t backslashes = 0;
    while (quote - backslashes > at + 1 && text[quote - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return quote + 1;
    from = quote + 1;
  }
  return text.size();
}

// 0: nothing to stop at; else a quote, an opening or a closing bracket.
enum Mark : char { kPlain = 0, kQuote = 1, kOpen = 2, kClose = 3 };
constexpr std::array<Mark, 256> make_marks() {
  std::array<Mark, 256> marks{};
  marks['"'] = kQuote;
  marks['{'] = marks['['] = kOpen;
  marks['}'] = marks[']'] = kClose;
  return marks;
}
constexpr std::array<Mark, 256> kMarks = make_marks();

std::size_t skip_scalar(std::string_view text, std::size_t at) {
  while (at < text.size() && !is_space(text[at]) && text[at] != ',' && text[at] != '}' &&
         text[at] != ']' && text[at] != ':') {
    ++at;
  }
  return at;
}

unsigned hex4(std::string_view text) {
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

void append_utf8(std::string& out, unsigned code) {
  const auto push = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    push(code);
  } else if (code < 0x800) {
    push(0xC0 | (code >> 6));
    push(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    push(0xE0 | (code >> 12));
    push(0x80 | ((code >> 6) & 0x3F));
    push(0x80 | (code & 0x3F));
  } else {
    push(0xF0 | (code >> 18));
    push(0x80 | ((code >> 12) & 0x3F));
    push(0x80 | ((code >> 6) & 0x3F));
    push(0x80 | (code & 0x3F));
  }
}

// text[at] is the 'u' of an escape; returns the position of its last character.
std::size_t append_unicode_escape(std::string& out, std::string_view text, std::size_t at) {
  unsigned code = hex4(text.substr(at + 1, 4));
  at += 4;
  if (code >= 0xD800 && code < 0xDC00 && at + 6 < text.size() && text[at + 1] == '\\') {
    const unsigned low = hex4(text.substr(at + 3, 4));
    if (low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      at += 6;
    }
  }
  if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
  append_utf8(out, code);
  return at;
}

}  // namespace

std::size_t json_skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

std::size_t json_skip_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  if (text[at] == '"') return skip_string(text, at);
  if (text[at] != '{' && text[at] != '[') return skip_scalar(text, at);
  std::size_t depth = 0;
  while (at < text.size()) {
    switch (kMarks[static_cast<unsigned char>(text[at])]) {
      case kPlain: ++at; break;
      case kQuote: at = skip_string(text, at); break;
      case kOpen:
        ++depth;
        ++at;
        break;
      case kClose:
        ++at;
        if (--depth == 0) return at;
        break;
    }
  }
  return text.size();
}

std::string json_decode_string(std::string_view literal) {
  if (literal.size() < 2) return {};
  const std::string_view body = literal.substr(1, literal.size() - 2);
  if (body.find('\\') == std::string_view::npos) return std::string(body);
  std::string out;
  out.reserve(body.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\' || i + 1 == body.size()) {
      out.push_back(body[i]);
      continue;
    }
    const char c = body[++i];
    switch (c) {
      case 'b': out.push_back('\b'); break;
      case 'f': out.push_back('\f'); break;
      case 'n': out.push_back('\n'); break;
      case 'r': out.push_back('\r'); break;
      case 't': out.push_back('\t'); break;
      case 'u': i = append_unicode_escape(out, body, i); break;
      default: out.push_back(c);
    }
  }
  return out;
}

std::string json_quote(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20) {
      out += "\\u00";
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

JsonValue::JsonValue(std::string_view text) {
  const std::size_t begin = json_skip_space(text, 0);
  std::size_t end = text.size();
  while (end > begin && is_space(text[end - 1])) --end;
  text_ = text.substr(begin, end - begin);
}

JsonValue::Type JsonValue::type() const {
  if (text_.empty()) return Type::kAbsent;
  switch (text_.front()) {
    case '{': return Type::kObject;
    case '[': return Type::kArray;
    case '"': return Type::kString;
    case 'n': return Type::kNull;
    case 't':
    case 'f': return Type::kBool;
    default: return Type::kNumber;
  }
}

JsonValue JsonValue::get(std::string_view name) const {
  JsonValue found;
  members([&](std::string_view key, JsonValue value) {
    if (key == name) found = value;
  });
  return found;
}

JsonDocument::JsonDocument(std::string_view text) {
  constexpr std::size_t kBytesPerEntry = 12;  // of usual events, names counted as well
  entries_.reserve(text.size() / kBytesPerEntry + 1);
  text_.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at = add_string(text, at);
    } else if (c == ',' || c == ':') {
      text_.push_back(c);
      ++at;
    } else if (c == '{' || c == '[') {
      open(c);
      ++at;
    } else if (c == '}' || c == ']') {
      close(c);
      ++at;
    } else if (is_space(c)) {
      ++at;
    } else {
      const std::size_t end = skip_scalar(text, at);
      add_scalar(text.substr(at, end - at));
      at = end;
    }
  }
}

// Returns where the string ends.
std::size_t JsonDocument::add_string(std::string_view from, std::size_t at) {
  JsonEntry& entry = entries_.emplace_back();
  std::size_t end = at + 1;
  while (end < from.size() && from[end] != '"') {
    if (from[end] == '\\') {
      entry.escaped = 1;
      ++end;
    }
    ++end;
  }
  end = std::min(end + 1, from.size());
  entry.begin = static_cast<std::uint32_t>(text_.size());
  entry.size = static_cast<std::uint32_t>(end - at);
  text_.append(from, at, end - at);
  return end;
}

void JsonDocument::add_scalar(std::string_view text) {
  const bool number = !not_a_number(text);
  JsonEntry& entry = entries_.emplace_back();
  entry.begin = static_cast<std::uint32_t>(text_.size());
  text_.append(number ? text : "null");
  entry.size = static_cast<std::uint32_t>(text_.size()) - entry.begin;
  if (!number) ++replaced_;
}

void JsonDocument::open(char bracket) {
  open_.push_back(static_cast<std::uint32_t>(entries_.size()));
  entries_.emplace_back().begin = static_cast<std::uint32_t>(text_.size());
  text_.push_back(bracket);
}

void JsonDocument::close(char bracket) {
  text_.push_back(bracket);
  if (open_.empty()) return;  // not JSON
  JsonEntry& entry = entries_[open_.back()];
  entry.size = static_cast<std::uint32_t>(text_.size()) - entry.begin;
  entry.span = static_cast<std::uint32_t>(entries_.size() - open_.back()) & 0x7FFFFFFF;
  open_.pop_back();
}

JsonValue JsonDocument::root() const {
  return entries_.empty() ? JsonValue() : JsonValue(text_.data(), entries_.data());
}

std::string json_minify(std::string_view text, std::size_t* replaced) {
  std::string out;
  out.reserve(text.size());
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_space(c)) {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    std::string_view token;
    if (c == '"') {
      end = skip_string(text, at);
    } else if (c != ',' && c != ':' && kMarks[static_cast<unsigned char>(c)] == kPlain) {
      end = skip_scalar(text, at);
    }
    token = text.substr(at, end - at);
    if (not_a_number(token)) {
      token = "null";
      ++count;
    }
    out += token;
    at = end;
  }
  if (replaced != nullptr) *replaced = count;
  return out;
}

JsonFields::JsonFields(const JsonValue& object) {
  if (object.indexed()) {
    indexed_ = object;
    return;
  }
  object.members(
      [&](std::string_view name, const JsonValue& value) { fields_.emplace_back(name, value); });
}

JsonValue JsonFields::get(std::string_view name) const {
  if (indexed_.present()) return indexed_.get(name);
  for (auto at = fields_.rbegin(); at != fields_.rend(); ++at) {
    if (at->first == name) return at->second;
  }
  return {};
}

std::optional<std::string> JsonValue::string() const {
  if (type() != Type::kString) return std::nullopt;
  return json_decode_string(text_);
}

std::optional<std::int64_t> JsonValue::integer() const {
  if (type() != Type::kNumber) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
  if (error == std::errc() && end == text_.data() + text_.size()) return value;
  // 1e3 and 5.0 are integers too, as far as a double holds them exactly.
  const auto real = number();
  if (!real || std::nearbyint(*real) != *real || std::abs(*real) > 9007199254740992.0) {
    return std::nullopt;
  }
  if (text_.find_first_of(".eE") == std::string_view::npos) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

std::optional<double> JsonValue::number() const {
  if (type() != Type::kNumber) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
  if (error != std::errc() || end != text_.data() + text_.size()) return std::nullopt;
  return value;
}

std::optional<bool> JsonValue::boolean() const {
  if (type() != Type::kBool) return std::nullopt;
  return text_.front() == 't';
}

}  // namespace headwater::model
