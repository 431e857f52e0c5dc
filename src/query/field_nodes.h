// The fields of a dataset, by name, for questions that follow columns.
//
// Errors: those of the store.
#pragma once

#include <vector>

#include "query/session.h"

namespace headwater::query {

// Of all names of the dataset, known at the session's moment, by name. Cost: a query per thousand.
Result<std::vector<NodeId>> field_nodes(Session& session, NodeId dataset);

}  // namespace headwater::query
