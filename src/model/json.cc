#include "model/json.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace headwater::model {
namespace {

// NaN, Infinity and Inf, with a minus or without.
constexpr bool not_a_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.starts_with('N') || text.starts_with('I');
}

#if defined(__SSE2__)
__m128i load16(const char* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}
#endif

constexpr bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

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

// text[at] is the opening quote; returns the position after the closing one.
std::size_t skip_string(std::string_view text, std::size_t at) {
  ++at;
#if defined(__SSE2__)
  const __m128i quotes = _mm_set1_epi8('"'), backslashes = _mm_set1_epi8('\\');
  while (at + 16 <= text.size()) {
    const __m128i bytes = load16(text.data() + at);
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, backslashes))));
    if (found == 0) {
      at += 16;
      continue;
    }
    at += static_cast<unsigned>(std::countr_zero(found));
    if (text[at] == '"') return at + 1;
    at += 2;  // the backslash and what it escapes
  }
#endif
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

#if defined(__SSE2__)
// Skips a container 64 bytes at a time. Brackets within strings do not count: a byte is within a
// string where the number of quotes before it, escaped ones left out, is odd.
class ContainerSkip {
 public:
  static constexpr std::size_t kBlock = 64;

  // The block at `bytes`: the position after the container's end, if it ends here.
  std::optional<std::size_t> block(const char* bytes) {
    Masks masks = find(bytes);
    masks.quotes &= ~escaped(masks.backslashes);
    const std::uint64_t inside = inside_strings(masks.quotes);
    const std::uint64_t open = masks.open & ~inside, close = masks.close & ~inside;
    const auto closing = static_cast<std::size_t>(std::popcount(close));
    if (closing < depth_) {  // it cannot end here
      depth_ += static_cast<std::size_t>(std::popcount(open)) - closing;
      return std::nullopt;
    }
    for (std::uint64_t left = open | close; left != 0; left &= left - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(left));
      if ((open >> bit & 1) != 0) {
        ++depth_;
      } else if (--depth_ == 0) {
        return bit + 1;
      }
    }
    return std::nullopt;
  }

  std::size_t depth() const { return depth_; }
  bool in_string() const { return in_string_ != 0; }
  bool after_backslash() const { return escape_next_; }

 private:
  struct Masks {  // a bit for each byte
    std::uint64_t quotes = 0, backslashes = 0, open = 0, close = 0;
  };

  static std::uint64_t mask(__m128i equal) {
    return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(equal)));
  }
  static Masks find(const char* bytes) {
    Masks out;
    for (unsigned i = 0; i < kBlock; i += 16) {
      const __m128i block = load16(bytes + i);
      // '[' and '{' differ in one bit, and so do ']' and '}'.
      const __m128i folded = _mm_or_si128(block, _mm_set1_epi8(0x20));
      out.quotes |= mask(_mm_cmpeq_epi8(block, _mm_set1_epi8('"'))) << i;
      out.backslashes |= mask(_mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))) << i;
      out.open |= mask(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{'))) << i;
      out.close |= mask(_mm_cmpeq_epi8(folded, _mm_set1_epi8('}'))) << i;
    }
    return out;
  }

  // The bytes that a backslash escapes.
  std::uint64_t escaped(std::uint64_t backslashes) {
    std::uint64_t out = escape_next_ ? 1 : 0;
    backslashes &= ~out;
    escape_next_ = false;
    while (backslashes != 0) {
      const auto bit = static_cast<unsigned>(std::countr_zero(backslashes));
      escape_next_ = bit + 1 == kBlock;
      const std::uint64_t next = escape_next_ ? 0 : std::uint64_t{2} << bit;
      out |= next;
      backslashes &= (backslashes - 1) & ~next;
    }
    return out;
  }

  std::uint64_t inside_strings(std::uint64_t quotes) {
    for (unsigned shift = 1; shift < kBlock; shift *= 2) quotes ^= quotes << shift;
    quotes ^= in_string_;
    in_string_ = (quotes >> 63) != 0 ? ~std::uint64_t{0} : 0;
    return quotes;
  }

  std::size_t depth_ = 0;
  std::uint64_t in_string_ = 0;  // all ones: the block before ended within a string
  bool escape_next_ = false;
};
#endif

// From within a container, outside of its strings, `depth` brackets deep.
std::size_t skip_container(std::string_view text, std::size_t at, std::size_t depth) {
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
#if defined(__SSE2__)
  ContainerSkip skip;
  for (; at + ContainerSkip::kBlock <= text.size(); at += ContainerSkip::kBlock) {
    if (const auto end = skip.block(text.data() + at)) return at + *end;
  }
  depth = skip.depth();
  if (skip.in_string()) at = skip_string(text, at - (skip.after_backslash() ? 0 : 1));
#endif
  return skip_container(text, at, depth);
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
