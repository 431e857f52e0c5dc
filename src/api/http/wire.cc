#include "api/http/wire.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "api/http/problem.h"
#include "api/http/text.h"
#include "base/log.h"

namespace headwater::api::http {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} << 10;

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return status < 400 ? "OK" : "Error";
  }
}

bool is_servers_own(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kOwn = {
      "connection", "content-length", "content-type",     "date", "keep-alive", "server",
      "trailer",    "x-request-id",   "transfer-encoding"};
  return std::any_of(kOwn.begin(), kOwn.end(),
                     [name](std::string_view own) { return equals_ignoring_case(own, name); });
}

bool is_clean_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && c != '\t') || u == 0x7F;
  });
}

void put(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool has_header(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [name](const auto& field) { return equals_ignoring_case(field.first, name); });
}

void put_handler_headers(std::string& out, const Response& response) {
  if (!response.content_type.empty() && is_clean_value(response.content_type)) {
    put(out, "Content-Type", response.content_type);
  }
  for (const auto& [name, value] : response.headers) {
    if (is_servers_own(name)) continue;
    if (!is_token(name) || !is_clean_value(value)) {
      HW_LOG_ERROR("http.header_dropped", "status={}", response.status);
      continue;
    }
    put(out, name, value);
  }
}

void put_framing(std::string& out, const Outgoing& outgoing, const HeadInfo& info) {
  if (has_no_body(outgoing.response.status)) return;
  if (!outgoing.stream) {
    put(out, "Content-Length", std::to_string(outgoing.response.body.size()));
  } else if (info.version >= 11) {
    put(out, "Transfer-Encoding", "chunked");
  }
}

bool may_compress(const Response& response, const Preferences& preferences) {
  return preferences.gzip && !has_no_body(response.status) &&
         is_compressible(response.content_type) && !has_header(response, "content-encoding");
}

}  // namespace

BodyStream::BodyStream(std::unique_ptr<BodySource> source, std::unique_ptr<GzipEncoder> encoder)
    : source_(std::move(source)), encoder_(std::move(encoder)) {}

base::Result<bool> pull_block(BodySource& source, std::string& block) {
  bool more = true;
  try {
    while (more && block.size() < kBlockBytes) {
      HW_TRY(more, source.next(block));
    }
  } catch (const std::exception& e) {
    return base::make_error(base::ErrorCode::kInternal, "The answer failed midway.", e.what());
  }
  return more;
}

base::Result<bool> BodyStream::next(std::string& block) {
  bool more = true;
  // The encoder may swallow a whole block of input, and an empty chunk would end the answer.
  while (more && block.empty()) {
    std::string piece;
    HW_TRY(more, pull_block(*source_, piece));
    if (encoder_) {
      HW_TRY(piece, encoder_->encode(piece, !more));
    }
    block.append(piece);
  }
  return more;
}

bool needs_preparing(const Response& response, const Preferences& preferences) {
  return response.source || (response.body.size() >= preferences.compress_from_bytes &&
                             may_compress(response, preferences));
}

Outgoing prepare(Response response, const Preferences& preferences) {
  Outgoing out;
  std::unique_ptr<BodySource> source = std::move(response.source);
  bool more = false;
  if (source) {
    auto pulled = pull_block(*source, response.body);
    if (!pulled) {
      HW_LOG_WARN("http.stream_failed", "detail=\"{}\"", pulled.error().detail);
      out.response = problem_response(pulled.error());
      return out;
    }
    more = *pulled;
  }
  std::unique_ptr<GzipEncoder> encoder;
  out.negotiated = response.body.size() >= preferences.compress_from_bytes &&
                   is_compressible(response.content_type);
  if (out.negotiated && may_compress(response, preferences)) {
    encoder = std::make_unique<GzipEncoder>();
    auto encoded = encoder->encode(response.body, !more);
    if (!encoded) {
      out.response = problem_response(encoded.error());
      return out;
    }
    response.body = std::move(*encoded);
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  out.response = std::move(response);
  if (more) out.stream = std::make_shared<BodyStream>(std::move(source), std::move(encoder));
  return out;
}

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

std::string write_head(const Outgoing& outgoing, const HeadInfo& info) {
  const Response& response = outgoing.response;
  std::string out;
  out.reserve(384);
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason(response.status)).append("\r\n");
  put_handler_headers(out, response);
  put_framing(out, outgoing, info);
  if (outgoing.negotiated) put(out, "Vary", "Accept-Encoding");
  if (!info.cors_origin.empty()) {
    put(out, "Access-Control-Allow-Origin", info.cors_origin);
    put(out, "Vary", "Origin");
  }
  put(out, "Date", info.date);
  put(out, "Server", "headwater");
  put(out, "X-Request-Id", info.request_id);
  put(out, "X-Content-Type-Options", "nosniff");
  if (!info.keep_alive) {
    put(out, "Connection", "close");
  } else if (info.version < 11) {
    put(out, "Connection", "keep-alive");
  }
  out.append("\r\n");
  return out;
}

std::string http_date(std::int64_t unix_seconds) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = unix_seconds;
  std::tm t{};
  gmtime_r(&seconds, &t);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                     kMonths[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour,
                     t.tm_min, t.tm_sec);
}

}  // namespace headwater::api::http
