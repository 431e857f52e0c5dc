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

// Decides for one node's packed entries whether they hold.
class EntryTest {
 public:
  EntryTest(const View& view, EdgeKinds kinds, bool ended_since)
      : view_(view), kinds_(kinds), check_ends_(ended_since && view.after_packed) {}

  bool live(std::uint32_t stamp, std::uint32_t edge) const {
    if ((kinds_ >> stamp_kind(stamp) & 1) == 0) return false;
    if (view_.before_packed && edge > view_.edge_count) return false;
    if (view_.timed) {
      if (stamp >= view_.stamp_end) return false;
      if (stamp >= view_.stamp_begin) return view_.holds(edge);
    }
    return !check_ends_ || view_.holds(edge);
  }
  bool ended(std::uint32_t stamp, std::uint32_t edge) const {
    if ((kinds_ >> stamp_kind(stamp) & 1) == 0 || edge > view_.edge_count) return false;
    if (view_.timed && stamp >= view_.stamp_end) return false;
    return view_.holds(edge);
  }

 private:
  const View& view_;
  EdgeKinds kinds_;
  bool check_ends_;
};

// The edges of `node` published since the packing that hold, in the order of their ids.
class DeltaEdges {
 public:
  DeltaEdges(const View& view, Side side, std::uint32_t last, EdgeKinds kinds);

  template <class Visit>
  bool for_each(const View& view, Side side, Visit&& visit) const {
    for (std::size_t i = size_; i-- > 0;) {
      const std::uint32_t id = i < few_.size() ? few_[i] : more_[i - few_.size()];
      const EdgeRecord& edge = view.elements->edges[id];
      const std::uint32_t peer = side == kOut ? edge.dst : edge.src;
      if (!visit(peer, id, static_cast<EdgeKind>(kind_of(edge)))) return false;
    }
    return true;
  }

 private:
  std::array<std::uint32_t, 32> few_;  // newest first
  std::vector<std::uint32_t> more_;
  std::size_t size_ = 0;
};

// visit(peer, edge id, kind) until false, in the order of edge ids. False if visit ended it.
template <class Visit>
bool visit_packed(const View& view, Side side, const NodeHeader& header, const EntryTest& test,
                  Visit&& visit) {
  const std::uint32_t* const peers = view.packed->entries(side, header);
  const std::size_t n = std::size_t{header.live} + header.ended;
  const std::uint32_t* const stamps = peers + n;
  const std::uint32_t* const ids = stamps + n;
  std::size_t live = 0;
  std::size_t ended = view.past ? header.live : n;
  while (live < header.live || ended < n) {
    const bool take_live = ended == n || (live < header.live && ids[live] < ids[ended]);
    const std::size_t i = take_live ? live++ : ended++;
    if (!(take_live ? test.live(stamps[i], ids[i]) : test.ended(stamps[i], ids[i]))) continue;
    if (!visit(peers[i], ids[i], static_cast<EdgeKind>(stamp_kind(stamps[i])))) return false;
  }
  return true;
}

template <class Visit>
void visit_edges(const View& view, Side side, std::uint32_t node, EdgeKinds kinds, Visit&& visit) {
  Delta::Head head{0, false};
  const bool in_packed = node <= view.packed->node_count();
  if (!in_packed || load_acquire(view.packed->header(side, node).marked) != 0) {
    head = view.delta->head(side, node);
  }
  if (in_packed) {
    const NodeHeader& header = view.packed->header(side, node);
    if ((header.kinds & kinds) != 0) {
      const EntryTest test(view, kinds, head.ended_since);
      if (!visit_packed(view, side, header, test, visit)) return;
    }
  }
  if (head.last == 0) return;
  const DeltaEdges edges(view, side, head.last, kinds);
  edges.for_each(view, side, visit);
}

}  // namespace internal

template <class Visit>
void Snapshot::for_each(NodeId id, Direction direction, EdgeKinds kinds, Visit&& visit) const {
  const internal::View& view = this->view();
  assert(id.value != 0 && id.value <= view.node_count);
  internal::visit_edges(view, internal::side_of(direction), id.value, kinds,
                        [&](std::uint32_t peer, std::uint32_t edge, EdgeKind kind) {
                          return visit(Neighbor{NodeId{peer}, EdgeId{edge}, kind});
                        });
}

}  // namespace headwater::graph
