// Webhook: signed messages by POST, as the Standard Webhooks specification has them.
//
// A message has an id, a moment and a body; its signature is "v1," and the base64 of the
// HMAC-SHA256 of "id.timestamp.body". The id is the same each time a message is sent again, so that
// its receiver can tell. A secret is "whsec_" and the base64 of 24 to 64 bytes.
//
// A URL comes from whoever may make plans, and the server may reach what they may not: so nothing
// is sent to loopback, private, link-local or otherwise special addresses unless the operator
// allows the host. The address that the socket is about to connect to is what is looked at, so a
// name that resolves differently the second time gains nothing; proxies and redirections are not
// followed.
//
// Thread-safety: pure functions; a Poster belongs to one thread. Neither secrets nor bodies are
// logged. Errors: kInvalidArgument, which says what is allowed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sockaddr;

namespace headwater::alerts {

inline constexpr std::size_t kMaxUrlBytes = 2'000;
inline constexpr std::size_t kMinKeyBytes = 24, kMaxKeyBytes = 64;

// http or https, a host, no user in it.
base::Result<void> check_url(std::string_view url);
// The key's bytes.
base::Result<std::string> secret_key(std::string_view secret);

std::string signature(std::string_view key, std::string_view id, std::int64_t timestamp_s,
                      std::string_view body);

// An address of the public internet.
bool is_public(const sockaddr& address);

struct PostRequest {
  std::string url, id, body, signature;
  std::int64_t timestamp_s = 0;
};

struct PostAnswer {
  int status = 0;  // 0: there was none
  std::optional<std::int64_t> retry_after_s = std::nullopt;
  bool refused = false;    // its address is not allowed
  std::string error = {};  // why there was no answer
};

class Poster {
 public:
  virtual ~Poster() = default;
  // All at once; the answers in the order of the requests.
  virtual std::vector<PostAnswer> post(const std::vector<PostRequest>& requests) = 0;
};

struct PosterOptions {
  std::vector<std::string> allow_hosts;  // names or addresses, as they stand in URLs
  std::int64_t timeout_ms = 10'000;      // of one request, all in
  std::function<bool()> cancelled;       // asked some times a second; may be empty
};
std::unique_ptr<Poster> make_poster(PosterOptions options);

}  // namespace headwater::alerts
