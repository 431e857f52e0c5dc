// What lists do not show: private to the catalog and to search.
//
// A dataset or job is deleted if its $state says so and nothing was heard of it since. Deleted
// datasets and hidden namespaces are found together and kept until the next record; a job is asked
// one by one, which is cheap: a deleted job has no edges, and most jobs have some.
// Thread-safety: Hidden is immutable. Errors: those of the store.
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

// Hidden, or a deleted job.
Result<bool> is_hidden(Session& session, const Hidden& hidden, NodeId node);

// Whether it has any edge of table lineage at the snapshot's moment.
bool is_connected(const Snapshot& snapshot, NodeId node);

Result<bool> is_deleted(Session& session, NodeId node);

}  // namespace headwater::query
