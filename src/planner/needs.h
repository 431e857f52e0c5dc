// Needs: what a partition is at the moment, as far as running it is concerned. Private to planner.
//
// Pure functions of a state. Cost of desired(): the cells that the span reads.
#pragma once

#include <cstdint>

#include "planner/state.h"

namespace headwater::planner {

enum class Need : std::uint8_t {
  kRun,  // missing or stale
  // What stands there is what a run would make; or nobody knows, since its code is not versioned;
  // or it is stale for a change alone that was deferred.
  kNothing,
  kGone,  // the space has no such partition (any more)
};
Need need_of(const State& state, DatasetNo dataset, const Place& place, base::Micros now);

// A digest of what a run of the span would be of now: the code of the job, and all that the
// partitions read. Equal work has an equal one.
std::uint64_t desired(const State& state, DatasetNo dataset, const Span& span, NodeId job);

}  // namespace headwater::planner
