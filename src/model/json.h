// JsonValue: a view into JSON text that is already known to be valid.
//
// Facets are kept as they were sent: integers beyond 2^53, key order and unknown members included.
// A document tree loses some of that, so Headwater keeps the text and looks into it through these
// slices. Validation is not done here: the ingest parser (RapidJSON) does it once at the door, and
// everything below trusts the text. Nesting is bounded by the same parser.
//
// Thread-safety: plain views; they live as long as the text. Cost: each look-up scans the object,
// unless the value comes from a JsonDocument, which makes it a step from member to member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headwater::model {

// A value or a member's name in a JsonDocument. What stands in a container follows it: of
// an array its elements, of an object a name and a value by turns.
struct JsonEntry {
  std::uint32_t begin = 0, size = 0;  // in bytes of the text; a string with its quotes
  std::uint32_t span : 31 = 1;        // entries from this one to the next beside it
  std::uint32_t escaped : 1 = 0;      // a string with a backslash in it
};

class JsonValue {
 public:
  enum class Type { kAbsent, kNull, kBool, kNumber, kString, kArray, kObject };

  JsonValue() = default;
  // `text`: exactly one valid JSON value, possibly with white space around it.
  explicit JsonValue(std::string_view text);

  Type type() const;
  std::string_view text() const { return text_; }  // without surrounding white space
  bool present() const { return !text_.empty(); }
  bool indexed() const { return entry_ != nullptr; }
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
  friend class JsonDocument;
  JsonValue(const char* text, const JsonEntry* entry)
      : text_(text + entry->begin, entry->size), entry_(entry) {}
  template <class Visit>
  void indexed_members(Visit&& visit) const;

  std::string_view text_;
  const JsonEntry* entry_ = nullptr;  // null: look-ups scan the text
};

// A text without the white space between its tokens, and where everything in it stands, found in
// one pass: for texts that are asked a lot. NaN and (-)Infinity, which Python emitters write, are
// null.
class JsonDocument {
 public:
  // `text`: one valid JSON value of less than 2^31 bytes. Values live as long as the document.
  explicit JsonDocument(std::string_view text);
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;
  const std::string& text() const& { return text_; }
  std::string text() && { return std::move(text_); }
  std::size_t replaced() const { return replaced_; }  // numbers that were none
  JsonValue root() const;

 private:
  std::size_t add_string(std::string_view from, std::size_t at);
  void add_scalar(std::string_view text);
  void open(char bracket);
  void close(char bracket);

  std::string text_;
  std::vector<JsonEntry> entries_;
  std::vector<std::uint32_t> open_;  // containers around the place under way, while it is made
  std::size_t replaced_ = 0;
};

// The members of one object, found in one pass: for objects that are asked more than once or twice.
class JsonFields {
 public:
  JsonFields() = default;
  explicit JsonFields(const JsonValue& object);
  // As JsonValue::get.
  JsonValue get(std::string_view name) const;

 private:
  JsonValue indexed_;  // is asked itself
  std::vector<std::pair<std::string, JsonValue>> fields_;
};

// Position after the value that starts at text[at] (no white space before it).
std::size_t json_skip_value(std::string_view text, std::size_t at);
std::size_t json_skip_space(std::string_view text, std::size_t at);
// Decodes the string literal text[at..), quotes included in the span.
std::string json_decode_string(std::string_view literal);

// JsonDocument's text alone.
std::string json_minify(std::string_view text, std::size_t* replaced = nullptr);
// A JSON string literal, quotes included.
std::string json_quote(std::string_view text);

// ---- implementation of the templates ----------------------------------------------------------

template <class Visit>
void JsonValue::indexed_members(Visit&& visit) const {
  const char* const base = text_.data() - entry_->begin;
  const JsonEntry* const end = entry_ + entry_->span;
  for (const JsonEntry* key = entry_ + 1; key != end; key = key + 1 + key[1].span) {
    std::string_view name(base + key->begin + 1, key->size - 2);
    std::string decoded;
    if (key->escaped) name = decoded = json_decode_string({base + key->begin, key->size});
    visit(name, JsonValue(base, key + 1));
  }
}

template <class Visit>
void JsonValue::members(Visit&& visit) const {
  if (type() != Type::kObject) return;
  if (entry_ != nullptr) return indexed_members(visit);
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
  if (entry_ != nullptr) {
    const char* const base = text_.data() - entry_->begin;
    const JsonEntry* const end = entry_ + entry_->span;
    for (const JsonEntry* e = entry_ + 1; e != end; e += e->span) visit(JsonValue(base, e));
    return;
  }
  std::size_t at = json_skip_space(text_, 1);
  while (at < text_.size() && text_[at] != ']') {
    const std::size_t end = json_skip_value(text_, at);
    visit(JsonValue(text_.substr(at, end - at)));
    at = json_skip_space(text_, end);
    if (at < text_.size() && text_[at] == ',') at = json_skip_space(text_, at + 1);
  }
}

}  // namespace headwater::model
