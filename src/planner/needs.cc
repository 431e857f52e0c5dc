#include "planner/needs.h"

#include <vector>

#include "base/hash.h"

namespace headwater::planner {

Need need_of(const State& state, DatasetNo dataset, const Place& place, base::Micros now) {
  const Segment& segment = state.segment(dataset);
  if (!segment.space->has(place)) return Need::kGone;
  const Lane* const lane = segment.find(place.lane);
  const Block* const block = lane == nullptr ? nullptr : lane->find(block_of(place.index));
  const std::size_t i = offset_of(place.index);
  if (block == nullptr || !block->present.get(i)) return Need::kRun;
  if (block->inputs.get(i) || block->tag.get(i)) return Need::kRun;
  if (!block->code.get(i)) return Need::kNothing;
  const Attribute& attribute = block->attribute(i);
  const CodeBook& codes = state.codes();
  const bool deferred = codes.has_deferred(attribute.job) &&
                        codes.same_if_deferred(attribute.job, dataset, place.index, attribute.code,
                                               codes.current(attribute.job), now);
  return deferred ? Need::kNothing : Need::kRun;
}

namespace {

std::uint64_t cells(const Lane& lane, std::uint32_t number, const Interval& interval) {
  std::uint64_t out = 0;
  if (interval.empty()) return out;
  each_present(lane, interval.first, interval.last, [&](std::int64_t index) {
    out += cell({number, index}, lane.out(index));
  });
  return out;
}

// The sum of the cells that each index of a span reads of one lane: both ends of what is read only
// move on, so each cell is taken in and put out once.
void add_intervals(const Edge& edge, const Lane& lane, std::uint32_t number, const Span& span,
                   std::vector<std::uint64_t>& sums) {
  Interval held{0, -1};
  std::uint64_t sum = 0;
  for (std::int64_t i = span.first; i <= span.last; ++i) {
    const Interval read = edge.reads->upstream_of(i);
    if (read.empty() || held.empty() || read.first > held.last) {
      sum = cells(lane, number, read);
    } else {
      sum -= cells(lane, number, {held.first, read.first - 1});
      sum += cells(lane, number, {held.last + 1, read.last});
    }
    held = read;
    sums[static_cast<std::size_t>(i - span.first)] += edge.factor * sum;
  }
}

std::uint64_t uniform_sum(const Edge& edge, const Lane& lane, std::uint32_t number) {
  if (edge.reads->mapping().kind == MappingKind::kAll) return edge.factor * lane.sum;
  const auto last = lane.last_present();
  return last ? edge.factor * cell({number, *last}, lane.out(*last)) : 0;
}

void add_edge(const State& state, const Edge& edge, const Span& span,
              std::vector<std::uint64_t>& sums) {
  const Segment& upstream = state.segment(edge.upstream);
  if (edge.reads->is_explicit()) {
    for (std::int64_t i = span.first; i <= span.last; ++i) {
      for (const Place& read : edge.reads->upstream_of(Place{span.lane, i})) {
        const Lane* const lane = upstream.find(read.lane);
        if (lane == nullptr || !lane->present(read.index)) continue;
        sums[static_cast<std::size_t>(i - span.first)] +=
            edge.factor * cell(read, lane->out(read.index));
      }
    }
    return;
  }
  edge.reads->each_upstream_lane(span.lane, upstream.lane_count(), [&](std::uint32_t number) {
    const Lane* const lane = upstream.find(number);
    if (lane == nullptr) return;
    if (!edge.reads->uniform()) return add_intervals(edge, *lane, number, span, sums);
    const std::uint64_t sum = uniform_sum(edge, *lane, number);
    for (std::uint64_t& one : sums) one += sum;
  });
}

}  // namespace

std::uint64_t desired(const State& state, DatasetNo dataset, const Span& span, NodeId job) {
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(span.last - span.first + 1));
  for (const Edge& edge : state.segment(dataset).in) {
    if (edge.reads->counts()) add_edge(state, edge, span, sums);
  }
  base::Hasher hasher;
  hasher.field("desired").field(static_cast<std::uint64_t>(state.codes().current(job).value));
  for (const std::uint64_t sum : sums) hasher.field(sum);
  return hasher.finish().low;
}

}  // namespace headwater::planner
