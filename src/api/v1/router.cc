#include "api/v1/router.h"

namespace headwater::api::v1 {

std::vector<std::string> split_template(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = path.find('/');
    segments.emplace_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
  }
  return segments;
}

int match_template(const std::vector<std::string>& pattern,
                   const std::vector<std::string>& segments, PathParameters& out) {
  if (pattern.size() != segments.size()) return 0;
  int score = 1;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string& part = pattern[i];
    if (part.starts_with('{')) {
      if (segments[i].empty()) return 0;
      out[part.substr(1, part.size() - 2)] = segments[i];
    } else if (part == segments[i]) {
      ++score;
    } else {
      return 0;
    }
  }
  return score;
}

std::string allow_header(const std::vector<http::Method>& methods) {
  std::string out;
  for (const http::Method method : methods) {
    if (!out.empty()) out += ", ";
    out += http::method_name(method);
    if (method == http::Method::kGet) out += ", HEAD";
  }
  return out + ", OPTIONS";
}

}  // namespace headwater::api::v1
