// The layered form of a graph: private to the layout.
//
// Vertices 0..real-1 are the nodes in order of their keys; the rest are dummies. Every segment
// joins neighbouring layers. Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <vector>

#include "query/layout.h"

namespace headwater::query::layered {

using Vertex = std::uint32_t;

struct Arc {
  Vertex from = 0, to = 0;  // from a lower layer to a higher one
  bool back = false;        // the edge it stands for runs the other way
};

struct ProperGraph {
  std::uint32_t real = 0;
  std::vector<std::uint32_t> layer;          // per vertex
  std::vector<std::vector<Vertex>> before;   // neighbours in layer - 1
  std::vector<std::vector<Vertex>> after;    // neighbours in layer + 1
  std::vector<std::vector<Vertex>> columns;  // vertices per layer, in order
  // Per arc: the vertices from `from` to `to`, both included.
  std::vector<std::vector<Vertex>> routes;
};

// Turns back as few arcs as a depth-first search in key order does; no cycle remains.
void break_cycles(std::uint32_t vertices, std::vector<Arc>& arcs);

// Longest path from the sources, then every vertex with more ways out than in moves right as far
// as its next neighbour allows, which shortens edges.
std::vector<std::uint32_t> assign_layers(std::uint32_t vertices, const std::vector<Arc>& arcs);

// Adds the dummies; columns are in key order (dummies by their source's key).
ProperGraph make_proper(std::uint32_t vertices, const std::vector<Arc>& arcs,
                        std::vector<std::uint32_t> layers);

// Reorders columns; keeps the best of the sweeps.
void reduce_crossings(ProperGraph& graph, int sweeps);

std::uint64_t count_crossings(const ProperGraph& graph);

// Top edge of every vertex. heights per vertex, gap between vertical neighbours by gap(a, b).
std::vector<int> place_vertically(const ProperGraph& graph, const std::vector<int>& heights,
                                  const LayoutOptions& options);

}  // namespace headwater::query::layered
