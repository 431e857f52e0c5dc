#include "api/http/uri.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "api/http/text.h"
#include "base/utf8.h"

namespace headwater::api::http {
namespace {

base::Error bad_target(std::string message) {
  return base::make_error(base::ErrorCode::kInvalidArgument, std::move(message));
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool is_target_char(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u > 0x20 && u != 0x7F && c != '#';
}

// Cuts "http://host:port" off; false if it is not there.
bool take_authority(std::string_view& rest, Target& out) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (rest.size() < scheme.size() ||
        !equals_ignoring_case(rest.substr(0, scheme.size()), scheme)) {
      continue;
    }
    rest.remove_prefix(scheme.size());
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    out.authority = rest.substr(0, end);
    out.absolute = true;
    rest.remove_prefix(end);
    return !out.authority.empty();
  }
  return false;
}

}  // namespace

base::Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return bad_target("The URL has a % that is not followed by two hex digits.");
      }
      c = static_cast<char>(high * 16 + low);
      i += 2;
      if (c == '\0') return bad_target("The URL has an encoded NUL (%00).");
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    out.push_back(c);
  }
  if (!base::is_utf8(out)) return bad_target("The URL does not decode to UTF-8.");
  return out;
}

base::Result<Fields> parse_query(std::string_view text) {
  Fields out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    HW_TRY(std::string key, percent_decode(part.substr(0, equals), true));
    HW_TRY(std::string value, percent_decode(part.substr(std::min(equals + 1, part.size())), true));
    out.emplace_back(std::move(key), std::move(value));
  }
  return out;
}

base::Result<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> out;
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    HW_TRY(std::string segment, percent_decode(path.substr(0, end), false));
    out.push_back(std::move(segment));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

base::Result<Target> parse_target(std::string_view target) {
  if (!std::all_of(target.begin(), target.end(), is_target_char)) {
    return bad_target("The request target has a space, a control character or a #.");
  }
  Target out;
  if (target == "*") {
    out.asterisk = true;
    out.path.assign(1, '*');
    return out;
  }
  std::string_view rest = target;
  if (rest.empty() || (rest.front() != '/' && !take_authority(rest, out))) {
    return bad_target("The request target must start with / or with http://host.");
  }
  const std::size_t question = std::min(rest.find('?'), rest.size());
  out.path = rest.substr(0, question);
  if (out.path.empty()) out.path.assign(1, '/');
  HW_TRY(out.segments, split_path(out.path));
  HW_TRY(out.query, parse_query(rest.substr(std::min(question + 1, rest.size()))));
  return out;
}

}  // namespace headwater::api::http
