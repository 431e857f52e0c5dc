// What is decided about plans, as records of the log (ingest::Decision::planner).
//
// Thread-safety: pure functions. What is not valid is refused when it is admitted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planner/leases.h"
#include "planner/plan.h"

namespace headwater::planner {

std::string put_plan(const PlanDraft& draft);

enum class PlanMove : std::uint8_t { kApprove, kPause, kResume, kCancel, kRetry };
// `tasks`: of kRetry; empty: all.
std::string move_plan(PlanMove move, model::Seq plan, std::string_view author,
                      std::string_view reason, const std::vector<std::uint32_t>& tasks = {});
// The plan was worked out again and would now run at most `upper` partitions.
std::string refresh_plan(model::Seq plan, std::int64_t upper, std::string_view author,
                         std::string_view reason);

// Nothing more is sent to the plan's webhook until the plan is resumed or approved again.
std::string turn_off_webhook(model::Seq plan, std::string_view author, std::string_view reason);

struct LeaseWish {
  std::string worker, request_id;
  std::int64_t max_leases = 1;
  std::optional<std::int64_t> max_partitions, lease_ms;
  std::vector<NodeId> jobs;
};
std::string lease_plan(model::Seq plan, const LeaseWish& wish);
std::string heartbeat(model::Seq plan, std::string_view token, std::string_view worker,
                      std::optional<std::int64_t> lease_ms);
struct LeaseOutcome {
  std::string state;  // completed, failed, released
  std::vector<std::string> done, failed;
  std::string run_id, message;
};
std::string complete_lease(model::Seq plan, std::string_view token, std::string_view worker,
                           const LeaseOutcome& outcome);
// Ends the leases that have expired.
std::string sweep_leases(std::string_view author);

}  // namespace headwater::planner
