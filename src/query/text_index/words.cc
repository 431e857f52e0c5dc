#include "query/text_index/words.h"

#include <algorithm>

namespace headwater::query::text_index {
namespace {

constexpr bool is_ascii_letter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}
constexpr bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
constexpr bool separates(unsigned char c) {
  return c < 0x80 && !is_ascii_letter(c) && !is_digit(c);
}

// Simple case folding where upper and lower case take the same number of bytes.
char32_t fold_character(char32_t c) {
  if (c < 0x80) return c >= U'A' && c <= U'Z' ? c + 32 : c;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
  if (c == 0x178) return 0xFF;
  if ((c >= 0x100 && c <= 0x12F) || (c >= 0x132 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) {
    return c | 1;
  }
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 1 ? c + 1 : c;
  if (c >= 0x391 && c <= 0x3AB && c != 0x3A2) return c + 32;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

enum class Sort { kLower, kUpper, kDigit };

Sort sort_of(char32_t c) {
  if (is_digit(c)) return Sort::kDigit;
  return fold_character(c) != c ? Sort::kUpper : Sort::kLower;
}

// orderItems2 -> order, Items, 2; XMLFile -> XML, File.
void add_parts(std::string_view text, const Span& word, std::vector<Span>& out) {
  std::vector<std::uint32_t> starts{word.begin};
  std::uint32_t before = word.begin;
  Sort last = Sort::kLower;
  Sort last_but_one = Sort::kLower;
  for (std::uint32_t at = word.begin; at < word.end;) {
    const auto [c, size] = decode(text, at);
    const Sort sort = sort_of(c);
    if (at > word.begin) {
      const bool digits = (sort == Sort::kDigit) != (last == Sort::kDigit);
      if (digits || (sort == Sort::kUpper && last == Sort::kLower)) starts.push_back(at);
      const bool acronym_ends = sort == Sort::kLower && last == Sort::kUpper &&
                                last_but_one == Sort::kUpper && before != starts.back();
      if (acronym_ends) starts.push_back(before);
    }
    before = at;
    last_but_one = at > word.begin ? last : Sort::kLower;
    last = sort;
    at += static_cast<std::uint32_t>(size);
  }
  if (starts.size() < 2 || starts.size() > kMaxParts) return;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    out.push_back({starts[i], i + 1 < starts.size() ? starts[i + 1] : word.end});
  }
}

}  // namespace

std::pair<char32_t, std::size_t> decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned first = byte(at);
  if (first < 0xC0) return {first, 1};
  const auto next = [&](std::size_t i) { return char32_t{byte(at + i) & 0x3Fu}; };
  if (first < 0xE0) return {(first & 0x1Fu) << 6 | next(1), 2};
  if (first < 0xF0) return {(first & 0x0Fu) << 12 | next(1) << 6 | next(2), 3};
  return {(first & 0x07u) << 18 | next(1) << 12 | next(2) << 6 | next(3), 4};
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string fold(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; at < out.size();) {
    const auto first = static_cast<unsigned char>(out[at]);
    if (first < 0x80) {
      if (first >= 'A' && first <= 'Z') out[at] = static_cast<char>(first + 32);
      ++at;
      continue;
    }
    const auto [c, size] = decode(out, at);
    if (size == 2 && at + 1 < out.size()) {
      const char32_t folded = fold_character(c);
      out[at] = static_cast<char>(0xC0 | folded >> 6);
      out[at + 1] = static_cast<char>(0x80 | (folded & 0x3F));
    }
    at += size;
  }
  return out;
}

std::vector<Span> whole_words(std::string_view text) {
  std::vector<Span> out;
  for (std::size_t at = 0; at < text.size();) {
    if (separates(static_cast<unsigned char>(text[at]))) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && !separates(static_cast<unsigned char>(text[at]))) ++at;
    out.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at)});
  }
  return out;
}

std::vector<Span> words(std::string_view text) {
  std::vector<Span> out;
  for (const Span& word : whole_words(text)) {
    out.push_back(word);
    add_parts(text, word, out);
  }
  return out;
}

std::string plain_form(std::string_view text) {
  std::string out = fold(text);
  for (char& c : out) {
    if (separates(static_cast<unsigned char>(c))) c = '_';
  }
  return out;
}

std::string_view last_part(std::string_view name) {
  if (name.empty()) return name;
  const std::size_t at = name.substr(0, name.size() - 1).find_last_of("./");
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

std::vector<Span> utf16_spans(std::string_view text, const std::vector<Span>& spans) {
  std::vector<Span> out;
  std::size_t at = 0;
  std::uint32_t units = 0;
  const auto advance = [&](std::uint32_t to) {
    while (at < to && at < text.size()) {
      const std::size_t size = decode(text, at).second;
      units += size == 4 ? 2 : 1;
      at += size;
    }
    return units;
  };
  for (const Span& span : spans) {
    const std::uint32_t begin = advance(span.begin);
    out.push_back({begin, advance(span.end)});
  }
  return out;
}

}  // namespace headwater::query::text_index
