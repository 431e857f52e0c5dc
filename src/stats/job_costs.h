// JobCosts: what a run of each job takes on average, from all that the ledger has of it.
//
// Kept up from rows as they are added. Thread-safety: any thread; a question brings it up to date
// under a lock, and then holds none; a table never changes. Memory: 24 bytes for each node id near
// that of a job. Cost: of rows that are new, and a copy of the chunks of their jobs.
#pragma once

#include <array>
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

  // By node id. Shares with the table before it what did not change.
  class Table {
   public:
    Sums at(NodeId node) const {
      const Chunk* const chunk = chunk_of(node);
      return chunk == nullptr ? Sums{} : (*chunk)[node.value % kChunk];
    }
    void prefetch(NodeId node) const {
      if (const Chunk* const chunk = chunk_of(node)) {
        __builtin_prefetch(&(*chunk)[node.value % kChunk]);
      }
    }

   private:
    friend class JobCosts;
    static constexpr std::size_t kChunk = 1024;
    using Chunk = std::array<Sums, kChunk>;

    const Chunk* chunk_of(NodeId node) const {
      const std::size_t at = node.value / kChunk;
      return at < chunks_.size() ? chunks_[at].get() : nullptr;
    }
    // For a table that nobody else has yet: a chunk of another table is copied first.
    Sums& of(NodeId node) {
      const std::size_t at = node.value / kChunk;
      if (chunks_.size() <= at) chunks_.resize(at + 1);
      std::shared_ptr<Chunk>& chunk = chunks_[at];
      if (chunk == nullptr) {
        chunk = std::make_shared<Chunk>();
      } else if (chunk.use_count() > 1) {
        chunk = std::make_shared<Chunk>(*chunk);
      }
      return (*chunk)[node.value % kChunk];
    }

    std::vector<std::shared_ptr<Chunk>> chunks_;  // null: nothing is known
  };

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
