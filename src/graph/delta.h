// Delta: what was published since its Packed was built.
//
// New edges hang on their nodes in lists, newest first, linked by local index (edge id minus the
// packed edge count). A node also remembers whether an edge of it, packed or new, has an end that
// the packing does not know: only then must readers look at the records.
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
    bool ended_since;    // see above
  };
  Head head(Side side, std::uint32_t node) const {
    const Heads* heads = heads_.find(node);
    if (heads == nullptr) return {0, false};
    const std::uint32_t value = load_acquire(heads->side[side]);
    return {value & ~kEndedBit, (value & kEndedBit) != 0};
  }
  struct Link {
    std::uint32_t next;  // local index of the node's edge before this one, 0 is none
    std::uint32_t peer;
    std::uint32_t stamp;
  };
  const Link& link(Side side, std::uint32_t local) const { return links_[local].side[side]; }
  std::uint32_t edge_id(std::uint32_t local) const { return packed_edges_ + local; }

  void prefetch_head(std::uint32_t node) const { __builtin_prefetch(heads_.find(node)); }
  void prefetch_last(Side side, std::uint32_t node) const {
    const std::uint32_t last = head(side, node).last;
    if (last != 0) __builtin_prefetch(&links_[last].side[side]);
  }

  // Writer. Edges in the order of their ids, each once.
  void append(std::uint32_t edge_id, const EdgeRecord& edge, Packed& packed) {
    const std::uint32_t local = edge_id - packed_edges_;
    Links& links = links_.ensure(local);
    const std::uint32_t value = stamp(edge.valid_from, kind_of(edge));
    const std::uint32_t ended_bit = edge.end == 0 ? 0 : kEndedBit;
    push(links, {0, edge.dst, value}, kOut, edge.src, local | ended_bit, packed);
    push(links, {0, edge.src, value}, kIn, edge.dst, local | ended_bit, packed);
    edges_.fetch_add(1, std::memory_order_relaxed);
  }
  void mark_ended(const EdgeRecord& edge, Packed& packed) {
    set_ended(kOut, edge.src, packed);
    set_ended(kIn, edge.dst, packed);
    ends_.fetch_add(1, std::memory_order_relaxed);
  }

  std::size_t size() const { return edges_.load(std::memory_order_relaxed) + ends(); }
  std::size_t ends() const { return ends_.load(std::memory_order_relaxed); }
  std::size_t node_bytes() const { return sizeof(*this) + heads_.bytes(); }
  std::size_t edge_bytes() const { return links_.bytes(); }

 private:
  static constexpr std::uint32_t kEndedBit = 1U << 31;
  struct Heads {
    std::uint32_t side[2];
  };
  struct Links {
    Link side[2];
  };

  void push(Links& links, Link link, Side side, std::uint32_t node, std::uint32_t value,
            Packed& packed) {
    std::uint32_t& head = heads_.ensure(node).side[side];
    link.next = head & ~kEndedBit;
    links.side[side] = link;
    store_release(head, value | (head & kEndedBit));
    packed.mark(side, node);
  }
  void set_ended(Side side, std::uint32_t node, Packed& packed) {
    std::uint32_t& head = heads_.ensure(node).side[side];
    store_release(head, head | kEndedBit);
    packed.mark(side, node);
  }

  std::uint32_t packed_edges_;
  ChunkedArray<Heads> heads_;  // by node
  ChunkedArray<Links> links_;  // by local index
  std::atomic<std::size_t> edges_{0}, ends_{0};
};

}  // namespace headwater::graph::internal
