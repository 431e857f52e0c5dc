// Staleness: the verdicts on all partitions of one State at one moment.
//
// Rules: docs/partition-rules.md. What is stale stands in the state; what may become so (maybe)
// and what is missing are worked out here, along the mappings. What is found out of a block of a
// dataset is kept and counted: the next version takes over all that nothing has changed of, block
// by block, and asks downstream only of blocks whose readers may now be others.
//
// Thread-safety: const methods from any thread; a value that shares the state. compute() asks
// `cancelled` on the caller's thread. Cost of compute():
// O(datasets + blocks of what changed), a pass over the bits of the blocks that changed, and over
// the partitions of what lies on a cycle of datasets if any of that changed; of all datasets
// without `before`. Memory: 64 bytes a block, 1 or 2 bits a partition where only some are missing
// or maybe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/crew.h"
#include "planner/interval_table.h"
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
  // Null if `cancelled` said so on the way; it may be empty. `before`: of an earlier version, of an
  // earlier moment, or of the state on which that of an environment is based; null: from scratch.
  // It is not kept, and what comes out is the same. `crew`: helps, if there is one.
  static std::shared_ptr<const Staleness> compute(std::shared_ptr<const State> state, Micros now,
                                                  const std::function<bool()>& cancelled,
                                                  const Staleness* before = nullptr,
                                                  base::Crew* crew = nullptr);

  const State& state() const { return *state_; }
  Micros now() const { return now_; }
  const Counts& counts(DatasetNo dataset) const { return datasets_[dataset.value - 1]->counts; }
  Verdict verdict(DatasetNo dataset, const Place& place) const;
  // In order of lane and index, neighbours joined. At most `limit`; `more` says that there are
  // more.
  std::vector<Span> spans(DatasetNo dataset, const Selection& selection, std::size_t limit,
                          bool* more) const;
  // Upstream before downstream; datasets of one cycle stand together.
  const std::vector<DatasetNo>& order() const { return order_->datasets; }
  // The same, those of one cycle as one group; a dataset that is on none stands alone.
  const std::vector<std::vector<DatasetNo>>& groups() const { return order_->groups; }

  // The 64 partitions from `index`, a multiple of 64. Private to planner.
  struct Words {
    std::uint64_t present = 0, orphaned = 0, stale = 0, code = 0, inputs = 0, unknown = 0,
                  running = 0, failed = 0, missing = 0, maybe = 0, unrecoverable = 0;
    std::uint64_t relevant() const { return (present & ~orphaned) | missing; }
    std::uint64_t dirty() const { return stale | missing | maybe; }
  };
  Words words(DatasetNo dataset, std::uint32_t lane, std::int64_t index) const;
  static std::uint64_t chosen(const Selection& selection, const Words& words);
  // Of the stale ones, those that are so only for want of what was deferred.
  std::uint64_t deferred(DatasetNo dataset, std::uint32_t lane, std::int64_t index,
                         const Words& words) const;

 private:
  friend class StalenessBuilder;
  friend class CycleBuilder;
  // What stands of the partitions of one block.
  struct Tally {
    std::uint16_t present = 0, missing = 0, orphaned = 0, stale = 0, unknown = 0, by_code = 0,
                  by_inputs = 0, deferred = 0, maybe = 0, running = 0, failed = 0,
                  unrecoverable = 0;
    // Those that must run again or may have to.
    std::uint32_t dirty() const { return std::uint32_t{stale} + missing + maybe; }
    void add_to(Counts& counts) const;
  };
  struct Piece {                          // of one block
    std::shared_ptr<const Bits> missing;  // null: none
    std::shared_ptr<const Bits> maybe;    // null: none, or all
    bool all_maybe = false;               // of what is present or missing
    Tally tally;
  };
  struct Row {               // of one lane
    std::int64_t first = 0;  // number of the block of pieces[0]
    std::vector<Piece> pieces;
    Span expected;
    bool uniform = false;  // a mapping that all of them read alike makes all of them maybe
    std::vector<Interval> reads_expired;
    Counts counts;
    std::int64_t end() const { return first + static_cast<std::int64_t>(pieces.size()); }
    const Piece* find(std::int64_t block) const {
      if (block < first || block >= end()) return nullptr;
      return &pieces[static_cast<std::size_t>(block - first)];
    }
    bool dirty() const { return counts.stale + counts.missing + counts.maybe != 0; }
  };
  struct Dataset {
    std::vector<std::shared_ptr<const Row>> rows;  // by lane
    Counts counts;
    std::int64_t horizon = 0;  // the first index of time that is not expected yet
    bool defers = false;       // some code's change is deferred: time may change counts
    const Row* find(std::uint32_t lane) const {
      return lane < rows.size() ? rows[lane].get() : nullptr;
    }
  };
  struct Order {
    std::vector<std::vector<DatasetNo>> groups;  // upstream first; those of one cycle together
    std::vector<DatasetNo> datasets;             // the same, flat
    // Numbers of groups; none reads another of its own level or a later one.
    std::vector<std::vector<std::uint32_t>> levels;
  };
  static Words own_words(const Segment& segment, std::uint32_t lane, const Block* block,
                         std::int64_t index);
  static void add_piece(const Row& row, const Piece& piece, std::int64_t index, Words& words);
  static std::shared_ptr<const Order> find_order(const State& state);
  static std::uint32_t most_chosen(const Selection& selection, const Tally& tally);
  // Of `among`, stale for code alone, those that are so only for want of what was deferred.
  std::uint64_t deferred_word(DatasetNo dataset, const Block& block, std::int64_t index,
                              std::uint64_t among) const;

  std::shared_ptr<const State> state_;
  Micros now_ = 0;
  std::vector<std::shared_ptr<const Dataset>> datasets_;
  std::shared_ptr<const Order> order_;
  std::shared_ptr<IntervalTables> tables_;
};

}  // namespace headwater::planner
