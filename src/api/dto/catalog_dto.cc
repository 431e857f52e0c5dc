#include "api/dto/catalog_dto.h"

#include <algorithm>
#include <cctype>

#include "api/dto/common.h"
#include "api/dto/people_dto.h"

namespace headwater::api::dto {
namespace {

std::optional<std::string> not_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

std::string node_id(const query::NodeSummary& node) {
  return query::format_node(node.kind, node.name.name_space, node.name.name);
}

void write_fields(JsonWriter& json, const std::vector<query::FieldDetail>& fields) {
  json.begin_array();
  for (const query::FieldDetail& field : fields) {
    json.begin_object().key("name").text(field.path);
    json.key("type").text_or_null(field.type);
    json.key("tags");
    write_texts(json, field.tags);
    json.key("description").text_or_null(field.description).end_object();
  }
  json.end_array();
}

void write_run_datasets(JsonWriter& json, const std::vector<query::RunDataset>& datasets) {
  json.begin_array();
  for (const query::RunDataset& dataset : datasets) {
    json.begin_object().key("datasetVersionId");
    write_version_id(json, dataset.version);
    json.key("facets");
    write_facets(json, dataset.facets);
    json.end_object();
  }
  json.end_array();
}

void write_run_or_null(JsonWriter& json, const query::RunDetail* run) {
  if (run == nullptr) {
    json.null();
  } else {
    write_run(json, *run);
  }
}

// The newest stands twice: it is written once and copied.
void write_runs(JsonWriter& json, const std::vector<query::RunDetail>& runs) {
  JsonWriter newest;
  write_run_or_null(newest, runs.empty() ? nullptr : &runs.front());
  const std::string text = newest.take();
  json.key("latestRun").verbatim(text);
  json.key("latestRuns").begin_array();
  for (const query::RunDetail& run : runs) {
    if (&run == &runs.front()) {
      json.verbatim(text);
    } else {
      write_run(json, run);
    }
  }
  json.end_array();
}

// What a dataset and a version of it have in common.
void write_dataset_head(JsonWriter& json, const query::DatasetDetail& dataset) {
  const model::Name& name = dataset.summary.name;
  json.key("type").text(dataset.type);
  json.key("name").text(name.name);
  json.key("physicalName").text(name.name);
  json.key("namespace").text(name.name_space);
  json.key("sourceName").text(dataset.source_name);
  json.key("fields");
  write_fields(json, dataset.fields);
  json.key("tags");
  write_texts(json, dataset.tags);
  json.key("owners");
  write_texts(json, dataset.owners);
  json.key("description").text_or_null(dataset.description);
  json.key("annotations");
  write_annotations(json, dataset.annotations);
  json.key("facets");
  write_facets(json, dataset.facets);
}

}  // namespace

void write_namespace(JsonWriter& json, const storage::NamespaceRow& row) {
  json.begin_object().key("name").text(row.name);
  json.key("createdAt").time(row.created_at);
  json.key("updatedAt").time(row.updated_at);
  json.key("ownerName").text_or_null(not_empty(row.owner));
  json.key("description").text_or_null(not_empty(row.description));
  json.key("isHidden").boolean(row.deleted).end_object();
}

void write_dataset(JsonWriter& json, const query::DatasetDetail& dataset) {
  json.begin_object().key("id");
  write_name(json, dataset.summary.name);
  json.key("nodeId").text(node_id(dataset.summary));
  write_dataset_head(json, dataset);
  json.key("createdAt").time(dataset.summary.created_at);
  json.key("updatedAt").time(dataset.updated_at);
  json.key("lastModifiedAt").time_or_null(dataset.last_modified_at);
  json.key("lastLifecycleState").text_or_null(dataset.lifecycle);
  json.key("currentVersion").text_or_null(dataset.version);
  json.key("deleted").boolean(dataset.deleted);
  json.key("placeholder").boolean(dataset.summary.placeholder);
  json.key("aliases");
  write_names(json, dataset.aliases);
  json.end_object();
}

void write_dataset_version(JsonWriter& json, const query::DatasetVersion& version) {
  json.begin_object().key("id");
  write_version_id(json, {version.dataset.summary.name, version.version});
  json.key("version").text(version.version);
  json.key("createdAt").time(version.created_at);
  write_dataset_head(json, version.dataset);
  json.key("createdByRun");
  write_run_or_null(json, version.created_by ? &*version.created_by : nullptr);
  json.end_object();
}

void write_job(JsonWriter& json, const query::JobDetail& job) {
  const model::Name& name = job.summary.name;
  json.begin_object().key("id");
  write_name(json, name);
  json.key("nodeId").text(node_id(job.summary));
  json.key("type").text(job.type);
  json.key("name").text(name.name);
  json.key("simpleName").text(job.simple_name);
  json.key("parentJobName").text_or_null(job.parent_name);
  json.key("createdAt").time(job.summary.created_at);
  json.key("updatedAt").time(job.updated_at);
  json.key("namespace").text(name.name_space);
  json.key("inputs");
  write_names(json, job.inputs);
  json.key("outputs");
  write_names(json, job.outputs);
  json.key("location").text_or_null(job.location);
  json.key("tags");
  write_texts(json, job.tags);
  json.key("owners");
  write_texts(json, job.owners);
  json.key("description").text_or_null(job.description);
  json.key("annotations");
  write_annotations(json, job.annotations);
  write_runs(json, job.latest_runs);
  json.key("currentVersion").text_or_null(job.version);
  json.key("facets");
  write_facets(json, job.facets);
  json.key("placeholder").boolean(job.summary.placeholder).end_object();
}

void write_job_version(JsonWriter& json, const query::JobVersion& version) {
  json.begin_object().key("id");
  write_version_id(json, {version.job, version.version});
  json.key("name").text(version.job.name);
  json.key("version").text(version.version);
  json.key("createdAt").time(version.created_at);
  json.key("namespace").text(version.job.name_space);
  json.key("inputs");
  write_names(json, version.inputs);
  json.key("outputs");
  write_names(json, version.outputs);
  json.key("location").text_or_null(version.location);
  json.key("latestRun");
  write_run_or_null(json, version.latest_run ? &*version.latest_run : nullptr);
  json.key("facets");
  write_facets(json, version.facets);
  json.end_object();
}

void write_run(JsonWriter& json, const query::RunDetail& run) {
  json.begin_object().key("id").text(run.id);
  json.key("createdAt").time(run.created_at);
  json.key("updatedAt").time(run.updated_at);
  json.key("nominalStartTime").time_or_null(run.nominal_start);
  json.key("nominalEndTime").time_or_null(run.nominal_end);
  json.key("state").text(run_state(run.state));
  json.key("startedAt").time_or_null(run.started_at);
  json.key("endedAt").time_or_null(run.ended_at);
  json.key("durationMs");
  if (run.duration_ms) {
    json.number(*run.duration_ms);
  } else {
    json.null();
  }
  json.key("args").begin_object().end_object();
  json.key("jobVersion");
  write_version_id(json, run.job_version);
  json.key("inputDatasetVersions");
  write_run_datasets(json, run.inputs);
  json.key("outputDatasetVersions");
  write_run_datasets(json, run.outputs);
  json.key("facets");
  write_facets(json, run.facets);
  json.key("parentRunId").text_or_null(run.parent_run_id).end_object();
}

void write_summary(JsonWriter& json, const query::NodeSummary& node) {
  json.begin_object().key("id");
  write_name(json, node.name);
  std::string_view name = node.name.name;
  if (node.kind == model::NodeKind::kConsumer) {
    const std::size_t colon = name.find(':');
    std::string type(name.substr(0, colon));
    std::ranges::transform(type, type.begin(), [](char c) {
      return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    });
    json.key("type").text(type);
    name.remove_prefix(colon + 1);
  } else {
    json.key("type").text(node.kind == model::NodeKind::kJob ? "BATCH" : "DB_TABLE");
  }
  json.key("name").text(name);
  json.key("namespace").text(node.name.name_space);
  json.key("simpleName").text(simple_name(node.name.name));
  json.key("placeholder").boolean(node.placeholder);
  json.key("createdAt").time(node.created_at).end_object();
}

}  // namespace headwater::api::dto
