// Collecting: what changed at each node upstream, before anything is ranked.
//
// Thread-safety: as Session. Errors: those of the store; kCancelled. Cost: as in query/cause.h.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "query/cause.h"
#include "query/cause_cadence.h"
#include "query/cause_upstream.h"

namespace headwater::query::cause {

struct Candidate {
  Cause cause;            // without score, path and why
  std::size_t index = 0;  // of its node in Upstream::nodes()
  double magnitude = 1;   // 0..1
  std::string magnitude_text;
  model::RunRow failed;  // the last failed run, of kRunFailed
};

// A cut by max_runs is added to `cut` unless there is one already.
Result<std::vector<Candidate>> collect(Session& session, const Upstream& upstream,
                                       const CauseRequest& request, Cut& cut);

// The parts of it, by concern. Each appends what it finds at the node with that index.
struct Scope {
  Session& session;
  const Upstream& upstream;
  const CauseRequest& request;
  Micros from = 0;
  Micros heard = 0;  // the newest event of any source by `at`
  std::string name(NodeId node) const;
};
Result<void> collect_code(const Scope& scope, std::size_t index, std::span<const RunPoint> points,
                          std::vector<Candidate>& into);
Result<void> collect_schema(const Scope& scope, std::size_t index, std::vector<Candidate>& into);
void collect_timing(const Scope& scope, std::size_t index, std::span<const RunPoint> points,
                    std::vector<Candidate>& into);
// Volumes and rewrites, at the datasets that the job wrote and that are upstream themselves.
Result<void> collect_written(const Scope& scope, std::size_t index,
                             std::span<const RunPoint> points, std::vector<Candidate>& into);

// A candidate at a node, with nothing else filled in.
Candidate candidate_at(const Scope& scope, std::size_t index, CauseKind kind, Micros at);
// Adds runs and their records to the evidence, the newest at most kMaxCauseEvidence.
void add_evidence(const Scope& scope, std::span<const RunPoint> points,
                  const std::vector<std::size_t>& runs, CauseEvidence& evidence);

}  // namespace headwater::query::cause
