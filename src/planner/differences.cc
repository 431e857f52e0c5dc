#include "planner/differences.h"

#include <algorithm>
#include <array>

#include "base/clones.h"
#include "planner/words.h"

namespace headwater::planner {

namespace {

using Run = Differences::Run;

HW_CLONES void add_values(const std::uint64_t* __restrict added, std::uint64_t factor,
                          std::uint64_t* __restrict values) {
  for (std::size_t i = 0; i < kPageSize; ++i) values[i] += factor * added[i];
}

// How many runs append() would make of all values.
HW_CLONES std::size_t count_runs(const std::uint64_t* values) {
  std::size_t out = values[0] != 0 ? 1 : 0;
  for (std::size_t i = 1; i < kPageSize; ++i) {
    out += static_cast<std::size_t>(values[i] != 0) &
           static_cast<std::size_t>(values[i] != values[i - 1]);
  }
  return out;
}

void append(std::size_t first, std::size_t end, std::uint64_t value, std::vector<Run>& to) {
  if (value == 0) return;
  if (!to.empty() && to.back().end == first && to.back().value == value) {
    to.back().end = static_cast<std::uint16_t>(end);
  } else {
    to.push_back({value, static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(end)});
  }
}

// Runs one after the other, with what lies between them.
class Walk {
 public:
  explicit Walk(const std::vector<Run>& runs) : at_(runs.data()), end_(at_ + runs.size()) {}
  bool ended() const { return at_ == end_; }
  // What stands at `i`, which never decreases; `until` becomes no more than where that ends.
  std::uint64_t value(std::size_t i, std::size_t& until) {
    while (at_ != end_ && at_->end <= i) ++at_;
    if (at_ == end_) return 0;
    const bool within = at_->first <= i;
    until = std::min<std::size_t>(until, within ? at_->end : at_->first);
    return within ? at_->value : 0;
  }

 private:
  const Run* at_;
  const Run* const end_;
};

}  // namespace

std::uint64_t Differences::at(std::size_t i) const {
  if (!values_.empty()) return values_[i];
  const auto run = std::upper_bound(runs_.begin(), runs_.end(), i,
                                    [](std::size_t at, const Run& one) { return at < one.end; });
  return run == runs_.end() || i < run->first ? 0 : run->value;
}

void Differences::set(std::size_t i, std::uint64_t value) {
  if (values_.empty()) {
    const auto first = static_cast<std::uint16_t>(i);
    return add({{value - at(i), first, static_cast<std::uint16_t>(first + 1)}}, 1);
  }
  values_[i] = value;
}

void Differences::clear(std::size_t first, std::size_t end) {
  if (!values_.empty()) {
    std::fill(&values_[first], values_.data() + end, 0);
    return;
  }
  std::vector<Run> kept;
  for (const Run& run : runs_) {
    if (run.first < first)
      append(run.first, std::min<std::size_t>(run.end, first), run.value, kept);
    if (run.end > end) append(std::max<std::size_t>(run.first, end), run.end, run.value, kept);
  }
  runs_ = std::move(kept);
}

void Differences::read(std::uint64_t* to) const {
  if (!values_.empty()) {
    std::copy(values_.begin(), values_.end(), to);
    return;
  }
  std::fill_n(to, kPageSize, 0);
  for (const Run& run : runs_) std::fill(to + run.first, to + run.end, run.value);
}

void Differences::assign(const std::uint64_t* values) {
  const std::size_t count = count_runs(values);
  runs_ = {};
  values_.clear();
  if (count > kMaxRuns) {
    values_.assign(values, values + kPageSize);
    return;
  }
  runs_.reserve(count);
  for (std::size_t i = 0; i < kPageSize; ++i) append(i, i + 1, values[i], runs_);
}

void Differences::widen() {
  std::array<std::uint64_t, kPageSize> values;
  read(values.data());
  values_.assign(values.begin(), values.end());
  runs_ = {};
}

void Differences::add(const std::uint64_t* added, std::uint64_t factor) {
  if (!values_.empty()) return add_values(added, factor, values_.data());
  std::array<std::uint64_t, kPageSize> values;
  read(values.data());
  add_values(added, factor, values.data());
  assign(values.data());
}

void Differences::add(const std::vector<Run>& runs, std::uint64_t factor) {
  if (values_.empty() && runs_.size() + runs.size() > kMaxRuns) widen();
  if (!values_.empty()) {
    for (const Run& run : runs) {
      for (std::size_t i = run.first; i < run.end; ++i) values_[i] += factor * run.value;
    }
    return;
  }
  std::vector<Run> both;
  both.reserve(runs_.size() + runs.size());
  Walk old(runs_), more(runs);
  for (std::size_t at = 0; at < kPageSize && !(old.ended() && more.ended());) {
    std::size_t end = kPageSize;
    const std::uint64_t before = old.value(at, end);
    const std::uint64_t value = before + factor * more.value(at, end);
    append(at, end, value, both);
    at = end;
  }
  runs_ = std::move(both);
  if (runs_.size() > kMaxRuns) widen();
}

void Differences::find(std::uint64_t* words) const {
  if (!values_.empty()) return nonzero_bits(values_.data(), words);
  std::fill_n(words, kPageSize / 64, 0);
  for (const Run& run : runs_) {
    each_word(run.first, run.end - std::size_t{1},
              [&](std::size_t w, std::uint64_t mask) { words[w] |= mask; });
  }
}

}  // namespace headwater::planner
