#include "stats/uses.h"

#include <algorithm>

#include "graph/graph_inl.h"
#include "stats/radix.h"

namespace headwater::stats {

NodeId canonical_of(const Snapshot& graph, NodeId node) {
  return node.value == 0 || node.value > graph.node_count() ? node : graph.canonical(node);
}

base::Result<Uses> Uses::of(const UsageSnapshot& usage, const Snapshot& graph,
                            const Interval& interval, Seq known_at,
                            const std::function<bool()>& cancelled) {
  Uses out;
  if (interval.to <= interval.from) return out;
  const std::int64_t first = day_of(interval.from), last = day_of(interval.to - 1);
  std::vector<Keyed<std::uint64_t>> found;
  for (std::size_t b = 0; b < usage.blocks(); ++b) {
    if (cancelled && cancelled()) return cancelled_error();
    const UsageRow* rows = usage.block(b);
    for (std::size_t i = 0; i < usage.size_of(b); ++i) {
      const UsageRow& row = rows[i];
      if (row.day < first || row.day > last || known_at < row.seq) continue;
      const std::uint64_t dataset = canonical_of(graph, row.dataset).value;
      found.push_back({dataset << 32 | canonical_of(graph, row.consumer).value, row.count});
    }
    if (found.size() >= std::size_t{1} << 22) sort_and_add(found);
  }
  sort_and_add(found);
  for (const auto& [key, count] : found) {
    if (count <= 0) continue;
    const NodeId dataset{static_cast<std::uint32_t>(key >> 32)};
    const auto place = out.places_.try_emplace(dataset.value, out.all_.size(), 0).first;
    ++place->second.second;
    out.all_.push_back({dataset, NodeId{static_cast<std::uint32_t>(key)},
                        std::min(static_cast<std::uint64_t>(count), kMaxCount)});
  }
  return out;
}

std::span<const Uses::Use> Uses::of_dataset(NodeId canonical) const {
  const auto it = places_.find(canonical.value);
  if (it == places_.end()) return {};
  return std::span(all_).subspan(it->second.first, it->second.second);
}

}  // namespace headwater::stats
