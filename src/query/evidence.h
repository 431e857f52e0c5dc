// Evidence: the history of the edges between two nodes, and who says so.
//
// Evidence is not stored: it follows from the observations of the edge's owner, of which those
// within the edge's valid interval that show it are counted. Errors: those of the store.
// Cost: linear in the observations of the owners; each distinct edge set is decoded once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/edge_set.h"
#include "query/session.h"
#include "query/values.h"

namespace headwater::query {

struct Evidence {
  std::optional<Micros> first_seen, last_seen;
  std::int64_t count = 0;              // runs, and declarations outside of runs
  std::vector<std::string> facets;     // sorted
  std::string strongest;               // of them; empty if there is none
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

// The evidence of single edges; owners that many of them share are read once. Belongs to one
// session. Memory: the observations of a few owners at a time.
class EvidenceReader {
 public:
  explicit EvidenceReader(Session& session);
  ~EvidenceReader();
  EvidenceReader(const EvidenceReader&) = delete;
  EvidenceReader& operator=(const EvidenceReader&) = delete;

  Result<Evidence> of(model::EdgeId edge);

 private:
  struct Owners;
  Session& session_;
  std::unique_ptr<Owners> owners_;
};

}  // namespace headwater::query
