#include <algorithm>
#include <map>
#include <utility>

#include "query/layered/proper_graph.h"

namespace headwater::query::layered {
namespace {

using Adjacency = std::vector<std::vector<std::uint32_t>>;  // indexes of arcs

Adjacency arcs_out(std::uint32_t vertices, const std::vector<Arc>& arcs) {
  Adjacency out(vertices);
  for (std::uint32_t i = 0; i < arcs.size(); ++i) out[arcs[i].from].push_back(i);
  return out;
}

// One depth-first search without recursion; arcs into an open vertex close a cycle.
class CycleBreaker {
 public:
  CycleBreaker(std::uint32_t vertices, std::vector<Arc>& arcs)
      : arcs_(arcs), out_(arcs_out(vertices, arcs)), state_(vertices, State::kNew) {}

  void visit(Vertex start) {
    if (state_[start] != State::kNew) return;
    open(start);
    while (!stack_.empty()) {
      auto& [vertex, next] = stack_.back();
      if (next == out_[vertex].size()) {
        state_[vertex] = State::kDone;
        stack_.pop_back();
        continue;
      }
      const std::uint32_t arc = out_[vertex][next++];
      const Vertex to = arcs_[arc].to;
      if (state_[to] == State::kOpen) turn_.push_back(arc);
      if (state_[to] == State::kNew) open(to);
    }
  }

  void turn() {
    for (const std::uint32_t i : turn_) {
      std::swap(arcs_[i].from, arcs_[i].to);
      arcs_[i].back = true;
    }
  }

 private:
  enum class State : std::uint8_t { kNew, kOpen, kDone };
  void open(Vertex vertex) {
    state_[vertex] = State::kOpen;
    stack_.emplace_back(vertex, 0);
  }

  std::vector<Arc>& arcs_;
  const Adjacency out_;
  std::vector<State> state_;
  std::vector<std::pair<Vertex, std::size_t>> stack_;
  std::vector<std::uint32_t> turn_;
};

std::vector<Vertex> topological_order(std::uint32_t vertices, const std::vector<Arc>& arcs,
                                      const Adjacency& out) {
  std::vector<std::uint32_t> waiting(vertices, 0);
  for (const Arc& arc : arcs) ++waiting[arc.to];
  std::vector<Vertex> order;
  order.reserve(vertices);
  for (Vertex v = 0; v < vertices; ++v) {
    if (waiting[v] == 0) order.push_back(v);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const std::uint32_t arc : out[order[i]]) {
      if (--waiting[arcs[arc].to] == 0) order.push_back(arcs[arc].to);
    }
  }
  return order;
}

// Dummies between `from` and layer `last`, made once per source and direction.
class DummyChains {
 public:
  explicit DummyChains(ProperGraph& graph) : graph_(graph) {}

  Vertex at(Vertex from, bool back, std::uint32_t layer) {
    std::vector<Vertex>& chain = chains_[{from, back}];
    while (graph_.layer[from] + chain.size() < layer) {
      const Vertex previous = chain.empty() ? from : chain.back();
      const auto dummy = static_cast<Vertex>(graph_.layer.size());
      graph_.layer.push_back(graph_.layer[previous] + 1);
      graph_.before.push_back({previous});
      graph_.after.emplace_back();
      graph_.after[previous].push_back(dummy);
      graph_.columns[graph_.layer[dummy]].push_back(dummy);
      chain.push_back(dummy);
    }
    return layer == graph_.layer[from] ? from : chain[layer - graph_.layer[from] - 1];
  }

 private:
  ProperGraph& graph_;
  std::map<std::pair<Vertex, bool>, std::vector<Vertex>> chains_;
};

}  // namespace

void break_cycles(std::uint32_t vertices, std::vector<Arc>& arcs) {
  std::vector<bool> has_in(vertices, false);
  for (const Arc& arc : arcs) has_in[arc.to] = true;
  CycleBreaker breaker(vertices, arcs);
  for (Vertex v = 0; v < vertices; ++v) {
    if (!has_in[v]) breaker.visit(v);
  }
  for (Vertex v = 0; v < vertices; ++v) breaker.visit(v);
  breaker.turn();
}

std::vector<std::uint32_t> assign_layers(std::uint32_t vertices, const std::vector<Arc>& arcs) {
  const Adjacency out = arcs_out(vertices, arcs);
  const std::vector<Vertex> order = topological_order(vertices, arcs, out);
  std::vector<std::uint32_t> layer(vertices, 0), in_degree(vertices, 0);
  for (const Vertex v : order) {
    for (const std::uint32_t arc : out[v]) {
      layer[arcs[arc].to] = std::max(layer[arcs[arc].to], layer[v] + 1);
      ++in_degree[arcs[arc].to];
    }
  }
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    if (out[*it].empty() || out[*it].size() <= in_degree[*it]) continue;
    std::uint32_t nearest = UINT32_MAX;
    for (const std::uint32_t arc : out[*it]) nearest = std::min(nearest, layer[arcs[arc].to]);
    layer[*it] = nearest - 1;
  }
  return layer;
}

ProperGraph make_proper(std::uint32_t vertices, const std::vector<Arc>& arcs,
                        std::vector<std::uint32_t> layers) {
  ProperGraph graph;
  graph.real = vertices;
  graph.layer = std::move(layers);
  graph.before.resize(vertices);
  graph.after.resize(vertices);
  std::uint32_t last = 0;
  for (const std::uint32_t layer : graph.layer) last = std::max(last, layer);
  graph.columns.resize(vertices == 0 ? 0 : last + 1);
  for (Vertex v = 0; v < vertices; ++v) graph.columns[graph.layer[v]].push_back(v);

  DummyChains chains(graph);
  for (const Arc& arc : arcs) {
    std::vector<Vertex> route{arc.from};
    for (std::uint32_t layer = graph.layer[arc.from] + 1; layer < graph.layer[arc.to]; ++layer) {
      route.push_back(chains.at(arc.from, arc.back, layer));
    }
    graph.after[route.back()].push_back(arc.to);
    graph.before[arc.to].push_back(route.back());
    route.push_back(arc.to);
    graph.routes.push_back(std::move(route));
  }
  return graph;
}

}  // namespace headwater::query::layered
