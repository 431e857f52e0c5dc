#include "api/v1/untouched.h"

#include <set>

namespace headwater::api::v1 {

Result<std::vector<std::string>> untouched_by(
    Context& context, PartitionReading& reading, const planner::ChangeDocument& change,
    const std::vector<planner::AffectedDataset>& affected) {
  std::vector<std::string> out;
  if (change.columns.empty()) return out;
  const query::Snapshot& graph = reading.session.graph();
  query::ImpactRequest request;
  std::set<model::NodeId> touched;  // canonical
  for (const planner::ChangedColumn& column : change.columns) {
    const model::NodeId node =
        graph.find(model::NodeKind::kDataset, column.dataset.name_space, column.dataset.name);
    if (!node) return out;
    request.changes.push_back(
        {query::ChangeKind::kColumnDropped, graph.canonical(node), column.field});
    touched.insert(graph.canonical(node));
  }
  request.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  HW_TRY(const query::Impact impact, query::Impact::of(reading.session, request));
  if (impact.cut().reason != graph::CutReason::kNone) return out;
  for (const query::Affected& one : impact.affected()) {
    if (!one.job) touched.insert(graph.canonical(one.node));
  }
  for (const planner::AffectedDataset& one : affected) {
    const model::NodeId node = graph.canonical(reading.state->segment(one.dataset).node);
    if (one.stale == 0 && !touched.contains(node)) out.push_back(reading.name_of(one.dataset));
  }
  return out;
}

}  // namespace headwater::api::v1
