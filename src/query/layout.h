// Layered layout of a directed graph, upstream left, downstream right.
//
// The method of Sugiyama, Tagawa and Toda (1981): break cycles, assign layers, route long edges
// through dummy places, order each layer by the barycentre of its neighbours, place. Long edges of
// one source share their dummies, so their number is bounded by nodes x layers. Vertical places are
// the least-squares fit to the neighbours' places that keeps order and gaps (pooling adjacent
// violators), so boxes never overlap.
//
// Deterministic: the answer depends on the set of nodes and edges, not on their order; ties break
// on the node's key, so that nodes added by expanding do not shuffle those that stand. Whole
// numbers only. Thread-safety: pure function. Cost: about O((V + E + dummies) log V) per sweep.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace headwater::query {

struct LayoutNode {
  std::string key;  // unique
  int width = 0, height = 0;
};

struct LayoutEdge {
  std::string key;                       // unique among edges
  std::uint32_t source = 0, target = 0;  // indexes of nodes
};

struct LayoutOptions {
  int layer_gap = 90;  // between the columns
  int node_gap = 24;   // between boxes of one column
  int lane_gap = 12;   // beside a passing edge
  int sweeps = 8;
};

struct PlacedNode {
  int x = 0, y = 0;  // the left upper corner
  std::uint32_t layer = 0;
};

struct PlacedEdge {
  std::vector<std::pair<int, int>> points;  // from the source's box to the target's
  bool back = false;                        // runs against the layers: part of a cycle
};

struct Layout {
  std::vector<PlacedNode> nodes;  // as given
  std::vector<PlacedEdge> edges;  // as given
  int width = 0, height = 0;
  std::uint32_t layers = 0;
};

Layout layout(const std::vector<LayoutNode>& nodes, const std::vector<LayoutEdge>& edges,
              const LayoutOptions& options = {});

}  // namespace headwater::query
