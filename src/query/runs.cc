#include "query/runs.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "model/json.h"
#include "query/versions.h"

namespace headwater::query {
namespace {

using model::JsonValue;
using storage::ObservationRow;
using storage::RunInfo;

using Facets = std::map<std::string, std::string>;
using Datasets = std::map<Name, Facets>;

// What the events of one run say, taken in their order.
class RunFacts {
 public:
  void add(const JsonValue& event) {
    merge(event.get("run").get("facets"), run_);
    const JsonValue job_facets = event.get("job").get("facets");
    merge(job_facets, job_);
    const JsonValue inputs = event.get("inputs"), outputs = event.get("outputs");
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

  static std::vector<FacetText> list(const Facets& facets) {
    std::vector<FacetText> out;
    for (const auto& [name, json] : facets) out.push_back({name, json});
    return out;
  }

 private:
  static bool is_snapshot(const JsonValue& job_facets) {
    const JsonValue pattern = job_facets.get("jobType").get("emissionPattern");
    return pattern.get("eventContentMode").string() == "COMPLETE_SNAPSHOT";
  }
  static void merge(const JsonValue& facets, Facets& into) {
    facets.members([&](std::string_view name, const JsonValue& value) {
      if (value.get("_deleted").boolean().value_or(false)) {
        into.erase(std::string(name));
      } else if (value.is_object()) {
        into[std::string(name)] = value.text();
      }
    });
  }
  static void merge_datasets(const JsonValue& datasets, std::string_view facets, Datasets& into) {
    datasets.elements([&](const JsonValue& dataset) {
      const Name name{dataset.get("namespace").string().value_or(""),
                      dataset.get("name").string().value_or("")};
      merge(dataset.get(facets), into[name]);
    });
  }

  Facets run_, job_;
  Datasets inputs_, outputs_;
};

Result<RunFacts> facts_of(Session& session, model::RunRow run) {
  HW_TRY(std::vector<ObservationRow> rows, session.rows().observations_of_run(run));
  std::sort(rows.begin(), rows.end(), [](const ObservationRow& a, const ObservationRow& b) {
    return std::tie(a.time, a.rank, a.tie, a.seq) < std::tie(b.time, b.rank, b.tie, b.seq);
  });
  RunFacts facts;
  model::Seq last;
  for (const ObservationRow& row : rows) {
    if (row.seq == last || session.seq() < row.seq) continue;
    last = row.seq;
    HW_TRY(const std::optional<storage::LogRecord> record, session.rows().log_record(row.seq));
    if (record) facts.add(JsonValue(record->body));
  }
  return facts;
}

std::optional<Micros> known(Micros time) {
  if (time == model::kOpenEnd) return std::nullopt;
  return time;
}

Result<std::vector<RunDataset>> with_versions(Session& session, const Datasets& datasets,
                                              Micros as_of) {
  std::vector<RunDataset> out;
  for (const auto& [name, facets] : datasets) {
    RunDataset dataset{{name, std::nullopt}, RunFacts::list(facets)};
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

Result<RunInfo> find_run(Session& session, std::string_view run_id) {
  HW_TRY(std::vector<RunInfo> runs, session.rows().runs_by_run_id(run_id));
  const RunInfo* best = nullptr;
  for (const RunInfo& run : runs) {
    if (session.seq() < run.recorded) continue;
    if (best == nullptr || (best->state == RunState::kUnknown && run.state != RunState::kUnknown) ||
        (run.state != RunState::kUnknown && best->updated < run.updated)) {
      best = &run;
    }
  }
  if (best != nullptr) return *best;
  return base::make_error(base::ErrorCode::kNotFound,
                          "No run has the id " + std::string(run_id) + ".");
}

Result<RunDetail> run_detail(Session& session, const RunInfo& run) {
  HW_TRY(RunDetail detail, head_of(session, run));
  HW_TRY(const RunFacts facts, facts_of(session, run.id));
  detail.facets = facts.run_facets();
  detail.job_facets = facts.job_facets();
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

Result<std::vector<RunInfo>> runs_of_job(Session& session, NodeId job,
                                         std::optional<std::pair<Micros, model::RunRow>> before,
                                         std::size_t limit) {
  std::vector<RunInfo> out;
  while (out.size() < limit) {
    const std::size_t wanted = limit - out.size();
    HW_TRY(std::vector<RunInfo> rows, session.rows().runs_of_job(job, before, wanted));
    for (RunInfo& run : rows) {
      before = {run.first_time, run.id};
      if (!(session.seq() < run.recorded)) out.push_back(std::move(run));
    }
    if (rows.size() < wanted) break;
  }
  return out;
}

Result<std::optional<RunInfo>> latest_run(Session& session, NodeId job) {
  std::optional<std::pair<Micros, model::RunRow>> before;
  for (;;) {
    HW_TRY(std::vector<RunInfo> rows, runs_of_job(session, job, before, 8));
    for (RunInfo& run : rows) {
      if (run.state != RunState::kUnknown) return std::optional<RunInfo>(std::move(run));
      before = {run.first_time, run.id};
    }
    if (rows.size() < 8) return std::optional<RunInfo>{};
  }
}

}  // namespace headwater::query
