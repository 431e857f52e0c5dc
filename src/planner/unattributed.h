// Unattributed writes: completed runs that wrote a partitioned dataset and named none of its
// partitions. They say nothing about any partition, which stays as it was; whoever reads a verdict
// wants to know of them. Rules: docs/partition-rules.md, "What a run has to say".
//
// Thread-safety: a pure function but for the reader, which belongs to the calling thread. Errors:
// the store's; kCancelled. Bounds: the newest `most` runs of the jobs that ever wrote the dataset
// are looked at; `left_out` says how many were not. Cost: of each a look at what it named, and of
// those that named nothing at what they wrote.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"
#include "storage/storage.h"

namespace headwater::planner {

inline constexpr std::size_t kMaxRunsLookedAt = 2'000;  // if nothing else is said

struct UnattributedWrites {
  std::vector<storage::RunInfo> runs;  // the newest first, by (begin, row)
  std::size_t looked_at = 0;           // of the writers' runs
  std::size_t left_out = 0;            // older ones
};

// `dataset`: canonical. `numbers`: those of its names that have partitions.
base::Result<UnattributedWrites> unattributed_writes(storage::Reader& reader,
                                                     const graph::Snapshot& graph,
                                                     model::NodeId dataset,
                                                     const std::vector<model::DatasetNo>& numbers,
                                                     std::size_t most,
                                                     const std::function<bool()>& cancelled);

}  // namespace headwater::planner
