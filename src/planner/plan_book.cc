#include "planner/plan_book.h"

#include <algorithm>

#include "planner/environment.h"
#include "planner/needs.h"
#include "planner/plan_rows.h"
#include "planner/refresh.h"
#include "planner/stored_history.h"

namespace headwater::planner {

using base::Result;
using storage::PlanProgressRow;
using storage::PlanRow;

namespace {

LeaseToken token_of(const storage::PlanLeaseRow& row) { return {row.seq, row.n}; }

// A run that names no lease may be that of any lease which was given before it was heard of.
bool is_of(const PlanBook::FailedRun& run, const storage::PlanLeaseRow& lease) {
  return run.lease ? *run.lease == to_text(token_of(lease)) : lease.seq < run.recorded;
}

PlanProgressRow progress_of(model::Seq plan, const ActivePlan::PlannedTask& task, model::Seq seq) {
  PlanProgressRow row;
  row.plan = plan;
  row.number = task.number;
  row.seq = seq;
  row.state = static_cast<std::int32_t>(task.state());
  row.ready = task.ready;
  row.counts = task.counts;
  row.attempts = task.attempts;
  row.runs = task.runs.encode();
  row.waits = ActivePlan::waits_of(task);
  return row;
}

bool is_over(const PlanRow& row) {
  const auto state = static_cast<PlanState>(row.state);
  return state == PlanState::kDone || state == PlanState::kCancelled;
}

}  // namespace

// ---- plans in memory
// -----------------------------------------------------------------------------

Result<void> PlanBook::load(storage::Reader& reader) {
  HW_TRY(const auto rows, reader.active_plans());
  if (rows.empty()) return {};
  // Every record moves the clock on, so that it stands where it was.
  HW_TRY(const model::Seq last, reader.last_seq());
  HW_TRY(const auto record, reader.log_record(last));
  if (record) moment_.at = record->received_at;
  moment_.reader = &reader;
  for (const PlanRow& row : rows) {
    HW_TRY(ActivePlan * plan, activate(reader, row));
    HW_CHECK_OK(settle_turns(*plan));
    plan->take_touched();
  }
  HW_TRY(const auto leases, reader.unended_plan_leases());
  for (const Lease& lease : leases) keep_lease(lease);
  return {};
}

ActivePlan* PlanBook::active(model::Seq plan) {
  const auto at = active_.find(plan.value);
  return at == active_.end() ? nullptr : at->second.get();
}

Result<ActivePlan*> PlanBook::activate(storage::Reader& reader, const PlanRow& row) {
  HW_TRY(const auto body, reader.plan_body(row.id));
  const PlanDraft draft = decode_draft(body ? body->body : "{}");
  const PlanOptions& options = draft.options;
  auto plan =
      std::make_unique<ActivePlan>(engine_, moment_, row,
                                   PlanTerms{options.environment, options.max_attempts,
                                             options.lease_ms, options.tolerance, draft.evaluated});
  HW_TRY(const auto tasks, reader.plan_tasks(row.id, 1, UINT32_MAX));
  HW_TRY(const auto progress, reader.plan_progress(row.id));
  for (std::size_t i = 0; i < tasks.size() && i < progress.size(); ++i) {
    const planner::Task task = task_of(tasks[i]);
    Task planned;
    planned.number = task.number;
    planned.dataset = task.dataset;
    planned.job = task.job;
    planned.span = task.span;
    planned.action = task.action;
    planned.sequential = task.sequential;
    planned.refresh = task.refresh;
    planned.deadline = task.deadline;
    planned.attempts = progress[i].attempts;
    planned.runs = PartitionRuns::decode(task.span.first, task.span.last, progress[i].runs);
    plan->add(std::move(planned));
  }
  HW_CHECK_OK(load_own(reader, *plan));
  plan->rebuild();
  for (const DatasetNo dataset : plan->datasets()) by_dataset_[dataset.value].push_back(plan.get());
  ActivePlan* const out = plan.get();
  active_[row.id.value] = std::move(plan);
  return out;
}

// What its environment has of its own, if it has one.
Result<void> PlanBook::load_own(storage::Reader& reader, ActivePlan& plan) const {
  plan.own().clear();
  if (plan.terms().environment.empty()) return {};
  const auto environment = find_environment(reader, plan.terms().environment);
  if (!environment) {
    if (environment.error().code == base::ErrorCode::kNotFound) return {};
    return environment.error();
  }
  HW_TRY(const auto writes, environment_writes(reader, environment->number));
  for (const EnvironmentWrite& write : writes) {
    for (const Span& span : write.spans) plan.own().add(write.dataset, span, write.end);
  }
  return {};
}

void PlanBook::deactivate(model::Seq id) {
  const auto at = active_.find(id.value);
  for (const DatasetNo dataset : at->second->datasets()) {
    std::erase(by_dataset_[dataset.value], at->second.get());
  }
  active_.erase(at);
}

Result<void> PlanBook::insert_tasks(const Step& step, const std::vector<planner::Task>& tasks) {
  for (const planner::Task& task : tasks) {
    HW_CHECK_OK(step.writer.insert_plan_task(row_of(step.seq, task)));
    PlanProgressRow row;
    row.plan = row.seq = step.seq;
    row.number = task.number;
    HW_CHECK_OK(step.writer.put_plan_progress(row));
  }
  return {};
}

// ---- waiting
// -------------------------------------------------------------------------------------

void PlanBook::begin(const Step& step) {
  moment_.at = step.at;
  moment_.reader = &step.writer.reader();
}

bool PlanBook::is_due(const State& state, History& history, const Task& task, std::int64_t index) {
  if (!task.refresh || moment_.failure) return false;
  auto due = planner::is_due(state, history, task.dataset, {task.span.lane, index}, moment_.at);
  if (!due) moment_.failure = std::move(due).error();
  return due && *due;
}

Result<void> PlanBook::settle_turns(ActivePlan& plan) {
  plan.settle_turns();
  if (plan.has_early()) {
    HW_TRY(const auto sight, look(plan));
    if (!sight) return {};  // its environment is gone: nothing of it is handed out
    plan.settle_early(*sight->state, due_in(*sight), true);
  }
  if (moment_.failure) return *std::exchange(moment_.failure, {});
  return {};
}

Result<std::optional<PlanBook::Sight>> PlanBook::look(const ActivePlan& plan) {
  Sight out;
  const model::Seq all{UINT64_MAX};
  if (plan.terms().environment.empty()) {
    out.state = std::shared_ptr<const State>(std::shared_ptr<void>(), &engine_.working());
    out.history = std::make_shared<StoredHistory>(*moment_.reader, all);
    return std::optional(std::move(out));
  }
  auto environment = find_environment(*moment_.reader, plan.terms().environment);
  if (!environment) return std::optional<Sight>{};
  HW_TRY(const auto writes, environment_writes(*moment_.reader, environment->number));
  out.history = environment_history(*moment_.reader, all, writes);
  HW_TRY(out.state, environment_state(engine_.working(), *moment_.reader, *std::move(environment)));
  return std::optional(std::move(out));
}

ActivePlan::Due PlanBook::due_in(const Sight& sight) {
  return [this, &sight](const Task& task, std::int64_t index) {
    return is_due(*sight.state, *sight.history, task, index);
  };
}

void PlanBook::input_changed(ActivePlan& plan, DatasetNo dataset, const Place& place) {
  if (plan.input_changed(dataset, place)) rebuild_.insert(plan.row.id.value);
}

// ---- leases in memory
// ----------------------------------------------------------------------------

void PlanBook::keep_lease(const Lease& lease) {
  const LeaseToken token = token_of(lease);
  leases_[token] = lease;
  by_task_[{lease.plan.value, lease.task}].insert(token);
  by_expiry_.emplace(lease.expires_at, token);
}

void PlanBook::extend(const Lease& lease, base::Micros expires_at) {
  const LeaseToken token = token_of(lease);
  Lease& kept = leases_.find(token)->second;
  by_expiry_.erase({kept.expires_at, token});
  kept.expires_at = std::max(kept.expires_at, expires_at);
  by_expiry_.emplace(kept.expires_at, token);
  changed_leases_[token] = kept;
}

// What it holds has been dealt with.
void PlanBook::end_lease(const Step& step, const LeaseToken& token, LeaseState state) {
  const auto at = leases_.find(token);
  Lease ended = std::move(at->second);
  leases_.erase(at);
  by_expiry_.erase({ended.expires_at, token});
  const auto task = by_task_.find({ended.plan.value, ended.task});
  task->second.erase(token);
  if (task->second.empty()) by_task_.erase(task);
  ended.state = static_cast<std::int32_t>(state);
  ended.ended_at = step.at;
  ended.ended = step.seq;
  changed_leases_[token] = std::move(ended);
}

void PlanBook::expire(const Step& step) {
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= step.at) {
    const LeaseToken token = by_expiry_.begin()->second;
    const Lease& lease = leases_.find(token)->second;
    ActivePlan& plan = *active(lease.plan);
    const std::int64_t first = lease.first, last = lease.last;
    Task& task = plan.task(lease.task);
    end_lease(step, token, LeaseState::kExpired);
    plan.give_back(task, first, last, true);
  }
}

const PlanBook::Lease* PlanBook::lease_of(const ActivePlan& plan, const Task& task,
                                          std::int64_t index) const {
  const auto tokens = by_task_.find({plan.row.id.value, task.number});
  if (tokens == by_task_.end()) return nullptr;
  for (const LeaseToken& token : tokens->second) {
    const Lease& lease = leases_.find(token)->second;
    if (lease.first <= index && index <= lease.last) return &lease;
  }
  return nullptr;
}

bool PlanBook::held_elsewhere(const ActivePlan& plan, const Task& task, std::int64_t index) const {
  const auto others = by_dataset_.find(task.dataset.value);
  if (others == by_dataset_.end()) return false;
  return std::any_of(others->second.begin(), others->second.end(), [&](ActivePlan* other) {
    if (other == &plan || other->row.counts.running == 0) return false;
    if (other->terms().environment != plan.terms().environment) return false;
    const Task* const held = other->find(task.dataset, {task.span.lane, index});
    if (held == nullptr) return false;
    // A run may have settled it, while the lease goes on with what else it holds.
    const PartitionStatus status = held->runs.at(index).status;
    return is_leased(status) || (is_settled(status) && lease_of(*other, *held, index) != nullptr);
  });
}

// ---- what runs report
// ----------------------------------------------------------------------------

void PlanBook::end_if_answered(const Step& step, ActivePlan& plan, Task& task, std::int64_t index) {
  const Lease* const lease = lease_of(plan, task, index);
  if (lease == nullptr) return;
  const std::int64_t first = lease->first, last = lease->last;
  for (const PartitionRuns::Run& run : task.runs.within(first, last)) {
    if (run.state.status == PartitionStatus::kLeased) return;
  }
  end_lease(step, token_of(*lease), LeaseState::kAnswered);
  plan.give_back(task, first, last, true);  // those of which a run has failed
}

void PlanBook::progress(const Step& step, ActivePlan& plan, Task& task, std::int64_t index,
                        bool current) {
  const PartitionStatus status = task.runs.at(index).status;
  if (status == PartitionStatus::kTold) {  // now it has been seen
    return plan.settle(task, index, index, PartitionStatus::kDone);
  }
  if (is_settled(status)) return;
  if (!current) return plan.note_failure(task, index, false);
  if (is_leased(status)) {
    plan.settle(task, index, index, PartitionStatus::kDone);
    end_if_answered(step, plan, task, index);
  } else if (plan.has_inputs(task, index)) {
    plan.settle(task, index, index, PartitionStatus::kDone);
  }
}

void PlanBook::written(const Step& step, DatasetNo dataset, const Place& place) {
  begin(step);
  for (const auto& [id, plan] : active_) input_changed(*plan, dataset, place);
  const auto plans = by_dataset_.find(dataset.value);
  if (plans == by_dataset_.end()) return;
  for (ActivePlan* plan : plans->second) {
    plan->last_may_have_moved(dataset, place);
    Task* const task = plan->find(dataset, place);
    if (task == nullptr || !plan->terms().environment.empty()) continue;
    StoredHistory history(step.writer.reader(), step.seq);
    const bool current = need_of(engine_.working(), dataset, place, step.at) != Need::kRun &&
                         !is_due(engine_.working(), history, *task, place.index);
    progress(step, *plan, *task, place.index, current);
  }
}

bool PlanBook::leases_any(DatasetNo dataset) const {
  const auto plans = by_dataset_.find(dataset.value);
  return plans != by_dataset_.end() &&
         std::ranges::any_of(plans->second,
                             [](const ActivePlan* plan) { return plan->row.counts.running > 0; });
}

void PlanBook::run_failed(const Step& step, DatasetNo dataset, const Place& place,
                          const FailedRun& run) {
  const auto plans = by_dataset_.find(dataset.value);
  if (plans == by_dataset_.end()) return;
  for (ActivePlan* plan : plans->second) {
    Task* const task = plan->find(dataset, place);
    if (task == nullptr || !plan->terms().environment.empty()) continue;
    const Lease* const lease = lease_of(*plan, *task, place.index);
    if (lease == nullptr || !is_of(run, *lease)) continue;
    if (task->runs.at(place.index).status != PartitionStatus::kLeased) continue;
    plan->note_failure(*task, place.index, true);
    end_if_answered(step, *plan, *task, place.index);
  }
}

void PlanBook::environment_written(const Step& step, std::string_view environment,
                                   DatasetNo dataset, const std::vector<Span>& spans,
                                   base::Micros end) {
  begin(step);
  for (const auto& [id, plan] : active_) {
    if (plan->terms().environment != environment) continue;
    for (const Span& span : spans) {
      plan->own().add(dataset, span, end);
      for (std::int64_t i = span.first; i <= span.last; ++i) {
        input_changed(*plan, dataset, {span.lane, i});
        Task* const task = plan->find(dataset, {span.lane, i});
        if (task != nullptr) progress(step, *plan, *task, i, true);
      }
    }
  }
}

void PlanBook::environment_deleted(std::string_view environment) {
  for (const auto& [id, plan] : active_) {
    if (plan->terms().environment != environment) continue;
    plan->own().clear();
    rebuild_.insert(id);
  }
}

void PlanBook::mappings_changed(DatasetNo dataset) {
  const auto plans = by_dataset_.find(dataset.value);
  if (plans == by_dataset_.end()) return;
  for (const ActivePlan* plan : plans->second) rebuild_.insert(plan->row.id.value);
}

void PlanBook::space_changed(DatasetNo dataset) {
  for (const auto& [id, plan] : active_) {
    if (plan->watches(dataset)) rebuild_.insert(id);
  }
}

// ---- the end of a record
// -------------------------------------------------------------------------

Result<void> PlanBook::write(const Step& step, ActivePlan& plan) {
  for (const std::uint32_t number : plan.take_touched()) {
    HW_CHECK_OK(
        step.writer.put_plan_progress(progress_of(plan.row.id, plan.task(number), step.seq)));
  }
  if (is_over(plan.row)) plan.forget_turns();
  plan.row.seq = step.seq;
  plan.row.updated_at = step.at;
  return step.writer.put_plan(plan.row);
}

Result<void> PlanBook::flush(const Step& step) {
  begin(step);
  for (const std::uint64_t id : std::exchange(rebuild_, {})) {
    const auto at = active_.find(id);
    if (at != active_.end()) at->second->rebuild();
  }
  std::vector<model::Seq> over;
  for (const auto& [id, plan] : active_) {
    if (!is_over(plan->row)) HW_CHECK_OK(settle_turns(*plan));
    if (!plan->touched() && !dirty_.contains(id)) continue;
    if (plan->over() && !is_over(plan->row)) {
      plan->row.state = static_cast<std::int32_t>(PlanState::kDone);
      plan->row.hold = 0;
    }
    HW_CHECK_OK(write(step, *plan));
    if (is_over(plan->row)) over.push_back(plan->row.id);
  }
  dirty_.clear();
  for (const model::Seq id : over) deactivate(id);
  for (const auto& [token, lease] : std::exchange(changed_leases_, {})) {
    HW_CHECK_OK(step.writer.put_plan_lease(lease));
  }
  return {};
}

}  // namespace headwater::planner
