#include <utility>

#include "api/dto/catalog_dto.h"
#include "api/v1/pages.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;

Answer get_runs(Context& context) {
  HW_TRY(const Paging paging, v1::paging(context, 2));
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const model::NodeId job,
         query::find_named(session, model::NodeKind::kJob, context.parameter("namespace"),
                           context.parameter("job")));
  std::optional<std::pair<base::Micros, model::RunRow>> before;
  if (paging.after) {
    auto time = dto::read_cursor_number((*paging.after)[0]);
    auto row = dto::read_cursor_number((*paging.after)[1]);
    if (!time || !row) return wrong_cursor(context);
    before.emplace(*time, model::RunRow{*row});
  }
  const std::size_t wanted = paging.page.offset + paging.page.limit;
  HW_TRY(auto runs, query::runs_of_job(session, job, before, wanted + 1));
  HW_TRY(const std::int64_t total, query::count_runs_of_job(session, job));
  std::optional<std::string> next;
  if (runs.size() > wanted) {
    runs.resize(wanted);
    next = dto::encode_cursor(paging.binding, {dto::cursor_number(runs.back().first_time),
                                               dto::cursor_number(runs.back().id.value)});
  }
  runs.erase(runs.begin(),
             runs.begin() + static_cast<std::ptrdiff_t>(std::min(paging.page.offset, runs.size())));
  return list_response("runs", runs, total, next,
                       [&session](JsonWriter& json, const storage::RunInfo& run) -> Result<void> {
                         HW_TRY(const auto detail, query::run_detail(session, run));
                         dto::write_run(json, detail);
                         return {};
                       });
}

Answer get_run(Context& context) {
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const auto run, query::find_run(session, context.parameter("id")));
  HW_TRY(const auto detail, query::run_detail(session, run));
  JsonWriter json;
  dto::write_run(json, detail);
  return json_response(json.take());
}

Answer get_run_facets(Context& context) {
  HW_TRY([[maybe_unused]] const std::string given, required_parameter(context, "type"));
  HW_TRY(const std::size_t type, choice_parameter(context, "type", {"run", "job"}, 0));
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const auto run, query::find_run(session, context.parameter("id")));
  std::vector<query::FacetText> facets;
  if (type == 0) {
    HW_TRY(query::RunDetail detail, query::run_detail(session, run));
    facets = std::move(detail.facets);
  } else {
    HW_TRY(facets, query::job_facets_of_run(session, run));
  }
  JsonWriter json;
  json.begin_object().key("runId").text(run.run_id).key("facets");
  dto::write_facets(json, facets);
  json.end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> run_routes() {
  using http::Method;
  return {
      {Method::kGet, "/api/v1/namespaces/{namespace}/jobs/{job}/runs", {get_runs, {}, Pin::kYes}},
      {Method::kGet, "/api/v1/jobs/runs/{id}", {get_run, {}, Pin::kYes}},
      {Method::kGet, "/api/v1/jobs/runs/{id}/facets", {get_run_facets, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
