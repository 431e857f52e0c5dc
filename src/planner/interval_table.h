// IntervalTable: what each partition of a block reads over a mapping between two calendars, asked
// of them once. Most datasets count time alike, and share their tables. Private to planner.
//
// Thread-safety: IntervalTables from any thread; a table is a value that does not change.
// Memory: 32 KB a table, and 2 bytes a run, at most kMaxTables; then all are forgotten.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "planner/segment.h"

namespace headwater::planner {

struct IntervalTable {
  std::int64_t origin = 0;  // of the numbers below
  std::array<std::int32_t, kBlockSize> first, last;
  std::vector<std::uint16_t> runs;  // where neighbours that read the same begin, in order

  Interval at(std::size_t i) const { return {origin + first[i], origin + last[i]}; }
  // Offsets of those who read anything of [low, high], but for gaps between them; first > last:
  // none.
  std::pair<std::size_t, std::size_t> readers(std::int64_t low, std::int64_t high) const {
    const auto begin = std::lower_bound(last.begin(), last.end(), low - origin);
    const auto end = std::upper_bound(first.begin(), first.end(), high - origin);
    return {static_cast<std::size_t>(begin - last.begin()),
            static_cast<std::size_t>(end - first.begin())};
  }
};

class IntervalTables {
 public:
  // Of the block of the downstream dataset; not of uniform or explicit mappings.
  std::shared_ptr<const IntervalTable> of(const Reads& reads, const Space& upstream,
                                          const Space& downstream, std::int64_t block)
      EXCLUDES(mutex_);

 private:
  static constexpr std::size_t kMaxTables = 2048;
  using Key =
      std::tuple<std::string, int, std::string, int, int, std::int64_t, std::int64_t, std::int64_t>;
  base::Mutex mutex_;
  std::map<Key, std::shared_ptr<const IntervalTable>> tables_ GUARDED_BY(mutex_);
};

}  // namespace headwater::planner
