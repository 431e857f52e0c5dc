// Staleness: the verdicts on all partitions of one State at one moment.
//
// Rules: docs/partition-rules.md. What is stale stands in the state; what may become so (maybe)
// and what is missing are worked out here, dataset by dataset along the mappings, once for each
// state and moment.
//
// Thread-safety: const methods from any thread; a value that shares the state. Cost of compute():
// a pass over the bits of all datasets, and over the partitions of what lies on a cycle of several
// datasets. Memory: 2 bits a partition.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "planner/state.h"

namespace headwater::planner {

enum class Presence : std::uint8_t { kNone, kMissing, kPresent, kOrphaned };
enum class Freshness : std::uint8_t { kNone, kCurrent, kStale, kUnknown };

struct Verdict {
  Presence presence = Presence::kNone;     // kNone: neither there nor expected
  Freshness freshness = Freshness::kNone;  // of what is present
  bool code = false, inputs = false;       // why it is stale; both may be
  bool maybe = false, running = false, failed = false, open = false, deferred = false;
  bool unrecoverable = false;  // stale or missing, and something that it reads has expired
  bool operator==(const Verdict&) const = default;
};

struct Counts {
  std::uint64_t present = 0, missing = 0, orphaned = 0;
  std::uint64_t current = 0, stale = 0, unknown = 0;
  std::uint64_t by_code = 0, by_inputs = 0, deferred = 0;  // of stale
  std::uint64_t maybe = 0;                                 // of what is present and not stale
  std::uint64_t running = 0, failed = 0;
  std::uint64_t unrecoverable = 0;  // of stale and missing
  Counts& operator+=(const Counts& other);
  bool operator==(const Counts&) const = default;
};

// What a question selects; several together: any of them.
struct Selection {
  bool stale = false, missing = false, maybe = false, orphaned = false, unknown = false,
       failed = false, current = false, running = false, unrecoverable = false;
};

class Staleness {
 public:
  // Null if `cancelled` said so on the way; it may be empty.
  static std::shared_ptr<const Staleness> compute(std::shared_ptr<const State> state, Micros now,
                                                  const std::function<bool()>& cancelled);

  const State& state() const { return *state_; }
  Micros now() const { return now_; }
  const Counts& counts(DatasetNo dataset) const { return datasets_[dataset.value - 1].counts; }
  Verdict verdict(DatasetNo dataset, const Place& place) const;
  // In order of lane and index, neighbours joined. At most `limit`; `more` says that there are
  // more.
  std::vector<Span> spans(DatasetNo dataset, const Selection& selection, std::size_t limit,
                          bool* more) const;
  // Upstream before downstream; datasets of one cycle stand together.
  const std::vector<DatasetNo>& order() const { return order_; }
  // The same, those of one cycle as one group; a dataset that is on none stands alone.
  const std::vector<std::vector<DatasetNo>>& groups() const { return groups_; }

  // The 64 partitions from `index`, a multiple of 64. Private to planner.
  struct Words {
    std::uint64_t present = 0, orphaned = 0, stale = 0, code = 0, inputs = 0, unknown = 0,
                  running = 0, failed = 0, missing = 0, maybe = 0, unrecoverable = 0;
  };
  Words words(DatasetNo dataset, std::uint32_t lane, std::int64_t index) const;
  std::uint64_t deferred(DatasetNo dataset, std::uint32_t lane, std::int64_t index,
                         const Words& words) const;

 private:
  friend class StalenessBuilder;
  // Bits of a lane from index `base`, which is a multiple of 64.
  struct Row {
    std::int64_t base = 0;
    std::vector<std::uint64_t> missing, maybe;
    std::vector<Interval> reads_expired;
    std::int64_t end() const { return base + static_cast<std::int64_t>(missing.size()) * 64; }
  };
  struct Dataset {
    std::vector<Row> rows;  // by lane
    Counts counts;
  };
  std::shared_ptr<const State> state_;
  Micros now_ = 0;
  std::vector<Dataset> datasets_;
  std::vector<DatasetNo> order_;
  std::vector<std::vector<DatasetNo>> groups_;
};

}  // namespace headwater::planner
