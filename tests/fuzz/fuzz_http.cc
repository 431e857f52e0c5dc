// libFuzzer: a request from head to body, through everything that reads bytes of a client. The
// first byte says how the input is cut into reads; however it is cut, the outcome is the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/coding.h"
#include "api/http/head.h"
#include "api/http/hosts.h"
#include "api/http/parser.h"
#include "api/http/problem.h"
#include "api/http/text.h"
#include "api/http/uri.h"
#include "base/utf8.h"

namespace headwater::api::http {
namespace {

struct Outcome {
  bool refused = false;
  bool complete = false;
  std::string body;
  std::string path;
  bool operator==(const Outcome&) const = default;
};

Limits small_limits() {
  Limits limits;
  limits.header_bytes = 4096;
  limits.target_bytes = 1024;
  limits.body_bytes = 100'000;
  limits.decompressed_body_bytes = 200'000;
  limits.chunk_line_bytes = 512;
  return limits;
}

// The bound on unread bytes depends on the cut, so that refusal alone may differ; see below.
Outcome read_request(std::string_view input, std::size_t piece, const Limits& limits) {
  Outcome out;
  HeadScanner scanner(limits);
  RequestParser parser(limits, std::make_shared<BodyBudget>(1'000'000));
  std::size_t arrived = 0;
  std::size_t done = 0;
  while (arrived < input.size() && !out.refused && !out.complete) {
    arrived = std::min(input.size(), arrived + piece);
    if (done == 0) {
      const auto head = scanner.scan(input.substr(0, arrived));
      out.refused = head.refusal.has_value();
      if (out.refused || head.head_bytes == 0) continue;
      done = head.head_bytes;
      if (parser.read_head(input.substr(0, done))) {
        out.refused = true;
        break;
      }
      parse_authority(parser.authority());
    }
    if (!parser.complete()) {
      const auto step = parser.read_body(input.substr(done, arrived - done));
      done += step.consumed;
      out.refused = step.refusal.has_value();
    }
    out.complete = !out.refused && parser.complete();
  }
  if (out.complete) {
    out.body = parser.request().body;
    out.path = parser.request().path;
    for (const auto& segment : parser.request().segments) {
      if (!base::is_utf8(segment) || segment.find('\0') != std::string::npos) std::abort();
    }
    BodyLease lease(std::make_shared<BodyBudget>(1'000'000));
    const auto body = decode_body(out.body, parser.coding(), 200'000, lease);
    if (body && body->size() > 200'000) std::abort();
  }
  return out;
}

void fuzz(std::string_view input) {
  if (input.empty()) return;
  const std::size_t piece = 1 + static_cast<unsigned char>(input[0]) % 64;
  input.remove_prefix(1);
  const Limits limits = small_limits();
  const Outcome whole = read_request(input, input.size() + 1, limits);
  const Outcome cut = read_request(input, piece, limits);
  if (whole.complete && cut.complete && !(whole == cut)) std::abort();
  if (whole.complete && !cut.complete && !cut.refused) std::abort();
  accepts_gzip(input);
  if (!base::is_utf8(
          problem_json(base::make_error(base::ErrorCode::kInternal, std::string(input))))) {
    std::abort();
  }
}

}  // namespace
}  // namespace headwater::api::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  headwater::api::http::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
