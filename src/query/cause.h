// Cause: what changed upstream of a dataset or job in a window before a moment, ranked. The rules
// and their reasons: docs/cause-rules.md.
//
// Everything is as it was at `at` and as it was known at the session's moment: a run that ended
// after `at` was still running, a run that was recorded later does not exist. Candidates are
// collected per upstream node (query/cause_collect.h), from learned cadences (cause_cadence.h) and
// volumes (cause_volumes.h), then scored and told apart from their own symptoms (cause_rank.h).
//
// Errors: those of the store; kCancelled. Bounds: the request's. Cost: two walks upstream; per
// upstream job its newest runs and, once per run, one or two records of the log (then kept in the
// Service); per upstream node its attributes. A path per listed cause.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/duration.h"
#include "query/lineage.h"
#include "query/session.h"

namespace headwater::query {

enum class CauseKind {
  kCodeVersion,
  kSchemaChange,
  kRunFailed,
  kRunLate,
  kRunMissing,
  kVolumeJump,
  kPartitionRewritten,
};
std::string_view to_string(CauseKind kind);

struct CauseRequest {
  NodeId node;  // canonical; a dataset or job
  Micros at = 0;
  Micros window = 2 * model::kDay;
  std::uint32_t depth = UINT32_MAX;
  std::size_t max_nodes = 10'000;
  std::size_t max_runs = 50'000;  // rows read over all upstream jobs, nearest jobs first
  std::size_t limit = 20;
  std::function<bool()> cancelled;
};

// One factor of a score, which is the product of all.
struct CauseFactor {
  std::string_view factor;  // a name in docs/cause-rules.md
  double value = 1;         // 0..1
  std::string text;
};

struct CauseEvidence {
  std::vector<Seq> seqs;          // ascending, at most kMaxCauseEvidence
  std::vector<std::string> runs;  // the same
  std::optional<std::string> before, after;
};
inline constexpr std::size_t kMaxCauseEvidence = 10;

struct Cause {
  CauseKind kind = CauseKind::kCodeVersion;
  NodeId node;
  Micros at = 0;
  std::optional<Micros> until;  // nothing: it lasted at the moment asked about, or has no length
  std::uint32_t distance = 0;
  double score = 0;                 // 0..1
  std::vector<model::EdgeId> path;  // from `node` to the asked node
  std::string summary;
  std::vector<CauseFactor> why;
  CauseEvidence evidence;
  std::vector<std::size_t> masks;  // ranks (from 1) of what looks like a symptom of this one
};

struct CauseAnswer {
  Micros from = 0;            // at - window
  std::vector<Cause> causes;  // the best `limit`, best first
  std::size_t total = 0;
  Cut cut;
};

Result<CauseAnswer> find_causes(Session& session, const CauseRequest& request);

}  // namespace headwater::query
