// The ordinary ways of a server: answers, keep-alive, pipelining, streams, deferred answers.
#include "api/http/server.h"

#include "tests/unit/api/http/fixture.h"

namespace headwater::api::http {
namespace {

using testing::Answer;
using testing::Client;
using testing::CountingSource;
using testing::eventually;
using testing::get;
using testing::post;

class HttpServer : public testing::HttpTest {};

TEST_F(HttpServer, AnswersWithTheHeadersEveryAnswerHas) {
  serve();
  const Answer answer = ask(get("/echo"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "GET[echo] 0 ");
  EXPECT_EQ(answer.header("server"), "headwater");
  EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer.header("x-request-id").size(), 16u);
  EXPECT_EQ(answer.header("content-type"), "text/plain");
  EXPECT_EQ(answer.header("date").size(), 29u);
}

TEST_F(HttpServer, EchoesASaneRequestIdAndReplacesAnother) {
  serve();
  EXPECT_EQ(ask(get("/echo", "X-Request-Id: run-7.a:b_c\r\n")).header("x-request-id"),
            "run-7.a:b_c");
  EXPECT_EQ(ask(get("/echo", "X-Request-Id: <script>\r\n")).header("x-request-id").size(), 16u);
}

TEST_F(HttpServer, DecodesSegmentsAfterSplittingThem) {
  serve();
  EXPECT_EQ(ask(get("/echo/a%2Fb//c%20d/?x=1+2&y=%C3%A9&z&=v&x=%26")).body,
            "GET[echo][a/b][][c d]{x=1 2}{y=\xC3\xA9}{z=}{=v}{x=&} 0 ");
}

TEST_F(HttpServer, ReadsHeaderNamesInAnyCase) {
  serve();
  Client client = connect();
  const Answer answer =
      client.exchange("POST /echo HTTP/1.1\r\nhOST:localhost\r\ncontent-LENGTH: \t3 \r\n\r\nabc");
  EXPECT_EQ(answer.body, "POST[echo] 3 abc");
}

TEST_F(HttpServer, KeepsAConnectionForManyRequests) {
  serve();
  Client client = connect();
  for (int i = 0; i < 100; ++i) {
    const std::string n = std::to_string(i);
    EXPECT_EQ(client.exchange(get("/id?v=" + n)).body, n);
    EXPECT_EQ(client.exchange(post("/echo", n)).body,
              "POST[echo] " + std::to_string(n.size()) + " " + n);
  }
  EXPECT_EQ(server_->stats().connections_accepted, 1u);
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  serve();
  Client client = connect();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    all += i % 3 == 0 ? get("/later?n=" + std::to_string(i)) : get("/id?v=" + std::to_string(i));
  }
  client.send(all);
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    EXPECT_EQ(client.read().body, i % 3 == 0 ? "GET[later]{n=" + n + "} 0 " : n);
  }
}

TEST_F(HttpServer, AnswersAfterTheHandlerHasReturned) {
  serve();
  EXPECT_EQ(ask(post("/later", "x")).body, "POST[later] 1 x");
}

TEST_F(HttpServer, AnswersHeadWithTheHeadersOfGet) {
  serve();
  Client client = connect();
  client.send("HEAD /big?n=5000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const Answer head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "5000");
  client.send("HEAD /stream?n=500000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read(true).header("transfer-encoding"), "chunked");
  EXPECT_EQ(client.exchange(get("/id?v=next")).body, "next");
  EXPECT_TRUE(eventually([&] { return service_.sources_alive == 0; }));
}

TEST_F(HttpServer, StreamsAnAnswerInChunks) {
  serve();
  Client client = connect();
  const Answer answer = client.exchange(get("/stream?n=3000000&piece=7001"));
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.header("transfer-encoding"), "chunked");
  ASSERT_EQ(answer.body.size(), 3'000'000u);
  for (std::size_t i = 0; i < answer.body.size(); ++i) {
    ASSERT_EQ(answer.body[i], CountingSource::expected(i)) << i;
  }
  EXPECT_EQ(client.exchange(get("/id?v=next")).body, "next");
}

TEST_F(HttpServer, SendsAShortStreamWithALength) {
  serve();
  const Answer answer = ask(get("/stream?n=5000&piece=100"));
  EXPECT_EQ(answer.header("content-length"), "5000");
  EXPECT_EQ(answer.body.size(), 5000u);
}

TEST_F(HttpServer, TurnsAStreamThatFailsAtOnceIntoAProblem) {
  serve();
  const Answer answer = ask(get("/fail-first"));
  EXPECT_EQ(answer.status, 499);
  EXPECT_EQ(answer.header("content-type"), "application/problem+json");
}

TEST_F(HttpServer, BreaksTheConnectionWhenAStreamFailsLater) {
  serve();
  const Answer answer = ask(get("/fail-later"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.complete);
}

TEST_F(HttpServer, StreamsToHttp10UntilTheConnectionEnds) {
  serve();
  const Answer answer = ask("GET /stream?n=300000 HTTP/1.0\r\n\r\n");
  EXPECT_EQ(answer.header("transfer-encoding"), "");
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_EQ(answer.body.size(), 300'000u);
}

TEST_F(HttpServer, SpeaksHttp10) {
  serve();
  Client client = connect();
  EXPECT_EQ(client.exchange("GET /id?v=1 HTTP/1.0\r\n\r\n").body, "1");
  EXPECT_TRUE(client.wait_for_close());
  Client kept = connect();
  const std::string request = "GET /id?v=2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  EXPECT_EQ(kept.exchange(request).header("connection"), "keep-alive");
  EXPECT_EQ(kept.exchange(request).body, "2");
}

TEST_F(HttpServer, ClosesWhenAskedTo) {
  serve();
  Client client = connect();
  const Answer answer = client.exchange(get("/id?v=1", "Connection: close\r\n"));
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_TRUE(client.wait_for_close());
}

TEST_F(HttpServer, AnswersAClientThatHasClosedItsSendingHalf) {
  serve();
  Client client = connect();
  client.send(get("/id?v=1") + get("/id?v=2"));
  client.shutdown_send();
  EXPECT_EQ(client.read().body, "1");
  EXPECT_EQ(client.read().body, "2");
  EXPECT_TRUE(client.wait_for_close());
}

TEST_F(HttpServer, ClosesBehindAnIncompleteRequestOfAClientThatHasEnded) {
  serve();
  for (const char* rest : {"GET /ec",
                           "POST /echo HTTP/1.1\r\nHost: localhost\r\n"
                           "Content-Length: 9\r\n\r\nabc"}) {
    Client client = connect();
    client.send(get("/gate") + rest);
    client.shutdown_send();
    service_.gate_open = true;
    EXPECT_EQ(client.read().body, "through");
    EXPECT_EQ(client.read_to_end(), "");
  }
  EXPECT_EQ(server_->stats().timeouts, 0u);
}

TEST_F(HttpServer, Answers500ForAHandlerThatThrowsOrForgets) {
  serve();
  for (const char* path : {"/throw", "/drop"}) {
    Client client = connect();
    const Answer answer = client.exchange(get(path));
    EXPECT_EQ(answer.status, 500);
    EXPECT_NE(answer.body.find("\"code\":\"internal\""), std::string::npos) << answer.body;
    EXPECT_EQ(client.exchange(get("/id?v=1")).body, "1");
  }
}

TEST_F(HttpServer, IgnoresOddAcceptHeaders) {
  serve();
  for (const char* accept :
       {"*/*;q=0.8", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "", "nonsense;;;,,"}) {
    EXPECT_EQ(status_of(get("/echo", std::string("Accept: ") + accept + "\r\n")), 200) << accept;
  }
}

TEST_F(HttpServer, Answers429WhenTheQueueIsFull) {
  ServerOptions options;
  options.worker_threads = 1;
  options.worker_queue = 1;
  serve(options);
  Client first = connect();
  first.send(get("/gate"));
  ASSERT_TRUE(eventually([&] { return service_.at_gate == 1; }));
  Client second = connect();
  second.send(get("/id?v=2"));
  ASSERT_TRUE(eventually([&] { return server_->stats().worker_queue == 1; }));
  Client third = connect();
  const Answer refused = third.exchange(get("/id?v=3"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("retry-after"), "1");
  service_.gate_open = true;
  EXPECT_EQ(first.read().body, "through");
  EXPECT_EQ(second.read().body, "2");
  EXPECT_EQ(third.exchange(get("/id?v=3")).body, "3");
  EXPECT_EQ(server_->stats().overloaded, 1u);
}

TEST_F(HttpServer, RunsACheapHandlerInline) {
  ServerOptions options;
  options.is_cheap = [](const Request& request) { return request.path == "/id"; };
  serve(options);
  Client client = connect();
  client.send(get("/id?v=1") + get("/echo") + get("/id?v=2"));
  EXPECT_EQ(client.read().body, "1");
  EXPECT_EQ(client.read().body, "GET[echo] 0 ");
  EXPECT_EQ(client.read().body, "2");
}

TEST_F(HttpServer, CountsWhatItDoes) {
  serve();
  ask(get("/echo"));
  ask(get("/nowhere"));
  ask("GET / HTTP/1.1\r\n\r\n");
  const Stats stats = server_->stats();
  EXPECT_EQ(stats.connections_accepted, 3u);
  EXPECT_EQ(stats.requests, 3u);
  EXPECT_EQ(stats.responses_2xx, 1u);
  EXPECT_EQ(stats.responses_4xx, 2u);
  EXPECT_EQ(stats.protocol_errors, 1u);
  EXPECT_TRUE(eventually([&] { return server_->stats().connections_open == 0; }));
  EXPECT_EQ(server_->stats().requests_in_flight, 0u);
}

}  // namespace
}  // namespace headwater::api::http
