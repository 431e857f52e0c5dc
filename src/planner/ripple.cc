#include "planner/ripple.h"

#include <algorithm>
#include <bit>

#include "planner/readers.h"

namespace headwater::planner {

namespace {

constexpr std::size_t kLookEvery = 1024;  // spans between two looks at `cancelled`

}  // namespace

Ripple::Row& Ripple::row(DatasetNo dataset, std::uint32_t lane) {
  const auto [at, fresh] = rows_.try_emplace({dataset.value, lane});
  if (!fresh) return at->second;
  const Segment& segment = staleness_->state().segment(dataset);
  const auto [first, last] = extent(segment, lane, staleness_->now());
  if (last < first) return at->second;
  at->second.base = first & ~std::int64_t{63};
  const auto words = static_cast<std::size_t>((last - at->second.base) / 64 + 1);
  at->second.given.resize(words);
  at->second.reached.resize(words);
  return at->second;
}

void Ripple::add(DatasetNo dataset, const Span& span) {
  Row& row = this->row(dataset, span.lane);
  const std::int64_t first = std::max(span.first, row.base);
  const std::int64_t last = std::min(span.last, row.end() - 1);
  if (last < first) return;
  for (std::int64_t at = first & ~std::int64_t{63}; at <= last; at += 64) {
    row.given[static_cast<std::size_t>((at - row.base) / 64)] |=
        span_word({span.lane, first, last}, at);
  }
  queue_.push_back({dataset, {span.lane, first, last}});
}

bool Ripple::run(const std::function<bool()>& cancelled) {
  for (std::size_t steps = 0; !queue_.empty(); ++steps) {
    if (steps % kLookEvery == 0 && cancelled && cancelled()) return false;
    const auto [dataset, span] = queue_.front();
    queue_.pop_front();
    for (const Edge& edge : staleness_->state().segment(dataset).out) {
      if (edge.reads->counts()) pass_on(edge, span);
    }
  }
  return true;
}

// Marks what is there or missing of the interval, and takes up what was not marked.
void Ripple::reach(DatasetNo dataset, std::uint32_t lane, Interval interval) {
  Row& row = this->row(dataset, lane);
  interval.first = std::max(interval.first, row.base);
  interval.last = std::min(interval.last, row.end() - 1);
  Span fresh{lane, 0, -1};
  const auto add = [&](std::int64_t index) {
    if (fresh.last >= fresh.first && fresh.last + 1 == index) {
      fresh.last = index;
      return;
    }
    if (fresh.last >= fresh.first) queue_.push_back({dataset, fresh});
    fresh.first = fresh.last = index;
  };
  for (std::int64_t at = interval.first & ~std::int64_t{63}; at <= interval.last; at += 64) {
    const auto w = static_cast<std::size_t>((at - row.base) / 64);
    std::uint64_t added = span_word({lane, interval.first, interval.last}, at);
    added &= ~row.reached[w] & ~row.given[w];
    if (added == 0) continue;
    const Staleness::Words words = staleness_->words(dataset, lane, at);
    added &= (words.present & ~words.orphaned) | words.missing;
    row.reached[w] |= added;
    for (; added != 0; added &= added - 1) add(at + std::countr_zero(added));
  }
  if (fresh.last >= fresh.first) queue_.push_back({dataset, fresh});
}

void Ripple::pass_on_pairs(const Edge& edge, const Span& span) {
  for (std::int64_t index = span.first; index <= span.last; ++index) {
    for (const Place& place : edge.reads->downstream_of(Place{span.lane, index})) {
      reach(edge.downstream, place.lane, {place.index, place.index});
    }
  }
}

void Ripple::pass_on(const Edge& edge, const Span& span) {
  if (edge.reads->is_explicit()) return pass_on_pairs(edge, span);
  const State& state = staleness_->state();
  std::vector<Interval> readers;
  if (edge.reads->mapping().kind == MappingKind::kLast) {
    const Lane* const upstream = state.segment(edge.upstream).find(span.lane);
    const auto last = upstream == nullptr ? std::nullopt : upstream->last_present();
    if (!last || *last < span.first || *last > span.last) return;
  }
  if (edge.reads->uniform()) {
    readers.push_back({INT64_MIN, INT64_MAX});
  } else {
    each_reader(*edge.reads, {span.first, span.last},
                [&](const Interval& interval) { readers.push_back(interval); });
  }
  edge.reads->each_downstream_lane(span.lane, state.segment(edge.downstream).lane_count(),
                                   [&](std::uint32_t lane) {
                                     for (const Interval& interval : readers)
                                       reach(edge.downstream, lane, interval);
                                   });
}

Ripple::Words Ripple::words(DatasetNo dataset, std::uint32_t lane, std::int64_t index) const {
  const auto at = rows_.find({dataset.value, lane});
  if (at == rows_.end() || index < at->second.base || index >= at->second.end()) return {};
  const auto w = static_cast<std::size_t>((index - at->second.base) / 64);
  return {at->second.given[w], at->second.reached[w]};
}

std::vector<DatasetNo> Ripple::datasets() const {
  std::vector<DatasetNo> out;
  for (const auto& [key, row] : rows_) {
    if (!out.empty() && out.back().value == key.first) continue;
    const auto any = [](std::uint64_t word) { return word != 0; };
    if (std::any_of(row.given.begin(), row.given.end(), any) ||
        std::any_of(row.reached.begin(), row.reached.end(), any)) {
      out.push_back(DatasetNo{key.first});
    }
  }
  return out;
}

}  // namespace headwater::planner
