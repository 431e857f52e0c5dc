// Which datasets downstream of a change of code read none of the columns that it changes.
//
// Follows the column lineage of the graph as POST /impact does for a column that is dropped
// (docs/impact-rules.md): where a job states no column lineage, all its outputs count as touched.
// Thread-safety: belongs to one request. Errors: the store's, kCancelled.
#pragma once

#include <string>
#include <vector>

#include "api/v1/partition_reading.h"

namespace headwater::api::v1 {

// Node ids of those of `affected` that nothing of the change reaches, in their order; none where
// the change names no columns, is one of data, or the walk was cut.
Result<std::vector<std::string>> untouched_by(
    Context& context, PartitionReading& reading, const planner::ChangeDocument& change,
    const std::vector<planner::AffectedDataset>& affected);

}  // namespace headwater::api::v1
