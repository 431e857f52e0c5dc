// What every part of a running server shares. Private to api/http.
//
// Ownership: the server and every connection hold the Core; the Core never holds a connection
// strongly (its loops' registries are emptied by stop). So a Responder that outlives the server
// finds either nothing or a Core that is still whole.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/http/body_budget.h"
#include "api/http/hosts.h"
#include "api/http/loop.h"
#include "api/http/server.h"
#include "api/http/worker_pool.h"

#include <boost/asio/ssl/context.hpp>

namespace headwater::api::http {

struct Counters {
  std::atomic<std::uint64_t> connections_accepted{0};
  std::atomic<std::uint64_t> connections_refused{0};
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> requests_in_flight{0};
  std::atomic<std::uint64_t> responses[6]{};  // by the first digit of the status
  std::atomic<std::uint64_t> protocol_errors{0};
  std::atomic<std::uint64_t> overloaded{0};
  std::atomic<std::uint64_t> cancelled{0};
  std::atomic<std::uint64_t> timeouts{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
};

inline void count(std::atomic<std::uint64_t>& counter, std::uint64_t n = 1) {
  counter.fetch_add(n, std::memory_order_relaxed);
}

inline void uncount(std::atomic<std::uint64_t>& gauge) {
  gauge.fetch_sub(1, std::memory_order_relaxed);
}

struct Core {
  Core(ServerOptions o, Handler h);

  // 16 hex digits, new each time.
  std::string new_request_id();

  const ServerOptions options;
  const Handler handler;
  const HostPolicy hosts;
  const std::shared_ptr<BodyBudget> budget;
  Counters counters;
  std::atomic<bool> draining{false};
  std::unique_ptr<boost::asio::ssl::context> tls;  // null: plain
  WorkerPool pool;
  std::vector<std::unique_ptr<Loop>> loops;

 private:
  const std::uint64_t id_seed_;
  std::atomic<std::uint64_t> next_id_{0};
};

}  // namespace headwater::api::http
