#include <algorithm>
#include <utility>

#include "api/dto/catalog_dto.h"
#include "api/v1/pages.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;
using model::NodeId;
using model::NodeKind;

constexpr std::size_t kRunsOfOneJob = 10;  // beside the job itself
constexpr std::size_t kRunsInAList = 1;

// ---- namespaces -------------------------------------------------------------------------------

Answer get_namespaces(Context& context) {
  HW_TRY(const Paging paging, v1::paging(context, 1));
  HW_TRY(query::Session session, context.open());
  std::optional<std::string> after;
  if (paging.after) after = paging.after->front();
  HW_TRY(const auto page, query::list_namespaces(session, paging.page, after));
  const auto next = next_cursor(paging, page.next,
                                [](const std::string& name) { return dto::CursorFields{name}; });
  return list_response("namespaces", page.items, page.total, next,
                       [](JsonWriter& json, const storage::NamespaceRow& row) {
                         dto::write_namespace(json, row);
                         return Result<void>();
                       });
}

Answer get_namespace(Context& context) {
  HW_TRY(query::Session session, context.open());
  HW_TRY(const auto row, query::find_namespace(session, context.parameter("namespace")));
  JsonWriter json;
  dto::write_namespace(json, row);
  return json_response(json.take());
}

// ---- datasets and jobs ------------------------------------------------------------------------

Result<std::optional<query::NodePosition>> node_position(Context& context, const Paging& paging) {
  if (!paging.after) return std::optional<query::NodePosition>();
  auto number = dto::read_cursor_number((*paging.after)[0]);
  if (!number) return wrong_cursor(context);
  query::NodePosition position;
  position.name_space = static_cast<std::uint32_t>(*number);
  position.name = (*paging.after)[1];
  return std::optional<query::NodePosition>(std::move(position));
}

Answer list_datasets(Context& context, bool one_namespace) {
  HW_TRY(const Paging paging, v1::paging(context, 2));
  HW_TRY(query::Session session, context.open_at_moment());
  query::NodeListQuery query;
  query.kind = NodeKind::kDataset;
  query.page = paging.page;
  if (one_namespace) {
    HW_TRY(query.name_space, query::find_namespace(session, context.parameter("namespace")));
  }
  HW_TRY(query.after, node_position(context, paging));
  HW_TRY(const auto page, query::list_nodes(session, query));
  const auto next = next_cursor(paging, page.next, [](const query::NodePosition& at) {
    return dto::CursorFields{dto::cursor_number(at.name_space), at.name};
  });
  return list_response("datasets", page.items, page.total, next,
                       [&session](JsonWriter& json, NodeId node) -> Result<void> {
                         HW_TRY(const auto detail, query::dataset_detail(session, node));
                         dto::write_dataset(json, detail);
                         return {};
                       });
}

Result<std::vector<storage::RunState>> run_states(Context& context) {
  std::vector<storage::RunState> states;
  for (const auto& [name, value] : context.request.query) {
    if (name != "lastRunStates" && name != "lastRunState") continue;
    const auto state = dto::parse_run_state(value);
    if (!state) {
      return invalid_parameter(context, name,
                               "must be one of NEW, RUNNING, COMPLETED, FAILED, ABORTED, UNKNOWN.");
    }
    states.push_back(*state);
  }
  return states;
}

Answer list_jobs(Context& context, bool one_namespace) {
  HW_TRY(const Paging paging, v1::paging(context, 2));
  HW_TRY(query::Session session, context.open_at_moment());
  query::JobListQuery query;
  query.page = paging.page;
  HW_TRY(query.last_run_states, run_states(context));
  if (one_namespace) {
    HW_TRY(query.name_space, query::find_namespace(session, context.parameter("namespace")));
  }
  if (paging.after) {
    auto time = dto::read_cursor_number((*paging.after)[0]);
    auto node = dto::read_cursor_number((*paging.after)[1]);
    if (!time || !node) return wrong_cursor(context);
    query.after = query::RecencyPosition{*time, static_cast<std::uint32_t>(*node)};
  }
  HW_TRY(const auto page, query::list_jobs(session, query));
  const auto next = next_cursor(paging, page.next, [](const query::RecencyPosition& at) {
    return dto::CursorFields{dto::cursor_number(at.time), dto::cursor_number(at.node)};
  });
  return list_response("jobs", page.items, page.total, next,
                       [&session](JsonWriter& json, NodeId node) -> Result<void> {
                         HW_TRY(const auto detail, query::job_detail(session, node, kRunsInAList));
                         dto::write_job(json, detail);
                         return {};
                       });
}

Result<NodeId> named(Context& context, const query::Session& session, NodeKind kind) {
  return query::find_named(session, kind, context.parameter("namespace"),
                           context.parameter(kind == NodeKind::kJob ? "job" : "dataset"));
}

Answer get_dataset(Context& context) {
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const NodeId node, named(context, session, NodeKind::kDataset));
  HW_TRY(const auto detail, query::dataset_detail(session, node));
  JsonWriter json;
  dto::write_dataset(json, detail);
  return json_response(json.take());
}

Answer get_job(Context& context) {
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const NodeId node, named(context, session, NodeKind::kJob));
  HW_TRY(const auto detail, query::job_detail(session, node, kRunsOfOneJob));
  JsonWriter json;
  dto::write_job(json, detail);
  return json_response(json.take());
}

// ---- versions ---------------------------------------------------------------------------------

// The spans of one page, and what follows. A version's position is its id.
struct SpanPage {
  std::vector<query::VersionSpan> spans;
  std::optional<std::string> next;
};

Result<SpanPage> page_of(Context& context, const Paging& paging,
                         const std::vector<query::VersionSpan>& all) {
  std::size_t at = paging.page.offset;
  if (paging.after) {
    const auto seen = std::ranges::find(all, paging.after->front(), &query::VersionSpan::id);
    if (seen == all.end()) return wrong_cursor(context);
    at = static_cast<std::size_t>(seen - all.begin()) + 1;
  }
  SpanPage page;
  const std::size_t end = std::min(all.size(), at + paging.page.limit);
  for (; at < end; ++at) page.spans.push_back(all[at]);
  if (end < all.size() && !page.spans.empty()) {
    page.next = dto::encode_cursor(paging.binding, {page.spans.back().id});
  }
  return page;
}

Answer get_dataset_versions(Context& context) {
  HW_TRY(const Paging paging, v1::paging(context, 1));
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const NodeId node, named(context, session, NodeKind::kDataset));
  HW_TRY(const auto spans, query::dataset_version_spans(session, node));
  HW_TRY(const SpanPage page, page_of(context, paging, spans));
  return list_response("versions", page.spans, static_cast<std::int64_t>(spans.size()), page.next,
                       [&](JsonWriter& json, const query::VersionSpan& span) -> Result<void> {
                         HW_TRY(const auto version, query::dataset_version(session, node, span.id));
                         dto::write_dataset_version(json, version);
                         return {};
                       });
}

Answer get_job_versions(Context& context) {
  HW_TRY(const Paging paging, v1::paging(context, 1));
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const NodeId node, named(context, session, NodeKind::kJob));
  HW_TRY(const auto spans, query::job_version_spans(session, node));
  HW_TRY(const SpanPage page, page_of(context, paging, spans));
  return list_response("versions", page.spans, static_cast<std::int64_t>(spans.size()), page.next,
                       [&](JsonWriter& json, const query::VersionSpan& span) -> Result<void> {
                         HW_TRY(const auto version, query::job_version(session, node, span.id));
                         dto::write_job_version(json, version);
                         return {};
                       });
}

Answer get_dataset_version(Context& context) {
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const NodeId node, named(context, session, NodeKind::kDataset));
  HW_TRY(const auto version, query::dataset_version(session, node, context.parameter("version")));
  JsonWriter json;
  dto::write_dataset_version(json, version);
  return json_response(json.take());
}

Answer get_job_version(Context& context) {
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const NodeId node, named(context, session, NodeKind::kJob));
  HW_TRY(const auto version, query::job_version(session, node, context.parameter("version")));
  JsonWriter json;
  dto::write_job_version(json, version);
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> catalog_routes() {
  using http::Method;
  const auto get = [](std::string_view path, Handle handle) {
    return ApiRoute{Method::kGet, path, {std::move(handle), {}, Pin::kYes}};
  };
  const auto all = [](auto list) { return [list](Context& c) { return list(c, false); }; };
  const auto one = [](auto list) { return [list](Context& c) { return list(c, true); }; };
  return {
      get("/api/v1/namespaces", get_namespaces),
      get("/api/v1/namespaces/{namespace}", get_namespace),
      get("/api/v1/datasets", all(list_datasets)),
      get("/api/v1/namespaces/{namespace}/datasets", one(list_datasets)),
      get("/api/v1/namespaces/{namespace}/datasets/{dataset}", get_dataset),
      get("/api/v1/namespaces/{namespace}/datasets/{dataset}/versions", get_dataset_versions),
      get("/api/v1/namespaces/{namespace}/datasets/{dataset}/versions/{version}",
          get_dataset_version),
      get("/api/v1/jobs", all(list_jobs)),
      get("/api/v1/namespaces/{namespace}/jobs", one(list_jobs)),
      get("/api/v1/namespaces/{namespace}/jobs/{job}", get_job),
      get("/api/v1/namespaces/{namespace}/jobs/{job}/versions", get_job_versions),
      get("/api/v1/namespaces/{namespace}/jobs/{job}/versions/{version}", get_job_version),
  };
}

}  // namespace headwater::api::v1
