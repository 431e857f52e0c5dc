#include <algorithm>
#include <utility>

#include "api/dto/common.h"
#include "api/v1/body.h"
#include "api/v1/context.h"
#include "api/v1/parameters.h"
#include "base/hash.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;
using model::JsonValue;

constexpr std::size_t kMaxChanges = 1000;
constexpr std::int64_t kMaxPage = 10'000;

// Pages of one answer are all of one version: the cursor of the first carries its moment.
struct Position {
  query::Moment moment;
  std::int64_t distance = 0, node = 0;
};

std::uint64_t binding_of(const http::Request& request, const JsonValue& body) {
  base::Hasher hasher;
  hasher.field(v1::binding_of(request));
  for (const std::string_view member : {"changes", "depth", "max_nodes"}) {
    hasher.field(model::json_minify(body.get(member).text()));
  }
  return hasher.finish().low;
}

Result<std::optional<Position>> read_cursor(Context& context, const JsonValue& body,
                                            std::uint64_t binding) {
  HW_TRY(const std::optional<std::string> text, text_member(context, body, "cursor"));
  if (!text || text->empty()) return std::optional<Position>{};
  context.details.pointer = "/cursor";
  HW_TRY(const dto::CursorFields fields, dto::decode_cursor(*text, binding));
  if (fields.size() != 4) return wrong_cursor(context);
  Position position;
  HW_TRY(position.moment.as_of, dto::read_cursor_number(fields[0]));
  HW_TRY(const std::int64_t seq, dto::read_cursor_number(fields[1]));
  HW_TRY(position.distance, dto::read_cursor_number(fields[2]));
  HW_TRY(position.node, dto::read_cursor_number(fields[3]));
  position.moment.known_at = model::Seq{static_cast<std::uint64_t>(seq)};
  context.details.pointer.clear();
  return std::optional<Position>(position);
}

Result<query::Change> read_change(Context& context, const query::Snapshot& graph,
                                  const JsonValue& item, const std::string& pointer) {
  const std::optional<std::string> kind_text = item.get("kind").string();
  const auto kind = query::change_kind(kind_text.value_or(""));
  if (!kind) {
    return invalid_member(context, pointer + "/kind",
                          "kind must be data, code, job_retired or dataset_deleted.");
  }
  context.details.pointer = pointer + "/nodeId";
  HW_TRY(const query::NodeRef ref, query::parse_node_ref(item.get("nodeId").string().value_or("")));
  HW_TRY(const model::NodeId node, query::resolve(graph, ref));
  const query::Change change{*kind, node};
  HW_CHECK_OK(query::check_change(graph, change));
  context.details.pointer.clear();
  return change;
}

Result<std::vector<query::Change>> read_changes(Context& context, const query::Snapshot& graph,
                                                const JsonValue& body) {
  const JsonValue list = body.get("changes");
  std::vector<JsonValue> items;
  list.elements([&](const JsonValue& item) { items.push_back(item); });
  if (items.empty()) {
    return invalid_member(context, "/changes", "changes must be an array of at least one change.");
  }
  if (items.size() > kMaxChanges) {
    context.details.pointer = "/changes";
    context.details.limit = kMaxChanges;
    return base::make_error(base::ErrorCode::kLimitExceeded,
                            "changes may hold at most " + std::to_string(kMaxChanges) + ".");
  }
  std::vector<query::Change> changes;
  for (std::size_t i = 0; i < items.size(); ++i) {
    HW_TRY(const query::Change change,
           read_change(context, graph, items[i], "/changes/" + std::to_string(i)));
    changes.push_back(change);
  }
  return changes;
}

void write_path(JsonWriter& json, const query::Snapshot& graph,
                const std::vector<model::EdgeId>& path) {
  json.begin_array();
  for (const model::EdgeId id : path) {
    const graph::EdgeInfo edge = graph.edge(id);
    json.begin_object();
    json.key("from").text(query::format_node(graph, graph.canonical(edge.src)));
    json.key("to").text(query::format_node(graph, graph.canonical(edge.dst)));
    json.key("kind").text(model::to_string(edge.kind)).key("via");
    if (edge.via) {
      json.text(query::format_node(graph, graph.canonical(edge.via)));
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array();
}

Result<void> write_affected(JsonWriter& json, query::Session& session, const query::Impact& impact,
                            const query::Affected& affected) {
  const query::Snapshot& graph = session.graph();
  const model::NodeKind kind = graph.node(affected.node).kind;
  json.begin_object().key("nodeId").text(query::format_node(graph, affected.node));
  json.key("type").text(dto::node_type(kind));
  json.key("distance").number(affected.distance);
  json.key("severity").text(query::to_string(affected.severity));
  json.key("rule").text(affected.rule);
  json.key("path");
  write_path(json, graph, impact.path(graph, affected));
  HW_TRY(const std::vector<std::string> owners, query::owners_of(session, affected.node));
  json.key("owners");
  dto::write_texts(json, owners);
  json.key("state");
  std::optional<storage::RunInfo> run;
  if (kind == model::NodeKind::kJob) {
    HW_TRY(run, query::latest_run(session, affected.node));
  }
  if (run) {
    json.text(dto::run_state(run->state));
  } else {
    json.null();
  }
  json.end_object();
  return {};
}

void write_summary(JsonWriter& json, const query::ImpactSummary& summary) {
  const auto put = [&json](std::string_view key, std::size_t value) {
    json.key(key).number(static_cast<std::int64_t>(value));
  };
  json.key("summary").begin_object();
  put("breaking", summary.breaking);
  put("degraded", summary.degraded);
  put("recompute", summary.recompute);
  put("datasets", summary.datasets);
  put("jobs", summary.jobs);
  json.end_object();
}

// Writes the page after `after`; returns the cursor of the next.
Result<std::optional<std::string>> write_page(JsonWriter& json, query::Session& session,
                                              const query::Impact& impact, std::size_t limit,
                                              std::uint64_t binding,
                                              const std::optional<Position>& after) {
  const auto& all = impact.affected();
  auto it = all.begin();
  if (after) {
    it = std::find_if(all.begin(), all.end(), [&](const query::Affected& affected) {
      return std::pair<std::int64_t, std::int64_t>(affected.distance, affected.node.value) >
             std::pair(after->distance, after->node);
    });
  }
  json.key("affected").begin_array();
  const query::Affected* last = nullptr;
  for (std::size_t i = 0; i < limit && it != all.end(); ++i, ++it) {
    HW_CHECK_OK(write_affected(json, session, impact, *it));
    last = &*it;
  }
  json.end_array();
  if (it == all.end() || last == nullptr) return std::optional<std::string>{};
  return std::optional<std::string>(dto::encode_cursor(
      binding, {dto::cursor_number(session.moment().as_of),
                dto::cursor_number(static_cast<std::int64_t>(session.seq().value)),
                dto::cursor_number(last->distance), dto::cursor_number(last->node.value)}));
}

Answer write_impact(query::Session& session, const query::ImpactRequest& request, std::size_t limit,
                    std::uint64_t binding, const std::optional<Position>& after) {
  HW_TRY(const query::Impact impact, query::Impact::of(session.graph(), request));
  JsonWriter json;
  json.begin_object().key("changes").begin_array();
  for (const query::Change& change : request.changes) {
    json.begin_object().key("kind").text(query::to_string(change.kind));
    json.key("nodeId").text(query::format_node(session.graph(), change.node)).end_object();
  }
  json.end_array();
  HW_TRY(const std::optional<std::string> next,
         write_page(json, session, impact, limit, binding, after));
  write_summary(json, impact.summary());
  json.key("next_cursor").text_or_null(next);
  dto::write_graph_head(json, session.answered_as_of(), session.seq(), impact.cut());
  json.end_object();
  return json_response(json.take());
}

Answer post_impact(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  const std::uint64_t binding = binding_of(context.request, body);
  HW_TRY(const std::optional<Position> after, read_cursor(context, body, binding));
  HW_TRY(query::Session session,
         after ? context.services.queries().open(after->moment) : context.open_at_moment());
  query::ImpactRequest request;
  HW_TRY(request.changes, read_changes(context, session.graph(), body));
  HW_TRY(const auto depth, number_member(context, body, "depth", 1, UINT32_MAX));
  HW_TRY(const auto max_nodes, number_member(context, body, "max_nodes", 1, INT64_MAX));
  HW_TRY(const auto limit, number_member(context, body, "limit", 1, kMaxPage));
  request.depth = static_cast<std::uint32_t>(depth.value_or(UINT32_MAX));
  request.max_nodes = static_cast<std::size_t>(max_nodes.value_or(100'000));
  request.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  return write_impact(session, request, static_cast<std::size_t>(limit.value_or(1000)), binding,
                      after);
}

}  // namespace

std::vector<ApiRoute> impact_routes() {
  return {{http::Method::kPost, "/api/v1/impact", {post_impact, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
