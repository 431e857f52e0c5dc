// Refresh windows: which partitions are due to be run again because of data that arrives late.
//
// A space may say that with each partition which closes the `n` before it are run again. A present
// partition p of a lane is *due for refresh* if an expected one after it, at most n later, has
// closed since the run that wrote p began. That makes it no more stale than before. Rules:
// docs/plan-rules.md, "Refresh windows".
//
// Thread-safety: pure functions but for the history, which belongs to the calling thread. Errors:
// those of the history; kCancelled. Cost: a look at the current materialization of each present
// partition of the dataset before the last one that is closed; nothing where no window is declared.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "planner/history.h"
#include "planner/mapping.h"
#include "planner/state.h"

namespace headwater::planner {

bool has_refresh_window(const Space& space);

// Whether the partition, which is present and whose current materialization comes from a run that
// began at `start`, is due at `now`.
bool is_due(const Space& space, const Place& place, Micros start, Micros now);
// The same, looked up; false for what is not there.
base::Result<bool> is_due(const State& state, History& history, DatasetNo dataset,
                          const Place& place, Micros now);

// By lane; sorted and apart.
base::Result<std::vector<std::vector<Interval>>> due_for_refresh(
    const State& state, History& history, DatasetNo dataset, Micros now,
    const std::function<bool()>& cancelled);

}  // namespace headwater::planner
