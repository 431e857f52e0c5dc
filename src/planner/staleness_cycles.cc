// Staleness: datasets that depend on each other's past.

#include <algorithm>
#include <bit>

#include "planner/staleness_build.h"
#include "planner/valid.h"

namespace headwater::planner {

void CycleBuilder::run() {
  const auto can_share = [&](DatasetNo dataset) { return builder_.can_share(dataset); };
  if (std::all_of(group_.begin(), group_.end(), can_share)) {
    for (const DatasetNo dataset : group_) builder_.share(dataset);
    return;
  }
  for (const DatasetNo dataset : group_) open(dataset);
  spread();
  for (Open& open : open_) close(open);
}

// With what comes from outside of the cycle.
void CycleBuilder::open(DatasetNo dataset) {
  builder_.common_.clear();
  builder_.dirty_.clear();
  const Segment& segment = builder_.segment(dataset);
  Open open{dataset, {}};
  for (std::uint32_t number = 0; number < segment.lane_count(); ++number) {
    const Lane* const lane = segment.find(number);
    OpenRow row;
    row.expected = segment.space->expected(number, builder_.out_->now_, true);
    row.uniform = builder_.uniform_dirty(dataset, number);
    const auto [first, last] = extent(lane, row.expected);
    row.first = block_of(first);
    for (std::int64_t b = row.first; first <= last && b <= block_of(last); ++b) {
      const BlockWords words = words_of(*segment.space, number, b,
                                        lane == nullptr ? nullptr : lane->find(b), row.expected);
      const StalenessBuilder::Incoming in = builder_.incoming(dataset, number, b, &group_);
      BlockBits maybe;
      for (std::size_t w = 0; w < kWords; ++w) {
        maybe[w] = words.relevant(w) & (in.whole || row.uniform ? ~std::uint64_t{0} : in.bits[w]);
        for (std::uint64_t rest = words.stale[w] | words.missing[w] | maybe[w]; rest != 0;
             rest &= rest - 1) {
          queue_.push_back({dataset,
                            {number, (b << kBlockBits) + static_cast<std::int64_t>(w * 64) +
                                         std::countr_zero(rest)}});
        }
      }
      row.words.push_back(words);
      row.maybe.push_back(maybe);
    }
    open.rows.push_back(std::move(row));
  }
  open_.push_back(std::move(open));
}

CycleBuilder::Open* CycleBuilder::find(DatasetNo dataset) {
  const auto at = std::find_if(open_.begin(), open_.end(),
                               [&](const Open& open) { return open.dataset == dataset; });
  return at == open_.end() ? nullptr : &*at;
}

void CycleBuilder::spread() {
  while (!queue_.empty()) {
    const auto [dataset, place] = queue_.back();
    queue_.pop_back();
    for (const Edge& edge : builder_.segment(dataset).out) {
      if (edge.reads->counts()) reach(edge, place);
    }
  }
}

void CycleBuilder::reach(const Edge& edge, const Place& from) {
  Open* const downstream = find(edge.downstream);
  if (downstream == nullptr) return;
  if (edge.reads->is_explicit()) {
    for (const Place& place : edge.reads->downstream_of(from)) {
      mark(*downstream, place.lane, {place.index, place.index});
    }
    return;
  }
  const Interval readers = edge.reads->downstream_of(from.index);
  const auto lanes = static_cast<std::uint32_t>(downstream->rows.size());
  edge.reads->each_downstream_lane(from.lane, lanes, [&](std::uint32_t lane) {
    if (!edge.reads->leaves_gaps()) return mark(*downstream, lane, readers);
    for (std::int64_t i = readers.first; i <= readers.last; ++i) {
      if (!edge.reads->upstream_of(i).empty()) mark(*downstream, lane, {i, i});
    }
  });
}

// Marks what is relevant of the interval, and goes on from what was not marked.
void CycleBuilder::mark(Open& open, std::uint32_t lane, Interval interval) {
  if (lane >= open.rows.size()) return;
  OpenRow& row = open.rows[lane];
  const std::int64_t base = row.first << kBlockBits;
  const auto size = static_cast<std::int64_t>(row.words.size()) << kBlockBits;
  interval.first = std::max(interval.first, base);
  interval.last = std::min(interval.last, base + size - 1);
  for (std::int64_t at = interval.first & ~std::int64_t{63}; at <= interval.last; at += 64) {
    const auto block = static_cast<std::size_t>(block_of(at) - row.first);
    const std::size_t w = offset_of(at) / 64;
    const std::uint64_t range = span_word({lane, interval.first, interval.last}, at);
    std::uint64_t added = range & row.words[block].relevant(w) & ~row.maybe[block][w];
    row.maybe[block][w] |= added;
    for (; added != 0; added &= added - 1) {
      queue_.push_back({open.dataset, {lane, at + std::countr_zero(added)}});
    }
  }
}

void CycleBuilder::close(Open& open) {
  auto result = std::make_shared<Staleness::Dataset>();
  result->horizon = builder_.horizon(open.dataset);
  builder_.begin(open.dataset);
  const StalenessBuilder::Old then = builder_.old(open.dataset);
  for (std::uint32_t number = 0; number < open.rows.size(); ++number) {
    const OpenRow& from = open.rows[number];
    const Lane* const lane = builder_.segment(open.dataset).find(number);
    const Staleness::Row* const before =
        then.dataset == nullptr ? nullptr : then.dataset->find(number);
    auto row = std::make_shared<Staleness::Row>();
    row->expected = from.expected;
    row->uniform = from.uniform;
    row->first = from.first;
    row->reads_expired = builder_.reads_expired_of(open.dataset, number);
    for (std::size_t i = 0; i < from.words.size(); ++i) {
      const std::int64_t b = from.first + static_cast<std::int64_t>(i);
      const Block* const block = lane == nullptr ? nullptr : lane->find(b);
      row->pieces.push_back(
          builder_.seal(open.dataset, block, b, from.words[i], from.maybe[i], row->reads_expired));
      row->pieces.back().tally.add_to(row->counts);
    }
    builder_.note_row(open.dataset, number, before, *row);
    result->rows.push_back(std::move(row));
  }
  result->defers = builder_.defers_;
  builder_.keep(open.dataset, std::move(result));
}

}  // namespace headwater::planner
