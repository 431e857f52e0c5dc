// From a Response to bytes: what is compressed, how the body is framed, which headers go out.
// Private to api/http. prepare may compress and pull, so it runs on a worker; the rest is cheap.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/coding.h"
#include "api/http/message.h"
#include "base/result.h"

namespace headwater::api::http {

// The rest of a streamed answer. One thread at a time.
class BodyStream {
 public:
  BodyStream(std::unique_ptr<BodySource> source, std::unique_ptr<GzipEncoder> encoder);
  // Pulls until there is a block worth sending or the source has ended; true while more follows.
  base::Result<bool> next(std::string& block);

 private:
  std::unique_ptr<BodySource> source_;
  std::unique_ptr<GzipEncoder> encoder_;
};

// Pulls `source` until some 64 KiB are there; true while more follows.
base::Result<bool> pull_block(BodySource& source, std::string& block);

// What the client takes, from the request's headers.
struct Preferences {
  bool gzip = false;
  std::size_t compress_from_bytes = 0;
};

struct Outgoing {
  Response response;                   // `source` is spent; `body` is the first or only block
  std::shared_ptr<BodyStream> stream;  // the rest, or null
  bool negotiated = false;             // another Accept-Encoding would get other bytes
};

// Whether prepare would do more than wrap.
bool needs_preparing(const Response& response, const Preferences& preferences);
// A source whose first piece fails becomes a problem answer; one that ends at once a plain body.
Outgoing prepare(Response response, const Preferences& preferences);

struct HeadInfo {
  unsigned version = 11;
  bool keep_alive = true;
  std::string_view date;
  std::string_view request_id;
  std::string_view cors_origin;  // "" sends no CORS headers
};

bool has_no_body(int status);  // 1xx, 204, 304
// Status line and headers, to the empty line.
std::string write_head(const Outgoing& out, const HeadInfo& info);
// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::int64_t unix_seconds);

}  // namespace headwater::api::http
