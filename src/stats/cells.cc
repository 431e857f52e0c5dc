#include "stats/cells.h"

#include <algorithm>
#include <array>

#include "base/clones.h"
#include "stats/radix.h"

namespace headwater::stats {
namespace {

// Sums are kept for every pair and bucket if there are few, or not too many that are zero.
constexpr std::size_t kMaxDense = std::size_t{1} << 22, kMaxWide = std::size_t{1} << 24;
constexpr std::size_t kMostlyZero = 8;                   // times as many as there may be
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

}  // namespace

class Gatherer {
 public:
  Gatherer(const LedgerSnapshot& ledger, const Rollups* rollups, const Buckets& buckets,
           const CellQuestion& question, bool as_lines = false)
      : ledger_(ledger),
        buckets_(buckets),
        question_(question),
        pairs_(ledger.pairs()),
        rollups_(rollups != nullptr && usable(*rollups) ? rollups : nullptr),
        dense_(is_dense()),
        as_lines_(as_lines && dense_ && !buckets.one()) {
    lines_.pairs_ = pairs_;
    lines_.buckets_ = buckets.size();
    lines_.rows_.resize(buckets.size());
  }

  base::Result<void> run() {
    if (rollups_ != nullptr) HW_CHECK_OK(add_rolled(*rollups_));
    return add_rows(rolled_chunks(), ledger_.chunks(), question_.interval);
  }
  bool as_lines() const { return as_lines_; }
  CellLines take_lines() { return std::move(lines_); }
  std::vector<Cell> cells() {
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
      const std::vector<std::int64_t>& values = lines_.rows_[bucket];
      for (std::uint32_t pair = 0; pair < values.size(); ++pair) {
        if (values[pair] != 0) out.push_back({bucket, pair, values[pair]});
      }
    }
    return out;
  }

 private:
  // All that is in them was known, to this snapshot too: they may be newer than it.
  bool usable(const Rollups& rollups) const {
    const std::size_t count = rollups.chunks();
    if (count == 0 || count > ledger_.chunks() || question_.known_at < rollups.last()) return false;
    const std::size_t rows = ledger_.rows_of(count - 1);
    return rows > 0 && rollups.last() <= ledger_.chunk(count - 1).seq(rows - 1);
  }

  std::size_t rolled_chunks() const { return rollups_ == nullptr ? 0 : rollups_->chunks(); }
  bool is_dense() const {
    const std::size_t size = buckets_.size() * pairs_;
    if (buckets_.one() || size <= kMaxDense) return true;
    if (size > kMaxWide) return false;
    std::size_t most = 0;  // that are not zero
    for (std::size_t i = rolled_chunks(); i < ledger_.chunks(); ++i) most += ledger_.rows_of(i);
    if (rollups_ != nullptr) {
      const DaySpan days = days_within(ledger_, question_.interval);
      for (const auto& [day, totals] : rollups_->days()) {
        if (day >= days.first && day < days.end) most += totals->pairs.size();
      }
    }
    return size <= kMostlyZero * most;
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
    if (as_lines_) return lines_.parts_.push_back({bucket, &totals, column.data()});
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
    if (whole) return add_all(chunk.pairs(), column, rows, sums(0));
    add_between(chunk.times(), chunk.pairs(), column, rows, interval.from,
                static_cast<std::uint64_t>(interval.to) - static_cast<std::uint64_t>(interval.from),
                sums(0));
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

  std::int64_t* sums(std::uint32_t bucket) {
    std::vector<std::int64_t>& row = lines_.rows_[bucket];
    if (row.empty()) row.resize(pairs_);
    return row.data();
  }
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

  const LedgerSnapshot& ledger_;
  const Buckets& buckets_;
  const CellQuestion& question_;
  const std::size_t pairs_;
  const Rollups* const rollups_;  // null: all from rows
  const bool dense_, as_lines_;
  CellLines lines_;  // of what is dense, its rows at least
  std::vector<Keyed<std::uint64_t>> loose_;
  std::size_t limit_ = kMaxLoose;
};

namespace {

constexpr std::size_t kAbreast = 8;  // columns: a cache line of a line of values

// Columns that lie side by side in lines of `width`, each with values for all of `pairs`.
void add_abreast(const std::array<const std::int64_t*, kAbreast>& columns, std::size_t pairs,
                 std::size_t width, std::int64_t* to) {
  for (std::size_t pair = 0; pair < pairs; ++pair, to += width) {
    for (std::size_t i = 0; i < kAbreast; ++i) to[i] += columns[i][pair];
  }
}

bool is_whole(const DayTotals& day, std::size_t stretch) {
  return stretch < day.whole.size() && day.whole[stretch];
}

}  // namespace

// What is read next of it: there are too many columns at once for the processor to see it coming.
void CellLines::foresee(const Part& part, std::size_t at, std::size_t stretch) {
  const DayTotals& day = *part.day;
  const std::size_t end = std::min(day.pairs.size(), at + kTogether);
  if (at >= end) return;
  if (!is_whole(day, stretch)) __builtin_prefetch(day.pairs.data() + at);
  for (; at < end; at += kAbreast) __builtin_prefetch(part.values + at);
}

// Whether all of a stretch is in eight parts from the i-th on, in buckets side by side.
bool CellLines::are_whole(std::size_t i, std::size_t stretch) const {
  if (i + kAbreast > parts_.size()) return false;
  for (std::size_t k = 0; k < kAbreast; ++k) {
    const Part& part = parts_[i + k];
    if (part.bucket != parts_[i].bucket + k || !is_whole(*part.day, stretch)) return false;
  }
  return true;
}

void CellLines::make(std::size_t first, std::size_t end, std::vector<std::size_t>& places,
                     std::vector<std::int64_t>& lines) const {
  std::ranges::fill(lines, 0);
  const std::size_t stretch = first / kTogether;
  for (std::size_t i = 0, next = 0; i < parts_.size(); i = next) {
    std::int64_t* to = lines.data() + parts_[i].bucket;
    if (are_whole(i, stretch)) {
      std::array<const std::int64_t*, kAbreast> columns;
      for (; next < i + kAbreast; ++next) {
        columns[next - i] = parts_[next].values + places[next];
        places[next] += end - first;
      }
      add_abreast(columns, end - first, buckets_, to);
    } else {
      const std::vector<std::uint32_t>& pairs = parts_[i].day->pairs;
      std::size_t at = places[i];
      for (; at < pairs.size() && pairs[at] < end; ++at) {
        to[(pairs[at] - first) * buckets_] += parts_[i].values[at];
      }
      places[i] = at;
      next = i + 1;
    }
    for (; i < next; ++i) foresee(parts_[i], places[i], stretch + 1);
  }
  for (std::size_t bucket = 0; bucket < buckets_; ++bucket) {
    if (rows_[bucket].empty()) continue;
    for (std::size_t pair = first; pair < end; ++pair) {
      lines[(pair - first) * buckets_ + bucket] += rows_[bucket][pair];
    }
  }
}

CellLines::Found CellLines::find() const {
  Found out{std::vector<bool>(pairs_), std::vector<bool>(buckets_)};
  std::size_t left = pairs_;  // most are met on the first days
  const auto meet = [&](std::uint32_t bucket, std::size_t pair) {
    out.buckets[bucket] = true;
    if (out.pairs[pair]) return;
    out.pairs[pair] = true;
    --left;
  };
  for (const Part& part : parts_) {
    const std::vector<std::uint32_t>& pairs = part.day->pairs;
    for (std::size_t i = 0; i < pairs.size() && (left > 0 || !out.buckets[part.bucket]); ++i) {
      if (part.values[i] != 0) meet(part.bucket, pairs[i]);
    }
  }
  for (std::uint32_t bucket = 0; bucket < buckets_; ++bucket) {
    const std::vector<std::int64_t>& row = rows_[bucket];
    for (std::size_t i = 0; i < row.size() && (left > 0 || !out.buckets[bucket]); ++i) {
      if (row[i] != 0) meet(bucket, i);
    }
  }
  return out;
}

std::size_t CellLines::most() const {
  std::size_t out = 0;
  for (const Part& part : parts_) out += part.day->pairs.size();
  for (const auto& row : rows_) out += row.size();
  return out;
}

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
  Gatherer gatherer(ledger, rollups, buckets, question);
  HW_CHECK_OK(gatherer.run());
  return gatherer.cells();
}

base::Result<CellTable> table_of(const LedgerSnapshot& ledger, const Rollups* rollups,
                                 const Buckets& buckets, const CellQuestion& question) {
  CellTable out;
  if (question.interval.to <= question.interval.from) return out;
  Gatherer gatherer(ledger, rollups, buckets, question, true);
  HW_CHECK_OK(gatherer.run());
  if (gatherer.as_lines()) {
    out.lines = std::make_shared<const CellLines>(gatherer.take_lines());
  } else {
    out.cells = gatherer.cells();
  }
  return out;
}

}  // namespace headwater::stats
