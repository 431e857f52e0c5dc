// The server under abuse: it answers with the token it was asked with, partly from other threads
// and late, so that an answer that reaches the wrong client shows.
//
//   /now/TOKEN    from the worker          /later/TOKEN  from another thread, a little later
//   /big/TOKEN    3 MB that begin with it  /stream/TOKEN?n=  the token over and over, in chunks
//   POST anything: the body's size, and the path's token
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api/http/problem.h"
#include "api/http/server.h"
#include "base/bounded_queue.h"
#include "base/log.h"
#include "tests/unit/api/http/client.h"

namespace headwater::abuse {

using api::http::BodySource;
using api::http::HandlerContext;
using api::http::Request;
using api::http::Responder;
using api::http::Response;
using api::http::Server;
using api::http::ServerOptions;
using api::http::testing::Answer;
using api::http::testing::Client;
using api::http::testing::eventually;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// Of the environment, or a new one; printed, so that a failure can be repeated.
inline std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* given = std::getenv("HW_ABUSE_SEED");
    const std::uint64_t chosen = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::printf("HW_ABUSE_SEED=%llu\n", static_cast<unsigned long long>(chosen));
    return chosen;
  }();
  return value;
}

class RepeatingSource final : public BodySource {
 public:
  RepeatingSource(std::string token, std::size_t times) : token_(std::move(token)), left_(times) {}
  base::Result<bool> next(std::string& chunk) override {
    for (int i = 0; i < 1000 && left_ > 0; ++i, --left_) chunk += token_;
    return left_ > 0;
  }

 private:
  const std::string token_;
  std::size_t left_;
};

// Two threads that answer what handlers have put aside.
class LateAnswers {
 public:
  LateAnswers() : queue_(100'000) {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this, i] { run(i); });
  }
  ~LateAnswers() {
    queue_.close();
    for (auto& thread : threads_) thread.join();
  }
  void add(Responder responder, Response response) {
    queue_.push({std::move(responder), std::move(response)}, 1);
  }

 private:
  using Item = std::pair<Responder, Response>;
  void run(int n) {
    std::mt19937_64 random(seed() + static_cast<std::uint64_t>(n));
    while (!queue_.closed_and_empty()) {
      auto items =
          queue_.take(8, std::chrono::steady_clock::now() + std::chrono::milliseconds(100));
      if (random() % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(random() % 500));
      for (auto& [responder, response] : items) responder.send(std::move(response));
    }
  }

  base::BoundedQueue<Item> queue_;
  std::vector<std::thread> threads_;
};

class Abuse : public ::testing::Test {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    seed();
  }
  void TearDown() override {
    if (!server_) return;
    EXPECT_TRUE(is_well()) << "the server does not answer any more";
    server_->stop(0);
    EXPECT_EQ(server_->stats().requests_in_flight, 0u);
    EXPECT_EQ(server_->stats().connections_open, 0u);
    EXPECT_TRUE(eventually([&] { return server_->stats().body_bytes_held == 0; }));
  }
  void serve(ServerOptions options = {}) {
    auto created = Server::create(std::move(options),
                                  [this](Request request, const HandlerContext&, Responder r) {
                                    handle(std::move(request), std::move(r));
                                  });
    ASSERT_TRUE(created) << created.error().message;
    server_ = std::move(*created);
    ASSERT_TRUE(server_->start());
  }
  Client connect(int receive_buffer_bytes = 0) const {
    return Client(server_->port(), receive_buffer_bytes);
  }
  static std::string get(const std::string& target, const std::string& headers = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
  }
  // A new client is served as if nothing happened.
  bool is_well() const {
    Client client = connect();
    return client.exchange(get("/now/well")).body == "well";
  }

  std::atomic<std::uint64_t> handled_{0};
  std::atomic<std::size_t> most_segments_{0};
  LateAnswers late_;
  std::unique_ptr<Server> server_;

 private:
  void handle(Request request, Responder responder) {
    ++handled_;
    most_segments_ = std::max<std::size_t>(most_segments_, request.segments.size());
    const std::string kind = request.segments.empty() ? "" : request.segments[0];
    const std::string token = request.segments.size() < 2 ? "" : request.segments[1];
    Response response;
    response.content_type = "text/plain";
    response.body = token;
    if (request.method == api::http::Method::kPost) {
      response.body += " " + std::to_string(request.body.size());
    }
    if (kind == "later") return late_.add(std::move(responder), std::move(response));
    if (kind == "big") response.body.resize(3'000'000, '.');
    if (kind == "stream") {
      const std::string* n = request.query_value("n");
      response.body.clear();
      response.source = std::make_unique<RepeatingSource>(
          token, n ? std::strtoull(n->c_str(), nullptr, 10) % 10'000'000 : 1000);
    }
    responder.send(std::move(response));
  }
};

}  // namespace headwater::abuse
