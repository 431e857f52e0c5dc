#include "api/dto/common.h"

#include <array>
#include <utility>

namespace headwater::api::dto {
namespace {

using storage::RunState;

constexpr std::array<std::pair<RunState, std::string_view>, 6> kStates = {
    {{RunState::kUnknown, "UNKNOWN"},
     {RunState::kNew, "NEW"},
     {RunState::kRunning, "RUNNING"},
     {RunState::kCompleted, "COMPLETED"},
     {RunState::kFailed, "FAILED"},
     {RunState::kAborted, "ABORTED"}}};

}  // namespace

std::string_view run_state(RunState state) {
  for (const auto& [value, name] : kStates) {
    if (value == state) return name;
  }
  return "UNKNOWN";
}

std::optional<RunState> parse_run_state(std::string_view text) {
  for (const auto& [value, name] : kStates) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::string_view node_type(model::NodeKind kind) {
  if (kind == model::NodeKind::kConsumer) return "CONSUMER";
  return kind == model::NodeKind::kJob ? "JOB" : "DATASET";
}

std::string_view cut_reason(graph::CutReason reason) {
  switch (reason) {
    case graph::CutReason::kNone: return "";
    case graph::CutReason::kMaxDistance: return "max_distance";
    case graph::CutReason::kMaxNodes: return "max_nodes";
    case graph::CutReason::kCancelled: return "cancelled";
    case graph::CutReason::kMaxWork: return "max_work";
    case graph::CutReason::kMaxChanges: return "max_changes";
    case graph::CutReason::kMaxRuns: return "max_runs";
  }
  return "";
}

void write_name(JsonWriter& json, const model::Name& name) {
  json.begin_object().key("namespace").text(name.name_space);
  json.key("name").text(name.name).end_object();
}

void write_names(JsonWriter& json, const std::vector<model::Name>& names) {
  json.begin_array();
  for (const model::Name& name : names) write_name(json, name);
  json.end_array();
}

void write_texts(JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const std::string& text : texts) json.text(text);
  json.end_array();
}

void write_facets(JsonWriter& json, const std::vector<query::FacetText>& facets) {
  json.begin_object();
  for (const query::FacetText& facet : facets) {
    json.key(facet.name);
    facet.minified ? json.verbatim(facet.json) : json.raw(facet.json);
  }
  json.end_object();
}

void write_version_id(JsonWriter& json, const query::VersionRef& ref) {
  json.begin_object().key("namespace").text(ref.name.name_space);
  json.key("name").text(ref.name.name);
  json.key("version").text_or_null(ref.version).end_object();
}

std::string_view simple_name(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == name.size()) return name;
  return name.substr(dot + 1);
}

void write_node_or_null(JsonWriter& json, const query::Snapshot& graph, model::NodeId node) {
  if (node) {
    json.text(query::format_node(graph, graph.canonical(node)));
  } else {
    json.null();
  }
}

void write_step_members(JsonWriter& json, const query::Snapshot& graph, model::NodeId from,
                        model::NodeId to, model::EdgeKind kind, model::NodeId via) {
  json.key("from").text(query::format_node(graph, graph.canonical(from)));
  json.key("to").text(query::format_node(graph, graph.canonical(to)));
  json.key("kind").text(model::to_string(kind)).key("via");
  write_node_or_null(json, graph, via);
}

void write_step(JsonWriter& json, const query::Snapshot& graph, model::EdgeId id) {
  const graph::EdgeInfo edge = graph.edge(id);
  json.begin_object();
  write_step_members(json, graph, edge.src, edge.dst, edge.kind, edge.via);
  json.end_object();
}

void write_path(JsonWriter& json, const query::Snapshot& graph,
                const std::vector<model::EdgeId>& path) {
  json.begin_array();
  for (const model::EdgeId id : path) write_step(json, graph, id);
  json.end_array();
}

void write_graph_head(JsonWriter& json, base::Micros as_of, model::Seq seq, const query::Cut& cut) {
  const bool complete = cut.reason == graph::CutReason::kNone;
  json.key("as_of").time(as_of);
  json.key("seq").number(static_cast<std::int64_t>(seq.value));
  json.key("complete").boolean(complete);
  json.key("cut");
  if (complete) {
    json.null();
    return;
  }
  json.begin_object().key("reason").text(cut_reason(cut.reason));
  json.key("frontier_count").number(static_cast<std::int64_t>(cut.frontier));
  json.key("limit");
  if (cut.limit) {
    json.number(static_cast<std::int64_t>(*cut.limit));
  } else {
    json.null();
  }
  json.end_object();
}

void write_list_end(JsonWriter& json, std::int64_t total, const std::optional<std::string>& next) {
  json.key("totalCount").number(total);
  json.key("next_cursor").text_or_null(next);
}

}  // namespace headwater::api::dto
