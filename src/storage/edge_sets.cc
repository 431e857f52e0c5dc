#include "storage/edge_sets.h"

#include <optional>
#include <string>
#include <utility>

namespace headwater::storage {

Result<model::EdgeSet> read_edge_set(Reader& reader, model::EdgeSetId id) {
  HW_TRY(const std::optional<std::string> bytes, reader.edge_set(id));
  std::optional<model::EdgeSet> set;
  if (bytes) set = model::decode_edge_set(*bytes);
  if (!set) {
    return base::make_error(base::ErrorCode::kStorageCorrupt,
                            "Stored data is damaged; run headwater check.",
                            "edge_set " + std::to_string(id.value));
  }
  return *std::move(set);
}

}  // namespace headwater::storage
