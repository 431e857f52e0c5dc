// Which Host and Origin headers are ours, so that a web page elsewhere cannot reach a server on
// loopback through a name that it rebinds (DNS rebinding). Private to api/http.
//
// Thread-safety: immutable after construction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headwater::api::http {

struct Authority {
  std::string host;  // lower case, without brackets
  std::string port;  // "" if absent
  bool valid = false;
};

// "Name", "name:80", "127.0.0.1:80", "[::1]:80".
Authority parse_authority(std::string_view text);

// localhost, *.localhost, 127.0.0.0/8, ::1.
bool is_loopback_host(std::string_view host);

class HostPolicy {
 public:
  HostPolicy(std::vector<std::string> allowed_hosts, std::vector<std::string> allowed_origins);

  // `local_address` is the address the client connected to.
  bool allows_host(const Authority& host, std::string_view local_address) const;
  // The same host and port as `host`, or a configured origin.
  bool allows_origin(std::string_view origin, const Authority& host) const;
  // Only the configured ones: these are cross-origin and need CORS headers.
  bool is_configured_origin(std::string_view origin) const;

 private:
  std::vector<std::string> hosts_;
  std::vector<std::string> origins_;
  bool any_host_ = false;
};

}  // namespace headwater::api::http
