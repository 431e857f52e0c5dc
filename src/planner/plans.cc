#include "planner/plans.h"

#include <algorithm>
#include <array>
#include <utility>

#include "model/json.h"
#include "planner/documents.h"
#include "planner/plan_rows.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr std::array<std::pair<TaskState, std::string_view>, 6> kTaskStates{
    {{TaskState::kPending, "pending"},
     {TaskState::kReady, "ready"},
     {TaskState::kLeased, "leased"},
     {TaskState::kDone, "done"},
     {TaskState::kFailed, "failed"},
     {TaskState::kBlocked, "blocked"}}};

constexpr std::array kPlanStates{PlanState::kDraft,  PlanState::kApproved,  PlanState::kExecuting,
                                 PlanState::kPaused, PlanState::kCancelled, PlanState::kDone};

std::int64_t pending_of(std::int64_t total, const storage::PlanCounts& n) {
  return total - n.done - n.told - n.skipped - n.running - n.failed - n.blocked;
}

Result<PlanInfo> read(storage::Reader& reader, storage::PlanRow row) {
  HW_TRY(const auto body, reader.plan_body(row.id));
  if (!body) return make_error(ErrorCode::kStorageCorrupt, "A plan has no body.");
  PlanInfo out{std::move(row), decode_draft(body->body), decode_summary(body->summary), {}};
  if (out.draft.options.webhook_url.empty()) return out;
  HW_TRY(out.webhook_off, webhook_off(reader, out.row.id));
  return out;
}

std::vector<TaskWait> read_waits(std::string_view text) {
  std::vector<TaskWait> out;
  model::JsonValue(text).elements([&](const model::JsonValue& wait) {
    std::vector<std::int64_t> parts;
    wait.elements([&](const auto& part) { parts.push_back(part.integer().value_or(0)); });
    parts.resize(5);
    out.push_back({static_cast<WaitFor>(parts[0]), DatasetNo{static_cast<std::uint32_t>(parts[1])},
                   parts[2], parts[3], parts[4]});
  });
  return out;
}

Result<TaskInfo> read(storage::Reader& reader, storage::PlanProgressRow progress,
                      const storage::PlanTaskRow& row) {
  TaskInfo out{task_of(row), std::move(progress), {}, {}};
  out.waiting = read_waits(out.progress.waits);
  if (out.progress.counts.running == 0) return out;
  HW_TRY(auto leases, reader.plan_leases_of_task(row.plan, row.number));
  for (storage::PlanLeaseRow& lease : leases) {
    const bool valid = static_cast<LeaseState>(lease.state) == LeaseState::kValid;
    if (valid) out.leases.push_back(std::move(lease));
  }
  return out;
}

}  // namespace

std::string_view to_string(TaskState state) {
  return kTaskStates[static_cast<std::size_t>(state) - 1].second;
}

std::string_view to_string(WaitFor why) { return why == WaitFor::kQuiet ? "quiet" : "inputs"; }

std::optional<PlanState> plan_state(std::string_view text) {
  for (const PlanState state : kPlanStates) {
    if (to_string(state) == text) return state;
  }
  return std::nullopt;
}

std::optional<TaskState> task_state(std::string_view text) {
  for (const auto& [state, name] : kTaskStates) {
    if (name == text) return state;
  }
  return std::nullopt;
}

std::int64_t PlanInfo::pending() const { return pending_of(row.total, row.counts); }
std::int64_t TaskInfo::pending() const { return pending_of(task.count(), progress.counts); }

Result<PlanInfo> find_plan(storage::Reader& reader, model::Seq plan) {
  HW_TRY(auto row, reader.plan(plan));
  if (row) return read(reader, *std::move(row));
  return make_error(ErrorCode::kNotFound, "There is no plan " + std::to_string(plan.value) +
                                              ". GET /api/v1/plans lists them.");
}

Result<std::vector<PlanInfo>> list_plans(storage::Reader& reader, std::optional<PlanState> state,
                                         model::Seq before, std::size_t limit) {
  std::optional<std::int32_t> number;
  if (state) number = static_cast<std::int32_t>(*state);
  HW_TRY(auto rows, reader.plans(number, before, limit));
  std::vector<PlanInfo> out;
  for (storage::PlanRow& row : rows) {
    HW_TRY(PlanInfo info, read(reader, std::move(row)));
    out.push_back(std::move(info));
  }
  return out;
}

Result<std::vector<TaskInfo>> list_tasks(storage::Reader& reader, model::Seq plan,
                                         std::optional<TaskState> state, std::uint32_t after,
                                         std::size_t limit) {
  std::optional<std::int32_t> number;
  if (state) number = static_cast<std::int32_t>(*state);
  HW_TRY(auto rows, reader.plan_progress(plan, number, after, limit));
  std::vector<TaskInfo> out;
  for (storage::PlanProgressRow& row : rows) {
    HW_TRY(const auto tasks, reader.plan_tasks(plan, row.number, row.number));
    if (tasks.empty()) return make_error(ErrorCode::kStorageCorrupt, "A plan lacks a task.");
    HW_TRY(TaskInfo info, read(reader, std::move(row), tasks.front()));
    out.push_back(std::move(info));
  }
  return out;
}

Result<TaskInfo> find_task(storage::Reader& reader, model::Seq plan, std::uint32_t number) {
  HW_TRY(auto found, list_tasks(reader, plan, std::nullopt, number - 1, 1));
  if (!found.empty() && found.front().task.number == number) return std::move(found.front());
  return make_error(ErrorCode::kNotFound, "The plan has no such task.");
}

Result<bool> handed_out_again(storage::Reader& reader, const storage::PlanLeaseRow& lease) {
  HW_TRY(const auto leases, reader.plan_leases_of_task(lease.plan, lease.task));
  return std::ranges::any_of(leases, [&](const storage::PlanLeaseRow& other) {
    const bool later = LeaseToken{other.seq, other.n} > LeaseToken{lease.seq, lease.n};
    return later && other.first <= lease.last && lease.first <= other.last;
  });
}

Result<std::optional<std::string>> webhook_off(storage::Reader& reader, model::Seq plan) {
  HW_TRY(const auto off,
         reader.planner_document(static_cast<std::int32_t>(DocumentKind::kPlanWebhook),
                                 static_cast<std::int64_t>(plan.value), 0));
  if (!off) return std::optional<std::string>{};
  return std::optional(model::JsonValue(off->body).get("reason").string().value_or(""));
}

Result<std::int64_t> decisions_in_force(storage::Reader& reader, model::Seq at) {
  HW_TRY(const auto rows,
         reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kDecision), 0,
                                  static_cast<std::int64_t>(at.value)));
  return std::ranges::count_if(rows, [at](const storage::PlannerDocument& row) {
    const model::Seq revoked = decode_decision(row.body).revoked;
    return !revoked || at < revoked;
  });
}

Result<bool> may_lease(storage::Reader& reader, const PlanInfo& plan,
                       const std::vector<NodeId>& jobs, base::Micros now) {
  const bool open = plan.state() == PlanState::kApproved || plan.state() == PlanState::kExecuting;
  if (!open) return false;
  HW_TRY(const base::Micros expiry, reader.first_lease_expiry(std::nullopt));
  if (expiry <= now || plan.row.wakes_at <= now) return true;
  if (plan.row.ready == 0) return false;
  if (jobs.empty()) return true;
  HW_TRY(const auto ready, reader.plan_ready_jobs(plan.row.id));
  return std::ranges::any_of(
      ready, [&](const NodeId job) { return std::ranges::binary_search(jobs, job); });
}

}  // namespace headwater::planner
