// ActivePlan: a plan that is approved and not over, in memory: what may be run next.
//
// A partition is *free* when it is pending and everything of the plan that it reads is settled, by
// the mappings as they are now; that of a sequential task also reads the one before it. It is
// *blocked* while something of the plan that it reads has failed for good or is blocked. What is
// outside of the plan neither makes wait nor blocks.
//
// Wait policies of mappings (wait_policy.h) add to that: with `at_least` some of the plan are
// enough; a free partition may be *held* for inputs or for a quiet period. *Ready* is what is free
// and not held. Tasks whose dataset reads over such a mapping are *careful*: what is free of them
// is kept one by one (`turn`), and worked out by settle_turns(), at the latest when a record ends.
//
// Invariants: (1) counts are those of the runs of all tasks. (2) open() are the tasks with a ready
// partition; of careful ones after settle_turns(). (3) A pending partition reads nothing that is
// stuck, beyond what its policies can do without. (4) All of this follows from the statuses, the
// engine and the clock of the last record: rebuild() changes nothing unless mappings changed.
//
// Thread-safety: the writer's thread. Costs: settle(), O(tasks that read it) and of those which
// were not ready, O(partitions that read it); through `all` and `last` mappings once the last is
// settled. Of careful tasks, for each partition that reads what was written or settled: a count of
// its interval, by words, and with a quiet period a look at the table for what ended lately. Memory
// of these: about 100 bytes for each free partition. Private to planner.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "planner/engine.h"
#include "planner/leases.h"
#include "planner/partition_runs.h"
#include "planner/plan.h"
#include "planner/plan_inputs.h"
#include "storage/rows.h"

namespace headwater::planner {

// What of a plan's options matters while it is executed.
struct PlanTerms {
  std::string environment;
  std::int32_t max_attempts = 3;
  std::int64_t lease_ms = 0;
  double tolerance = 1.5;
  base::Micros evaluated = 0;  // the moment for which the plan was worked out
};

// Of the record under way. Shared by the plans of a book.
struct PlanMoment {
  base::Micros at = 0;
  storage::Reader* reader = nullptr;
  std::optional<base::Error> failure;  // of the store; nothing that was found since counts
};

// Why a partition is not handed out that nothing of the plan keeps back.
enum class Hold : std::uint8_t {
  kNone = 0,
  kInputs = 1,  // stored; too few inputs are there
  kQuiet = 2,   // stored; an input was written a short while ago
  // Enough is there, but what the plan still runs of its inputs may change it: it is handed out if
  // it has to be run already, and otherwise it is too early to skip it.
  kEarly = 3,
};
struct Held {
  Hold why = Hold::kNone;
  DatasetNo upstream;                    // kInputs, kQuiet
  base::Micros until = model::kOpenEnd;  // kQuiet
  bool needed = false;                   // kEarly: it has to be run already
  bool ready() const { return why == Hold::kNone || (why == Hold::kEarly && needed); }
  bool operator==(const Held&) const = default;
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
    bool refresh = false;  // to be run although current, as long as it is due
    base::Micros deadline = INT64_MAX;
    PartitionRuns runs;
    storage::PlanCounts counts = {};
    std::int32_t attempts = 0;  // the most of any partition
    bool ready = false;
    Lane* lane = nullptr;
    bool careful = false;
    std::map<std::int64_t, Held> turn;  // careful: by index, what is free
    std::int64_t ready_count = 0;       // of `turn`

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
  ActivePlan(const Engine& engine, PlanMoment& moment, storage::PlanRow row, PlanTerms terms);
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

  // Nothing of the plan keeps it back.
  bool is_free(const PlannedTask& task, std::int64_t index) const;
  // Nor does a policy for want of inputs, and nothing of the plan may change them.
  bool has_inputs(const PlannedTask& task, std::int64_t index) const;
  // Of a careful task; null: it is not free.
  static const Held* turn_of(const PlannedTask& task, std::int64_t index);
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
  // Somebody wrote, or took back, the partition. True: something blocked may be pending again.
  bool input_changed(DatasetNo upstream, const Place& place);
  // Whether a policy looks at the dataset.
  bool watches(DatasetNo upstream) const { return watched_.contains(upstream.value); }

  // ---- turns of careful tasks: plan_turns.cc
  // What the plan's environment has of its own.
  OwnWrites& own() { return own_; }
  // Up to the moment: quiet periods that have ended, and all that changed. settle_early() then says
  // which early ones have to be run, by `state`, at which the plan looks: of all, or only of those
  // that are new.
  void settle_turns();
  // `due`: for refresh.
  using Due = std::function<bool(const PlannedTask&, std::int64_t)>;
  void settle_early(const State& state, const Due& due, bool all);
  bool has_early() const { return !early_.empty(); }
  // Nothing of it waits any more: it was cancelled.
  void forget_turns();
  // What the task's held partitions wait for, as stored; empty: nothing. docs/formats.md.
  static std::string waits_of(const PlannedTask& task);

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
  // Of what one partition reads over one mapping.
  struct Tally {
    std::int64_t had = 0;      // there, required, or still to be run by the plan
    std::int64_t enough = 0;   // there, and settled if of the plan
    std::int64_t coming = 0;   // of the plan, neither settled nor stuck
    std::int64_t hoped = 0;    // of `had`, what is not stuck
    std::int64_t missing = 0;  // required and not there
    std::int64_t needed(const WaitPolicy& policy) const { return std::min(policy.at_least, had); }
  };

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
  bool edge_keeps(const Edge& edge, const Place& place) const;
  bool edge_blocks(const Edge& edge, const Place& place) const;
  bool is_blocked(const PlannedTask& task, std::int64_t index) const;
  bool can_free(const PlannedTask& reader, const Interval& interval) const;
  void block_readers(PlannedTask& task, std::int64_t first, std::int64_t last);
  void refresh(PlannedTask& task);
  void set_ready(PlannedTask& task, bool ready);

  // ---- plan_turns.cc
  InputLane input_lane(DatasetNo dataset, std::uint32_t lane) const;
  // visit(lane, interval) for all that the partition reads.
  template <class Visit>
  void each_input(const Edge& edge, const Place& place, Visit visit) const;
  Tally tally(const Edge& edge, const Place& place) const;
  void add_planned(const InputLane& lane, const Interval& interval,
                   const std::vector<Interval>& required, Tally& tally) const;
  Held inputs_of(const PlannedTask& task, std::int64_t index) const;
  Held held_at(const PlannedTask& task, std::int64_t index);
  base::Micros quiet_until(const Edge& edge, const Place& place);
  void look_again(PlannedTask& task, const Interval& interval);
  void settle_turn(PlannedTask& task, std::int64_t index, PartitionStatus status);
  void put_turn(PlannedTask& task, std::int64_t index, const std::optional<Held>& held);
  void count_turn(PlannedTask& task, std::int64_t index, const Held& held, std::int64_t by);
  void find_policies();

  const Engine& engine_;
  PlanMoment& moment_;
  PlanTerms terms_;
  std::vector<PlannedTask> tasks_;
  std::map<std::uint32_t, Dataset> datasets_;  // by number
  Open open_;
  std::set<std::uint32_t> touched_;
  OwnWrites own_;
  std::set<std::uint32_t> watched_;                                        // datasets
  std::map<std::uint32_t, std::vector<Interval>> changed_;                 // of careful tasks
  std::set<std::tuple<base::Micros, std::uint32_t, std::int64_t>> quiet_;  // until, task, index
  std::set<std::pair<std::uint32_t, std::int64_t>> early_;                 // task, index
  std::vector<std::pair<std::uint32_t, std::int64_t>> new_early_;
  // Looks at the table of this round.
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::int64_t, std::int64_t, base::Micros>,
           std::optional<base::Micros>>
      ends_;
};

}  // namespace headwater::planner
