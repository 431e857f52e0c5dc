#include <array>
#include <utility>

#include "api/dto/common.h"
#include "api/v1/context.h"
#include "api/v1/parameters.h"

namespace headwater::api::v1 {
namespace {

Result<query::SearchRequest> read_request(Context& context) {
  query::SearchRequest request;
  HW_TRY(request.text, required_parameter(context, "q"));
  HW_TRY(const std::size_t filter,
         choice_parameter(context, "filter", {"all", "dataset", "job"}, 0));
  if (filter == 1) request.kind = model::NodeKind::kDataset;
  if (filter == 2) request.kind = model::NodeKind::kJob;
  if (const std::string* name = context.request.query_value("namespace")) {
    request.name_space = *name;
  }
  HW_TRY(const std::size_t sort,
         choice_parameter(context, "sort", {"relevance", "name", "update_at", "updated_at"}, 0));
  constexpr std::array kSorts = {query::SearchSort::kRelevance, query::SearchSort::kName,
                                 query::SearchSort::kUpdatedAt, query::SearchSort::kUpdatedAt};
  request.sort = kSorts[sort];
  HW_TRY(const std::int64_t limit, number_parameter(context, "limit", 10, {1, kMaxLimit}));
  request.limit = static_cast<std::size_t>(limit);
  return request;
}

Answer get_search(Context& context) {
  HW_TRY(const query::SearchRequest request, read_request(context));
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const query::SearchAnswer answer, query::search(session, request));
  dto::JsonWriter json;
  json.begin_object().key("totalCount").number(answer.total);
  json.key("results").begin_array();
  for (const query::SearchHit& hit : answer.hits) {
    const query::NodeSummary& node = hit.node;
    json.begin_object().key("type").text(dto::node_type(node.kind));
    json.key("name").text(node.name.name);
    json.key("namespace").text(node.name.name_space);
    json.key("nodeId").text(query::format_node(node.kind, node.name.name_space, node.name.name));
    json.key("updatedAt").time(hit.updated_at);
    json.key("placeholder").boolean(node.placeholder).end_object();
  }
  json.end_array().end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> search_routes() {
  return {{http::Method::kGet, "/api/v1/search", {get_search, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
