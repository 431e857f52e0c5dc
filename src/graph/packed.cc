#include "graph/packed.h"

#include <utility>
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
    heads_[side] = Block((nodes + 2) * sizeof(PackedHead), Pages::kHuge);
    ended_begins_[side] = Block((nodes + 2) * sizeof(std::uint32_t), Pages::kHuge);
    entries_[side] = Block(std::size_t{edge_count} * sizeof(PackedEntry), Pages::kHuge);
    edges_[side] = Block(edge_count * edge_words(side) * sizeof(std::uint32_t), Pages::kHuge);
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
  PackedHead* const heads = this->heads(side);
  std::uint32_t* const ended_begins = this->ended_begins(side);
  for (std::uint32_t id = 1; id <= edge_count_; ++id) {
    if (id + kAhead <= edge_count_) {
      __builtin_prefetch(&heads[owner(elements.edges[id + kAhead], side)], 1);
    }
    const EdgeRecord& edge = elements.edges[id];
    const std::uint32_t node = owner(edge, side);
    const bool ended = ended_at(elements, edge, seq_);
    NodeTraits& traits = heads[node].traits;
    ++(ended ? ended_begins[node] : heads[node].begin);
    traits = static_cast<NodeTraits>(traits | 1U << kind_of(edge) | (ended ? kHasEnded : 0U));
  }
  // Counts become begins: all live entries first, then all ended ones.
  std::uint32_t begin = 0;
  const auto place = [&begin](std::uint32_t& count) { begin += std::exchange(count, begin); };
  for (std::size_t node = 0; node <= std::size_t{node_count_} + 1; ++node) place(heads[node].begin);
  for (std::size_t node = 0; node <= std::size_t{node_count_} + 1; ++node) {
    place(ended_begins[node]);
  }
}

void Packed::fill(const Elements& elements, Side side) {
  std::vector<std::uint32_t> next[2];
  for (std::uint32_t node = 0; node <= node_count_; ++node) {
    next[false].push_back(heads(side)[node].begin);
  }
  next[true].assign(ended_begins(side), ended_begins(side) + node_count_ + 1);
  PackedEntry* const entries = this->entries(side);
  std::uint32_t* const edges = this->edges(side);
  for (std::uint32_t id = 1; id <= edge_count_; ++id) {
    if (id + kAhead <= edge_count_) {
      __builtin_prefetch(&next[0][owner(elements.edges[id + kAhead], side)], 1);
    }
    const EdgeRecord& edge = elements.edges[id];
    const std::uint32_t at = next[ended_at(elements, edge, seq_)][owner(edge, side)]++;
    entries[at] = {peer(edge, side), stamp(edge.valid_from, kind_of(edge))};
    std::uint32_t* const words = edges + at * edge_words(side);
    words[0] = id;
    if (side == kOut) words[1] = edge.via;
  }
}

bool Packed::begins_are_sound(Side side) const {
  std::uint32_t last = 0;
  bool ascending = true;
  const auto look = [&](std::uint32_t begin) {
    ascending &= last <= begin;
    last = begin;
  };
  const PackedHead* const heads = this->heads(side);
  const std::uint32_t* const ended_begins = this->ended_begins(side);
  for (std::size_t node = 0; node <= std::size_t{node_count_} + 1; ++node) look(heads[node].begin);
  const bool joined = heads[0].begin == 0 && ended_begins[0] == last;
  for (std::size_t node = 0; node <= std::size_t{node_count_} + 1; ++node) {
    look(ended_begins[node]);
  }
  return ascending && joined && last == edge_count_;
}

std::size_t Packed::node_bytes() const {
  std::size_t bytes = sizeof(*this);
  for (const Side side : {kOut, kIn}) {
    bytes += heads_[side].size_bytes() + ended_begins_[side].size_bytes();
  }
  return bytes;
}

std::size_t Packed::edge_bytes() const {
  std::size_t bytes = 0;
  for (const Side side : {kOut, kIn}) {
    bytes += entries_[side].size_bytes() + edges_[side].size_bytes();
  }
  return bytes;
}

}  // namespace headwater::graph::internal
