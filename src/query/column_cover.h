// ColumnCover: where column lineage is stated, and where there is a gap. Private to query.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "query/session.h"

namespace headwater::query {

// Says for which outputs a job states column lineage: those whose columns have an edge through it,
// or that declare their own. A statement that an output has no sources at all leaves no edge and
// counts as none. Borrows the snapshot; remembers what it was asked.
class ColumnCover {
 public:
  explicit ColumnCover(const Snapshot& graph) : graph_(graph) {}
  bool covers(NodeId via, NodeId output);

 private:
  const std::vector<std::uint32_t>& vias_of(NodeId output);

  const Snapshot& graph_;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> vias_;
};

}  // namespace headwater::query
