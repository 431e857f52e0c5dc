// ActivePlan: who reads whom within the plan, by the mappings as they are now.

#include <algorithm>
#include <deque>

#include "planner/active_plan.h"
#include "planner/readers.h"

namespace headwater::planner {

namespace {

constexpr Interval kEverything{INT64_MIN, INT64_MAX};

}  // namespace

bool ActivePlan::is(Which which, PartitionStatus status) {
  switch (which) {
    case Which::kUnsettled: return !is_settled(status);
    case Which::kStuck: return is_stuck(status);
    case Which::kTold: return status == PartitionStatus::kTold;
  }
  return false;
}

std::int64_t ActivePlan::count_of(Which which, const Lane& lane) {
  return which == Which::kUnsettled ? lane.unsettled
         : which == Which::kStuck   ? lane.stuck
                                    : lane.told;
}

std::int64_t ActivePlan::count_of(Which which, const Dataset& dataset) {
  return which == Which::kUnsettled ? dataset.unsettled
         : which == Which::kStuck   ? dataset.stuck
                                    : dataset.told;
}

std::int64_t ActivePlan::count_of(Which which, const PlannedTask& task) {
  return which == Which::kUnsettled ? task.unsettled()
         : which == Which::kStuck   ? task.counts.failed + task.counts.blocked
                                    : task.counts.told;
}

// ---- what a partition reads
// ----------------------------------------------------------------------

bool ActivePlan::any(Which which, const Lane& lane, const Interval& interval) const {
  if (count_of(which, lane) == 0 || interval.empty()) return false;
  auto at = lane.tasks.upper_bound(interval.first);
  if (at != lane.tasks.begin()) --at;
  for (; at != lane.tasks.end() && at->first <= interval.last; ++at) {
    const PlannedTask& task = tasks_[at->second - 1];
    const std::int64_t found = count_of(which, task);
    if (found == 0 || task.span.last < interval.first) continue;
    if (found == task.count()) return true;
    for (const PartitionRuns::Run& run : task.runs.within(interval.first, interval.last)) {
      if (is(which, run.state.status)) return true;
    }
  }
  return false;
}

Interval ActivePlan::interval_of(const Edge& edge, std::uint32_t upstream_lane,
                                 std::int64_t index) const {
  if (!edge.reads->uniform()) return edge.reads->upstream_of(index);
  if (edge.reads->mapping().kind == MappingKind::kAll) return kEverything;
  const planner::Lane* const lane = state().segment(edge.upstream).find(upstream_lane);
  const auto last = lane == nullptr ? std::nullopt : lane->last_present();
  return {last.value_or(INT64_MIN), INT64_MAX};
}

bool ActivePlan::edge_reads_any(Which which, const Edge& edge, const Place& place) const {
  const auto dataset = datasets_.find(edge.upstream.value);
  if (dataset == datasets_.end() || count_of(which, dataset->second) == 0) return false;
  const auto& lanes = dataset->second.lanes;
  if (edge.reads->is_explicit()) {
    const std::vector<Place> read = edge.reads->upstream_of(place);
    return std::any_of(read.begin(), read.end(), [&](const Place& one) {
      const auto lane = lanes.find(one.lane);
      return lane != lanes.end() && any(which, lane->second, {one.index, one.index});
    });
  }
  bool found = false;
  const auto visit = [&](std::uint32_t number) {
    const auto lane = lanes.find(number);
    if (found || lane == lanes.end()) return;
    found = any(which, lane->second, interval_of(edge, number, place.index));
  };
  if (edge.reads->mapping().lanes == LaneRule::kAll) {
    for (const auto& [number, lane] : lanes) visit(number);
  } else {
    edge.reads->each_upstream_lane(place.lane, 0, visit);
  }
  return found;
}

bool ActivePlan::reads_any(Which which, const PlannedTask& task, std::int64_t index) const {
  const bool chained = task.sequential && index > task.span.first;
  if (chained && is(which, task.runs.at(index - 1).status)) return true;
  const std::vector<Edge>& edges = state().segment(task.dataset).in;
  return std::any_of(edges.begin(), edges.end(), [&](const Edge& edge) {
    return edge.reads->counts() && edge_reads_any(which, edge, {task.span.lane, index});
  });
}

// Something of the plan is waited for over the mapping.
bool ActivePlan::edge_keeps(const Edge& edge, const Place& place) const {
  const WaitPolicy& policy = edge.reads->mapping().wait;
  if (!policy.counts_inputs()) return edge_reads_any(Which::kUnsettled, edge, place);
  const Tally found = tally(edge, place);
  return found.enough < found.needed(policy) && found.coming > 0;
}

bool ActivePlan::edge_blocks(const Edge& edge, const Place& place) const {
  const WaitPolicy& policy = edge.reads->mapping().wait;
  if (!policy.counts_inputs()) return edge_reads_any(Which::kStuck, edge, place);
  const Tally found = tally(edge, place);
  return found.hoped < found.needed(policy);
}

bool ActivePlan::is_free(const PlannedTask& task, std::int64_t index) const {
  const bool chained = task.sequential && index > task.span.first;
  if (chained && !is_settled(task.runs.at(index - 1).status)) return false;
  const std::vector<Edge>& edges = state().segment(task.dataset).in;
  return std::none_of(edges.begin(), edges.end(), [&](const Edge& edge) {
    return edge.reads->counts() && edge_keeps(edge, {task.span.lane, index});
  });
}

bool ActivePlan::is_blocked(const PlannedTask& task, std::int64_t index) const {
  const bool chained = task.sequential && index > task.span.first;
  if (chained && is_stuck(task.runs.at(index - 1).status)) return true;
  const std::vector<Edge>& edges = state().segment(task.dataset).in;
  return std::any_of(edges.begin(), edges.end(), [&](const Edge& edge) {
    return edge.reads->counts() && edge_blocks(edge, {task.span.lane, index});
  });
}

bool ActivePlan::reads_told(const PlannedTask& task, std::int64_t index) const {
  return row.counts.told > 0 && reads_any(Which::kTold, task, index);
}

// ---- who reads a partition
// -----------------------------------------------------------------------

template <class Visit>
void ActivePlan::each_task(DatasetNo dataset, std::uint32_t number, const Interval& interval,
                           Visit visit) {
  auto& lanes = datasets_.find(dataset.value)->second.lanes;
  const auto lane = lanes.find(number);
  if (lane == lanes.end()) return;
  auto at = lane->second.tasks.upper_bound(interval.first);
  if (at != lane->second.tasks.begin()) --at;
  for (; at != lane->second.tasks.end() && at->first <= interval.last; ++at) {
    PlannedTask& found = task(at->second);
    if (found.span.last < interval.first) continue;
    visit(found, Interval{std::max(interval.first, found.span.first),
                          std::min(interval.last, found.span.last)});
  }
}

template <class Visit>
void ActivePlan::each_planned_reader_lane(const Edge& edge, std::uint32_t lane, Visit visit) {
  const auto& lanes = datasets_.find(edge.downstream.value)->second.lanes;
  if (edge.reads->mapping().lanes == LaneRule::kAll) {
    for (const auto& [number, planned] : lanes) visit(number);
    return;
  }
  edge.reads->each_downstream_lane(lane, 0, [&](std::uint32_t number) {
    if (lanes.contains(number)) visit(number);
  });
}

template <class Visit>
void ActivePlan::each_reader_over(const Edge& edge, std::uint32_t lane, const Interval& run,
                                  Visit visit) {
  if (edge.reads->is_explicit()) {
    for (std::int64_t i = run.first; i <= run.last; ++i) {
      for (const Place& place : edge.reads->downstream_of(Place{lane, i})) {
        each_task(edge.downstream, place.lane, {place.index, place.index}, visit);
      }
    }
    return;
  }
  if (edge.reads->uniform() && run.last < interval_of(edge, lane, 0).first) return;
  each_planned_reader_lane(edge, lane, [&](std::uint32_t reader) {
    if (edge.reads->uniform()) return each_task(edge.downstream, reader, kEverything, visit);
    planner::each_reader(*edge.reads, run, [&](const Interval& interval) {
      each_task(edge.downstream, reader, interval, visit);
    });
  });
}

template <class Visit>
void ActivePlan::each_reader(const PlannedTask& task, std::int64_t first, std::int64_t last,
                             Visit visit) {
  for (const Edge& edge : state().segment(task.dataset).out) {
    if (!edge.reads->counts() || !plans(edge.downstream)) continue;
    each_reader_over(
        edge, task.span.lane, {first, last},
        [&](PlannedTask& reader, const Interval& interval) { visit(edge, reader, interval); });
  }
}

// ---- passing on
// ----------------------------------------------------------------------------------

void ActivePlan::wake(PlannedTask& task, const Interval& interval) {
  if (task.careful) return look_again(task, interval);
  if (task.ready || task.pending() == 0) return;
  for (const PartitionRuns::Run& run : task.runs.within(interval.first, interval.last)) {
    if (run.state.status != PartitionStatus::kPending) continue;
    for (std::int64_t i = run.first; i <= run.last; ++i) {
      if (is_free(task, i)) return set_ready(task, true);
    }
  }
}

void ActivePlan::wake_readers(const PlannedTask& task, std::int64_t first, std::int64_t last) {
  each_reader(task, first, last,
              [&](const Edge& edge, PlannedTask& reader, const Interval& interval) {
                // Of a uniform mapping one partition says it for all of the lane.
                const Place place{reader.span.lane, interval.first};
                const bool waits = edge.reads->uniform() && edge_keeps(edge, place);
                if (!waits) wake(reader, interval);
              });
}

// Marks what cannot be run without it, and what reads that, as long as there is something pending.
void ActivePlan::block_readers(PlannedTask& origin, std::int64_t first, std::int64_t last) {
  std::deque<std::pair<std::uint32_t, Interval>> queue{{origin.number, {first, last}}};
  const auto mark = [&](PlannedTask& reader, const Interval& interval) {
    for (const PartitionRuns::Run& run : reader.runs.within(interval.first, interval.last)) {
      if (run.state.status != PartitionStatus::kPending) continue;
      set(reader, run.first, run.last, {PartitionStatus::kBlocked, run.state.attempts});
      queue.push_back({reader.number, {run.first, run.last}});
    }
    if (reader.ready) refresh(reader);
  };
  // With fewer inputs to come some readers may still do, and the others not.
  const auto mark_short = [&](const Edge& edge, PlannedTask& reader, const Interval& interval) {
    for (std::int64_t i = interval.first; i <= interval.last; ++i) {
      if (edge_blocks(edge, {reader.span.lane, i})) mark(reader, {i, i});
    }
    look_again(reader, interval);
  };
  while (!queue.empty()) {
    const auto [number, run] = queue.front();
    queue.pop_front();
    PlannedTask& from = task(number);
    each_reader(from, run.first, run.last,
                [&](const Edge& edge, PlannedTask& reader, const Interval& interval) {
                  const bool counted = edge.reads->mapping().wait.counts_inputs();
                  counted ? mark_short(edge, reader, interval) : mark(reader, interval);
                });
    if (from.sequential && run.last < from.span.last) mark(from, {run.last + 1, from.span.last});
  }
}

bool ActivePlan::can_free(const PlannedTask& reader, const Interval& interval) const {
  if (reader.counts.blocked == 0) return false;
  for (const PartitionRuns::Run& run : reader.runs.within(interval.first, interval.last)) {
    if (run.state.status != PartitionStatus::kBlocked) continue;
    for (std::int64_t i = run.first; i <= run.last; ++i) {
      if (!is_blocked(reader, i)) return true;
    }
  }
  return false;
}

bool ActivePlan::input_changed(DatasetNo upstream, const Place& place) {
  if (!watches(upstream)) return false;
  bool frees = false;
  for (const Edge& edge : state().segment(upstream).out) {
    const WaitPolicy& policy = edge.reads->mapping().wait;
    if (!policy.any() || !edge.reads->counts() || !plans(edge.downstream)) continue;
    each_reader_over(edge, place.lane, {place.index, place.index},
                     [&](PlannedTask& reader, const Interval& interval) {
                       look_again(reader, interval);
                       frees = frees || (policy.counts_inputs() && can_free(reader, interval));
                     });
  }
  return frees;
}

void ActivePlan::last_may_have_moved(DatasetNo upstream, const Place& place) {
  const planner::Lane* const lane = state().segment(upstream).find(place.lane);
  if (lane == nullptr || lane->last_present() != place.index) return;
  for (const Edge& edge : state().segment(upstream).out) {
    const bool follows = edge.reads->mapping().kind == MappingKind::kLast;
    if (follows && plans(edge.upstream) && plans(edge.downstream)) return rebuild();
  }
}

}  // namespace headwater::planner
