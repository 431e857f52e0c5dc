// Ledger: what runs used and what it cost, row by row, in memory, in columns.
//
// Rows are only ever appended. What turns out otherwise later (a late event, other prices) is a row
// with the difference, at the time of what it corrects, so that sums over any interval are right
// and sums over the first n rows are what was known when the n-th was written. A row belongs to a
// pair: the job that ran and the dataset it wrote; either may be none (0).
//
// Thread-safety: append and publish on one thread (the writer); snapshot() from any, without a copy
// of rows. A snapshot never changes and keeps its rows alive. Memory: 16 bytes a row, and 8 for
// each measure that any row of the same 65,536 has. Errors: none.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "model/ids.h"
#include "model/measures.h"
#include "stats/rows.h"

namespace headwater::stats {

using base::Micros;
using model::NodeId;
using model::Seq;

inline constexpr Micros kDay = Micros{86'400} * 1'000'000;
// Days since 1970-01-01 UTC, rounded down.
constexpr std::int32_t day_of(Micros time) {
  return static_cast<std::int32_t>(time / kDay - (time % kDay < 0 ? 1 : 0));
}

// "2026-01-31".
std::string day_text(std::int32_t day);

// Stored: append, never renumber.
enum class LedgerKind : std::uint8_t {
  kRun = 1,        // what a run used, when it was first known, and what changed of that
  kRepricing = 2,  // the difference that other prices make
  kEntry = 3,      // what a person or a bill said
};

struct LedgerRow {
  Seq seq;          // of the record that it follows from
  Micros time = 0;  // the end of the run
  NodeId job, dataset;
  model::Quantities quantities;
};

// Who ran and what it wrote, as named then (a snapshot of the graph knows what it is called now).
struct Pair {
  NodeId job, dataset;
  bool operator==(const Pair&) const = default;
};

class LedgerChunk {
 public:
  static constexpr std::size_t kRows = std::size_t{1} << 16;

  LedgerChunk();
  const Micros* times() const { return times_.get(); }
  const std::uint32_t* pairs() const { return pairs_.get(); }  // numbers, from 0
  Seq seq(std::size_t row) const { return Seq{first_seq_ + seqs_[row]}; }
  // Null: zero in all rows. What is read beyond a snapshot's rows means nothing.
  const std::int64_t* column(model::Measure measure) const {
    return columns_[index(measure)].load(std::memory_order_acquire);
  }
  // No row lies outside of [min_time, max_time]. Both may go on while rows are added, so that they
  // may say more than a snapshot has, never less. kOpenEnd and INT64_MIN: there is no row.
  Micros min_time() const { return min_time_.load(std::memory_order_relaxed); }
  Micros max_time() const { return max_time_.load(std::memory_order_relaxed); }
  ~LedgerChunk();
  LedgerChunk(const LedgerChunk&) = delete;
  LedgerChunk& operator=(const LedgerChunk&) = delete;

 private:
  friend class Ledger;
  friend class LedgerFile;
  bool takes(Seq seq, std::size_t rows) const;
  void put(std::size_t row, const LedgerRow& from, std::uint32_t pair);
  void cover(Micros time);  // min_time, max_time

  std::uint64_t first_seq_ = 0;
  std::atomic<Micros> min_time_{model::kOpenEnd}, max_time_{INT64_MIN};
  std::unique_ptr<Micros[]> times_;
  std::unique_ptr<std::uint32_t[]> pairs_, seqs_;
  std::array<std::atomic<std::int64_t*>, model::kMeasures> columns_{};
};

// The times of the first and the last row: both are in it.
struct BookedTimes {
  Micros first = 0, last = 0;
  bool operator==(const BookedTimes&) const = default;
};

class LedgerSnapshot {
 public:
  std::size_t rows() const { return rows_; }
  std::size_t chunks() const { return chunks_.size(); }
  const LedgerChunk& chunk(std::size_t i) const { return *chunks_[i]; }
  // Rows of the chunk that this snapshot has. All but the last may still be short of kRows.
  std::size_t rows_of(std::size_t chunk) const { return sizes_[chunk]; }
  // Whether rows may yet be added to the chunk.
  bool open(std::size_t chunk) const { return chunk + 1 == chunks_.size(); }
  std::size_t pairs() const { return pairs_ ? pairs_->size() : 0; }
  Pair pair(std::uint32_t number) const { return (*pairs_)[number]; }
  // Of the rows of records up to `seq`; null if there are none. Cost: a look at each chunk, and at
  // the rows of the one that `seq` lies in and of the last.
  std::optional<BookedTimes> booked(Seq seq) const;

 private:
  friend class Ledger;
  std::vector<std::shared_ptr<const LedgerChunk>> chunks_;
  std::vector<std::uint32_t> sizes_;
  std::shared_ptr<const RowsSnapshot<Pair, 4096>> pairs_;
  std::size_t rows_ = 0;
};

class Ledger {
 public:
  Ledger();
  // Seen by snapshots from the next publish on. In the order of seq.
  void append(const LedgerRow& row);
  void publish() EXCLUDES(mutex_);
  std::shared_ptr<const LedgerSnapshot> snapshot() const EXCLUDES(mutex_);

 private:
  friend class LedgerFile;
  std::uint32_t pair_number(Pair pair);
  void take(std::shared_ptr<LedgerChunk> chunk, std::uint32_t rows);

  LedgerSnapshot next_;
  std::vector<std::shared_ptr<LedgerChunk>> mine_;
  Rows<Pair, 4096> pairs_;
  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;  // by job and dataset
  mutable base::Mutex mutex_;
  std::shared_ptr<const LedgerSnapshot> published_ GUARDED_BY(mutex_);
};

}  // namespace headwater::stats
