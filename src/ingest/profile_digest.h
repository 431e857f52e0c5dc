// The digests of profiles and of the settings of monitors. Private to ingest.
//
// Thread-safety: that of the reader. Cost: a pass over the tables.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/hash.h"
#include "base/result.h"
#include "ingest/ingest.h"
#include "storage/storage.h"

namespace headwater::ingest {

// What a replay must repeat.
base::Result<ViewDigest> profile_digest(storage::Reader& reader);
// What does not depend on the order of arrival, by name. `names`: the hash of each node's name.
base::Result<ViewDigest> named_profile_digest(
    storage::Reader& reader, const std::unordered_map<std::uint32_t, base::Hash128>& names);

}  // namespace headwater::ingest
