#include <array>
#include <utility>

#include "api/dto/common.h"
#include "api/v1/column_stream.h"
#include "api/v1/context.h"
#include "api/v1/parameters.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;

constexpr std::int64_t kMaxDepth = UINT32_MAX;
// A picture of more boxes is neither legible nor quick to compute.
constexpr std::size_t kMaxBoxes = 5000;
constexpr std::int64_t kMaxPictureColumns = 20'000;
constexpr std::int64_t kMaxRows = 5000;

Result<query::Sides> sides(Context& context) {
  HW_TRY(const bool with_downstream, flag_parameter(context, "withDownstream", false));
  HW_TRY(const std::size_t choice,
         choice_parameter(context, "direction", {"upstream", "downstream", "both"},
                          with_downstream ? 2 : 0));
  constexpr std::array kSides = {query::Sides::kUpstream, query::Sides::kDownstream,
                                 query::Sides::kBoth};
  return kSides[choice];
}

Result<query::ColumnRequest> column_request(Context& context, query::Session& session,
                                            std::int64_t max_nodes, std::int64_t most_nodes) {
  query::ColumnRequest request;
  HW_TRY(const std::string node_id, required_parameter(context, "nodeId"));
  context.details.parameter = "nodeId";
  HW_TRY(request.root, query::column_root(session, node_id));
  context.details.parameter.clear();
  HW_TRY(const std::int64_t depth, number_parameter(context, "depth", 20, {0, kMaxDepth}));
  HW_TRY(max_nodes, number_parameter(context, "max_nodes", max_nodes, {1, most_nodes}));
  HW_TRY(request.sides, sides(context));
  HW_TRY(const std::size_t kinds,
         choice_parameter(context, "kinds", {"both", "direct", "indirect"}, 0));
  constexpr std::array kKinds = {model::kColumnLineage, mask(model::EdgeKind::kColumnDirect),
                                 mask(model::EdgeKind::kColumnIndirect)};
  request.kinds = kKinds[kinds];
  request.depth = static_cast<std::uint32_t>(depth);
  request.max_nodes = static_cast<std::size_t>(max_nodes);
  request.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  return request;
}

Answer get_column_lineage(Context& context) {
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const query::ColumnRequest request, column_request(context, session, 100'000, INT64_MAX));
  ColumnDocument document;
  HW_TRY(document.answer, query::column_lineage(session, request));
  HW_TRY(document.transformations, query::Transformations::read(session));
  document.moment = session.moment();
  document.as_of = session.answered_as_of();
  http::Response response = json_response("");
  auto source = stream_columns(context.services.queries(), std::move(document));
  // The first piece decides: an answer that is whole after it goes out with its length.
  HW_TRY(const bool more, source->next(response.body));
  if (more) response.source = std::move(source);
  return response;
}

void write_box(JsonWriter& json, const query::Snapshot& graph, const query::ColumnPicture& picture,
               const query::ColumnBox& box) {
  const model::Name name = query::name_of(graph, box.dataset);
  json.begin_object().key("id").text(query::format_node(graph, box.dataset));
  json.key("type").text("DATASET").key("label").text(name.name);
  json.key("sublabel").text(name.name_space);
  json.key("x").number(box.place.x).key("y").number(box.place.y);
  json.key("width").number(box.width).key("height").number(box.height);
  json.key("layer").number(box.place.layer).key("distance").number(box.distance);
  json.key("columns").begin_array();
  for (const query::ColumnRow& row : box.rows) {
    const query::ColumnNode& node = picture.answer.nodes[row.node];
    json.begin_object().key("id").text(query::format_column(graph, box.dataset, node.path));
    json.key("name").text(node.path);
    json.key("type").text_or_null(row.column.type);
    json.key("y").number(row.y).key("distance").number(node.distance);
    json.key("assumed").boolean(node.assumed).key("masked").boolean(row.masked).key("tags");
    dto::write_texts(json, row.column.tags);
    json.end_object();
  }
  json.end_array();
  json.key("hidden_columns").number(static_cast<std::int64_t>(box.hidden)).end_object();
}

void write_line(JsonWriter& json, const query::Snapshot& graph, const query::ColumnPicture& picture,
                const query::Transformations& transformations, const query::ColumnLine& line) {
  const std::string source = column_end_id(graph, picture.answer, line.edge.source);
  const std::string target = column_end_id(graph, picture.answer, line.edge.target);
  std::string id(line.edge.assumed ? "ASSUMED" : line.edge.indirect ? "INDIRECT" : "DIRECT");
  id.append("|").append(source).append("|").append(target).append("|");
  if (line.edge.via) id += query::format_node(graph, graph.canonical(line.edge.via));
  json.begin_object().key("id").text(id);
  json.key("source").text(source).key("target").text(target);
  write_column_edge(json, graph, line.edge, transformations);
  json.key("points").begin_array();
  for (const auto& [x, y] : line.way.points) json.begin_array().number(x).number(y).end_array();
  json.end_array().key("back").boolean(line.way.back).end_object();
}

Answer get_column_layout(Context& context) {
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(query::ColumnRequest request, column_request(context, session, 5000, kMaxPictureColumns));
  HW_TRY(const std::int64_t max_columns,
         number_parameter(context, "max_columns", 50, {0, kMaxRows}));
  request.max_datasets = kMaxBoxes;
  HW_TRY(const query::ColumnPicture picture,
         query::column_picture(session, request, static_cast<std::size_t>(max_columns)));
  HW_TRY(const query::Transformations transformations, query::Transformations::read(session));
  JsonWriter json;
  json.begin_object().key("root").text(picture.answer.root).key("nodes").begin_array();
  for (const query::ColumnBox& box : picture.boxes) {
    write_box(json, session.graph(), picture, box);
  }
  json.end_array().key("edges").begin_array();
  for (const query::ColumnLine& line : picture.lines) {
    write_line(json, session.graph(), picture, transformations, line);
  }
  json.end_array();
  json.key("width").number(picture.width).key("height").number(picture.height);
  dto::write_graph_head(json, session.answered_as_of(), session.seq(), picture.answer.cut);
  json.end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> column_routes() {
  using http::Method;
  return {{Method::kGet, "/api/v1/column-lineage", {get_column_lineage, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/column-lineage/layout", {get_column_layout, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
