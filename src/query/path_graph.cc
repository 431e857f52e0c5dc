#include "query/path_graph.h"

#include <algorithm>
#include <tuple>

#include "query/field_nodes.h"

namespace headwater::query {

using graph::EdgeInfo;
using model::EdgeKind;

PathGraph::PathGraph(Session& session, const PathsRequest& request)
    : graph_(session.graph()),
      request_(request),
      view_(graph_, request.columns ? model::kColumnLineage : model::kTableLineage) {
  for (const NodeId node : request.from) from_.insert(node.value);
  for (const NodeId node : request.to) to_.insert(node.value);
}

bool PathGraph::allowed(const EdgeInfo& edge) const {
  if (edge.kind != EdgeKind::kWritesScoped) return true;
  const std::uint32_t job = graph_.canonical(edge.src).value;
  return from_.contains(job) || to_.contains(job);
}

Cost PathGraph::cost_of(const EdgeInfo& edge, NodeId entered) const {
  if (request_.columns || edge.kind == EdgeKind::kFlow) return kOneJob + kOneStep;
  return (graph_.node(entered).kind == NodeKind::kJob ? kOneJob : 0) + kOneStep;
}

// `upstream`: the edge is taken from its target to its source, as seen along the walk that asks.
void PathGraph::add(std::vector<Arc>& out, const graph::BoostView::Edge& edge, bool upstream,
                    bool backward) {
  ++work_;
  const EdgeInfo info = graph_.edge(model::EdgeId{edge.id});
  if (!allowed(info)) return;
  const NodeId source = graph_.canonical(info.src), target = graph_.canonical(info.dst);
  const NodeId other = upstream ? source : target, here = upstream ? target : source;
  // The path's own direction is that of the walk, or the opposite when it walks backward.
  const bool against = upstream != backward;
  out.push_back({other.value, cost_of(info, backward ? here : other), edge.id, against});
}

// A dataset that is touched as a whole and its fields.
Result<void> PathGraph::add_implied(std::vector<Arc>& out, std::uint32_t vertex, bool backward) {
  const graph::NodeInfo info = graph_.node(NodeId{vertex});
  const bool to_fields = !backward || request_.any_direction;
  const bool to_dataset = backward || request_.any_direction;
  if (info.kind == NodeKind::kField && to_dataset) {
    out.push_back({graph_.canonical(info.parent).value, kOneStep, 0, false});
  }
  if (info.kind != NodeKind::kDataset || !to_fields) return {};
  auto it = fields_.find(vertex);
  if (it == fields_.end()) {
    it = fields_.emplace(vertex, field_nodes(graph_, NodeId{vertex})).first;
  }
  for (const NodeId field : it->second) out.push_back({field.value, kOneStep, 0, false});
  work_ += it->second.size();
  return {};
}

Result<std::vector<Arc>> PathGraph::arcs(std::uint32_t vertex, bool backward) {
  std::vector<Arc> out;
  const std::uint32_t end = goal();
  const auto& here = backward ? to_ : from_;
  const auto& there = backward ? from_ : to_;
  if (vertex == (backward ? end : 0)) {
    for (const std::uint32_t node : here) out.push_back({node, 0, 0, false});
  } else if (there.contains(vertex)) {
    out.push_back({backward ? 0 : end, 0, 0, false});
  } else if (vertex != 0 && vertex != end) {
    const bool both = request_.any_direction;
    if (!backward || both) {
      const auto range = out_edges(vertex, view_);
      for (auto it = range.first; it != range.second; ++it) add(out, *it, false, backward);
    }
    if (backward || both) {
      const auto range = in_edges(vertex, view_);
      for (auto it = range.first; it != range.second; ++it) add(out, *it, true, backward);
    }
    if (request_.columns) HW_CHECK_OK(add_implied(out, vertex, backward));
    // Neither back into where it came from, nor through to_ twice.
    std::erase_if(out, [&](const Arc& arc) { return here.contains(arc.vertex); });
  }
  std::sort(out.begin(), out.end(), [](const Arc& a, const Arc& b) {
    return std::tie(a.vertex, a.cost, a.against, a.edge) <
           std::tie(b.vertex, b.cost, b.against, b.edge);
  });
  const auto same = [](const Arc& a, const Arc& b) { return a.vertex == b.vertex; };
  out.erase(std::unique(out.begin(), out.end(), same), out.end());
  return out;
}

}  // namespace headwater::query
