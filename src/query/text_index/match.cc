#include "query/text_index/match.h"

#include <algorithm>
#include <array>

namespace headwater::query::text_index {

bool scans_names(const Question& question) { return question.pattern || question.words.empty(); }

namespace {

using base::ErrorCode;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// SQL's LIKE, both folded. Greedy with one point of return: linear for each '%', no recursion.
bool like(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == '_') {
      t += decode(text, t).second;
      ++p;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++t;
      ++p;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

std::vector<char32_t> decoded(std::string_view text, std::size_t most) {
  std::vector<char32_t> out;
  for (std::size_t at = 0; at < text.size() && out.size() < most;) {
    const auto [c, size] = decode(text, at);
    out.push_back(c);
    at += size;
  }
  return out;
}

// Optimal string alignment between the word and every beginning of the token.
bool fuzzy_start(std::string_view word, std::string_view token) {
  const std::vector<char32_t> a = decoded(word, SIZE_MAX);
  const int typos = typos_allowed(a.size());
  if (typos == 0 || a.size() > kMaxFuzzyLength) return false;
  const std::vector<char32_t> b = decoded(token, a.size() + typos);
  std::array<std::array<int, kMaxFuzzyLength + 1>, 3> rows{};
  for (std::size_t j = 0; j <= a.size(); ++j) rows[0][j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= b.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& above_two = rows[(i + 1) % 3];
    row[0] = static_cast<int>(i);
    int least = row[0];
    for (std::size_t j = 1; j <= a.size(); ++j) {
      const int same = a[j - 1] == b[i - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + same});
      if (i > 1 && j > 1 && a[j - 1] == b[i - 2] && a[j - 2] == b[i - 1]) {
        row[j] = std::min(row[j], above_two[j - 2] + 1);
      }
      least = std::min(least, row[j]);
    }
    if (row[a.size()] <= typos) return true;
    if (least > typos) return false;
  }
  return false;
}

Level level_of(Fit fit, Place place) {
  const bool name = place == Place::kName || place == Place::kAlias;
  switch (fit) {
    case Fit::kStart:
      if (name) return Level::kWordInName;
      return place == Place::kDescription || place == Place::kNamespace ? Level::kWordInProse
                                                                        : Level::kWordInLabel;
    case Fit::kFuzzy: return name ? Level::kFuzzyInName : Level::kFuzzyElsewhere;
    case Fit::kInside: return name ? Level::kInsideName : Level::kInsideElsewhere;
    case Fit::kNone: return Level::kNone;
  }
  return Level::kNone;
}

Level name_level(const Question& question, const Text& text) {
  if (text.place != Place::kName && text.place != Place::kAlias) return Level::kNone;
  if (scans_names(question)) {
    const std::string name = fold(text.text);
    if (question.pattern ? like(name, question.folded) : name == question.folded) {
      return Level::kExact;
    }
    const bool inside = question.pattern ? like(name, question.inside)
                                         : name.find(question.folded) != std::string::npos;
    return inside ? Level::kInsideName : Level::kNone;
  }
  const std::string whole = plain_form(text.text);
  const std::string_view last =
      std::string_view(whole).substr(text.text.size() - last_part(text.text).size());
  if (whole == question.plain || last == question.plain) return Level::kExact;
  if (whole.starts_with(question.plain) || last.starts_with(question.plain)) return Level::kPrefix;
  return Level::kNone;
}

// The part of a folded word [span) that the question's word stands for.
Span matched_part(std::string_view folded, const Span& span, std::string_view word, Fit fit) {
  const std::string_view token = folded.substr(span.begin, span.end - span.begin);
  if (fit == Fit::kFuzzy) return span;
  const auto at = static_cast<std::uint32_t>(token.find(word));
  return {span.begin + at, span.begin + at + static_cast<std::uint32_t>(word.size())};
}

std::vector<Span> united(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end());
  std::vector<Span> out;
  for (const Span& span : spans) {
    if (!out.empty() && span.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, span.end);
    } else {
      out.push_back(span);
    }
  }
  return out;
}

// Where the words match in one text, each at its best there.
std::vector<Span> matched_spans(const Question& question, const Text& text) {
  const std::string folded = fold(text.text);
  std::vector<Span> out;
  if (scans_names(question)) {
    if (name_level(question, text) == Level::kNone) return out;
    const std::size_t at = folded.find(question.folded);
    const bool literal = at != std::string::npos;
    out.push_back(
        {static_cast<std::uint32_t>(literal ? at : 0),
         static_cast<std::uint32_t>(literal ? at + question.text.size() : folded.size())});
    return out;
  }
  const std::vector<Span> tokens = words(text.text);
  for (const std::string& word : question.words) {
    Fit best = Fit::kNone;
    std::vector<Span> found;
    for (const Span& token : tokens) {
      const std::string_view piece =
          std::string_view(folded).substr(token.begin, token.end - token.begin);
      const Fit now = fit(word, piece);
      if (now == Fit::kNone || now > best) continue;
      if (now < best) found.clear();
      best = now;
      found.push_back(matched_part(folded, token, word, now));
    }
    out.insert(out.end(), found.begin(), found.end());
  }
  return united(std::move(out));
}

}  // namespace

base::Result<Question> parse_question(std::string_view text) {
  Question out;
  out.text = trimmed(text);
  if (out.text.size() > kMaxTextBytes) {
    return base::make_error(
        ErrorCode::kLimitExceeded,
        "q may hold at most " + std::to_string(kMaxTextBytes) + " bytes. Ask for fewer words.");
  }
  out.folded = fold(out.text);
  out.plain = plain_form(out.text);
  out.inside = "%" + out.folded + "%";
  out.pattern = out.text.find('%') != std::string::npos;
  for (const Span& span : whole_words(out.folded)) {
    std::string word = out.folded.substr(span.begin, span.end - span.begin);
    if (std::find(out.words.begin(), out.words.end(), word) == out.words.end()) {
      out.words.push_back(std::move(word));
    }
  }
  if (out.words.size() > kMaxWords) {
    return base::make_error(
        ErrorCode::kLimitExceeded,
        "q may hold at most " + std::to_string(kMaxWords) + " words. Ask for fewer.");
  }
  return out;
}

int typos_allowed(std::size_t count) { return count < 4 ? 0 : count < 8 ? 1 : 2; }

Fit fit(std::string_view word, std::string_view token) {
  if (token.starts_with(word)) return Fit::kStart;
  if (fuzzy_start(word, token)) return Fit::kFuzzy;
  return token.find(word) != std::string_view::npos ? Fit::kInside : Fit::kNone;
}

Level match(const Question& question, const Texts& texts) {
  Level whole = Level::kNone;
  std::vector<Level> best(question.words.size(), Level::kNone);
  for (const Text& text : texts) {
    whole = std::min(whole, name_level(question, text));
    if (whole == Level::kExact) return whole;
    if (scans_names(question)) continue;
    const std::string folded = fold(text.text);
    for (const Span& token : words(text.text)) {
      const std::string_view piece =
          std::string_view(folded).substr(token.begin, token.end - token.begin);
      for (std::size_t i = 0; i < best.size(); ++i) {
        if (level_of(Fit::kStart, text.place) >= best[i]) continue;
        best[i] = std::min(best[i], level_of(fit(question.words[i], piece), text.place));
      }
    }
  }
  if (best.empty() || question.pattern) return whole;
  return std::min(whole, *std::max_element(best.begin(), best.end()));
}

std::vector<Highlight> highlights(const Question& question, const Texts& texts) {
  std::vector<Highlight> out;
  for (const Text& text : texts) {
    if (out.size() == kMaxHighlights) break;
    const std::vector<Span> spans = matched_spans(question, text);
    if (!spans.empty()) out.push_back({text, utf16_spans(text.text, spans)});
  }
  return out;
}

}  // namespace headwater::query::text_index
