// Which partitions of a plan need no run, since an earlier materialization of them would do.
// Private to planner.
//
// Thread-safety: belongs to one thread. Errors: those of the history.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "planner/plan_builder.h"
#include "planner/plan_set.h"

namespace headwater::planner {

inline constexpr std::size_t kMaxReuseLooks = 20'000;  // at the history, for one plan

// Marks them in `planned`: what is stale, reads nothing that the plan changes, and has a
// materialization that stands, of the class of code of now, whose run had read exactly what stands
// now. `cut`: there were more to compare than kMaxReuseLooks allows; the rest is run.
base::Result<void> find_reuse(const State& state, const PlanSources& sources, PlanSet& planned,
                              bool* cut);

}  // namespace headwater::planner
