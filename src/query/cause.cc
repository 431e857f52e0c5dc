#include "query/cause.h"

#include <utility>

#include "query/cause_rank.h"
#include "query/cause_runs.h"

namespace headwater::query {

std::string_view to_string(CauseKind kind) {
  switch (kind) {
    case CauseKind::kCodeVersion: return "code_version";
    case CauseKind::kSchemaChange: return "schema_change";
    case CauseKind::kRunFailed: return "run_failed";
    case CauseKind::kRunLate: return "run_late";
    case CauseKind::kRunMissing: return "run_missing";
    case CauseKind::kVolumeJump: return "volume_jump";
    case CauseKind::kPartitionRewritten: return "partition_rewritten";
  }
  return "";
}

Result<CauseAnswer> find_causes(Session& session, const CauseRequest& request) {
  const cause::Upstream upstream = cause::Upstream::of(session, request);
  CauseAnswer answer;
  answer.from = request.at - request.window;
  answer.cut = upstream.cut();
  HW_TRY(std::vector<cause::Candidate> candidates,
         cause::collect(session, upstream, request, answer.cut));
  std::vector<cause::Candidate> ranked = cause::rank(upstream, request, std::move(candidates));
  answer.total = ranked.size();
  for (cause::Candidate& candidate : ranked) {
    if (answer.causes.size() == request.limit) break;
    candidate.cause.path = upstream.path(candidate.index);
    if (candidate.failed) {
      HW_TRY(candidate.cause.evidence.after, cause::error_of(session, candidate.failed));
    }
    answer.causes.push_back(std::move(candidate.cause));
  }
  return answer;
}

}  // namespace headwater::query
