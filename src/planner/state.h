// State: one version of everything that the planner knows of partitions, as readers see it.
//
// A version shares with the one before all that did not change. Thread-safety: const, any thread;
// a reader holds its shared_ptr as long as it likes and delays nobody.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "model/ids.h"
#include "planner/code_book.h"
#include "planner/ids.h"
#include "planner/segment.h"

namespace headwater::planner {

class State {
 public:
  static constexpr std::uint32_t kChunk = 256;
  using Chunk = std::array<std::shared_ptr<Segment>, kChunk>;
  static constexpr std::uint32_t kNumbers = 1024;
  using Numbers = std::array<std::uint32_t, kNumbers>;

  model::Seq seq() const { return seq_; }
  std::uint32_t dataset_count() const { return count_; }
  const Segment& segment(DatasetNo dataset) const {
    return *(*chunks_[(dataset.value - 1) / kChunk])[(dataset.value - 1) % kChunk];
  }
  const CodeBook& codes() const { return *codes_; }
  // The same in two versions: so are their datasets, and which of them read which.
  const std::shared_ptr<const char>& wiring() const { return wiring_; }
  // The number of a dataset; 0 if it has no partitions.
  DatasetNo find(NodeId node) const {
    const std::size_t chunk = node.value / kNumbers;
    if (!node || chunk >= numbers_.size() || !numbers_[chunk]) return {};
    return DatasetNo{(*numbers_[chunk])[node.value % kNumbers]};
  }

 private:
  friend class Engine;
  model::Seq seq_;
  std::uint32_t count_ = 0;
  std::vector<std::shared_ptr<Chunk>> chunks_;
  std::vector<std::shared_ptr<Numbers>> numbers_;  // by node
  std::shared_ptr<const char> wiring_ = std::make_shared<const char>();
  std::shared_ptr<CodeBook> codes_ = std::make_shared<CodeBook>();
};

}  // namespace headwater::planner
