#include "query/cause_runs.h"

#include <algorithm>
#include <utility>

#include "model/json.h"
#include "model/time.h"
#include "query/runs.h"

namespace headwater::query::cause {
namespace {

using model::JsonValue;
using storage::RunInfo;

constexpr std::size_t kPage = 64;
// Where the first run of an old interval is looked for.
constexpr Micros kSoonAfter = 2 * model::kDay;

std::optional<Micros> known(Micros time) {
  if (time == model::kOpenEnd) return std::nullopt;
  return time;
}

// Distinct records that speak of the run and are known, the newest first.
Result<std::vector<Seq>> records_of(Session& session, model::RunRow run) {
  HW_TRY(const std::vector<storage::ObservationRow> rows, session.rows().observations_of_run(run));
  std::vector<Seq> seqs;
  for (auto it = rows.rbegin(); it != rows.rend(); ++it) {
    if (session.seq() < it->seq) continue;
    if (std::find(seqs.begin(), seqs.end(), it->seq) == seqs.end()) seqs.push_back(it->seq);
    if (seqs.size() == kMaxRecordsPerRun) break;
  }
  return seqs;
}

// The row says how the run stands now. If it was touched after what the session knows, its end may
// be news: then it is what the known events say.
Result<void> forget_news(Session& session, RunInfo& run) {
  if (run.updated <= session.seq()) return {};
  run.updated = run.recorded;
  run.state = RunState::kRunning;
  run.ended_at = model::kOpenEnd;
  HW_TRY(const std::vector<Seq> seqs, records_of(session, run.id));
  for (const Seq seq : seqs) {
    HW_TRY(const std::optional<storage::LogRecord> record, session.rows().log_record(seq));
    if (!record) continue;
    run.updated = std::max(run.updated, seq);
    const std::string type = JsonValue(record->body).get("eventType").string().value_or("");
    if (type != "COMPLETE" && type != "FAIL" && type != "ABORT") continue;
    run.state = type == "COMPLETE" ? RunState::kCompleted : RunState::kFailed;
    run.ended_at = std::min(run.ended_at, record->event_time);
  }
  return {};
}

RunPoint point_of(const RunInfo& run, Micros at) {
  RunPoint point;
  point.row = run.id;
  point.id = run.run_id;
  point.recorded = run.recorded;
  point.updated = run.updated;
  point.start = known(run.started_at).value_or(run.first_time);
  point.nominal_start = known(run.nominal_start);
  point.nominal_end = known(run.nominal_end);
  if (run.ended_at <= at) {
    point.end = run.ended_at;
    point.state =
        run.state == RunState::kCompleted ? RunPoint::State::kCompleted : RunPoint::State::kFailed;
  }
  return point;
}

void read_partitions(const JsonValue& condition, std::vector<std::string>& into) {
  condition.get("partitions").elements([&](const JsonValue& partition) {
    std::optional<std::string> name = partition.get("identifier").string();
    if (!name) name = std::string(partition.get("dimensions").text());
    if (!name->empty() && into.size() <= kMaxPartitions) into.push_back(*std::move(name));
  });
  if (into.size() > kMaxPartitions) into.clear();
}

// Adds what an event says of its outputs; false if it says nothing.
bool read_outputs(const Session& session, const JsonValue& event, RunOutputs& into) {
  bool any = false;
  event.get("outputs").elements([&](const JsonValue& dataset) {
    const JsonValue facets = dataset.get("outputFacets");
    const JsonValue statistics = facets.get("outputStatistics");
    const JsonValue condition = facets.get("subset").get("outputCondition");
    if (!statistics.is_object() && !condition.is_object()) return;
    const NodeId node =
        session.graph().find(NodeKind::kDataset, dataset.get("namespace").string().value_or(""),
                             dataset.get("name").string().value_or(""));
    if (!node) return;
    RunOutput output{
        node, statistics.get("rowCount").integer(), statistics.get("size").integer(), {}};
    read_partitions(condition, output.partitions);
    into.outputs.push_back(std::move(output));
    any = true;
  });
  return any;
}

}  // namespace

Result<std::optional<std::vector<RunPoint>>> read_points(Session& session, NodeId job, Micros from,
                                                         Micros at, std::size_t& budget) {
  std::vector<RunPoint> points;
  std::pair<Micros, model::RunRow> before{at + 1, model::RunRow{}};
  std::size_t history = 0;
  const auto enough = [&history, &points, from] {
    if (history < kHistoryRuns) return false;
    return history >= kMaxHistoryRuns || points.back().start <= from - kHistory;
  };
  while (!enough()) {
    HW_TRY(std::vector<RunInfo> runs, runs_of_job(session, job, before, kPage));
    if (runs.size() > budget) return std::optional<std::vector<RunPoint>>{};
    budget -= runs.size();
    for (RunInfo& run : runs) {
      before = {run.first_time, run.id};
      if (run.state == RunState::kUnknown) continue;
      HW_CHECK_OK(forget_news(session, run));
      points.push_back(point_of(run, at));
      if (points.back().start < from) ++history;
    }
    if (runs.size() < kPage) break;
  }
  std::stable_sort(points.begin(), points.end(), [](const RunPoint& a, const RunPoint& b) {
    return std::pair(a.start, a.row) < std::pair(b.start, b.row);
  });
  return std::optional(std::move(points));
}

Result<bool> done_before(Session& session, NodeId job, std::span<const RunPoint> points,
                         const RunPoint& point) {
  if (!point.nominal_start) return false;
  const Micros from = *point.nominal_start, to = point.nominal_end.value_or(from + 1);
  const auto done = [&](Micros nominal, std::optional<Micros> end, bool completed) {
    return completed && nominal >= from && nominal < to && end && *end <= point.start;
  };
  Micros oldest = model::kOpenEnd;
  for (const RunPoint& other : points) {
    if (!other.nominal_start) continue;
    const bool completed = other.state == RunPoint::State::kCompleted;
    if (done(*other.nominal_start, other.end, completed)) return true;
    oldest = std::min(oldest, *other.nominal_start);
  }
  if (points.empty() || from > oldest) return false;
  const Micros soon = std::min(points.front().start, to + kSoonAfter);
  HW_TRY(const std::vector<RunInfo> runs,
         runs_of_job(session, job, std::pair(soon, model::RunRow{}), kPage));
  return std::any_of(runs.begin(), runs.end(), [&](const RunInfo& run) {
    return done(run.nominal_start, known(run.ended_at), run.state == RunState::kCompleted);
  });
}

Result<std::optional<std::string>> error_of(Session& session, model::RunRow run) {
  HW_TRY(const std::vector<Seq> seqs, records_of(session, run));
  for (const Seq seq : seqs) {
    HW_TRY(const std::optional<storage::LogRecord> record, session.rows().log_record(seq));
    if (!record) continue;
    const JsonValue facet = JsonValue(record->body).get("run").get("facets").get("errorMessage");
    std::optional<std::string> message = facet.get("message").string();
    if (!message || message->empty()) continue;
    std::size_t size = std::min(message->find('\n'), message->size());
    const bool cut = size > kMaxErrorBytes;
    if (cut) size = kMaxErrorBytes;
    // Not within a character of UTF-8.
    while (cut && (static_cast<unsigned char>((*message)[size]) & 0xC0) == 0x80) --size;
    message->resize(size);
    if (cut) *message += "…";
    return message;
  }
  return std::optional<std::string>{};
}

Result<std::shared_ptr<const RunOutputs>> outputs_of(Session& session, const RunPoint& point) {
  Service& service = session.service();
  std::shared_ptr<const RunOutputs> kept = service.cached_outputs(point.row, point.updated);
  if (kept) return kept;
  HW_TRY(const std::vector<Seq> seqs, records_of(session, point.row));
  auto outputs = std::make_shared<RunOutputs>();
  for (const Seq seq : seqs) {
    HW_TRY(const std::optional<storage::LogRecord> record, session.rows().log_record(seq));
    if (record && read_outputs(session, JsonValue(record->body), *outputs)) break;
  }
  service.cache_outputs(point.row, point.updated, outputs);
  return std::shared_ptr<const RunOutputs>(std::move(outputs));
}

}  // namespace headwater::query::cause
