// A server on loopback with a handler that echoes, streams, waits and sleeps, for tests.
//
//   /echo        the request as text: method, segments, query, body size and body
//   /big?n=      n bytes 'x' in one body        /stream?n=&piece=  n bytes in pieces
//   /fail-first  a source whose first piece fails; /fail-later whose second does
//   /later       answered by another thread     /drop   never answered
//   /throw       throws                         /wait   until cancelled; then counted
//   /gate        until the test opens it        /id?v=  v, for whose-answer-is-it checks
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "api/http/problem.h"
#include "api/http/server.h"
#include "base/log.h"
#include "tests/unit/api/http/client.h"

namespace headwater::api::http::testing {

inline Response text(std::string body) {
  Response response;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

inline std::size_t number(const Request& request, std::string_view key, std::size_t otherwise) {
  const std::string* value = request.query_value(key);
  return value ? std::strtoull(value->c_str(), nullptr, 10) : otherwise;
}

// n bytes, counting up from 'a', so that a lost or repeated piece shows.
class CountingSource final : public BodySource {
 public:
  CountingSource(std::size_t total, std::size_t piece, std::size_t fail_at, std::atomic<int>& alive)
      : total_(total), piece_(piece), fail_at_(fail_at), alive_(alive) {
    ++alive_;
  }
  ~CountingSource() override { --alive_; }
  base::Result<bool> next(std::string& chunk) override {
    if (sent_ >= fail_at_) {
      return base::make_error(base::ErrorCode::kCancelled, "The source failed.");
    }
    const std::size_t n = std::min(piece_, total_ - sent_);
    for (std::size_t i = 0; i < n; ++i) chunk.push_back(expected(sent_ + i));
    sent_ += n;
    return sent_ < total_;
  }
  static char expected(std::size_t at) { return static_cast<char>('a' + at % 23); }

 private:
  const std::size_t total_;
  const std::size_t piece_;
  const std::size_t fail_at_;
  std::atomic<int>& alive_;
  std::size_t sent_ = 0;
};

class TestService {
 public:
  void operator()(Request request, const HandlerContext& context, Responder responder) {
    ++handled;
    const std::string name = request.segments.empty() ? "" : request.segments[0];
    if (name == "echo") return void(responder.send(text(describe(request))));
    if (name == "id") return void(responder.send(text(*request.query_value("v"))));
    if (name == "big") {
      return void(responder.send(text(std::string(number(request, "n", 10), 'x'))));
    }
    if (name == "stream" || name == "fail-first" || name == "fail-later") {
      return stream(request, name, responder);
    }
    if (name == "later") return later(std::move(request), std::move(responder));
    if (name == "drop") return;
    if (name == "throw") throw std::runtime_error("on purpose");
    if (name == "wait") return wait(context, responder);
    if (name == "gate") {
      ++at_gate;
      while (!gate_open && !context.cancel.cancelled()) nap();
      return void(responder.send(text("through")));
    }
    responder.send(problem_response(
        base::make_error(base::ErrorCode::kNotFound, "No such path: " + request.path)));
  }

  static std::string describe(const Request& request) {
    std::string out(method_name(request.method));
    for (const auto& segment : request.segments) out += "[" + segment + "]";
    for (const auto& [key, value] : request.query) out += "{" + key + "=" + value + "}";
    return out + " " + std::to_string(request.body.size()) + " " + request.body;
  }
  static void nap() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

  std::atomic<int> handled{0};
  std::atomic<int> at_gate{0};
  std::atomic<int> waiting{0};
  std::atomic<int> saw_cancel{0};
  std::atomic<int> sources_alive{0};
  std::atomic<bool> gate_open{false};

 private:
  void stream(const Request& request, const std::string& name, Responder& responder) {
    Response response;
    response.content_type = "text/plain";
    const std::size_t piece = number(request, "piece", 1000);
    std::size_t fail_at = SIZE_MAX;
    if (name == "fail-first") fail_at = 0;
    if (name == "fail-later") fail_at = 200'000;
    response.source = std::make_unique<CountingSource>(number(request, "n", 1'000'000), piece,
                                                       fail_at, sources_alive);
    responder.send(std::move(response));
  }
  static void later(Request request, Responder responder) {
    auto held = std::make_shared<Responder>(std::move(responder));
    std::thread([held, body = describe(request)] {
      nap();
      held->send(text(body));
    }).detach();
  }
  void wait(const HandlerContext& context, Responder& responder) {
    ++waiting;
    while (!context.cancel.cancelled()) nap();
    ++saw_cancel;
    responder.send(text("cancelled"));
  }
};

class HttpTest : public ::testing::Test {
 protected:
  void SetUp() override { spdlog::set_level(spdlog::level::off); }
  void TearDown() override { stop(); }

  void serve(ServerOptions options = {}) {
    auto created = Server::create(std::move(options),
                                  [this](Request request, HandlerContext context, Responder r) {
                                    service_(std::move(request), context, std::move(r));
                                  });
    ASSERT_TRUE(created) << created.error().message;
    server_ = std::move(*created);
    ASSERT_TRUE(server_->start());
  }
  void stop() {
    service_.gate_open = true;
    if (server_) server_->stop(0);
  }
  Client connect() const { return Client(server_->port()); }
  Answer ask(std::string_view request) const {
    Client client(server_->port());
    return client.exchange(request);
  }
  int status_of(std::string_view request) const { return ask(request).status; }

  TestService service_;
  std::unique_ptr<Server> server_;
};

inline std::string get(const std::string& target, const std::string& headers = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}
inline std::string post(const std::string& target, const std::string& body,
                        const std::string& headers = "") {
  return "POST " + target +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

}  // namespace headwater::api::http::testing
