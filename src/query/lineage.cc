#include "query/lineage.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "graph/graph_inl.h"
#include "query/diff.h"
#include "query/diff_values.h"
#include "query/runs.h"

namespace headwater::query {
namespace {

using graph::CutReason;
using graph::Direction;
using model::EdgeKind;

constexpr model::EdgeKinds kDrawnEdges = mask(EdgeKind::kReads) | mask(EdgeKind::kWrites) |
                                         mask(EdgeKind::kWritesScoped) | mask(EdgeKind::kUses);

struct PairHash {
  std::size_t operator()(const std::pair<NodeId, NodeId>& pair) const {
    const std::uint64_t key = (std::uint64_t{pair.first.value} << 32) | pair.second.value;
    return static_cast<std::size_t>(key * 0x9E3779B97F4A7C15ULL);
  }
};

// Nodes with their distances, bounded, in the order in which they were found.
class Found {
 public:
  explicit Found(std::size_t max_nodes) : max_nodes_(max_nodes) {}

  // False when the bound is reached and the node is new.
  bool add(NodeId node, std::uint32_t distance) {
    if (index_.contains(node.value)) return true;
    if (nodes_.size() >= max_nodes_) return false;
    index_.emplace(node.value, nodes_.size());
    nodes_.push_back({node, distance});
    return true;
  }
  const LineageAnswer::Node* find(NodeId node) const {
    const auto it = index_.find(node.value);
    return it == index_.end() ? nullptr : &nodes_[it->second];
  }
  std::vector<LineageAnswer::Node> sorted() const {
    std::vector<LineageAnswer::Node> out = nodes_;
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
      return std::tie(a.distance, a.node) < std::tie(b.distance, b.node);
    });
    return out;
  }
  const std::vector<LineageAnswer::Node>& nodes() const { return nodes_; }

 private:
  std::size_t max_nodes_;
  std::vector<LineageAnswer::Node> nodes_;
  std::unordered_map<std::uint32_t, std::size_t> index_;
};

std::optional<std::size_t> limit_of(CutReason reason, const LineageRequest& request) {
  if (reason == CutReason::kMaxDistance) return request.depth;
  if (reason == CutReason::kMaxNodes) return request.max_nodes;
  return std::nullopt;
}

// The graver reason wins: a stopped query says less than a full one, a full one less than a
// shallow one.
void merge_cut(Cut& into, CutReason reason, std::size_t frontier, const LineageRequest& request) {
  if (reason == CutReason::kNone) return;
  into.frontier += frontier;
  if (static_cast<int>(reason) <= static_cast<int>(into.reason)) return;
  into.reason = reason;
  into.limit = limit_of(reason, request);
}

void walk(const Snapshot& graph, const LineageRequest& request, NodeId start,
          std::uint32_t start_distance, Direction direction, Found& found, Cut& cut) {
  graph::ReachOptions options;
  options.direction = direction;
  options.kinds = model::kLineageAndUse;
  options.max_distance = request.depth;
  options.max_nodes = request.max_nodes;
  options.cancelled = request.cancelled;
  const std::array<NodeId, 1> starts{start};
  const graph::Reach reach = graph::reach(graph, starts, options);
  std::size_t left_out = 0;
  for (const graph::Reached& node : reach.nodes) {
    if (!found.add(node.node, start_distance + node.distance)) ++left_out;
  }
  merge_cut(cut, reach.cut, reach.frontier, request);
  if (left_out > 0) merge_cut(cut, CutReason::kMaxNodes, left_out, request);
}

void walk_sides(const Snapshot& graph, const LineageRequest& request, Found& found, Cut& cut) {
  found.add(request.root, 0);
  if (request.sides != Sides::kDownstream) {
    walk(graph, request, request.root, 0, Direction::kUpstream, found, cut);
  }
  if (request.sides != Sides::kUpstream) {
    walk(graph, request, request.root, 0, Direction::kDownstream, found, cut);
  }
}

void expand(const Snapshot& graph, const PictureRequest& request, Found& found, Cut& cut) {
  LineageRequest step = request.lineage;
  step.depth = 1;
  for (const Expansion& expansion : request.expand) {
    const LineageAnswer::Node* shown = found.find(expansion.node);
    if (shown == nullptr) continue;
    Cut beyond;
    walk(graph, step, expansion.node, shown->distance,
         expansion.upstream ? Direction::kUpstream : Direction::kDownstream, found, beyond);
    if (beyond.reason != CutReason::kMaxDistance) {
      merge_cut(cut, beyond.reason, beyond.frontier, request.lineage);
    }
  }
}

std::vector<NodeId> ids_of(const std::vector<LineageAnswer::Node>& nodes) {
  std::vector<NodeId> out;
  out.reserve(nodes.size());
  for (const LineageAnswer::Node& node : nodes) out.push_back(node.node);
  return out;
}

// The edges that lead from nodes of a list to nodes of the list. A table that everybody reads has
// far more edges than the list has nodes: such are found from their other ends.
class EdgesAmong {
 public:
  EdgesAmong(const Snapshot& graph, const std::vector<NodeId>& nodes)
      : graph_(graph), nodes_(nodes) {
    for (const NodeId node : nodes) inside_.insert(node.value);
    for (const NodeId node : nodes) {
      if (is_hub(node)) hubs_.insert(node.value);
    }
  }

  // use(node, canonical target, neighbor)
  template <class Use>
  void visit(model::EdgeKinds kinds, Use&& use) const {
    for (const NodeId node : nodes_) {
      if (hubs_.contains(node.value)) continue;
      graph_.for_each(node, Direction::kDownstream, kinds, [&](const graph::Neighbor& neighbor) {
        const NodeId target = graph_.canonical(neighbor.node);
        if (inside_.contains(target.value)) use(node, target, neighbor);
        return true;
      });
    }
    for (std::size_t i = 0; !hubs_.empty() && i < nodes_.size(); ++i) {
      for (const NodeId name : all_names(graph_, nodes_[i])) {
        graph_.for_each(name, Direction::kUpstream, kinds, [&](const graph::Neighbor& from) {
          if (hubs_.contains(from.node.value)) {
            use(from.node, nodes_[i], graph::Neighbor{name, from.edge, from.kind});
          }
          return true;
        });
      }
    }
  }

 private:
  bool is_hub(NodeId node) const {
    const std::size_t many = 64 + 8 * nodes_.size();
    std::size_t edges = 0;
    graph_.for_each(node, Direction::kDownstream, kDrawnEdges | mask(EdgeKind::kFlow),
                    [&](const graph::Neighbor&) { return ++edges < many; });
    return edges == many;
  }

  const Snapshot& graph_;
  const std::vector<NodeId>& nodes_;
  std::unordered_set<std::uint32_t> inside_, hubs_;
};

// A flow edge through a job that stands beside the node is the job's to show, not the node's.
std::size_t count_hidden(const Snapshot& graph, NodeId node, Direction direction,
                         const Found& found) {
  std::unordered_set<std::uint32_t> beside, hidden;
  const auto note = [&](NodeId other) {
    if (found.find(other) == nullptr) hidden.insert(other.value);
  };
  graph.for_each(node, direction, kDrawnEdges, [&](const graph::Neighbor& neighbor) {
    const NodeId other = graph.canonical(neighbor.node);
    beside.insert(other.value);
    note(other);
    return true;
  });
  graph.for_each(node, direction, mask(EdgeKind::kFlow), [&](const graph::Neighbor& neighbor) {
    const NodeId via = graph.edge(neighbor.edge).via;
    const bool by_job = via && beside.contains(graph.canonical(via).value);
    if (!by_job) note(graph.canonical(neighbor.node));
    return true;
  });
  return hidden.size();
}

// Sizes are fixed: the viewer cuts long labels, and columns stay straight.
constexpr int kNodeWidth = 240;
constexpr int kNodeHeight = 56;

std::string edge_key(const Snapshot& graph, const GraphEdge& edge) {
  return format_node(graph, edge.source) + "\x1f" + format_node(graph, edge.target) + "\x1f" +
         std::string(model::to_string(edge.kind));
}

void place(const Snapshot& graph, Picture& picture) {
  std::vector<LayoutNode> nodes;
  std::unordered_map<std::uint32_t, std::uint32_t> index;
  for (PictureNode& node : picture.nodes) {
    node.width = kNodeWidth;
    node.height = kNodeHeight;
    index.emplace(node.summary.node.value, static_cast<std::uint32_t>(nodes.size()));
    nodes.push_back({format_node(graph, node.summary.node), kNodeWidth, kNodeHeight});
  }
  std::vector<LayoutEdge> edges;
  for (const GraphEdge& edge : picture.edges) {
    edges.push_back(
        {edge_key(graph, edge), index.at(edge.source.value), index.at(edge.target.value)});
  }
  Layout placed = layout(nodes, edges);
  for (std::size_t i = 0; i < picture.nodes.size(); ++i) picture.nodes[i].place = placed.nodes[i];
  picture.lines = std::move(placed.edges);
  picture.width = placed.width;
  picture.height = placed.height;
}

// The other side of a comparison: what the picture would show at `compare_to`.
struct Comparison {
  Snapshot past;
  Found now, before;
  bool root_now = true, root_before = true;

  PictureChange of(NodeId node, NodeId root) const {
    const bool is = node == root ? root_now : now.find(node) != nullptr;
    const bool was = node == root ? root_before : before.find(node) != nullptr;
    if (is == was) return PictureChange::kNone;
    return is ? PictureChange::kAdded : PictureChange::kRemoved;
  }
};

// Adds to the picture's nodes those of the other moment.
Result<Comparison> compare(Session& session, const PictureRequest& request, Found& found,
                           Cut& cut) {
  const NodeId root = request.lineage.root;
  Comparison out{session.service().graph().snapshot({*request.compare_to, session.seq()}), found,
                 Found(request.lineage.max_nodes)};
  walk_sides(out.past, request.lineage, out.before, cut);
  expand(out.past, request, out.before, cut);
  std::size_t left_out = 0;
  for (const LineageAnswer::Node& node : out.before.nodes()) {
    if (!found.add(node.node, node.distance)) ++left_out;
  }
  if (left_out > 0) merge_cut(cut, CutReason::kMaxNodes, left_out, request.lineage);
  HW_TRY(const Attributes attributes, Attributes::read(session, root));
  HW_TRY(out.root_now, present_at(session, session.graph(), attributes, root));
  HW_TRY(out.root_before, present_at(session, out.past, attributes, root));
  return out;
}

void compare_edges(const Snapshot& past, const std::vector<NodeId>& nodes, Picture& out) {
  const std::vector<GraphEdge> now = std::move(out.edges);
  const std::vector<GraphEdge> before = edges_among(past, nodes);
  out.edges.clear();
  std::set_union(now.begin(), now.end(), before.begin(), before.end(),
                 std::back_inserter(out.edges));
  for (const GraphEdge& edge : out.edges) {
    const bool is = std::binary_search(now.begin(), now.end(), edge);
    const bool was = std::binary_search(before.begin(), before.end(), edge);
    out.edge_changes.push_back(is == was ? PictureChange::kNone
                               : is      ? PictureChange::kAdded
                                         : PictureChange::kRemoved);
  }
}

Result<PictureChange> change_of(Session& session, const PictureRequest& request,
                                const Comparison& comparison, NodeId node) {
  const PictureChange change = comparison.of(node, request.lineage.root);
  if (change != PictureChange::kNone) return change;
  const auto [from, to] = std::minmax({*request.compare_to, session.moment().as_of});
  HW_TRY(const std::vector<DiffChange> changes, attribute_changes(session, node, from, to));
  return changes.empty() ? PictureChange::kNone : PictureChange::kChanged;
}

}  // namespace

Result<NodeId> lineage_root(Session& session, std::string_view node_id) {
  HW_TRY(const NodeRef ref, parse_node_ref(node_id));
  const Snapshot& graph = session.graph();
  if (ref.kind == RefKind::kRun) {
    HW_TRY(const storage::RunInfo run, find_run(session, ref.text));
    if (run.job && run.job.value <= graph.node_count()) return graph.canonical(run.job);
    return base::make_error(base::ErrorCode::kNotFound, "The job of this run is not known yet.");
  }
  HW_TRY(const NodeId node, resolve(graph, ref));
  if (ref.kind != RefKind::kField) return node;
  return graph.canonical(graph.node(node).parent);
}

LineageAnswer lineage(const Snapshot& graph, const LineageRequest& request) {
  LineageAnswer answer;
  answer.root = request.root;
  Found found(request.max_nodes);
  walk_sides(graph, request, found, answer.cut);
  answer.nodes = found.sorted();
  answer.edges = edges_among(graph, ids_of(answer.nodes));
  return answer;
}

std::vector<GraphEdge> edges_among(const Snapshot& graph, const std::vector<NodeId>& nodes) {
  const EdgesAmong among(graph, nodes);
  std::vector<GraphEdge> edges;
  std::unordered_set<std::pair<NodeId, NodeId>, PairHash> joined;
  among.visit(kDrawnEdges, [&](NodeId node, NodeId target, const graph::Neighbor& neighbor) {
    edges.push_back({node, target, neighbor.kind});
    joined.emplace(node, target);
  });
  among.visit(
      mask(EdgeKind::kFlow), [&](NodeId node, NodeId target, const graph::Neighbor& neighbor) {
        const NodeId via = graph.edge(neighbor.edge).via;
        const NodeId job = via ? graph.canonical(via) : via;
        const bool shown = job && joined.contains({node, job}) && joined.contains({job, target});
        if (!shown) edges.push_back({node, target, neighbor.kind});
      });
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

Result<Picture> picture(Session& session, const PictureRequest& request) {
  const Snapshot& graph = session.graph();
  Picture out;
  Found found(request.lineage.max_nodes);
  walk_sides(graph, request.lineage, found, out.cut);
  expand(graph, request, found, out.cut);
  std::optional<Comparison> comparison;
  if (request.compare_to) {
    HW_TRY(comparison, compare(session, request, found, out.cut));
  }
  const std::vector<LineageAnswer::Node> nodes = found.sorted();
  out.edges = edges_among(graph, ids_of(nodes));
  if (comparison) compare_edges(comparison->past, ids_of(nodes), out);
  for (const LineageAnswer::Node& node : nodes) {
    PictureNode drawn;
    drawn.summary.node = node.node;
    if (comparison) {
      HW_TRY(drawn.change, change_of(session, request, *comparison, node.node));
    }
    const graph::NodeInfo info = graph.node(node.node);
    drawn.summary.kind = info.kind;
    drawn.summary.name = {std::string(info.name_space), std::string(info.name)};
    drawn.summary.placeholder = info.placeholder;
    drawn.summary.created_at = info.first_seen;
    drawn.distance = node.distance;
    drawn.hidden_upstream = count_hidden(graph, node.node, Direction::kUpstream, found);
    drawn.hidden_downstream = count_hidden(graph, node.node, Direction::kDownstream, found);
    if (info.kind == NodeKind::kJob) {
      HW_TRY(const std::optional<storage::RunInfo> run, latest_run(session, node.node));
      if (run) drawn.state = run->state;
    }
    out.nodes.push_back(std::move(drawn));
  }
  place(graph, out);
  return out;
}

}  // namespace headwater::query
