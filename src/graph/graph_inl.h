// The definition of Snapshot::for_each: include this where it is called.
//
// The rest of this file is private to the module.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "graph/pins.h"

namespace headwater::graph {

namespace internal {

inline Side side_of(Direction direction) {
  return direction == Direction::kDownstream ? kOut : kIn;
}

// Decides for one node's entries whether they hold. Looks at the edge ids, and at the records
// behind them, only where the stamps leave a doubt.
class EntryTest {
 public:
  EntryTest(const View& view, EdgeKinds kinds, bool ended_since)
      : view_(view), kinds_(kinds), check_ends_(ended_since && view.after_packed) {}

  bool live(const Run& run, std::uint32_t i) const {
    if (view_.before_packed && run.edge(i) > view_.edge_count) return false;
    return begun(run.stamp(i), run.edge_at(i));
  }
  bool ended(const Run& run, std::uint32_t i) const {
    if (!wanted(run.stamp(i)) || run.edge(i) > view_.edge_count) return false;
    if (view_.timed && run.stamp(i) >= view_.stamp_end) return false;
    return view_.holds(run.edge(i));
  }
  // Of an edge that is newer than the packing.
  bool newer(std::uint32_t stamp, std::uint32_t edge) const {
    return edge <= view_.edge_count && begun(stamp, &edge);
  }

 private:
  bool wanted(std::uint32_t stamp) const { return (kinds_ >> stamp_kind(stamp) & 1) != 0; }
  bool begun(std::uint32_t stamp, const std::uint32_t* edge) const {
    if (!wanted(stamp)) return false;
    if (view_.timed) {
      if (stamp >= view_.stamp_end) return false;
      if (stamp >= view_.stamp_begin) return view_.holds(*edge);
    }
    return !check_ends_ || view_.holds(*edge);
  }

  const View& view_;
  EdgeKinds kinds_;
  bool check_ends_;
};

// The edges of a node published since the packing that hold, in the order of their ids.
class DeltaEdges {
 public:
  DeltaEdges(const View& view, Side side, std::uint32_t last, const EntryTest& test);

  template <class Visit>
  bool for_each(Visit&& visit) const {
    for (std::size_t i = size_; i-- > 0;) {
      const Found& found = i < few_.size() ? few_[i] : more_[i - few_.size()];
      if (!visit(found.peer, found.edge, found.kind, nullptr)) return false;
    }
    return true;
  }

 private:
  struct Found {
    std::uint32_t peer, edge;
    EdgeKind kind;
  };
  std::array<Found, 16> few_;  // newest first
  std::vector<Found> more_;
  std::size_t size_ = 0;
};

// visit(peer, edge id, kind, via) until false, in the order of edge ids; via: where the node that
// the edge goes through stands, null if only its record knows. False if visit ended it.
template <class Visit>
bool visit_packed(const Run& live, const Run& ended, const EntryTest& test, Visit&& visit) {
  const bool knows_vias = live.words == edge_words(kOut);
  std::uint32_t i = 0;
  std::uint32_t j = 0;
  while (i < live.size || j < ended.size) {
    const bool take_live = j == ended.size || (i < live.size && live.edge(i) < ended.edge(j));
    const Run& run = take_live ? live : ended;
    const std::uint32_t at = take_live ? i++ : j++;
    if (!(take_live ? test.live(run, at) : test.ended(run, at))) continue;
    const auto kind = static_cast<EdgeKind>(stamp_kind(run.stamp(at)));
    const std::uint32_t* const edge = run.edge_at(at);
    if (!visit(run.peer(at), *edge, kind, knows_vias ? edge + 1 : nullptr)) return false;
  }
  return true;
}

template <class Visit>
void visit_edges(const View& view, Side side, std::uint32_t node, EdgeKinds kinds, Visit&& visit) {
  const Packed& packed = *view.packed;
  const bool in_packed = node <= packed.node_count();
  const NodeTraits traits = in_packed ? packed.traits(side, node) : kMarked;
  Delta::Head head{0, false};
  if ((traits & kMarked) != 0) head = view.delta->head(side, node);
  const EntryTest test(view, kinds, head.ended_since);
  if ((traits & kKindTraits & kinds) != 0) {
    const bool history = view.past && (traits & kHasEnded) != 0;
    const Run ended = history ? packed.ended(side, node) : Run{};
    if (!visit_packed(packed.live(side, node), ended, test, visit)) return;
  }
  if (head.last != 0) DeltaEdges(view, side, head.last, test).for_each(visit);
}

}  // namespace internal

inline NodeKind Snapshot::kind_of(NodeId id) const {
  return static_cast<NodeKind>(view().elements->nodes[id.value].kind);
}
inline NodeId Snapshot::parent_of(NodeId id) const {
  return NodeId{view().elements->nodes[id.value].parent};
}
inline NodeId Snapshot::via_of(EdgeId id) const {
  return NodeId{view().elements->edges[id.value].via};
}
inline model::TransformationId Snapshot::detail_of(EdgeId id) const {
  return model::TransformationId{internal::detail_of(view().elements->edges[id.value])};
}

inline void Snapshot::prefetch(NodeId id) const {
  __builtin_prefetch(&view().elements->nodes[id.value]);
}
inline void Snapshot::prefetch(EdgeId id) const {
  __builtin_prefetch(&view().elements->edges[id.value]);
}
inline void Snapshot::prefetch_edges(NodeId id, Direction direction, bool near) const {
  const internal::Packed& packed = *view().packed;
  if (id.value > packed.node_count()) return;
  const internal::Side side = internal::side_of(direction);
  if (!near) return packed.prefetch_node(side, id.value);
  const internal::Run run = packed.live(side, id.value);
  __builtin_prefetch(run.entries);
  __builtin_prefetch(run.edges);
}

template <class Visit>
void Snapshot::for_each_field(NodeId dataset, Visit&& visit) const {
  const internal::View& view = this->view();
  assert(dataset.value != 0 && dataset.value <= view.node_count);
  if (kind_of(dataset) != NodeKind::kDataset) return;
  std::uint32_t id = internal::load_acquire(view.elements->nodes[dataset.value].fields);
  for (; id != 0; id = view.elements->nodes[id].fields) {
    if (id <= view.node_count && !visit(NodeId{id})) return;
  }
}

template <class Visit>
void Snapshot::for_each(NodeId id, Direction direction, EdgeKinds kinds, Visit&& visit) const {
  const internal::View& view = this->view();
  assert(id.value != 0 && id.value <= view.node_count);
  internal::visit_edges(
      view, internal::side_of(direction), id.value, kinds,
      [&](std::uint32_t peer, std::uint32_t edge, EdgeKind kind, const std::uint32_t*) {
        return visit(Neighbor{NodeId{peer}, EdgeId{edge}, kind});
      });
}

template <class Visit>
void Snapshot::for_each_through(NodeId id, EdgeKinds kinds, Visit&& visit) const {
  const internal::View& view = this->view();
  assert(id.value != 0 && id.value <= view.node_count);
  internal::visit_edges(
      view, internal::kOut, id.value, kinds,
      [&](std::uint32_t peer, std::uint32_t edge, EdgeKind kind, const std::uint32_t* via) {
        const NodeId through = via != nullptr ? NodeId{*via} : via_of(EdgeId{edge});
        return visit(Neighbor{NodeId{peer}, EdgeId{edge}, kind}, through);
      });
}

}  // namespace headwater::graph
