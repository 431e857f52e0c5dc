// The order in which partitions of datasets that depend on each other can be run. Private to
// planner.
//
// Thread-safety: a value of one thread. Errors: kLimitExceeded; kInvalidArgument if a partition
// depends on itself, which the engine lets mappings bring about only where calendars are odd.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "planner/plan_set.h"
#include "planner/plan_waits.h"
#include "planner/state.h"

namespace headwater::planner {

class CycleOrder {
 public:
  struct Node {
    std::uint32_t number = 0;
    std::size_t dataset = 0;  // its place in the group
    std::uint32_t lane = 0;
    Piece piece;                       // a single partition
    std::vector<std::uint32_t> reads;  // numbers of nodes of the group
    std::uint32_t wave = 1;
  };

  CycleOrder(const State& state, const std::vector<DatasetNo>& group, const PlanSet& planned);
  std::size_t size() const { return size_; }
  // The nodes, each after all that it reads. `steps`: by dataset of the group and lane, what
  // partitions wait for outside of it.
  base::Result<std::vector<Node>> run(const std::vector<std::vector<std::vector<WaveStep>>>& steps,
                                      std::size_t max_links);

 private:
  void make_nodes();
  base::Result<void> link(std::size_t max_links);
  // Calls visit(number) for the nodes of the dataset's lane within the interval.
  template <class Visit>
  void each_node(std::size_t dataset, std::uint32_t lane, const Interval& interval,
                 Visit visit) const;

  const State& state_;
  const std::vector<DatasetNo>& group_;
  const PlanSet& planned_;
  std::size_t size_ = 0;
  std::vector<Node> nodes_;
  std::vector<std::vector<std::vector<std::uint32_t>>> by_lane_;  // numbers, by index
};

}  // namespace headwater::planner
