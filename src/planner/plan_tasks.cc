#include "planner/plan_tasks.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "planner/plan_cycle.h"
#include "planner/plan_edges.h"
#include "planner/plan_waits.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

base::Error too_many_tasks() {
  return make_error(ErrorCode::kLimitExceeded,
                    "The plan has more than " + std::to_string(kMaxPlanTasks) +
                        " tasks (plans.max_tasks). Raise max_partitions_per_task, or choose fewer "
                        "datasets or changes, or an earlier until.");
}

base::Error too_many_links() {
  return make_error(ErrorCode::kLimitExceeded,
                    "The tasks of the plan wait for each other in more than " +
                        std::to_string(kMaxPlanLinks) +
                        " ways (plans.max_links). Raise max_partitions_per_task, or choose fewer "
                        "datasets or changes, or an earlier until.");
}

// Who wrote the last partition of a lane; 0 if nobody has.
NodeId last_job(const Segment& segment, std::uint32_t number) {
  const Lane* const lane = segment.find(number);
  const auto last = lane == nullptr ? std::nullopt : lane->last_present();
  return last ? lane->find(block_of(*last))->attribute(offset_of(*last)).job : NodeId{};
}

class TaskCutter {
 public:
  TaskCutter(const Staleness& staleness, const PlanSet& planned, std::int64_t max_partitions)
      : staleness_(staleness),
        state_(staleness.state()),
        planned_(planned),
        max_(max_partitions),
        index_(planned.size()) {}

  Result<std::vector<Task>> run(const std::function<bool()>& cancelled) {
    for (const std::vector<DatasetNo>& group : staleness_.groups()) {
      if (cancelled && cancelled()) {
        return make_error(ErrorCode::kCancelled, "The request was cancelled.");
      }
      const bool any = std::any_of(group.begin(), group.end(), [&](DatasetNo dataset) {
        return !planned_[dataset.value - 1].empty();
      });
      if (!any) continue;
      HW_CHECK_OK(cut_group(group));
    }
    number();
    return std::move(tasks_);
  }

 private:
  Result<void> cut_group(const std::vector<DatasetNo>& group) {
    const LoopShape shape = loop_of(state_, group);
    if (shape.loop == Loop::kCyclic) return cut_cycle(group);
    const DatasetNo dataset = group[0];
    const LanePieces& lanes = planned_[dataset.value - 1];
    index_[dataset.value - 1].resize(lanes.size());
    const Waits waits(state_, dataset, group, lanes, index_);
    for (std::uint32_t lane = 0; lane < lanes.size(); ++lane) {
      if (lanes[lane].empty()) continue;
      HW_CHECK_OK(shape.loop == Loop::kNone ? cut_lane(dataset, lane, waits)
                                            : cut_chain(dataset, lane, waits, shape));
    }
    return {};
  }

  Result<void> cut_lane(DatasetNo dataset, std::uint32_t lane, const Waits& waits) {
    const std::vector<WaveStep> steps = waits.steps(lane);
    std::vector<Interval> bounds;
    for (const WaveStep& step : steps) bounds.push_back({step.first, step.last});
    Result<void> done;
    for (const Piece& piece : planned_[dataset.value - 1][lane]) {
      each_part(piece, bounds, [&](const Piece& part, bool inside) {
        const std::uint32_t before = inside ? first_ending_at(steps, part.first)->wave : 0;
        for (std::int64_t at = part.first; done && at <= part.last; at += max_) {
          Piece cut = part;
          cut.first = at;
          cut.last = std::min(part.last, at + max_ - 1);
          done = add(dataset, lane, cut, before + 1, waits);
        }
      });
      HW_CHECK_OK(done);
    }
    return {};
  }

  // From the past on. A chain is cut into sequences; where the lag is longer, into pieces none of
  // which reads itself.
  Result<void> cut_chain(DatasetNo dataset, std::uint32_t lane, const Waits& waits,
                         const LoopShape& shape) {
    const std::vector<WaveStep> steps = waits.steps(lane);
    const bool chain = shape.loop == Loop::kChain;
    const std::int64_t max = chain ? max_ : std::min(max_, -shape.window.last);
    const std::vector<TaskRange>& own = index_[dataset.value - 1][lane];
    for (const Piece& piece : planned_[dataset.value - 1][lane]) {
      for (std::int64_t at = piece.first; at <= piece.last; at += max) {
        Piece cut = piece;
        cut.first = at;
        cut.last = std::min(piece.last, at + max - 1);
        std::uint32_t before = 0;
        for (auto it = first_ending_at(steps, cut.first);
             it != steps.end() && it->first <= cut.last; ++it) {
          before = std::max(before, it->wave);
        }
        std::vector<std::uint32_t> earlier;
        for (auto it = first_ending_at(own, cut.first + shape.window.first);
             it != own.end() && it->first <= cut.last + shape.window.last; ++it) {
          before = std::max(before, it->wave);
          earlier.push_back(it->at);
        }
        HW_CHECK_OK(add(dataset, lane, cut, before + 1, waits, std::move(earlier)));
        tasks_.back().sequential = chain && cut.count() > 1;
      }
    }
    return {};
  }

  Result<void> cut_cycle(const std::vector<DatasetNo>& group) {
    std::vector<std::optional<Waits>> waits;
    std::vector<std::vector<std::vector<WaveStep>>> steps;  // by dataset of the group, lane
    for (const DatasetNo dataset : group) {
      const LanePieces& lanes = planned_[dataset.value - 1];
      index_[dataset.value - 1].resize(lanes.size());
      waits.emplace_back(std::in_place, state_, dataset, group, lanes, index_);
      steps.emplace_back();
      for (std::uint32_t lane = 0; lane < lanes.size(); ++lane) {
        steps.back().push_back(waits.back()->steps(lane));
      }
    }
    CycleOrder order(state_, group, planned_);
    if (tasks_.size() + order.size() > kMaxPlanTasks) return too_many_tasks();
    HW_TRY(const std::vector<CycleOrder::Node> nodes, order.run(steps, kMaxPlanLinks - links_));
    std::vector<std::uint32_t> at(nodes.size());  // place among the tasks, by node
    for (const CycleOrder::Node& node : nodes) {  // as they can be run
      std::vector<std::uint32_t> earlier;
      for (const std::uint32_t other : node.reads) earlier.push_back(at[other]);
      at[node.number] = static_cast<std::uint32_t>(tasks_.size());
      HW_CHECK_OK(add(group[node.dataset], node.lane, node.piece, node.wave, *waits[node.dataset],
                      std::move(earlier)));
    }
    for (const DatasetNo dataset : group) {
      for (std::vector<TaskRange>& lane : index_[dataset.value - 1]) {
        std::sort(lane.begin(), lane.end(),
                  [](const TaskRange& a, const TaskRange& b) { return a.first < b.first; });
      }
    }
    return {};
  }

  Result<void> add(DatasetNo dataset, std::uint32_t lane, const Piece& piece, std::uint32_t wave,
                   const Waits& waits, std::vector<std::uint32_t> upstream = {}) {
    if (tasks_.size() == kMaxPlanTasks) return too_many_tasks();
    const auto at = static_cast<std::uint32_t>(tasks_.size());
    index_[dataset.value - 1][lane].push_back({piece.first, piece.last, wave, at});
    Task task;
    task.wave = wave;
    task.dataset = dataset;
    task.job = piece.job ? piece.job : job_of(dataset, lane);
    task.span = {lane, piece.first, piece.last};
    task.action = piece.action;
    task.definite = piece.definite();
    task.code = piece.code;
    task.inputs = piece.inputs;
    task.missing = piece.missing;
    task.refresh = piece.refresh;
    waits.collect(lane, piece.first, piece.last, upstream);
    std::sort(upstream.begin(), upstream.end());
    upstream.erase(std::unique(upstream.begin(), upstream.end()), upstream.end());
    links_ += upstream.size();
    if (links_ > kMaxPlanLinks) return too_many_links();
    task.upstream = std::move(upstream);
    tasks_.push_back(std::move(task));
    return {};
  }

  // Who is to write what nobody has written: whoever wrote the lane last, else another lane.
  NodeId job_of(DatasetNo dataset, std::uint32_t lane) {
    const Segment& segment = state_.segment(dataset);
    if (const NodeId job = last_job(segment, lane)) return job;
    for (std::uint32_t other = 0; other < segment.lanes.size(); ++other) {
      if (const NodeId job = last_job(segment, other)) return job;
    }
    return {};
  }

  void number() {
    std::vector<std::uint32_t> order(tasks_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto key = [&](std::uint32_t i) {
      const Task& task = tasks_[i];
      return std::tuple(task.wave, task.dataset.value, task.span.lane, task.span.first);
    };
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    std::vector<std::uint32_t> numbers(tasks_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) numbers[order[i]] = i + 1;
    std::vector<Task> sorted;
    sorted.reserve(tasks_.size());
    for (const std::uint32_t i : order) {
      sorted.push_back(std::move(tasks_[i]));
      Task& task = sorted.back();
      task.number = numbers[i];
      for (std::uint32_t& upstream : task.upstream) upstream = numbers[upstream];
      std::sort(task.upstream.begin(), task.upstream.end());
    }
    tasks_ = std::move(sorted);
  }

  const Staleness& staleness_;
  const State& state_;
  const PlanSet& planned_;
  std::int64_t max_;
  TaskIndex index_;
  std::vector<Task> tasks_;
  std::size_t links_ = 0;
};

}  // namespace

Result<std::vector<Task>> cut_tasks(const Staleness& staleness, const PlanSet& planned,
                                    std::int64_t max_partitions,
                                    const std::function<bool()>& cancelled) {
  return TaskCutter(staleness, planned, max_partitions).run(cancelled);
}

}  // namespace headwater::planner
