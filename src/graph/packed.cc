#include "graph/packed.h"

#include <vector>

namespace headwater::graph::internal {

namespace {

constexpr std::uint32_t kAhead = 16;  // edges whose headers are fetched in advance

bool ended_at(const Elements& elements, const EdgeRecord& edge, std::uint64_t seq) {
  const std::uint32_t end = load_acquire(edge.end);
  if (end == 0) return false;
  const EndRecord& record = elements.ends[end];
  return record.valid_to != model::kOpenEnd || load_acquire(record.recorded_to) <= seq;
}

std::uint32_t owner(const EdgeRecord& edge, Side side) {
  return side == kOut ? edge.src : edge.dst;
}
std::uint32_t peer(const EdgeRecord& edge, Side side) { return side == kOut ? edge.dst : edge.src; }

}  // namespace

Packed::Packed(std::uint32_t node_count, std::uint32_t edge_count, std::uint64_t seq)
    : node_count_(node_count), edge_count_(edge_count), seq_(seq) {
  for (const Side side : {kOut, kIn}) {
    headers_[side] = Block(header_count() * sizeof(NodeHeader), Pages::kHuge);
    words_[side] = Block(word_count() * sizeof(std::uint32_t), Pages::kHuge);
  }
}

std::unique_ptr<Packed> Packed::build(const Elements& elements, std::uint64_t seq) {
  // In this order: the nodes counted include all ends of the edges counted.
  const std::uint32_t edge_count = elements.edges_at(seq);
  auto packed = std::make_unique<Packed>(elements.nodes_at(seq), edge_count, seq);
  for (const Side side : {kOut, kIn}) {
    packed->count(elements, side);
    packed->fill(elements, side);
  }
  return packed;
}

void Packed::count(const Elements& elements, Side side) {
  NodeHeader* const headers = this->headers(side);
  for (std::uint32_t id = 1; id <= edge_count_; ++id) {
    if (id + kAhead <= edge_count_) {
      __builtin_prefetch(&headers[owner(elements.edges[id + kAhead], side)], 1);
    }
    const EdgeRecord& edge = elements.edges[id];
    NodeHeader& header = headers[owner(edge, side)];
    ++(ended_at(elements, edge, seq_) ? header.ended : header.live);
    header.kinds = static_cast<std::uint16_t>(header.kinds | 1U << kind_of(edge));
  }
  std::uint32_t begin = 0;
  for (std::uint32_t node = 0; node <= node_count_; ++node) {
    headers[node].begin = begin;
    begin += headers[node].live + headers[node].ended;
  }
}

void Packed::fill(const Elements& elements, Side side) {
  struct Cursor {
    std::uint32_t live, ended;
  };
  std::vector<Cursor> cursors(header_count(), Cursor{0, 0});
  for (std::uint32_t id = 1; id <= edge_count_; ++id) {
    if (id + kAhead <= edge_count_) {
      const std::uint32_t node = owner(elements.edges[id + kAhead], side);
      __builtin_prefetch(&headers(side)[node]);
      __builtin_prefetch(&cursors[node], 1);
    }
    const EdgeRecord& edge = elements.edges[id];
    const std::uint32_t node = owner(edge, side);
    const NodeHeader& header = headers(side)[node];
    const std::uint32_t at =
        ended_at(elements, edge, seq_) ? header.live + cursors[node].ended++ : cursors[node].live++;
    const std::size_t n = std::size_t{header.live} + header.ended;
    std::uint32_t* const entries = words(side) + std::size_t{header.begin} * kWordsPerEntry;
    entries[at] = peer(edge, side);
    entries[n + at] = stamp(edge.valid_from, kind_of(edge));
    entries[2 * n + at] = id;
  }
}

bool Packed::is_sound() const {
  for (const Side side : {kOut, kIn}) {
    std::uint64_t begin = 0;
    for (std::uint32_t node = 0; node <= node_count_; ++node) {
      const NodeHeader& header = headers(side)[node];
      const std::size_t n = std::size_t{header.live} + header.ended;
      if (header.begin != begin || header.marked != 0 || begin + n > edge_count_) return false;
      begin += n;
      const std::uint32_t* const entries = this->entries(side, header);
      std::uint32_t largest_node = 0;
      std::uint32_t largest_edge = 0;
      for (std::size_t i = 0; i < n; ++i) {
        largest_node = largest_node < entries[i] ? entries[i] : largest_node;
        const std::uint32_t id = entries[2 * n + i];
        largest_edge = largest_edge < id ? id : largest_edge;
        if (entries[i] == 0 || id == 0) return false;
      }
      if (largest_node > node_count_ || largest_edge > edge_count_) return false;
    }
    if (begin != edge_count_) return false;
  }
  return true;
}

std::size_t Packed::node_bytes() const {
  return sizeof(*this) + headers_[kOut].size_bytes() + headers_[kIn].size_bytes();
}

std::size_t Packed::edge_bytes() const {
  return words_[kOut].size_bytes() + words_[kIn].size_bytes();
}

}  // namespace headwater::graph::internal
