// Host and Origin: who may reach the server through a browser.
#include "api/http/hosts.h"
#include "tests/unit/api/http/fixture.h"

namespace headwater::api::http {
namespace {

using testing::Answer;
using testing::post;

std::string with_host(const std::string& host, const std::string& more = "") {
  return "GET /echo HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n";
}

class HttpAccess : public testing::HttpTest {};

TEST_F(HttpAccess, AnswersToLoopbackNamesAndItsOwnAddress) {
  serve();
  for (const char* host : {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:80", "[::1]:9",
                           "127.9.9.9", "ui.localhost:5173"}) {
    EXPECT_EQ(status_of(with_host(host)), 200) << host;
  }
}

TEST_F(HttpAccess, RefusesOtherNames) {
  serve();
  for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                           "127.evil", "10.0.0.1", "evillocalhost", "[::2]"}) {
    EXPECT_EQ(status_of(with_host(host)), 403) << host;
  }
  EXPECT_EQ(service_.handled, 0);
}

TEST_F(HttpAccess, AnswersToConfiguredNames) {
  ServerOptions options;
  options.allowed_hosts = {"Lineage.Example"};
  serve(options);
  EXPECT_EQ(status_of(with_host("lineage.example:8443")), 200);
  EXPECT_EQ(status_of(with_host("other.example")), 403);
}

TEST_F(HttpAccess, AnswersToAnyNameIfToldSo) {
  ServerOptions options;
  options.allowed_hosts = {"*"};
  serve(options);
  EXPECT_EQ(status_of(with_host("whatever.example")), 200);
}

TEST_F(HttpAccess, TakesOnlyItsOwnOrigin) {
  serve();
  const auto from = [&](const std::string& origin) {
    return status_of(with_host("localhost:8080", "Origin: " + origin + "\r\n"));
  };
  EXPECT_EQ(from("http://localhost:8080"), 200);
  EXPECT_EQ(from("https://LOCALHOST:8080"), 200);
  for (const char* origin :
       {"http://localhost:9090", "http://localhost", "http://evil.example", "null",
        "http://localhost:8080.evil.example", "file://", "http://localhost:8080@evil.example"}) {
    EXPECT_EQ(from(origin), 403) << origin;
  }
  EXPECT_EQ(status_of(with_host("localhost", "Origin: http://localhost:80\r\n")), 200);
}

TEST_F(HttpAccess, GivesCorsHeadersToConfiguredOrigins) {
  ServerOptions options;
  options.allowed_origins = {"http://tools.example:5173"};
  serve(options);
  const Answer answer = ask(with_host("localhost", "Origin: http://tools.example:5173\r\n"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("access-control-allow-origin"), "http://tools.example:5173");
  const Answer preflight =
      ask("OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\n"
          "Origin: http://tools.example:5173\r\n"
          "Access-Control-Request-Method: POST\r\n"
          "Access-Control-Request-Headers: content-type\r\n\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("access-control-allow-headers"), "content-type");
  EXPECT_NE(preflight.header("access-control-allow-methods").find("POST"), std::string::npos);
  EXPECT_EQ(ask(with_host("localhost", "Origin: http://localhost\r\n"))
                .header("access-control-allow-origin"),
            "");
}

TEST(Authority, ParsesHostsAndPorts) {
  EXPECT_EQ(parse_authority("A.b:80").host, "a.b");
  EXPECT_EQ(parse_authority("A.b:80").port, "80");
  EXPECT_EQ(parse_authority("[FE80::1]:1").host, "fe80::1");
  for (const char* bad : {"", ":80", "a:b", "a:123456", "[::1", "[]", "[::1]x", "a b", "a/b", "u@a",
                          "[zz]", "a:1:2", "::1"}) {
    EXPECT_FALSE(parse_authority(bad).valid) << bad;
  }
}

}  // namespace
}  // namespace headwater::api::http
