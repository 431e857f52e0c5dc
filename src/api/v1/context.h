// Context: one request on its way through the handlers, and what they share.
//
// Thread-safety: belongs to whoever handles the request at the moment.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/dto/problem.h"
#include "api/http/message.h"
#include "api/v1/router.h"
#include "api/v1/v1.h"
#include "api/v1/waiting_room.h"
#include "query/query.h"

namespace headwater::stats {
struct CostKeepers;
}  // namespace headwater::stats

namespace headwater::api::v1 {

using base::Result;
using Answer = Result<http::Response>;

struct Services {
  Dependencies dependencies;
  Options options;
  WaitingRoom& waiting_room;
  stats::CostKeepers& costs;

  query::Service& queries() const { return dependencies.queries; }
  Writes& writes() const { return dependencies.writes; }
};

struct Context {
  const Services& services;
  http::Request request;
  PathParameters path;
  http::Cancellation cancel;
  // The version that this request reads; set once min_seq is visible.
  model::Seq pinned;
  // What an error answer says beside the error; handlers fill it in before they return one.
  dto::ProblemDetails details;

  const std::string& parameter(std::string_view name) const { return path.find(name)->second; }
  // A reading of the newest version, that of `pinned`.
  Result<query::Session> open();
  // The same, with as_of and known_at from the query.
  Result<query::Session> open_at_moment();
};

using ContextPtr = std::shared_ptr<Context>;

// Plain handlers answer at once; asynchronous ones keep the responder.
using Handle = std::function<Answer(Context&)>;
using HandleAsync = std::function<void(ContextPtr, http::Responder)>;

enum class Pin { kNo, kYes };  // kYes: min_seq, one version, ETag

struct Action {
  Handle handle;
  HandleAsync handle_async;  // if set, instead
  Pin pin = Pin::kNo;
};
using ApiRoute = Route<Action>;

// ---- answers ----------------------------------------------------------------------------------

http::Response json_response(std::string body, int status = 200);
http::Response problem_response(const base::Error& error, const Context& context);
http::Response html_response(std::string body);

// Sends the answer or the problem.
void respond(const Context& context, const http::Responder& responder, Answer answer);

// ---- the routes by subject ----------------------------------------------------------------------

std::vector<ApiRoute> lineage_routes();
std::vector<ApiRoute> column_routes();
std::vector<ApiRoute> impact_routes();
std::vector<ApiRoute> cause_routes();
std::vector<ApiRoute> search_routes();
std::vector<ApiRoute> catalog_routes();
std::vector<ApiRoute> run_routes();
std::vector<ApiRoute> log_routes();
std::vector<ApiRoute> write_routes();
std::vector<ApiRoute> people_routes();
std::vector<ApiRoute> operations_routes();
std::vector<ApiRoute> diff_routes();
std::vector<ApiRoute> structure_routes();
std::vector<ApiRoute> coverage_routes();
std::vector<ApiRoute> plan_routes();
std::vector<ApiRoute> lease_routes();
std::vector<ApiRoute> declared_routes();
std::vector<ApiRoute> partition_routes();
std::vector<ApiRoute> staleness_routes();
std::vector<ApiRoute> change_routes();
std::vector<ApiRoute> environment_routes();
std::vector<ApiRoute> usage_routes();
std::vector<ApiRoute> price_routes();
std::vector<ApiRoute> cost_routes();
std::vector<ApiRoute> quality_routes();
std::vector<ApiRoute> anomaly_routes();
std::vector<ApiRoute> compare_routes();

}  // namespace headwater::api::v1
