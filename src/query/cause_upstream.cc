#include "query/cause_upstream.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace headwater::query::cause {

using graph::CutReason;
using graph::Direction;

Upstream Upstream::of(Session& session, const CauseRequest& request) {
  Upstream out;
  graph::ReachOptions options;
  options.direction = Direction::kUpstream;
  options.max_distance = request.depth;
  options.max_nodes = request.max_nodes;
  options.cancelled = request.cancelled;
  for (const Micros moment : {request.at, request.at - request.window}) {
    out.graphs_.push_back(session.service().graph().snapshot({moment, session.seq()}));
    out.reaches_.push_back(graph::reach(out.graphs_.back(), std::span(&request.node, 1), options));
    out.add(out.reaches_.back(), out.reaches_.size() - 1, request);
  }
  std::vector<std::size_t> order(out.nodes_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&out](std::size_t a, std::size_t b) {
    return std::tie(out.nodes_[a].distance, out.nodes_[a].node) <
           std::tie(out.nodes_[b].distance, out.nodes_[b].node);
  });
  std::vector<Node> nodes;
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (const std::size_t i : order) {
    out.index_[out.nodes_[i].node.value] = nodes.size();
    nodes.push_back(out.nodes_[i]);
    found.push_back(out.found_[i]);
  }
  out.nodes_ = std::move(nodes);
  out.found_ = std::move(found);
  return out;
}

void Upstream::add(const graph::Reach& reach, std::size_t walk, const CauseRequest& request) {
  for (std::size_t i = 0; i < reach.nodes.size(); ++i) {
    const graph::Reached& reached = reach.nodes[i];
    const auto [it, is_new] = index_.emplace(reached.node.value, nodes_.size());
    if (is_new) {
      nodes_.push_back({reached.node, reached.distance});
      found_.emplace_back(walk, i);
    } else if (reached.distance < nodes_[it->second].distance) {
      nodes_[it->second].distance = reached.distance;
      found_[it->second] = {walk, i};
    }
  }
  if (reach.complete()) return;
  cut_.frontier = std::max(cut_.frontier, reach.frontier);
  if (static_cast<int>(reach.cut) <= static_cast<int>(cut_.reason)) return;
  cut_.reason = reach.cut;
  if (reach.cut == CutReason::kMaxDistance) cut_.limit = request.depth;
  if (reach.cut == CutReason::kMaxNodes) cut_.limit = request.max_nodes;
}

std::optional<std::size_t> Upstream::find(NodeId canonical) const {
  const auto it = index_.find(canonical.value);
  if (it == index_.end()) return std::nullopt;
  return it->second;
}

std::vector<model::EdgeId> Upstream::path(std::size_t index) const {
  const auto [walk, place] = found_[index];
  std::vector<model::EdgeId> edges =
      graph::path_to(graphs_[walk], reaches_[walk], place, Direction::kUpstream);
  std::reverse(edges.begin(), edges.end());
  return edges;
}

}  // namespace headwater::query::cause
