// Declared: who declared a space or a mapping, and what runs showed of it, for readers.
//
// What is in force stands in the State; this is what the documents say beside it. Thread-safety:
// that of the reader. Errors: the store's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "planner/documents.h"
#include "planner/history.h"
#include "planner/state.h"
#include "storage/storage.h"

namespace headwater::planner {

// Nothing if nobody declared and no run showed a space.
base::Result<std::optional<SpaceDocument>> space_document(storage::Reader& reader,
                                                          DatasetNo dataset);

// How many partitions are due for refresh at `now`; nothing if its space has no refresh window. In
// time proportional to the dataset. kCancelled if `cancelled` said so; it may be empty.
base::Result<std::optional<std::int64_t>> refresh_due(History& history, const State& state,
                                                      DatasetNo dataset, base::Micros now,
                                                      const std::function<bool()>& cancelled);

struct KnownMapping {
  DatasetNo upstream, downstream;
  std::optional<Mapping> in_force;
  MappingDocument document;
  std::uint64_t seen = 0;  // runs that agree with the one in force
};
// Nothing if there is none.
base::Result<std::optional<KnownMapping>> find_mapping(storage::Reader& reader, const State& state,
                                                       DatasetNo upstream, DatasetNo downstream);
// Those of the dataset, upstream ones first, each by the other dataset.
base::Result<std::vector<KnownMapping>> mappings_of(storage::Reader& reader, const State& state,
                                                    DatasetNo dataset, bool upstream,
                                                    bool downstream);

}  // namespace headwater::planner
