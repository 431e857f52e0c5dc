// What lists do not show: private to the catalog and to search.
//
// A dataset or job is deleted if its $state says so and nothing was heard of it since. Only nodes
// that a deletion or a $state names can be, so the set is made from those and kept until the next
// record. Thread-safety: Hidden is immutable. Errors: those of the store.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>

#include "query/session.h"

namespace headwater::query {

struct Hidden {
  std::unordered_set<std::uint32_t> nodes;
  std::unordered_set<std::string> namespaces;

  bool contains(const Snapshot& snapshot, NodeId node) const;
};

Result<std::shared_ptr<const Hidden>> hidden(Session& session);

Result<bool> is_deleted(Session& session, NodeId node);

}  // namespace headwater::query
