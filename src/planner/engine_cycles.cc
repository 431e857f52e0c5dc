// Engine: no partition may depend on itself. A dataset may read its own past, over others too.

#include <algorithm>
#include <deque>
#include <limits>
#include <map>

#include "planner/engine.h"

namespace headwater::planner {

using base::Result;

namespace {

constexpr std::int64_t kEverything = std::numeric_limits<std::int64_t>::max();
// Where calendars of several kinds are on a cycle, all of ten years are tried, the same whatever
// the spaces' starts: clocks change in them in all the ways in which they do.
constexpr base::Micros kDay = base::Micros{24} * 3600 * 1'000'000;
constexpr base::Micros kFirstTried = 18'262 * kDay, kLastTried = 21'915 * kDay;  // 2020, 2030
constexpr std::int64_t kTriedWithoutTime = 400;

// The greatest upstream index that index `i` reads over the edge.
std::int64_t farthest(const Edge& edge, std::int64_t i) {
  const Mapping& mapping = edge.reads->mapping();
  if (i == kEverything || edge.reads->uniform()) return kEverything;
  if (!edge.reads->is_explicit()) return edge.reads->upstream_of(i).last;
  std::int64_t offset = INT64_MIN / 4;
  for (const Mapping::Pair& pair : mapping.pairs) {
    offset = std::max(offset, pair.upstream.index - pair.downstream.index);
  }
  return i + offset;
}

// How far upstream a walk from (dataset, i) gets, dataset by dataset, until it comes back; false if
// it comes back to i or beyond. Only datasets on the way back matter; others end by themselves,
// since all cycles that were there before look back.
bool looks_back(const State& state, DatasetNo dataset, std::int64_t i,
                const std::map<std::uint32_t, bool>& on_cycle) {
  std::map<std::uint32_t, std::int64_t> best;
  std::deque<std::pair<DatasetNo, std::int64_t>> queue{{dataset, i}};
  while (!queue.empty()) {
    const auto [at, index] = queue.front();
    queue.pop_front();
    for (const Edge& edge : state.segment(at).in) {
      if (!edge.reads->counts() || !on_cycle.contains(edge.upstream.value)) continue;
      const std::int64_t next = farthest(edge, index);
      if (edge.upstream == dataset) {
        if (next >= i) return false;
        continue;
      }
      const auto [known, is_new] = best.try_emplace(edge.upstream.value, next);
      if (!is_new && known->second >= next) continue;
      known->second = next;
      queue.emplace_back(edge.upstream, next);
    }
  }
  return true;
}

// The datasets that lie on a cycle with it.
std::map<std::uint32_t, bool> cycle_of(const State& state, DatasetNo dataset) {
  const auto walk = [&](bool up) {
    std::map<std::uint32_t, bool> seen;
    std::vector<DatasetNo> stack{dataset};
    while (!stack.empty()) {
      const Segment& segment = state.segment(stack.back());
      stack.pop_back();
      for (const Edge& edge : up ? segment.in : segment.out) {
        if (!edge.reads->counts()) continue;
        const DatasetNo next = up ? edge.upstream : edge.downstream;
        if (seen.emplace(next.value, true).second) stack.push_back(next);
      }
    }
    return seen;
  };
  std::map<std::uint32_t, bool> above = walk(true);
  const std::map<std::uint32_t, bool> below = walk(false);
  std::erase_if(above, [&](const auto& entry) { return !below.contains(entry.first); });
  return above;
}

const Calendar* calendar_of(const State& state, DatasetNo dataset) {
  return state.segment(dataset).space->calendar();
}

// What is read lies equally far away from every index.
bool shifts_evenly(const State& state, const Edge& edge) {
  const MappingKind kind = edge.reads->mapping().kind;
  if (kind != MappingKind::kRollup && kind != MappingKind::kFanOut) return true;
  return calendar_of(state, edge.upstream)->granularity() == Granularity::kHour &&
         calendar_of(state, edge.downstream)->granularity() == Granularity::kHour;
}

// The indexes of the dataset from which to walk.
Interval to_be_tried(const State& state, DatasetNo dataset,
                     const std::map<std::uint32_t, bool>& on_cycle) {
  bool even = true;
  for (const auto& [other, yes] : on_cycle) {
    for (const Edge& edge : state.segment(DatasetNo{other}).in) {
      if (!edge.reads->counts() || !on_cycle.contains(edge.upstream.value)) continue;
      even = even && shifts_evenly(state, edge);
    }
  }
  if (even) return {0, 0};
  const Calendar* const calendar = calendar_of(state, dataset);
  if (calendar == nullptr) return {0, kTriedWithoutTime - 1};
  return {calendar->index_of(kFirstTried), calendar->index_of(kLastTried)};
}

}  // namespace

// Cycles that are new go over the edge: it is enough to walk from either end of it, and quicker
// from the one that has fewer partitions.
Result<void> Engine::check_cycles(const Edge& edge) {
  const std::map<std::uint32_t, bool> on_cycle = cycle_of(working_, edge.downstream);
  if (!on_cycle.contains(edge.upstream.value)) return {};
  const Calendar* const up = calendar_of(working_, edge.upstream);
  const Calendar* const down = calendar_of(working_, edge.downstream);
  const bool from_upstream =
      up != nullptr && down != nullptr && up->granularity() > down->granularity();
  const DatasetNo from = from_upstream ? edge.upstream : edge.downstream;
  const Interval tried = to_be_tried(working_, from, on_cycle);
  for (std::int64_t i = tried.first; i <= tried.last; ++i) {
    if (looks_back(working_, from, i, on_cycle)) continue;
    return base::make_error(
        base::ErrorCode::kInvalidArgument,
        "With this mapping a partition would depend on itself. Every cycle of "
        "mappings must look back: use a window that ends before the partition.");
  }
  return {};
}

}  // namespace headwater::planner
