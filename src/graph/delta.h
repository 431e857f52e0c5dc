// Delta: what was published since its Packed was built.
//
// New edges hang on their nodes in lists, newest first, linked by local index (edge id minus the
// packed edge count). A node also remembers whether one of its packed edges was ended since.
// Thread-safety: the writer links and marks; any thread reads, lock-free. Readers see edges beyond
// their version and must leave them out.
#pragma once

#include <atomic>
#include <cstdint>

#include "graph/chunked_array.h"
#include "graph/packed.h"

namespace headwater::graph::internal {

class Delta {
 public:
  explicit Delta(std::uint32_t packed_edges) : packed_edges_(packed_edges) {}

  struct Head {
    std::uint32_t last;  // local index of the newest edge, 0 is none
    bool ended_since;    // some packed edge of this node has been ended since
  };
  Head head(Side side, std::uint32_t node) const {
    const Pair* pair = heads_.find(node);
    if (pair == nullptr) return {0, false};
    const std::uint32_t value = load_acquire(pair->side[side]);
    return {value & ~kEndedBit, (value & kEndedBit) != 0};
  }
  std::uint32_t next(Side side, std::uint32_t local) const { return links_[local].side[side]; }
  std::uint32_t edge_id(std::uint32_t local) const { return packed_edges_ + local; }

  // Writer. Edges in the order of their ids, each once.
  void link(std::uint32_t edge_id, std::uint32_t src, std::uint32_t dst, Packed& packed) {
    const std::uint32_t local = edge_id - packed_edges_;
    Pair& links = links_.ensure(local);
    push(links, kOut, src, local, packed);
    push(links, kIn, dst, local, packed);
    edges_.fetch_add(1, std::memory_order_relaxed);
  }
  void mark_ended(std::uint32_t src, std::uint32_t dst, Packed& packed) {
    set_ended(kOut, src, packed);
    set_ended(kIn, dst, packed);
    ends_.fetch_add(1, std::memory_order_relaxed);
  }

  std::size_t size() const { return edges_.load(std::memory_order_relaxed) + ends(); }
  std::size_t ends() const { return ends_.load(std::memory_order_relaxed); }
  std::size_t node_bytes() const { return sizeof(*this) + heads_.bytes(); }
  std::size_t edge_bytes() const { return links_.bytes(); }

 private:
  static constexpr std::uint32_t kEndedBit = 1U << 31;
  struct Pair {
    std::uint32_t side[2];
  };

  void push(Pair& links, Side side, std::uint32_t node, std::uint32_t local, Packed& packed) {
    std::uint32_t& head = heads_.ensure(node).side[side];
    links.side[side] = head & ~kEndedBit;
    store_release(head, local | (head & kEndedBit));
    packed.mark(side, node);
  }
  void set_ended(Side side, std::uint32_t node, Packed& packed) {
    std::uint32_t& head = heads_.ensure(node).side[side];
    store_release(head, head | kEndedBit);
    packed.mark(side, node);
  }

  std::uint32_t packed_edges_;
  ChunkedArray<Pair> heads_;  // by node
  ChunkedArray<Pair> links_;  // by local index
  std::atomic<std::size_t> edges_{0}, ends_{0};
};

}  // namespace headwater::graph::internal
