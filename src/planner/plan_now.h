// Works a plan out on what the store holds: the sources of make_plan, put together.
//
// Thread-safety: borrows the reader for the call. Errors: those of make_plan.
#pragma once

#include <functional>

#include "base/result.h"
#include "planner/plan.h"
#include "planner/staleness.h"
#include "storage/storage.h"

namespace headwater::planner {

// `reader` is not older than the state of `staleness`.
base::Result<PlanDraft> plan_now(storage::Reader& reader, const Staleness& staleness,
                                 const PlanOptions& options,
                                 const std::function<bool()>& cancelled);

}  // namespace headwater::planner
