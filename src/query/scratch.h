// ScratchZeros: a number for each node of the graph, all zero at first.
//
// Fresh memory costs a page fault for every 4 KiB that a walk touches, which for a walk of the
// whole graph is a good part of its time. So a few arrays are kept for the next walk.
// Thread-safety: an array belongs to one walk; the pool behind them is locked. Memory: at most
// kKept arrays of four bytes a node outlive their walks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/ids.h"

namespace headwater::query {

class ScratchZeros {
 public:
  static constexpr std::size_t kKept = 2;

  explicit ScratchZeros(std::size_t size);
  // For the next one: all must be zero again. Without this the memory is freed.
  void give_back();
  ScratchZeros(const ScratchZeros&) = delete;
  ScratchZeros& operator=(const ScratchZeros&) = delete;

  std::uint32_t& operator[](model::NodeId id) { return values_[id.value]; }
  std::uint32_t operator[](model::NodeId id) const { return values_[id.value]; }
  void prefetch(model::NodeId id) const { __builtin_prefetch(&values_[id.value]); }

 private:
  std::vector<std::uint32_t> values_;
};

}  // namespace headwater::query
