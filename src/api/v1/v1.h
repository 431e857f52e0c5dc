// The API, version 1: every path that Headwater answers, as one handler for api/http.
//
// Reads pin one graph version for the whole request; writes go to the one writer and are answered
// from its thread. Paths outside /api/v1 are health, metrics, documentation and the browser's
// files. schema/openapi.yaml is the contract; tests hold the routes and the answers to it.
//
// Thread-safety: handler() may be called from any thread. Ownership: Api borrows what Dependencies
// point to and outlives every request; stop() ends its threads.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/server.h"
#include "api/v1/assets.h"
#include "api/v1/writes.h"
#include "planner/planner.h"
#include "query/session.h"
#include "stats/stats.h"

namespace headwater::api::v1 {

struct Options {
  std::string ui_directory;           // files of the browser; empty: a page that says so
  std::size_t max_waiting = 1024;     // requests that wait for min_seq at once
  std::int64_t max_wait_ms = 60'000;  // of wait_ms
};

struct Dependencies {
  query::Service& queries;
  Writes& writes;
  Assets assets;
  // Why the server is not ready; empty function or nothing returned: it is.
  std::function<std::optional<base::Error>()> not_ready;
  std::function<http::Stats()> http_stats;  // for /metrics; may be empty
  // What is known of partitions; by default nothing. Never null.
  std::shared_ptr<planner::Planner> planner = std::make_shared<planner::Planner>();
  // What is known of use and cost; by default nothing. Never null.
  std::shared_ptr<stats::Stats> stats = std::make_shared<stats::Stats>();
};

struct RouteName {
  std::string_view method, path;  // "/api/v1/jobs/runs/{id}"
};

class Api {
 public:
  Api(Dependencies dependencies, Options options);
  ~Api();  // stop()
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Valid as long as the Api.
  http::Handler handler();
  // For ServerOptions::is_cheap: answers that touch neither disk nor lock.
  static bool is_cheap(const http::Request& request);
  // For ServerOptions::is_long: questions that look at much of the store. By path, like those of
  // long_routes().
  static bool is_long(const http::Request& request);
  static std::vector<RouteName> long_routes();
  static std::vector<RouteName> routes();

  // Makes what questions about cost, use and lists of jobs keep; for a thread of its own, now and
  // then. `ended` is asked now and then: true ends it early. Errors: those of the store.
  base::Result<void> bring_up(const std::function<bool()>& ended);

  // Answers what waits with kShuttingDown and joins the threads. Call it before the writer stops.
  // Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headwater::api::v1
