// What the partitions of a dataset wait for in tasks of other datasets. Private to planner.
//
// Thread-safety: const methods from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "planner/plan_set.h"
#include "planner/segment.h"
#include "planner/state.h"

namespace headwater::planner {

// A task as others see it: by lane, in order, apart.
struct TaskRange {
  std::int64_t first = 0, last = -1;
  std::uint32_t wave = 0, at = 0;  // at: its place among the tasks
};
using LaneTasks = std::vector<std::vector<TaskRange>>;  // by lane
using TaskIndex = std::vector<LaneTasks>;               // by dataset - 1

// Indexes [first, last] of a lane that wait for tasks of waves up to `wave`.
struct WaveStep {
  std::int64_t first = 0, last = -1;
  std::uint32_t wave = 0;
};

class Waits {
 public:
  // Of what the dataset reads from tasks outside of the group. `lanes`: what is planned of it.
  Waits(const State& state, DatasetNo dataset, const std::vector<DatasetNo>& group,
        const LanePieces& lanes, const TaskIndex& tasks);

  // Sorted and apart, within the lane's pieces; where nothing is waited for there is no step.
  std::vector<WaveStep> steps(std::uint32_t lane) const;
  // The tasks that something of [first, last] waits for are appended, some more than once.
  void collect(std::uint32_t lane, std::int64_t first, std::int64_t last,
               std::vector<std::uint32_t>& tasks) const;

 private:
  // The partitions that wait for one task, or some of them.
  struct Stamp {
    std::int64_t first = 0, last = -1;
    std::uint32_t wave = 0, at = 0;
    std::int64_t reach = 0;  // greatest `last` up to here
  };
  using Stamps = std::vector<Stamp>;  // by first

  void add(const Edge& edge, const LaneTasks& tasks);
  void add_explicit(const Edge& edge, const LaneTasks& tasks);
  std::shared_ptr<const Stamps> stamps_of(const Edge& edge, std::uint32_t lane,
                                          const std::vector<TaskRange>& tasks) const;

  const State& state_;
  const LanePieces& lanes_;
  std::vector<std::vector<std::shared_ptr<const Stamps>>> sources_;  // by lane
};

}  // namespace headwater::planner
