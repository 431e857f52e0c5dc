// Which partitions a plan consists of, before anything is put in order. Private to planner.
//
// Thread-safety: a function of its arguments. Errors: kLimitExceeded (kMaxPlanSpans), kCancelled.
#pragma once

#include <functional>
#include <vector>

#include "base/result.h"
#include "planner/plan_builder.h"
#include "planner/plan_set.h"

namespace headwater::planner {

struct PlanScope {
  PlanSet planned;             // what runs, or may have to
  PlanSet unrecoverable;       // what would, had nothing expired that it reads
  std::vector<bool> in_scope;  // by dataset - 1
};

base::Result<PlanScope> find_scope(const Staleness& staleness, const PlanOptions& options,
                                   const std::vector<ChosenChange>& changes, History& history,
                                   const std::function<bool()>& cancelled);

base::Error too_many_spans();

}  // namespace headwater::planner
