// Rescan: everything that the engine keeps up of partitions, worked out again from the columns.
//
// A pass over all columns, dataset by dataset. Counts, sums, bits and tags must be what follows
// from the columns. What a partition had read when it was written is what its interval holds now,
// worked out from the fingerprints upstream, less its difference; that does not change until it is
// written again, or something arrives late that it had read, and then its page is another. So its
// digest, page by page, must be that of an earlier pass wherever the page is the same. Nothing that
// the engine has summed up goes into it.
//
// Thread-safety: a pure function of states; beside the writer. Cost: O(partitions + their
// mappings), the columns read once. Memory: 8 bytes a page of 512, and the state that it was worked
// out from. Bounds: kMaxFaults are told.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/crew.h"
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
  // same engine; null: there is nothing to compare digests with. `crew`: helps, if there is one;
  // `cancelled` is then asked from several threads.
  static std::shared_ptr<const Rescan> run(std::shared_ptr<const State> state, const Rescan* before,
                                           const std::function<bool()>& cancelled,
                                           base::Crew* crew = nullptr);

  const std::vector<Fault>& faults() const { return totals_.faults; }  // the first kMaxFaults
  std::uint64_t fault_count() const { return totals_.fault_count; }
  std::uint64_t partitions() const { return totals_.partitions; }  // present
  std::uint64_t compared() const { return totals_.compared; }      // pages, with those of `before`

 private:
  friend class Rescanner;
  struct Totals {
    std::vector<Fault> faults;
    std::uint64_t fault_count = 0, partitions = 0, compared = 0;
    void add(const Fault& fault);
    void add(const Totals& more);
  };
  void compare(const Rescan& before, DatasetNo dataset, Totals& totals) const;

  std::shared_ptr<const State> state_;
  // By dataset and lane: of each block and page.
  std::vector<std::vector<std::vector<std::uint64_t>>> digests_;
  Totals totals_;
};

}  // namespace headwater::planner
