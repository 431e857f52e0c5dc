// The edges of a column-lineage answer. Private to query.
#pragma once

#include <vector>

#include "query/columns.h"

namespace headwater::query {

// Everything stated between the nodes, and one assumed edge from dataset to dataset for each pair
// that a job (or flow) joins without stating columns. `nodes` are ordered as in ColumnAnswer.
// Cost: linear in the edges of the nodes; assumed ones: inputs x outputs of each such job.
std::vector<ColumnEdge> column_edges(const Snapshot& graph, const std::vector<ColumnNode>& nodes,
                                     const std::vector<ColumnWalk>& walks, model::EdgeKinds kinds);

}  // namespace headwater::query
