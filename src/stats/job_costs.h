// JobCosts: what a run of each job takes on average, from all that the ledger has of it.
//
// Kept up from rows as they are added. Thread-safety: any thread; a question brings it up to date
// under a lock, and then holds none. Memory: 32 bytes for each node id up to the largest job's.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "stats/state.h"

namespace headwater::stats {

class JobCosts {
 public:
  struct Sums {
    std::int64_t amount = 0, duration_ms = 0, runs = 0;  // runs in millionths
  };
  using Table = std::vector<Sums>;  // by node id

  // Names of merged jobs do not occur: jobs are never united.
  std::shared_ptr<const Table> table(const State& state) EXCLUDES(mutex_);
  // What was known at `known` of runs that had ended by `until`: a pass over all rows.
  static std::shared_ptr<const Table> table_at(const State& state, Seq known, Micros until);

 private:
  // Rows of the snapshot from the first-th on.
  static void add(const LedgerSnapshot& ledger, std::size_t first, Seq known, Micros until,
                  Table& to);

  base::Mutex mutex_;
  std::size_t rows_ GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const Table> table_ GUARDED_BY(mutex_) = std::make_shared<const Table>();
};

// Of one run, rounded; nothing if no run of it is known.
inline std::int64_t each_run(std::int64_t sum, std::int64_t runs) {
  if (runs <= 0) return 0;
  return static_cast<std::int64_t>(static_cast<double>(sum) * 1e6 / static_cast<double>(runs));
}

}  // namespace headwater::stats
