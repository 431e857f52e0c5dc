#include "graph/packed.h"

#include <vector>

namespace headwater::graph::internal {

namespace {

constexpr std::uint32_t kAhead = 24;  // edges whose nodes are fetched in advance

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
  const std::size_t nodes = node_count;
  for (const Side side : {kOut, kIn}) {
    for (Block& begins : begins_[side]) {
      begins = Block((nodes + 2) * sizeof(std::uint32_t), Pages::kHuge);
    }
    traits_[side] = Block((nodes + 1) * sizeof(NodeTraits), Pages::kHuge);
    for (Block& column : columns_[side]) {
      column = Block(std::size_t{edge_count} * sizeof(std::uint32_t), Pages::kHuge);
    }
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
  std::uint32_t* const counts[2] = {begins(side, false), begins(side, true)};
  NodeTraits* const traits = this->traits(side);
  for (std::uint32_t id = 1; id <= edge_count_; ++id) {
    if (id + kAhead <= edge_count_) {
      const std::uint32_t node = owner(elements.edges[id + kAhead], side);
      __builtin_prefetch(&counts[0][node], 1);
      __builtin_prefetch(&traits[node], 1);
    }
    const EdgeRecord& edge = elements.edges[id];
    const std::uint32_t node = owner(edge, side);
    const bool ended = ended_at(elements, edge, seq_);
    ++counts[ended ? 1 : 0][node];
    traits[node] =
        static_cast<NodeTraits>(traits[node] | 1U << kind_of(edge) | (ended ? kHasEnded : 0U));
  }
  // Counts become begins: all live entries first, then all ended ones.
  std::uint32_t begin = 0;
  for (std::uint32_t* const column : counts) {
    for (std::size_t node = 0; node <= std::size_t{node_count_} + 1; ++node) {
      const std::uint32_t size = column[node];
      column[node] = begin;
      begin += size;
    }
  }
}

void Packed::fill(const Elements& elements, Side side) {
  std::vector<std::uint32_t> next[2];
  for (const bool ended : {false, true}) {
    next[ended].assign(begins(side, ended), begins(side, ended) + node_count_ + 1);
  }
  for (std::uint32_t id = 1; id <= edge_count_; ++id) {
    if (id + kAhead <= edge_count_) {
      __builtin_prefetch(&next[0][owner(elements.edges[id + kAhead], side)], 1);
    }
    const EdgeRecord& edge = elements.edges[id];
    const std::uint32_t at = next[ended_at(elements, edge, seq_)][owner(edge, side)]++;
    column(side, kPeer)[at] = peer(edge, side);
    column(side, kStamp)[at] = stamp(edge.valid_from, kind_of(edge));
    column(side, kEdge)[at] = id;
  }
}

bool Packed::begins_are_sound(Side side) const {
  std::uint32_t last = 0;
  for (const bool ended : {false, true}) {
    const std::uint32_t* const begins = this->begins(side, ended);
    if (begins[0] != last) return false;
    bool ascending = true;
    for (std::size_t node = 0; node <= node_count_; ++node) {
      ascending &= begins[node] <= begins[node + 1];
    }
    last = begins[std::size_t{node_count_} + 1];
    if (!ascending) return false;
  }
  return last == edge_count_;
}

std::size_t Packed::node_bytes() const {
  std::size_t bytes = sizeof(*this);
  for (const Side side : {kOut, kIn}) {
    bytes += begins_[side][0].size_bytes() + begins_[side][1].size_bytes();
    bytes += traits_[side].size_bytes();
  }
  return bytes;
}

std::size_t Packed::edge_bytes() const {
  std::size_t bytes = 0;
  for (const Side side : {kOut, kIn}) {
    for (const Block& column : columns_[side]) bytes += column.size_bytes();
  }
  return bytes;
}

}  // namespace headwater::graph::internal
