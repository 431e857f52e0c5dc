// The part of Connection between a complete head and the handler.
#include <algorithm>
#include <exception>
#include <utility>

#include "api/http/asio_setup.h"

#include <boost/asio/buffer.hpp>

#include "api/http/connection.h"
#include "api/http/connection_io.h"
#include "api/http/problem.h"
#include "api/http/text.h"
#include "base/log.h"

namespace headwater::api::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kMaxRequestIdBytes = 128;

// Safe to put into a header, a log line and a file name.
bool is_sane_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxRequestIdBytes &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_' || c == '.' || c == ':';
         });
}

Refusal forbidden(std::string message) {
  return {base::make_error(base::ErrorCode::kForbiddenHost, std::move(message)), std::nullopt};
}

struct PendingRequest {
  std::shared_ptr<Exchange> exchange;
  Request request;
  Coding coding;
};

}  // namespace

std::optional<Refusal> Connection::check_access() {
  const std::string_view text = parser_->authority();
  const Authority authority = parse_authority(text);
  const bool absent = text.empty() && version_ < 11;
  if (!authority.valid && !absent) {
    return Refusal{
        base::make_error(base::ErrorCode::kInvalidArgument, "The Host header is not host[:port]."),
        std::nullopt};
  }
  if (!absent && !core_->hosts.allows_host(authority, local_address_)) {
    return forbidden(
        "This server does not answer to the name in the Host header; add it to the "
        "allowed hosts.");
  }
  const std::string_view origin = parser_->request().header("origin");
  cors_origin_.clear();
  if (origin.empty()) return std::nullopt;
  if (!core_->hosts.allows_origin(origin, authority)) {
    return forbidden(
        "Pages of this origin may not call this server; add it to the allowed "
        "origins.");
  }
  if (core_->hosts.is_configured_origin(origin)) cors_origin_ = origin;
  return std::nullopt;
}

// OPTIONS * and the preflight of a configured origin need no handler.
bool Connection::answer_itself() {
  const Request& request = parser_->request();
  if (request.method != Method::kOptions) return false;
  const bool preflight =
      !cors_origin_.empty() && !request.header("access-control-request-method").empty();
  if (!preflight && !parser_->asterisk()) return false;
  Outgoing out;
  out.response.status = 204;
  out.response.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  if (preflight) {
    out.response.headers.emplace_back("Access-Control-Allow-Methods",
                                      "GET, HEAD, POST, PUT, PATCH, DELETE");
    const std::string_view wanted = request.header("access-control-request-headers");
    if (!wanted.empty()) {
      out.response.headers.emplace_back("Access-Control-Allow-Headers", std::string(wanted));
    }
    out.response.headers.emplace_back("Access-Control-Max-Age", "600");
  }
  begin_answer(std::move(out));
  return true;
}

bool Connection::runs_inline() const {
  const auto& is_cheap = core_->options.is_cheap;
  if (!is_cheap) return false;
  const RequestParser& parser = *parser_;
  return !needs_decoding(parser.request().body, parser.coding()) && is_cheap(parser.request());
}

void Connection::dispatch() {
  phase_ = Phase::kHandling;
  clear_deadline();
  keep_alive_ = parser_->keeps_alive() && !core_->draining.load(std::memory_order_relaxed);
  Request& request = parser_->request();
  head_only_ = request.method == Method::kHead;
  const std::string_view given = request.header("x-request-id");
  request_id_ = is_sane_id(given) ? std::string(given) : core_->new_request_id();
  if (core_->options.access_log) {
    log_method_ = method_name(request.method);
    log_path_ = request.path;
  }
  if (answer_itself()) return;
  request.request_id = request_id_;
  request.peer = peer_;
  Preferences preferences;
  preferences.gzip = accepts_gzip(request.header("accept-encoding"));
  preferences.compress_from_bytes = core_->options.compress_from_bytes;
  exchange_ = std::make_shared<Exchange>(core_, loop_, weak_from_this(), serial_, preferences);
  count(core_->counters.requests_in_flight);
  const auto exchange = exchange_;  // an answer at once lets go of exchange_
  if (runs_inline()) return exchange->run(std::move(request), parser_->coding());
  const auto& is_long = core_->options.is_long;
  const auto pace =
      is_long && is_long(request) ? WorkerPool::Pace::kLong : WorkerPool::Pace::kQuick;
  auto job = std::make_shared<PendingRequest>(
      PendingRequest{exchange, std::move(request), parser_->coding()});
  WorkerPool::Job run = [job] { job->exchange->run(std::move(job->request), job->coding); };
  if (core_->pool.submit(run, pace)) return;
  count(core_->counters.overloaded);
  exchange->send(problem_response(base::make_error(
      base::ErrorCode::kOverloaded, "The server has too much to do; send this again later.")));
}

// Answers without a handler. The connection stays only where the next request's begin is certain.
void Connection::refuse(Refusal refusal) {
  count(core_->counters.protocol_errors);
  if (refusal.error.code == base::ErrorCode::kOverloaded) count(core_->counters.overloaded);
  keep_alive_ = parser_ && parser_->framing_is_certain() && parser_->keeps_alive() &&
                !core_->draining.load(std::memory_order_relaxed);
  head_only_ = parser_ && parser_->request().method == Method::kHead;
  request_id_ = core_->new_request_id();
  if (parser_) {
    const std::string_view given = parser_->request().header("x-request-id");
    if (is_sane_id(given)) request_id_ = given;
  }
  log_method_ = "refused";
  log_path_.assign(1, '-');
  Outgoing out;
  out.response = problem_response(refusal.error, refusal.status);
  begin_answer(std::move(out));
}

void Connection::refuse_late(std::string message) {
  count(core_->counters.timeouts);
  parser_.reset();
  refuse({base::make_error(base::ErrorCode::kRequestTimeout, std::move(message)), std::nullopt});
}

void Connection::send_continue() {
  writing_continue_ = true;
  auto rest = std::make_shared<std::string_view>(kContinue);
  const auto done = [self = shared_from_this(), rest](const auto& ec, std::size_t bytes) {
    self->writing_continue_ = false;
    if (self->phase_ == Phase::kClosed) return;
    if (ec || bytes != rest->size()) return self->close();
    if (std::exchange(self->write_waits_, false)) self->start_write();
  };
  write_some(boost::asio::buffer(rest->data(), rest->size()), done);
}

}  // namespace headwater::api::http
