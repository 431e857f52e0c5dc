#include "planner/active_plan.h"

#include <algorithm>

namespace headwater::planner {

TaskState ActivePlan::PlannedTask::state() const {
  if (counts.running > 0) return TaskState::kLeased;
  if (ready) return TaskState::kReady;
  if (pending() > 0) return TaskState::kPending;
  if (counts.failed > 0) return TaskState::kFailed;
  return counts.blocked > 0 ? TaskState::kBlocked : TaskState::kDone;
}

ActivePlan::ActivePlan(const Engine& engine, PlanMoment& moment, storage::PlanRow plan,
                       PlanTerms terms)
    : row(std::move(plan)), engine_(engine), moment_(moment), terms_(std::move(terms)) {
  row.counts = {};
  row.ready = row.wait_inputs = row.wait_quiet = 0;
  row.wakes_at = model::kOpenEnd;
}

void ActivePlan::add(PlannedTask added) {
  tasks_.push_back(std::move(added));
  PlannedTask& task = tasks_.back();
  Dataset& dataset = datasets_[task.dataset.value];
  Lane& lane = dataset.lanes[task.span.lane];
  lane.tasks.emplace(task.span.first, task.number);
  task.lane = &lane;
  task.counts = {};
  dataset.unsettled += task.count();
  lane.unsettled += task.count();
  for (const PartitionRuns::Run& run : task.runs.all()) {
    count(task, run.state.status, run.last - run.first + 1);
  }
}

ActivePlan::PlannedTask* ActivePlan::find(DatasetNo number, const Place& place) {
  const auto dataset = datasets_.find(number.value);
  if (dataset == datasets_.end()) return nullptr;
  const auto lane = dataset->second.lanes.find(place.lane);
  if (lane == dataset->second.lanes.end()) return nullptr;
  auto at = lane->second.tasks.upper_bound(place.index);
  if (at == lane->second.tasks.begin()) return nullptr;
  PlannedTask& found = task((--at)->second);
  return place.index <= found.span.last ? &found : nullptr;
}

std::vector<DatasetNo> ActivePlan::datasets() const {
  std::vector<DatasetNo> out;
  for (const auto& [number, dataset] : datasets_) out.push_back(DatasetNo{number});
  return out;
}

std::int64_t ActivePlan::pending() const {
  const storage::PlanCounts& n = row.counts;
  return row.total - n.done - n.told - n.skipped - n.running - n.failed - n.blocked;
}

// ---- statuses and their counts
// -------------------------------------------------------------------

// From pending (by < 0: back to it) to `status`, of so many partitions.
void ActivePlan::count(PlannedTask& task, PartitionStatus status, std::int64_t by) {
  const auto add = [&](storage::PlanCounts& to) {
    switch (status) {
      case PartitionStatus::kPending: return;
      case PartitionStatus::kLeased:
      case PartitionStatus::kLeasedFailed: to.running += by; return;
      case PartitionStatus::kDone: to.done += by; return;
      case PartitionStatus::kTold: to.told += by; return;
      case PartitionStatus::kSkipped: to.skipped += by; return;
      case PartitionStatus::kFailed: to.failed += by; return;
      case PartitionStatus::kBlocked: to.blocked += by; return;
    }
  };
  add(task.counts);
  add(row.counts);
  Dataset& dataset = datasets_.find(task.dataset.value)->second;
  const auto also = [by](std::int64_t& lane, std::int64_t& all, std::int64_t sign) {
    lane += sign * by;
    all += sign * by;
  };
  if (is_settled(status)) also(task.lane->unsettled, dataset.unsettled, -1);
  if (is_stuck(status)) also(task.lane->stuck, dataset.stuck, 1);
  if (status == PartitionStatus::kTold) also(task.lane->told, dataset.told, 1);
}

void ActivePlan::set(PlannedTask& task, std::int64_t first, std::int64_t last,
                     PartitionState state) {
  for (const PartitionRuns::Run& run : task.runs.within(first, last)) {
    count(task, run.state.status, -(run.last - run.first + 1));
  }
  task.runs.set(first, last, state);
  count(task, state.status, last - first + 1);
  task.attempts = std::max(task.attempts, state.attempts);
  touched_.insert(task.number);
  if (task.careful) look_again(task, {first, task.sequential ? last + 1 : last});
}

void ActivePlan::set_ready(PlannedTask& task, bool ready) {
  if (task.ready == ready) return;
  task.ready = ready;
  touched_.insert(task.number);
  if (ready) {
    open_.emplace(task.deadline, task.number);
  } else {
    open_.erase({task.deadline, task.number});
  }
  row.ready = static_cast<std::int64_t>(open_.size());
}

// ---- changes
// -------------------------------------------------------------------------------------

void ActivePlan::lease(PlannedTask& task, std::int64_t first, std::int64_t last) {
  for (const PartitionRuns::Run& run : task.runs.within(first, last)) {
    set(task, run.first, run.last, {PartitionStatus::kLeased, run.state.attempts});
  }
  refresh(task);
}

void ActivePlan::settle(PlannedTask& task, std::int64_t first, std::int64_t last,
                        PartitionStatus how) {
  bool was_stuck = false, was_settled = true;
  for (const PartitionRuns::Run& run : task.runs.within(first, last)) {
    was_stuck = was_stuck || is_stuck(run.state.status);
    was_settled = was_settled && is_settled(run.state.status);
    set(task, run.first, run.last, {how, run.state.attempts});
  }
  if (was_settled) return;
  if (was_stuck) return rebuild();
  refresh(task);
  wake_readers(task, first, last);
}

void ActivePlan::note_failure(PlannedTask& task, std::int64_t index, bool failed) {
  const PartitionState before = task.runs.at(index);
  const auto status = failed ? PartitionStatus::kLeasedFailed : PartitionStatus::kLeased;
  if (!is_leased(before.status) || before.status == status) return;
  set(task, index, index, {status, before.attempts});
}

void ActivePlan::give_back(PlannedTask& task, std::int64_t first, std::int64_t last, bool attempt) {
  for (const PartitionRuns::Run& run : task.runs.within(first, last)) {
    if (!is_leased(run.state.status)) continue;
    const std::int32_t attempts = run.state.attempts + (attempt ? 1 : 0);
    if (attempt && attempts >= terms_.max_attempts) {
      set(task, run.first, run.last, {PartitionStatus::kFailed, attempts});
      block_readers(task, run.first, run.last);
      continue;
    }
    for (std::int64_t i = run.first; i <= run.last; ++i) {
      const bool stuck = is_blocked(task, i);
      set(task, i, i, {stuck ? PartitionStatus::kBlocked : PartitionStatus::kPending, attempts});
      if (stuck) block_readers(task, i, i);
    }
  }
  refresh(task);
}

void ActivePlan::give_up(PlannedTask& task, std::int64_t first, std::int64_t last) {
  for (const PartitionRuns::Run& run : task.runs.within(first, last)) {
    set(task, run.first, run.last, {PartitionStatus::kFailed, run.state.attempts});
  }
  block_readers(task, first, last);
  refresh(task);
}

void ActivePlan::retry(PlannedTask& task) {
  for (const PartitionRuns::Run& run : task.runs.within(task.span.first, task.span.last)) {
    if (run.state.status != PartitionStatus::kFailed) continue;
    set(task, run.first, run.last, {});
  }
  task.attempts = 0;
  for (const PartitionRuns::Run& run : task.runs.all()) {
    task.attempts = std::max(task.attempts, run.state.attempts);
  }
}

void ActivePlan::rebuild() {
  find_policies();
  for (PlannedTask& task : tasks_) {
    if (task.counts.blocked == 0) continue;
    for (const PartitionRuns::Run& run : task.runs.within(task.span.first, task.span.last)) {
      if (run.state.status != PartitionStatus::kBlocked) continue;
      set(task, run.first, run.last, {PartitionStatus::kPending, run.state.attempts});
    }
  }
  for (PlannedTask& task : tasks_) {
    if (task.counts.failed == 0) continue;
    for (const PartitionRuns::Run& run : task.runs.within(task.span.first, task.span.last)) {
      if (run.state.status == PartitionStatus::kFailed) block_readers(task, run.first, run.last);
    }
  }
  for (PlannedTask& task : tasks_) refresh(task);
}

void ActivePlan::refresh(PlannedTask& task) {
  if (task.careful) return;
  bool ready = false;
  if (task.pending() > 0) {
    for (const PartitionRuns::Run& run : task.runs.all()) {
      if (run.state.status != PartitionStatus::kPending) continue;
      for (std::int64_t i = run.first; i <= run.last && !ready; ++i) ready = is_free(task, i);
      if (ready) break;
    }
  }
  set_ready(task, ready);
}

}  // namespace headwater::planner
