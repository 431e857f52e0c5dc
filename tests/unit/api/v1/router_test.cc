#include "api/v1/router.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <fstream>
#include <set>

#include "api/v1/v1.h"

namespace headwater::api::v1 {
namespace {

using http::Method;
using Segments = std::vector<std::string>;

Router<int> small_router() {
  return Router<int>({{Method::kGet, "/a/{x}", 1},
                      {Method::kGet, "/a/b", 2},
                      {Method::kPost, "/a/{x}", 3},
                      {Method::kGet, "/a/{x}/c/{y}", 4}});
}

TEST(Router, LiteralBeatsParameter) {
  const auto router = small_router();
  EXPECT_EQ(router.find(Method::kGet, {"a", "b"}).route->action, 2);
  const auto match = router.find(Method::kGet, {"a", "x/y:z"});
  EXPECT_EQ(match.route->action, 1);
  EXPECT_EQ(match.parameters.at("x"), "x/y:z");
  EXPECT_EQ(router.find(Method::kGet, {"a", "1", "c", "2"}).parameters.at("y"), "2");
}

TEST(Router, HeadIsAnsweredByGet) {
  EXPECT_EQ(small_router().find(Method::kHead, {"a", "q"}).route->action, 1);
}

TEST(Router, KnowsThePathWithoutTheMethod) {
  const auto match = small_router().find(Method::kDelete, {"a", "q"});
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(allow_header(match.allowed), "GET, HEAD, POST, OPTIONS");
}

TEST(Router, NoPathNoMethods) {
  for (const Segments& path : {Segments{}, {"a"}, {"a", ""}, {"a", "b", "c"}, {"A", "b"}}) {
    const auto match = small_router().find(Method::kGet, path);
    EXPECT_EQ(match.route, nullptr);
    EXPECT_TRUE(match.allowed.empty());
  }
}

// "METHOD /path" of every operation of the contract, read by indentation: that is all this needs.
std::set<std::string> contract_routes() {
  std::ifstream file(std::string(HW_SOURCE_DIR) + "/schema/openapi.yaml");
  std::set<std::string> routes, pending;
  std::string line, path, prefix;
  bool in_paths = false;
  const auto flush = [&] {
    for (const std::string& method : pending) routes.insert(method + " " + prefix + path);
    pending.clear();
  };
  while (std::getline(file, line)) {
    if (!line.empty() && line[0] != ' ') {
      flush();
      in_paths = line == "paths:";
    }
    if (!in_paths) continue;
    if (line.starts_with("  /")) {
      flush();
      path = line.substr(2, line.size() - 3);
      prefix = "/api/v1";
    }
    if (line == "      - url: /") prefix = "";
    for (const char* method : {"get", "put", "post", "delete", "patch"}) {
      if (line != "    " + std::string(method) + ":") continue;
      std::string upper(method);
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](char c) { return static_cast<char>(c - 32); });
      pending.insert(upper);
    }
  }
  flush();
  return routes;
}

TEST(Routes, AreExactlyThoseOfTheContract) {
  std::set<std::string> served;
  for (const RouteName& route : Api::routes()) {
    EXPECT_TRUE(served.insert(std::string(route.method) + " " + std::string(route.path)).second);
  }
  EXPECT_GT(served.size(), 30u);
  EXPECT_EQ(served, contract_routes());
}

TEST(Routes, LongOnesAreServedAndKnownByTheirPaths) {
  std::set<std::string> served;
  for (const RouteName& route : Api::routes()) {
    served.insert(std::string(route.method) + " " + std::string(route.path));
  }
  for (const RouteName& route : Api::long_routes()) {
    EXPECT_TRUE(served.contains(std::string(route.method) + " " + std::string(route.path)))
        << route.path;
  }
  const auto is_long = [](http::Method method, std::vector<std::string> segments) {
    http::Request request;
    request.method = method;
    request.segments = std::move(segments);
    return Api::is_long(request);
  };
  using http::Method;
  EXPECT_TRUE(is_long(Method::kGet, {"api", "v1", "structure", "cycles"}));
  EXPECT_TRUE(is_long(Method::kHead, {"api", "v1", "coverage"}));
  EXPECT_TRUE(is_long(Method::kPost, {"api", "v1", "plans"}));
  EXPECT_FALSE(is_long(Method::kGet, {"api", "v1", "plans"}));
  EXPECT_FALSE(is_long(Method::kPost, {"api", "v1", "lineage"}));
  EXPECT_FALSE(is_long(Method::kGet, {"api", "v1", "structure"}));
  EXPECT_FALSE(is_long(Method::kGet, {"api", "v1", "structure", "cycles", "x"}));
  EXPECT_FALSE(is_long(Method::kGet, {}));
}

}  // namespace
}  // namespace headwater::api::v1
