// Edge sets as the store keeps them, decoded.
//
// Thread-safety: as the Reader. Errors: the store's; kStorageCorrupt if the set is not there or is
// damaged. Cost: one row, and a pass over it.
#pragma once

#include "model/edge_set.h"
#include "storage/storage.h"

namespace headwater::storage {

Result<model::EdgeSet> read_edge_set(Reader& reader, model::EdgeSetId id);

}  // namespace headwater::storage
