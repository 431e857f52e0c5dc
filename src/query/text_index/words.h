// Words: how texts and questions are cut into words for search, and how their letters are compared.
//
// Case is folded for Latin, Greek and Cyrillic letters, one by one and without changing a text's
// length in bytes, so that a place in the folded text is the same place in the text. Accents count.
// Thread-safety: pure functions. Texts are UTF-8. docs/search-rules.md has the rules for users.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headwater::query::text_index {

// Bytes [begin, end) of a text.
struct Span {
  std::uint32_t begin = 0, end = 0;
  auto operator<=>(const Span&) const = default;
};

// A word with more parts than this (a hash, most likely) is kept whole only.
inline constexpr std::size_t kMaxParts = 8;

std::string fold(std::string_view text);

// The character at `at`, and its size in bytes.
std::pair<char32_t, std::size_t> decode(std::string_view text, std::size_t at);
std::size_t characters(std::string_view text);

// Maximal runs of letters and digits; everything else in ASCII separates.
std::vector<Span> whole_words(std::string_view text);
// Those, and where camelCase or a digit begins a part, the parts. In order of begin, longest first.
std::vector<Span> words(std::string_view text);

// Folded, with every separator as '_': what names are compared by as a whole.
std::string plain_form(std::string_view text);
// The text after the last '.' or '/' that is not its end.
std::string_view last_part(std::string_view name);

// From bytes to UTF-16 code units, as browsers count. Spans must be sorted.
std::vector<Span> utf16_spans(std::string_view text, const std::vector<Span>& spans);

}  // namespace headwater::query::text_index
