#include "query/layout.h"

#include <algorithm>
#include <numeric>

#include "query/layered/proper_graph.h"

namespace headwater::query {
namespace {

using layered::Arc;
using layered::ProperGraph;
using layered::Vertex;

// Where the given nodes and edges stand in order of their keys.
template <class Items>
std::vector<std::uint32_t> order_by_key(const Items& items) {
  std::vector<std::uint32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return items[a].key < items[b].key; });
  return order;
}

struct Columns {
  std::vector<int> left, width;
  int total = 0;
};

Columns place_columns(const ProperGraph& graph, const std::vector<LayoutNode>& nodes,
                      const std::vector<std::uint32_t>& by_key, int gap) {
  Columns columns;
  columns.width.assign(graph.columns.size(), 0);
  for (Vertex v = 0; v < graph.real; ++v) {
    int& width = columns.width[graph.layer[v]];
    width = std::max(width, nodes[by_key[v]].width);
  }
  int x = 0;
  for (const int width : columns.width) {
    columns.left.push_back(x);
    x += width + gap;
  }
  columns.total = columns.width.empty() ? 0 : x - gap;
  return columns;
}

class Drawing {
 public:
  Drawing(const std::vector<LayoutNode>& nodes, const std::vector<LayoutEdge>& edges,
          const LayoutOptions& options)
      : nodes_(nodes), edges_(edges), options_(options), by_key_(order_by_key(nodes)) {
    vertex_of_.resize(nodes.size());
    for (Vertex v = 0; v < by_key_.size(); ++v) vertex_of_[by_key_[v]] = v;
  }

  Layout draw() {
    const std::vector<Arc> arcs = make_arcs();
    const auto vertices = static_cast<std::uint32_t>(nodes_.size());
    graph_ = layered::make_proper(vertices, arcs, layered::assign_layers(vertices, arcs));
    layered::reduce_crossings(graph_, options_.sweeps);
    heights_.assign(graph_.layer.size(), 0);
    for (Vertex v = 0; v < vertices; ++v) heights_[v] = nodes_[by_key_[v]].height;
    top_ = layered::place_vertically(graph_, heights_, options_);
    columns_ = place_columns(graph_, nodes_, by_key_, options_.layer_gap);
    return collect(arcs);
  }

 private:
  // Edges between different nodes, in the order of their keys; edge_of_ says which they are.
  std::vector<Arc> make_arcs() {
    std::vector<Arc> arcs;
    for (const std::uint32_t i : order_by_key(edges_)) {
      if (edges_[i].source == edges_[i].target) continue;
      arcs.push_back({vertex_of_[edges_[i].source], vertex_of_[edges_[i].target], false});
      edge_of_.push_back(i);
    }
    layered::break_cycles(static_cast<std::uint32_t>(nodes_.size()), arcs);
    return arcs;
  }

  Layout collect(const std::vector<Arc>& arcs) const {
    Layout out;
    out.nodes.resize(nodes_.size());
    out.edges.resize(edges_.size());
    out.layers = static_cast<std::uint32_t>(graph_.columns.size());
    out.width = columns_.total;
    for (Vertex v = 0; v < graph_.real; ++v) {
      const std::uint32_t layer = graph_.layer[v];
      out.nodes[by_key_[v]] = {columns_.left[layer], top_[v], layer};
    }
    for (Vertex v = 0; v < top_.size(); ++v)
      out.height = std::max(out.height, top_[v] + heights_[v]);
    for (std::size_t i = 0; i < arcs.size(); ++i) {
      out.edges[edge_of_[i]] = {route(i, arcs[i].back), arcs[i].back};
    }
    for (std::size_t i = 0; i < edges_.size(); ++i) {
      if (edges_[i].source == edges_[i].target) out.edges[i] = loop(out.nodes[edges_[i].source], i);
    }
    return out;
  }

  std::vector<std::pair<int, int>> route(std::size_t arc, bool back) const {
    std::vector<std::pair<int, int>> points;
    const std::vector<Vertex>& way = graph_.routes[arc];
    for (const Vertex v : way) {
      const std::uint32_t layer = graph_.layer[v];
      const int y = top_[v] + heights_[v] / 2;
      const int left = columns_.left[layer];
      const int own = v < graph_.real ? nodes_[by_key_[v]].width : columns_.width[layer];
      if (v != way.front()) points.emplace_back(left, y);
      if (v != way.back()) points.emplace_back(left + own, y);
    }
    if (back) std::reverse(points.begin(), points.end());
    return points;
  }

  // Out on the right, over the top, in on the left.
  PlacedEdge loop(const PlacedNode& at, std::size_t edge) const {
    const LayoutNode& node = nodes_[edges_[edge].source];
    const int right = at.x + node.width, y = at.y + node.height / 2;
    const int out = options_.layer_gap / 4, over = std::max(0, at.y - options_.node_gap / 2);
    return {{{right, y}, {right + out, over}, {at.x - out, over}, {at.x, y}}, true};
  }

  const std::vector<LayoutNode>& nodes_;
  const std::vector<LayoutEdge>& edges_;
  const LayoutOptions& options_;
  const std::vector<std::uint32_t> by_key_;  // vertex -> index of node
  std::vector<Vertex> vertex_of_;            // index of node -> vertex
  std::vector<std::size_t> edge_of_;         // arc -> index of edge
  ProperGraph graph_;
  std::vector<int> heights_, top_;
  Columns columns_;
};

}  // namespace

Layout layout(const std::vector<LayoutNode>& nodes, const std::vector<LayoutEdge>& edges,
              const LayoutOptions& options) {
  return Drawing(nodes, edges, options).draw();
}

}  // namespace headwater::query
