// What stands of the partitions that a mapping gives, for plans that wait for them. Private to
// planner.
//
// A plan of an environment sees what was written in it (OwnWrites) in front of the warehouse.
//
// Thread-safety: values and functions of a state; OwnWrites on the writer's thread. Costs: of
// present_in(), O(blocks + words at the ends); of latest_end(), a look at the table for each row of
// blocks in which something ended after `after`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "planner/segment.h"
#include "storage/storage.h"

namespace headwater::planner {

// Partitions that were written in an environment, and when the last write of each ended.
class OwnWrites {
 public:
  using Ends = std::map<std::int64_t, Micros>;  // by index

  void add(DatasetNo dataset, const Span& span, Micros end);
  void clear() { lanes_.clear(); }
  const Ends* find(DatasetNo dataset, std::uint32_t lane) const;

 private:
  std::map<std::pair<std::uint32_t, std::uint32_t>, Ends> lanes_;
};

// One upstream lane as a plan sees it; `own` may be null.
struct InputLane {
  DatasetNo dataset;
  std::uint32_t number = 0;
  const Lane* lane = nullptr;  // null: the warehouse has nothing there
  const OwnWrites::Ends* own = nullptr;
};

std::int64_t present_in(const InputLane& lane, const Interval& interval);

// Which of the interval have to come one day: those that the space has, if it expects any. With
// `closed_by` only those that are closed by then. Sorted and apart.
std::vector<Interval> required_in(const Space& space, std::uint32_t lane, const Interval& interval,
                                  std::optional<Micros> closed_by);

// When the last of the current materializations in the interval ended, if after `after`.
base::Result<std::optional<Micros>> latest_end(storage::Reader& reader, const InputLane& lane,
                                               const Interval& interval, Micros after);

inline Interval common(const Interval& a, const Interval& b) {
  return {std::max(a.first, b.first), std::min(a.last, b.last)};
}
inline std::int64_t length(const Interval& interval) {
  return interval.empty() ? 0 : interval.last - interval.first + 1;
}

}  // namespace headwater::planner
