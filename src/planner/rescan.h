// Rescan: everything that the engine keeps up of partitions, worked out again from the columns.
//
// A pass over all columns, dataset by dataset. Counts, sums, bits and tags must be what follows
// from the columns. What a partition had read when it was written is what its interval holds now,
// worked out from the fingerprints upstream, less its difference; that does not change until it is
// written again, or something arrives late that it had read, and then its page is another. So its
// digest, page by page, must be that of an earlier pass wherever the page is the same.
//
// Thread-safety: a pure function of states; beside the writer. Cost: O(partitions + their
// mappings), a few bytes of each read once. Memory: 8 bytes a page of 512, and the state that it
// was worked out from. Bounds: kMaxFaults are told.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "planner/state.h"

namespace headwater::planner {

class Rescan {
 public:
  static constexpr std::size_t kMaxFaults = 100;

  struct Fault {
    DatasetNo dataset;
    std::uint32_t lane = 0;
    std::int64_t block = 0;  // number
    std::string what;
  };

  // Null if `cancelled` said so on the way; it may be empty. `before`: of an earlier version of the
  // same engine; null: there is nothing to compare digests with.
  static std::shared_ptr<const Rescan> run(std::shared_ptr<const State> state, const Rescan* before,
                                           const std::function<bool()>& cancelled);

  const std::vector<Fault>& faults() const { return faults_; }  // the first kMaxFaults
  std::uint64_t fault_count() const { return fault_count_; }
  std::uint64_t partitions() const { return partitions_; }  // present
  std::uint64_t compared() const { return compared_; }      // pages, with those of `before`

 private:
  friend class Rescanner;
  struct Lane {
    std::vector<std::uint64_t> digests;  // by block and page
  };
  std::shared_ptr<const State> state_;
  std::vector<std::vector<Lane>> datasets_;
  std::vector<Fault> faults_;
  std::uint64_t fault_count_ = 0, partitions_ = 0, compared_ = 0;
};

}  // namespace headwater::planner
