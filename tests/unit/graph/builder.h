// Short ways to say what a small graph holds, for the tests of this folder.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/graph_inl.h"

namespace headwater::graph {

inline std::string numbered(std::string prefix, std::size_t number) {
  prefix += std::to_string(number);
  return prefix;
}

// Each call adds to the pending changes; publish() makes them visible under the next number.
class Builder {
 public:
  explicit Builder(GraphOptions options = {}) : graph(options) {}

  NodeId node(NodeKind kind, const std::string& name, const std::string& name_space = "ns") {
    const NodeId id{++nodes_};
    pending_.nodes.push_back({.id = id,
                              .kind = kind,
                              .name_space = name_space,
                              .name = name,
                              .parent = {},
                              .recorded = next()});
    return id;
  }
  NodeId dataset(const std::string& name) { return node(NodeKind::kDataset, name); }
  NodeId job(const std::string& name) { return node(NodeKind::kJob, name); }
  NodeId field(NodeId parent, const std::string& path) {
    const NodeId id{++nodes_};
    pending_.nodes.push_back({.id = id,
                              .kind = NodeKind::kField,
                              .name_space = "",
                              .name = path,
                              .parent = parent,
                              .recorded = next()});
    return id;
  }
  EdgeId edge(NodeId src, NodeId dst, EdgeKind kind, Micros valid_from = 0,
              Micros valid_to = model::kOpenEnd) {
    const EdgeId id{++edges_};
    pending_.edges.push_back({.id = id,
                              .src = src,
                              .dst = dst,
                              .via = {},
                              .kind = kind,
                              .detail = {},
                              .valid_from = valid_from,
                              .valid_to = valid_to,
                              .recorded_from = next()});
    return id;
  }
  EdgeId reads(NodeId dataset, NodeId job) { return edge(dataset, job, EdgeKind::kReads); }
  EdgeId writes(NodeId job, NodeId dataset) { return edge(job, dataset, EdgeKind::kWrites); }
  EdgeId writes_scoped(NodeId job, NodeId dataset) {
    return edge(job, dataset, EdgeKind::kWritesScoped);
  }
  EdgeId flow(NodeId src, NodeId dst) { return edge(src, dst, EdgeKind::kFlow); }
  void close(EdgeId id) { pending_.closes.push_back({.id = id, .recorded_to = next()}); }
  // The edge ended at `valid_to`, and we know it from now on: a new version replaces the old one.
  EdgeId retire(EdgeId id, Micros valid_to) {
    close(id);
    const EdgeInfo old = graph.snapshot().edge(id);
    return edge(old.src, old.dst, old.kind, old.valid_from, valid_to);
  }
  void merge(NodeId loser, NodeId winner) {
    pending_.merges.push_back({.loser = loser, .winner = winner, .recorded = next()});
  }
  Changes& pending() { return pending_; }

  Seq next() const { return Seq{graph.published().value + 1}; }
  Seq publish() {
    pending_.seq = next();
    graph.publish(pending_);
    pending_ = {};
    return graph.published();
  }

  Graph graph;

 private:
  Changes pending_;
  std::uint32_t nodes_ = 0;
  std::uint32_t edges_ = 0;
};

inline std::vector<NodeId> nodes_of(const std::vector<Neighbor>& neighbors) {
  std::vector<NodeId> nodes;
  for (const Neighbor& neighbor : neighbors) nodes.push_back(neighbor.node);
  return nodes;
}
inline std::vector<NodeId> nodes_of(const Reach& reach) {
  std::vector<NodeId> nodes;
  for (const Reached& reached : reach.nodes) nodes.push_back(reached.node);
  return nodes;
}

}  // namespace headwater::graph
