// What the runs of a job show: failed, late and missing ones, volumes, rewritten partitions.

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "query/cause_collect.h"
#include "query/cause_runs.h"
#include "query/cause_text.h"
#include "query/cause_volumes.h"

namespace headwater::query::cause {
namespace {

using model::kDay;
using State = RunPoint::State;

// Without a cadence, a failure that is made good within an hour delayed nothing.
constexpr Micros kGraceWithoutCadence = model::kHour;
constexpr double kTransient = 0.15;    // a failure made good in time
constexpr double kFreshFailure = 0.4;  // not made good, but not late yet either

double clamp(double value, double least, double most) {
  return std::min(most, std::max(least, value));
}

std::string learned_text(const Cadence& cadence) {
  return "learned from " + std::to_string(cadence.samples) + " intervals of about " +
         length_text(cadence.period);
}

CauseKind kind_of(Timing::Kind kind) {
  switch (kind) {
    case Timing::Kind::kFailed: return CauseKind::kRunFailed;
    case Timing::Kind::kMissing: return CauseKind::kRunMissing;
    case Timing::Kind::kLate:
    case Timing::Kind::kLateEnd: break;
  }
  return CauseKind::kRunLate;
}

void describe_failed(const std::string& name, const Timing& timing, Candidate& out) {
  const Micros grace = timing.cadence ? timing.cadence->done_tolerance : kGraceWithoutCadence;
  const std::string made_good = timing.count == 1 ? " and was made good " : " and were made good ";
  const std::string failed = timing.count == 1
                                 ? "A run of " + name + " failed at " + text_of(timing.due)
                                 : std::to_string(timing.count) + " runs of " + name +
                                       " failed from " + text_of(timing.due) + " on";
  if (timing.recovered) {
    const double late = static_cast<double>(timing.delay - grace) /
                        static_cast<double>(timing.cadence ? timing.cadence->period : kDay);
    out.magnitude = timing.delay <= grace ? kTransient : clamp(kTransient + late, 0.2, 0.6);
    out.magnitude_text = "It was made good " + length_text(timing.delay) + " later" +
                         (timing.delay <= grace ? ", within what is usual." : ".");
    out.cause.summary = failed + made_good + length_text(timing.delay) + " later.";
  } else {
    const bool fresh = timing.delay <= grace;
    out.magnitude =
        fresh ? kFreshFailure : clamp(0.85 + 0.05 * static_cast<double>(timing.count), 0, 1);
    out.magnitude_text = fresh ? "It is not made good, but the job is not late yet."
                               : "It had not been made good by the moment asked about.";
    out.cause.summary = failed + " and had not been made good.";
  }
}

void describe_missing(const std::string& name, const Timing& timing,
                      std::span<const RunPoint> points, Candidate& out) {
  const Micros last = points[timing.runs.back()].start;
  out.magnitude = 1 - 0.3 / static_cast<double>(timing.count);
  const std::string least = timing.count >= kMaxMissing ? "at least " : "";
  out.magnitude_text = least + plural(timing.count, "run was", "runs were") +
                       " due and did not come, " + learned_text(*timing.cadence) + ".";
  out.cause.summary = name + " did not run when it was due at " + text_of(timing.due) +
                      "; its last run before began at " + text_of(last) + ".";
  out.cause.evidence.before = "last run " + text_of(last);
  out.cause.evidence.after = least + plural(timing.count, "missing run", "missing runs");
}

void describe_late(const std::string& name, const Timing& timing, Candidate& out) {
  const Cadence& cadence = *timing.cadence;
  const bool end = timing.kind == Timing::Kind::kLateEnd;
  const Micros tolerance = end ? cadence.done_tolerance : cadence.start_tolerance;
  out.magnitude = clamp(
      0.4 + 0.6 * static_cast<double>(timing.delay) / static_cast<double>(cadence.period), 0.4, 1);
  out.magnitude_text = length_text(timing.delay) + " late, where " + length_text(tolerance) +
                       " is within the usual; " + learned_text(cadence) + ".";
  const std::string verb = end ? "ended" : "started";
  out.cause.summary = timing.until ? name + " " + verb + " " + length_text(timing.delay) +
                                         " late; it was due at " + text_of(timing.due) + "."
                                   : name + " was due to have " + verb + " at " +
                                         text_of(timing.due) + " and had not.";
  out.cause.evidence.before = "due " + text_of(timing.due);
  if (timing.until) out.cause.evidence.after = verb + " " + text_of(*timing.until);
}

// ---- what was written -------------------------------------------------------------------------

using ByDataset = std::map<std::size_t, std::vector<Written>>;  // by index in Upstream

// Per run whether it does an interval again; asked only of those in the window that are not of the
// newest interval.
Result<std::vector<bool>> find_again(const Scope& scope, NodeId job,
                                     std::span<const RunPoint> points) {
  std::vector<bool> out(points.size(), false);
  Micros newest = INT64_MIN;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const RunPoint& point = points[i];
    if (!point.nominal_start) continue;
    if (*point.nominal_start < newest && point.state == State::kCompleted &&
        *point.end >= scope.from) {
      HW_TRY(out[i], done_before(scope.session, job, points, point));
    }
    newest = std::max(newest, *point.nominal_start);
  }
  return out;
}

Result<ByDataset> read_written(const Scope& scope, NodeId job, std::span<const RunPoint> points) {
  ByDataset out;
  HW_TRY(const std::vector<bool> again, find_again(scope, job, points));
  const auto window = std::partition_point(points.begin(), points.end(),
                                           [&](const RunPoint& p) { return p.start < scope.from; });
  const auto before = static_cast<std::size_t>(window - points.begin());
  for (std::size_t i = before - std::min(before, kHistoryRuns); i < points.size(); ++i) {
    const RunPoint& point = points[i];
    if (point.state != State::kCompleted) continue;
    HW_TRY(const std::shared_ptr<const RunOutputs> outputs, outputs_of(scope.session, point));
    for (const RunOutput& output : outputs->outputs) {
      // Kept from a session that knew more names.
      if (output.dataset.value > scope.session.graph().node_count()) continue;
      const auto index = scope.upstream.find(scope.session.graph().canonical(output.dataset));
      if (!index) continue;
      out[*index].push_back({i, *point.end, point.nominal_start.value_or(point.start),
                             point.nominal_start, point.nominal_end, output.rows, output.bytes,
                             output.partitions, again[i]});
    }
  }
  for (auto& [dataset, written] : out) {
    std::stable_sort(written.begin(), written.end(),
                     [](const Written& a, const Written& b) { return a.time < b.time; });
  }
  return out;
}

Candidate jump_candidate(const Scope& scope, std::size_t index, const std::string& job,
                         const VolumeJump& jump) {
  Candidate out = candidate_at(scope, index, CauseKind::kVolumeJump, jump.time);
  const std::string unit = jump.rows ? " rows" : " bytes";
  const std::string usual = count_text(std::llround(jump.usual)) + unit;
  const double ratio = (static_cast<double>(jump.value) + 1) / (jump.usual + 1);
  out.magnitude = clamp(0.4 + 0.6 * std::abs(std::log(ratio)) / std::log(4.0), 0.4, 1);
  out.magnitude_text = count_text(std::llround(100 * ratio)) + " % of what is usual, " +
                       count_text(std::llround(std::abs(jump.z))) + " times the usual spread of " +
                       std::to_string(jump.samples) + " earlier runs" +
                       (jump.same_weekday ? " on the same day of the week." : ".");
  out.cause.summary = job + " wrote " + count_text(jump.value) + unit + " to " +
                      scope.name(out.cause.node) + " at " + text_of(jump.time) +
                      ", usually about " + usual + ".";
  if (jump.more > 0) {
    out.cause.summary += " So did " + plural(jump.more, "run", "runs") + " after it.";
  }
  out.cause.evidence.before = usual;
  out.cause.evidence.after = count_text(jump.value) + unit;
  return out;
}

Candidate rewrite_candidate(const Scope& scope, std::size_t index, const std::string& job,
                            const Rewrite& rewrite) {
  Candidate out = candidate_at(scope, index, CauseKind::kPartitionRewritten, rewrite.first);
  if (rewrite.last != rewrite.first) out.cause.until = rewrite.last;
  const std::size_t count = rewrite.partitions.size();
  out.magnitude = clamp(0.8 + 0.05 * static_cast<double>(count - 1), 0.8, 1);
  out.magnitude_text = plural(count, "partition", "partitions") +
                       " had been written before and had newer ones after " +
                       (count == 1 ? "it." : "them.");
  out.cause.summary = job + " wrote " +
                      (count == 1 ? "the old partition " : "the old partitions ") +
                      list_text(rewrite.partitions) + " of " + scope.name(out.cause.node) +
                      " again at " + text_of(rewrite.first) + ".";
  out.cause.evidence.after = list_text(rewrite.partitions, kMaxCauseEvidence);
  return out;
}

}  // namespace

void collect_timing(const Scope& scope, std::size_t index, std::span<const RunPoint> points,
                    std::vector<Candidate>& into) {
  const Slots slots = slots_of(points);
  const std::string name = scope.name(scope.upstream.nodes()[index].node);
  for (const Timing& timing :
       judge_timing(points, slots, {scope.from, scope.request.at, scope.heard})) {
    Candidate out = candidate_at(scope, index, kind_of(timing.kind), timing.due);
    out.cause.until = timing.until;
    switch (timing.kind) {
      case Timing::Kind::kFailed: describe_failed(name, timing, out); break;
      case Timing::Kind::kMissing: describe_missing(name, timing, points, out); break;
      case Timing::Kind::kLate:
      case Timing::Kind::kLateEnd: describe_late(name, timing, out); break;
    }
    if (timing.kind == Timing::Kind::kFailed) out.failed = points[timing.runs.back()].row;
    add_evidence(scope, points, timing.runs, out.cause.evidence);
    into.push_back(std::move(out));
  }
}

Result<void> collect_written(const Scope& scope, std::size_t index,
                             std::span<const RunPoint> points, std::vector<Candidate>& into) {
  const bool any = std::any_of(points.begin(), points.end(), [&scope](const RunPoint& point) {
    return point.state == State::kCompleted && *point.end >= scope.from;
  });
  if (!any) return {};
  const NodeId node = scope.upstream.nodes()[index].node;
  HW_TRY(const ByDataset all, read_written(scope, node, points));
  const std::string job = scope.name(node);
  for (const auto& [dataset, written] : all) {
    if (const auto jump = find_jump(written, scope.from)) {
      into.push_back(jump_candidate(scope, dataset, job, *jump));
      add_evidence(scope, points, {jump->run}, into.back().cause.evidence);
    }
    if (const auto rewrite = find_rewrite(written, scope.from)) {
      into.push_back(rewrite_candidate(scope, dataset, job, *rewrite));
      add_evidence(scope, points, rewrite->runs, into.back().cause.evidence);
    }
  }
  return {};
}

}  // namespace headwater::query::cause
