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
constexpr std::int64_t kDense = 400, kSparse = 1000, kStride = 61;

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

}  // namespace

Result<void> Engine::check_cycles(DatasetNo dataset) {
  const std::map<std::uint32_t, bool> on_cycle = cycle_of(working_, dataset);
  if (on_cycle.empty()) return {};
  const Dimension* const dimension = working_.segment(dataset).space->index_dimension();
  const std::int64_t start = dimension != nullptr && dimension->kind == Dimension::Kind::kTime
                                 ? dimension->start_index
                                 : 0;
  const auto holds = [&](std::int64_t i) { return looks_back(working_, dataset, i, on_cycle); };
  bool all = true;
  for (std::int64_t k = 0; k < kDense && all; ++k) all = holds(start + k);
  for (std::int64_t k = 0; k < kSparse && all; ++k) all = holds(start + k * kStride);
  if (all) return {};
  return base::make_error(base::ErrorCode::kInvalidArgument,
                          "With this mapping a partition would depend on itself. Every cycle of "
                          "mappings must look back: use a window that ends before the partition.");
}

}  // namespace headwater::planner
