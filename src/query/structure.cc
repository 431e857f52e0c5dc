#include "query/structure.h"

#include <algorithm>
#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include <boost/graph/strong_components.hpp>

#include "graph/boost_view.h"
#include "query/flow_graph.h"

namespace headwater::query {
namespace {

using graph::BoostView;
using model::EdgeKind;

constexpr model::EdgeKinds kCycleKinds =
    mask(EdgeKind::kReads) | mask(EdgeKind::kWrites) | mask(EdgeKind::kFlow);

// By node id, for Boost: ids count from 1.
template <class T>
auto by_vertex(std::vector<T>& values) {
  return boost::make_iterator_property_map(values.begin(), graph::VertexIndexMap{});
}

// boost::strong_components is Tarjan's algorithm over an iterative depth-first search.
std::vector<std::uint32_t> components_of(const BoostView& view) {
  const std::size_t count = num_vertices(view);
  std::vector<std::uint32_t> component(count), root(count), time(count);
  std::vector<boost::default_color_type> color(count);
  boost::strong_components(view, by_vertex(component),
                           boost::root_map(by_vertex(root))
                               .discover_time_map(by_vertex(time))
                               .color_map(by_vertex(color)));
  return component;
}

bool leads_to_itself(const BoostView& view, std::uint32_t vertex) {
  const auto range = out_edges(vertex, view);
  return std::any_of(range.first, range.second,
                     [vertex](const BoostView::Edge& edge) { return edge.target == vertex; });
}

std::shared_ptr<Cycles> find_cycles(const Snapshot& graph) {
  const BoostView view(graph, kCycleKinds);
  const std::vector<std::uint32_t> component = components_of(view);
  const auto count = static_cast<std::uint32_t>(component.size());
  std::vector<std::uint32_t> sizes(count);
  for (const std::uint32_t c : component) ++sizes[c];
  std::unordered_map<std::uint32_t, std::vector<NodeId>> found;
  for (std::uint32_t id = 1; id <= count; ++id) {
    const std::uint32_t c = component[id - 1];
    if (sizes[c] > 1 || leads_to_itself(view, id)) found[c].push_back(NodeId{id});
  }
  auto out = std::make_shared<Cycles>();
  for (auto& [c, nodes] : found) out->cycles.push_back(std::move(nodes));
  std::sort(out->cycles.begin(), out->cycles.end(), [](const auto& a, const auto& b) {
    return a.size() != b.size() ? a.size() > b.size() : a.front() < b.front();
  });
  return out;
}

std::string key_of(const char* what, const Session& session) {
  return std::string(what) + "|" + std::to_string(session.moment().as_of) + "|" +
         std::to_string(session.seq().value);
}

// From the cache, or made and put there.
template <class T, class Make>
Result<std::shared_ptr<const T>> cached(const char* what, Session& session, Make&& make) {
  AnswerCache& cache = session.service().answers();
  const std::string key = key_of(what, session);
  if (auto known = cache.find<T>(key)) return known;
  HW_TRY(std::shared_ptr<const T> made, make());
  cache.put(key, made, made->bytes());
  return made;
}

}  // namespace

std::size_t Cycles::bytes() const {
  std::size_t out = sizeof(*this);
  for (const auto& cycle : cycles) out += sizeof(cycle) + cycle.size() * sizeof(NodeId);
  return out;
}

Result<std::shared_ptr<const Cycles>> cycles(Session& session, const Cancelled& cancelled) {
  return cached<Cycles>("cycles", session, [&]() -> Result<std::shared_ptr<const Cycles>> {
    if (cancelled && cancelled()) return cancelled_error();
    return std::shared_ptr<const Cycles>(find_cycles(session.graph()));
  });
}

std::vector<model::EdgeId> sample_cycle(const Snapshot& graph, const std::vector<NodeId>& cycle) {
  const BoostView view(graph, kCycleKinds);
  std::unordered_set<std::uint32_t> inside;
  for (const NodeId node : cycle) inside.insert(node.value);
  const std::uint32_t start = cycle.front().value;
  std::unordered_map<std::uint32_t, BoostView::Edge> by;
  std::deque<std::uint32_t> queue{start};
  while (!queue.empty() && !by.contains(start)) {
    const std::uint32_t vertex = queue.front();
    queue.pop_front();
    const auto range = out_edges(vertex, view);
    std::vector<BoostView::Edge> next(range.first, range.second);
    std::sort(next.begin(), next.end());
    for (const BoostView::Edge& edge : next) {
      if (!inside.contains(edge.target)) continue;
      if (by.emplace(edge.target, edge).second) queue.push_back(edge.target);
    }
  }
  std::vector<model::EdgeId> out;
  if (!by.contains(start)) return out;
  std::uint32_t at = start;
  do {
    const BoostView::Edge& edge = by.at(at);
    out.push_back(model::EdgeId{edge.id});
    at = edge.source;
  } while (at != start);
  std::reverse(out.begin(), out.end());
  return out;
}

// ---- importance ---------------------------------------------------------------------------------

namespace {

constexpr double kDamping = 0.85;
constexpr double kTolerance = 1e-9;  // of all changes of a round together

class Ranker {
 public:
  Ranker(const Snapshot& graph, const FlowGraph& flow)
      : graph_(graph), flow_(flow), from_(flow.digraph()), count_(flow.node.size()) {}

  Result<std::shared_ptr<const Importance>> run(const Cancelled& cancelled) {
    count_use();
    std::vector<std::uint32_t> inputs(count_);
    for (const auto& [from, to] : flow_.arcs) ++inputs[to];
    std::vector<double> rank = restart_, next(count_), share(count_);
    std::uint32_t round = 0;
    for (double moved = 1; moved > kTolerance && round < kMaxRounds; ++round) {
      if (cancelled && cancelled()) return cancelled_error();
      double loose = 0;  // of those that depend on nothing: goes back to where use is
      for (std::size_t v = 0; v < count_; ++v) {
        if (inputs[v] == 0) loose += rank[v];
        share[v] = inputs[v] == 0 ? 0 : rank[v] / inputs[v];
      }
      moved = 0;
      for (std::uint32_t v = 0; v < count_; ++v) {
        double got = 0;
        const auto range = boost::out_edges(v, from_);
        for (auto it = range.first; it != range.second; ++it) {
          got += share[boost::target(*it, from_)];
        }
        next[v] = kDamping * got + (1 - kDamping + kDamping * loose) * restart_[v];
        moved += next[v] > rank[v] ? next[v] - rank[v] : rank[v] - next[v];
      }
      rank.swap(next);
    }
    return finish(rank, round);
  }

 private:
  // Jobs that read a dataset, and its consumers. Each counts as much as being there.
  void count_use() {
    use_.resize(flow_.nodes);
    restart_.assign(count_, 0);
    double sum = 0;
    for (std::size_t v = 0; v < flow_.nodes; ++v) {
      const NodeId node{flow_.node[v]};
      Important& use = use_[v];
      use.node = node;
      use.readers = count(node, mask(EdgeKind::kReads));
      use.consumers = count(node, mask(EdgeKind::kUses));
      restart_[v] = 1.0 + use.readers + use.consumers;
      sum += restart_[v];
    }
    for (double& part : restart_) part /= sum;
  }
  std::uint32_t count(NodeId node, model::EdgeKinds kinds) const {
    if (graph_.node(node).kind != NodeKind::kDataset) return 0;
    std::vector<std::uint32_t> others;
    graph_.for_each(node, graph::Direction::kDownstream, kinds, [&](const graph::Neighbor& n) {
      others.push_back(graph_.canonical(n.node).value);
      return true;
    });
    std::sort(others.begin(), others.end());
    return static_cast<std::uint32_t>(std::unique(others.begin(), others.end()) - others.begin());
  }

  Result<std::shared_ptr<const Importance>> finish(const std::vector<double>& rank,
                                                   std::uint32_t rounds) {
    std::unordered_map<std::uint32_t, std::size_t> of_job;
    for (std::size_t v = flow_.nodes; v < count_; ++v) of_job.emplace(flow_.node[v], 0);
    for (std::size_t v = 0; v < flow_.nodes; ++v) {
      use_[v].score = rank[v];
      const auto it = of_job.find(flow_.node[v]);
      if (it != of_job.end()) it->second = v;
    }
    for (std::size_t v = flow_.nodes; v < count_; ++v) {
      use_[of_job.at(flow_.node[v])].score += rank[v];
    }
    std::sort(use_.begin(), use_.end(), [](const Important& a, const Important& b) {
      return a.score != b.score ? a.score > b.score : a.node < b.node;
    });
    for (std::size_t i = 0; i < use_.size(); ++i) use_[i].rank = static_cast<std::uint32_t>(i + 1);
    auto out = std::make_shared<Importance>();
    out->nodes = std::move(use_);
    out->rounds = rounds;
    return std::shared_ptr<const Importance>(std::move(out));
  }

  const Snapshot& graph_;
  const FlowGraph& flow_;
  const Digraph from_;  // from what is depended on to what depends: its rank is collected there
  const std::size_t count_;
  std::vector<Important> use_;
  std::vector<double> restart_;
};

}  // namespace

Result<std::shared_ptr<const Importance>> importance(Session& session, const Cancelled& cancelled) {
  return cached<Importance>(
      "importance", session, [&]() -> Result<std::shared_ptr<const Importance>> {
        HW_TRY(const FlowGraph flow, FlowGraph::of(session.graph(), cancelled));
        if (flow.node.empty())
          return std::shared_ptr<const Importance>(std::make_shared<Importance>());
        return Ranker(session.graph(), flow).run(cancelled);
      });
}

Result<std::shared_ptr<const Dominators>> build_dominators(const Snapshot& graph,
                                                           const Cancelled& cancelled);

Result<std::shared_ptr<const Dominators>> dominators(Session& session, const Cancelled& cancelled) {
  return cached<Dominators>("dominators", session,
                            [&] { return build_dominators(session.graph(), cancelled); });
}

}  // namespace headwater::query
