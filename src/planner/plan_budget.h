// What of a plan is done for a given budget. Private to planner.
//
// Thread-safety: a function of its arguments.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "planner/cost_model.h"
#include "planner/plan.h"
#include "planner/plan_set.h"
#include "planner/staleness.h"

namespace headwater::planner {

inline bool has_budget(const PlanOptions& options) {
  return options.budget_partitions || options.budget_cost_micros || options.budget_duration_ms;
}

// How far a plan for a budget is cut, so that little of the budget is left over: `planned`
// partitions there are, tasks are put together again afterwards.
std::int64_t budget_task_size(const PlanOptions& options, std::int64_t planned);

struct BudgetChoice {
  std::vector<Interval> kept;       // of each task; empty: nothing of it
  std::vector<Omission> omissions;  // sorted by dataset, lane, first
};
// `costs`: by dataset, of all that have tasks.
BudgetChoice choose(const Staleness& staleness, const PlanOptions& options,
                    const std::vector<Task>& tasks,
                    const std::map<std::uint32_t, DatasetCosts>& costs);

// Of what was planned, what was kept.
PlanSet keep(const PlanSet& planned, const std::vector<Task>& tasks,
             const std::vector<Interval>& kept);

// Sorted by dataset, lane and first, and neighbours left out for the same reason joined.
void put_in_order(std::vector<Omission>& omissions);

}  // namespace headwater::planner
