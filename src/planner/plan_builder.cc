#include "planner/plan_builder.h"

#include <algorithm>
#include <utility>

#include "planner/plan_budget.h"
#include "planner/plan_estimates.h"
#include "planner/plan_reuse.h"
#include "planner/plan_scope.h"
#include "planner/plan_tasks.h"
#include "planner/plan_warnings.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

// ---- options
// -------------------------------------------------------------------------------------

namespace {

Result<void> check_range(std::string_view name, std::int64_t value, std::int64_t least,
                         std::int64_t most) {
  if (least <= value && value <= most) return {};
  return make_error(ErrorCode::kInvalidArgument, std::string(name) + " must be between " +
                                                     std::to_string(least) + " and " +
                                                     std::to_string(most) + ".");
}

}  // namespace

Result<void> check_options(const PlanOptions& options) {
  HW_CHECK_OK(check_range("max_partitions_per_task", options.max_partitions_per_task, 1,
                          static_cast<std::int64_t>(kMaxTaskPartitions)));
  HW_CHECK_OK(check_range("max_attempts", options.max_attempts, 1, kMaxPlanAttempts));
  HW_CHECK_OK(check_range("lease_ms", options.lease_ms, kMinLeaseMs, kMaxLeaseMs));
  for (const auto& [name, budget] : {std::pair("budget.partitions", options.budget_partitions),
                                     std::pair("budget.cost_micros", options.budget_cost_micros),
                                     std::pair("budget.duration_ms", options.budget_duration_ms)}) {
    if (budget) HW_CHECK_OK(check_range(name, *budget, 0, kMaxPlanBudget));
  }
  if (!(options.tolerance >= 1 && options.tolerance <= kMaxPlanTolerance)) {
    return make_error(ErrorCode::kInvalidArgument, "tolerance must be between 1 and 1000.");
  }
  if (options.stale || options.missing || options.maybe) return {};
  return make_error(ErrorCode::kInvalidArgument,
                    "include must name stale, missing or maybe, or several of them.");
}

// ---- the plan
// ------------------------------------------------------------------------------------

namespace {

class PlanBuilder {
 public:
  PlanBuilder(const Staleness& staleness, const PlanSources& sources, const PlanOptions& options,
              const std::function<bool()>& cancelled)
      : staleness_(staleness),
        state_(staleness.state()),
        sources_(sources),
        options_(options),
        cancelled_(cancelled),
        estimator_(staleness, sources.costs) {}

  Result<PlanDraft> run() {
    HW_CHECK_OK(check_options(options_));
    for (const DatasetNo dataset : options_.scope) {
      if (dataset && dataset.value <= state_.dataset_count()) continue;
      return make_error(ErrorCode::kInvalidArgument, "The scope names a dataset that has none.");
    }
    HW_TRY(const std::vector<ChosenChange> changes, chosen());
    HW_TRY(scope_, find_scope(staleness_, options_, changes, sources_.history, cancelled_));
    PlanSet planned = std::move(scope_.planned);
    Cuts cuts;
    cuts.changes = changes_cut_;
    HW_CHECK_OK(find_reuse(state_, sources_, planned, &cuts.reuse));
    draft_.options = options_;
    draft_.pinned = state_.seq();
    draft_.evaluated = staleness_.now();
    if (has_budget(options_)) HW_CHECK_OK(spend(planned));
    HW_TRY(draft_.tasks,
           cut_tasks(staleness_, planned, options_.max_partitions_per_task, cancelled_));
    HW_CHECK_OK(estimator_.estimate(draft_.tasks));
    HW_CHECK_OK(estimator_.sum_up(draft_));
    HW_CHECK_OK(omit_unrecoverable());
    HW_TRY(draft_.warnings, find_warnings(staleness_, scope_, planned, draft_, cuts));
    return std::move(draft_);
  }

 private:
  Result<std::vector<ChosenChange>> chosen() {
    std::vector<ChosenChange> out;
    for (const PlanOptions::Change& id : options_.changes) {
      if (sources_.changes == nullptr) {
        return make_error(ErrorCode::kInternal, "There is nobody to ask about changes.");
      }
      HW_TRY(ChosenChange change, sources_.changes->change(id));
      changes_cut_ = changes_cut_ || change.cut;
      out.push_back(std::move(change));
    }
    return out;
  }

  // Leaves of `planned` what the budget allows.
  Result<void> spend(PlanSet& planned) {
    std::int64_t count = 0;
    for (const LanePieces& lanes : planned) {
      for (const Pieces& pieces : lanes) {
        for (const Piece& piece : pieces) count += piece.count();
      }
    }
    HW_TRY(std::vector<Task> tasks,
           cut_tasks(staleness_, planned, budget_task_size(options_, count), cancelled_));
    HW_CHECK_OK(estimator_.estimate(tasks));
    BudgetChoice choice = choose(staleness_, options_, tasks, estimator_.costs());
    planned = keep(planned, tasks, choice.kept);
    draft_.omissions = std::move(choice.omissions);
    return {};
  }

  Result<void> omit_unrecoverable() {
    for (std::uint32_t i = 0; i < scope_.unrecoverable.size(); ++i) {
      const LanePieces& lanes = scope_.unrecoverable[i];
      for (std::uint32_t lane = 0; lane < lanes.size(); ++lane) {
        for (const Piece& piece : lanes[lane]) {
          draft_.omissions.push_back(
              {Omission::Why::kUnrecoverable, DatasetNo{i + 1}, {lane, piece.first, piece.last}});
        }
      }
    }
    put_in_order(draft_.omissions);
    if (draft_.omissions.size() <= kMaxPlanOmissions) return {};
    return make_error(ErrorCode::kLimitExceeded,
                      "The plan leaves out more than " + std::to_string(kMaxPlanOmissions) +
                          " ranges of partitions (plans.max_omissions). Choose fewer datasets or "
                          "changes, or an earlier until.");
  }

  const Staleness& staleness_;
  const State& state_;
  const PlanSources& sources_;
  const PlanOptions& options_;
  const std::function<bool()>& cancelled_;
  Estimator estimator_;
  PlanScope scope_;
  PlanDraft draft_;
  bool changes_cut_ = false;
};

}  // namespace

Result<PlanDraft> make_plan(const Staleness& staleness, const PlanSources& sources,
                            const PlanOptions& options, const std::function<bool()>& cancelled) {
  return PlanBuilder(staleness, sources, options, cancelled).run();
}

}  // namespace headwater::planner
