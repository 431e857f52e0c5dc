#include "stats/cells.h"

#include <algorithm>

#include "base/clones.h"
#include "stats/radix.h"

namespace headwater::stats {
namespace {

constexpr std::size_t kMaxDense = std::size_t{1} << 22;  // sums kept for every pair and bucket
constexpr std::size_t kMaxLoose = std::size_t{1} << 23;  // single ones, before they are added up

// Rows [0, rows) of which all count.
void add_all(const std::uint32_t* pairs, const std::int64_t* values, std::size_t rows,
             std::int64_t* sums) {
  for (std::size_t i = 0; i < rows; ++i) sums[pairs[i]] += values[i];
}

// Those at times in [from, from + length). Without branches: which rows count is no pattern.
HW_CLONES void add_between(const Micros* times, const std::uint32_t* pairs,
                           const std::int64_t* values, std::size_t rows, Micros from,
                           std::uint64_t length, std::int64_t* sums) {
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint64_t into =
        static_cast<std::uint64_t>(times[i]) - static_cast<std::uint64_t>(from);
    const std::int64_t mask = -static_cast<std::int64_t>(into < length);
    sums[pairs[i]] += values[i] & mask;
  }
}

class Gatherer {
 public:
  Gatherer(const LedgerSnapshot& ledger, const Buckets& buckets, const CellQuestion& question)
      : ledger_(ledger),
        buckets_(buckets),
        question_(question),
        pairs_(ledger.pairs()),
        dense_(buckets.size() * ledger.pairs() <= kMaxDense || buckets.one()) {
    if (dense_) sums_.resize(buckets.size() * pairs_);
  }

  base::Result<std::vector<Cell>> run(const Rollups* rollups) {
    const Interval& interval = question_.interval;
    std::size_t first = 0;
    if (rollups != nullptr && usable(*rollups)) {
      first = rollups->chunks();
      HW_CHECK_OK(add_rolled(*rollups));
    }
    HW_CHECK_OK(add_rows(first, ledger_.chunks(), interval));
    return finish();
  }

 private:
  // All that is in them was known, to this snapshot too: they may be newer than it.
  bool usable(const Rollups& rollups) const {
    const std::size_t count = rollups.chunks();
    if (count == 0 || count > ledger_.chunks() || question_.known_at < rollups.last()) return false;
    const std::size_t rows = ledger_.rows_of(count - 1);
    return rows > 0 && rollups.last() <= ledger_.chunk(count - 1).seq(rows - 1);
  }

  // Whole days from their sums, the others from rows.
  base::Result<void> add_rolled(const Rollups& rollups) {
    const Interval& interval = question_.interval;
    const DaySpan days = days_within(ledger_, interval);
    const bool cut_first = days.first < days.end && Micros{days.first} * kDay < interval.from;
    const bool cut_last = days.first < days.end && Micros{days.end} * kDay > interval.to;
    const std::int32_t first = days.first + (cut_first ? 1 : 0);
    const std::int32_t end = std::max(first, days.end - (cut_last ? 1 : 0));
    auto day = std::lower_bound(rollups.days().begin(), rollups.days().end(), first,
                                [](const Rollups::Day& a, std::int32_t b) { return a.first < b; });
    for (; day != rollups.days().end() && day->first < end; ++day)
      add_day(day->first, *day->second);
    if (cut_first) {
      const Interval part{interval.from, std::min(interval.to, Micros{first} * kDay)};
      HW_CHECK_OK(add_rows(0, rollups.chunks(), part));
    }
    if (!cut_last || (cut_first && days.end - days.first == 1)) return {};
    return add_rows(0, rollups.chunks(), {Micros{days.end - 1} * kDay, interval.to});
  }
  void add_day(std::int32_t day, const DayTotals& totals) {
    const std::vector<std::int64_t>& column = totals.columns[index(question_.measure)];
    if (column.empty()) return;
    const std::uint32_t bucket = buckets_.bucket(day);
    if (dense_) return add_all(totals.pairs.data(), column.data(), column.size(), sums(bucket));
    for (std::size_t i = 0; i < column.size(); ++i) add(bucket, totals.pairs[i], column[i]);
  }

  // How many rows of the chunk were known.
  std::size_t known_rows(std::size_t i) const {
    const LedgerChunk& chunk = ledger_.chunk(i);
    std::size_t low = 0, high = ledger_.rows_of(i);
    if (high == 0 || chunk.seq(high - 1) <= question_.known_at) return high;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (chunk.seq(middle) <= question_.known_at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
  base::Result<void> add_rows(std::size_t first, std::size_t end, const Interval& interval) {
    for (std::size_t i = first; i < end; ++i) {
      const LedgerChunk& chunk = ledger_.chunk(i);
      const std::int64_t* column = chunk.column(question_.measure);
      if (column == nullptr || chunk.max_time() < interval.from ||
          chunk.min_time() >= interval.to) {
        continue;
      }
      if (question_.cancelled && question_.cancelled()) return cancelled_error();
      const std::size_t rows = known_rows(i);
      if (rows == 0) break;
      add_chunk(chunk, column, rows, interval);
    }
    return {};
  }
  void add_chunk(const LedgerChunk& chunk, const std::int64_t* column, std::size_t rows,
                 const Interval& interval) {
    const bool whole = chunk.min_time() >= interval.from && chunk.max_time() < interval.to;
    if (!buckets_.one()) return add_by_day(chunk, column, rows, interval);
    if (whole) return add_all(chunk.pairs(), column, rows, sums_.data());
    add_between(chunk.times(), chunk.pairs(), column, rows, interval.from,
                static_cast<std::uint64_t>(interval.to) - static_cast<std::uint64_t>(interval.from),
                sums_.data());
  }
  // Rows come nearly in the order of time: the day is that of the row before, mostly.
  void add_by_day(const LedgerChunk& chunk, const std::int64_t* column, std::size_t rows,
                  const Interval& interval) {
    const Micros* times = chunk.times();
    Micros start = 0, stop = 0;
    std::uint32_t bucket = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      const Micros time = times[i];
      if (column[i] == 0 || time < interval.from || time >= interval.to) continue;
      if (time < start || time >= stop) {
        const std::int32_t day = day_of(time);
        start = Micros{day} * kDay;
        stop = start + kDay;
        bucket = buckets_.bucket(day);
      }
      add(bucket, chunk.pairs()[i], column[i]);
    }
  }

  std::int64_t* sums(std::uint32_t bucket) { return sums_.data() + bucket * pairs_; }
  void add(std::uint32_t bucket, std::uint32_t pair, std::int64_t value) {
    if (dense_) {
      sums(bucket)[pair] += value;
      return;
    }
    loose_.push_back({std::uint64_t{bucket} << 32 | pair, value});
    if (loose_.size() < limit_) return;
    sort_and_add(loose_);
    limit_ = std::max(kMaxLoose, 2 * loose_.size());
  }

  std::vector<Cell> finish() {
    std::vector<Cell> out;
    if (!dense_) {
      sort_and_add(loose_);
      out.reserve(loose_.size());
      for (const auto& [key, value] : loose_) {
        if (value == 0) continue;
        out.push_back(
            {static_cast<std::uint32_t>(key >> 32), static_cast<std::uint32_t>(key), value});
      }
      return out;
    }
    for (std::uint32_t bucket = 0; bucket < buckets_.size(); ++bucket) {
      const std::int64_t* values = sums(bucket);
      for (std::uint32_t pair = 0; pair < pairs_; ++pair) {
        if (values[pair] != 0) out.push_back({bucket, pair, values[pair]});
      }
    }
    return out;
  }

  const LedgerSnapshot& ledger_;
  const Buckets& buckets_;
  const CellQuestion& question_;
  const std::size_t pairs_;
  const bool dense_;
  std::vector<std::int64_t> sums_;
  std::vector<Keyed<std::uint64_t>> loose_;
  std::size_t limit_ = kMaxLoose;
};

}  // namespace

base::Error cancelled_error() {
  return base::make_error(base::ErrorCode::kCancelled, "The question was cancelled.");
}

DaySpan days_within(const LedgerSnapshot& ledger, const Interval& interval) {
  Micros first = model::kOpenEnd, last = INT64_MIN;
  for (std::size_t i = 0; i < ledger.chunks(); ++i) {
    first = std::min(first, ledger.chunk(i).min_time());
    last = std::max(last, ledger.chunk(i).max_time());
  }
  first = std::max(first, interval.from);
  if (interval.to <= last) last = interval.to - 1;
  if (ledger.rows() == 0 || interval.to <= interval.from || first > last) return {};
  return {day_of(first), day_of(last) + 1};
}

base::Result<std::vector<Cell>> cells_of(const LedgerSnapshot& ledger, const Rollups* rollups,
                                         const Buckets& buckets, const CellQuestion& question) {
  if (question.interval.to <= question.interval.from) return std::vector<Cell>{};
  return Gatherer(ledger, buckets, question).run(rollups);
}

}  // namespace headwater::stats
