#include "planner/plan_budget.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <queue>
#include <tuple>

#include "planner/perishability.h"
#include "planner/readers.h"

namespace headwater::planner {

namespace {

constexpr std::int64_t kTasksOfABudget = 16, kMostTasks = 50'000;
// A deadline that is near counts up to twice; one that is this far away, half of that.
constexpr double kUrgencyHalfLife = 7.0 * 24 * 3600 * 1e6;

class Chooser {
 public:
  Chooser(const Staleness& staleness, const PlanOptions& options, const std::vector<Task>& tasks,
          const std::map<std::uint32_t, DatasetCosts>& costs)
      : staleness_(staleness), tasks_(tasks), costs_(costs) {
    limits_ = {options.budget_partitions, options.budget_cost_micros, options.budget_duration_ms};
    for (std::size_t r = 0; r < limits_.size(); ++r) room_[r] = limits_[r].value_or(INT64_MAX);
    value_tasks();
    out_.kept.resize(tasks.size());
  }

  BudgetChoice run() {
    std::vector<std::vector<std::uint32_t>> readers(tasks_.size() + 1);
    std::vector<std::size_t> open(tasks_.size() + 1);
    using Entry = std::pair<double, std::uint32_t>;
    const auto later = [](const Entry& a, const Entry& b) {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    };
    std::priority_queue<Entry, std::vector<Entry>, decltype(later)> ready(later);
    for (const Task& task : tasks_) {
      open[task.number] = task.upstream.size();
      for (const std::uint32_t upstream : task.upstream) readers[upstream].push_back(task.number);
      if (task.upstream.empty()) ready.push({urgent_density(task), task.number});
    }
    std::vector<bool> seen(tasks_.size() + 1);
    while (!ready.empty()) {
      const Task& task = tasks_[ready.top().second - 1];
      ready.pop();
      seen[task.number] = true;
      if (!take(task)) continue;
      for (const std::uint32_t reader : readers[task.number]) {
        const Task& next = tasks_[reader - 1];
        if (--open[reader] == 0) ready.push({urgent_density(next), reader});
      }
    }
    for (const Task& task : tasks_) {
      if (seen[task.number]) continue;
      out_.omissions.push_back({Omission::Why::kUpstreamLeftOut, task.dataset, task.span});
    }
    put_in_order(out_.omissions);
    return std::move(out_);
  }

 private:
  using Needs = std::array<std::int64_t, 3>;  // partitions, cost, duration

  // Of n of the task's partitions; what is not known counts as nothing.
  Needs needs(const Task& task, std::int64_t n) const {
    if (task.action != Action::kRun) return {};
    const DatasetCosts& costs = costs_.at(task.dataset.value);
    const auto all = [n](const Rate& rate) {
      const double thousandths = static_cast<double>(std::max<std::int64_t>(0, rate.p90));
      return static_cast<std::int64_t>(std::ceil(thousandths * static_cast<double>(n) / 1000));
    };
    return {n, all(costs.cost), all(costs.duration)};
  }

  bool fits(const Needs& needs) const {
    for (std::size_t r = 0; r < needs.size(); ++r) {
      if (limits_[r] && needs[r] > room_[r]) return false;
    }
    return true;
  }

  // True if all of it is kept.
  bool take(const Task& task) {
    std::int64_t low = 0, high = task.count();
    while (low < high) {  // the most that fit
      const std::int64_t middle = high - (high - low) / 2;
      if (fits(needs(task, middle))) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    const Needs needed = needs(task, low);
    for (std::size_t r = 0; r < needed.size(); ++r) {
      if (limits_[r]) room_[r] -= needed[r];
    }
    Interval& kept = out_.kept[task.number - 1];
    // The oldest where they must come first or perish first, else the newest, which are worth most.
    const bool oldest = task.sequential || task.deadline != INT64_MAX;
    const Span& span = task.span;
    kept = oldest ? Interval{span.first, span.first + low - 1}
                  : Interval{span.last - low + 1, span.last};
    if (low == task.count()) return true;
    Span rest = span;
    (oldest ? rest.first : rest.last) += oldest ? low : -low;
    out_.omissions.push_back({Omission::Why::kBudget, task.dataset, rest});
    return false;
  }

  // ---- value -----------------------------------------------------------------------------------

  // The worth of a task's own partitions, and its share of that of everything that waits for it.
  void value_tasks() {
    value_.resize(tasks_.size() + 1);
    for (std::size_t i = tasks_.size(); i-- > 0;) {
      const Task& task = tasks_[i];
      value_[task.number] += own_worth(task);
      if (task.upstream.empty()) continue;
      const double share = value_[task.number] / static_cast<double>(task.upstream.size());
      for (const std::uint32_t upstream : task.upstream) value_[upstream] += share;
    }
  }

  double own_worth(const Task& task) const {
    const Segment& segment = staleness_.state().segment(task.dataset);
    const double count = task.probability * static_cast<double>(task.count());
    if (!segment.policy || !segment.policy->half_life) return count;
    const std::int64_t middle = task.span.first + (task.span.last - task.span.first) / 2;
    const auto interval = segment.space->interval({task.span.lane, middle});
    if (!interval) return count;
    return count * worth(*segment.policy, interval->second, staleness_.now());
  }

  // Value for the part of the budget that the task takes, more where a deadline is near.
  double urgent_density(const Task& task) const {
    const Needs needed = needs(task, task.count());
    double part = 1e-12;
    for (std::size_t r = 0; r < needed.size(); ++r) {
      if (limits_[r]) {
        part += static_cast<double>(needed[r]) /
                static_cast<double>(std::max<std::int64_t>(1, *limits_[r]));
      }
    }
    const double density = value_[task.number] / part;
    if (task.deadline == INT64_MAX) return density;
    const double left =
        std::max(0.0, static_cast<double>(task.deadline) - static_cast<double>(staleness_.now()));
    return density * (1 + std::exp2(-left / kUrgencyHalfLife));
  }

  const Staleness& staleness_;
  const std::vector<Task>& tasks_;
  const std::map<std::uint32_t, DatasetCosts>& costs_;
  std::array<std::optional<std::int64_t>, 3> limits_;
  Needs room_{};
  std::vector<double> value_;  // by number
  BudgetChoice out_;
};

}  // namespace

std::int64_t budget_task_size(const PlanOptions& options, std::int64_t planned) {
  std::int64_t size = options.max_partitions_per_task;
  if (options.budget_partitions) {
    size = std::min(size, *options.budget_partitions / kTasksOfABudget + 1);
  } else {
    size = std::min(size, planned / kTasksOfABudget + 1);
  }
  return std::min(options.max_partitions_per_task, std::max(size, planned / kMostTasks + 1));
}

BudgetChoice choose(const Staleness& staleness, const PlanOptions& options,
                    const std::vector<Task>& tasks,
                    const std::map<std::uint32_t, DatasetCosts>& costs) {
  return Chooser(staleness, options, tasks, costs).run();
}

PlanSet keep(const PlanSet& planned, const std::vector<Task>& tasks,
             const std::vector<Interval>& kept) {
  std::vector<LaneIntervals> wanted(planned.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (kept[i].empty()) continue;
    LaneIntervals& lanes = wanted[tasks[i].dataset.value - 1];
    lanes.resize(planned[tasks[i].dataset.value - 1].size());
    lanes[tasks[i].span.lane].push_back(kept[i]);
  }
  PlanSet out(planned.size());
  for (std::size_t d = 0; d < planned.size(); ++d) {
    if (wanted[d].empty()) continue;
    out[d].resize(planned[d].size());
    for (std::size_t lane = 0; lane < planned[d].size(); ++lane) {
      join(wanted[d][lane]);
      for (const Piece& piece : planned[d][lane]) {
        each_part(piece, wanted[d][lane], [&](const Piece& part, bool inside) {
          if (inside) append(out[d][lane], part);
        });
      }
    }
  }
  return out;
}

void put_in_order(std::vector<Omission>& omissions) {
  std::sort(omissions.begin(), omissions.end(), [](const Omission& a, const Omission& b) {
    return std::tuple(a.dataset.value, a.span.lane, a.span.first) <
           std::tuple(b.dataset.value, b.span.lane, b.span.first);
  });
  std::size_t kept = 0;
  for (const Omission& next : omissions) {
    Omission* const last = kept == 0 ? nullptr : &omissions[kept - 1];
    if (last != nullptr && last->why == next.why && last->dataset == next.dataset &&
        last->span.lane == next.span.lane && last->span.last + 1 == next.span.first) {
      last->span.last = next.span.last;
    } else {
      omissions[kept++] = next;
    }
  }
  omissions.resize(kept);
}

}  // namespace headwater::planner
