#include "query/column_edges.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "graph/graph_inl.h"
#include "query/column_cover.h"

namespace headwater::query {
namespace {

using graph::Direction;
using graph::Neighbor;
using model::EdgeKind;

constexpr model::EdgeKinds kWriteKinds = mask(EdgeKind::kWrites);

class EdgeBuilder {
 public:
  EdgeBuilder(const Snapshot& graph, const std::vector<ColumnNode>& nodes, model::EdgeKinds kinds)
      : graph_(graph), nodes_(nodes), kinds_(kinds), cover_(graph), index_(graph.node_count() + 1) {
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      columns_[nodes[i].dataset.value].push_back(i);
      if (nodes[i].field) index_[nodes[i].field] = i + 1;
      if (nodes[i].path.empty()) index_[nodes[i].dataset] = i + 1;
    }
  }

  // By the edges that lead in: those of a hub that lead out may be a hundred thousand.
  void add_stated() {
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      if (!nodes_[i].field) continue;
      add_into(nodes_[i].field, {nodes_[i].dataset, i}, edges_);
    }
    for (const auto& [dataset, columns] : columns_) {
      add_into(NodeId{dataset}, whole(NodeId{dataset}), whole_targets_[dataset]);
    }
    spread();
  }

  // Jobs that were entered over a gap, by whichever walk.
  void add_assumed(const std::vector<ColumnWalk>& walks) {
    for (const ColumnWalk& walk : walks) {
      for (const ColumnEntry& entry : walk.entries()) {
        if (entry.kind != ColumnEntry::Kind::kJob) continue;
        if (jobs_.insert(entry.node.value).second) join(entry.node);
      }
      for (const model::EdgeId flow : walk.assumed_flows()) {
        const graph::EdgeInfo edge = graph_.edge(flow);
        if (graph_.kind_of(edge.src) == NodeKind::kDataset) add_gap(edge.src, edge.dst, edge.via);
      }
    }
  }

  std::vector<ColumnEdge> take() {
    const auto key = [](const ColumnEdge& e) {
      return std::tie(e.source, e.target, e.assumed, e.indirect, e.via);
    };
    std::sort(edges_.begin(), edges_.end(), [&](const ColumnEdge& a, const ColumnEdge& b) {
      return std::tuple_cat(key(a), std::tie(a.transformations)) <
             std::tuple_cat(key(b), std::tie(b.transformations));
    });
    std::vector<ColumnEdge> out;
    for (ColumnEdge& edge : edges_) {
      if (out.empty() || key(out.back()) != key(edge)) {
        out.push_back(std::move(edge));
        continue;
      }
      auto& all = out.back().transformations;
      for (const auto id : edge.transformations) {
        if (all.empty() || all.back() != id) all.push_back(id);
      }
    }
    return out;
  }

 private:
  bool shown(NodeId dataset) const { return columns_.contains(dataset.value); }

  // The dataset as one end: its node, if it stands for itself.
  ColumnEnd whole(NodeId dataset) const {
    const std::uint32_t at = index_[dataset];
    return {dataset, at == 0 ? ColumnEnd::kAll : at - 1};
  }

  void add_into(NodeId node, ColumnEnd target, std::vector<ColumnEdge>& out) const {
    graph_.for_each(node, Direction::kUpstream, kinds_, [&](const Neighbor& from) {
      const std::uint32_t at = index_[from.node];
      const bool column = graph_.kind_of(from.node) == NodeKind::kField;
      if (column ? at == 0 : !shown(from.node)) return true;
      ColumnEdge edge;
      edge.source = column ? ColumnEnd{nodes_[at - 1].dataset, at - 1} : whole(from.node);
      edge.target = target;
      edge.indirect = from.kind == EdgeKind::kColumnIndirect;
      edge.via = graph_.via_of(from.edge);
      edge.transformations.push_back(graph_.detail_of(from.edge));
      out.push_back(std::move(edge));
      return true;
    });
  }

  // What touches a whole dataset touches each of its columns.
  void spread() {
    for (auto& [dataset, edges] : whole_targets_) {
      const std::vector<std::uint32_t>& columns = columns_.at(dataset);
      const bool one_by_one = edges.size() * columns.size() <= kMaxSpread;
      for (ColumnEdge& edge : edges) {
        if (!one_by_one || edge.target.node != ColumnEnd::kAll) {
          edges_.push_back(std::move(edge));
          continue;
        }
        for (const std::uint32_t column : columns) {
          edges_.push_back(edge);
          edges_.back().target.node = column;
        }
      }
    }
  }

  void add_gap(NodeId input, NodeId output, NodeId via) {
    if (!shown(input) || !shown(output)) return;
    ColumnEdge edge;
    edge.source = whole(input);
    edge.target = whole(output);
    edge.assumed = true;
    edge.via = via;
    edges_.push_back(std::move(edge));
  }

  void join(NodeId job) {
    std::vector<NodeId> inputs, outputs;
    graph_.for_each(job, Direction::kUpstream, mask(EdgeKind::kReads) | mask(EdgeKind::kFlow),
                    [&](const Neighbor& from) {
                      if (shown(from.node)) inputs.push_back(from.node);
                      return true;
                    });
    if (inputs.empty()) return;
    std::unordered_set<std::uint32_t> seen;
    collect_outputs(job, outputs, seen);
    for (const NodeId input : inputs) {
      for (const NodeId output : outputs) add_gap(input, output, job);
    }
  }

  // Of the job and of the jobs that data flows on to from it.
  void collect_outputs(NodeId job, std::vector<NodeId>& outputs,
                       std::unordered_set<std::uint32_t>& seen) {
    std::vector<NodeId> jobs{job};
    while (!jobs.empty()) {
      const NodeId at = jobs.back();
      jobs.pop_back();
      if (!seen.insert(at.value).second) continue;
      graph_.for_each(at, Direction::kDownstream, kWriteKinds | mask(EdgeKind::kFlow),
                      [&](const Neighbor& to) {
                        if (graph_.kind_of(to.node) == NodeKind::kJob) {
                          jobs.push_back(to.node);
                        } else if (shown(to.node) && !cover_.covers(at, to.node)) {
                          outputs.push_back(to.node);
                        }
                        return true;
                      });
    }
  }

  const Snapshot& graph_;
  const std::vector<ColumnNode>& nodes_;
  const model::EdgeKinds kinds_;
  ColumnCover cover_;
  SparseZeros<std::uint32_t> index_;  // of fields and of datasets that stand for themselves, plus 1
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> columns_;  // of each dataset
  std::unordered_map<std::uint32_t, std::vector<ColumnEdge>> whole_targets_;
  std::unordered_set<std::uint32_t> jobs_;
  std::vector<ColumnEdge> edges_;
};

}  // namespace

std::vector<ColumnEdge> column_edges(const Snapshot& graph, const std::vector<ColumnNode>& nodes,
                                     const std::vector<ColumnWalk>& walks, model::EdgeKinds kinds) {
  EdgeBuilder builder(graph, nodes, kinds);
  builder.add_stated();
  builder.add_assumed(walks);
  return builder.take();
}

}  // namespace headwater::query
