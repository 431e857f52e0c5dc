#include "query/flow_graph.h"

#include <algorithm>
#include <unordered_map>

#include "graph/boost_view.h"

namespace headwater::query {
namespace {

using graph::EdgeInfo;
using model::EdgeKind;

constexpr std::uint32_t kPoll = 65535;

class FlowBuilder {
 public:
  FlowBuilder(const Snapshot& graph, const Cancelled& cancelled)
      : graph_(graph), view_(graph, model::kTableLineage), cancelled_(cancelled) {}

  Result<FlowGraph> run() {
    vertex_.assign(graph_.node_count() + 1, kNone);
    HW_CHECK_OK(each_edge([this](const EdgeInfo& edge) { note(edge); }));
    for (std::uint32_t id = 1; id < vertex_.size(); ++id) {
      if (vertex_[id] == kNone) continue;
      vertex_[id] = static_cast<std::uint32_t>(out_.node.size());
      out_.node.push_back(id);
    }
    out_.nodes = out_.node.size();
    HW_CHECK_OK(each_edge([this](const EdgeInfo& edge) {
      if (edge.kind == EdgeKind::kWritesScoped) add_scoped(edge);
    }));
    HW_CHECK_OK(each_edge([this](const EdgeInfo& edge) { add(edge); }));
    std::sort(out_.arcs.begin(), out_.arcs.end());
    out_.arcs.erase(std::unique(out_.arcs.begin(), out_.arcs.end()), out_.arcs.end());
    return std::move(out_);
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::uint32_t kSeen = kNone - 1;

  template <class Visit>
  Result<void> each_edge(Visit&& visit) {
    for (std::uint32_t id = 1; id < vertex_.size(); ++id) {
      if ((id & kPoll) == 0 && cancelled_ && cancelled_()) return cancelled_error();
      const auto range = out_edges(id, view_);
      for (auto it = range.first; it != range.second; ++it) {
        visit(graph_.edge(model::EdgeId{(*it).id}));
      }
    }
    return {};
  }
  std::uint32_t canonical(NodeId id) const { return graph_.canonical(id).value; }
  std::uint32_t vertex(NodeId id) const { return vertex_[canonical(id)]; }
  std::uint64_t key(NodeId job, NodeId output) const {
    return (std::uint64_t{canonical(job)} << 32) | canonical(output);
  }

  void note(const EdgeInfo& edge) {
    vertex_[canonical(edge.src)] = kSeen;
    vertex_[canonical(edge.dst)] = kSeen;
  }
  void add_scoped(const EdgeInfo& edge) {
    const auto next = static_cast<std::uint32_t>(out_.node.size());
    const auto [it, is_new] = scoped_.emplace(key(edge.src, edge.dst), next);
    if (!is_new) return;
    out_.node.push_back(canonical(edge.src));
    out_.arcs.emplace_back(next, vertex(edge.dst));
  }
  void add(const EdgeInfo& edge) {
    if (edge.kind == EdgeKind::kWritesScoped) return;
    if (edge.kind == EdgeKind::kFlow && edge.via) {
      const auto it = scoped_.find(key(edge.via, edge.dst));
      if (it != scoped_.end()) {
        out_.arcs.emplace_back(vertex(edge.src), it->second);
        return;
      }
    }
    out_.arcs.emplace_back(vertex(edge.src), vertex(edge.dst));
  }

  const Snapshot& graph_;
  graph::BoostView view_;
  const Cancelled& cancelled_;
  std::vector<std::uint32_t> vertex_;  // by node
  std::unordered_map<std::uint64_t, std::uint32_t> scoped_;
  FlowGraph out_;
};

}  // namespace

Result<FlowGraph> FlowGraph::of(const Snapshot& graph, const Cancelled& cancelled) {
  return FlowBuilder(graph, cancelled).run();
}

Digraph FlowGraph::digraph() const {
  return Digraph(boost::edges_are_sorted, arcs.begin(), arcs.end(),
                 static_cast<std::uint32_t>(node.size()));
}

Digraph FlowGraph::reversed() const {
  Arcs turned;
  turned.reserve(arcs.size());
  for (const auto& [from, to] : arcs) turned.emplace_back(to, from);
  return Digraph(boost::edges_are_unsorted_multi_pass, turned.begin(), turned.end(),
                 static_cast<std::uint32_t>(node.size()));
}

base::Error cancelled_error() {
  return base::make_error(base::ErrorCode::kCancelled, "The question was cancelled.");
}

}  // namespace headwater::query
