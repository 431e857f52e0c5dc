// Feed: makes the next State from the rows and nodes recorded since the last one.
//
// Thread-safety: belongs to one request, like its Session. Errors: those of the store.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "query/session.h"
#include "query/text_index/state.h"

namespace headwater::query::text_index {

struct Frozen {
  std::size_t now = 0, past = 0;  // leading segments that must stay as they are
};
// Polled now and then; may be empty. Ends the work with kShuttingDown.
using Cancelled = std::function<bool()>;

// The state at session.seq(); `graph` is of that version and of the newest valid time.
Result<std::shared_ptr<const State>> make_next(Session& session, const Snapshot& graph,
                                               const State& base, const Frozen& frozen,
                                               const Cancelled& cancelled);

// By ordinal: what orders the assets of one level, as of now. One look-up an asset.
struct Rank {
  std::uint64_t key = 0;
  Micros heard = 0;
};
Result<std::vector<Rank>> ranks_of(Session& session, const State& base, const Cancelled& cancelled);

// Readers of a dataset (jobs) and consumers; of a job those of what it writes, together.
struct Use {
  std::uint64_t readers = 0, consumers = 0;
};
Use use_of(const Snapshot& graph, NodeId node);

}  // namespace headwater::query::text_index
