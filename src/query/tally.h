// Tally: how many nodes of each kind there are, by namespace, what was merged into others left out.
//
// Kept for the newest version that asked, and brought up from there: new nodes are added; where
// older ones were merged since, all are counted anew. Thread-safety: a Tally is immutable. Errors:
// those of the store. Cost: some 20 ns a node that is counted. Memory: by kinds and namespaces.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "query/session.h"

namespace headwater::query {

struct Tally {
  Seq seq;
  std::uint32_t nodes = 0;  // ids up to this are counted
  // The names live as long as the graph.
  std::map<std::pair<NodeKind, std::string_view>, std::int64_t> counts;

  std::int64_t of(NodeKind kind) const;
  std::int64_t of(NodeKind kind, std::string_view name_space) const;
};

// At the session's record, which must be in no past of valid time: nodes are not un-merged by it.
Result<std::shared_ptr<const Tally>> tally(Session& session);

}  // namespace headwater::query
