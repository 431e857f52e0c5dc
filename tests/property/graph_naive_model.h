// The versioned graph as a plain list of edges, scanned in full for each question: what the real
// one must agree with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace headwater::graph {

class NaiveGraph {
 public:
  void publish(const Changes& changes) {
    nodes.insert(nodes.end(), changes.nodes.begin(), changes.nodes.end());
    for (const NodeUpdate& update : changes.node_updates) {
      updates.push_back(update);
    }
    edges.insert(edges.end(), changes.edges.begin(), changes.edges.end());
    for (const EdgeClose& close : changes.closes) {
      edges[close.id.value - 1].recorded_to = close.recorded_to;
    }
    merges.insert(merges.end(), changes.merges.begin(), changes.merges.end());
    seq = changes.seq;
  }

  // The node with what was known of it.
  NewNode node_at(NodeId id, Seq known_at) const {
    NewNode node = nodes[id.value - 1];
    for (const NodeUpdate& update : updates) {
      if (update.id != id || known_at < update.recorded) continue;
      node.first_seen = update.first_seen;
      node.placeholder = update.placeholder;
    }
    return node;
  }

  static bool holds(const NewEdge& edge, Moment at) {
    if (edge.recorded_from > at.known_at || at.known_at >= edge.recorded_to) return false;
    if (at.as_of == kLatest) return edge.valid_to == model::kOpenEnd;
    return edge.valid_from <= at.as_of &&
           (edge.valid_to == model::kOpenEnd || at.as_of < edge.valid_to);
  }
  static NodeId from(const NewEdge& edge, Direction direction) {
    return direction == Direction::kDownstream ? edge.src : edge.dst;
  }
  static NodeId to(const NewEdge& edge, Direction direction) {
    return direction == Direction::kDownstream ? edge.dst : edge.src;
  }

  std::size_t node_count(Seq known_at) const {
    return static_cast<std::size_t>(std::count_if(
        nodes.begin(), nodes.end(), [&](const NewNode& n) { return n.recorded <= known_at; }));
  }
  std::size_t edge_count(Seq known_at) const {
    return static_cast<std::size_t>(std::count_if(
        edges.begin(), edges.end(), [&](const NewEdge& e) { return e.recorded_from <= known_at; }));
  }

  std::vector<EdgeId> edges_at(NodeId id, Direction direction, EdgeKinds kinds, Moment at) const {
    std::vector<EdgeId> found;
    for (const NewEdge& edge : edges) {
      if (from(edge, direction) == id && (kinds & model::mask(edge.kind)) != 0 && holds(edge, at)) {
        found.push_back(edge.id);
      }
    }
    return found;
  }

  std::vector<EdgeId> history(NodeId id, Direction direction, Seq known_at) const {
    std::vector<EdgeId> found;
    for (const NewEdge& edge : edges) {
      if (from(edge, direction) == id && edge.recorded_from <= known_at) found.push_back(edge.id);
    }
    return found;
  }

  NodeId canonical(NodeId id, Seq known_at) const {
    for (const NodeMerge& merge : merges) {
      if (merge.loser == id && merge.recorded <= known_at) {
        return canonical(merge.winner, known_at);
      }
    }
    return id;
  }

  std::vector<bool> closure(const std::vector<NodeId>& starts, Direction direction, EdgeKinds kinds,
                            Moment at) const {
    std::vector<bool> marked(node_count(at.known_at) + 1, false);
    for (const NodeId start : starts) marked[start.value] = true;
    for (bool changed = true; changed;) {
      changed = false;
      for (const NewEdge& edge : edges) {
        if ((kinds & model::mask(edge.kind)) == 0 || !holds(edge, at)) continue;
        if (!marked[from(edge, direction).value] || marked[to(edge, direction).value]) continue;
        marked[to(edge, direction).value] = changed = true;
      }
    }
    return marked;
  }

  static constexpr std::uint32_t kFar = std::numeric_limits<std::uint32_t>::max();

  static std::uint32_t cost(EdgeKind kind, Direction direction) {
    const bool down = direction == Direction::kDownstream;
    if (kind == EdgeKind::kUses) return 0;
    if (kind == EdgeKind::kReads) return down ? 1 : 0;
    if (kind == EdgeKind::kWrites || kind == EdgeKind::kWritesScoped) return down ? 0 : 1;
    return 1;
  }

  // Shortest distance of every node, kFar if none: edges are relaxed until nothing changes.
  std::vector<std::uint32_t> distances(const std::vector<NodeId>& starts, Direction direction,
                                       EdgeKinds kinds, Moment at) const {
    std::vector<std::uint32_t> seen(node_count(at.known_at) + 1, kFar);
    std::vector<bool> is_start(seen.size(), false);
    for (const NodeId start : starts) {
      seen[start.value] = 0;
      is_start[start.value] = true;
    }
    std::vector<std::uint32_t> crossed = seen;
    for (bool changed = true; changed;) {
      changed = false;
      for (const NewEdge& edge : edges) {
        if ((kinds & model::mask(edge.kind)) == 0 || !holds(edge, at)) continue;
        const NodeId a = from(edge, direction);
        const NodeId b = to(edge, direction);
        if (crossed[a.value] == kFar) continue;
        const bool scoped = edge.kind == EdgeKind::kWritesScoped;
        if (scoped && direction == Direction::kDownstream && !is_start[a.value]) continue;
        const std::uint32_t distance = crossed[a.value] + cost(edge.kind, direction);
        const bool crosses = !scoped || direction == Direction::kDownstream;
        changed = lower(seen[b.value], distance) || changed;
        if (crosses) changed = lower(crossed[b.value], distance) || changed;
      }
    }
    return seen;
  }

  std::vector<NewNode> nodes;
  std::vector<NodeUpdate> updates;
  std::vector<NewEdge> edges;
  std::vector<NodeMerge> merges;
  Seq seq;

 private:
  static bool lower(std::uint32_t& value, std::uint32_t to) {
    if (to >= value) return false;
    value = to;
    return true;
  }
};

}  // namespace headwater::graph
