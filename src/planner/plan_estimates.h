// What the tasks of a plan will take: time, money, how likely they have to run at all, and by when.
// Private to planner.
//
// Thread-safety: belongs to one thread. Errors: those of the cost model.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/result.h"
#include "planner/cost_model.h"
#include "planner/plan.h"
#include "planner/staleness.h"

namespace headwater::planner {

class Estimator {
 public:
  Estimator(const Staleness& staleness, CostModel& model)
      : staleness_(staleness), state_(staleness.state()), model_(model) {}

  // Fills in estimates, probabilities, deadlines, and what can be skipped. Tasks are by number.
  base::Result<void> estimate(std::vector<Task>& tasks);
  // Totals and the critical path of a draft whose tasks have been estimated.
  base::Result<void> sum_up(PlanDraft& draft);
  base::Result<const DatasetCosts*> costs_of(DatasetNo dataset);
  // Of all datasets that were asked for.
  const std::map<std::uint32_t, DatasetCosts>& costs() const { return costs_; }

 private:
  base::Result<double> probability(const Task& task, const std::vector<Task>& tasks);
  base::Micros first_expiry(const Task& task) const;
  base::Micros first_expiry(const Edge& edge, const Task& task) const;
  base::Micros first_expiry_of_pairs(const Edge& edge, const Task& task) const;

  const Staleness& staleness_;
  const State& state_;
  CostModel& model_;
  std::map<std::uint32_t, DatasetCosts> costs_;
};

}  // namespace headwater::planner
