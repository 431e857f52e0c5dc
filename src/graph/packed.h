// Packed: the adjacency of the edges 1..edge_count() in both directions, immutable.
//
// A node's entries lie side by side as three runs of equal length: neighbours, stamps (kind and
// coarse valid_from), edge ids. Within each run the edges that were open on both clocks when this
// was built come first, then the ended ones; both groups in the order of edge ids. So a walk over
// the present reads neighbours only, a walk over the past reads the stamps beside them, and history
// costs the present nothing.
//
// Invariants: 1. every edge id in 1..edge_count() stands once in each direction. 2. An entry among
// the live ones has no end recorded up to seq(). 3. An ended one either has a finite valid_to or an
// end recorded up to seq(), so it holds for no one who asks for the latest at seq() or later.
// Thread-safety: all but `mark` immutable after `build`; `mark` from the writer.
#pragma once

#include <cstdint>
#include <memory>

#include "graph/blocks.h"
#include "graph/chunked_array.h"
#include "graph/elements.h"

namespace headwater::graph::internal {

struct NodeHeader {
  std::uint32_t begin;  // number of entries before this node's
  std::uint32_t live;
  std::uint32_t ended;
  std::uint16_t kinds;   // of all entries, as a mask
  std::uint16_t marked;  // atomic: not 0 if the delta has something for this node
};
static_assert(sizeof(NodeHeader) == 16);

enum Side : unsigned { kOut = 0, kIn = 1 };

class Packed {
 public:
  Packed(std::uint32_t node_count, std::uint32_t edge_count, std::uint64_t seq);

  // Of the nodes and edges recorded up to `seq`. O(nodes + edges); may run beside the writer.
  static std::unique_ptr<Packed> build(const Elements& elements, std::uint64_t seq);

  std::uint32_t node_count() const { return node_count_; }
  std::uint32_t edge_count() const { return edge_count_; }
  std::uint64_t seq() const { return seq_; }

  // Requires node <= node_count(). Node 0 has an empty header.
  const NodeHeader& header(Side side, std::uint32_t node) const { return headers(side)[node]; }
  const std::uint32_t* entries(Side side, const NodeHeader& header) const {
    return words(side) + std::size_t{header.begin} * kWordsPerEntry;
  }
  void mark(Side side, std::uint32_t node) {
    if (node <= node_count_) store_release(headers(side)[node].marked, std::uint16_t{1});
  }

  // For saving and loading whole.
  NodeHeader* headers(Side side) const { return static_cast<NodeHeader*>(headers_[side].data()); }
  std::uint32_t* words(Side side) const { return static_cast<std::uint32_t*>(words_[side].data()); }
  std::size_t header_count() const { return std::size_t{node_count_} + 1; }
  std::size_t word_count() const { return std::size_t{edge_count_} * kWordsPerEntry; }
  // True if every header and entry stays within bounds: what a loaded file must show.
  bool is_sound() const;

  std::size_t node_bytes() const;
  std::size_t edge_bytes() const;

  static constexpr std::size_t kWordsPerEntry = 3;

 private:
  void fill(const Elements& elements, Side side);
  void count(const Elements& elements, Side side);

  std::uint32_t node_count_;
  std::uint32_t edge_count_;
  std::uint64_t seq_;
  Block headers_[2];
  Block words_[2];
};

}  // namespace headwater::graph::internal
