#include "query/diff.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "graph/graph_inl.h"
#include "query/diff_values.h"
#include "query/field_nodes.h"
#include "query/hidden.h"

namespace headwater::query {
namespace {

using graph::CutReason;
using graph::Direction;
using graph::EdgeInfo;
using model::EdgeId;
using model::EdgeKind;

// These belong to a neighbourhood if one of their ends does: the other is no part of table lineage.
constexpr model::EdgeKinds kByOneEnd =
    mask(EdgeKind::kParent) | mask(EdgeKind::kControl) | mask(EdgeKind::kUses);

constexpr std::array<std::string_view, kDiffKinds> kNames = {
    "node_added",   "node_removed",   "edge_added",   "edge_removed",       "schema_changed",
    "code_changed", "owners_changed", "tags_changed", "description_changed"};

bool holds(Micros valid_from, Micros valid_to, Micros as_of) {
  if (as_of == graph::kLatest) return valid_to == model::kOpenEnd;
  return valid_from <= as_of && as_of < valid_to;
}

class Bits {
 public:
  explicit Bits(std::size_t size) : words_(size / 64 + 1) {}
  void set(NodeId id) { words_[id.value / 64] |= std::uint64_t{1} << (id.value % 64); }
  bool test(std::uint32_t id) const { return (words_[id / 64] >> (id % 64) & 1) != 0; }

 private:
  std::vector<std::uint64_t> words_;
};

// What is found, bounded: the earliest `max_changes` are kept.
class Changes {
 public:
  Changes(DiffKindSet kinds, std::size_t most)
      : kinds_(kinds), most_(std::max<std::size_t>(most, 1)) {}

  bool wants(DiffKind kind) const { return (kinds_ & mask(kind)) != 0; }
  void add(const DiffChange& change) {
    if (!wants(change.kind)) return;
    ++out_.counts[static_cast<std::size_t>(change.kind)];
    out_.changes.push_back(change);
    if (out_.changes.size() >= 2 * most_) shrink();
  }
  Diff take() {
    shrink();
    std::sort(out_.changes.begin(), out_.changes.end());
    if (left_out_ > 0 && out_.cut.reason == CutReason::kNone) {
      out_.cut = {CutReason::kMaxChanges, left_out_, most_};
    }
    return std::move(out_);
  }
  Cut& cut() { return out_.cut; }

 private:
  void shrink() {
    if (out_.changes.size() <= most_) return;
    const auto end = out_.changes.begin() + static_cast<std::ptrdiff_t>(most_);
    std::nth_element(out_.changes.begin(), end, out_.changes.end());
    left_out_ += out_.changes.size() - most_;
    out_.changes.resize(most_);
  }

  DiffKindSet kinds_;
  std::size_t most_, left_out_ = 0;
  Diff out_;
};

class Builder {
 public:
  Builder(Session& session, const DiffRequest& request)
      : session_(session),
        graph_(session.graph()),
        past_(session.service().graph().snapshot({request.from, session.seq()})),
        request_(request),
        from_(request.from),
        to_(session.moment().as_of),
        changes_(request.kinds, request.max_changes) {}

  Result<Diff> neighbourhood();
  Result<Diff> everything();

 private:
  // One end of the comparison: the nodes of the neighbourhood at one moment.
  struct Side {
    std::unordered_map<std::uint32_t, EdgeId>
        nodes;  // and the edge that decides since or until when
  };

  bool stopped() {
    if (stopped_) return true;
    if ((++polls_ & 255) != 0 || !request_.cancelled || !request_.cancelled()) return false;
    changes_.cut() = {CutReason::kCancelled, 0, std::nullopt};
    return stopped_ = true;
  }
  NodeId canonical(NodeId id) const { return id ? graph_.canonical(id) : id; }
  bool known(const EdgeInfo& edge) const { return graph_.seq() < edge.recorded_to; }

  Result<bool> present(const Attributes& attributes, NodeId node, bool at_from);

  void walk(const Snapshot& at, Direction direction, Side& side);
  Result<Side> side(bool at_from, bool present);
  void compare_members(const Side& before, const Side& after, Micros root_changed);
  Result<void> edges_of_members(const std::unordered_set<std::uint32_t>& members);

  struct Version {
    Micros from, to;
    EdgeId id;
  };
  template <class Wanted>
  void compare_edges(std::vector<EdgeId> ids, Wanted&& wanted);
  void compare_versions(const std::vector<Version>& versions);

  Result<void> compare_node(NodeId node, const Attributes& attributes);
  Result<void> compare_attributes(NodeId node, const Attributes& attributes);
  Micros came_at(NodeId node, const Attributes& attributes) const;
  Micros went_at(NodeId node, const Attributes& attributes) const;
  void mark_edges(Bits& sources, Bits& touched);
  Result<void> mark_owners(Bits& touched);

  Session& session_;
  const Snapshot& graph_;
  const Snapshot past_;
  const DiffRequest& request_;
  const Micros from_, to_;
  Changes changes_;
  std::uint32_t polls_ = 0;
  bool stopped_ = false;
};

Result<bool> Builder::present(const Attributes& attributes, NodeId node, bool at_from) {
  return present_at(session_, at_from ? past_ : graph_, attributes, node);
}

// ---- edges --------------------------------------------------------------------------------------

// The first moment of the stretch of versions, one after the other, in which the edge holds in the
// end; or the last of the one in which it held in the beginning.
void Builder::compare_versions(const std::vector<Version>& versions) {
  const Version* before = nullptr;
  const Version* after = nullptr;
  for (const Version& version : versions) {
    if (holds(version.from, version.to, from_) && (!before || version.to > before->to)) {
      before = &version;
    }
    if (holds(version.from, version.to, to_) && (!after || version.from < after->from)) {
      after = &version;
    }
  }
  if ((before == nullptr) == (after == nullptr)) return;
  for (bool grown = true; grown;) {
    grown = false;
    for (const Version& version : versions) {
      if (after && version.from < after->from && version.to >= after->from) {
        after = &version;
        grown = true;
      }
      if (before && version.to > before->to && version.from <= before->to) {
        before = &version;
        grown = true;
      }
    }
  }
  if (after) {
    changes_.add({after->from, DiffKind::kEdgeAdded, {}, after->id});
  } else {
    changes_.add({before->to, DiffKind::kEdgeRemoved, {}, before->id});
  }
}

// `ids`: every version of all edges at one node, in one direction.
template <class Wanted>
void Builder::compare_edges(std::vector<EdgeId> ids, Wanted&& wanted) {
  using Key = std::tuple<EdgeKind, NodeId, NodeId, NodeId, model::TransformationId>;
  std::map<Key, std::vector<Version>> edges;
  for (const EdgeId id : ids) {
    const EdgeInfo edge = graph_.edge(id);
    if (!known(edge) || !wanted(edge)) continue;
    edges[{edge.kind, canonical(edge.src), canonical(edge.dst), canonical(edge.via), edge.detail}]
        .push_back({edge.valid_from, edge.valid_to, id});
  }
  for (const auto& [key, versions] : edges) compare_versions(versions);
}

// ---- one neighbourhood --------------------------------------------------------------------------

// What is reached over a path is there since the youngest edge of that path, until the first of
// them ends.
void Builder::walk(const Snapshot& at, Direction direction, Side& side) {
  graph::ReachOptions options;
  options.direction = direction;
  options.max_distance = request_.depth;
  options.max_nodes = request_.max_nodes;
  options.cancelled = request_.cancelled;
  const std::array<NodeId, 1> starts{*request_.root};
  const graph::Reach reach = graph::reach(at, starts, options);
  const bool before = &at == &past_;
  for (std::size_t i = 0; i < reach.nodes.size(); ++i) {
    if (side.nodes.contains(reach.nodes[i].node.value)) continue;
    EdgeId decides;
    for (const EdgeId id : graph::path_to(at, reach, i, direction)) {
      const EdgeInfo edge = graph_.edge(id);
      if (decides) {
        const EdgeInfo other = graph_.edge(decides);
        if (before ? edge.valid_to >= other.valid_to : edge.valid_from <= other.valid_from)
          continue;
      }
      decides = id;
    }
    side.nodes.emplace(reach.nodes[i].node.value, decides);
  }
  // The depth says what is asked about: it leaves nothing out.
  if (reach.cut == CutReason::kMaxDistance) return;
  if (static_cast<int>(reach.cut) <= static_cast<int>(changes_.cut().reason)) return;
  changes_.cut() = {reach.cut, reach.frontier, std::nullopt};
  if (reach.cut == CutReason::kMaxNodes) changes_.cut().limit = request_.max_nodes;
}

Result<Builder::Side> Builder::side(bool at_from, bool present) {
  Side out;
  if (!present) return out;
  out.nodes.emplace(request_.root->value, EdgeId{});
  const Snapshot& at = at_from ? past_ : graph_;
  if (request_.sides != Sides::kDownstream) walk(at, Direction::kUpstream, out);
  if (request_.sides != Sides::kUpstream) walk(at, Direction::kDownstream, out);
  return out;
}

void Builder::compare_members(const Side& before, const Side& after, Micros root_changed) {
  for (const auto& [node, edge] : after.nodes) {
    if (before.nodes.contains(node)) continue;
    const Micros at = edge ? graph_.edge(edge).valid_from : root_changed;
    const bool is_new = first_seen(graph_, NodeId{node}) > from_;
    changes_.add({at, DiffKind::kNodeAdded, NodeId{node}, is_new ? EdgeId{} : edge});
  }
  for (const auto& [node, edge] : before.nodes) {
    if (after.nodes.contains(node)) continue;
    const Micros at = edge ? graph_.edge(edge).valid_to : root_changed;
    changes_.add({at, DiffKind::kNodeRemoved, NodeId{node}, edge});
  }
}

Result<void> Builder::edges_of_members(const std::unordered_set<std::uint32_t>& members) {
  const auto inside = [&](NodeId id) {
    const graph::NodeInfo info = graph_.node(id);
    const NodeId node = info.kind == NodeKind::kField ? info.parent : id;
    return members.contains(canonical(node).value);
  };
  for (const std::uint32_t value : members) {
    const NodeId node{value};
    std::vector<NodeId> sources{node};
    if (graph_.node(node).kind == NodeKind::kDataset) {
      const std::vector<NodeId> fields = field_nodes(graph_, node);
      sources.insert(sources.end(), fields.begin(), fields.end());
    }
    for (const NodeId source : sources) {
      compare_edges(graph_.history(source, Direction::kDownstream), [&](const EdgeInfo& edge) {
        return (mask(edge.kind) & kByOneEnd) != 0 || inside(edge.dst);
      });
    }
    compare_edges(graph_.history(node, Direction::kUpstream), [&](const EdgeInfo& edge) {
      return (mask(edge.kind) & kByOneEnd) != 0 && !inside(edge.src);
    });
    if (stopped()) break;
  }
  return {};
}

Result<Diff> Builder::neighbourhood() {
  const NodeId root = *request_.root;
  HW_TRY(const Attributes attributes, Attributes::read(session_, root));
  HW_TRY(const bool was, present(attributes, root, true));
  HW_TRY(const bool is, present(attributes, root, false));
  HW_TRY(const Side before, side(true, was));
  HW_TRY(const Side after, side(false, is));
  const Micros root_changed = was == is ? to_
                              : is      ? came_at(root, attributes)
                                        : went_at(root, attributes);
  compare_members(before, after, root_changed);
  std::unordered_set<std::uint32_t> members{root.value};
  for (const Side* side : {&before, &after}) {
    for (const auto& [node, edge] : side->nodes) members.insert(node);
  }
  HW_CHECK_OK(edges_of_members(members));
  for (const std::uint32_t node : members) {
    if (stopped()) break;
    HW_TRY(const Attributes said, Attributes::read(session_, NodeId{node}));
    HW_CHECK_OK(compare_attributes(NodeId{node}, said));
  }
  return changes_.take();
}

// ---- nodes and what is said of them -------------------------------------------------------------

Micros Builder::came_at(NodeId node, const Attributes& attributes) const {
  const Micros seen = first_seen(graph_, node);
  if (seen > from_) return seen;
  // It was gone: until that was taken back, or an edge showed it again.
  const AttributeVersion* state = attributes.find("$state", from_);
  Micros at = state ? state->valid_to : to_;
  for (const Direction direction : {Direction::kUpstream, Direction::kDownstream}) {
    graph_.for_each(node, direction, model::kTableLineage, [&](const graph::Neighbor& neighbor) {
      at = std::min(at, graph_.edge(neighbor.edge).valid_from);
      return true;
    });
  }
  return at;
}

Micros Builder::went_at(NodeId node, const Attributes& attributes) const {
  const AttributeVersion* state = attributes.find("$state", to_);
  Micros at = state ? std::max(state->valid_from, from_ + 1) : to_;
  for (const Direction direction : {Direction::kUpstream, Direction::kDownstream}) {
    past_.for_each(node, direction, model::kTableLineage, [&](const graph::Neighbor& neighbor) {
      const Micros end = graph_.edge(neighbor.edge).valid_to;
      if (end <= to_ && end != model::kOpenEnd) at = std::max(at, end);
      return true;
    });
  }
  return at;
}

Result<void> Builder::compare_attributes(NodeId node, const Attributes& attributes) {
  const std::vector<DiffKind> kinds = attribute_kinds(graph_.node(node).kind);
  if (kinds.empty()) return {};
  HW_TRY(const bool was, present(attributes, node, true));
  HW_TRY(const bool is, present(attributes, node, false));
  if (!was || !is) return {};
  for (const DiffKind kind : kinds) {
    if (!changes_.wants(kind)) continue;
    HW_TRY(const std::optional<Micros> at, changed_at(session_, attributes, kind, from_, to_));
    if (at) changes_.add({*at, kind, node, {}});
  }
  return {};
}

Result<void> Builder::compare_node(NodeId node, const Attributes& attributes) {
  HW_TRY(const bool was, present(attributes, node, true));
  HW_TRY(const bool is, present(attributes, node, false));
  if (was != is) {
    changes_.add({is ? came_at(node, attributes) : went_at(node, attributes),
                  is ? DiffKind::kNodeAdded : DiffKind::kNodeRemoved,
                  node,
                  {}});
  }
  return {};
}

// ---- everything ---------------------------------------------------------------------------------

void Builder::mark_edges(Bits& sources, Bits& touched) {
  const auto count = static_cast<std::uint32_t>(graph_.edge_count());
  for (std::uint32_t value = 1; value <= count && !stopped(); ++value) {
    const EdgeInfo edge = graph_.edge(EdgeId{value});
    if (!known(edge)) continue;
    if (holds(edge.valid_from, edge.valid_to, from_) ==
        holds(edge.valid_from, edge.valid_to, to_)) {
      continue;
    }
    sources.set(edge.src);
    touched.set(canonical(edge.src));
    touched.set(canonical(edge.dst));
  }
}

Result<void> Builder::mark_owners(Bits& touched) {
  return session_.rows().scan_attribute_owners(from_, to_, [&](NodeId owner) {
    if (owner.value <= graph_.node_count()) touched.set(canonical(owner));
    return !stopped();
  });
}

Result<Diff> Builder::everything() {
  const auto count = static_cast<std::uint32_t>(graph_.node_count());
  Bits sources(count), touched(count);
  mark_edges(sources, touched);
  HW_CHECK_OK(mark_owners(touched));
  for (std::uint32_t value = 1; value <= count && !stopped(); ++value) {
    const NodeId node{value};
    if (sources.test(value)) {
      compare_edges(graph_.history(node, Direction::kDownstream),
                    [](const EdgeInfo&) { return true; });
    }
    const NodeKind kind = graph_.node(node).kind;
    if (kind == NodeKind::kField || graph_.canonical(node) != node) continue;
    const Micros seen = first_seen(graph_, node);
    const bool born = seen > from_ && (to_ == graph::kLatest || seen <= to_);
    if (!born && !touched.test(value)) continue;
    if (born && is_connected(graph_, node)) {
      changes_.add({seen, DiffKind::kNodeAdded, node, {}});
      continue;
    }
    HW_TRY(const Attributes attributes, Attributes::read(session_, node));
    HW_CHECK_OK(compare_node(node, attributes));
    if (!born) HW_CHECK_OK(compare_attributes(node, attributes));
  }
  return changes_.take();
}

}  // namespace

std::string_view to_string(DiffKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<DiffKind> diff_kind(std::string_view text) {
  const auto it = std::find(kNames.begin(), kNames.end(), text);
  if (it == kNames.end()) return std::nullopt;
  return static_cast<DiffKind>(it - kNames.begin());
}

Result<Diff> diff(Session& session, const DiffRequest& request) {
  Builder builder(session, request);
  return request.root ? builder.neighbourhood() : builder.everything();
}

Result<std::vector<DiffChange>> attribute_changes(Session& session, NodeId node, Micros from,
                                                  Micros to) {
  HW_TRY(const Attributes attributes, Attributes::read(session, node));
  std::vector<DiffChange> out;
  for (const DiffKind kind : attribute_kinds(session.graph().node(node).kind)) {
    HW_TRY(const std::optional<Micros> at, changed_at(session, attributes, kind, from, to));
    if (at) out.push_back({*at, kind, node, {}});
  }
  return out;
}

}  // namespace headwater::query
