// Reading what a plan is asked for. Errors: kInvalidArgument, kLimitExceeded, kNotFound, with the
// member's pointer.
#pragma once

#include "api/v1/partition_reading.h"
#include "model/json.h"
#include "planner/plan.h"

namespace headwater::api::v1 {

inline constexpr std::size_t kMaxPlanNodes = 1'000, kMaxPlanChanges = 1'000;
inline constexpr std::size_t kMaxPlanNameBytes = 200;

Result<planner::PlanOptions> read_plan_options(Context& context, const model::JsonValue& body,
                                               const PartitionReading& reading);

}  // namespace headwater::api::v1
