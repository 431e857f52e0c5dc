// What partitions read now, block by block, from upstream fingerprints. Private to planner.
//
// The cells of an interval are a difference of two prefix sums. Thread-safety: used by one thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "planner/interval_table.h"
#include "planner/state.h"

namespace headwater::planner {

// Fetches a page's fingerprints ahead of their use: pages lie anywhere, and what the processor
// fetches by itself ends with each. Null: nothing to fetch.
inline void prefetch(const Page* page) {
  if (page == nullptr) return;
  constexpr std::size_t kLine = 64 / sizeof(std::uint64_t);
  for (std::size_t i = 0; i < kPageSize; i += kLine) __builtin_prefetch(&page->out[i]);
}

using BlockSums = std::array<std::uint64_t, kBlockSize>;

class ReadSums {
 public:
  // `tables` may be shared with others.
  ReadSums(const State& state, IntervalTables& tables) : state_(state), tables_(tables) {}

  // Adds to `to` what the partitions of a block of the edge's downstream lane read over it, times
  // its factor. Not for uniform mappings. `lane` is of no account where every lane reads alike.
  void add(const Edge& edge, std::uint32_t lane, std::int64_t block, BlockSums& to);

 private:
  void add_same(const Edge& edge, const Segment& upstream, std::uint32_t lane, std::int64_t block,
                BlockSums& to);
  void add_pairs(const Edge& edge, std::uint32_t lane, std::int64_t block, BlockSums& to);
  void add_intervals(const Edge& edge, const Segment& upstream, std::uint32_t lane,
                     std::int64_t block, BlockSums& to);
  // prefix_[i]: the cells of [first, first + i) over the upstream lanes that the lane reads.
  void sum_cells(const Edge& edge, const Segment& upstream, std::uint32_t lane, std::int64_t first,
                 std::int64_t last);

  const State& state_;
  IntervalTables& tables_;
  std::vector<std::uint64_t> prefix_;
};

}  // namespace headwater::planner
