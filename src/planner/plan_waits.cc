#include "planner/plan_waits.h"

#include <algorithm>
#include <map>
#include <utility>

#include "planner/plan_edges.h"
#include "planner/readers.h"

namespace headwater::planner {

namespace {

template <class Stamps>
void finish(Stamps& stamps) {
  std::stable_sort(stamps.begin(), stamps.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::int64_t reach = INT64_MIN;
  for (auto& stamp : stamps) stamp.reach = reach = std::max(reach, stamp.last);
}

}  // namespace

Waits::Waits(const State& state, DatasetNo dataset, const std::vector<DatasetNo>& group,
             const LanePieces& lanes, const TaskIndex& tasks)
    : state_(state), lanes_(lanes), sources_(lanes.size()) {
  for (const Edge& edge : state.segment(dataset).in) {
    const LaneTasks& upstream = tasks[edge.upstream.value - 1];
    if (!edge.reads->counts() || upstream.empty() || in_group(edge.upstream, group)) continue;
    if (edge.reads->is_explicit()) {
      add_explicit(edge, upstream);
    } else {
      add(edge, upstream);
    }
  }
}

void Waits::add(const Edge& edge, const LaneTasks& tasks) {
  for (std::uint32_t lane = 0; lane < tasks.size(); ++lane) {
    if (tasks[lane].empty()) continue;
    const auto stamps = stamps_of(edge, lane, tasks[lane]);
    if (stamps->empty()) continue;
    edge.reads->each_downstream_lane(lane, static_cast<std::uint32_t>(lanes_.size()),
                                     [&](std::uint32_t reader) {
                                       if (reader >= lanes_.size() || lanes_[reader].empty())
                                         return;
                                       sources_[reader].push_back(stamps);
                                     });
  }
}

std::shared_ptr<const Waits::Stamps> Waits::stamps_of(const Edge& edge, std::uint32_t lane,
                                                      const std::vector<TaskRange>& tasks) const {
  auto out = std::make_shared<Stamps>();
  const bool last = edge.reads->mapping().kind == MappingKind::kLast;
  const std::int64_t least = last ? first_of_last(state_.segment(edge.upstream), lane) : INT64_MIN;
  for (const TaskRange& task : tasks) {
    if (edge.reads->uniform()) {
      if (task.last >= least) out->push_back({INT64_MIN, INT64_MAX, task.wave, task.at, 0});
      continue;
    }
    each_reader(*edge.reads, {task.first, task.last}, [&](const Interval& found) {
      out->push_back({found.first, found.last, task.wave, task.at, 0});
    });
  }
  finish(*out);
  return out;
}

void Waits::add_explicit(const Edge& edge, const LaneTasks& tasks) {
  std::map<std::uint32_t, Stamps> found;  // by lane
  for (const Mapping::Pair& pair : edge.reads->mapping().pairs) {
    const Place& up = pair.upstream;
    const Place& down = pair.downstream;
    if (up.lane >= tasks.size() || down.lane >= lanes_.size()) continue;
    const auto task = first_ending_at(tasks[up.lane], up.index);
    if (task == tasks[up.lane].end() || task->first > up.index) continue;
    found[down.lane].push_back({down.index, down.index, task->wave, task->at, 0});
  }
  for (auto& [lane, stamps] : found) {
    finish(stamps);
    sources_[lane].push_back(std::make_shared<const Stamps>(std::move(stamps)));
  }
}

std::vector<WaveStep> Waits::steps(std::uint32_t lane) const {
  struct Event {
    std::int64_t at;
    std::uint32_t wave;
    bool begins;
  };
  std::vector<Event> events;
  const Pieces& pieces = lanes_[lane];
  if (pieces.empty()) return {};
  const std::int64_t low = pieces.front().first, high = pieces.back().last;
  for (const auto& stamps : sources_[lane]) {
    for (const Stamp& stamp : *stamps) {
      if (stamp.last < low || stamp.first > high) continue;
      events.push_back({std::max(low, stamp.first), stamp.wave, true});
      events.push_back({std::min(high, stamp.last) + 1, stamp.wave, false});
    }
  }
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.at < b.at; });
  std::vector<WaveStep> out;
  std::map<std::uint32_t, std::uint32_t> open;  // wave -> how many
  for (std::size_t i = 0; i < events.size();) {
    const std::int64_t at = events[i].at;
    for (; i < events.size() && events[i].at == at; ++i) {
      std::uint32_t& count = open[events[i].wave];
      events[i].begins ? ++count : --count;
      if (count == 0) open.erase(events[i].wave);
    }
    if (open.empty()) continue;
    const WaveStep step{at, i < events.size() ? events[i].at - 1 : high, open.rbegin()->first};
    if (!out.empty() && out.back().last + 1 == step.first && out.back().wave == step.wave) {
      out.back().last = step.last;
    } else {
      out.push_back(step);
    }
  }
  return out;
}

void Waits::collect(std::uint32_t lane, std::int64_t first, std::int64_t last,
                    std::vector<std::uint32_t>& tasks) const {
  for (const auto& stamps : sources_[lane]) {
    auto it = std::lower_bound(
        stamps->begin(), stamps->end(), first,
        [](const Stamp& stamp, std::int64_t index) { return stamp.reach < index; });
    for (; it != stamps->end() && it->first <= last; ++it) {
      if (it->last >= first) tasks.push_back(it->at);
    }
  }
}

}  // namespace headwater::planner
