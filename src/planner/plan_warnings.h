// What a person should know of a plan before approving it. Private to planner.
//
// Thread-safety: a function of its arguments. Errors: kLimitExceeded (kMaxPlanSpans).
#pragma once

#include <vector>

#include "base/result.h"
#include "planner/plan.h"
#include "planner/plan_scope.h"
#include "planner/staleness.h"

namespace headwater::planner {

// What was too much to be looked at: earlier materializations that might do, what chosen changes
// made stale.
struct Cuts {
  bool reuse = false, changes = false;
};

// By dataset and code. `planned`: what the draft's tasks are of.
base::Result<std::vector<PlanWarning>> find_warnings(const Staleness& staleness,
                                                     const PlanScope& scope, const PlanSet& planned,
                                                     const PlanDraft& draft, const Cuts& cuts);

}  // namespace headwater::planner
