#include <cassert>
#include <cstdint>
#include <memory>

#include "graph/graph.h"
#include "graph/graph_inl.h"

namespace headwater::graph {

using internal::EntryTest;
using internal::NodeHeader;
using internal::Side;
using internal::View;

namespace {

// A breadth-first walk whose queue is the list of all nodes found. What the next nodes need is
// fetched while the current one is followed: first the header, then the entries.
class ClosureWalk {
 public:
  ClosureWalk(const View& view, Side side, EdgeKinds kinds, std::uint64_t* bitmap)
      : view_(view),
        side_(side),
        kinds_(kinds),
        bitmap_(bitmap),
        // One more than there are nodes: mark() writes before it knows.
        found_(std::make_unique_for_overwrite<std::uint32_t[]>(std::size_t{view.node_count} + 1)) {}

  void mark(std::uint32_t node) {
    std::uint64_t& word = bitmap_[node >> 6];
    const std::uint64_t bit = std::uint64_t{1} << (node & 63);
    found_[size_] = node;
    size_ += (word & bit) == 0 ? 1 : 0;
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
  static constexpr std::size_t kHeaderAhead = 32;
  static constexpr std::size_t kEntriesAhead = 16;

  void fetch(std::size_t i) const {
    const std::uint32_t packed_nodes = view_.packed->node_count();
    if (i + kHeaderAhead < size_ && found_[i + kHeaderAhead] <= packed_nodes) {
      __builtin_prefetch(&view_.packed->header(side_, found_[i + kHeaderAhead]));
    }
    if (i + kEntriesAhead < size_ && found_[i + kEntriesAhead] <= packed_nodes) {
      const NodeHeader& header = view_.packed->header(side_, found_[i + kEntriesAhead]);
      __builtin_prefetch(view_.packed->entries(side_, header));
    }
  }

  void follow(std::uint32_t node) {
    if (node > view_.packed->node_count()) return follow_all(node);
    const NodeHeader& header = view_.packed->header(side_, node);
    if (internal::load_acquire(header.marked) != 0) return follow_all(node);
    if ((header.kinds & kinds_) == 0) return;
    if (view_.past || view_.before_packed) return follow_past(header);
    const std::uint32_t* const peers = view_.packed->entries(side_, header);
    if ((header.kinds & ~kinds_) == 0) {
      for (std::uint32_t i = 0; i < header.live; ++i) mark(peers[i]);
      return;
    }
    const std::uint32_t* const stamps = peers + header.live + header.ended;
    for (std::uint32_t i = 0; i < header.live; ++i) {
      if ((kinds_ >> internal::stamp_kind(stamps[i]) & 1) != 0) mark(peers[i]);
    }
  }

  void follow_past(const NodeHeader& header) {
    const EntryTest test(view_, kinds_, false);
    const std::uint32_t* const peers = view_.packed->entries(side_, header);
    const std::size_t n = std::size_t{header.live} + header.ended;
    const std::uint32_t* const stamps = peers + n;
    const std::uint32_t* const ids = stamps + n;
    for (std::size_t i = 0; i < header.live; ++i) {
      if (test.live(stamps[i], ids[i])) mark(peers[i]);
    }
    for (std::size_t i = view_.past ? header.live : n; i < n; ++i) {
      if (test.ended(stamps[i], ids[i])) mark(peers[i]);
    }
  }

  void follow_all(std::uint32_t node) {
    internal::visit_edges(view_, side_, node, kinds_,
                          [this](std::uint32_t peer, std::uint32_t, EdgeKind) {
                            mark(peer);
                            return true;
                          });
  }

  const View& view_;
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
