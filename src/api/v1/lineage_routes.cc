#include <algorithm>
#include <array>
#include <utility>

#include "api/dto/common.h"
#include "api/v1/context.h"
#include "api/v1/lineage_stream.h"
#include "api/v1/parameters.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;
using query::GraphEdge;

// A picture of more is neither legible nor quick to compute.
constexpr std::int64_t kMaxPicture = 5000;
constexpr std::int64_t kMaxDepth = UINT32_MAX;

Result<query::Sides> sides(Context& context) {
  HW_TRY(const std::size_t choice,
         choice_parameter(context, "direction", {"both", "upstream", "downstream"}, 0));
  constexpr std::array kSides = {query::Sides::kBoth, query::Sides::kUpstream,
                                 query::Sides::kDownstream};
  return kSides[choice];
}

Result<query::LineageRequest> lineage_request(Context& context, query::Session& session,
                                              std::int64_t depth, std::int64_t max_nodes,
                                              std::int64_t most_nodes) {
  query::LineageRequest request;
  HW_TRY(const std::string node_id, required_parameter(context, "nodeId"));
  context.details.parameter = "nodeId";
  HW_TRY(request.root, query::lineage_root(session, node_id));
  context.details.parameter.clear();
  HW_TRY(depth, number_parameter(context, "depth", depth, {0, kMaxDepth}));
  HW_TRY(max_nodes, number_parameter(context, "max_nodes", max_nodes, {1, most_nodes}));
  HW_TRY(request.sides, sides(context));
  request.depth = static_cast<std::uint32_t>(depth);
  request.max_nodes = static_cast<std::size_t>(max_nodes);
  request.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  return request;
}

// The first piece decides: an answer that is whole after it goes out with its length.
Answer start_stream(std::unique_ptr<http::BodySource> source) {
  http::Response response = json_response("");
  HW_TRY(const bool more, source->next(response.body));
  if (more) response.source = std::move(source);
  return response;
}

Result<LineageDocument> lineage_document(Context& context) {
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const query::LineageRequest request,
         lineage_request(context, session, 20, 100'000, INT64_MAX));
  HW_TRY(const std::size_t detail, choice_parameter(context, "detail", {"full", "summary"}, 0));
  return LineageDocument{query::lineage(session.graph(), request), session.moment(),
                         session.answered_as_of(), detail == 0};
}

Answer get_lineage(Context& context) {
  HW_TRY(LineageDocument document, lineage_document(context));  // its session has ended by then
  return start_stream(stream_lineage(context.services.queries(), std::move(document)));
}

// "NODEID|up" or "NODEID|down". A node that does not exist now is not shown either: no effect.
Result<std::vector<query::Expansion>> expansions(Context& context, const query::Session& session) {
  std::vector<query::Expansion> out;
  for (const auto& [name, value] : context.request.query) {
    if (name != "expand") continue;
    const std::size_t bar = value.rfind('|');
    const std::string_view way =
        bar == std::string::npos ? std::string_view{} : std::string_view(value).substr(bar + 1);
    if (way != "up" && way != "down") {
      return invalid_parameter(context, "expand", "must be NODEID|up or NODEID|down.");
    }
    context.details.parameter = "expand";
    HW_TRY(const query::NodeRef ref, query::parse_node_ref(value.substr(0, bar)));
    context.details.parameter.clear();
    const Result<model::NodeId> node = query::resolve(session.graph(), ref);
    if (node) out.push_back({*node, way == "up"});
  }
  return out;
}

void write_change(JsonWriter& json, query::PictureChange change) {
  json.key("change");
  switch (change) {
    case query::PictureChange::kNone: json.null(); return;
    case query::PictureChange::kAdded: json.text("added"); return;
    case query::PictureChange::kRemoved: json.text("removed"); return;
    case query::PictureChange::kChanged: json.text("changed"); return;
  }
}

void write_picture_node(JsonWriter& json, const query::Snapshot& graph,
                        const query::PictureNode& node, bool compared) {
  json.begin_object().key("id").text(query::format_node(graph, node.summary.node));
  json.key("type").text(dto::node_type(node.summary.kind));
  json.key("label").text(node.summary.name.name);
  json.key("sublabel").text(node.summary.name.name_space);
  json.key("x").number(node.place.x);
  json.key("y").number(node.place.y);
  json.key("width").number(node.width);
  json.key("height").number(node.height);
  json.key("layer").number(node.place.layer);
  json.key("distance").number(node.distance);
  json.key("placeholder").boolean(node.summary.placeholder);
  json.key("state");
  if (node.state) {
    json.text(dto::run_state(*node.state));
  } else {
    json.null();
  }
  json.key("hidden_upstream").number(static_cast<std::int64_t>(node.hidden_upstream));
  json.key("hidden_downstream").number(static_cast<std::int64_t>(node.hidden_downstream));
  if (compared) write_change(json, node.change);
  json.end_object();
}

void write_picture_edge(JsonWriter& json, const query::Snapshot& graph,
                        const query::Picture& picture, std::size_t index) {
  const GraphEdge& edge = picture.edges[index];
  const query::PlacedEdge& line = picture.lines[index];
  const std::string source = query::format_node(graph, edge.source);
  const std::string target = query::format_node(graph, edge.target);
  const std::string_view kind = model::to_string(edge.kind);
  json.begin_object().key("id").text(std::string(kind) + "|" + source + "|" + target);
  json.key("source").text(source);
  json.key("target").text(target);
  json.key("kind").text(kind);
  json.key("points").begin_array();
  for (const auto& [x, y] : line.points) json.begin_array().number(x).number(y).end_array();
  json.end_array();
  json.key("back").boolean(line.back);
  if (!picture.edge_changes.empty()) write_change(json, picture.edge_changes[index]);
  json.end_object();
}

Answer get_layout(Context& context) {
  HW_TRY(query::Session session, context.open_at_moment());
  query::PictureRequest request;
  HW_TRY(request.lineage, lineage_request(context, session, 1, 500, kMaxPicture));
  HW_TRY(request.expand, expansions(context, session));
  HW_TRY(request.compare_to, time_parameter(context, "compare_to"));
  HW_TRY(const query::Picture picture, query::picture(session, request));
  JsonWriter json;
  json.begin_object();
  json.key("root").text(query::format_node(session.graph(), request.lineage.root));
  json.key("nodes").begin_array();
  for (const query::PictureNode& node : picture.nodes) {
    write_picture_node(json, session.graph(), node, request.compare_to.has_value());
  }
  json.end_array().key("edges").begin_array();
  for (std::size_t i = 0; i < picture.edges.size(); ++i) {
    write_picture_edge(json, session.graph(), picture, i);
  }
  json.end_array();
  json.key("width").number(picture.width);
  json.key("height").number(picture.height);
  dto::write_graph_head(json, session.answered_as_of(), session.seq(), picture.cut);
  json.end_object();
  return json_response(json.take());
}

void write_seq_or_null(JsonWriter& json, model::Seq seq) {
  if (seq == model::kNeverSeq) {
    json.null();
  } else {
    json.number(static_cast<std::int64_t>(seq.value));
  }
}

void write_edge_version(JsonWriter& json, const query::Snapshot& graph,
                        const query::EdgeVersionDetail& edge) {
  json.begin_object().key("kind").text(model::to_string(edge.kind)).key("via");
  dto::write_node_or_null(json, graph, edge.via);
  json.key("valid_from").time(edge.valid_from).key("valid_to");
  if (edge.valid_to == model::kOpenEnd) {
    json.null();
  } else {
    json.time(edge.valid_to);
  }
  json.key("recorded_from").number(static_cast<std::int64_t>(edge.recorded_from.value));
  json.key("recorded_to");
  write_seq_or_null(json, edge.recorded_to);
  json.key("end_reason");
  if (edge.end_reason == model::EndReason::kNone) {
    json.null();
  } else {
    json.text(model::to_string(edge.end_reason));
  }
  json.key("current").boolean(edge.current);
  json.key("evidence").begin_object();
  json.key("first_seen").time_or_null(edge.evidence.first_seen);
  json.key("last_seen").time_or_null(edge.evidence.last_seen);
  json.key("count").number(edge.evidence.count);
  json.key("facets");
  dto::write_texts(json, edge.evidence.facets);
  json.key("producers");
  dto::write_texts(json, edge.evidence.producers);
  json.key("runs");
  dto::write_texts(json, edge.evidence.runs);
  json.end_object().end_object();
}

Result<model::NodeId> node_parameter(Context& context, const query::Session& session,
                                     std::string_view name) {
  HW_TRY(const std::string text, required_parameter(context, name));
  context.details.parameter = name;
  HW_TRY(const query::NodeRef ref, query::parse_node_ref(text));
  HW_TRY(const model::NodeId node, query::resolve(session.graph(), ref));
  context.details.parameter.clear();
  return node;
}

Answer get_edges(Context& context) {
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const model::NodeId from, node_parameter(context, session, "from"));
  HW_TRY(const model::NodeId to, node_parameter(context, session, "to"));
  HW_TRY(const std::vector<query::EdgeVersionDetail> edges, query::edge_history(session, from, to));
  JsonWriter json;
  json.begin_object();
  json.key("from").text(query::format_node(session.graph(), from));
  json.key("to").text(query::format_node(session.graph(), to));
  json.key("edges").begin_array();
  for (const query::EdgeVersionDetail& edge : edges) {
    write_edge_version(json, session.graph(), edge);
  }
  json.end_array().key("seq").number(static_cast<std::int64_t>(session.seq().value)).end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> lineage_routes() {
  using http::Method;
  return {{Method::kGet, "/api/v1/lineage", {get_lineage, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/lineage/layout", {get_layout, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/edges", {get_edges, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
