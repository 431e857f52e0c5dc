// The digest of everything that is kept of partitions: what a replay must repeat. Private to
// ingest.
//
// Thread-safety: that of the reader. Cost: a pass over the tables.
#pragma once

#include "base/result.h"
#include "ingest/ingest.h"
#include "storage/storage.h"

namespace headwater::ingest {

base::Result<ViewDigest> partition_digest(storage::Reader& reader);

}  // namespace headwater::ingest
