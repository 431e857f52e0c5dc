// Match: whether and how well the texts of one asset answer a question. This is the definition of
// search; the postings (segment.h) only find faster what this says, and tests hold them to it.
//
// A question is cut at separators into words; every word must match somewhere. Of its places a word
// takes the best, of the words the worst decides. Thread-safety: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "query/text_index/words.h"

namespace headwater::query::text_index {

inline constexpr std::size_t kMaxWords = 16;
inline constexpr std::size_t kMaxTextBytes = 1024;  // of a question
inline constexpr std::size_t kMaxFuzzyLength = 40;  // longer words must be right

// Best first; the order of answers.
enum class Level : std::uint8_t {
  kExact = 0,        // the whole name or its last part
  kPrefix = 1,       // one of them starts with the question
  kWordInName = 2,   // a word of the name starts so
  kWordInLabel = 3,  // of a column, owner or tag
  kWordInProse = 4,  // of the description or namespace
  kFuzzyInName = 5,
  kFuzzyElsewhere = 6,
  kInsideName = 7,
  kInsideElsewhere = 8,
  kNone = 9,
};
inline constexpr int kLevels = 9;

enum class Place : std::uint8_t {
  kName,
  kAlias,  // another name of the same dataset
  kNamespace,
  kColumn,
  kDescription,  // of the asset or of one of its columns
  kOwner,
  kTag,
};

struct Text {
  Place place = Place::kName;
  std::string text;
  auto operator<=>(const Text&) const = default;
};
using Texts = std::vector<Text>;

struct Question {
  std::string text;                // trimmed
  std::string folded, plain;       // fold and plain_form of it
  std::string inside;              // folded, with '%' on both sides
  std::vector<std::string> words;  // folded, distinct
  bool pattern = false;            // holds '%': SQL's LIKE over names instead
};
// kLimitExceeded beyond the limits above. A question without any letter, digit or '%' has no words
// and is looked for inside names as it stands.
base::Result<Question> parse_question(std::string_view text);
// True if it is answered from the names alone, without words.
bool scans_names(const Question& question);

// ---- one word -----------------------------------------------------------------------------------

enum class Fit : std::uint8_t { kStart = 0, kFuzzy = 1, kInside = 2, kNone = 3 };

// How many typos a word of that many characters may hold: 1 from 4, 2 from 8.
int typos_allowed(std::size_t characters);
// Both folded. kFuzzy: some beginning of `token` is as near as typos_allowed (insertion, deletion,
// replacement, swap of neighbours).
Fit fit(std::string_view word, std::string_view token);

// ---- one asset ----------------------------------------------------------------------------------

Level match(const Question& question, const Texts& texts);

struct Highlight {
  Text where;
  std::vector<Span> ranges;  // UTF-16 units, sorted, apart from each other
};
// What matched where, names first; at most kMaxHighlights.
inline constexpr std::size_t kMaxHighlights = 16;
std::vector<Highlight> highlights(const Question& question, const Texts& texts);

}  // namespace headwater::query::text_index
