// Uses: who used which dataset how often in an interval, as the graph names them at a moment.
// Private to stats.
//
// Reports are by day: every day counts of which a part is in the interval. Thread-safety: immutable
// once made. Cost: one pass over the reports. Errors: kCancelled.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "stats/cells.h"
#include "stats/usage_book.h"

namespace headwater::stats {

using graph::Snapshot;

// What the node is called at the snapshot's moment; itself, if it is not recorded there.
NodeId canonical_of(const Snapshot& graph, NodeId node);

class Uses {
 public:
  struct Use {
    NodeId dataset, consumer;
    std::uint64_t count = 0;  // above zero; at most kMaxCount
  };
  static constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 40;

  static base::Result<Uses> of(const UsageSnapshot& usage, const Snapshot& graph,
                               const Interval& interval, Seq known_at,
                               const std::function<bool()>& cancelled);
  // By consumer. Empty: nobody used it.
  std::span<const Use> of_dataset(NodeId canonical) const;
  const std::vector<Use>& all() const { return all_; }  // by (dataset, consumer)

 private:
  std::vector<Use> all_;
  std::unordered_map<std::uint32_t, std::pair<std::size_t, std::size_t>> places_;
};

}  // namespace headwater::stats
