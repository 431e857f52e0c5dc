// Upstream: everything that led to a node at some time of a window, nearest first.
//
// The union of two walks, one over the edges that held at the moment asked about and one over those
// that held when the window began: what a change within it cut off is still found. An edge that
// both began and ended within the window is not followed, nor is a path of which one part had
// ended before another began.
//
// Thread-safety: as Snapshot. Cost: two walks.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/graph_inl.h"
#include "query/cause.h"

namespace headwater::query::cause {

class Upstream {
 public:
  // The snapshots of both moments are pinned for as long as this lives.
  static Upstream of(Session& session, const CauseRequest& request);

  struct Node {
    NodeId node;
    std::uint32_t distance = 0;
  };
  const std::vector<Node>& nodes() const { return nodes_; }  // by distance, then node
  const Cut& cut() const { return cut_; }
  // The position in nodes(), or nothing.
  std::optional<std::size_t> find(NodeId canonical) const;

  // The edges of one shortest path from nodes()[index] to the asked node, in order.
  std::vector<model::EdgeId> path(std::size_t index) const;

  // visit(index) for every node here that leads to nodes()[index] over one edge; may repeat.
  template <class Visit>
  void each_source(std::size_t index, Visit&& visit) const {
    for (const Snapshot& graph : graphs_) {
      graph.for_each(nodes_[index].node, graph::Direction::kUpstream, model::kTableLineage,
                     [&](const graph::Neighbor& neighbor) {
                       if (const auto at = find(graph.canonical(neighbor.node))) visit(*at);
                       return true;
                     });
    }
  }

 private:
  void add(const graph::Reach& reach, std::size_t walk, const CauseRequest& request);

  std::vector<Snapshot> graphs_;
  std::vector<graph::Reach> reaches_;
  std::vector<Node> nodes_;
  std::unordered_map<std::uint32_t, std::size_t> index_;
  std::vector<std::pair<std::size_t, std::size_t>> found_;  // beside nodes_: walk, place in it
  Cut cut_;
};

}  // namespace headwater::query::cause
