// Plans, as readers see them: what the tables say as of the reader's moment.
//
// Thread-safety: functions borrow a reader, which belongs to one thread. Errors: those of the
// store; kNotFound where a plan is named that there is not. Bounds: the caller's limits.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "planner/leases.h"
#include "planner/plan.h"
#include "planner/plan_summary.h"
#include "storage/storage.h"

namespace headwater::planner {

std::string_view to_string(TaskState state);
std::optional<PlanState> plan_state(std::string_view text);
std::optional<TaskState> task_state(std::string_view text);

struct PlanInfo {
  storage::PlanRow row;
  PlanDraft draft;  // without its tasks
  PlanSummary summary;
  std::optional<std::string> webhook_off;  // why nothing is sent to its webhook

  PlanState state() const { return static_cast<PlanState>(row.state); }
  // It asks to be approved again: there is more to do than was approved.
  bool outgrown() const { return state() == PlanState::kPaused && row.hold == 2; }
  std::int64_t pending() const;
  // Partitions that are not settled and may still be.
  std::int64_t remaining() const { return pending() + row.counts.running; }
};

// What partitions of a task wait for that nothing of the plan keeps back: stored numbers.
enum class WaitFor : std::uint8_t { kInputs = 1, kQuiet = 2 };
std::string_view to_string(WaitFor why);  // "inputs", "quiet"
struct TaskWait {
  WaitFor why = WaitFor::kInputs;
  DatasetNo upstream;
  std::int64_t partitions = 0, first = 0;  // how many, and the index of the first
  base::Micros until = model::kOpenEnd;    // kQuiet: when the first period ends
};

struct TaskInfo {
  Task task;
  storage::PlanProgressRow progress;
  std::vector<TaskWait> waiting;
  std::vector<storage::PlanLeaseRow> leases;  // not ended; by token

  TaskState state() const { return static_cast<TaskState>(progress.state); }
  std::int64_t pending() const;
};

base::Result<PlanInfo> find_plan(storage::Reader& reader, model::Seq plan);
// Newest first, before `before`.
base::Result<std::vector<PlanInfo>> list_plans(storage::Reader& reader,
                                               std::optional<PlanState> state, model::Seq before,
                                               std::size_t limit);
// By number, after `after`.
base::Result<std::vector<TaskInfo>> list_tasks(storage::Reader& reader, model::Seq plan,
                                               std::optional<TaskState> state, std::uint32_t after,
                                               std::size_t limit);
base::Result<TaskInfo> find_task(storage::Reader& reader, model::Seq plan, std::uint32_t number);

// Whether any partition of a lease that has ended was handed out again by its plan.
base::Result<bool> handed_out_again(storage::Reader& reader, const storage::PlanLeaseRow& lease);

// Why nothing is sent to the plan's webhook; nothing if it is on.
base::Result<std::optional<std::string>> webhook_off(storage::Reader& reader, model::Seq plan);

// Decisions on changes that were in force as of a record.
base::Result<std::int64_t> decisions_in_force(storage::Reader& reader, model::Seq at);

// Whether a request for leases could be given something, or would end leases that have expired:
// if not there is no need to log it. `jobs`: of the request, sorted; empty: all.
base::Result<bool> may_lease(storage::Reader& reader, const PlanInfo& plan,
                             const std::vector<NodeId>& jobs, base::Micros now);

}  // namespace headwater::planner
