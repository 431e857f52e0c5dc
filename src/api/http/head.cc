#include "api/http/head.h"

#include <string>
#include <utility>

#include "api/http/text.h"

namespace headwater::api::http {
namespace {

Refusal refuse(std::string message, std::optional<int> status = std::nullopt) {
  return {base::make_error(
              status == 501 ? base::ErrorCode::kNotImplemented : base::ErrorCode::kMalformedRequest,
              std::move(message)),
          status};
}

Refusal refuse_limit(base::ErrorCode code, std::string message) {
  return {base::make_error(code, std::move(message)), std::nullopt};
}

std::size_t count_header(const Request& request, std::string_view name) {
  std::size_t n = 0;
  for (const auto& field : request.headers) n += field.first == name ? 1 : 0;
  return n;
}

}  // namespace

void HeadScanner::reset() { *this = HeadScanner(*limits_); }

std::optional<Refusal> HeadScanner::over_limit() const {
  if (target_bytes_ > limits_->target_bytes) {
    return refuse_limit(base::ErrorCode::kUriTooLong, "The URL is longer than " +
                                                          std::to_string(limits_->target_bytes) +
                                                          " bytes (limit target_bytes).");
  }
  if (at_ > limits_->header_bytes) {
    return refuse_limit(base::ErrorCode::kHeadersTooLarge,
                        "The headers are larger than " + std::to_string(limits_->header_bytes) +
                            " bytes (limit header_bytes).");
  }
  // The request line and the empty line count too.
  if (lines_ > limits_->header_count + 2) {
    return refuse_limit(base::ErrorCode::kHeadersTooLarge,
                        "There are more than " + std::to_string(limits_->header_count) +
                            " headers (limit header_count).");
  }
  return std::nullopt;
}

std::optional<Refusal> HeadScanner::step(char c) {
  const auto u = static_cast<unsigned char>(c);
  if (after_cr_) {
    if (c != '\n') return refuse("A carriage return stands alone in the headers.");
    after_cr_ = false;
    done_ = lines_ > 0 && line_bytes_ == 0;
    ++lines_;
    line_bytes_ = 0;
    return std::nullopt;
  }
  if (c == '\r') {
    if (lines_ == 0 && line_bytes_ == 0) return refuse("The request line is empty.");
    after_cr_ = true;
    return std::nullopt;
  }
  if (u < 0x20 && c != '\t') return refuse("The headers have a control character.");
  if (u == 0x7F) return refuse("The headers have a control character.");
  if (line_bytes_ == 0) {
    if (lines_ > 0 && (c == ' ' || c == '\t')) return refuse("A header is folded over two lines.");
    if (!is_token_char(c)) return refuse("A line does not begin like a request or a header.");
  }
  if (lines_ == 0) {
    if (c == ' ') ++spaces_;
    target_bytes_ += spaces_ == 1 && c != ' ' ? 1 : 0;
  }
  ++line_bytes_;
  return std::nullopt;
}

HeadScanner::Outcome HeadScanner::scan(std::string_view buffer) {
  while (at_ < buffer.size() && !done_) {
    auto refusal = step(buffer[at_]);
    ++at_;
    if (!refusal) refusal = over_limit();
    if (refusal) return {0, std::move(refusal)};
  }
  return {done_ ? at_ : 0, std::nullopt};
}

std::optional<Refusal> check_framing(const Request& request, unsigned version,
                                     const Limits& limits) {
  const std::size_t lengths = count_header(request, "content-length");
  const std::size_t codings = count_header(request, "transfer-encoding");
  const std::size_t hosts = count_header(request, "host");
  if (hosts > 1) return refuse("There is more than one Host header.");
  if (hosts == 0 && version >= 11) return refuse("HTTP/1.1 requires a Host header.");
  if (lengths > 1) return refuse("There is more than one Content-Length header.");
  if (lengths > 0 && codings > 0) {
    return refuse("Content-Length and Transfer-Encoding exclude each other.");
  }
  if (lengths == 1) {
    const std::string_view length = request.header("content-length");
    if (!is_digits(length)) return refuse("Content-Length is not a number.");
    if (length.size() > 18 || std::stoull(std::string(length)) > limits.body_bytes) {
      return Refusal{
          base::make_error(base::ErrorCode::kBodyTooLarge, "The body is larger than " +
                                                               std::to_string(limits.body_bytes) +
                                                               " bytes (limit body_bytes)."),
          std::nullopt};
    }
  }
  if (codings > 0) {
    if (version < 11) return refuse("HTTP/1.0 has no Transfer-Encoding.");
    if (codings > 1 || !equals_ignoring_case(request.header("transfer-encoding"), "chunked")) {
      return refuse("The only Transfer-Encoding read here is chunked.", 501);
    }
  }
  return std::nullopt;
}

Coding request_coding(const Request& request) {
  if (count_header(request, "content-encoding") > 1) return Coding::kUnknown;
  const std::string_view name = request.header("content-encoding");
  if (name.empty() || equals_ignoring_case(name, "identity")) return Coding::kIdentity;
  if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip")) {
    return Coding::kGzip;
  }
  return equals_ignoring_case(name, "deflate") ? Coding::kDeflate : Coding::kUnknown;
}

}  // namespace headwater::api::http
