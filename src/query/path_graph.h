// The graph that paths are sought in: private to query/paths.
//
// Vertices are node ids; 0 is the start, before every node of `from`, and goal() the end, behind
// every node of `to`. Costs are (length, steps) in one number. Thread-safety: none.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "graph/boost_view.h"
#include "query/paths.h"

namespace headwater::query {

using Cost = std::uint64_t;
inline constexpr Cost kOneStep = 1;
inline constexpr Cost kOneJob = Cost{1} << 32;
inline constexpr Cost kUnreached = UINT64_MAX;
inline std::uint32_t length_of(Cost cost) { return static_cast<std::uint32_t>(cost >> 32); }

struct Arc {
  std::uint32_t vertex = 0;
  Cost cost = 0;
  std::uint32_t edge = 0;  // none for an implied step
  bool against = false;
};

class PathGraph {
 public:
  PathGraph(Session& session, const PathsRequest& request);

  std::uint32_t goal() const { return static_cast<std::uint32_t>(graph_.node_count()) + 1; }
  // Where one comes to from `vertex`, or from where one comes to it: each vertex once, in order.
  Result<std::vector<Arc>> arcs(std::uint32_t vertex, bool backward);
  // Edges looked at so far.
  std::size_t work() const { return work_; }

 private:
  void add(std::vector<Arc>& out, const graph::BoostView::Edge& edge, bool upstream, bool backward);
  Result<void> add_implied(std::vector<Arc>& out, std::uint32_t vertex, bool backward);
  bool allowed(const graph::EdgeInfo& edge) const;
  Cost cost_of(const graph::EdgeInfo& edge, NodeId entered) const;

  const Snapshot& graph_;
  const PathsRequest& request_;
  graph::BoostView view_;
  std::unordered_set<std::uint32_t> from_, to_;
  std::unordered_map<std::uint32_t, std::vector<NodeId>> fields_;
  std::size_t work_ = 0;
};

}  // namespace headwater::query
