// Cuts what a plan consists of into tasks, puts them into waves and says what waits for what.
// Private to planner.
//
// Thread-safety: a function of its arguments. Errors: kLimitExceeded (kMaxPlanTasks,
// kMaxPlanLinks), kCancelled, kInvalidArgument if partitions depend on themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "planner/plan.h"
#include "planner/plan_set.h"
#include "planner/staleness.h"

namespace headwater::planner {

// By number: by wave, dataset, lane and first partition. `upstream` is filled in, estimates are
// not.
base::Result<std::vector<Task>> cut_tasks(const Staleness& staleness, const PlanSet& planned,
                                          std::int64_t max_partitions,
                                          const std::function<bool()>& cancelled);

}  // namespace headwater::planner
