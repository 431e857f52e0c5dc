#include "planner/plan_edges.h"

#include <algorithm>

#include "planner/plan_builder.h"
#include "planner/readers.h"

namespace headwater::planner {

bool in_group(DatasetNo dataset, const std::vector<DatasetNo>& group) {
  return std::find(group.begin(), group.end(), dataset) != group.end();
}

LoopShape loop_of(const State& state, const std::vector<DatasetNo>& group) {
  if (group.size() > 1) return {Loop::kCyclic, {}};
  for (const Edge& edge : state.segment(group[0]).in) {
    if (edge.upstream != group[0] || !edge.reads->counts()) continue;
    const Mapping& mapping = edge.reads->mapping();
    // To itself, a lane is matched by itself alone.
    const bool own_lane = mapping.lanes == LaneRule::kSame || mapping.lanes == LaneRule::kMatched;
    const bool window = mapping.kind == MappingKind::kWindow && own_lane;
    if (!window || mapping.to >= 0) return {Loop::kCyclic, {}};
    return {mapping.to == -1 ? Loop::kChain : Loop::kLagged, {mapping.from, mapping.to}};
  }
  return {};
}

std::int64_t first_of_last(const Segment& segment, std::uint32_t number) {
  const Lane* const lane = segment.find(number);
  const auto last = lane == nullptr ? std::nullopt : lane->last_present();
  return last.value_or(INT64_MIN);
}

// ---- readers
// -------------------------------------------------------------------------------------

namespace {

void add_explicit(const Edge& edge, const LaneIntervals& from, LaneIntervals& out) {
  for (const Mapping::Pair& pair : edge.reads->mapping().pairs) {
    if (pair.upstream.lane >= from.size() || pair.downstream.lane >= out.size()) continue;
    const std::vector<Interval>& runs = from[pair.upstream.lane];
    const auto it = first_ending_at(runs, pair.upstream.index);
    if (it == runs.end() || it->first > pair.upstream.index) continue;
    out[pair.downstream.lane].push_back({pair.downstream.index, pair.downstream.index});
  }
}

std::vector<Interval> readers_of(const State& state, const Edge& edge, std::uint32_t lane,
                                 const std::vector<Interval>& runs) {
  std::vector<Interval> out;
  if (runs.empty()) return out;
  if (edge.reads->uniform()) {
    const bool last = edge.reads->mapping().kind == MappingKind::kLast;
    if (last && runs.back().last < first_of_last(state.segment(edge.upstream), lane)) return out;
    return {{INT64_MIN, INT64_MAX}};
  }
  for (const Interval& run : runs) {
    each_reader(*edge.reads, run, [&](const Interval& found) { out.push_back(found); });
  }
  return out;
}

void append(std::vector<Interval>& to, const std::vector<Interval>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

void add_readers(const State& state, const Edge& edge, const LaneIntervals& from,
                 LaneIntervals& out) {
  if (edge.reads->is_explicit()) return add_explicit(edge, from, out);
  std::vector<Interval> all;  // where every lane reads every lane
  for (std::uint32_t lane = 0; lane < from.size(); ++lane) {
    const std::vector<Interval> found = readers_of(state, edge, lane, from[lane]);
    if (found.empty()) continue;
    if (edge.reads->mapping().lanes == LaneRule::kAll) {
      append(all, found);
      continue;
    }
    edge.reads->each_downstream_lane(lane, static_cast<std::uint32_t>(out.size()),
                                     [&](std::uint32_t reader) {
                                       if (reader < out.size()) append(out[reader], found);
                                     });
  }
  if (all.empty()) return;
  join(all);
  for (std::vector<Interval>& lane : out) append(lane, all);
}

// ---- what one partition reads
// ----------------------------------------------------------------------

std::vector<InputSpan> inputs_of(const State& state, DatasetNo dataset, const Place& place) {
  std::vector<InputSpan> out;
  for (const Edge& edge : state.segment(dataset).in) {
    if (!edge.reads->counts()) continue;
    if (edge.reads->is_explicit()) {
      for (const Place& read : edge.reads->upstream_of(place)) {
        out.push_back({edge.upstream, {read.lane, read.index, read.index}});
      }
      continue;
    }
    const Segment& upstream = state.segment(edge.upstream);
    edge.reads->each_upstream_lane(place.lane, upstream.lane_count(), [&](std::uint32_t lane) {
      if (lane >= upstream.lane_count()) return;
      Interval read{INT64_MIN, INT64_MAX};
      if (edge.reads->mapping().kind == MappingKind::kLast) {
        read.first = first_of_last(upstream, lane);
      } else if (!edge.reads->uniform()) {
        read = edge.reads->upstream_of(place.index);
      }
      if (!read.empty()) out.push_back({edge.upstream, {lane, read.first, read.last}});
    });
  }
  return out;
}

}  // namespace headwater::planner
