// The fields of a dataset that are nodes, for questions that follow columns.
//
// Errors: none. Cost: linear in the fields, in memory; then they are sorted.
#pragma once

#include <vector>

#include "query/session.h"

namespace headwater::query {

// Of all names of the dataset, one after the other, each by path.
std::vector<NodeId> field_nodes(const Snapshot& snapshot, NodeId dataset);

}  // namespace headwater::query
