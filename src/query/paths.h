// Paths: how two nodes are connected. The shortest, and the k shortest without a loop.
//
// Table level: a path's length counts jobs, as distances in lineage do, and an output whose sources
// an explicit lineage facet lists is passed as in graph::ReachOptions: the edge from its job counts
// only where that job is an end of the path. Column level: the length counts steps; what touches a
// whole dataset touches each of its fields. Of equally long paths those of fewer steps come first.
// Two paths differ if their nodes do; of parallel edges one stands for all.
//
// Method: distances to the target by Dijkstra from its end; then, for more than one path, Yen's
// deviations (1971) with A* over those exact distances. Thread-safety: belongs to one request.
// Errors: those of the store. Cost: linear in what leads to the target, then about the length of
// the paths for each deviation; `max_work` bounds the edges looked at. Memory: 8 bytes a node.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "query/lineage.h"
#include "query/session.h"

namespace headwater::query {

inline constexpr std::size_t kMaxPaths = 100;

struct PathsRequest {
  // Canonical. A path leaves `from` once and ends where it first meets `to`. Table level: a dataset
  // or job each. Column level: fields, or for a dataset its fields and, in `to`, itself.
  std::vector<NodeId> from, to;
  std::size_t k = 1;  // at most kMaxPaths
  bool columns = false;
  bool any_direction = false;         // else downstream
  std::size_t max_work = 50'000'000;  // edges looked at
  std::function<bool()> cancelled;
};

struct PathEdge {
  NodeId from, to;  // in the direction of the data
  model::EdgeId edge;
  bool against = false;  // the path takes it the other way
};

struct FoundPath {
  std::uint32_t length = 0;
  std::vector<PathEdge> steps;
};

struct Paths {
  std::vector<FoundPath> paths;  // shortest first; fewer than k: there are no more, or it is cut
  Cut cut;
};

Result<Paths> find_paths(Session& session, const PathsRequest& request);

}  // namespace headwater::query
