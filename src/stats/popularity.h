// Popularity: how much each dataset is used, over 30 days, and where it stands among all others.
//
// Kept up from the rows of use as they come: a report costs O(log n), a new day what was reported
// on the day that leaves the window and the one that enters it. Many at once, as after a start, are
// sorted and added up instead. When two datasets turn out to be one, all is added up anew.
// Thread-safety: any thread; a question brings it up to date under a lock, and others wait for it
// instead of doing it again. Memory: some 150 bytes for each dataset used in the window, and 16 for
// each (day, dataset) ever used, or 60 if it was reported since then.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "stats/state.h"

namespace headwater::stats {

class Popularity {
 public:
  static constexpr std::int32_t kDays = 30;

  struct Standing {
    NodeId dataset;
    std::int64_t uses = 0;
    std::int64_t rank = 0;   // 1 is the most used; equal uses, equal rank
    std::int64_t fewer = 0;  // datasets with fewer uses, among those used at all
  };
  // The state asked of, the last day of the window, and what a dataset is called now. `merged`:
  // datasets were united since the last question.
  struct Moment {
    const State& state;
    std::int32_t last_day = 0;
    std::function<NodeId(NodeId)> canonical;
    bool merged = false;
  };

  Standing of(const Moment& moment, NodeId dataset) EXCLUDES(mutex_);
  // The uses alone: O(1).
  std::int64_t uses(const Moment& moment, NodeId dataset) EXCLUDES(mutex_);
  // The most used first, of equal ones that with the smaller id; after the given one.
  std::vector<Standing> page(const Moment& moment,
                             std::optional<std::pair<std::int64_t, NodeId>> after,
                             std::size_t limit) EXCLUDES(mutex_);
  std::int64_t used(const Moment& moment) EXCLUDES(mutex_);  // datasets used at all
  // Up to which record merges have been asked for by callers of `merged`.
  Seq merges_seen() const EXCLUDES(mutex_);

 private:
  // A day's uses by dataset: those that came with many others, by dataset, and those since.
  struct Day {
    std::vector<std::pair<std::uint32_t, std::int64_t>> many;
    std::unordered_map<std::uint32_t, std::int64_t> since;
    std::size_t size() const { return many.size() + since.size(); }
  };
  static constexpr std::size_t kMany = std::size_t{1} << 16;   // rows
  static constexpr std::size_t kBatch = std::size_t{1} << 22;  // rows that are sorted at once

  void bring_up(const Moment& moment) REQUIRES(mutex_);
  void reset() REQUIRES(mutex_);
  void take_many(const UsageSnapshot& usage, const Moment& moment) REQUIRES(mutex_);
  void take_few(const UsageSnapshot& usage, const Moment& moment) REQUIRES(mutex_);
  void move_window(std::int32_t last_day) REQUIRES(mutex_);
  void count_window() REQUIRES(mutex_);  // anew, from the days
  void add(std::uint32_t dataset, std::int64_t count) REQUIRES(mutex_);
  void add_day(std::int32_t day, std::int64_t sign) REQUIRES(mutex_);
  Standing standing(std::uint32_t dataset) const REQUIRES(mutex_);

  mutable base::Mutex mutex_;
  std::size_t rows_ GUARDED_BY(mutex_) = 0;  // of the use that is in here
  Seq seq_ GUARDED_BY(mutex_);
  std::int32_t last_day_ GUARDED_BY(mutex_) = INT32_MIN;
  std::map<std::int32_t, Day> days_ GUARDED_BY(mutex_);
  std::unordered_map<std::uint32_t, std::int64_t> totals_ GUARDED_BY(mutex_);
  std::set<std::pair<std::int64_t, std::uint32_t>> order_ GUARDED_BY(mutex_);  // (-uses, dataset)
  std::map<std::int64_t, std::int64_t> levels_ GUARDED_BY(mutex_);  // datasets by their uses
};

}  // namespace headwater::stats
