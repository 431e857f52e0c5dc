// What a plan may take of one dataset, and why. Private to planner.
//
// Thread-safety: const methods from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "planner/plan_builder.h"
#include "planner/plan_set.h"
#include "planner/staleness.h"

namespace headwater::planner {

class PlanScanner {
 public:
  // Everything outlives the scanner.
  PlanScanner(const Staleness& staleness, const PlanOptions& options,
              const std::vector<ChosenChange>& changes);

  // What is present or missing, without what is orphaned, open, or later than asked for, and
  // without what the options leave out. What is stale for a deferred change alone is as if it were
  // current. Seeds are what the plan is for: all that is stale or missing, or what the chosen
  // changes made stale.
  LanePieces scan(DatasetNo dataset) const;
  // What is due for refresh is a seed as well, where nothing else is the reason. By lane.
  void set_due(DatasetNo dataset, LaneIntervals due) { due_[dataset.value] = std::move(due); }
  bool wants_refresh() const { return options_.refresh && !chooses_; }

 private:
  // One lane on the way.
  struct Row {
    DatasetNo dataset;
    std::uint32_t lane = 0;
    std::int64_t until = INT64_MAX;  // greatest index that is asked for
    std::vector<Interval> expired;   // what reads something that has expired
    const Block* block = nullptr;    // of the word under way
    bool one_job = false;            // of the block
  };
  struct Words {
    std::uint64_t taken = 0, code = 0, inputs = 0, missing = 0, refresh = 0, seed = 0, doomed = 0;
  };
  Words words(const Row& row, std::int64_t index) const;
  static std::uint64_t within(const std::map<std::uint32_t, LaneIntervals>& of, const Row& row,
                              std::int64_t index);
  void emit(const Row& row, std::int64_t index, Words words, Pieces& to) const;
  std::int64_t until_of(const Space& space) const;

  const Staleness& staleness_;
  const PlanOptions& options_;
  bool chooses_ = false;  // only what chosen changes made stale
  bool expires_ = false;
  std::map<std::uint32_t, LaneIntervals> chosen_, due_;  // by dataset
};

}  // namespace headwater::planner
