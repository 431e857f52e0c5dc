// Router: from method and path segments to a route.
//
// Templates are matched segment by segment; a literal beats a parameter. Segments are compared
// after decoding, so a parameter may hold '/'. HEAD is answered by GET. Immutable after
// construction: any thread. Cost: linear in the routes (some forty).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/http/message.h"

namespace headwater::api::v1 {

// Parameters of the path by the names in the template.
using PathParameters = std::map<std::string, std::string, std::less<>>;

template <class Action>
struct Route {
  http::Method method = http::Method::kGet;
  std::string_view path;  // "/api/v1/events/{seq}"
  Action action;
};

// The segments of a template.
std::vector<std::string> split_template(std::string_view path);
// How well `segments` fit: the number of literals plus one; 0 if they do not. Fills `out`.
int match_template(const std::vector<std::string>& pattern,
                   const std::vector<std::string>& segments, PathParameters& out);

template <class Action>
class Router {
 public:
  explicit Router(std::vector<Route<Action>> routes) : routes_(std::move(routes)) {
    for (const Route<Action>& route : routes_) patterns_.push_back(split_template(route.path));
  }

  struct Match {
    const Route<Action>* route = nullptr;  // null: no such path, or not with this method
    PathParameters parameters;
    std::vector<http::Method> allowed;  // methods of the path; empty: no such path
  };

  Match find(http::Method method, const std::vector<std::string>& segments) const {
    const http::Method wanted = method == http::Method::kHead ? http::Method::kGet : method;
    Match best;
    int best_score = 0;
    for (std::size_t i = 0; i < routes_.size(); ++i) {
      PathParameters parameters;
      const int score = match_template(patterns_[i], segments, parameters);
      if (score == 0 || score < best_score) continue;
      if (score > best_score) best = Match{};
      best_score = score;
      best.allowed.push_back(routes_[i].method);
      if (routes_[i].method != wanted) continue;
      best.route = &routes_[i];
      best.parameters = std::move(parameters);
    }
    return best;
  }
  const std::vector<Route<Action>>& routes() const { return routes_; }

 private:
  std::vector<Route<Action>> routes_;
  std::vector<std::vector<std::string>> patterns_;
};

// "GET, HEAD, POST": for the Allow header.
std::string allow_header(const std::vector<http::Method>& methods);

}  // namespace headwater::api::v1
