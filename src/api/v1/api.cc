#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "api/v1/bring_up.h"
#include "api/v1/context.h"
#include "api/v1/parameters.h"
#include "api/v1/static_files.h"
#include "base/hash.h"
#include "stats/costs.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;

constexpr std::int64_t kDefaultWaitMs = 5000;
constexpr unsigned kWaitingThreads = 2;

std::vector<ApiRoute> all_routes() {
  std::vector<ApiRoute> all;
  for (auto* part : {
           lineage_routes,  column_routes,      impact_routes,     cause_routes,
           diff_routes,     search_routes,      catalog_routes,    run_routes,
           log_routes,      write_routes,       people_routes,     structure_routes,
           coverage_routes, declared_routes,    partition_routes,  staleness_routes,
           change_routes,   environment_routes, plan_routes,       lease_routes,
           usage_routes,    price_routes,       quality_routes,    anomaly_routes,
           compare_routes,  cost_routes,        operations_routes,
       }) {
    for (ApiRoute& route : part()) all.push_back(std::move(route));
  }
  return all;
}

// Paths of the API answer problems; all others are pages.
bool is_api(const http::Request& request) {
  return !request.segments.empty() && request.segments.front() == "api";
}

bool cacheable(const Context& context) {
  // Which facts hold now also depends on the clock, but only where a moment is asked for.
  return context.request.method == http::Method::kGet ||
         context.request.method == http::Method::kHead;
}

// What may take seconds where there is much.
struct LongRoute {
  http::Method method;
  std::string_view path;
};
constexpr auto kGet = http::Method::kGet, kPost = http::Method::kPost;
constexpr std::array<LongRoute, 21> kLongRoutes{{
    {kGet, "/api/v1/anomalies"},
    {kGet, "/api/v1/cause"},
    {kGet, "/api/v1/compare"},
    {kGet, "/api/v1/costs/anomalies"},
    {kGet, "/api/v1/costs/hotspots"},
    {kGet, "/api/v1/costs/series"},
    {kGet, "/api/v1/costs/sunburst"},
    {kGet, "/api/v1/costs/waste"},
    {kGet, "/api/v1/coverage"},
    {kGet, "/api/v1/diff"},
    {kPost, "/api/v1/impact"},
    {kGet, "/api/v1/paths"},
    {kPost, "/api/v1/plans"},
    {kPost, "/api/v1/price-book/reprice"},
    {kGet, "/api/v1/stats"},
    {kGet, "/api/v1/structure/cycles"},
    {kGet, "/api/v1/structure/dominators"},
    {kGet, "/api/v1/structure/importance"},
    {kGet, "/api/v1/usage/suggestions"},
    {kGet, "/api/v1/usage/unused"},
    {kGet, "/api/v1/usage/unused-columns"},
}};

}  // namespace

struct Api::Impl {
  Impl(Dependencies dependencies, Options options)
      : queries(dependencies.queries),
        waiting_room([this] { return queries.published(); }, options.max_waiting, kWaitingThreads),
        services{std::move(dependencies), std::move(options), waiting_room, costs},
        router(all_routes()) {}

  void handle(http::Request request, const http::HandlerContext& handler,
              http::Responder responder);
  void answer_pinned(const ContextPtr& context, const Action& action,
                     const http::Responder& responder);
  void wait_and_answer(const ContextPtr& context, const Action& action, http::Responder responder);
  void no_route(const ContextPtr& context, const std::vector<http::Method>& allowed,
                const http::Responder& responder) const;

  query::Service& queries;
  WaitingRoom waiting_room;
  stats::CostKeepers costs;
  Services services;
  Router<Action> router;
};

void Api::Impl::no_route(const ContextPtr& context, const std::vector<http::Method>& allowed,
                         const http::Responder& responder) const {
  if (!allowed.empty()) {
    const std::string allow = allow_header(allowed);
    http::Response response = problem_response(
        make_error(ErrorCode::kMethodNotAllowed, "This path takes " + allow + "."), *context);
    response.headers.emplace_back("Allow", allow);
    responder.send(std::move(response));
    return;
  }
  const http::Method method = context->request.method;
  const bool reads = method == http::Method::kGet || method == http::Method::kHead;
  if (is_api(context->request) || !reads) {
    return respond(*context, responder,
                   make_error(ErrorCode::kNotFound,
                              "There is nothing at this path; /docs lists what there is."));
  }
  respond(*context, responder,
          static_file(services.options.ui_directory, context->request.segments));
}

void Api::Impl::handle(http::Request request, const http::HandlerContext& handler,
                       http::Responder responder) {
  auto match = router.find(request.method, request.segments);
  auto context = std::make_shared<Context>(Context{
      services, std::move(request), std::move(match.parameters), handler.cancel, model::Seq{}, {}});
  if (match.route == nullptr) return no_route(context, match.allowed, responder);
  const Action& action = match.route->action;
  if (action.handle_async) return action.handle_async(context, std::move(responder));
  if (action.pin == Pin::kNo) return respond(*context, responder, action.handle(*context));
  wait_and_answer(context, action, std::move(responder));
}

void Api::Impl::wait_and_answer(const ContextPtr& context, const Action& action,
                                http::Responder responder) {
  auto min_seq = optional_number(*context, "min_seq", {});
  if (!min_seq) return respond(*context, responder, std::move(min_seq).error());
  auto wait_ms =
      number_parameter(*context, "wait_ms", kDefaultWaitMs, {0, services.options.max_wait_ms});
  if (!wait_ms) return respond(*context, responder, std::move(wait_ms).error());
  const model::Seq wanted{static_cast<std::uint64_t>(min_seq->value_or(0))};
  if (wanted <= queries.published()) return answer_pinned(context, action, responder);
  auto reply = std::make_shared<http::Responder>(std::move(responder));
  waiting_room.when_visible(
      wanted, std::chrono::steady_clock::now() + std::chrono::milliseconds(*wait_ms),
      [this, context, &action, reply](const std::optional<base::Error>& error) {
        if (error) return respond(*context, *reply, *error);
        answer_pinned(context, action, *reply);
      });
}

// One version for the whole request. The same question about the same version has the same answer.
void Api::Impl::answer_pinned(const ContextPtr& context, const Action& action,
                              const http::Responder& responder) {
  context->pinned = queries.published();
  Answer answer = action.handle(*context);
  const bool whole = answer && answer->status == 200 && !answer->source && cacheable(*context);
  if (!whole) return respond(*context, responder, std::move(answer));
  const std::string tag = "\"" + base::to_hex(base::hash64(answer->body)) + "\"";
  answer->headers.emplace_back("ETag", tag);
  answer->headers.emplace_back("Cache-Control", "no-cache");
  if (context->request.header("if-none-match") == tag) {
    answer->status = 304;
    answer->body.clear();
  }
  respond(*context, responder, std::move(answer));
}

Api::Api(Dependencies dependencies, Options options)
    : impl_(std::make_unique<Impl>(std::move(dependencies), std::move(options))) {}

Api::~Api() { stop(); }

http::Handler Api::handler() {
  Impl* const impl = impl_.get();
  return [impl](http::Request request, const http::HandlerContext& context,
                http::Responder responder) {
    impl->handle(std::move(request), context, std::move(responder));
  };
}

bool Api::is_cheap(const http::Request& request) {
  return request.segments.size() == 1 && request.segments.front() == "livez";
}

std::vector<RouteName> Api::long_routes() {
  std::vector<RouteName> names;
  for (const LongRoute& route : kLongRoutes) {
    names.push_back({http::method_name(route.method), route.path});
  }
  return names;
}

bool Api::is_long(const http::Request& request) {
  const auto reads = [](http::Method method) {
    return method == http::Method::kHead ? http::Method::kGet : method;
  };
  return std::any_of(kLongRoutes.begin(), kLongRoutes.end(), [&](const LongRoute& route) {
    if (reads(request.method) != route.method) return false;
    std::string_view rest = route.path;
    for (const std::string& segment : request.segments) {
      if (!rest.starts_with('/') || !rest.substr(1).starts_with(segment)) return false;
      rest.remove_prefix(1 + segment.size());
    }
    return rest.empty();
  });
}

std::vector<RouteName> Api::routes() {
  std::vector<RouteName> names;
  for (const ApiRoute& route : all_routes()) {
    names.push_back({http::method_name(route.method), route.path});
  }
  return names;
}

base::Result<void> Api::bring_up(const std::function<bool()>& ended) {
  return v1::bring_up(impl_->services, ended);
}

void Api::stop() { impl_->waiting_room.close(); }

}  // namespace headwater::api::v1
