#include "query/runs.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <tuple>

#include "model/json.h"
#include "model/time.h"
#include "query/versions.h"

namespace headwater::query {
namespace {

using model::JsonValue;
using storage::ObservationRow;
using storage::RunInfo;

using Facets = std::map<std::string, std::string_view, std::less<>>;
using Datasets = std::map<Name, Facets>;

std::vector<FacetText> list(const Facets& facets) {
  std::vector<FacetText> out;
  for (const auto& [name, json] : facets) out.push_back({name, std::string(json)});
  return out;
}

// What the events of one run say, taken in their order. Texts stay in the events' bodies.
class RunFacts {
 public:
  RunFacts() = default;
  RunFacts(RunFacts&&) = default;
  RunFacts& operator=(RunFacts&&) = default;

  void add(std::string body) {
    const JsonValue event(bodies_.emplace_back(std::move(body)));
    JsonValue run_facets, job_facets, inputs, outputs;
    event.members([&](std::string_view name, const JsonValue& value) {  // one pass: it may be long
      if (name == "run") run_facets = value.get("facets");
      if (name == "job") job_facets = value.get("facets");
      if (name == "inputs") inputs = value;
      if (name == "outputs") outputs = value;
    });
    merge(run_facets, run_);
    merge(job_facets, job_);
    if (is_snapshot(job_facets) && (inputs.is_array() || outputs.is_array())) {
      inputs_.clear();
      outputs_.clear();
    }
    merge_datasets(inputs, "inputFacets", inputs_);
    merge_datasets(outputs, "outputFacets", outputs_);
  }

  std::vector<FacetText> run_facets() const { return list(run_); }
  std::vector<FacetText> job_facets() const { return list(job_); }
  const Datasets& inputs() const { return inputs_; }
  const Datasets& outputs() const { return outputs_; }

 private:
  static bool is_snapshot(const JsonValue& job_facets) {
    const JsonValue pattern = job_facets.get("jobType").get("emissionPattern");
    return pattern.get("eventContentMode").string() == "COMPLETE_SNAPSHOT";
  }
  static void merge(const JsonValue& facets, Facets& into) {
    facets.members([&](std::string_view name, const JsonValue& value) {
      const auto known = into.find(name);
      if (value.get("_deleted").boolean().value_or(false)) {
        if (known != into.end()) into.erase(known);
      } else if (!value.is_object()) {
        return;
      } else if (known != into.end()) {
        known->second = value.text();
      } else {
        into.emplace(name, value.text());
      }
    });
  }
  static void merge_datasets(const JsonValue& datasets, std::string_view facets, Datasets& into) {
    datasets.elements([&](const JsonValue& dataset) {
      Name name;
      JsonValue its_facets;
      dataset.members([&](std::string_view member, const JsonValue& value) {
        if (member == "namespace") name.name_space = value.string().value_or("");
        if (member == "name") name.name = value.string().value_or("");
        if (member == facets) its_facets = value;
      });
      merge(its_facets, into[name]);
    });
  }

  std::deque<std::string> bodies_;  // which never move
  Facets run_, job_;
  Datasets inputs_, outputs_;
};

// Those of a run's rows that count at the session's moment, one of each record, in the order of
// time.
template <class Rows>
Rows counting(const Session& session, Rows rows) {
  std::erase_if(
      rows, [&](const auto& row) { return session.seq() < row.seq || session.until() < row.time; });
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::tie(a.time, a.rank, a.tie, a.seq) < std::tie(b.time, b.rank, b.tie, b.seq);
  });
  const auto same = [](const auto& a, const auto& b) { return a.seq == b.seq; };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
  return rows;
}

Result<RunFacts> facts_of(Session& session, model::RunRow run) {
  HW_TRY(std::vector<storage::RunRecordRow> rows, session.rows().records_of_run(run));
  RunFacts facts;
  for (const storage::RunRecordRow& row : counting(session, std::move(rows))) {
    HW_TRY(std::optional<storage::LogRecord> record, session.rows().log_record(row.seq));
    if (record) facts.add(std::move(record->body));
  }
  return facts;
}

std::optional<Micros> read_time(const JsonValue& value) {
  const std::optional<std::string> text = value.string();
  if (!text) return std::nullopt;
  const auto time = model::parse_time(*text);
  if (!time) return std::nullopt;
  return time->micros;
}

// One more event, in the order of time: the first end ends the run, the last nominal time counts.
void add_event(const ObservationRow& row, const JsonValue& event, RunInfo& run) {
  const std::string type = event.get("eventType").string().value_or("");
  run.first_time = std::min(run.first_time, row.time);
  run.last_time = row.time;
  run.updated = std::max(run.updated, row.seq);
  if (row.code) run.code = row.code;
  const bool ended = run.ended_at != model::kOpenEnd;
  if (type == "START" && run.started_at == model::kOpenEnd) run.started_at = row.time;
  if (type == "COMPLETE" || type == "FAIL" || type == "ABORT") {
    if (!ended) {
      run.ended_at = row.time;
      run.state = type == "COMPLETE" ? RunState::kCompleted
                  : type == "FAIL"   ? RunState::kFailed
                                     : RunState::kAborted;
    }
  } else if (!ended && (type == "START" || type == "RUNNING")) {
    run.state = RunState::kRunning;
  } else if (run.state == RunState::kUnknown) {
    run.state = RunState::kNew;
  }
  const JsonValue nominal = event.get("run").get("facets").get("nominalTime");
  if (const auto start = read_time(nominal.get("nominalStartTime"))) {
    run.nominal_start = *start;
    run.nominal_end = read_time(nominal.get("nominalEndTime")).value_or(model::kOpenEnd);
  }
}

// The run from those of its records that count; first_time stands already.
Result<RunInfo> merged_anew(Session& session, const RunInfo& run) {
  RunInfo out;
  out.id = run.id;
  out.run_id = run.run_id;
  out.job = run.job;
  out.first_time = run.first_time;
  out.recorded = out.updated = run.recorded;
  HW_TRY(std::vector<ObservationRow> rows, session.rows().observations_of_run(run.id));
  for (const ObservationRow& row : counting(session, std::move(rows))) {
    HW_TRY(const std::optional<storage::LogRecord> record, session.rows().log_record(row.seq));
    if (!record) continue;
    const JsonValue event(record->body);
    add_event(row, event, out);
    if (event.get("run").get("facets").get("parent").is_object()) out.parent = run.parent;
  }
  return out;
}

// When runs of the job were taken to have begun, where that was corrected after the session's seq.
Result<std::map<std::int64_t, Micros>> corrected_later(Session& session, NodeId job) {
  std::map<std::int64_t, Micros> out;
  if (session.newest()) return out;
  HW_TRY(const auto rows, session.rows().run_pasts_of_job(job, session.seq()));
  for (const storage::RunPastRow& row : rows) out.emplace(row.run.value, row.first_time);
  return out;
}

// `run` with first_time as it was known.
Result<std::optional<RunInfo>> as_then(Session& session, RunInfo run) {
  const bool had_begun = session.latest() || run.first_time <= session.until();
  if (session.seq() < run.recorded || !had_begun) return std::optional<RunInfo>{};
  const bool all_known = run.updated <= session.seq();
  const bool all_happened = session.latest() || run.last_time <= session.until();
  if (all_known && all_happened) return std::optional<RunInfo>(std::move(run));
  HW_TRY(RunInfo merged, merged_anew(session, run));
  return std::optional<RunInfo>(std::move(merged));
}

using RunPosition = std::pair<Micros, model::RunRow>;
RunPosition position_of(const RunInfo& run) { return {run.first_time, run.id}; }

// Runs of a job, newest first, in the order that was known: those whose beginning was corrected
// later are taken out of the stored order and put where they stood.
class RunsOfJob {
 public:
  static Result<RunsOfJob> open(Session& session, NodeId job, std::optional<RunPosition> before) {
    RunsOfJob out(session, job);
    const RunPosition end{session.until(), model::RunRow{INT64_MAX}};
    out.before_ = before ? std::min(*before, end) : end;
    HW_TRY(out.corrected_, corrected_later(session, job));
    for (const auto& [id, first_time] : out.corrected_) {
      HW_TRY(std::optional<RunInfo> run, session.rows().run(model::RunRow{id}));
      if (!run) continue;
      run->first_time = first_time;
      if (position_of(*run) < out.before_) out.moved_.push_back(*std::move(run));
    }
    std::sort(out.moved_.begin(), out.moved_.end(),
              [](const RunInfo& a, const RunInfo& b) { return position_of(a) < position_of(b); });
    return out;
  }

  // At most `limit` more; fewer only if there are no more.
  Result<std::vector<RunInfo>> next(std::size_t limit) {
    std::vector<RunInfo> out;
    while (out.size() < limit) {
      const std::size_t wanted = limit - out.size();
      HW_TRY(std::vector<RunInfo> rows, session_->rows().runs_of_job(job_, before_, wanted));
      for (RunInfo& run : rows) {
        before_ = position_of(run);
        if (corrected_.contains(run.id.value)) continue;
        HW_CHECK_OK(take_moved(before_, out));
        HW_CHECK_OK(take(std::move(run), out));
      }
      if (rows.size() < wanted) {
        HW_CHECK_OK(take_moved({INT64_MIN, model::RunRow{}}, out));
        break;
      }
    }
    return out;
  }

 private:
  RunsOfJob(Session& session, NodeId job) : session_(&session), job_(job) {}

  Result<void> take(RunInfo run, std::vector<RunInfo>& out) {
    HW_TRY(std::optional<RunInfo> then, as_then(*session_, std::move(run)));
    if (then) out.push_back(*std::move(then));
    return {};
  }
  Result<void> take_moved(const RunPosition& after, std::vector<RunInfo>& out) {
    while (!moved_.empty() && after < position_of(moved_.back())) {
      HW_CHECK_OK(take(std::move(moved_.back()), out));
      moved_.pop_back();
    }
    return {};
  }

  Session* session_;
  NodeId job_;
  RunPosition before_;
  std::map<std::int64_t, Micros> corrected_;
  std::vector<RunInfo> moved_;  // the newest last
};

std::optional<Micros> known(Micros time) {
  if (time == model::kOpenEnd) return std::nullopt;
  return time;
}

Result<std::vector<RunDataset>> with_versions(Session& session, const Datasets& datasets,
                                              Micros as_of) {
  std::vector<RunDataset> out;
  for (const auto& [name, facets] : datasets) {
    RunDataset dataset{{name, std::nullopt}, list(facets)};
    const Snapshot& graph = session.graph();
    const NodeId node = graph.find(NodeKind::kDataset, name.name_space, name.name);
    if (node) {
      HW_TRY(std::string version, dataset_version_at(session, graph.canonical(node), as_of));
      dataset.version.version = std::move(version);
    }
    out.push_back(std::move(dataset));
  }
  return out;
}

// A placeholder has no time of its own: then that of the record which named it.
Result<Micros> first_moment(Session& session, const RunInfo& run) {
  if (run.first_time != model::kOpenEnd) return run.first_time;
  HW_TRY(const std::optional<storage::LogRecord> record, session.rows().log_record(run.recorded));
  return record ? record->event_time : Micros{0};
}

Result<RunDetail> head_of(Session& session, const RunInfo& run) {
  RunDetail detail;
  detail.id = run.run_id;
  detail.row = run.id;
  detail.state = run.state;
  HW_TRY(detail.created_at, first_moment(session, run));
  detail.updated_at = known(run.last_time).value_or(detail.created_at);
  detail.nominal_start = known(run.nominal_start);
  detail.nominal_end = known(run.nominal_end);
  detail.started_at = known(run.started_at);
  detail.ended_at = known(run.ended_at);
  if (detail.started_at && detail.ended_at) {
    detail.duration_ms = (*detail.ended_at - *detail.started_at) / 1000;
  }
  if (run.parent) {
    HW_TRY(const std::optional<RunInfo> parent, session.rows().run(run.parent));
    if (parent) detail.parent_run_id = parent->run_id;
  }
  return detail;
}

}  // namespace

Result<std::optional<RunInfo>> at_moment(Session& session, RunInfo run) {
  if (session.seq() < run.updated) {
    HW_TRY(const auto corrected, corrected_later(session, run.job));
    const auto past = corrected.find(run.id.value);
    if (past != corrected.end()) run.first_time = past->second;
  }
  return as_then(session, std::move(run));
}

Result<RunInfo> find_run(Session& session, std::string_view run_id) {
  HW_TRY(std::vector<RunInfo> runs, session.rows().runs_by_run_id(run_id));
  std::optional<RunInfo> best;
  for (RunInfo& stored : runs) {
    HW_TRY(std::optional<RunInfo> run, at_moment(session, std::move(stored)));
    if (!run) continue;
    const bool real = run->state != RunState::kUnknown;
    const bool better =
        !best || (real && (best->state == RunState::kUnknown || best->updated < run->updated));
    if (better) best = std::move(run);
  }
  if (best) return *std::move(best);
  return base::make_error(base::ErrorCode::kNotFound, "No run has the id " + std::string(run_id) +
                                                          ", or none had at the moment asked for.");
}

Result<RunDetail> run_detail(Session& session, const RunInfo& run) {
  HW_TRY(RunDetail detail, head_of(session, run));
  HW_TRY(const RunFacts facts, facts_of(session, run.id));
  detail.facets = facts.run_facets();
  const Micros at = known(run.ended_at).value_or(detail.updated_at);
  HW_TRY(detail.inputs, with_versions(session, facts.inputs(), at));
  HW_TRY(detail.outputs, with_versions(session, facts.outputs(), at));
  if (run.job && run.job.value <= session.graph().node_count()) {
    detail.job = session.graph().canonical(run.job);
    detail.job_version.name = name_of(session.graph(), detail.job);
    HW_TRY(std::string version, job_version_at(session, detail.job, at));
    if (run.state != RunState::kUnknown) detail.job_version.version = std::move(version);
  }
  return detail;
}

Result<std::vector<FacetText>> job_facets_of_run(Session& session, const RunInfo& run) {
  HW_TRY(const RunFacts facts, facts_of(session, run.id));
  return facts.job_facets();
}

Result<std::vector<RunInfo>> runs_of_job(Session& session, NodeId job,
                                         std::optional<std::pair<Micros, model::RunRow>> before,
                                         std::size_t limit) {
  HW_TRY(RunsOfJob runs, RunsOfJob::open(session, job, before));
  HW_TRY(std::vector<RunInfo> out, runs.next(limit));
  if (out.size() > limit) out.resize(limit);
  return out;
}

Result<std::vector<RunInfo>> newest_runs(Session& session, NodeId job, std::size_t limit) {
  SessionMemory::Runs known = session.memory().runs(job);
  if (!known || known->asked < limit) {
    SessionMemory::NewestRuns found;
    HW_TRY(found.runs, runs_of_job(session, job, std::nullopt, limit));
    found.asked = limit;
    known = std::make_shared<const SessionMemory::NewestRuns>(std::move(found));
    session.memory().keep(job, known);
  }
  const auto begin = known->runs.begin();
  const std::size_t size = std::min(limit, known->runs.size());
  return std::vector<RunInfo>(begin, begin + static_cast<std::ptrdiff_t>(size));
}

Result<std::int64_t> count_runs_of_job(Session& session, NodeId job) {
  if (session.latest() && session.newest()) return session.rows().count_runs_of_job(job);
  const Micros until = session.until();
  HW_TRY(std::int64_t count, session.rows().count_runs_of_job(job, until, session.seq()));
  HW_TRY(const auto corrected, corrected_later(session, job));
  for (const auto& [id, first_time] : corrected) {
    if (first_time <= until) continue;
    HW_TRY(const std::optional<RunInfo> run, session.rows().run(model::RunRow{id}));
    if (run && run->first_time <= until) --count;
  }
  return count;
}

Result<std::optional<RunInfo>> latest_run(Session& session, NodeId job) {
  HW_TRY(RunsOfJob runs, RunsOfJob::open(session, job, std::nullopt));
  constexpr std::size_t kAtOnce = 4;  // placeholders are few
  for (;;) {
    HW_TRY(std::vector<RunInfo> rows, runs.next(kAtOnce));
    for (RunInfo& run : rows) {
      if (run.state != RunState::kUnknown) return std::optional<RunInfo>(std::move(run));
    }
    if (rows.size() < kAtOnce) return std::optional<RunInfo>{};
  }
}

}  // namespace headwater::query
