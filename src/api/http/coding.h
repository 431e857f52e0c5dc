// gzip and deflate, in and out. Private to api/http; zlib stays behind it.
//
// Thread-safety: one object, one thread at a time; the functions any.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/body_budget.h"
#include "api/http/head.h"
#include "base/result.h"

namespace headwater::api::http {

// Undoes the declared coding, or gzip that only its two magic bytes give away. `lease` grows with
// the result. kBodyTooLarge above max_bytes, kInvalidArgument for damaged or truncated data,
// kOverloaded if the lease cannot grow. Memory: the result and 64 KiB.
base::Result<std::string> decode_body(std::string body, Coding declared, std::size_t max_bytes,
                                      BodyLease& lease);

// Whether decode_body would do anything.
bool needs_decoding(std::string_view body, Coding declared);

// Whether an Accept-Encoding header takes gzip (RFC 9110 section 12.5.3). A damaged one does not.
bool accepts_gzip(std::string_view accept_encoding);

// Whether bytes of this media type shrink: text, JSON, XML, JavaScript, SVG.
bool is_compressible(std::string_view content_type);

// One gzip stream written piece by piece.
class GzipEncoder {
 public:
  GzipEncoder();
  ~GzipEncoder();
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;

  // Returns what is ready so far, possibly nothing; with `last`, the end of the stream. Never fails
  // for lack of input space; kInternal if zlib has no memory.
  base::Result<std::string> encode(std::string_view bytes, bool last);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace headwater::api::http
