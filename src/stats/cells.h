// Cells: one measure of the ledger in an interval, by pair and bucket of time.
//
// From the rollups for whole days, from the rows of chunks that no rollup has, and from the rows of
// the days that are only partly in the interval. All three give the same sums. Private to stats.
//
// Thread-safety: pure functions of what never changes. Cost: at most one pass over the rows of the
// chunks that overlap the interval. Memory: 8 bytes for each pair and bucket, if most of them may
// have rows; or 16 for each that has. Errors: kCancelled.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/calendar_buckets.h"
#include "stats/ledger.h"
#include "stats/rollup.h"

namespace headwater::stats {

struct Interval {
  Micros from = INT64_MIN, to = model::kOpenEnd;  // [from, to)
};

struct Cell {
  std::uint32_t bucket = 0, number = 0;  // of the pair; or of whatever pairs are taken for
  std::int64_t value = 0;
};

struct CellQuestion {
  model::Measure measure = model::Measure::kAmount;
  Interval interval;
  Seq known_at = model::kNeverSeq;  // only rows up to it
  std::function<bool()> cancelled = {};
};

// The days of the ledger's rows that lie in the interval: [first, end). Empty: first == end.
struct DaySpan {
  std::int32_t first = 0, end = 0;
};
DaySpan days_within(const LedgerSnapshot& ledger, const Interval& interval);

// By (bucket, pair), without those that are zero. `rollups` may be null; they are used if all that
// is in them was known at known_at. `buckets` covers days_within.
base::Result<std::vector<Cell>> cells_of(const LedgerSnapshot& ledger, const Rollups* rollups,
                                         const Buckets& buckets, const CellQuestion& question);

// The same by pair: for each of them a line with its value in each bucket. Whole days stay where
// the rollups have them, which must outlive it; other rows are added up here.
class CellLines {
 public:
  static constexpr std::size_t kTogether =
      DayTotals::kTogether;  // pairs whose lines are made at once

  // Calls visit(pair, line) for every pair, in their order, and more() now and then: until it is
  // false.
  template <class Visit, class More>
  void each(Visit&& visit, More&& more) const {
    std::vector<std::size_t> places(parts_.size());
    std::vector<std::int64_t> lines(kTogether * buckets_);
    for (std::size_t first = 0; first < pairs_ && more(); first += kTogether) {
      const std::size_t end = std::min(pairs_, first + kTogether);
      make(first, end, places, lines);
      for (std::size_t pair = first; pair < end; ++pair) {
        visit(static_cast<std::uint32_t>(pair),
              std::span<const std::int64_t>(lines).subspan((pair - first) * buckets_, buckets_));
      }
    }
  }
  // Which pairs and buckets have anything, even if it adds up to zero.
  struct Found {
    std::vector<bool> pairs, buckets;
  };
  Found find() const;
  std::size_t pairs() const { return pairs_; }
  std::size_t most() const;  // values that are not zero: at most so many, about

 private:
  friend class Gatherer;
  struct Part {
    std::uint32_t bucket = 0;
    const DayTotals* day = nullptr;
    const std::int64_t* values = nullptr;  // beside its pairs
  };
  void make(std::size_t first, std::size_t end, std::vector<std::size_t>& places,
            std::vector<std::int64_t>& lines) const;
  bool are_whole(std::size_t i, std::size_t stretch) const;
  static void foresee(const Part& part, std::size_t at, std::size_t stretch);

  std::size_t pairs_ = 0, buckets_ = 0;
  std::vector<Part> parts_;
  std::vector<std::vector<std::int64_t>> rows_;  // by bucket: of all pairs, or empty
};

// Lines, if most pairs may have something in most of several buckets; else cells.
struct CellTable {
  std::vector<Cell> cells;
  std::shared_ptr<const CellLines> lines;  // may be null
};
base::Result<CellTable> table_of(const LedgerSnapshot& ledger, const Rollups* rollups,
                                 const Buckets& buckets, const CellQuestion& question);

base::Error cancelled_error();

}  // namespace headwater::stats
