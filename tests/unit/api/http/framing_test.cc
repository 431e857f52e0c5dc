// What is refused because two readers could disagree about it, and what is accepted all the same.
#include "tests/unit/api/http/fixture.h"

namespace headwater::api::http {
namespace {

using testing::Answer;
using testing::Client;
using testing::get;
using testing::post;

class HttpFraming : public testing::HttpTest {
 protected:
  void SetUp() override {
    HttpTest::SetUp();
    serve();
  }
  // Refused with `status`, as a problem, and the connection ends: nothing after it is served.
  void expect_refused(const std::string& request, int status) {
    Client client = connect();
    client.send(request + get("/id?v=smuggled"));
    const Answer answer = client.read();
    EXPECT_EQ(answer.status, status) << request << answer.body;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_EQ(service_.handled, 0) << request;
  }
  static std::string post_with(const std::string& headers, const std::string& body = "abc") {
    return "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body;
  }
};

TEST_F(HttpFraming, RefusesTwoLengths) {
  expect_refused(post_with("Content-Length: 3\r\nContent-Length: 4\r\n"), 400);
  expect_refused(post_with("Content-Length: 3\r\nContent-Length: 3\r\n"), 400);
  expect_refused(post_with("Content-Length: 3, 3\r\n"), 400);
}

TEST_F(HttpFraming, RefusesALengthThatIsNotANumber) {
  for (const char* length : {"abc", "-1", "+3", "3 3", "0x3", "3.0", "", "1e1", "\xD9\xA3"}) {
    expect_refused(post_with(std::string("Content-Length: ") + length + "\r\n"), 400);
  }
}

TEST_F(HttpFraming, RefusesALengthBeyondAnyNumberAsTooLarge) {
  for (const char* length : {"99999999999999999", "9999999999999999999", "18446744073709551616",
                             "99999999999999999999999999999999999999"}) {
    Client client = connect();
    const int status =
        client.exchange(post_with(std::string("Content-Length: ") + length + "\r\n")).status;
    EXPECT_TRUE(status == 413 || status == 400) << length << " " << status;
  }
}

TEST_F(HttpFraming, RefusesALengthBesideChunked) {
  const std::string chunked = "3\r\nabc\r\n0\r\n\r\n";
  expect_refused(post_with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", chunked), 400);
  expect_refused(post_with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", chunked), 400);
}

TEST_F(HttpFraming, RefusesTransferCodingsOtherThanChunked) {
  for (const char* coding : {"gzip", "gzip, chunked", "chunked, gzip", "identity", "xchunked",
                             "chunked, identity", "\"chunked\"", ""}) {
    Client client = connect();
    client.send(post_with(std::string("Transfer-Encoding: ") + coding + "\r\n", "0\r\n\r\n") +
                get("/id?v=smuggled"));
    const int status = client.read().status;
    EXPECT_TRUE(status == 400 || status == 501) << coding << " " << status;
    EXPECT_EQ(client.read_to_end(), "");
  }
  expect_refused(post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400);
  expect_refused("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
}

TEST_F(HttpFraming, RefusesFolding) {
  expect_refused("GET /echo HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n 2\r\n\r\n", 400);
  expect_refused("GET /echo HTTP/1.1\r\n Host: localhost\r\n\r\n", 400);
  expect_refused("GET /echo HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n\t\r\n\r\n", 400);
}

TEST_F(HttpFraming, RefusesControlCharactersInTheHead) {
  for (const char c : {'\0', '\x01', '\x0b', '\x7f', '\n', '\r'}) {
    const std::string bad(1, c);
    expect_refused("GET /echo HTTP/1.1\r\nHost: localhost\r\nX-A: a" + bad + "b\r\n\r\n", 400);
    expect_refused("GET /ec" + bad + "ho HTTP/1.1\r\nHost: localhost\r\n\r\n", 400);
    expect_refused("GET /echo HTTP/1.1\r\nHost: localhost\r\nX" + bad + "A: b\r\n\r\n", 400);
  }
}

TEST_F(HttpFraming, RefusesBareLineFeedsAsLineEnds) {
  expect_refused("GET /echo HTTP/1.1\nHost: localhost\n\n", 400);
  expect_refused("GET /echo HTTP/1.1\r\nHost: localhost\nX-A: 1\r\n\r\n", 400);
}

TEST_F(HttpFraming, RefusesSpacesAroundHeaderNames) {
  expect_refused("GET /echo HTTP/1.1\r\nHost : localhost\r\n\r\n", 400);
  expect_refused("GET /echo HTTP/1.1\r\nHost: localhost\r\nX A: 1\r\n\r\n", 400);
  expect_refused("GET /echo HTTP/1.1\r\nHost: localhost\r\n: 1\r\n\r\n", 400);
  expect_refused("GET /echo HTTP/1.1\r\nHost: localhost\r\nnocolon\r\n\r\n", 400);
}

TEST_F(HttpFraming, RefusesAMissingOrRepeatedHost) {
  EXPECT_EQ(status_of("GET /echo HTTP/1.1\r\n\r\n"), 400);
  expect_refused("GET /echo HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400);
  EXPECT_EQ(status_of("GET /echo HTTP/1.1\r\nHost:\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET /echo HTTP/1.1\r\nHost: local host\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET /echo HTTP/1.1\r\nHost: localhost:http\r\n\r\n"), 400);
}

TEST_F(HttpFraming, RefusesBadRequestLines) {
  expect_refused("GET /echo\r\nHost: localhost\r\n\r\n", 400);
  expect_refused("GET  /echo HTTP/1.1\r\nHost: localhost\r\n\r\n", 400);
  expect_refused("GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", 505);
  expect_refused("GET /echo HTTP/2.0\r\nHost: localhost\r\n\r\n", 505);
  expect_refused("GET /echo HTTP/1.2\r\nHost: localhost\r\n\r\n", 505);
  expect_refused("GET /echo http/1.1\r\nHost: localhost\r\n\r\n", 505);
  expect_refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
}

TEST_F(HttpFraming, RefusesMalformedTargets) {
  for (const char* target : {"/%", "/%4", "/%zz", "/a?x=%", "/a?%g1=1", "/%00", "/%ff", "/%c0%af",
                             "echo", "/a#b", "*", "http://", "ftp://localhost/"}) {
    EXPECT_EQ(status_of(get(target)), 400) << target;
  }
}

TEST_F(HttpFraming, KeepsTheConnectionAfterARefusalWithACertainEnd) {
  Client client = connect();
  EXPECT_EQ(client.exchange(get("/%zz")).status, 400);
  EXPECT_EQ(client.exchange(get("/id?v=1")).body, "1");
}

TEST_F(HttpFraming, TakesTheAbsoluteForm) {
  EXPECT_EQ(ask("GET http://localhost:80/echo/x?y=1 HTTP/1.1\r\nHost: localhost\r\n\r\n").body,
            "GET[echo][x]{y=1} 0 ");
  EXPECT_EQ(ask("GET HTTP://localhost HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 404);
  // The target's authority counts, not the Host header.
  EXPECT_EQ(status_of("GET http://evil.example/echo HTTP/1.1\r\nHost: localhost\r\n\r\n"), 403);
}

TEST_F(HttpFraming, AnswersOptionsForTheServer) {
  const Answer answer = ask("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 204);
  EXPECT_NE(answer.header("allow"), "");
  EXPECT_EQ(answer.headers.count("content-length"), 0u);
}

TEST_F(HttpFraming, RefusesMethodsItDoesNotKnow) {
  EXPECT_EQ(status_of("BREW /echo HTTP/1.1\r\nHost: localhost\r\n\r\n"), 501);
  EXPECT_EQ(status_of("TRACE /echo HTTP/1.1\r\nHost: localhost\r\n\r\n"), 405);
  EXPECT_EQ(status_of("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n"), 405);
  EXPECT_EQ(status_of("get /echo HTTP/1.1\r\nHost: localhost\r\n\r\n"), 501);
}

TEST_F(HttpFraming, SkipsEmptyLinesBeforeARequest) {
  Client client = connect();
  EXPECT_EQ(client.exchange("\r\n\r\n" + get("/id?v=1")).body, "1");
  client.send_slowly("\r\n" + get("/id?v=2"));
  EXPECT_EQ(client.read().body, "2");
}

TEST_F(HttpFraming, ReadsARequestHoweverItIsCut) {
  Client client = connect();
  client.send_slowly(post("/echo", "hello") + get("/id?v=2"));
  EXPECT_EQ(client.read().body, "POST[echo] 5 hello");
  EXPECT_EQ(client.read().body, "2");
}

}  // namespace
}  // namespace headwater::api::http
