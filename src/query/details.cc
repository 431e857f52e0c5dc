#include <algorithm>
#include <map>
#include <utility>

#include "graph/graph_inl.h"
#include "model/json.h"
#include "query/annotations.h"
#include "query/attributes.h"
#include "query/catalog.h"
#include "query/hidden.h"
#include "query/node_ref.h"
#include "query/runs.h"
#include "query/versions.h"

namespace headwater::query {
namespace {

using graph::Direction;
using model::EdgeKind;

std::string dataset_type(const std::vector<FacetText>& facets, std::string_view name_space) {
  if (auto type = read_member(facet_named(facets, "datasetType"), "datasetType")) return *type;
  for (const std::string_view scheme : {"kafka:", "kinesis:", "pubsub", "pulsar:"}) {
    if (name_space.starts_with(scheme)) return "STREAM";
  }
  return "DB_TABLE";
}

std::string job_type(const std::vector<FacetText>& facets) {
  const std::string_view facet = facet_named(facets, "jobType");
  if (read_member(facet, "jobType") == "SERVICE") return "SERVICE";
  return read_member(facet, "processingType") == "STREAMING" ? "STREAM" : "BATCH";
}

using FieldAnnotations = std::map<std::string, Annotations>;

std::vector<FieldDetail> fields_with_tags(const std::vector<FacetText>& facets,
                                          const FieldAnnotations& annotations) {
  std::vector<FieldDetail> fields = read_fields(facet_named(facets, "schema"));
  const auto by_field = read_tags(facet_named(facets, "tags"));
  for (FieldDetail& field : fields) {
    if (field.path.empty()) continue;
    if (const auto it = by_field.find(field.path); it != by_field.end()) field.tags = it->second;
    const auto said = annotations.find(field.path);
    if (said == annotations.end()) continue;
    field.tags = unite_tags(field.tags, said->second);
    if (said->second.description) field.description = said->second.description->text;
  }
  return fields;
}

std::vector<std::string> own_tags(const std::vector<FacetText>& facets) {
  auto by_field = read_tags(facet_named(facets, "tags"));
  return std::move(by_field[""]);
}

Result<Micros> last_heard(Session& session, NodeId node, Micros first_seen) {
  HW_TRY(const std::optional<Micros> last, session.last_heard(node));
  return std::max(last.value_or(first_seen), first_seen);
}

// The end of the newest completed run of a job, looked for among a few.
Result<std::optional<Micros>> last_completed(Session& session, NodeId job) {
  for (const std::size_t limit : {std::size_t{1}, std::size_t{8}}) {  // mostly the newest is it
    HW_TRY(const std::vector<storage::RunInfo> runs, newest_runs(session, job, limit));
    for (const storage::RunInfo& run : runs) {
      if (run.state == RunState::kCompleted && run.ended_at != model::kOpenEnd) {
        return std::optional<Micros>(run.ended_at);
      }
    }
    if (runs.size() < limit) break;
  }
  return std::optional<Micros>{};
}

// Of the jobs that write the dataset.
Result<std::optional<Micros>> last_modified(Session& session, NodeId dataset) {
  std::optional<Micros> newest;
  const auto writers = session.graph().neighbors(
      dataset, Direction::kUpstream, mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped));
  for (const graph::Neighbor& writer : writers) {
    HW_TRY(const std::optional<Micros> end,
           last_completed(session, session.graph().canonical(writer.node)));
    if (end) newest = std::max(newest.value_or(*end), *end);
  }
  return newest;
}

// A person's description stands before that of a producer.
std::optional<std::string> description_of(const std::vector<FacetText>& facets,
                                          const Annotations& annotations) {
  if (annotations.description) return annotations.description->text;
  return read_member(facet_named(facets, "documentation"), "description");
}

// Everything that follows from the facets that held at `as_of`, and from what people said.
Result<DatasetDetail> describe(Session& session, NodeId dataset, const Attributes& attributes,
                               Micros as_of) {
  DatasetDetail out;
  out.summary = summarize(session.graph(), dataset);
  HW_TRY(out.facets, attributes.facets(session, as_of));
  out.type = dataset_type(out.facets, out.summary.name.name_space);
  out.source_name = read_member(facet_named(out.facets, "dataSource"), "name")
                        .value_or(out.summary.name.name_space);
  HW_TRY(const auto of_fields, field_annotations(session, dataset, attributes, as_of));
  HW_TRY(out.annotations, read_annotations(session, attributes, as_of));
  out.fields = fields_with_tags(out.facets, of_fields);
  out.tags = unite_tags(own_tags(out.facets), out.annotations);
  out.owners = unite_owners(read_owners(facet_named(out.facets, "ownership")), out.annotations);
  out.description = description_of(out.facets, out.annotations);
  out.lifecycle =
      read_member(facet_named(out.facets, "lifecycleStateChange"), "lifecycleStateChange");
  const AttributeVersion* schema = attributes.find("schema", as_of);
  if (schema != nullptr) {
    HW_TRY(out.version, dataset_version_of(session, dataset, schema->content));
  }
  return out;
}

Result<std::optional<RunDetail>> creating_run(Session& session, NodeId dataset, Micros created) {
  HW_TRY(const std::vector<storage::ObservationRow> rows,
         session.rows().observations_of_owner(dataset));
  for (const storage::ObservationRow& row : rows) {
    if (row.time != created || !row.run || session.seq() < row.seq) continue;
    HW_TRY(std::optional<storage::RunInfo> stored, session.rows().run(row.run));
    if (!stored) continue;
    HW_TRY(const auto run, at_moment(session, *std::move(stored)));
    if (!run) continue;
    HW_TRY(RunDetail detail, run_detail(session, *run));
    return std::optional<RunDetail>(std::move(detail));
  }
  return std::optional<RunDetail>{};
}

void name_parent(const Session& session, NodeId job, JobDetail& out) {
  out.simple_name = out.summary.name.name;
  session.graph().for_each(job, Direction::kUpstream, mask(EdgeKind::kParent),
                           [&](const graph::Neighbor& parent) {
                             out.parent_name = name_of(session.graph(), parent.node).name;
                             return false;
                           });
  if (!out.parent_name) return;
  const std::string prefix = *out.parent_name + ".";
  if (out.simple_name.starts_with(prefix)) out.simple_name.erase(0, prefix.size());
}

template <class Spans>
auto find_span(const Spans& spans, std::string_view version) {
  return std::find_if(spans.begin(), spans.end(),
                      [version](const VersionSpan& span) { return span.id == version; });
}

base::Error no_version(std::string_view version) {
  return base::make_error(base::ErrorCode::kNotFound,
                          "There is no version " + std::string(version) + " of it.");
}

}  // namespace

Result<NodeId> find_named(const Session& session, NodeKind kind, std::string_view name_space,
                          std::string_view name) {
  const NodeId node = session.graph().find(kind, name_space, name);
  if (node && was_seen(session.graph(), session.graph().canonical(node))) {
    return session.graph().canonical(node);
  }
  std::string text(kind == NodeKind::kJob ? "No job named " : "No dataset named ");
  text.append(name).append(" in the namespace ").append(name_space);
  return base::make_error(base::ErrorCode::kNotFound,
                          text + " was recorded at the moment asked for.");
}

NodeSummary summarize(const Snapshot& snapshot, NodeId node) {
  const graph::NodeInfo info = snapshot.node(node);
  return {node,
          info.kind,
          {std::string(info.name_space), std::string(info.name)},
          info.placeholder,
          info.first_seen};
}

Result<DatasetDetail> dataset_detail(Session& session, NodeId dataset) {
  HW_TRY(const Attributes attributes, Attributes::read(session, dataset));
  HW_TRY(DatasetDetail out, describe(session, dataset, attributes, session.moment().as_of));
  HW_TRY(out.updated_at, last_heard(session, dataset, out.summary.created_at));
  HW_TRY(out.last_modified_at, last_modified(session, dataset));
  HW_TRY(out.deleted, is_deleted(session, dataset));
  for (const NodeId alias : session.graph().aliases(dataset)) {
    out.aliases.push_back(name_of(session.graph(), alias));
  }
  std::sort(out.aliases.begin(), out.aliases.end());
  return out;
}

Result<JobDetail> job_detail(Session& session, NodeId job, std::size_t runs) {
  const Micros as_of = session.moment().as_of;
  JobDetail out;
  out.summary = summarize(session.graph(), job);
  HW_TRY(const Attributes attributes, Attributes::read(session, job));
  HW_TRY(out.facets, attributes.facets(session, as_of));
  HW_TRY(const std::optional<std::string> code, attributes.text(session, "$code", as_of));
  out.type = job_type(out.facets);
  out.location = read_member(facet_named(out.facets, "sourceCodeLocation"), "url");
  HW_TRY(out.annotations, read_annotations(session, attributes, as_of));
  out.description = description_of(out.facets, out.annotations);
  out.tags = unite_tags(own_tags(out.facets), out.annotations);
  out.owners = unite_owners(read_owners(facet_named(out.facets, "ownership")), out.annotations);
  out.inputs = job_datasets(session, job, Direction::kUpstream, as_of);
  out.outputs = job_datasets(session, job, Direction::kDownstream, as_of);
  if (code || !out.inputs.empty() || !out.outputs.empty()) {
    HW_TRY(out.version, job_version_at(session, job, as_of));
  }
  name_parent(session, job, out);
  HW_TRY(out.updated_at, last_heard(session, job, out.summary.created_at));
  HW_TRY(const std::vector<storage::RunInfo> rows, newest_runs(session, job, runs));
  for (const storage::RunInfo& run : rows) {
    HW_TRY(RunDetail detail, run_detail(session, run));
    out.latest_runs.push_back(std::move(detail));
  }
  return out;
}

Result<DatasetVersion> dataset_version(Session& session, NodeId dataset, std::string_view version) {
  HW_TRY(const std::vector<VersionSpan> spans, dataset_version_spans(session, dataset));
  const auto span = find_span(spans, version);
  if (span == spans.end()) return no_version(version);
  HW_TRY(const Attributes attributes, Attributes::read(session, dataset));
  DatasetVersion out;
  out.version = span->id;
  out.created_at = span->first_from;
  HW_TRY(out.dataset, describe(session, dataset, attributes, span->first_from));
  HW_TRY(out.created_by, creating_run(session, dataset, span->first_from));
  return out;
}

Result<JobVersion> job_version(Session& session, NodeId job, std::string_view version) {
  HW_TRY(const std::vector<VersionSpan> spans, job_version_spans(session, job));
  const auto span = find_span(spans, version);
  if (span == spans.end()) return no_version(version);
  const Micros at = span->last_from;
  JobVersion out;
  out.version = span->id;
  out.created_at = span->first_from;
  out.job = name_of(session.graph(), job);
  out.inputs = job_datasets(session, job, Direction::kUpstream, at);
  out.outputs = job_datasets(session, job, Direction::kDownstream, at);
  HW_TRY(const Attributes attributes, Attributes::read(session, job));
  HW_TRY(out.facets, attributes.facets(session, at));
  out.location = read_member(facet_named(out.facets, "sourceCodeLocation"), "url");
  const std::pair<Micros, model::RunRow> end{span->last_to, model::RunRow{0}};
  HW_TRY(const std::vector<storage::RunInfo> runs, runs_of_job(session, job, end, 1));
  if (!runs.empty() && runs[0].last_time >= span->last_from) {
    HW_TRY(RunDetail detail, run_detail(session, runs[0]));
    out.latest_run = std::move(detail);
  }
  return out;
}

Result<std::vector<std::string>> owners_of(Session& session, NodeId node) {
  HW_TRY(const Attributes attributes, Attributes::read(session, node));
  HW_TRY(const std::optional<std::string> facet,
         attributes.text(session, "ownership", session.moment().as_of));
  HW_TRY(const Annotations said, read_annotations(session, attributes, session.moment().as_of));
  return unite_owners(read_owners(facet.value_or("")), said);
}

}  // namespace headwater::query
