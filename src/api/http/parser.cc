#include "api/http/parser.h"

#include <algorithm>
#include <string>

#include <boost/beast/http/error.hpp>

#include "api/http/text.h"
#include "api/http/uri.h"

namespace headwater::api::http {
namespace {

namespace beast_http = boost::beast::http;

// Larger reservations follow as the bytes arrive, so that a declared length alone costs little.
constexpr std::size_t kFirstReserveBytes = std::size_t{64} << 10;

Refusal refuse(base::ErrorCode code, std::string message, std::optional<int> status = {}) {
  return {base::make_error(code, std::move(message)), status};
}

std::optional<Method> method_of(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get: return Method::kGet;
    case beast_http::verb::head: return Method::kHead;
    case beast_http::verb::post: return Method::kPost;
    case beast_http::verb::put: return Method::kPut;
    case beast_http::verb::patch: return Method::kPatch;
    case beast_http::verb::delete_: return Method::kDelete;
    case beast_http::verb::options: return Method::kOptions;
    default: return std::nullopt;
  }
}

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

// Any error stops the parser; which one does not matter when own_refusal_ says why.
boost::beast::error_code stop() {
  return beast_http::make_error_code(beast_http::error::bad_value);
}

}  // namespace

RequestParser::RequestParser(const Limits& limits, std::shared_ptr<BodyBudget> budget)
    : limits_(&limits), lease_(std::move(budget)) {
  // HeadScanner enforces the real limit; Beast's own must not come first.
  header_limit(static_cast<std::uint32_t>(limits.header_bytes + 1024));
  body_limit(limits.body_bytes);
  eager(true);
}

Refusal RequestParser::refusal_for(const ErrorCode& ec) {
  if (own_refusal_) return *own_refusal_;
  if (ec == beast_http::error::body_limit) {
    return refuse(base::ErrorCode::kBodyTooLarge, "The body is larger than " +
                                                      std::to_string(limits_->body_bytes) +
                                                      " bytes (limit body_bytes).");
  }
  if (ec == beast_http::error::bad_version) {
    return refuse(base::ErrorCode::kNotImplemented, "The protocol must be HTTP/1.1 or HTTP/1.0.",
                  505);
  }
  return refuse(base::ErrorCode::kMalformedRequest,
                "The request is not valid HTTP (" + ec.message() + ").");
}

std::optional<Refusal> RequestParser::read_head(std::string_view head) {
  ErrorCode ec;
  put(boost::asio::const_buffer(head.data(), head.size()), ec);
  if (own_refusal_) return own_refusal_;
  if (ec && request_.target.empty()) return refusal_for(ec);  // in the request line
  if (auto refusal = check_framing(request_, version_, *limits_)) return refusal;
  if (ec) return refusal_for(ec);
  if (!is_header_done()) {
    return refuse(base::ErrorCode::kMalformedRequest, "The request is not valid HTTP.");
  }
  head_done_ = true;
  if (auto refusal = read_target()) return refusal;
  coding_ = request_coding(request_);
  if (coding_ == Coding::kUnknown && !is_done()) {
    return refuse(base::ErrorCode::kUnsupportedMediaType,
                  "Content-Encoding must be gzip, deflate or identity.");
  }
  return read_expectation();
}

std::optional<Refusal> RequestParser::read_target() {
  auto parsed = http::parse_target(request_.target);
  if (!parsed) return Refusal{std::move(parsed).error(), std::nullopt};
  if (parsed->asterisk && request_.method != Method::kOptions) {
    return refuse(base::ErrorCode::kMalformedRequest, "The target * is for OPTIONS only.");
  }
  asterisk_ = parsed->asterisk;
  authority_ = parsed->absolute ? parsed->authority : std::string(request_.header("host"));
  request_.path = std::move(parsed->path);
  request_.segments = std::move(parsed->segments);
  request_.query = std::move(parsed->query);
  return std::nullopt;
}

std::optional<Refusal> RequestParser::read_expectation() {
  const std::string_view expect = request_.header("expect");
  if (expect.empty() || version_ < 11) return std::nullopt;
  if (!equals_ignoring_case(expect, "100-continue")) {
    return refuse(base::ErrorCode::kNotImplemented, "The only expectation met is 100-continue.",
                  417);
  }
  wants_continue_ = !is_done();
  return std::nullopt;
}

RequestParser::Progress RequestParser::read_body(std::string_view bytes) {
  Progress progress;
  while (progress.consumed < bytes.size() && !is_done()) {
    const std::string_view rest = bytes.substr(progress.consumed);
    ErrorCode ec;
    const std::size_t used = put(boost::asio::const_buffer(rest.data(), rest.size()), ec);
    progress.consumed += used;
    if (ec == beast_http::error::need_more) {
      if (rest.size() - used > limits_->chunk_line_bytes) {
        progress.refusal = refuse(base::ErrorCode::kLimitExceeded,
                                  "A chunk's line or the trailers are too long (limit "
                                  "chunk_line_bytes).");
      }
      break;
    }
    if (ec) {
      progress.refusal = refusal_for(ec);
      break;
    }
    if (used == 0) break;
  }
  if (is_done() && lease_.held_bytes() > 0) {
    request_.body_lease = std::make_shared<const BodyLease>(std::move(lease_));
  }
  return progress;
}

void RequestParser::on_request_impl(beast_http::verb verb, Text method_text, Text target,
                                    int version, ErrorCode& ec) {
  version_ = static_cast<unsigned>(version);
  request_.target = std::string(view(target));
  if (const auto method = method_of(verb)) {
    request_.method = *method;
    return;
  }
  const bool known = verb != beast_http::verb::unknown;
  own_refusal_ =
      refuse(known ? base::ErrorCode::kMethodNotAllowed : base::ErrorCode::kNotImplemented,
             known ? std::string(view(method_text)) + " is not served here."
                   : "The method is not known here.",
             known ? 405 : 501);
  ec = stop();
}

void RequestParser::on_field_impl(beast_http::field, Text name, Text value, ErrorCode&) {
  if (head_done_) return;  // trailers
  request_.headers.emplace_back(to_lower(view(name)), trim(view(value)));
}

void RequestParser::on_header_impl(ErrorCode&) {}

void RequestParser::on_body_init_impl(boost::optional<std::uint64_t> const& length, ErrorCode&) {
  const std::uint64_t wanted = length.value_or(0);
  request_.body.reserve(std::min<std::uint64_t>(wanted, kFirstReserveBytes));
}

std::size_t RequestParser::append(Text bytes, ErrorCode& ec) {
  if (!lease_.grow_to(request_.body.size() + bytes.size())) {
    own_refusal_ = refuse(base::ErrorCode::kOverloaded,
                          "Too many large bodies are in memory; send this again later (limit "
                          "total_body_bytes).");
    ec = stop();
    return 0;
  }
  request_.body.append(bytes.data(), bytes.size());
  return bytes.size();
}

std::size_t RequestParser::on_body_impl(Text bytes, ErrorCode& ec) { return append(bytes, ec); }

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text bytes, ErrorCode& ec) {
  return append(bytes, ec);
}

void RequestParser::on_chunk_header_impl(std::uint64_t, Text extensions, ErrorCode& ec) {
  extension_bytes_ += extensions.size();
  if (extension_bytes_ <= limits_->chunk_extension_bytes &&
      extensions.size() <= limits_->chunk_line_bytes) {
    return;
  }
  own_refusal_ = refuse(base::ErrorCode::kLimitExceeded,
                        "The chunk extensions are too long (limit chunk_extension_bytes).");
  ec = stop();
}

void RequestParser::on_finish_impl(ErrorCode&) {}

}  // namespace headwater::api::http
