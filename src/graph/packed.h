// Packed: the adjacency of the edges 1..edge_count() in both directions, immutable.
//
// Three dense columns a direction: neighbour, stamp (kind and coarse valid_from), edge id. First
// come the entries of all nodes that were live (open on both clocks) when this was built, then
// those of all nodes that had ended; within a node in the order of edge ids. So a walk over the
// present reads a bare CSR, a walk over the past reads the stamps too, and history costs the
// present nothing.
//
// Invariants: 1. every edge id in 1..edge_count() stands once in each direction. 2. A live entry
// has no end recorded up to seq(). 3. An ended one either has a finite valid_to or an end recorded
// up to seq(), so it holds for no one who asks for the latest at seq() or later. Thread-safety: all
// but `mark` immutable after `build`; `mark` from the writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "graph/blocks.h"
#include "graph/chunked_array.h"
#include "graph/elements.h"

namespace headwater::graph::internal {

enum Side : unsigned { kOut = 0, kIn = 1 };
enum Column : unsigned { kPeer = 0, kStamp = 1, kEdge = 2, kColumns = 3 };

// What a node's entries are, in 16 bits: the kinds of its edges as a mask, and two flags.
using NodeTraits = std::uint16_t;
inline constexpr NodeTraits kMarked = 1U << 15;    // the delta has something for this node
inline constexpr NodeTraits kHasEnded = 1U << 14;  // it has ended entries
inline constexpr NodeTraits kKindTraits = kHasEnded - 1;
static_assert(model::kEdgeKinds <= 14);

// Entries of one node: `size` in each column.
struct Run {
  const std::uint32_t* peers;
  const std::uint32_t* stamps;
  const std::uint32_t* edges;
  std::uint32_t size;
};

class Packed {
 public:
  Packed(std::uint32_t node_count, std::uint32_t edge_count, std::uint64_t seq);

  // Of the nodes and edges recorded up to `seq`. O(nodes + edges); may run beside the writer.
  static std::unique_ptr<Packed> build(const Elements& elements, std::uint64_t seq);

  std::uint32_t node_count() const { return node_count_; }
  std::uint32_t edge_count() const { return edge_count_; }
  std::uint64_t seq() const { return seq_; }

  // All of these require node <= node_count(). Node 0 has no entries.
  NodeTraits traits(Side side, std::uint32_t node) const {
    return load_acquire(this->traits(side)[node]);
  }
  Run live(Side side, std::uint32_t node) const { return run(side, begins(side, false), node); }
  Run ended(Side side, std::uint32_t node) const { return run(side, begins(side, true), node); }
  void mark(Side side, std::uint32_t node) {
    if (node > node_count_) return;
    NodeTraits& traits = this->traits(side)[node];
    store_release(traits, static_cast<NodeTraits>(traits | kMarked));
  }
  void prefetch_node(Side side, std::uint32_t node) const {
    __builtin_prefetch(&begins(side, false)[node]);
    __builtin_prefetch(&this->traits(side)[node]);
  }
  void prefetch_live(Side side, std::uint32_t node, bool stamps) const {
    const std::uint32_t begin = begins(side, false)[node];
    __builtin_prefetch(&column(side, kPeer)[begin]);
    if (stamps) __builtin_prefetch(&column(side, kStamp)[begin]);
  }

  // For saving and loading whole. Begins: node_count() + 2 numbers, the first entry of each node
  // and the end of the last. Traits: node_count() + 1.
  std::uint32_t* begins(Side side, bool ended) const {
    return static_cast<std::uint32_t*>(begins_[side][ended ? 1 : 0].data());
  }
  NodeTraits* traits(Side side) const { return static_cast<NodeTraits*>(traits_[side].data()); }
  std::uint32_t* column(Side side, Column column) const {
    return static_cast<std::uint32_t*>(columns_[side][column].data());
  }
  // True if a side's begins lead nowhere beyond the columns: what a loaded file must show.
  bool begins_are_sound(Side side) const;

  std::size_t node_bytes() const;
  std::size_t edge_bytes() const;

 private:
  Run run(Side side, const std::uint32_t* begins, std::uint32_t node) const {
    const std::uint32_t begin = begins[node];
    return {column(side, kPeer) + begin, column(side, kStamp) + begin, column(side, kEdge) + begin,
            begins[node + 1] - begin};
  }
  void count(const Elements& elements, Side side);
  void fill(const Elements& elements, Side side);

  std::uint32_t node_count_;
  std::uint32_t edge_count_;
  std::uint64_t seq_;
  Block begins_[2][2];
  Block traits_[2];
  Block columns_[2][kColumns];
};

}  // namespace headwater::graph::internal
