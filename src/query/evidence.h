// Evidence: the history of the edges between two nodes, and who says so.
//
// Evidence is not stored: it follows from the observations of the edge's owner, of which those
// within the edge's valid interval that show it are counted. Errors: those of the store.
// Cost: linear in the observations of the owners; each distinct edge set is decoded once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/session.h"
#include "query/values.h"

namespace headwater::query {

struct Evidence {
  std::optional<Micros> first_seen, last_seen;
  std::int64_t count = 0;              // runs, and declarations outside of runs
  std::vector<std::string> facets;     // sorted
  std::vector<std::string> producers;  // sorted
  std::vector<std::string> runs;       // the latest first, at most ten
};

struct EdgeVersionDetail {
  model::EdgeKind kind = model::EdgeKind::kReads;
  NodeId via;
  Micros valid_from = 0, valid_to = model::kOpenEnd;
  model::Seq recorded_from, recorded_to = model::kNeverSeq;
  model::EndReason end_reason = model::EndReason::kNone;
  bool current = false;
  Evidence evidence;
};

// Every version of every edge from one canonical node to another, the newest first.
Result<std::vector<EdgeVersionDetail>> edge_history(Session& session, NodeId from, NodeId to);

}  // namespace headwater::query
