#include "api/v1/impact_write.h"

#include <optional>
#include <utility>

#include "api/dto/common.h"
#include "api/dto/csv.h"

namespace headwater::api::v1 {
namespace {

using base::Result;
using dto::JsonWriter;

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ";") + text;
  return out;
}

std::string path_text(const query::Snapshot& graph, const std::vector<query::ImpactStep>& steps) {
  std::string out;
  for (const query::ImpactStep& step : steps) {
    if (out.empty()) out = query::format_node(graph, graph.canonical(graph.edge(step.edge).src));
    out += step.assumed ? " ?> " : " > ";
    out += query::format_node(graph, graph.canonical(step.to));
  }
  return out;
}

}  // namespace

Result<std::string> AffectedWriter::state(model::NodeId node) {
  if (session_.graph().node(node).kind != model::NodeKind::kJob) return std::string{};
  HW_TRY(const std::optional<storage::RunInfo> run, query::latest_run(session_, node));
  return run ? std::string(dto::run_state(run->state)) : std::string{};
}

Result<void> AffectedWriter::json(JsonWriter& json, const query::Affected& affected) {
  const query::Snapshot& graph = session_.graph();
  const query::ImpactTrace trace = impact_.trace(graph, affected);
  HW_TRY(owners_, query::owners_of(session_, affected.node));
  HW_TRY(const std::vector<std::string> columns, impact_.columns(session_, affected.node));
  HW_TRY(const std::string state, this->state(affected.node));
  const query::NodeUse use = query::use_of(graph, affected.node);
  json.key("nodeId").text(query::format_node(graph, affected.node));
  json.key("type").text(dto::node_type(graph.node(affected.node).kind));
  json.key("distance").number(affected.distance);
  json.key("severity").text(query::to_string(affected.severity));
  json.key("rule").text(affected.rule);
  json.key("assumed").boolean(affected.assumed);
  json.key("change").number(static_cast<std::int64_t>(trace.change)).key("columns");
  dto::write_texts(json, columns);
  json.key("use").begin_object();
  json.key("readers").number(static_cast<std::int64_t>(use.readers));
  json.key("consumers").number(static_cast<std::int64_t>(use.consumers));
  json.key("uses").number(figures_.uses(graph, affected.node)).end_object();
  json.key("weight").number(figures_.weight(graph, affected)).key("recompute");
  if (const auto cost = figures_.run_cost(affected.node)) {
    json.begin_object().key("amount_micros").number(cost->amount);
    json.key("duration_ms").number(cost->duration_ms).end_object();
  } else {
    json.null();
  }
  json.key("path");
  HW_CHECK_OK(path(json, trace.steps));
  json.key("owners");
  dto::write_texts(json, owners_);
  json.key("state");
  if (state.empty()) {
    json.null();
  } else {
    json.text(state);
  }
  return {};
}

Result<void> AffectedWriter::path(JsonWriter& json, const std::vector<query::ImpactStep>& steps) {
  const query::Snapshot& graph = session_.graph();
  json.begin_array();
  for (const query::ImpactStep& step : steps) {
    const graph::EdgeInfo edge = graph.edge(step.edge);
    json.begin_object();
    const model::NodeId via = edge.via == step.to ? model::NodeId{} : edge.via;
    dto::write_step_members(json, graph, edge.src, step.to, edge.kind, via);
    json.key("assumed").boolean(step.assumed);
    if (with_evidence_) HW_CHECK_OK(step_evidence(json, step.edge));
    json.end_object();
  }
  json.end_array();
  return {};
}

Result<void> AffectedWriter::step_evidence(JsonWriter& json, model::EdgeId edge) {
  HW_TRY(const query::Evidence evidence, evidence_.of(edge));
  json.key("evidence").begin_object().key("facet");
  if (evidence.strongest.empty()) {
    json.null();
  } else {
    json.text(evidence.strongest);
  }
  json.key("runs");
  dto::write_texts(json, evidence.runs);
  json.key("first_seen").time_or_null(evidence.first_seen);
  json.key("last_seen").time_or_null(evidence.last_seen).end_object();
  return {};
}

void AffectedWriter::csv_header(std::string& out) {
  dto::write_csv_row(
      out, {"nodeId", "type", "namespace", "name", "distance", "severity", "rule", "assumed",
            "change", "columns", "owners", "readers", "consumers", "state", "path", "uses",
            "recompute_amount_micros", "recompute_duration_ms", "complete"});
}

Result<void> AffectedWriter::csv(std::string& out, const query::Affected& affected) {
  const query::Snapshot& graph = session_.graph();
  const query::ImpactTrace trace = impact_.trace(graph, affected);
  HW_TRY(owners_, query::owners_of(session_, affected.node));
  HW_TRY(const std::vector<std::string> columns, impact_.columns(session_, affected.node));
  HW_TRY(std::string state, this->state(affected.node));
  const query::NodeUse use = query::use_of(graph, affected.node);
  const graph::NodeInfo node = graph.node(affected.node);
  const auto cost = figures_.run_cost(affected.node);
  const bool complete = impact_.cut().reason == graph::CutReason::kNone;
  dto::write_csv_row(
      out, {query::format_node(graph, affected.node), std::string(dto::node_type(node.kind)),
            std::string(node.name_space), std::string(node.name), std::to_string(affected.distance),
            std::string(query::to_string(affected.severity)), std::string(affected.rule),
            affected.assumed ? "true" : "false", std::to_string(trace.change), joined(columns),
            joined(owners_), std::to_string(use.readers), std::to_string(use.consumers),
            std::move(state), path_text(graph, trace.steps),
            std::to_string(figures_.uses(graph, affected.node)),
            cost ? std::to_string(cost->amount) : std::string{},
            cost ? std::to_string(cost->duration_ms) : std::string{}, complete ? "true" : "false"});
  return {};
}

void write_changes(JsonWriter& json, const query::Snapshot& graph,
                   const std::vector<query::Change>& changes) {
  json.key("changes").begin_array();
  for (const query::Change& change : changes) {
    json.begin_object().key("kind").text(query::to_string(change.kind));
    json.key("nodeId").text(query::format_node(graph, change.node));
    if (!change.column.empty()) json.key("column").text(change.column);
    if (!change.to.empty()) json.key("to").text(change.to);
    if (change.until) json.key("until").time(*change.until);
    json.end_object();
  }
  json.end_array();
}

void write_impact_summary(JsonWriter& json, const query::Impact& impact,
                          const query::ImpactSelection& selection, const ImpactFigures& figures) {
  const query::ImpactSummary& summary = selection.summary;
  const auto put = [&json](std::string_view key, std::size_t value) {
    json.key(key).number(static_cast<std::int64_t>(value));
  };
  json.key("summary").begin_object();
  put("breaking", summary.breaking);
  put("degraded", summary.degraded);
  put("recompute", summary.recompute);
  put("datasets", summary.datasets);
  put("consumers", summary.consumers);
  put("jobs", summary.jobs);
  write_recompute_total(json, impact, selection, figures);
  json.end_object();
}

}  // namespace headwater::api::v1
