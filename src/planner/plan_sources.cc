#include "planner/plan_sources.h"

#include <utility>

#include "planner/plan_scope.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

Result<ChosenChange> StoredChanges::change(const PlanOptions::Change& id) {
  HW_TRY(const auto item, inbox_.find({id.a, id.b}));
  if (!item) {
    return make_error(ErrorCode::kNotFound,
                      "There is no such change. GET /api/v1/changes lists them.");
  }
  ChosenChange out;
  out.cut = item->makes_stale.cut;
  HW_TRY(const auto affected, inbox_.affected(item->change, kMaxPlanSpans));
  for (const AffectedDataset& dataset : affected) {
    if (dataset.more) return too_many_spans();
    for (const Span& span : dataset.stale_spans) {
      out.makes_stale.emplace_back(dataset.dataset, span);
    }
  }
  return out;
}

}  // namespace headwater::planner
