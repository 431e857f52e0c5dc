// ActivePlan: a plan that is approved and not over, in memory: what may be run next.
//
// A partition is *ready* when it is pending and everything of the plan that it reads is settled, by
// the mappings as they are now; that of a sequential task also reads the one before it. It is
// *blocked* while something of the plan that it reads has failed for good or is blocked. What is
// outside of the plan neither makes wait nor blocks.
//
// Invariants: (1) counts are those of the runs of all tasks. (2) open() are the tasks with a ready
// partition. (3) A pending partition reads nothing that is stuck. (4) All of this follows from the
// statuses and the engine's mappings: rebuild() changes nothing unless mappings changed.
//
// Thread-safety: the writer's thread. Costs: settle(), O(tasks that read it) and of those which
// were not ready, O(partitions that read it); through `all` and `last` mappings once the last is
// settled. Private to planner.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "planner/engine.h"
#include "planner/leases.h"
#include "planner/partition_runs.h"
#include "planner/plan.h"
#include "storage/rows.h"

namespace headwater::planner {

// What of a plan's options matters while it is executed.
struct PlanTerms {
  std::string environment;
  std::int32_t max_attempts = 3;
  std::int64_t lease_ms = 0;
  double tolerance = 1.5;
};

class ActivePlan {
 public:
  struct Lane;
  struct PlannedTask {
    std::uint32_t number = 0;
    DatasetNo dataset;
    NodeId job;
    Span span;
    Action action = Action::kRun;
    bool sequential = false;
    base::Micros deadline = INT64_MAX;
    PartitionRuns runs;
    storage::PlanCounts counts = {};
    std::int32_t attempts = 0;  // the most of any partition
    bool ready = false;
    Lane* lane = nullptr;

    std::int64_t count() const { return span.last - span.first + 1; }
    std::int64_t unsettled() const { return count() - counts.done - counts.told - counts.skipped; }
    std::int64_t pending() const {
      return unsettled() - counts.running - counts.failed - counts.blocked;
    }
    TaskState state() const;
  };
  // The tasks of one lane of a dataset.
  struct Lane {
    std::map<std::int64_t, std::uint32_t> tasks;  // by first
    std::int64_t unsettled = 0, stuck = 0, told = 0;
  };
  using Open = std::set<std::pair<base::Micros, std::uint32_t>>;  // by deadline, then number

  // Tasks are added in order of their numbers, from 1; then rebuild() is called.
  ActivePlan(const Engine& engine, storage::PlanRow row, PlanTerms terms);
  void add(PlannedTask task);

  storage::PlanRow row;  // the book's to keep, but counts and ready
  const PlanTerms& terms() const { return terms_; }
  PlannedTask& task(std::uint32_t number) { return tasks_[number - 1]; }
  std::uint32_t task_count() const { return static_cast<std::uint32_t>(tasks_.size()); }
  PlannedTask* find(DatasetNo dataset, const Place& place);
  bool plans(DatasetNo dataset) const { return datasets_.contains(dataset.value); }
  std::vector<DatasetNo> datasets() const;
  const Open& open() const { return open_; }
  std::int64_t pending() const;
  // Nothing is left that may still be run.
  bool over() const { return pending() == 0 && row.counts.running == 0; }

  bool is_ready(const PlannedTask& task, std::int64_t index) const;
  // It reads what is done on a worker's word alone.
  bool reads_told(const PlannedTask& task, std::int64_t index) const;

  // ---- changes. first..last lie in the task.
  void lease(PlannedTask& task, std::int64_t first, std::int64_t last);
  // As done, told or skipped.
  void settle(PlannedTask& task, std::int64_t first, std::int64_t last, PartitionStatus how);
  // A run of what is leased has failed, or (false) not after all.
  void note_failure(PlannedTask& task, std::int64_t index, bool failed);
  // Those that are leased go back; with `attempt` they were tried in vain, and those that were
  // tried too often have failed.
  void give_back(PlannedTask& task, std::int64_t first, std::int64_t last, bool attempt);
  void give_up(PlannedTask& task, std::int64_t first, std::int64_t last);
  // What has failed of the task may be tried again. rebuild() afterwards.
  void retry(PlannedTask& task);
  // Blocked and ready once more, from statuses and mappings.
  void rebuild();
  // Somebody wrote the partition: `last` mappings may read another one now.
  void last_may_have_moved(DatasetNo upstream, const Place& place);

  // Numbers of tasks changed since the last call.
  std::set<std::uint32_t> take_touched() { return std::exchange(touched_, {}); }
  bool touched() const { return !touched_.empty(); }

 private:
  struct Dataset {
    std::map<std::uint32_t, Lane> lanes;
    std::int64_t unsettled = 0, stuck = 0, told = 0;
  };
  enum class Which : std::uint8_t { kUnsettled, kStuck, kTold };

  const State& state() const { return engine_.working(); }
  static bool is(Which which, PartitionStatus status);
  static std::int64_t count_of(Which which, const Lane& lane);
  static std::int64_t count_of(Which which, const Dataset& dataset);
  static std::int64_t count_of(Which which, const PlannedTask& task);

  void set(PlannedTask& task, std::int64_t first, std::int64_t last, PartitionState state);
  void count(PlannedTask& task, PartitionStatus status, std::int64_t by);
  bool any(Which which, const Lane& lane, const Interval& interval) const;
  bool reads_any(Which which, const PlannedTask& task, std::int64_t index) const;
  bool edge_reads_any(Which which, const Edge& edge, const Place& place) const;
  // What an edge reads of one upstream lane, for the downstream index.
  Interval interval_of(const Edge& edge, std::uint32_t upstream_lane, std::int64_t index) const;

  // visit(task, interval within it) for the tasks that read something of [first, last].
  template <class Visit>
  void each_reader(const PlannedTask& task, std::int64_t first, std::int64_t last, Visit visit);
  template <class Visit>
  void each_reader_over(const Edge& edge, std::uint32_t lane, const Interval& run, Visit visit);
  template <class Visit>
  void each_task(DatasetNo dataset, std::uint32_t lane, const Interval& interval, Visit visit);
  template <class Visit>
  void each_planned_reader_lane(const Edge& edge, std::uint32_t lane, Visit visit);

  void wake_readers(const PlannedTask& task, std::int64_t first, std::int64_t last);
  void wake(PlannedTask& task, const Interval& interval);
  void block_readers(PlannedTask& task, std::int64_t first, std::int64_t last);
  void refresh(PlannedTask& task);
  void set_ready(PlannedTask& task, bool ready);

  const Engine& engine_;
  PlanTerms terms_;
  std::vector<PlannedTask> tasks_;
  std::map<std::uint32_t, Dataset> datasets_;  // by number
  Open open_;
  std::set<std::uint32_t> touched_;
};

}  // namespace headwater::planner
