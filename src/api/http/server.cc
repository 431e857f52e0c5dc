#include "api/http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <random>
#include <thread>
#include <utility>

#include "api/http/asio_setup.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "api/http/connection.h"
#include "api/http/core.h"
#include "base/hash.h"
#include "base/log.h"

namespace headwater::api::http {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
    "Connection: close\r\nServer: headwater\r\n\r\n";
constexpr std::size_t kOtherDescriptors = 512;  // for files, the database, outgoing calls

base::Error bad_config(std::string message, std::string detail = {}) {
  return base::make_error(base::ErrorCode::kInvalidConfig, std::move(message), std::move(detail));
}

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

// The smallest deadline decides how often the loops look.
std::chrono::milliseconds tick_for(const Limits& limits) {
  const std::int64_t smallest =
      std::min({limits.idle_ms, limits.header_ms, limits.body_window_ms, limits.write_window_ms,
                limits.linger_ms, limits.tls_handshake_ms});
  return std::chrono::milliseconds(std::clamp<std::int64_t>(smallest / 4, 5, 250));
}

// Lets the process have a descriptor for every connection that the limits promise.
void raise_descriptor_limit(std::size_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = connections + kOtherDescriptors;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted) {
    HW_LOG_WARN("http.descriptors", "wanted={} got={}", wanted, limit.rlim_cur);
  }
}

base::Result<std::unique_ptr<asio::ssl::context>> make_tls(const ServerOptions& options) {
  std::unique_ptr<asio::ssl::context> tls;
  if (options.tls_certificate_file.empty() && options.tls_key_file.empty()) return tls;
  if (options.tls_certificate_file.empty() || options.tls_key_file.empty()) {
    return bad_config("TLS needs both a certificate file and a key file.");
  }
  tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  ErrorCode ec;
  tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                       asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                       asio::ssl::context::no_tlsv1_1,
                   ec);
  if (!ec) tls->use_certificate_chain_file(options.tls_certificate_file, ec);
  if (!ec) tls->use_private_key_file(options.tls_key_file, asio::ssl::context::pem, ec);
  if (ec) return bad_config("The TLS certificate or key cannot be read.", ec.message());
  return tls;
}

ServerOptions with_defaults(ServerOptions options) {
  const unsigned processors = std::max(1u, std::thread::hardware_concurrency());
  if (options.io_threads == 0) options.io_threads = std::max(1u, processors / 2);
  if (options.worker_threads == 0) options.worker_threads = std::max(4u, processors * 2);
  return options;
}

}  // namespace

Core::Core(ServerOptions o, Handler h)
    : options(with_defaults(std::move(o))),
      handler(std::move(h)),
      hosts(options.allowed_hosts, options.allowed_origins),
      budget(std::make_shared<BodyBudget>(options.limits.total_body_bytes)),
      pool(options.worker_threads, options.worker_queue),
      id_seed_(random_seed()) {
  for (unsigned i = 0; i < options.io_threads; ++i) {
    loops.push_back(std::make_unique<Loop>(tick_for(options.limits)));
  }
}

std::string Core::new_request_id() {
  const std::uint64_t n = next_id_.fetch_add(1, std::memory_order_relaxed);
  return base::to_hex(base::hash64({reinterpret_cast<const char*>(&n), sizeof n}, id_seed_));
}

class Server::Impl {
 public:
  explicit Impl(std::shared_ptr<Core> core)
      : core_(std::move(core)),
        acceptor_(core_->loops.front()->context()),
        retry_(core_->loops.front()->context()) {}

  base::Result<void> listen();
  base::Result<void> start();
  void stop(std::int64_t drain_ms);
  std::uint16_t port() const { return port_; }
  Stats stats() const;

 private:
  void accept_next();
  void on_accepted(const ErrorCode& ec, Loop& loop, Socket socket);
  void turn_away(Socket& socket);
  void wait_for_drain(std::int64_t drain_ms) const;
  template <class F>
  void run_on(Loop& loop, F f);

  std::shared_ptr<Core> core_;
  Tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  std::size_t next_loop_ = 0;
  std::uint16_t port_ = 0;
  bool started_ = false;
  bool stopped_ = false;
};

base::Result<void> Server::Impl::listen() {
  const ServerOptions& options = core_->options;
  ErrorCode ec;
  const auto address = asio::ip::make_address(options.address, ec);
  if (ec) return bad_config("The listen address must be an IP address.", ec.message());
  HW_TRY(core_->tls, make_tls(options));
  const Tcp::endpoint endpoint(address, options.port);
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec) acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(4096, ec);
  if (ec) {
    return bad_config("Cannot listen on " + options.address + " port " +
                          std::to_string(options.port) + ": " + ec.message() + ".",
                      ec.message());
  }
  port_ = acceptor_.local_endpoint(ec).port();
  return {};
}

base::Result<void> Server::Impl::start() {
  if (started_ || stopped_) {
    return base::make_error(base::ErrorCode::kInternal, "A server is started once.");
  }
  started_ = true;
  raise_descriptor_limit(core_->options.limits.connections);
  core_->pool.start();
  for (const auto& loop : core_->loops) loop->start();
  asio::post(core_->loops.front()->context(), [this] { accept_next(); });
  return {};
}

void Server::Impl::accept_next() {
  if (!acceptor_.is_open()) return;
  Loop& loop = *core_->loops[next_loop_];
  next_loop_ = (next_loop_ + 1) % core_->loops.size();
  acceptor_.async_accept(loop.context(), [this, &loop](const ErrorCode& ec, Socket socket) {
    on_accepted(ec, loop, std::move(socket));
  });
}

void Server::Impl::on_accepted(const ErrorCode& ec, Loop& loop, Socket socket) {
  if (ec == asio::error::operation_aborted) return;
  if (ec) {
    // Out of descriptors, most likely: trying again at once would spin.
    HW_LOG_WARN("http.accept_failed", "error=\"{}\"", ec.message());
    retry_.expires_after(std::chrono::milliseconds(50));
    retry_.async_wait([this](const ErrorCode& error) {
      if (!error) accept_next();
    });
    return;
  }
  count(core_->counters.connections_accepted);
  if (core_->counters.connections_open.load() >= core_->options.limits.connections) {
    turn_away(socket);
  } else {
    count(core_->counters.connections_open);
    auto connection = std::make_shared<Connection>(core_, loop, std::move(socket));
    asio::post(loop.context(), [connection = std::move(connection)] { connection->start(); });
  }
  accept_next();
}

void Server::Impl::turn_away(Socket& socket) {
  count(core_->counters.connections_refused);
  ErrorCode ec;
  socket.non_blocking(true, ec);
  if (!core_->tls) {
    socket.write_some(asio::buffer(kTooManyConnections.data(), kTooManyConnections.size()), ec);
  }
  socket.shutdown(Socket::shutdown_send, ec);
  socket.close(ec);
}

// Runs `f` on the loop's thread and waits for it.
template <class F>
void Server::Impl::run_on(Loop& loop, F f) {
  std::promise<void> done;
  const std::future<void> ended = done.get_future();
  asio::post(loop.context(), [&f, done = std::move(done)]() mutable {
    f();
    done.set_value();
  });
  ended.wait();
}

void Server::Impl::wait_for_drain(std::int64_t drain_ms) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(drain_ms);
  while (core_->counters.connections_open.load() > 0 &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void Server::Impl::stop(std::int64_t drain_ms) {
  if (std::exchange(stopped_, true)) return;
  core_->draining.store(true);
  if (!started_) return;
  run_on(*core_->loops.front(), [this] {
    ErrorCode ec;
    acceptor_.close(ec);
    retry_.cancel();
  });
  for (const auto& loop : core_->loops) run_on(*loop, [&loop] { loop->drain_all(); });
  wait_for_drain(drain_ms);
  for (const auto& loop : core_->loops) run_on(*loop, [&loop] { loop->close_all(); });
  core_->pool.stop();
  for (const auto& loop : core_->loops) loop->join();
}

Stats Server::Impl::stats() const {
  const Counters& c = core_->counters;
  const auto get = [](const auto& cell) { return cell.load(std::memory_order_relaxed); };
  Stats s;
  s.connections_accepted = get(c.connections_accepted);
  s.connections_refused = get(c.connections_refused);
  s.connections_open = get(c.connections_open);
  s.requests = get(c.requests);
  s.requests_in_flight = get(c.requests_in_flight);
  s.responses_2xx = get(c.responses[2]);
  s.responses_3xx = get(c.responses[3]);
  s.responses_4xx = get(c.responses[4]);
  s.responses_5xx = get(c.responses[5]);
  s.protocol_errors = get(c.protocol_errors);
  s.overloaded = get(c.overloaded);
  s.cancelled = get(c.cancelled);
  s.timeouts = get(c.timeouts);
  s.bytes_in = get(c.bytes_in);
  s.bytes_out = get(c.bytes_out);
  s.body_bytes_held = core_->budget->held();
  s.worker_queue = core_->pool.queued();
  return s;
}

base::Result<std::unique_ptr<Server>> Server::create(ServerOptions options, Handler handler) {
  auto impl =
      std::make_unique<Impl>(std::make_shared<Core>(std::move(options), std::move(handler)));
  HW_CHECK_OK(impl->listen());
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { stop(0); }
base::Result<void> Server::start() { return impl_->start(); }
std::uint16_t Server::port() const { return impl_->port(); }
void Server::stop(std::int64_t drain_ms) { impl_->stop(drain_ms); }
Stats Server::stats() const { return impl_->stats(); }

}  // namespace headwater::api::http
