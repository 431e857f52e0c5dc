#include <cassert>
#include <cstdint>
#include <memory>

#include "graph/graph.h"
#include "graph/graph_inl.h"

namespace headwater::graph {

using internal::Delta;
using internal::EntryTest;
using internal::NodeTraits;
using internal::Packed;
using internal::Run;
using internal::Side;
using internal::View;

namespace {

// A breadth-first walk whose queue is the list of all nodes found. What the next nodes need is
// fetched while the current one is followed: first where its entries are, then the entries.
class ClosureWalk {
 public:
  ClosureWalk(const View& view, Side side, EdgeKinds kinds, std::uint64_t* bitmap)
      : view_(view),
        packed_(*view.packed),
        changed_(view.delta->size() != 0),
        side_(side),
        kinds_(kinds),
        bitmap_(bitmap),
        // One more than there are nodes: mark() writes before it knows.
        found_(std::make_unique_for_overwrite<std::uint32_t[]>(std::size_t{view.node_count} + 1)) {}

  void mark(std::uint32_t node) { mark_if(node, true); }
  void mark_if(std::uint32_t node, bool wanted) {
    std::uint64_t& word = bitmap_[node >> 6];
    const std::uint64_t bit = std::uint64_t{wanted} << (node & 63);
    found_[size_] = node;
    size_ += (~word & bit) != 0 ? 1 : 0;
    word |= bit;
  }

  std::size_t run() {
    for (std::size_t i = 0; i < size_; ++i) {
      fetch(i);
      follow(found_[i]);
    }
    return size_;
  }

 private:
  static constexpr std::size_t kNodesAhead = 32;
  static constexpr std::size_t kEntriesAhead = 16;

  void fetch(std::size_t i) const {
    if (i + kNodesAhead < size_) {
      const std::uint32_t node = found_[i + kNodesAhead];
      if (node <= packed_.node_count()) packed_.prefetch_node(side_, node);
      if (changed_) view_.delta->prefetch_head(node);
    }
    if (i + kEntriesAhead < size_) {
      const std::uint32_t node = found_[i + kEntriesAhead];
      if (node <= packed_.node_count()) packed_.prefetch_live(side_, node);
      if (changed_) view_.delta->prefetch_last(side_, node);
    }
  }

  void follow(std::uint32_t node) {
    const bool in_packed = node <= packed_.node_count();
    const NodeTraits traits = in_packed ? packed_.traits(side_, node) : internal::kMarked;
    Delta::Head head{0, false};
    if ((traits & internal::kMarked) != 0) head = view_.delta->head(side_, node);
    const EntryTest test(view_, kinds_, head.ended_since);
    if ((traits & internal::kKindTraits & kinds_) != 0) {
      const Run live = packed_.live(side_, node);
      if (head.ended_since || view_.before_packed) {
        follow_live(live, test);
      } else if (view_.timed) {
        follow_begun(live);
      } else if ((traits & internal::kKindTraits & ~kinds_) != 0) {
        follow_kinds(live);
      } else {
        for (std::uint32_t i = 0; i < live.size; ++i) mark(live.peer(i));
      }
      if (view_.past && (traits & internal::kHasEnded) != 0) {
        follow_ended(packed_.ended(side_, node), test);
      }
    }
    follow_delta(head.last, test);
  }

  void follow_live(const Run& run, const EntryTest& test) {
    for (std::uint32_t i = 0; i < run.size; ++i) {
      if (test.live(run, i)) mark(run.peer(i));
    }
  }
  // As follow_live where nothing but kind and valid_from can speak against an edge: two reads and
  // no branch that depends on them, save for the few edges that began within as_of's step.
  void follow_begun(const Run& run) {
    for (std::uint32_t i = 0; i < run.size; ++i) {
      const std::uint32_t stamp = run.stamp(i);
      bool begun = stamp < view_.stamp_begin;
      if (stamp >= view_.stamp_begin && stamp < view_.stamp_end) [[unlikely]] {
        begun = view_.holds(run.edge(i));
      }
      mark_if(run.peer(i), begun & ((kinds_ >> internal::stamp_kind(stamp) & 1) != 0));
    }
  }
  void follow_kinds(const Run& run) {
    for (std::uint32_t i = 0; i < run.size; ++i) {
      if ((kinds_ >> internal::stamp_kind(run.stamp(i)) & 1) != 0) mark(run.peer(i));
    }
  }
  void follow_ended(const Run& run, const EntryTest& test) {
    for (std::uint32_t i = 0; i < run.size; ++i) {
      if (test.ended(run, i)) mark(run.peer(i));
    }
  }
  void follow_delta(std::uint32_t local, const EntryTest& test) {
    while (local != 0) {
      const Delta::Link& link = view_.delta->link(side_, local);
      if (test.newer(link.stamp, view_.delta->edge_id(local))) mark(link.peer);
      local = link.next;
    }
  }

  const View& view_;
  const Packed& packed_;
  const bool changed_;  // the delta is worth fetching from
  const Side side_;
  const EdgeKinds kinds_;
  std::uint64_t* const bitmap_;
  std::unique_ptr<std::uint32_t[]> found_;
  std::size_t size_ = 0;
};

}  // namespace

std::size_t closure(const Snapshot& snapshot, std::span<const NodeId> starts, Direction direction,
                    EdgeKinds kinds, std::vector<std::uint64_t>& bitmap) {
  const View& view = snapshot.view();
  bitmap.assign(view.node_count / 64 + 1, 0);
  ClosureWalk walk(view, internal::side_of(direction), kinds, bitmap.data());
  for (const NodeId start : starts) {
    assert(start.value != 0 && start.value <= view.node_count);
    walk.mark(start.value);
  }
  return walk.run();
}

}  // namespace headwater::graph
