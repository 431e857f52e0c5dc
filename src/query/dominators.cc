// The dominator tree after Lengauer and Tarjan (1979), with simple linking.
//
// boost::lengauer_tarjan_dominator_tree compresses paths by recursion as deep as the graph, which a
// long chain with an edge back overflows; so the tree is made here, and everything in loops.

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include <boost/graph/strong_components.hpp>

#include "query/flow_graph.h"
#include "query/structure.h"

namespace headwater::query {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

template <class T>
auto by_index(std::vector<T>& values) {
  return boost::make_iterator_property_map(values.begin(), boost::identity_property_map());
}

// Vertices of components that nothing outside leads to.
std::vector<std::uint32_t> sources_of(const FlowGraph& flow, const Digraph& graph) {
  const std::size_t count = flow.node.size();
  std::vector<std::uint32_t> component(count), root(count), time(count);
  std::vector<boost::default_color_type> color(count);
  const std::uint32_t components = boost::strong_components(
      graph, by_index(component),
      boost::root_map(by_index(root)).discover_time_map(by_index(time)).color_map(by_index(color)));
  std::vector<bool> fed(components);
  for (const auto& [from, to] : flow.arcs) {
    if (component[from] != component[to]) fed[component[to]] = true;
  }
  std::vector<std::uint32_t> out;
  for (std::uint32_t v = 0; v < count; ++v) {
    if (!fed[component[v]]) out.push_back(v);
  }
  return out;
}

// Everything by number: the order in which a depth-first search from the root (number 0) finds it.
class Tree {
 public:
  Tree(const FlowGraph& flow, const Digraph& out, const Digraph& in,
       const std::vector<std::uint32_t>& sources)
      : flow_(flow), out_(out), in_(in), sources_(sources) {}

  void run() {
    search();
    const auto count = static_cast<std::uint32_t>(vertex.size());
    semi_.resize(count);
    std::iota(semi_.begin(), semi_.end(), 0U);
    best_ = semi_;
    ancestor_.assign(count, kNone);
    std::vector<std::uint32_t> bucket(count, kNone), next(count, kNone);  // linked lists
    std::vector<std::uint32_t> relay(count, kNone);
    dominator.assign(count, 0);
    for (std::uint32_t n = count; n-- > 1;) {
      const std::uint32_t p = parent_[n];
      each_before(
          n, [&](std::uint32_t before) { semi_[n] = std::min(semi_[n], semi_[evaluate(before)]); });
      next[n] = bucket[semi_[n]];
      bucket[semi_[n]] = n;
      ancestor_[n] = p;
      for (std::uint32_t v = bucket[p]; v != kNone; v = next[v]) {
        const std::uint32_t y = evaluate(v);
        if (semi_[y] == p) {
          dominator[v] = p;
        } else {
          relay[v] = y;
        }
      }
      bucket[p] = kNone;
    }
    for (std::uint32_t n = 1; n < count; ++n) {
      if (relay[n] != kNone) dominator[n] = dominator[relay[n]];
    }
  }

  std::vector<std::uint32_t> vertex;     // by number; the root is none
  std::vector<std::uint32_t> dominator;  // by number

 private:
  void search() {
    const std::size_t count = flow_.node.size();
    number_.assign(count, kNone);
    vertex = {kNone};
    parent_ = {0};
    using Iterator = boost::graph_traits<Digraph>::out_edge_iterator;
    struct Frame {
      std::uint32_t number;
      Iterator at, end;
    };
    std::vector<Frame> stack;
    const auto enter = [&](std::uint32_t v, std::uint32_t from) {
      number_[v] = static_cast<std::uint32_t>(vertex.size());
      vertex.push_back(v);
      parent_.push_back(from);
      const auto range = boost::out_edges(v, out_);
      stack.push_back({number_[v], range.first, range.second});
    };
    source_.assign(count, false);
    for (const std::uint32_t v : sources_) source_[v] = true;
    for (const std::uint32_t source : sources_) {
      if (number_[source] != kNone) continue;
      enter(source, 0);
      while (!stack.empty()) {
        Frame& frame = stack.back();
        if (frame.at == frame.end) {
          stack.pop_back();
          continue;
        }
        const std::uint32_t to = boost::target(*frame.at++, out_);
        const std::uint32_t from = frame.number;
        if (number_[to] == kNone) enter(to, from);
      }
    }
  }

  template <class Visit>
  void each_before(std::uint32_t n, Visit&& visit) {
    const std::uint32_t v = vertex[n];
    if (source_[v]) visit(0);
    const auto range = boost::out_edges(v, in_);
    for (auto it = range.first; it != range.second; ++it) {
      visit(number_[boost::target(*it, in_)]);
    }
  }

  // The vertex of least semidominator on the way from `v` up to its tree's root, which is passed
  // over; the way is shortened.
  std::uint32_t evaluate(std::uint32_t v) {
    if (ancestor_[v] == kNone) return v;
    path_.clear();
    for (std::uint32_t at = v; ancestor_[ancestor_[at]] != kNone; at = ancestor_[at]) {
      path_.push_back(at);
    }
    while (!path_.empty()) {
      const std::uint32_t at = path_.back(), above = ancestor_[at];
      path_.pop_back();
      if (semi_[best_[above]] < semi_[best_[at]]) best_[at] = best_[above];
      ancestor_[at] = ancestor_[above];
    }
    return best_[v];
  }

  const FlowGraph& flow_;
  const Digraph &out_, &in_;
  const std::vector<std::uint32_t>& sources_;
  std::vector<bool> source_;
  std::vector<std::uint32_t> number_, parent_, semi_, best_, ancestor_, path_;
};

}  // namespace

// Numbers of the tree in preorder, so that a subtree is a span.
class DominatorBuilder {
 public:
  static std::shared_ptr<const Dominators> build(const FlowGraph& flow, const Tree& tree) {
    auto out = std::make_shared<Dominators>();
    const auto count = static_cast<std::uint32_t>(tree.vertex.size());
    // A dominator has a smaller number than what it dominates.
    std::vector<std::uint32_t> size(count, 1), place(count), used(count, 1);
    for (std::uint32_t n = count; n-- > 1;) size[tree.dominator[n]] += size[n];
    for (std::uint32_t n = 1; n < count; ++n) {
      const std::uint32_t up = tree.dominator[n];
      place[n] = place[up] + used[up];
      used[up] += size[n];
    }
    const std::size_t vertices = flow.node.size();
    out->node_ = flow.node;
    out->parent_.assign(vertices, kNone);
    out->place_.assign(vertices, 0);
    out->size_.assign(vertices, 0);
    out->at_.assign(count, kNone);
    for (std::uint32_t n = 1; n < count; ++n) {
      const std::uint32_t v = tree.vertex[n];
      out->parent_[v] = tree.vertex[tree.dominator[n]];
      out->place_[v] = place[n];
      out->size_[v] = size[n];
      out->at_[place[n]] = v;
    }
    out->nodes_ = flow.nodes;
    out->real_.assign(count + 1, 0);
    for (std::uint32_t at = 0; at < count; ++at) {
      const bool real = out->at_[at] != kNone && out->at_[at] < flow.nodes;
      out->real_[at + 1] = out->real_[at] + (real ? 1 : 0);
    }
    for (std::uint32_t v = 0; v < vertices; ++v) out->vertices_.emplace_back(flow.node[v], v);
    std::sort(out->vertices_.begin(), out->vertices_.end());
    return out;
  }
};

std::vector<Dominators::Span> Dominators::spans(NodeId node) const {
  std::vector<Span> all, out;
  for (auto it = std::lower_bound(vertices_.begin(), vertices_.end(), Span{node.value, 0});
       it != vertices_.end() && it->first == node.value; ++it) {
    all.emplace_back(place_[it->second], place_[it->second] + size_[it->second]);
  }
  std::sort(all.begin(), all.end());
  for (const Span& span : all) {
    if (out.empty() || span.first >= out.back().second) out.push_back(span);
  }
  return out;
}

std::size_t Dominators::count_dominated(NodeId node) const {
  const auto own = std::lower_bound(vertices_.begin(), vertices_.end(), Span{node.value, 0});
  const std::uint32_t place = place_[own->second];
  std::size_t count = 0;
  for (const auto& [begin, end] : spans(node)) {
    count += real_[end] - real_[begin];
    if (begin <= place && place < end) --count;
  }
  return count;
}

std::vector<NodeId> Dominators::dominated(NodeId node) const {
  std::vector<NodeId> out;
  for (const auto& [begin, end] : spans(node)) {
    for (std::uint32_t place = begin; place < end; ++place) {
      const std::uint32_t vertex = at_[place];
      if (vertex < nodes_ && node_[vertex] != node.value) out.push_back(NodeId{node_[vertex]});
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Dominators::Dominator> Dominators::dominators(NodeId node) const {
  std::vector<Dominator> out;
  const auto it = std::lower_bound(vertices_.begin(), vertices_.end(), Span{node.value, 0});
  if (it == vertices_.end() || it->first != node.value) return out;
  std::unordered_set<std::uint32_t> seen;
  for (std::uint32_t v = parent_[it->second]; v != kNone; v = parent_[v]) {
    if (node_[v] == node.value || !seen.insert(node_[v]).second) continue;
    out.push_back({NodeId{node_[v]}, count_dominated(NodeId{node_[v]})});
  }
  return out;
}

std::size_t Dominators::bytes() const {
  return sizeof(*this) + (node_.size() * 4 + at_.size() * 2 + vertices_.size() * 2) * 4;
}

Result<std::shared_ptr<const Dominators>> build_dominators(const Snapshot& graph,
                                                           const Cancelled& cancelled) {
  HW_TRY(const FlowGraph flow, FlowGraph::of(graph, cancelled));
  const Digraph out = flow.digraph(), in = flow.reversed();
  const std::vector<std::uint32_t> sources = sources_of(flow, out);
  if (cancelled && cancelled()) return cancelled_error();
  Tree tree(flow, out, in, sources);
  tree.run();
  return DominatorBuilder::build(flow, tree);
}

}  // namespace headwater::query
