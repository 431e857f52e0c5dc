// Packed: the adjacency of the edges 1..edge_count() in both directions, immutable.
//
// What is asked for together lies together, for a walk of a large graph waits for memory and for
// little else: a node's head says where its entries begin and of which kinds they are; an entry is
// a neighbour with its stamp (kind and coarse valid_from); beside the entries, in a column of their
// own, stand the edge ids, and by source the node that the edge goes through. First come the
// entries of all nodes that were live (open on both clocks) when this was built, then those of all
// nodes that had ended; within a node in the order of edge ids. So history costs the present
// nothing.
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

// What a node's entries are, in 16 bits: the kinds of its edges as a mask, and two flags.
using NodeTraits = std::uint16_t;
inline constexpr NodeTraits kMarked = 1U << 15;    // the delta has something for this node
inline constexpr NodeTraits kHasEnded = 1U << 14;  // it has ended entries
inline constexpr NodeTraits kKindTraits = kHasEnded - 1;
static_assert(model::kEdgeKinds <= 14);

struct PackedHead {
  std::uint32_t begin;  // of the live entries; they end where the next node's begin
  NodeTraits traits;    // atomic
  std::uint16_t zero16;
};
static_assert(sizeof(PackedHead) == 8);

struct PackedEntry {
  std::uint32_t peer, stamp;
};
static_assert(sizeof(PackedEntry) == 8);

// How many numbers stand for an edge in the column of edges: by source the id and the via, by
// target the id.
constexpr std::size_t edge_words(Side side) { return side == kOut ? 2 : 1; }

// Entries of one node.
struct Run {
  const PackedEntry* entries = nullptr;
  const std::uint32_t* edges = nullptr;
  std::uint32_t size = 0;
  std::uint32_t words = 1;  // edge_words

  std::uint32_t peer(std::uint32_t i) const { return entries[i].peer; }
  std::uint32_t stamp(std::uint32_t i) const { return entries[i].stamp; }
  const std::uint32_t* edge_at(std::uint32_t i) const { return edges + std::size_t{i} * words; }
  std::uint32_t edge(std::uint32_t i) const { return *edge_at(i); }
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
    return load_acquire(heads(side)[node].traits);
  }
  Run live(Side side, std::uint32_t node) const {
    const PackedHead* const head = heads(side) + node;
    return run(side, head[0].begin, head[1].begin);
  }
  Run ended(Side side, std::uint32_t node) const {
    const std::uint32_t* const begin = ended_begins(side) + node;
    return run(side, begin[0], begin[1]);
  }
  void mark(Side side, std::uint32_t node) {
    if (node > node_count_) return;
    NodeTraits& traits = heads(side)[node].traits;
    store_release(traits, static_cast<NodeTraits>(traits | kMarked));
  }
  void prefetch_node(Side side, std::uint32_t node) const {
    __builtin_prefetch(&heads(side)[node]);
  }
  void prefetch_live(Side side, std::uint32_t node) const {
    __builtin_prefetch(&entries(side)[heads(side)[node].begin]);
  }

  // For saving and loading whole. Heads and begins: node_count() + 2, the last for the end of the
  // last node. Entries: edge_count(). Edges: edge_count() times edge_words.
  PackedHead* heads(Side side) const { return static_cast<PackedHead*>(heads_[side].data()); }
  std::uint32_t* ended_begins(Side side) const {
    return static_cast<std::uint32_t*>(ended_begins_[side].data());
  }
  PackedEntry* entries(Side side) const { return static_cast<PackedEntry*>(entries_[side].data()); }
  std::uint32_t* edges(Side side) const { return static_cast<std::uint32_t*>(edges_[side].data()); }
  // True if a side's begins lead nowhere beyond the columns: what a loaded file must show.
  bool begins_are_sound(Side side) const;

  std::size_t node_bytes() const;
  std::size_t edge_bytes() const;

 private:
  Run run(Side side, std::uint32_t begin, std::uint32_t end) const {
    const std::size_t words = edge_words(side);
    return {entries(side) + begin, edges(side) + begin * words, end - begin,
            static_cast<std::uint32_t>(words)};
  }
  void count(const Elements& elements, Side side);
  void fill(const Elements& elements, Side side);

  std::uint32_t node_count_;
  std::uint32_t edge_count_;
  std::uint64_t seq_;
  Block heads_[2], ended_begins_[2];
  Block entries_[2], edges_[2];
};

}  // namespace headwater::graph::internal
