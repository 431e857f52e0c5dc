// What a space has of a lane, 64 partitions at a time. Private to planner.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "planner/segment.h"

namespace headwater::planner {

// The bits of [index, index + 64) that lie in the span.
inline std::uint64_t span_word(const Span& span, std::int64_t index) {
  if (span.last < index || span.first > index + 63 || span.last < span.first) return 0;
  std::uint64_t out = ~std::uint64_t{0};
  if (span.first > index) out &= ~std::uint64_t{0} << (span.first - index);
  if (span.last < index + 63) out &= ~std::uint64_t{0} >> (63 - (span.last - index));
  return out;
}

// The bits of [index, index + 64) that lie in one of the intervals, which are sorted and apart.
inline std::uint64_t interval_word(const std::vector<Interval>& intervals, std::int64_t index) {
  std::uint64_t out = 0;
  for (auto it = std::lower_bound(
           intervals.begin(), intervals.end(), index,
           [](const Interval&interval, std::int64_t at) { return interval.last < at; });
       it != intervals.end() && it->first <= index + 63; ++it) {
    out |= span_word({0, it->first, it->last}, index);
  }
  return out;
}

// Of time and of integers a space has everything between any two that it has.
inline bool has_no_holes(const Space& space) {
  const Dimension* const dimension = space.index_dimension();
  return dimension != nullptr && dimension->kind != Dimension::Kind::kStatic;
}

// Of the partitions `among` those that the space has. `bounds`: of the lane.
inline std::uint64_t valid_word(const Space& space, const Span& bounds, std::int64_t index,
                                std::uint64_t among) {
  among &= span_word(bounds, index);
  if (has_no_holes(space)) return among;
  std::uint64_t out = 0;
  for (std::uint64_t rest = among; rest != 0; rest &= rest - 1) {
    const int bit = std::countr_zero(rest);
    if (space.has({bounds.lane, index + bit})) out |= std::uint64_t{1} << bit;
  }
  return out;
}
inline std::uint64_t valid_word(const Space& space, std::uint32_t lane, std::int64_t index,
                                std::uint64_t among) {
  return among == 0 ? 0 : valid_word(space, space.bounds(lane), index, among);
}

// From the first to the last index of the lane that is there or expected; last < first: none.
inline std::pair<std::int64_t, std::int64_t> extent(const Lane* lane, const Span& expected) {
  std::int64_t first = expected.first, last = expected.last;
  if (lane != nullptr && !lane->blocks.empty()) {
    const std::int64_t begin = lane->first << kBlockBits;
    const std::int64_t end = (lane->end() << kBlockBits) - 1;
    first = last < first ? begin : std::min(first, begin);
    last = last < expected.first ? end : std::max(last, end);
  }
  return {first, last};
}

inline std::pair<std::int64_t, std::int64_t> extent(const Segment& segment, std::uint32_t number,
                                                    Micros now) {
  return extent(segment.find(number), segment.space->expected(number, now, true));
}

}  // namespace headwater::planner
