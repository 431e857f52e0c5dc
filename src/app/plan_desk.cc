#include "app/plan_desk.h"

#include <algorithm>
#include <future>
#include <set>

#include "base/hash.h"
#include "planner/plan_decisions.h"
#include "query/query.h"

namespace headwater::app {

using alerts::HandedLease;
using alerts::HookedPlan;
using base::Result;
using planner::LeaseState;
using planner::PlanState;
using storage::PlanLeaseRow;

Result<ingest::Receipt> decide(ingest::Pipeline& pipeline, std::string decision) {
  ingest::Decision out;
  out.kind = ingest::Decision::Kind::kPlanner;
  out.planner = std::move(decision);
  auto promise = std::make_shared<std::promise<Result<ingest::Receipt>>>();
  auto future = promise->get_future();
  pipeline.decide(std::move(out), [promise](auto done) { promise->set_value(std::move(done)); });
  return future.get();
}

// Those that are open and have a webhook; their hooks are kept.
Result<bool> PlanDeskOf::is_hooked(storage::Reader& reader, model::Seq plan) {
  auto known = hooks_.find(plan.value);
  if (known == hooks_.end()) {
    HW_TRY(const planner::PlanInfo info, planner::find_plan(reader, plan));
    const planner::PlanOptions& options = info.draft.options;
    known =
        hooks_.emplace(plan.value, std::pair(options.webhook_url, options.webhook_secret)).first;
  }
  if (known->second.first.empty()) return false;
  HW_TRY(const auto off, planner::webhook_off(reader, plan));
  return !off;
}

Result<std::vector<HookedPlan>> PlanDeskOf::plans() {
  HW_TRY(storage::Reader reader, queries_.store().reader());
  HW_CHECK_OK(reader.begin());
  std::vector<HookedPlan> out;
  std::set<std::uint64_t> active;
  HW_TRY(const auto rows, reader.active_plans());
  for (const storage::PlanRow& row : rows) {
    active.insert(row.id.value);
    const bool open = static_cast<PlanState>(row.state) != PlanState::kPaused;
    HW_TRY(const bool hooked, open ? is_hooked(reader, row.id) : Result<bool>(false));
    if (!hooked) continue;
    const auto& [url, secret] = hooks_[row.id.value];
    out.push_back({row.id, url, secret, 0});
  }
  std::erase_if(hooks_, [&](const auto& entry) { return !active.contains(entry.first); });
  if (out.empty()) return out;
  HW_TRY(const auto leases, reader.unended_plan_leases());
  for (const PlanLeaseRow& lease : leases) {
    const auto at = std::ranges::find(out, lease.plan, &HookedPlan::id);
    if (at != out.end() && lease.worker == kWebhookWorker) ++at->outstanding;
  }
  return out;
}

Result<std::vector<HandedLease>> PlanDeskOf::handed(query::Session& session,
                                                    const std::vector<PlanLeaseRow>& rows) {
  std::vector<HandedLease> out;
  const auto state = planner_.state();
  for (const PlanLeaseRow& row : rows) {
    HW_TRY(const planner::PlanInfo plan, planner::find_plan(session.rows(), row.plan));
    HW_TRY(const planner::TaskInfo info, planner::find_task(session.rows(), row.plan, row.task));
    const planner::Task& task = info.task;
    const planner::Segment& segment = state->segment(task.dataset);
    const auto key = [&](std::int64_t index) {
      return segment.space->text_of({task.span.lane, index});
    };
    const auto name = [&](model::NodeId node) {
      return query::format_node(session.graph(), session.graph().canonical(node));
    };
    HandedLease lease;
    lease.token = {row.seq, row.n};
    lease.plan = row.plan;
    lease.plan_name = plan.draft.options.name;
    lease.node_id = name(segment.node);
    lease.job = task.job ? name(task.job) : "";
    lease.first = key(row.first);
    lease.last = key(row.last);
    for (std::int64_t index = row.first; index <= row.last; ++index) {
      lease.keys.push_back(key(index));
    }
    lease.environment = plan.draft.options.environment;
    lease.desired = base::to_hex(row.desired);
    lease.task = row.task;
    lease.attempt = row.attempt;
    lease.lease_ms = row.lease_ms;
    lease.expires_at = row.expires_at;
    out.push_back(std::move(lease));
  }
  return out;
}

Result<std::vector<HandedLease>> PlanDeskOf::held() {
  HW_TRY(const auto open, plans());
  HW_TRY(query::Session session, queries_.open());
  HW_TRY(auto rows, session.rows().unended_plan_leases());
  std::erase_if(rows, [&](const PlanLeaseRow& row) {
    const bool hooked = std::ranges::find(open, row.plan, &HookedPlan::id) != open.end();
    return !hooked || row.worker != kWebhookWorker || row.expires_at <= queries_.clock().now();
  });
  return handed(session, rows);
}

Result<std::vector<HandedLease>> PlanDeskOf::lease(model::Seq plan, std::int64_t count) {
  {
    HW_TRY(storage::Reader reader, queries_.store().reader());
    HW_TRY(const planner::PlanInfo info, planner::find_plan(reader, plan));
    HW_TRY(const bool may, planner::may_lease(reader, info, {}, queries_.clock().now()));
    if (!may) return std::vector<HandedLease>{};
  }
  planner::LeaseWish wish;
  wish.worker = kWebhookWorker;
  wish.max_leases = count;
  HW_TRY(const ingest::Receipt receipt, decide(pipeline_, planner::lease_plan(plan, wish)));
  HW_TRY(query::Session session, queries_.open());
  HW_TRY(const auto rows, session.rows().plan_leases_of_record(receipt.seq));
  return handed(session, rows);
}

Result<base::Micros> PlanDeskOf::heartbeat(const HandedLease& lease) {
  HW_CHECK_OK([&]() -> Result<void> {
    auto done = decide(pipeline_, planner::heartbeat(lease.plan, planner::to_text(lease.token),
                                                     kWebhookWorker, std::nullopt));
    if (!done) return std::move(done).error();
    return {};
  }());
  HW_TRY(storage::Reader reader, queries_.store().reader());
  HW_TRY(const auto row, reader.plan_lease(lease.token.seq, lease.token.n));
  if (!row) return lease.expires_at;
  if (static_cast<planner::LeaseState>(row->state) == planner::LeaseState::kValid) {
    return row->expires_at;
  }
  return base::make_error(base::ErrorCode::kLeaseLost, "Runs have told what became of the lease.");
}

Result<void> PlanDeskOf::release(const HandedLease& lease, const std::string& message) {
  const planner::LeaseOutcome outcome{
      "released", {}, {}, "", message.substr(0, planner::kMaxMessageBytes)};
  auto done = decide(pipeline_, planner::complete_lease(lease.plan, planner::to_text(lease.token),
                                                        kWebhookWorker, outcome));
  if (!done) return std::move(done).error();
  return {};
}

Result<void> PlanDeskOf::turn_off(model::Seq plan, const std::string& reason) {
  auto done = decide(pipeline_, planner::turn_off_webhook(plan, kSelf, reason));
  if (!done) return std::move(done).error();
  return {};
}

}  // namespace headwater::app
