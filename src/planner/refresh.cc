#include "planner/refresh.h"

#include <algorithm>

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

// Of a lane: what may be due at all.
Interval watched(const Space& space, std::uint32_t lane, Micros now) {
  const Dimension& time = *space.index_dimension();
  const Span closed = space.expected(lane, now, true);
  return {std::max(closed.first, time.refresh_from), closed.last - 1};
}

// When the last that p is run again for has closed.
Micros last_close(const Space& space, std::int64_t index, const Interval& of) {
  const Dimension& time = *space.index_dimension();
  const std::int64_t last = std::min(index + time.refresh, of.last + 1);
  return time.calendar->start_of(last + 1) + time.close_offset_us;
}

}  // namespace

bool has_refresh_window(const Space& space) {
  const Dimension* const index = space.index_dimension();
  return index != nullptr && index->kind == Dimension::Kind::kTime && index->refresh > 0;
}

bool is_due(const Space& space, const Place& place, Micros start, Micros now) {
  if (!has_refresh_window(space)) return false;
  const Interval of = watched(space, place.lane, now);
  if (place.index < of.first || place.index > of.last) return false;
  return start < last_close(space, place.index, of);
}

Result<bool> is_due(const State& state, History& history, DatasetNo dataset, const Place& place,
                    Micros now) {
  const Space& space = *state.segment(dataset).space;
  if (!has_refresh_window(space)) return false;
  HW_TRY(const auto starts, history.starts(dataset, place.lane, place.index, place.index));
  return !starts.empty() && is_due(space, place, starts.front().start, now);
}

Result<std::vector<std::vector<Interval>>> due_for_refresh(const State& state, History& history,
                                                           DatasetNo dataset, Micros now,
                                                           const std::function<bool()>& cancelled) {
  const Segment& segment = state.segment(dataset);
  std::vector<std::vector<Interval>> out(segment.lane_count());
  if (!has_refresh_window(*segment.space)) return out;
  for (std::uint32_t number = 0; number < out.size(); ++number) {
    const Lane* const lane = segment.find(number);
    const Interval of = watched(*segment.space, number, now);
    if (lane == nullptr || of.empty()) continue;
    std::vector<Interval>& due = out[number];
    for (std::int64_t block = std::max(lane->first, block_of(of.first));
         block <= block_of(of.last) && block < lane->end(); ++block) {
      if (cancelled && cancelled()) {
        return make_error(ErrorCode::kCancelled, "The request was cancelled.");
      }
      const std::int64_t base = block << kBlockBits;
      HW_TRY(const auto starts, history.starts(dataset, number, std::max(of.first, base),
                                               std::min(of.last, base + kBlockSize - 1)));
      for (const Started& one : starts) {
        if (one.start >= last_close(*segment.space, one.index, of)) continue;
        if (due.empty() || due.back().last != one.index - 1) due.push_back({one.index, 0});
        due.back().last = one.index;
      }
    }
  }
  return out;
}

}  // namespace headwater::planner
