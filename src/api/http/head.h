// The block of request line and headers, looked at before any parser: where it ends, and whether
// it has a byte that only an attacker sends. Private to api/http.
//
// Beast's own parser accepts what is refused here: obsolete folding, several equal Content-Length,
// "Transfer-Encoding: gzip, chunked", a control character in a value's middle.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "api/http/server.h"
#include "base/error.h"

namespace headwater::api::http {

// A refusal: the error and, where the table has no finer code, the status of the wire.
struct Refusal {
  base::Error error;
  std::optional<int> status;
};

// Finds the end of the block as its bytes arrive. Each byte is looked at once, however it is cut.
class HeadScanner {
 public:
  explicit HeadScanner(const Limits& limits) : limits_(&limits) {}

  // `buffer` begins at the request line and has grown since the last call. Returns the size of the
  // whole block once it is there, 0 while it is not, or a refusal.
  struct Outcome {
    std::size_t head_bytes = 0;
    std::optional<Refusal> refusal;
  };
  Outcome scan(std::string_view buffer);
  void reset();

 private:
  std::optional<Refusal> step(char c);
  std::optional<Refusal> over_limit() const;

  const Limits* limits_;
  std::size_t at_ = 0;            // bytes looked at
  std::size_t line_bytes_ = 0;    // of the current line, without its end
  std::size_t lines_ = 0;         // complete ones
  std::size_t target_bytes_ = 0;  // of the request line, between its first and second space
  unsigned spaces_ = 0;           // in the request line
  bool after_cr_ = false;
  bool done_ = false;
};

// Framing that is ambiguous is refused whole (RFC 9112 sections 6.1 to 6.3), so that no proxy in
// front of us can disagree about where a request ends. `version` is 10 or 11.
std::optional<Refusal> check_framing(const Request& request, unsigned version,
                                     const Limits& limits);

// The declared content coding.
enum class Coding { kIdentity, kGzip, kDeflate, kUnknown };
Coding request_coding(const Request& request);

}  // namespace headwater::api::http
