// Ripple: what may become stale once given partitions have been run again. Private to planner.
//
// Follows the mappings that count from the given partitions alone, over what is there or missing,
// as docs/partition-rules.md says of maybe. Thread-safety: belongs to one thread; shares the
// staleness. Cost: O(what is reached), in words of 64 partitions. Memory: a bit a partition of the
// lanes that are reached.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "planner/staleness.h"
#include "planner/valid.h"

namespace headwater::planner {

class Ripple {
 public:
  explicit Ripple(std::shared_ptr<const Staleness> staleness) : staleness_(std::move(staleness)) {}

  // What is given; may overlap.
  void add(DatasetNo dataset, const Span& span);
  // False if `cancelled` said so on the way; it may be empty.
  bool run(const std::function<bool()>& cancelled);

  // Of the 64 partitions from `index`, a multiple of 64: those given, and those reached.
  struct Words {
    std::uint64_t given = 0, reached = 0;
  };
  Words words(DatasetNo dataset, std::uint32_t lane, std::int64_t index) const;
  // Calls visit(lane, index, words) for each word that has any, in order.
  template <class Visit>
  void each_word(DatasetNo dataset, Visit visit) const {
    const auto at = rows_.lower_bound({dataset.value, 0});
    for (auto row = at; row != rows_.end() && row->first.first == dataset.value; ++row) {
      for (std::size_t w = 0; w < row->second.given.size(); ++w) {
        const Words words{row->second.given[w], row->second.reached[w]};
        if ((words.given | words.reached) == 0) continue;
        visit(row->first.second, row->second.base + static_cast<std::int64_t>(w) * 64, words);
      }
    }
  }
  // Those with anything, by number.
  std::vector<DatasetNo> datasets() const;

 private:
  struct Row {
    std::int64_t base = 0;
    std::vector<std::uint64_t> given, reached;
    std::int64_t end() const { return base + static_cast<std::int64_t>(given.size()) * 64; }
  };
  Row& row(DatasetNo dataset, std::uint32_t lane);
  void reach(DatasetNo dataset, std::uint32_t lane, Interval interval);
  void pass_on(const Edge& edge, const Span& span);
  void pass_on_pairs(const Edge& edge, const Span& span);

  std::shared_ptr<const Staleness> staleness_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Row> rows_;  // by dataset and lane
  std::deque<std::pair<DatasetNo, Span>> queue_;
};

}  // namespace headwater::planner
