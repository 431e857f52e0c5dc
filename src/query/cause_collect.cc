#include "query/cause_collect.h"

#include <algorithm>
#include <utility>

#include "query/cause_runs.h"
#include "query/versions.h"

namespace headwater::query::cause {

namespace {

Result<void> collect_job(const Scope& scope, std::size_t index, std::span<const RunPoint> points,
                         std::vector<Candidate>& into) {
  HW_CHECK_OK(collect_code(scope, index, points, into));
  collect_timing(scope, index, points, into);
  return collect_written(scope, index, points, into);
}

}  // namespace

std::string Scope::name(NodeId node) const { return name_of(session.graph(), node).name; }

Candidate candidate_at(const Scope& scope, std::size_t index, CauseKind kind, Micros at) {
  Candidate out;
  const Upstream::Node& node = scope.upstream.nodes()[index];
  out.index = index;
  out.cause.kind = kind;
  out.cause.node = node.node;
  out.cause.distance = node.distance;
  out.cause.at = at;
  return out;
}

void add_evidence(const Scope& scope, std::span<const RunPoint> points,
                  const std::vector<std::size_t>& runs, CauseEvidence& evidence) {
  const std::size_t first = runs.size() - std::min(runs.size(), kMaxCauseEvidence);
  for (std::size_t i = first; i < runs.size(); ++i) {
    const RunPoint& point = points[runs[i]];
    evidence.runs.push_back(point.id);
    evidence.seqs.push_back(std::min(point.updated, scope.session.seq()));
  }
  std::sort(evidence.seqs.begin(), evidence.seqs.end());
}

Result<std::vector<Candidate>> collect(Session& session, const Upstream& upstream,
                                       const CauseRequest& request, Cut& cut) {
  Scope scope{session, upstream, request, request.at - request.window, 0};
  HW_TRY(const std::optional<Micros> heard,
         session.rows().last_event_time(request.at, session.seq()));
  scope.heard = heard.value_or(INT64_MIN);
  std::vector<Candidate> out;
  std::size_t budget = request.max_runs, unread = 0;
  for (std::size_t i = 0; i < upstream.nodes().size(); ++i) {
    if (request.cancelled && request.cancelled()) {
      return base::make_error(base::ErrorCode::kCancelled, "The query was stopped.");
    }
    if (session.graph().node(upstream.nodes()[i].node).kind != NodeKind::kJob) {
      HW_CHECK_OK(collect_schema(scope, i, out));
      continue;
    }
    HW_TRY(const std::optional<std::vector<RunPoint>> points,
           read_points(session, upstream.nodes()[i].node, scope.from, request.at, budget));
    if (!points) ++unread;
    HW_CHECK_OK(collect_job(scope, i, points ? *points : std::vector<RunPoint>{}, out));
  }
  if (unread > 0 && cut.reason == graph::CutReason::kNone) {
    cut = {graph::CutReason::kMaxRuns, unread, request.max_runs};
  }
  return out;
}

}  // namespace headwater::query::cause
