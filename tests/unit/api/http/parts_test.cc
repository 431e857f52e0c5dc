// The parts that need no socket: URLs, heads, codings, problems, dates, responders.
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "api/http/coding.h"
#include "api/http/head.h"
#include "api/http/problem.h"
#include "api/http/text.h"
#include "api/http/uri.h"
#include "api/http/wire.h"
#include "api/http/worker_pool.h"
#include "base/utf8.h"

namespace headwater::api::http {
namespace {

TEST(Uri, SplitsBeforeItDecodes) {
  EXPECT_EQ(*split_path("/a%2Fb/c%20d/"), (std::vector<std::string>{"a/b", "c d"}));
  EXPECT_TRUE(split_path("/")->empty());
  EXPECT_EQ(split_path("//")->size(), 1u);
  EXPECT_EQ(*split_path("/a//b"), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split_path(std::string(60'000, '/'))->size(), 59'999u);
  EXPECT_EQ(*split_path("/a+b"), std::vector<std::string>{"a+b"});
}

TEST(Uri, RefusesWhatDoesNotDecode) {
  for (const char* text : {"%", "%1", "%1g", "%%41", "%00", "%80", "%ed%a0%80", "%f4%90%80%80"}) {
    EXPECT_FALSE(percent_decode(text, false)) << text;
  }
  EXPECT_EQ(*percent_decode("%41%e2%82%AC", false), "A\xE2\x82\xAC");
}

TEST(Uri, KnowsTheFormsOfATarget) {
  EXPECT_EQ(parse_target("http://Host:1?q=1")->path, "/");
  EXPECT_EQ(parse_target("http://Host:1?q=1")->authority, "Host:1");
  EXPECT_EQ(parse_target("http://Host:1?q=1")->query.size(), 1u);
  EXPECT_EQ(parse_target("//host/path")->segments.size(), 3u);
  EXPECT_TRUE(parse_target("*")->asterisk);
  for (const char* text : {"", "?", "a", "http:/a", "https://", "/a b", "/\x7f", "/#"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
}

TEST(Text, TellsUtf8) {
  EXPECT_TRUE(base::is_utf8("plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8C\x8A"));
  for (const char* text : {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xE2\x82",
                           "\xF0\x80\x80\x80", "\xF5\x80\x80\x80", "\xF4\x90\x80\x80", "\xFF"}) {
    EXPECT_FALSE(base::is_utf8(text)) << text;
  }
}

TEST(HeadScanner, FindsTheEndHoweverTheBytesAreCut) {
  const Limits limits;
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t cut = 0; cut <= head.size(); ++cut) {
    HeadScanner scanner(limits);
    const auto first = scanner.scan(std::string_view(head).substr(0, cut));
    EXPECT_FALSE(first.refusal);
    EXPECT_EQ(first.head_bytes, cut == head.size() ? head.size() : 0);
    EXPECT_EQ(scanner.scan(head + "next").head_bytes, head.size());
  }
}

TEST(HeadScanner, RefusesAtTheFirstBadByte) {
  const Limits limits;
  for (const std::string& text :
       {std::string("\x16\x03\x01", 3), std::string("\0", 1), std::string("GET / HTTP/1.1\r\nA\n"),
        std::string("\r\n"), std::string(" GET"), std::string("A\rB")}) {
    EXPECT_TRUE(HeadScanner(limits).scan(text).refusal) << text;
  }
}

TEST(AcceptEncoding, IsReadWithItsQualities) {
  for (const char* yes : {"gzip", "GZIP", "br, gzip", "gzip;q=0.1", "*", "br;q=1, *;q=0.5",
                          " gzip ; q=1.0 ", "x-gzip"}) {
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  }
  for (const char* no : {"", "br", "gzip;q=0", "gzip;Q=0", "*;q=0", "gzip;q=0, *", "gzip;q=x",
                         "gzip;q=2", ",,;;", "identity"}) {
    EXPECT_FALSE(accepts_gzip(no)) << no;
  }
}

TEST(Gzip, ReturnsWhatWasPutInPieceByPiece) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919 % 1013);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, text.size()}) {
    const std::string part = text.substr(0, piece * 20'000);
    GzipEncoder encoder;
    std::string zipped;
    for (std::size_t at = 0; at < part.size(); at += piece) {
      zipped += *encoder.encode(part.substr(at, piece), false);
    }
    zipped += *encoder.encode("", true);
    BodyLease lease(std::make_shared<BodyBudget>(100'000'000));
    EXPECT_EQ(*decode_body(zipped, Coding::kIdentity, part.size(), lease), part);
    EXPECT_FALSE(decode_body(zipped, Coding::kGzip, part.size() - 1, lease));
  }
}

TEST(BodyBudget, GivesBackWhatALeaseHeld) {
  const auto budget = std::make_shared<BodyBudget>(1'000'000);
  {
    BodyLease first(budget);
    EXPECT_TRUE(first.grow_to(600'000));
    BodyLease second(budget);
    EXPECT_FALSE(second.grow_to(600'000));
    EXPECT_TRUE(second.grow_to(100));
    BodyLease moved(std::move(first));
    EXPECT_GE(budget->held(), 600'000u);
  }
  EXPECT_EQ(budget->held(), 0u);
}

TEST(Problem, SaysTypeTitleStatusDetailAndCode) {
  const auto error = base::make_error(base::ErrorCode::kNotFound, "No \"x\".\n", "secret");
  rapidjson::Document document;
  document.Parse(problem_json(error));
  ASSERT_FALSE(document.HasParseError());
  EXPECT_STREQ(document["type"].GetString(), "/docs/errors/not-found");
  EXPECT_STREQ(document["code"].GetString(), "not-found");
  EXPECT_STREQ(document["detail"].GetString(), "No \"x\".\n");
  EXPECT_EQ(document["status"].GetInt(), 404);
  EXPECT_EQ(problem_json(error).find("secret"), std::string::npos);
  EXPECT_EQ(problem_response(error, 414).status, 414);
}

TEST(Problem, IsUtf8WhateverTheMessageQuotes) {
  const auto error = base::make_error(base::ErrorCode::kNotFound, "No \xFF\xC3.");
  EXPECT_TRUE(base::is_utf8(problem_json(error)));
}

TEST(Problem, TellsWhenToComeBack) {
  const auto error = base::make_error(base::ErrorCode::kOverloaded, "Later.");
  ASSERT_EQ(problem_response(error).headers.size(), 1u);
  EXPECT_EQ(problem_response(error).headers[0].first, "Retry-After");
}

TEST(Wire, WritesDatesOfTheProtocol) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Wire, LeavesOutHeadersThatWouldSplitTheAnswer) {
  Outgoing out;
  out.response.content_type = "text/plain\r\nX-Evil: 1";
  out.response.headers = {{"X-Good", "1"},     {"X-Bad", "1\r\nX-Evil: 1"}, {"X Bad", "1"},
                          {"Connection", "x"}, {"content-length", "7"},     {"Date", "now"}};
  const std::string head = write_head(out, HeadInfo{});
  EXPECT_NE(head.find("X-Good: 1\r\n"), std::string::npos);
  for (const char* absent : {"Evil", "Bad", "Connection", "content-length", "now"}) {
    EXPECT_EQ(head.find(absent), std::string::npos) << absent;
  }
}

TEST(Responder, SendsOnceThoughManyTry) {
  std::atomic<int> sent{0};
  Responder responder = Responder::to([&](const Response&) { ++sent; });
  std::atomic<int> accepted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { accepted += responder.send(Response()) ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sent, 1);
  EXPECT_EQ(accepted, 1);
}

TEST(Responder, Answers500WhenDropped) {
  std::vector<int> statuses;
  const auto note = [&](const Response& r) { statuses.push_back(r.status); };
  { const Responder dropped = Responder::to(note); }
  {
    Responder replaced = Responder::to(note);
    replaced = Responder();
    Responder moved = Responder::to(note);
    const Responder target = std::move(moved);
    target.send(Response());
  }
  EXPECT_EQ(statuses, (std::vector<int>{500, 500, 200}));
}

// The numbers of jobs as one thread runs them.
class Order {
 public:
  WorkerPool::Job job(int n) {
    return [this, n] {
      numbers_.push_back(n);
      ++done_;
    };
  }
  std::vector<int> after(int jobs) const {
    while (done_ < jobs) std::this_thread::yield();
    return numbers_;
  }

 private:
  std::vector<int> numbers_;
  std::atomic<int> done_{0};
};

TEST(WorkerPool, RefusesAboveItsBoundAndRunsContinuationsFirst) {
  Order order;
  WorkerPool pool(1, 2);
  WorkerPool::Job one = order.job(1), two = order.job(2), three = order.job(3);
  EXPECT_TRUE(pool.submit(one));
  EXPECT_TRUE(pool.submit(two));
  EXPECT_FALSE(pool.submit(three));
  EXPECT_TRUE(three);
  EXPECT_TRUE(pool.submit_continuation(order.job(4)));
  pool.start();
  EXPECT_EQ(order.after(3), (std::vector<int>{4, 1, 2}));
  pool.stop();
  EXPECT_FALSE(pool.submit(three));
  EXPECT_FALSE(pool.submit_continuation(order.job(5)));
}

// Jobs that wait until they may end.
class Gate {
 public:
  WorkerPool::Job job() {
    return [this] {
      ++running_;
      while (!open_) std::this_thread::yield();
      ++ended_;
    };
  }
  void open() { open_ = true; }
  void until_running(int n) const {
    while (running_ < n) std::this_thread::yield();
  }
  int running() const { return running_; }
  int ended() const { return ended_; }

 private:
  std::atomic<int> running_{0}, ended_{0};
  std::atomic<bool> open_{false};
};

TEST(WorkerPool, LongRequestsLeaveThreadsToOthers) {
  WorkerPool pool(4, 100);
  Gate slow, quick;
  pool.start();
  for (int i = 0; i < 6; ++i) {
    WorkerPool::Job job = slow.job();
    ASSERT_TRUE(pool.submit(job, WorkerPool::Pace::kLong));
  }
  slow.until_running(2);
  for (int i = 0; i < 2; ++i) {
    WorkerPool::Job job = quick.job();
    ASSERT_TRUE(pool.submit(job));
  }
  quick.until_running(2);  // else this waits for good
  EXPECT_EQ(slow.running(), 2);
  quick.open();
  slow.open();
  slow.until_running(6);
  while (slow.ended() < 6) std::this_thread::yield();
  pool.stop();
}

TEST(WorkerPool, LongRequestsTakeHalfOfTheQueue) {
  WorkerPool pool(1, 4);
  Gate gate;
  const auto submit = [&](WorkerPool::Pace pace) {
    WorkerPool::Job job = gate.job();
    return pool.submit(job, pace);
  };
  EXPECT_TRUE(submit(WorkerPool::Pace::kLong));
  EXPECT_TRUE(submit(WorkerPool::Pace::kLong));
  EXPECT_FALSE(submit(WorkerPool::Pace::kLong));
  EXPECT_TRUE(submit(WorkerPool::Pace::kQuick));
  EXPECT_TRUE(submit(WorkerPool::Pace::kQuick));
  EXPECT_FALSE(submit(WorkerPool::Pace::kQuick));
  gate.open();
  pool.start();  // one thread runs long ones too
  while (gate.ended() < 4) std::this_thread::yield();
  pool.stop();
}

TEST(WorkerPool, RequestsRunInTheirOrderBetweenContinuations) {
  Order order;
  WorkerPool pool(1, 10);
  const auto submit = [&](int n, WorkerPool::Pace pace) {
    WorkerPool::Job one = order.job(n);
    EXPECT_TRUE(pool.submit(one, pace));
  };
  submit(1, WorkerPool::Pace::kLong);
  submit(2, WorkerPool::Pace::kQuick);
  submit(3, WorkerPool::Pace::kLong);
  for (int n = 10; n < 14; ++n) EXPECT_TRUE(pool.submit_continuation(order.job(n)));
  pool.start();
  EXPECT_EQ(order.after(7), (std::vector<int>{10, 1, 11, 2, 12, 3, 13}));
  pool.stop();
}

}  // namespace
}  // namespace headwater::api::http
