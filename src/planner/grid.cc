#include "planner/grid.h"

#include <algorithm>
#include <array>
#include <bit>

#include "planner/listing.h"
#include "planner/valid.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr std::array<std::string_view, kCellCount> kNames{
    "none",    "current",  "stale_code", "stale_inputs", "stale_both", "missing",  "maybe",
    "unknown", "orphaned", "running",    "failed",       "open",       "deferred", "unrecoverable"};

// The worst first.
constexpr std::array<Cell, kCellCount> kBySeverity{
    Cell::kUnrecoverable, Cell::kFailed,  Cell::kRunning,  Cell::kStaleBoth, Cell::kStaleCode,
    Cell::kStaleInputs,   Cell::kMissing, Cell::kOrphaned, Cell::kUnknown,   Cell::kDeferred,
    Cell::kMaybe,         Cell::kOpen,    Cell::kCurrent,  Cell::kNone};

constexpr std::size_t place(Cell cell) { return static_cast<std::size_t>(cell); }

constexpr std::array<std::uint8_t, kCellCount> ranks() {
  std::array<std::uint8_t, kCellCount> out{};
  for (std::size_t i = 0; i < kCellCount; ++i) {
    out[place(kBySeverity[i])] = static_cast<std::uint8_t>(kCellCount - i);
  }
  return out;
}
constexpr auto kRank = ranks();  // the worst has the largest

using Masks = std::array<std::uint64_t, kCellCount>;

// Which of 64 partitions have which code; several may hold.
Masks masks_of(const Staleness& staleness, DatasetNo dataset, std::uint32_t lane,
               std::int64_t index, std::uint64_t begun) {
  const Staleness::Words words = staleness.words(dataset, lane, index);
  const std::uint64_t deferred = staleness.deferred(dataset, lane, index, words);
  Masks out{};
  out[place(Cell::kUnrecoverable)] = words.unrecoverable;
  out[place(Cell::kFailed)] = words.failed;
  out[place(Cell::kRunning)] = words.running;
  out[place(Cell::kStaleBoth)] = words.code & words.inputs;
  out[place(Cell::kStaleCode)] = words.code & ~deferred;
  out[place(Cell::kStaleInputs)] = words.inputs;
  out[place(Cell::kMissing)] = words.missing;
  out[place(Cell::kOrphaned)] = words.orphaned;
  out[place(Cell::kUnknown)] = words.unknown;
  out[place(Cell::kMaybe)] = words.maybe & words.present;
  out[place(Cell::kDeferred)] = deferred;
  out[place(Cell::kOpen)] = begun & ~words.present & ~words.missing;
  out[place(Cell::kCurrent)] = words.present;
  return out;
}

// Appends cells, one a bucket.
class RowWriter {
 public:
  RowWriter(GridRow& row, std::int64_t bucket) : row_(row), bucket_(bucket) {}

  void add(Cell cell, std::int64_t partitions) {
    if (bucket_ == 1) return append(cell, partitions);
    while (partitions > 0) {
      const std::int64_t taken = std::min(partitions, bucket_ - filled_);
      if (filled_ == 0 || kRank[place(cell)] > kRank[place(worst_)]) worst_ = cell;
      filled_ += taken;
      partitions -= taken;
      if (filled_ < bucket_) continue;
      flush();
      // Whole buckets of one code at once.
      const std::int64_t whole = partitions / bucket_;
      if (whole > 0) append(cell, whole);
      partitions -= whole * bucket_;
    }
  }
  void end() {
    if (filled_ > 0) flush();
  }

 private:
  void flush() {
    append(worst_, 1);
    filled_ = 0;
  }
  void append(Cell cell, std::int64_t cells) {
    if (!row_.runs.empty() && row_.runs.back().first == cell) {
      row_.runs.back().second += cells;
    } else {
      row_.runs.emplace_back(cell, cells);
    }
  }

  GridRow& row_;
  const std::int64_t bucket_;
  std::int64_t filled_ = 0;  // of the bucket under way
  Cell worst_ = Cell::kNone;
};

void add_word(RowWriter& row, const Masks& masks, std::uint64_t range) {
  std::array<Cell, 64> cells{};
  std::uint64_t rest = range;
  for (const Cell cell : kBySeverity) {
    std::uint64_t holds = masks[place(cell)] & rest;
    if (holds == range) return row.add(cell, std::popcount(range));
    rest &= ~holds;
    for (; holds != 0; holds &= holds - 1) {
      cells[static_cast<std::size_t>(std::countr_zero(holds))] = cell;
    }
    if (rest == 0) break;
  }
  if (rest == range) return row.add(Cell::kNone, std::popcount(range));
  for (std::uint64_t at = range; at != 0;) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(at));
    std::int64_t length = 0;
    while (at != 0 && cells[static_cast<std::size_t>(std::countr_zero(at))] == cells[bit]) {
      ++length;
      at &= at - 1;
    }
    row.add(cells[bit], length);
  }
}

}  // namespace

std::string_view to_string(Cell cell) { return kNames[place(cell)]; }

Result<Grid> make_grid(const Staleness& staleness, const GridQuery& query,
                       const std::function<bool()>& cancelled) {
  const Segment& segment = staleness.state().segment(query.dataset);
  Grid grid;
  std::vector<std::uint32_t> lanes;
  std::optional<Interval> all;
  for (std::uint32_t lane = 0; lane < segment.lane_count(); ++lane) {
    if (query.lane && *query.lane != lane) continue;
    const auto bounds = bounds_of(staleness, query.dataset, lane);
    if (!bounds && !query.lane) continue;
    lanes.push_back(lane);
    if (!bounds) continue;
    if (!all) all = bounds;
    all->first = std::min(all->first, bounds->first);
    all->last = std::max(all->last, bounds->last);
  }
  if (!all) return grid;
  grid.first = query.first.value_or(all->first);
  grid.last = query.last.value_or(all->last);
  // Nothing lies beyond: an answer is not longer for a question that is wider than what there is.
  grid.first = std::max(grid.first, all->first);
  grid.last = std::min(grid.last, all->last);
  if (grid.count() == 0) return Grid{};
  if (static_cast<std::int64_t>(lanes.size()) > query.max_cells) {
    return make_error(ErrorCode::kLimitExceeded,
                      "The dataset has " + std::to_string(lanes.size()) +
                          " lanes, more than max_cells; ask for one of them with first and last.");
  }
  const std::int64_t columns = query.max_cells / static_cast<std::int64_t>(lanes.size());
  grid.bucket = (grid.count() + columns - 1) / columns;
  for (const std::uint32_t lane : lanes) {
    if (cancelled && cancelled()) {
      return make_error(ErrorCode::kCancelled, "The request was cancelled.");
    }
    grid.rows.push_back({lane, {}});
    RowWriter row(grid.rows.back(), grid.bucket);
    const Span begun = segment.space->expected(lane, staleness.now(), false);
    for (std::int64_t at = grid.first & ~std::int64_t{63}; at <= grid.last; at += 64) {
      const std::uint64_t range = span_word({lane, grid.first, grid.last}, at);
      std::uint64_t open = span_word(begun, at);
      if (open != 0) open &= valid_word(*segment.space, lane, at, open);
      add_word(row, masks_of(staleness, query.dataset, lane, at, open), range);
    }
    row.end();
  }
  grid.ticks = ticks_of(*segment.space, grid.first, grid.last);
  return grid;
}

}  // namespace headwater::planner
