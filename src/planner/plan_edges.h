// How datasets of a plan depend on each other and on themselves. Private to planner.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "planner/plan_set.h"
#include "planner/segment.h"
#include "planner/state.h"

namespace headwater::planner {

// How the datasets of a group (see Staleness::groups) depend on themselves.
enum class Loop : std::uint8_t {
  kNone = 1,    // a single dataset that does not
  kChain = 2,   // a single one, each partition of which reads the one before in its lane
  kLagged = 3,  // a single one, whose lanes read their own past, but not the one before
  kCyclic = 4,  // anything else
};
struct LoopShape {
  Loop loop = Loop::kNone;
  Interval window;  // of kChain and kLagged: read by partition 0; it ends before 0
};
LoopShape loop_of(const State& state, const std::vector<DatasetNo>& group);
bool in_group(DatasetNo dataset, const std::vector<DatasetNo>& group);

// The first index of a lane that readers of `last` wait for: the last one that is present, since a
// plan may add later ones. INT64_MIN where none is present.
std::int64_t first_of_last(const Segment& segment, std::uint32_t lane);

// What reads something of `from`, by lane of the edge's upstream dataset, goes to `out`, by lane of
// its downstream dataset, which has all lanes; neither sorted nor joined there.
void add_readers(const State& state, const Edge& edge, const LaneIntervals& from,
                 LaneIntervals& out);

}  // namespace headwater::planner
