#include "api/v1/context.h"

#include <utility>

#include "api/v1/parameters.h"

namespace headwater::api::v1 {

Result<query::Session> Context::open() { return services.queries().open({graph::kLatest, pinned}); }

Result<query::Session> Context::open_at_moment() {
  query::Moment moment{graph::kLatest, pinned};
  HW_TRY(const std::optional<base::Micros> as_of, as_of_parameter(*this, "as_of"));
  if (as_of) moment.as_of = *as_of;
  HW_TRY(const std::optional<model::Seq> known_at, known_at_parameter(*this, "known_at"));
  if (known_at) moment.known_at = *known_at;
  return services.queries().open(moment);
}

http::Response json_response(std::string body, int status) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

http::Response html_response(std::string body) {
  http::Response response;
  response.content_type = "text/html; charset=utf-8";
  response.headers.emplace_back("Content-Security-Policy",
                                "default-src 'none'; style-src 'unsafe-inline'");
  response.body = std::move(body);
  return response;
}

http::Response problem_response(const base::Error& error, const Context& context) {
  http::Response response;
  response.status = base::error_info(error.code).http_status;
  response.content_type = "application/problem+json";
  dto::ProblemDetails details = context.details;
  details.instance = context.request.request_id;
  if (response.status == 429 || response.status == 503) {
    details.retry_after_s = 1;
    response.headers.emplace_back("Retry-After", "1");
  }
  response.body = dto::problem_json(error, details);
  return response;
}

void respond(const Context& context, const http::Responder& responder, Answer answer) {
  responder.send(answer ? *std::move(answer) : problem_response(answer.error(), context));
}

}  // namespace headwater::api::v1
