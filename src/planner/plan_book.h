// PlanBook: plans, tasks and leases as state that follows from the log. Private to planner.
//
//   draft --approve--> approved --first lease--> executing --nothing is left to run--> done
//                          |                       |    ^                                |
//                          +------pause------------+    | resume, approve                | retry
//                          v                       v    |                                v
//                        paused <----- over the tolerance                           executing
//   Every state but done and cancelled --cancel--> cancelled.
//
// Rules: docs/plan-execution.md. What is handed out is decided when the record of the request is
// applied, by state and record alone; the clock is the record's. A plan that is approved and not
// over is in memory (ActivePlan), with its valid leases; all of it is in the tables as well.
//
// Invariants: (1) the spans of valid leases of one environment are disjoint, over all plans. (2) A
// partition of an active plan has the status leased if and only if a valid lease holds it and it is
// not settled. (3) Each partition of a task has exactly one status: none is ever lost.
//
// Thread-safety: the writer's thread. Errors: those of the store; of admit() also kNotFound,
// kConflict, kLeaseLost, kInvalidArgument, kLimitExceeded. admit() changes nothing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/json.h"
#include "planner/active_plan.h"
#include "planner/history.h"
#include "planner/leases.h"
#include "storage/storage.h"

namespace headwater::planner {

class PlanBook {
 public:
  // Of the record under way.
  struct Step {
    model::Seq seq;
    base::Micros at = 0;
    storage::Writer& writer;
  };

  explicit PlanBook(const Engine& engine) : engine_(engine) {}
  base::Result<void> load(storage::Reader& reader);

  // ---- decisions; planner.h lists them.
  static bool takes(std::string_view decision);
  base::Result<void> admit(const Step& step, const model::JsonValue& decision);
  base::Result<void> apply(const Step& step, const model::JsonValue& decision);

  // ---- what runs report; the engine knows it already.
  void written(const Step& step, DatasetNo dataset, const Place& place);
  // Whether anything of the dataset is leased: else what runs say of leases is of no use.
  bool leases_any(DatasetNo dataset) const;
  struct FailedRun {
    model::Seq recorded;               // when it was first heard of
    std::optional<std::string> lease;  // the token that its events name
  };
  void run_failed(const Step& step, DatasetNo dataset, const Place& place, const FailedRun& run);
  void environment_written(const Step& step, std::string_view environment, DatasetNo dataset,
                           const std::vector<Span>& spans, base::Micros end);
  void environment_deleted(std::string_view environment);
  // Mappings of the dataset, or its space, are others now.
  void mappings_changed(DatasetNo dataset);
  void space_changed(DatasetNo dataset);

  // At the end of every record, whatever it is: the clock moves on. Ends plans, writes what
  // changed.
  base::Result<void> flush(const Step& step);

 private:
  friend class LeaseGiver;
  using Task = ActivePlan::PlannedTask;
  using Lease = storage::PlanLeaseRow;
  using Tokens = std::set<LeaseToken>;
  // What a report says of a partition.
  enum class Word : std::uint8_t { kDone, kFailed, kNothing };
  using Words = std::vector<Word>;  // of those of a lease, in order

  // ---- plan_book_decisions.cc
  base::Result<void> decide(const Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> put(const Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> move(const Step& step, const model::JsonValue& decision, std::string_view kind,
                          bool admit);
  base::Result<void> approve(const Step& step, storage::PlanRow row);
  base::Result<void> retry(const Step& step, const storage::PlanRow& row,
                           const model::JsonValue& decision, bool admit);
  base::Result<void> refresh(const Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> turn_off_webhook(const Step& step, const model::JsonValue& decision,
                                      bool admit);
  base::Result<void> heartbeat(const Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> complete(const Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> confirm(const Step& step, const Lease& lease, LeaseState state,
                             const model::JsonValue& decision) const;
  void answer(ActivePlan& plan, const Lease& lease, const Words& words);
  base::Result<storage::PlanRow> known_plan(const Step& step,
                                            const model::JsonValue& decision) const;
  base::Result<Lease> named_lease(const Step& step, const model::JsonValue& decision) const;
  base::Result<Words> words_of(const Lease& lease, DatasetNo dataset, std::uint32_t lane,
                               LeaseState state, const model::JsonValue& decision) const;
  base::Result<void> check_room(const storage::PlanRow& row, storage::Reader& reader) const;

  // ---- plan_book_leasing.cc
  base::Result<void> lease(const Step& step, const model::JsonValue& decision, bool admit);

  // ---- plan_book.cc
  ActivePlan* active(model::Seq plan);
  base::Result<ActivePlan*> activate(storage::Reader& reader, const storage::PlanRow& row);
  void deactivate(model::Seq plan);
  void begin(const Step& step);
  base::Result<void> load_own(storage::Reader& reader, ActivePlan& plan) const;
  base::Result<void> settle_turns(ActivePlan& plan);
  // What a plan looks at: the warehouse, or its environment.
  struct Sight {
    std::shared_ptr<const State> state;
    std::shared_ptr<History> history;
  };
  // Nothing: its environment is gone.
  base::Result<std::optional<Sight>> look(const ActivePlan& plan);
  ActivePlan::Due due_in(const Sight& sight);
  // Of a task that is there for refresh: whether the partition is due still.
  bool is_due(const State& state, History& history, const Task& task, std::int64_t index);
  void input_changed(ActivePlan& plan, DatasetNo dataset, const Place& place);
  base::Result<void> insert_tasks(const Step& step, const std::vector<planner::Task>& tasks);
  base::Result<void> write(const Step& step, ActivePlan& plan);
  void keep_lease(const Lease& lease);
  void extend(const Lease& lease, base::Micros expires_at);
  void end_lease(const Step& step, const LeaseToken& token, LeaseState state);
  void expire(const Step& step);
  const Lease* lease_of(const ActivePlan& plan, const Task& task, std::int64_t index) const;
  void end_if_answered(const Step& step, ActivePlan& plan, Task& task, std::int64_t index);
  void progress(const Step& step, ActivePlan& plan, Task& task, std::int64_t index, bool current);
  bool held_elsewhere(const ActivePlan& plan, const Task& task, std::int64_t index) const;

  const Engine& engine_;
  PlanMoment moment_;
  std::map<std::uint64_t, std::unique_ptr<ActivePlan>> active_;
  std::map<std::uint32_t, std::vector<ActivePlan*>> by_dataset_;
  std::map<LeaseToken, Lease> leases_;  // valid ones
  std::map<std::pair<std::uint64_t, std::uint32_t>, Tokens> by_task_;
  std::set<std::pair<base::Micros, LeaseToken>> by_expiry_;
  // Of the record under way.
  std::set<std::uint64_t> dirty_, rebuild_;
  std::map<LeaseToken, Lease> changed_leases_;
  std::optional<std::pair<model::Seq, PlanDraft>> admitted_;  // so that it is decoded once
};

}  // namespace headwater::planner
