#include "app/app.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <optional>
#include <utility>

#include <sys/resource.h>

#include "api/http/server.h"
#include "api/v1/v1.h"
#include "app/housekeeper.h"
#include "app/plan_keeper.h"
#include "app/search_keeper.h"
#include "app/settings.h"
#include "app/stats_keeper.h"
#include "base/log.h"
#include "ingest/ingest.h"
#include "planner/planner.h"
#include "query/job_news.h"
#include "query/session.h"
#include "stats/quality.h"
#include "stats/stats.h"

namespace headwater::app {

using base::Result;

// Members are destroyed from the last to the first: whoever uses comes after what it uses.
struct App::Impl {
  std::unique_ptr<storage::Store> store;
  std::optional<Housekeeper> housekeeper;
  std::unique_ptr<graph::Graph> graph;
  std::shared_ptr<planner::Planner> planner = std::make_shared<planner::Planner>();
  std::shared_ptr<stats::Stats> stats = std::make_shared<stats::Stats>();
  std::shared_ptr<query::JobNews> job_news = std::make_shared<query::JobNews>();
  std::unique_ptr<ingest::Pipeline> pipeline;
  std::unique_ptr<query::Service> queries;
  std::optional<SearchKeeper> search_keeper;
  std::optional<PlanKeeper> plan_keeper;
  std::unique_ptr<api::v1::Writes> writes;
  std::unique_ptr<api::v1::Api> api;
  std::optional<StatsKeeper> stats_keeper;
  std::unique_ptr<api::http::Server> server;
  std::string scheme = "http", address;
  std::int64_t drain_ms = 0;
  bool stopped = false;

  Result<void> wire(const base::Config& config);
  std::optional<base::Error> not_ready() const;
};

std::optional<base::Error> App::Impl::not_ready() const {
  if (pipeline->stats().storage_ok) return std::nullopt;
  return base::make_error(base::ErrorCode::kStorageUnavailable,
                          "The last write failed: reads go on, writes may not. See the log.");
}

Result<void> App::Impl::wire(const base::Config& config) {
  HW_TRY(auto options, server_options(config));
  HW_TRY(store, storage::Store::open(store_options(config)));
  constexpr std::size_t kWorthSaving = 100'000;  // takes a good part of a second to build
  HW_TRY(graph, ingest::load_graph(*store, kWorthSaving));
  housekeeper.emplace(*store);
  ingest::PipelineOptions how = pipeline_options(config);
  how.views = {[this](storage::Store& opened) { return planner::make_view(opened, planner); },
               [this](storage::Store& opened) { return stats::make_view(opened, stats); },
               stats::make_profile_view,
               [this](storage::Store&) { return query::make_job_news_view(job_news); }};
  HW_TRY(pipeline, ingest::Pipeline::start(*store, *graph, base::system_clock(), how));
  queries = std::make_unique<query::Service>(*store, *graph, base::system_clock());
  queries->use_job_news(job_news);
  search_keeper.emplace(*queries);
  plan_keeper.emplace(*queries, *planner, *pipeline, plan_keeper_options(config));
  writes = api::v1::writes_to(*pipeline);
  api::v1::Dependencies dependencies{
      *queries,
      *writes,
      api::v1::embedded_assets(),
      [this] { return not_ready(); },
      [this] { return server ? server->stats() : api::http::Stats{}; },
      planner,
      stats};
  api = std::make_unique<api::v1::Api>(std::move(dependencies), api_options(config));
  stats_keeper.emplace(*api);
  options.is_cheap = &api::v1::Api::is_cheap;
  options.is_long = &api::v1::Api::is_long;
  scheme = options.tls_certificate_file.empty() ? "http" : "https";
  address = options.address;
  drain_ms = config.integer("http.drain_ms");
  HW_TRY(server, api::http::Server::create(std::move(options), api->handler()));
  return server->start();
}

App::App(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
App::~App() { stop(); }

Result<std::unique_ptr<App>> App::start(const base::Config& config) {
  auto impl = std::make_unique<Impl>();
  if (auto wired = impl->wire(config); !wired) {
    // Threads of what was started end here, in the order of stop().
    App partial(std::move(impl));
    return std::move(wired).error();
  }
  return std::unique_ptr<App>(new App(std::move(impl)));
}

std::string App::url() const {
  const bool v6 = impl_->address.find(':') != std::string::npos;
  return impl_->scheme + "://" + (v6 ? "[" + impl_->address + "]" : impl_->address) + ":" +
         std::to_string(impl_->server->port());
}

void App::stop() {
  if (impl_->stopped) return;
  impl_->stopped = true;
  // While requests drain, the writer goes on: what waits for a write may still see it.
  if (impl_->server) impl_->server->stop(impl_->drain_ms);
  if (impl_->api) impl_->api->stop();
  impl_->plan_keeper.reset();  // it writes
  if (impl_->pipeline) impl_->pipeline->stop();
}

namespace {

constexpr rlim_t kOwnDescriptors = 256;  // database connections, logs, listeners

// Each connection takes a descriptor: as many as the system gives.
void raise_descriptor_limit(const base::Config& config) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const auto wanted = static_cast<rlim_t>(config.integer("http.max_connections")) + kOwnDescriptors;
  limit.rlim_cur = std::min(limit.rlim_max, std::max(limit.rlim_cur, wanted));
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return;
  HW_LOG_WARN("app.few_descriptors", "limit={} http.max_connections={}", limit.rlim_cur,
              wanted - kOwnDescriptors);
}

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

void print_error(const base::Error& error) {
  std::fprintf(stderr, "headwater: %s\n", error.message.c_str());
  if (!error.detail.empty()) std::fprintf(stderr, "  %s\n", error.detail.c_str());
}

}  // namespace

int serve(const base::Config& config) {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit(config);
  auto app = App::start(config);
  if (!app) {
    print_error(app.error());
    return app.error().code == base::ErrorCode::kInvalidConfig ? kBadConfig : kStartFailed;
  }
  std::printf("Headwater listening on %s\n", (*app)->url().c_str());
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  // A second signal ends the process at once, which loses nothing that was acknowledged.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  HW_LOG_INFO("app.stopping", "signal={}", received);
  (*app)->stop();
  HW_LOG_INFO("app.stopped", "");
  return 0;
}

}  // namespace headwater::app
