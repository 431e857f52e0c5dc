// Digests of use and cost. Private to ingest.
//
// Thread-safety: that of the reader. Cost: a pass over the tables.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/result.h"
#include "ingest/ingest.h"
#include "storage/storage.h"

namespace headwater::ingest {

// What a replay must repeat: every row.
base::Result<ViewDigest> stats_digest(storage::Reader& reader);
// What does not depend on the order of arrival: use by names, and what the ledger comes to for each
// job, dataset and day. `names`: of nodes by id.
base::Result<std::vector<ViewDigest>> named_stats_digests(
    storage::Reader& reader, const std::unordered_map<std::uint32_t, base::Hash128>& names);

}  // namespace headwater::ingest
