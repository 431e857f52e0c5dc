// Grid: the partitions of one dataset as a heat map: a row a lane, a column an index.
//
// Each cell has one code, the first in order of severity that holds; rows are run-length encoded.
// Of more cells than asked for, neighbours of a lane are drawn as one bucket with the worst of
// their codes. Thread-safety: pure functions. Errors: kLimitExceeded for more lanes than cells,
// kCancelled. Cost: a pass over the words of the bits.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "planner/staleness.h"

namespace headwater::planner {

// In the contract: append, never renumber.
enum class Cell : std::uint8_t {
  kNone = 0,
  kCurrent,
  kStaleCode,
  kStaleInputs,
  kStaleBoth,
  kMissing,
  kMaybe,
  kUnknown,
  kOrphaned,
  kRunning,
  kFailed,
  kOpen,
  kDeferred,
  kUnrecoverable,
};
inline constexpr std::size_t kCellCount = 14;
std::string_view to_string(Cell cell);  // "none", "stale_code" ...

struct GridQuery {
  DatasetNo dataset;
  std::optional<std::int64_t> first, last;  // none: from the first to the last there is
  std::optional<std::uint32_t> lane;        // none: all
  std::int64_t max_cells = 1'000'000;
};

struct GridRow {
  std::uint32_t lane = 0;
  std::vector<std::pair<Cell, std::int64_t>> runs;  // (code, cells)
};

struct GridTick {
  std::int64_t offset = 0;  // in partitions
  std::string label;
};

struct Grid {
  std::int64_t first = 0, last = -1;  // empty: nothing there or expected
  std::int64_t bucket = 1;
  std::vector<GridRow> rows;
  std::vector<GridTick> ticks;
  std::int64_t count() const { return last < first ? 0 : last - first + 1; }
};

base::Result<Grid> make_grid(const Staleness& staleness, const GridQuery& query,
                             const std::function<bool()>& cancelled);

// Labels for at most about a dozen of the columns.
std::vector<GridTick> ticks_of(const Space& space, std::int64_t first, std::int64_t last);

}  // namespace headwater::planner
