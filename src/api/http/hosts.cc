#include "api/http/hosts.h"

#include <algorithm>
#include <cstddef>

#include "api/http/text.h"

namespace headwater::api::http {
namespace {

bool is_host_char(char c) {
  return is_token_char(c) && std::string_view("!#$&'*+^`|").find(c) == std::string_view::npos;
}

bool is_ipv6_char(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f') || c == ':' || c == '.';
}

bool is_loopback_ipv4(std::string_view host) {
  if (host.substr(0, 4) != "127.") return false;
  std::size_t dots = 0;
  for (const char c : host) {
    if (c == '.') {
      ++dots;
    } else if (c < '0' || c > '9') {
      return false;
    }
  }
  return dots == 3;
}

// The port that a scheme means when it is not written.
std::string_view port_or_default(std::string_view port, std::string_view scheme) {
  if (!port.empty()) return port;
  return scheme == "https" ? "443" : "80";
}

}  // namespace

Authority parse_authority(std::string_view text) {
  Authority out;
  std::string_view port;
  bool has_port = false;
  if (!text.empty() && text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close < 3) return out;
    const std::string_view host = text.substr(1, close - 1);
    if (!std::all_of(host.begin(), host.end(), is_ipv6_char)) return out;
    out.host = to_lower(host);
    const std::string_view rest = text.substr(close + 1);
    has_port = !rest.empty();
    if (has_port && rest.front() != ':') return out;
    if (has_port) port = rest.substr(1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view host = text.substr(0, colon);
    if (host.empty() || !std::all_of(host.begin(), host.end(), is_host_char)) return out;
    out.host = to_lower(host);
    has_port = colon < text.size();
    if (has_port) port = text.substr(colon + 1);
  }
  if (has_port && !port.empty() && (!is_digits(port) || port.size() > 5)) return out;
  out.port = port;
  out.valid = true;
  return out;
}

bool is_loopback_host(std::string_view host) {
  constexpr std::string_view kSuffix = ".localhost";
  if (host == "localhost" || host == "::1" || is_loopback_ipv4(host)) return true;
  return host.size() > kSuffix.size() && host.substr(host.size() - kSuffix.size()) == kSuffix;
}

HostPolicy::HostPolicy(std::vector<std::string> allowed_hosts,
                       std::vector<std::string> allowed_origins)
    : hosts_(std::move(allowed_hosts)), origins_(std::move(allowed_origins)) {
  for (std::string& host : hosts_) host = to_lower(host);
  for (std::string& origin : origins_) origin = to_lower(origin);
  any_host_ = std::find(hosts_.begin(), hosts_.end(), "*") != hosts_.end();
}

bool HostPolicy::allows_host(const Authority& host, std::string_view local_address) const {
  if (!host.valid) return false;
  if (any_host_ || is_loopback_host(host.host) || host.host == local_address) return true;
  return std::find(hosts_.begin(), hosts_.end(), host.host) != hosts_.end();
}

bool HostPolicy::is_configured_origin(std::string_view origin) const {
  return std::find(origins_.begin(), origins_.end(), to_lower(origin)) != origins_.end();
}

bool HostPolicy::allows_origin(std::string_view origin, const Authority& host) const {
  if (is_configured_origin(origin)) return true;
  const std::size_t mark = origin.find("://");
  if (mark == std::string_view::npos || !host.valid) return false;
  const std::string scheme = to_lower(origin.substr(0, mark));
  if (scheme != "http" && scheme != "https") return false;
  const Authority from = parse_authority(origin.substr(mark + 3));
  return from.valid && from.host == host.host &&
         port_or_default(from.port, scheme) == port_or_default(host.port, scheme);
}

}  // namespace headwater::api::http
