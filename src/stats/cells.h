// Cells: one measure of the ledger in an interval, by pair and bucket of time.
//
// From the rollups for whole days, from the rows of chunks that no rollup has, and from the rows of
// the days that are only partly in the interval. All three give the same sums. Private to stats.
//
// Thread-safety: pure functions of what never changes. Cost: at most one pass over the rows of the
// chunks that overlap the interval. Memory: 8 bytes for each pair and bucket, or 16 for each that
// has rows. Errors: kCancelled.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
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

base::Error cancelled_error();

}  // namespace headwater::stats
