// ActivePlan: what wait policies hold back, partition by partition.

#include <algorithm>

#include "planner/active_plan.h"
#include "planner/needs.h"
#include "planner/readers.h"

namespace headwater::planner {

// ---- what a partition reads
// ----------------------------------------------------------------------

namespace {

struct Standing {
  std::int64_t there = 0, missing = 0;  // missing: required and not there
};
Standing standing_of(const InputLane& lane, const Interval& interval,
                     const std::vector<Interval>& required) {
  Standing out{present_in(lane, interval), 0};
  for (const Interval& one : required) {
    const Interval both = common(one, interval);
    out.missing += length(both) - present_in(lane, both);
  }
  return out;
}

}  // namespace

InputLane ActivePlan::input_lane(DatasetNo dataset, std::uint32_t lane) const {
  return {dataset, lane, state().segment(dataset).find(lane), own_.find(dataset, lane)};
}

template <class Visit>
void ActivePlan::each_input(const Edge& edge, const Place& place, Visit visit) const {
  if (edge.reads->is_explicit()) {
    for (const Place& one : edge.reads->upstream_of(place)) {
      visit(input_lane(edge.upstream, one.lane), Interval{one.index, one.index});
    }
    return;
  }
  const std::uint32_t count = state().segment(edge.upstream).lane_count();
  edge.reads->each_upstream_lane(place.lane, count, [&](std::uint32_t lane) {
    visit(input_lane(edge.upstream, lane), interval_of(edge, lane, place.index));
  });
}

// Of `all` what was expected when the plan was worked out: what is expected since is for a later
// one, or the plan might wait for ever.
ActivePlan::Tally ActivePlan::tally(const Edge& edge, const Place& place) const {
  Tally out;
  const Space& space = *state().segment(edge.upstream).space;
  std::optional<base::Micros> closed_by;
  if (edge.reads->uniform()) closed_by = terms_.evaluated;
  each_input(edge, place, [&](const InputLane& lane, const Interval& interval) {
    const auto required = required_in(space, lane.number, interval, closed_by);
    const Standing standing = standing_of(lane, interval, required);
    out.had += standing.there + standing.missing;
    out.hoped += standing.there + standing.missing;
    out.enough += standing.there;
    out.missing += standing.missing;
    add_planned(lane, interval, required, out);
  });
  return out;
}

// What the plan has of the interval counts by its status.
void ActivePlan::add_planned(const InputLane& input, const Interval& interval,
                             const std::vector<Interval>& required, Tally& to) const {
  const auto dataset = datasets_.find(input.dataset.value);
  if (dataset == datasets_.end()) return;
  const auto lane = dataset->second.lanes.find(input.number);
  if (lane == dataset->second.lanes.end() || interval.empty()) return;
  auto at = lane->second.tasks.upper_bound(interval.first);
  if (at != lane->second.tasks.begin()) --at;
  for (; at != lane->second.tasks.end() && at->first <= interval.last; ++at) {
    for (const PartitionRuns::Run& run :
         tasks_[at->second - 1].runs.within(interval.first, interval.last)) {
      const PartitionStatus status = run.state.status;
      if (is_settled(status) && status != PartitionStatus::kTold) continue;  // what is there counts
      const Interval part{run.first, run.last};
      const auto [there, missing] = standing_of(input, part, required);
      const std::int64_t counted = there + missing;
      to.had += length(part) - counted;
      to.hoped += is_stuck(status) ? -counted : length(part) - counted;
      if (status == PartitionStatus::kTold) {
        to.enough += length(part) - there;
        to.missing -= missing;
      } else {
        to.enough -= there;
        if (!is_stuck(status)) to.coming += length(part);
      }
    }
  }
}

// ---- what holds it
// -------------------------------------------------------------------------------

// As far as inputs go.
Held ActivePlan::inputs_of(const PlannedTask& task, std::int64_t index) const {
  Held out;
  for (const Edge& edge : state().segment(task.dataset).in) {
    const WaitPolicy& policy = edge.reads->mapping().wait;
    if (!edge.reads->counts() || policy.inputs == WaitPolicy::Inputs::kPlanned) continue;
    const Tally found = tally(edge, {task.span.lane, index});
    const bool enough =
        policy.counts_inputs() ? found.enough >= found.needed(policy) : found.missing == 0;
    if (!enough) return {Hold::kInputs, edge.upstream, model::kOpenEnd, false};
    if (policy.counts_inputs() && found.coming > 0) out.why = Hold::kEarly;
  }
  return out;
}

Held ActivePlan::held_at(const PlannedTask& task, std::int64_t index) {
  Held out = inputs_of(task, index);
  if (out.why == Hold::kInputs) return out;
  for (const Edge& edge : state().segment(task.dataset).in) {
    if (!edge.reads->counts() || edge.reads->mapping().wait.quiet == 0) continue;
    const base::Micros until = quiet_until(edge, {task.span.lane, index});
    const bool later = out.why != Hold::kQuiet || until > out.until;
    if (until > moment_.at && later) out = {Hold::kQuiet, edge.upstream, until, false};
  }
  return out;
}

// When the quiet period ends; in the past, exact or not, if it has.
base::Micros ActivePlan::quiet_until(const Edge& edge, const Place& place) {
  const base::Micros quiet = edge.reads->mapping().wait.quiet;
  const base::Micros after = moment_.at - quiet;
  base::Micros out = moment_.at;
  each_input(edge, place, [&](const InputLane& lane, const Interval& interval) {
    const auto [known, is_new] = ends_.try_emplace(
        {lane.dataset.value, lane.number, interval.first, interval.last, quiet}, std::nullopt);
    if (is_new && !moment_.failure) {
      auto found = latest_end(*moment_.reader, lane, interval, after);
      if (found) {
        known->second = *found;
      } else {
        moment_.failure = std::move(found).error();
      }
    }
    if (known->second) out = std::max(out, *known->second + quiet);
  });
  return out;
}

bool ActivePlan::has_inputs(const PlannedTask& task, std::int64_t index) const {
  if (!is_free(task, index)) return false;
  return !task.careful || inputs_of(task, index).why == Hold::kNone;
}

const Held* ActivePlan::turn_of(const PlannedTask& task, std::int64_t index) {
  const auto at = task.turn.find(index);
  return at == task.turn.end() ? nullptr : &at->second;
}

// ---- turns
// ---------------------------------------------------------------------------------------

void ActivePlan::find_policies() {
  forget_turns();
  watched_.clear();
  for (PlannedTask& task : tasks_) {
    task.careful = false;
    for (const Edge& edge : state().segment(task.dataset).in) {
      if (!edge.reads->counts() || !edge.reads->mapping().wait.any()) continue;
      task.careful = true;
      watched_.insert(edge.upstream.value);
    }
    if (task.careful) look_again(task, {task.span.first, task.span.last});
  }
}

void ActivePlan::look_again(PlannedTask& task, const Interval& interval) {
  const Interval own = common(interval, {task.span.first, task.span.last});
  if (task.careful && !own.empty()) changed_[task.number].push_back(own);
}

void ActivePlan::count_turn(PlannedTask& task, std::int64_t index, const Held& held,
                            std::int64_t by) {
  if (held.ready()) task.ready_count += by;
  if (held.why == Hold::kInputs) row.wait_inputs += by;
  if (held.why == Hold::kQuiet) {
    row.wait_quiet += by;
    const std::tuple key{held.until, task.number, index};
    by > 0 ? static_cast<void>(quiet_.insert(key)) : static_cast<void>(quiet_.erase(key));
  }
  if (held.why == Hold::kEarly) {
    const std::pair key{task.number, index};
    by > 0 ? static_cast<void>(early_.insert(key)) : static_cast<void>(early_.erase(key));
  }
  if (held.why == Hold::kInputs || held.why == Hold::kQuiet) touched_.insert(task.number);
  row.wakes_at = quiet_.empty() ? model::kOpenEnd : std::get<0>(*quiet_.begin());
}

void ActivePlan::put_turn(PlannedTask& task, std::int64_t index, const std::optional<Held>& held) {
  const auto at = task.turn.find(index);
  if (at != task.turn.end()) {
    if (held == at->second) return;
    count_turn(task, index, at->second, -1);
    task.turn.erase(at);
  }
  if (!held) return;
  task.turn.emplace(index, *held);
  count_turn(task, index, *held, 1);
  if (held->why == Hold::kEarly) new_early_.emplace_back(task.number, index);
}

void ActivePlan::settle_turn(PlannedTask& task, std::int64_t index, PartitionStatus status) {
  if (status != PartitionStatus::kPending) return put_turn(task, index, {});
  if (row.counts.failed > 0 && is_blocked(task, index)) {  // less may come than there was
    set(task, index, index, {PartitionStatus::kBlocked, task.runs.at(index).attempts});
    return block_readers(task, index, index);
  }
  std::optional<Held> held;
  if (is_free(task, index)) held = held_at(task, index);
  const Held* const before = turn_of(task, index);
  if (held && before != nullptr && held->why == Hold::kEarly && before->why == Hold::kEarly) return;
  put_turn(task, index, held);
}

void ActivePlan::settle_turns() {
  ends_.clear();
  while (!quiet_.empty() && std::get<0>(*quiet_.begin()) <= moment_.at) {
    const auto [until, number, index] = *quiet_.begin();
    quiet_.erase(quiet_.begin());
    look_again(task(number), {index, index});
  }
  while (!changed_.empty()) {
    auto changed = std::exchange(changed_, {});
    for (auto& [number, intervals] : changed) {
      PlannedTask& changed_task = task(number);
      join(intervals);
      for (const Interval& interval : intervals) {
        for (const PartitionRuns::Run& run :
             changed_task.runs.within(interval.first, interval.last)) {
          for (std::int64_t i = run.first; i <= run.last; ++i) {
            settle_turn(changed_task, i, run.state.status);
          }
        }
      }
      set_ready(changed_task, changed_task.ready_count > 0);
    }
  }
}

void ActivePlan::settle_early(const State& plan_state, const Due& due, bool all) {
  auto look = std::exchange(new_early_, {});
  if (all) look.assign(early_.begin(), early_.end());
  for (const auto& [number, index] : look) {
    PlannedTask& early = task(number);
    const auto at = early.turn.find(index);
    if (at == early.turn.end() || at->second.why != Hold::kEarly) continue;
    const Need need = need_of(plan_state, early.dataset, {early.span.lane, index}, moment_.at);
    const bool needed = need != Need::kNothing || reads_told(early, index) || due(early, index);
    if (needed == at->second.needed) continue;
    at->second.needed = needed;
    early.ready_count += needed ? 1 : -1;
    set_ready(early, early.ready_count > 0);
  }
}

void ActivePlan::forget_turns() {
  for (PlannedTask& task : tasks_) {
    if (!task.turn.empty()) touched_.insert(task.number);
    task.turn.clear();
    task.ready_count = 0;
  }
  changed_.clear();
  quiet_.clear();
  early_.clear();
  new_early_.clear();
  row.wait_inputs = row.wait_quiet = 0;
  row.wakes_at = model::kOpenEnd;
}

std::string ActivePlan::waits_of(const PlannedTask& task) {
  struct Group {
    std::int64_t count = 0, first = 0;
    base::Micros until = model::kOpenEnd;
  };
  std::map<std::pair<int, std::uint32_t>, Group> groups;  // by why and upstream
  for (const auto& [index, held] : task.turn) {
    if (held.why != Hold::kInputs && held.why != Hold::kQuiet) continue;
    Group& group = groups[{static_cast<int>(held.why), held.upstream.value}];
    if (group.count++ == 0) group.first = index;
    group.until = std::min(group.until, held.until);
  }
  std::string out;
  for (const auto& [key, group] : groups) {
    out += out.empty() ? "[[" : ",[";
    out += std::to_string(key.first) + "," + std::to_string(key.second) + "," +
           std::to_string(group.count) + "," + std::to_string(group.first) + "," +
           std::to_string(group.until) + "]";
  }
  return out.empty() ? out : out + "]";
}

}  // namespace headwater::planner
