// Lineage: the graph around one node, table level, and its picture.
//
// Upstream and downstream are walked separately, so that the siblings of an input are not drawn in.
// Node and edge lists are ordered and depend on nothing but the graph's version.
//
// Errors: kNotFound, kInvalidNodeId, kCancelled (only when `cancelled` says so before an answer).
// Cost: linear in the edges touched; the picture as in query/layout.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "query/layout.h"
#include "query/node_ref.h"
#include "query/session.h"
#include "query/values.h"

namespace headwater::query {

enum class Sides { kBoth, kUpstream, kDownstream };

struct LineageRequest {
  NodeId root;
  std::uint32_t depth = 20;  // in jobs
  Sides sides = Sides::kBoth;
  std::size_t max_nodes = 100'000;
  std::function<bool()> cancelled;
};

// Why an answer is not whole. limit is the caller's own limit that cut it.
struct Cut {
  graph::CutReason reason = graph::CutReason::kNone;
  std::size_t frontier = 0;
  std::optional<std::size_t> limit;
};

struct GraphEdge {
  NodeId source, target;
  model::EdgeKind kind = model::EdgeKind::kReads;
  auto operator<=>(const GraphEdge&) const = default;
};

struct LineageAnswer {
  NodeId root;
  struct Node {
    NodeId node;
    std::uint32_t distance = 0;
  };
  std::vector<Node> nodes;       // by distance, then node; the root first
  std::vector<GraphEdge> edges;  // between `nodes`, by source, target, kind
  Cut cut;
  bool complete() const { return cut.reason == graph::CutReason::kNone; }
};

// A dataset or job; a field stands for its dataset, a run for its job.
Result<NodeId> lineage_root(Session& session, std::string_view node_id);

LineageAnswer lineage(const Snapshot& graph, const LineageRequest& request);

// Edges between the given nodes. A flow edge through a job is left out where the job's own edges
// are there to show it.
std::vector<GraphEdge> edges_among(const Snapshot& graph, const std::vector<NodeId>& nodes);

// ---- the picture ------------------------------------------------------------------------------

struct Expansion {
  NodeId node;
  bool upstream = false;
};

struct PictureRequest {
  LineageRequest lineage;
  std::vector<Expansion> expand;  // in order; one of a node that is not shown does nothing
  // With it, the picture shows what stands at either moment, and how this one differs.
  std::optional<Micros> compare_to;
};

// Seen from compare_to. A node counts as changed by what query/diff.h compares of its attributes.
enum class PictureChange { kNone, kAdded, kRemoved, kChanged };

struct PictureNode {
  NodeSummary summary;
  PlacedNode place;
  int width = 0, height = 0;
  std::uint32_t distance = 0;
  std::optional<RunState> state;
  std::size_t hidden_upstream = 0, hidden_downstream = 0;
  PictureChange change = PictureChange::kNone;
};

struct Picture {
  std::vector<PictureNode> nodes;
  std::vector<GraphEdge> edges;
  std::vector<PlacedEdge> lines;            // beside edges
  std::vector<PictureChange> edge_changes;  // beside edges, if compared
  int width = 0, height = 0;
  Cut cut;
};

Result<Picture> picture(Session& session, const PictureRequest& request);

}  // namespace headwater::query
