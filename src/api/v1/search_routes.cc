#include <array>
#include <utility>

#include "api/dto/common.h"
#include "api/v1/context.h"
#include "api/v1/parameters.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;

constexpr std::int64_t kMaxChecks = 1'000'000;

std::optional<std::string> text_parameter(const Context& context, std::string_view name) {
  const std::string* value = context.request.query_value(name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

Result<query::SearchRequest> read_request(Context& context) {
  query::SearchRequest request;
  HW_TRY(request.text, required_parameter(context, "q"));
  constexpr std::array kKinds = {model::NodeKind::kDataset, model::NodeKind::kJob,
                                 model::NodeKind::kField};
  HW_TRY(const std::size_t filter,
         choice_parameter(context, "filter", {"all", "dataset", "job", "field"}, 0));
  if (filter > 0) request.kind = kKinds[filter - 1];
  request.name_space = text_parameter(context, "namespace");
  request.owner = text_parameter(context, "owner");
  request.tag = text_parameter(context, "tag");
  HW_TRY(const std::size_t sort,
         choice_parameter(context, "sort", {"relevance", "name", "update_at", "updated_at"}, 0));
  constexpr std::array kSorts = {query::SearchSort::kRelevance, query::SearchSort::kName,
                                 query::SearchSort::kUpdatedAt, query::SearchSort::kUpdatedAt};
  request.sort = kSorts[sort];
  HW_TRY(const std::int64_t limit, number_parameter(context, "limit", 10, {1, kMaxLimit}));
  request.limit = static_cast<std::size_t>(limit);
  HW_TRY(const std::int64_t offset,
         number_parameter(context, "offset", 0,
                          {0, static_cast<std::int64_t>(query::kMaxSearchWindow)}));
  request.offset = static_cast<std::size_t>(offset);
  HW_TRY(const std::int64_t checks,
         number_parameter(context, "max_checks", 20'000, {0, kMaxChecks}));
  request.max_checks = static_cast<std::size_t>(checks);
  request.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  return request;
}

void write_head(JsonWriter& json, const query::Session& session,
                const query::SearchRequest& request, const query::SearchAnswer& answer) {
  json.key("as_of").time(session.answered_as_of());
  json.key("seq").number(static_cast<std::int64_t>(session.seq().value));
  const bool complete = answer.cut == query::SearchCut::kNone;
  json.key("complete").boolean(complete).key("cut");
  if (complete) {
    json.null();
    return;
  }
  json.begin_object().key("reason").text(query::to_string(answer.cut));
  json.key("frontier_count").number(static_cast<std::int64_t>(answer.unchecked)).key("limit");
  if (answer.cut == query::SearchCut::kMaxChecks) {
    json.number(static_cast<std::int64_t>(request.max_checks));
  } else {
    json.null();
  }
  json.end_object();
}

void write_highlights(JsonWriter& json, const query::SearchHit& hit) {
  json.key("highlights").begin_array();
  for (const auto& highlight : hit.highlights) {
    json.begin_object().key("in").text(query::to_string(highlight.where.place));
    json.key("text").text(highlight.where.text).key("ranges").begin_array();
    for (const auto& range : highlight.ranges) {
      json.begin_array().number(range.begin).number(range.end).end_array();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void write_hit(JsonWriter& json, const query::SearchHit& hit) {
  const query::NodeSummary& node = hit.node;
  const bool column = !hit.column.empty();
  json.begin_object();
  json.key("type").text(column ? "DATASET_FIELD" : dto::node_type(node.kind));
  json.key("name").text(column ? hit.column : node.name.name);
  json.key("namespace").text(node.name.name_space);
  json.key("dataset").text_or_null(column ? std::optional(node.name.name) : std::nullopt);
  const std::string id = query::format_node(node.kind, node.name.name_space, node.name.name);
  json.key("nodeId").text(column ? "datasetField" + id.substr(id.find(':')) + ":" + hit.column
                                 : id);
  json.key("updatedAt").time(hit.updated_at);
  json.key("placeholder").boolean(node.placeholder);
  json.key("match").text(query::to_string(hit.match));
  write_highlights(json, hit);
  json.key("use").begin_object();
  json.key("readers").number(static_cast<std::int64_t>(hit.readers));
  json.key("consumers").number(static_cast<std::int64_t>(hit.consumers)).end_object();
  json.key("owners");
  dto::write_texts(json, hit.owners);
  json.key("tags");
  dto::write_texts(json, hit.tags);
  json.end_object();
}

Answer get_search(Context& context) {
  HW_TRY(const query::SearchRequest request, read_request(context));
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const query::SearchAnswer answer, query::search(session, request));
  JsonWriter json;
  json.begin_object();
  write_head(json, session, request, answer);
  json.key("totalCount").number(answer.total);
  json.key("results").begin_array();
  for (const query::SearchHit& hit : answer.hits) write_hit(json, hit);
  json.end_array().end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> search_routes() {
  return {{http::Method::kGet, "/api/v1/search", {get_search, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
