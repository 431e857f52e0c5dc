#include "planner/plan_estimates.h"

#include <algorithm>
#include <cmath>

#include "planner/perishability.h"
#include "planner/plan_edges.h"

namespace headwater::planner {

using base::Result;

Result<const DatasetCosts*> Estimator::costs_of(DatasetNo dataset) {
  const auto known = costs_.find(dataset.value);
  if (known != costs_.end()) return &known->second;
  HW_TRY(const DatasetCosts costs, model_.of(dataset));
  return &costs_.emplace(dataset.value, costs).first->second;
}

Result<void> Estimator::estimate(std::vector<Task>& tasks) {
  for (Task& task : tasks) {  // what a task waits for has a smaller number
    HW_TRY(const DatasetCosts* const costs, costs_of(task.dataset));
    HW_TRY(task.probability, probability(task, tasks));
    if (task.action == Action::kRun && task.probability == 0) task.action = Action::kSkip;
    const std::int64_t runs = task.action == Action::kRun ? task.count() : 0;
    task.duration_ms = times(costs->duration, runs);
    task.cost_micros = times(costs->cost, runs);
    const Micros expiry = first_expiry(task);
    const Micros takes = std::max<std::int64_t>(0, task.duration_ms.p90) * 1000;
    task.deadline = expiry == INT64_MAX ? INT64_MAX : expiry - takes;
  }
  return {};
}

// That something which the task reads comes out different. Tasks of one dataset share their fate,
// those of several do not.
Result<double> Estimator::probability(const Task& task, const std::vector<Task>& tasks) {
  if (task.definite) return 1.0;
  std::map<std::uint32_t, double> by_dataset;
  for (const std::uint32_t number : task.upstream) {
    const Task& upstream = tasks[number - 1];
    HW_TRY(const DatasetCosts* const costs, costs_of(upstream.dataset));
    double& most = by_dataset[upstream.dataset.value];
    most = std::max(most, upstream.probability * costs->changes);
  }
  double none = 1;
  for (const auto& [dataset, changes] : by_dataset) none *= 1 - changes;
  return 1 - none;
}

// ---- deadlines
// -----------------------------------------------------------------------------------

// Ends of what partitions read never decrease: the first partition reads what expires first.
Micros Estimator::first_expiry(const Task& task) const {
  Micros out = INT64_MAX;
  for (const Edge& edge : state_.segment(task.dataset).in) {
    const DatasetPolicy* const policy = state_.segment(edge.upstream).policy.get();
    if (!edge.reads->counts() || policy == nullptr || !policy->retention) continue;
    out = std::min(out, first_expiry(edge, task));
  }
  return out;
}

Micros Estimator::first_expiry(const Edge& edge, const Task& task) const {
  if (edge.reads->is_explicit()) return first_expiry_of_pairs(edge, task);
  const Segment& upstream = state_.segment(edge.upstream);
  Interval read{INT64_MIN, INT64_MAX};
  if (!edge.reads->uniform()) {
    read.first = edge.reads->upstream_of(task.span.first).first;
    read.last = edge.reads->upstream_of(task.span.last).last;
  }
  Micros out = INT64_MAX;
  edge.reads->each_upstream_lane(task.span.lane, upstream.lane_count(), [&](std::uint32_t number) {
    Interval within = read;
    if (edge.reads->mapping().kind == MappingKind::kLast) {
      within.first = first_of_last(upstream, number);
    }
    std::int64_t first = INT64_MAX;  // that is there or expected
    const Span expected = upstream.space->expected(number, staleness_.now(), true);
    const std::int64_t wanted = std::max(within.first, expected.first);
    if (wanted <= std::min(within.last, expected.last)) first = wanted;
    const Lane* const lane = upstream.find(number);
    for (std::int64_t b = lane == nullptr ? 0 : std::max(lane->first, block_of(within.first));
         lane != nullptr && b < lane->end() && (b << kBlockBits) <= within.last; ++b) {
      const std::int64_t base = b << kBlockBits;
      std::int64_t found = INT64_MAX;
      each_present(*lane, std::max(within.first, base),
                   std::min(within.last, base + kBlockSize - 1), [&](std::int64_t index) {
                     if (upstream.space->has({number, index})) found = std::min(found, index);
                   });
      first = std::min(first, found);
      if (found != INT64_MAX) break;
    }
    if (first == INT64_MAX) return;
    out = std::min(out, expiry(*upstream.space, *upstream.policy, {number, first}));
  });
  return out;
}

Micros Estimator::first_expiry_of_pairs(const Edge& edge, const Task& task) const {
  const Segment& upstream = state_.segment(edge.upstream);
  Micros out = INT64_MAX;
  for (std::int64_t index = task.span.first; index <= task.span.last; ++index) {
    for (const Place& read : edge.reads->upstream_of(Place{task.span.lane, index})) {
      const Span expected = upstream.space->expected(read.lane, staleness_.now(), true);
      const Lane* const lane = upstream.find(read.lane);
      const bool there = lane != nullptr && lane->present(read.index) && upstream.space->has(read);
      const bool wanted = expected.first <= read.index && read.index <= expected.last;
      if (there || wanted) out = std::min(out, expiry(*upstream.space, *upstream.policy, read));
    }
  }
  return out;
}

// ---- the whole
// -----------------------------------------------------------------------------------

Result<void> Estimator::sum_up(PlanDraft& draft) {
  struct Reached {
    std::int64_t p90 = 0;
    std::uint32_t length = 0, before = 0;  // before: the task that it waits for longest
  };
  std::vector<Reached> reached(draft.tasks.size() + 1);
  std::uint32_t last = 0;
  double expected = 0;
  draft.lower = draft.upper = 0;
  const auto later = [](const Reached& a, const Reached& b) {
    return a.p90 != b.p90 ? a.p90 > b.p90 : a.length > b.length;
  };
  const auto alone = [](const Task& task, const DatasetCosts& costs) {
    const std::int64_t runs =
        task.action == Action::kRun ? (task.sequential ? task.count() : 1) : 0;
    return times(costs.duration, runs);
  };
  for (const Task& task : draft.tasks) {
    HW_TRY(const DatasetCosts* const costs, costs_of(task.dataset));
    Reached& own = reached[task.number];
    for (const std::uint32_t upstream : task.upstream) {
      if (own.before == 0 || later(reached[upstream], reached[own.before])) own.before = upstream;
    }
    own.p90 = reached[own.before].p90 + std::max<std::int64_t>(0, alone(task, *costs).p90);
    own.length = reached[own.before].length + 1;
    if (last == 0 || later(own, reached[last])) last = task.number;
    if (task.action != Action::kRun) continue;
    draft.upper += task.count();
    if (task.definite) draft.lower += task.count();
    expected += task.probability * static_cast<double>(task.count());
  }
  draft.expected = std::clamp<std::int64_t>(std::llround(expected), draft.lower, draft.upper);
  draft.critical_path.clear();
  draft.critical_ms = {};
  for (; last != 0; last = reached[last].before) {
    draft.critical_path.push_back(last);
    const Task& task = draft.tasks[last - 1];
    HW_TRY(const DatasetCosts* const costs, costs_of(task.dataset));
    const Estimate own = alone(task, *costs);
    if (own.p50 < 0) continue;
    Estimate& all = draft.critical_ms;
    all.samples = all.p50 < 0 ? own.samples : std::min(all.samples, own.samples);
    all.p50 = std::max<std::int64_t>(0, all.p50) + own.p50;
    all.p90 = std::max<std::int64_t>(0, all.p90) + own.p90;
    all.basis = std::max(all.basis, own.basis);
  }
  std::reverse(draft.critical_path.begin(), draft.critical_path.end());
  return {};
}

}  // namespace headwater::planner
