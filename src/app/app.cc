#include "app/app.h"

#include <csignal>
#include <cstdio>
#include <utility>

#include <sys/resource.h>

#include "api/http/server.h"
#include "api/v1/v1.h"
#include "app/settings.h"
#include "base/log.h"
#include "ingest/ingest.h"
#include "query/session.h"

namespace headwater::app {

using base::Result;

// Members are destroyed from the last to the first: whoever uses comes after what it uses.
struct App::Impl {
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<graph::Graph> graph;
  std::unique_ptr<ingest::Pipeline> pipeline;
  std::unique_ptr<query::Service> queries;
  std::unique_ptr<api::v1::Writes> writes;
  std::unique_ptr<api::v1::Api> api;
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
  HW_TRY(graph, ingest::load_graph(*store));
  HW_TRY(pipeline,
         ingest::Pipeline::start(*store, *graph, base::system_clock(), pipeline_options(config)));
  queries = std::make_unique<query::Service>(*store, *graph, base::system_clock());
  writes = api::v1::writes_to(*pipeline);
  api::v1::Dependencies dependencies{
      *queries, *writes, api::v1::embedded_assets(), [this] { return not_ready(); },
      [this] { return server ? server->stats() : api::http::Stats{}; }};
  api = std::make_unique<api::v1::Api>(std::move(dependencies), api_options(config));
  options.is_cheap = &api::v1::Api::is_cheap;
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
  if (impl_->api) impl_->api->stop();
  if (impl_->server) impl_->server->stop(impl_->drain_ms);
  if (impl_->pipeline) impl_->pipeline->stop();
}

namespace {

// As many descriptors as the system gives: each connection takes one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int serve(const base::Config& config) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  auto app = App::start(config);
  if (!app) {
    std::fprintf(stderr, "headwater: %s\n", app.error().message.c_str());
    if (!app.error().detail.empty()) std::fprintf(stderr, "  %s\n", app.error().detail.c_str());
    return 1;
  }
  std::printf("Headwater listening on %s\n", (*app)->url().c_str());
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  HW_LOG_INFO("app.stopping", "signal={}", received);
  (*app)->stop();
  return 0;
}

}  // namespace headwater::app
