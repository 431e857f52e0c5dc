// JsonValue: a view into JSON text that is already known to be valid.
//
// Facets are kept as they were sent: integers beyond 2^53, key order and unknown members included.
// A document tree loses some of that, so Headwater keeps the text and looks into it through these
// slices. Validation is not done here: the ingest parser (RapidJSON) does it once at the door, and
// everything below trusts the text. Nesting is bounded by the same parser.
//
// Thread-safety: plain views; they live as long as the text. Cost: each look-up scans the object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headwater::model {

class JsonValue {
 public:
  enum class Type { kAbsent, kNull, kBool, kNumber, kString, kArray, kObject };

  JsonValue() = default;
  // `text`: exactly one valid JSON value, possibly with white space around it.
  explicit JsonValue(std::string_view text);

  Type type() const;
  std::string_view text() const { return text_; }  // without surrounding white space
  bool present() const { return !text_.empty(); }
  bool is_object() const { return type() == Type::kObject; }
  bool is_array() const { return type() == Type::kArray; }
  bool is_string() const { return type() == Type::kString; }
  bool is_null() const { return type() == Type::kNull; }

  // The member of that name (the last one, should it stand twice); absent if none or no object.
  JsonValue get(std::string_view name) const;

  // Decoded; nullopt when of another type or out of range.
  std::optional<std::string> string() const;
  std::optional<std::int64_t> integer() const;
  std::optional<double> number() const;
  std::optional<bool> boolean() const;

  // visit(name, value) for each member in order; the name is decoded.
  template <class Visit>
  void members(Visit&& visit) const;
  // visit(value) for each element in order.
  template <class Visit>
  void elements(Visit&& visit) const;

 private:
  std::string_view text_;
};

// The members of one object, found in one pass: for objects that are asked more than once or twice.
class JsonFields {
 public:
  JsonFields() = default;
  explicit JsonFields(const JsonValue& object);
  // As JsonValue::get.
  JsonValue get(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, JsonValue>> fields_;
};

// Position after the value that starts at text[at] (no white space before it).
std::size_t json_skip_value(std::string_view text, std::size_t at);
std::size_t json_skip_space(std::string_view text, std::size_t at);
// Decodes the string literal text[at..), quotes included in the span.
std::string json_decode_string(std::string_view literal);

// The text without white space between tokens, and with NaN and (-)Infinity, which Python emitters
// write, replaced by null. `replaced` counts those.
std::string json_minify(std::string_view text, std::size_t* replaced = nullptr);
// A JSON string literal, quotes included.
std::string json_quote(std::string_view text);

// ---- implementation of the templates ----------------------------------------------------------

template <class Visit>
void JsonValue::members(Visit&& visit) const {
  if (type() != Type::kObject) return;
  std::size_t at = json_skip_space(text_, 1);
  while (at < text_.size() && text_[at] != '}') {
    const std::size_t key_end = json_skip_value(text_, at);
    const std::string_view literal = text_.substr(at, key_end - at);
    std::string decoded;  // only a name with an escape in it is copied
    std::string_view key = literal.size() < 2 ? literal : literal.substr(1, literal.size() - 2);
    if (key.find('\\') != std::string_view::npos) key = decoded = json_decode_string(literal);
    at = json_skip_space(text_, json_skip_space(text_, key_end) + 1);
    const std::size_t end = json_skip_value(text_, at);
    visit(key, JsonValue(text_.substr(at, end - at)));
    at = json_skip_space(text_, end);
    if (at < text_.size() && text_[at] == ',') at = json_skip_space(text_, at + 1);
  }
}

template <class Visit>
void JsonValue::elements(Visit&& visit) const {
  if (type() != Type::kArray) return;
  std::size_t at = json_skip_space(text_, 1);
  while (at < text_.size() && text_[at] != ']') {
    const std::size_t end = json_skip_value(text_, at);
    visit(JsonValue(text_.substr(at, end - at)));
    at = json_skip_space(text_, end);
    if (at < text_.size() && text_[at] == ',') at = json_skip_space(text_, at + 1);
  }
}

}  // namespace headwater::model
