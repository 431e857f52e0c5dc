#include "query/text_index/segment.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <limits>

#include "query/text_index/match.h"
#include "query/text_index/words.h"

namespace headwater::query::text_index {
namespace {

constexpr std::string_view kFirstWord = "0";  // no word is below it

}  // namespace

std::string exact_term(Exact kind, std::string_view value) {
  std::string out(1, static_cast<char>(kind));
  out.append(value);
  return out;
}

// ---- terms --------------------------------------------------------------------------------------

std::string_view Segment::term(std::uint32_t index) const {
  return {arena_.data() + offsets_[index], offsets_[index + 1] - offsets_[index] - 1};
}

std::size_t Segment::bytes() const {
  return arena_.capacity() + offsets_.capacity() * 4 + lists_.capacity() * sizeof(List) +
         sparse_.capacity() * 4 + dense_.capacity() * 8 +
         (by_name_.capacity() + by_last_.capacity()) * 4;
}

TermRange Segment::starting_with(std::string_view prefix) const {
  std::uint32_t low = 0, high = term_count();
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (term(middle) < prefix) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return {low, after_prefix(low, prefix)};
}

// Gallops: the ranges asked for are short as a rule.
std::uint32_t Segment::after_prefix(std::uint32_t from, std::string_view prefix) const {
  const std::uint32_t count = term_count();
  std::uint32_t step = 1, low = from;
  while (low + step <= count && term(low + step - 1).starts_with(prefix)) {
    low += step;
    step *= 2;
  }
  std::uint32_t high = std::min(low + step, count);
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (term(middle).starts_with(prefix)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

TermRange Segment::exact_values(Exact kind) const { return starting_with(exact_term(kind, {})); }

TermRange Segment::find(std::string_view text) const {
  const TermRange range = starting_with(text);
  if (range.empty() || term(range.begin) != text) return {};
  return {range.begin, range.begin + 1};
}

std::vector<TermRange> Segment::containing(std::string_view word) const {
  std::vector<TermRange> out;
  std::uint32_t index = first_word_;
  const char* at = arena_.data() + offsets_[index];
  const char* const end = arena_.data() + arena_.size();
  while (at < end) {
    at = static_cast<const char*>(
        ::memmem(at, static_cast<std::size_t>(end - at), word.data(), word.size()));
    if (at == nullptr) break;
    const auto offset = static_cast<std::uint32_t>(at - arena_.data());
    const auto next = std::upper_bound(offsets_.begin() + index, offsets_.end(), offset);
    index = static_cast<std::uint32_t>(next - offsets_.begin()) - 1;
    if (!out.empty() && out.back().end == index) {
      out.back().end = index + 1;
    } else {
      out.push_back({index, index + 1});
    }
    at = arena_.data() + offsets_[++index];
  }
  return out;
}

// ---- typos --------------------------------------------------------------------------------------

namespace {

// Rows of optimal string alignment for the beginnings of one term, kept for the next term as far
// as it begins alike.
class Alignment {
 public:
  explicit Alignment(std::string_view word) {
    for (std::size_t at = 0; at < word.size();) {
      const auto [c, size] = decode(word, at);
      word_.push_back(c);
      at += size;
    }
    typos_ = typos_allowed(word_.size());
    if (word_.size() > kMaxFuzzyLength) typos_ = 0;
    width_ = word_.size() + 1;
    rows_.resize(width_ * (word_.size() + 8));
    for (std::size_t j = 0; j < width_; ++j) rows_[j] = static_cast<std::uint8_t>(j);
    ends_.push_back(0);
  }

  bool possible() const { return typos_ > 0; }

  enum class State { kOpen, kNear, kFar };
  // Steps until decided; `bytes` then is how much of the term decided it.
  State run(std::string_view term, std::size_t& bytes) {
    std::size_t depth = 0;
    while (depth + 1 < ends_.size() && ends_[depth + 1] <= common_) ++depth;
    ends_.resize(depth + 1);
    letters_.resize(depth);
    for (std::size_t at = ends_.back(); at < term.size();) {
      const auto [c, size] = decode(term, at);
      at += size;
      const State state = step(c);
      ends_.push_back(static_cast<std::uint32_t>(at));
      if (state != State::kOpen) {
        bytes = at;
        return state;
      }
    }
    return State::kOpen;
  }
  void set_common(std::size_t bytes) { common_ = bytes; }

 private:
  State step(char32_t c) {
    letters_.push_back(c);
    const std::size_t i = letters_.size();
    std::uint8_t* const row = &rows_[i * width_];
    const std::uint8_t* const above = row - width_;
    row[0] = static_cast<std::uint8_t>(i);
    int least = row[0];
    for (std::size_t j = 1; j < width_; ++j) {
      const int same = word_[j - 1] == c ? 0 : 1;
      int value = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + same});
      if (i > 1 && j > 1 && word_[j - 2] == c && word_[j - 1] == letters_[i - 2]) {
        value = std::min(value, *(above - width_ + (j - 2)) + 1);
      }
      row[j] = static_cast<std::uint8_t>(value);
      least = std::min(least, value);
    }
    if (row[width_ - 1] <= typos_) return State::kNear;
    return least > typos_ ? State::kFar : State::kOpen;
  }

  std::vector<char32_t> word_, letters_;
  std::vector<std::uint32_t> ends_;  // bytes of the term up to each row
  std::vector<std::uint8_t> rows_;
  std::size_t width_ = 0, common_ = 0;
  int typos_ = 0;
};

std::size_t common_bytes(std::string_view a, std::string_view b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i < most && a[i] == b[i]) ++i;
  return i;
}

}  // namespace

std::vector<TermRange> Segment::fuzzy(std::string_view word) const {
  std::vector<TermRange> out;
  Alignment alignment(word);
  if (!alignment.possible()) return out;
  std::string_view last;
  for (std::uint32_t index = first_word_; index < term_count();) {
    const std::string_view text = term(index);
    alignment.set_common(common_bytes(last, text));
    last = text;
    std::size_t bytes = 0;
    const Alignment::State state = alignment.run(text, bytes);
    if (state == Alignment::State::kOpen) {
      ++index;
      continue;
    }
    const std::uint32_t next = after_prefix(index, text.substr(0, bytes));
    if (state == Alignment::State::kNear) out.push_back({index, next});
    index = next;
  }
  return out;
}

// ---- lists --------------------------------------------------------------------------------------

void Segment::unite(std::uint32_t index, Group group, Bits& into) const {
  const List& found = list(index, group);
  if (found.count == 0) return;
  if (found.dense != 0) {
    const std::uint64_t* const words = dense_.data() + found.begin;
    for (std::uint32_t i = 0; i < found.count; ++i) into[i] |= words[i];
    return;
  }
  const std::uint32_t* const ordinals = sparse_.data() + found.begin;
  for (std::uint32_t i = 0; i < found.count; ++i) {
    into[ordinals[i] / 64] |= std::uint64_t{1} << (ordinals[i] % 64);
  }
}

bool Segment::meets(std::uint32_t index, Group group, const Bits& bits) const {
  const List& found = list(index, group);
  for (std::uint32_t i = 0; i < found.count; ++i) {
    if (found.dense != 0) {
      if ((dense_[found.begin + i] & bits[i]) != 0) return true;
      continue;
    }
    const std::uint32_t ordinal = sparse_[found.begin + i];
    if ((bits[ordinal / 64] >> (ordinal % 64) & 1) != 0) return true;
  }
  return false;
}

void Segment::visit(std::uint32_t index, Group group,
                    const std::function<void(std::uint32_t)>& visit) const {
  const List& found = list(index, group);
  if (found.dense == 0) {
    for (std::uint32_t i = 0; i < found.count; ++i) visit(sparse_[found.begin + i]);
    return;
  }
  for (std::uint32_t i = 0; i < found.count; ++i) {
    for (std::uint64_t word = dense_[found.begin + i]; word != 0; word &= word - 1) {
      visit(i * 64 + static_cast<std::uint32_t>(std::countr_zero(word)));
    }
  }
}

// ---- building -----------------------------------------------------------------------------------

std::uint32_t SegmentBuilder::term(std::string_view text) {
  const auto it = ids_.find(text);
  if (it != ids_.end()) return it->second;
  const auto id = static_cast<std::uint32_t>(ids_.size());
  ids_.emplace(std::string(text), id);
  return id;
}

void SegmentBuilder::set_names(std::vector<std::uint32_t> by_name,
                               std::vector<std::uint32_t> by_last) {
  by_name_ = std::move(by_name);
  by_last_ = std::move(by_last);
}

std::size_t SegmentBuilder::postings() const {
  std::size_t out = 0;
  for (const auto& group : entries_) out += group.size();
  return out;
}

// A counting sort by term; within a term entries stay in the order of adding, which is that of
// ordinals unless segments are merged.
void SegmentBuilder::lay_out(Segment& segment, const std::vector<std::uint32_t>& rank, Group group,
                             std::size_t ordinals) {
  std::vector<Entry>& entries = entries_[static_cast<std::size_t>(group)];
  std::vector<std::uint32_t> starts(rank.size() + 1);
  for (const Entry& entry : entries) ++starts[rank[entry.term] + 1];
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  std::vector<std::uint32_t> sorted(entries.size());
  std::vector<std::uint32_t> at(starts.begin(), starts.end() - 1);
  for (const Entry& entry : entries) sorted[at[rank[entry.term]]++] = entry.ordinal;
  entries = {};
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    const auto begin = sorted.begin() + starts[i];
    auto end = sorted.begin() + starts[i + 1];
    if (begin == end) continue;
    if (!std::is_sorted(begin, end)) std::sort(begin, end);
    end = std::unique(begin, end);
    const auto count = static_cast<std::size_t>(end - begin);
    segment.postings_count_ += count;
    Segment::List& list = segment.lists_[i * kGroups + static_cast<std::size_t>(group)];
    const std::size_t words = *(end - 1) / 64 + 1;
    list.dense = group != Group::kSpace && count > 64 && count * 32 > ordinals ? 1 : 0;
    if (list.dense != 0) {
      list.begin = static_cast<std::uint32_t>(segment.dense_.size());
      list.count = static_cast<std::uint32_t>(words) & 0x7FFFFFFFu;
      segment.dense_.resize(segment.dense_.size() + words);
      for (auto it = begin; it != end; ++it) {
        segment.dense_[list.begin + *it / 64] |= std::uint64_t{1} << (*it % 64);
      }
    } else {
      list.begin = static_cast<std::uint32_t>(segment.sparse_.size());
      list.count = static_cast<std::uint32_t>(count) & 0x7FFFFFFFu;
      segment.sparse_.insert(segment.sparse_.end(), begin, end);
    }
  }
}

std::shared_ptr<const Segment> SegmentBuilder::build(std::size_t ordinals) && {
  assert(postings() < std::numeric_limits<std::uint32_t>::max());
  auto out = std::make_shared<Segment>();
  std::vector<std::pair<std::string_view, std::uint32_t>> terms;
  terms.reserve(ids_.size());
  std::size_t bytes = 0;
  for (const auto& [text, id] : ids_) {
    terms.emplace_back(text, id);
    bytes += text.size() + 1;
  }
  assert(bytes < std::numeric_limits<std::uint32_t>::max());
  std::sort(terms.begin(), terms.end());
  out->arena_.reserve(bytes);
  out->offsets_.reserve(terms.size() + 1);
  std::vector<std::uint32_t> rank(terms.size());
  for (const auto& [text, id] : terms) {
    rank[id] = static_cast<std::uint32_t>(out->offsets_.size());
    out->offsets_.push_back(static_cast<std::uint32_t>(out->arena_.size()));
    out->arena_.append(text).push_back('\0');
  }
  out->offsets_.push_back(static_cast<std::uint32_t>(out->arena_.size()));
  terms = {};
  ids_ = {};
  out->lists_.resize(rank.size() * kGroups);
  for (std::size_t group = 0; group < kGroups; ++group) {
    lay_out(*out, rank, static_cast<Group>(group), ordinals);
  }
  out->sparse_.shrink_to_fit();
  out->dense_.shrink_to_fit();
  out->by_name_ = std::move(by_name_);
  out->by_last_ = std::move(by_last_);
  out->first_word_ = out->starting_with(kFirstWord).begin;
  return out;
}

}  // namespace headwater::query::text_index
