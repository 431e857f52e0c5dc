#include "planner/plan_now.h"

#include "planner/cost_model.h"
#include "planner/plan_builder.h"
#include "planner/stored_history.h"

namespace headwater::planner {

base::Result<PlanDraft> plan_now(storage::Reader& reader, const Staleness& staleness,
                                 const PlanOptions& options,
                                 const std::function<bool()>& cancelled) {
  StoredHistory history(reader, staleness.state().seq());
  ReportedCosts reported(reader);
  StoredCostModel costs(reader, reported, staleness.state());
  StoredChanges changes(reader);
  return make_plan(staleness, {history, costs, &changes, nullptr}, options, cancelled);
}

}  // namespace headwater::planner
