#include "api/http/connection.h"

#include <algorithm>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/stream_base.hpp>

namespace headwater::api::http {
namespace {

namespace asio = boost::asio;

// Memory that a connection keeps between requests for input that came early.
constexpr std::size_t kKeptPendingBytes = 4 << 10;

std::string plain_address(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

Connection::Connection(std::shared_ptr<Core> core, Loop& loop, Socket socket)
    : core_(std::move(core)),
      loop_(loop),
      socket_(std::move(socket)),
      scanner_(core_->options.limits) {}

void Connection::start() {
  loop_.add(shared_from_this());
  ErrorCode ec;
  const auto peer = socket_.remote_endpoint(ec);
  const auto local = ec ? asio::ip::tcp::endpoint() : socket_.local_endpoint(ec);
  if (!ec) socket_.non_blocking(true, ec);
  if (ec || core_->draining.load()) return close();
  peer_ = plain_address(peer.address()) + ":" + std::to_string(peer.port());
  local_address_ = plain_address(local.address());
  socket_.set_option(asio::ip::tcp::no_delay(true), ec);
  if (!core_->tls) return begin_serving();
  tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, *core_->tls);
  tls_buffer_ = std::make_unique<std::array<char, 16 << 10>>();
  set_deadline(core_->options.limits.tls_handshake_ms);
  tls_->async_handshake(asio::ssl::stream_base::server,
                        [self = shared_from_this()](const ErrorCode& error) {
                          if (self->phase_ == Phase::kClosed) return;
                          if (error) return self->close();
                          self->begin_serving();
                        });
}

void Connection::begin_serving() {
  phase_ = Phase::kHead;
  set_deadline(core_->options.limits.idle_ms);
  arm_read();
}

void Connection::set_deadline(std::int64_t ms) {
  deadline_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
}

void Connection::begin_window(std::int64_t ms) {
  progress_ = 0;
  window_mark_ = 0;
  set_deadline(ms);
}

bool Connection::window_moved(std::size_t bytes) {
  const bool moved = progress_ - window_mark_ >= bytes;
  window_mark_ = progress_;
  return moved;
}

// How much to read now; 0 leaves the socket alone. Between requests a small read is enough, and
// what follows the request in it must be kept.
std::size_t Connection::wanted_bytes() const {
  if (reading_ || input_ended_) return 0;
  const std::size_t ahead = core_->options.limits.pipelined_bytes;
  switch (phase_) {
    case Phase::kHead: return Loop::kReadBytes / 4;
    case Phase::kBody:
    case Phase::kLingering: return Loop::kReadBytes;
    case Phase::kHandling:
    case Phase::kWriting:
      return std::min(Loop::kReadBytes, ahead - std::min(ahead, pending_.size()));
    case Phase::kHello:
    case Phase::kClosed: break;
  }
  return 0;
}

void Connection::arm_read() {
  if (wanted_bytes() == 0) return;
  reading_ = true;
  if (tls_) {
    tls_->async_read_some(asio::buffer(*tls_buffer_),
                          [self = shared_from_this()](const ErrorCode& ec, std::size_t bytes) {
                            self->reading_ = false;
                            self->on_read(ec, {self->tls_buffer_->data(), bytes});
                          });
    return;
  }
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const ErrorCode& ec) {
    self->reading_ = false;
    self->on_readable(ec);
  });
}

void Connection::on_readable(const ErrorCode& ec) {
  if (phase_ == Phase::kClosed) return;
  if (ec) return close();
  ErrorCode error;
  const std::size_t wanted = wanted_bytes();
  if (wanted == 0) return;
  const std::size_t bytes = socket_.read_some(asio::buffer(loop_.read_buffer(), wanted), error);
  if (error == asio::error::would_block) return arm_read();
  on_read(error, {loop_.read_buffer(), bytes});
}

void Connection::on_read(const ErrorCode& ec, std::string_view bytes) {
  if (phase_ == Phase::kClosed) return;
  if (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated) return on_end_of_input();
  if (ec) return close();
  count(core_->counters.bytes_in, bytes.size());
  if (phase_ == Phase::kHandling || phase_ == Phase::kWriting) {
    pending_.append(bytes);
  } else if (phase_ != Phase::kLingering) {
    if (pending_.empty()) {
      pending_.append(bytes.substr(process(bytes)));
    } else {
      pending_.append(bytes);
      process_pending();
    }
  }
  arm_read();
}

void Connection::on_end_of_input() {
  input_ended_ = true;
  if (phase_ != Phase::kHandling && phase_ != Phase::kWriting) return close();
  // It may have closed only its sending half: whoever works for it stops, but an answer is sent.
  if (exchange_) exchange_->cancel();
  if (phase_ == Phase::kHandling) count(core_->counters.cancelled);
}

void Connection::process_pending() {
  const std::size_t done = process(pending_);
  if (done == pending_.size()) {
    if (pending_.capacity() > kKeptPendingBytes) {
      std::string().swap(pending_);
    } else {
      pending_.clear();
    }
  } else {
    pending_.erase(0, done);
  }
}

std::size_t Connection::process(std::string_view input) {
  std::size_t done = 0;
  while (phase_ == Phase::kHead || phase_ == Phase::kBody) {
    const std::string_view rest = input.substr(done);
    if (rest.empty()) break;
    const std::size_t used = phase_ == Phase::kHead ? process_head(rest) : process_body(rest);
    done += used;
    if (used == 0) break;
  }
  return done;
}

std::size_t Connection::process_head(std::string_view input) {
  // RFC 9112 section 2.2: an empty line before a request is skipped.
  if (!head_begun_ && input.substr(0, 2) == "\r\n") return 2;
  if (!head_begun_ && input == "\r") return 0;
  if (!head_begun_) {
    head_begun_ = true;
    set_deadline(core_->options.limits.header_ms);
  }
  HeadScanner::Outcome outcome = scanner_.scan(input);
  if (outcome.refusal) {
    parser_.reset();
    refuse(std::move(*outcome.refusal));
    return 0;
  }
  if (outcome.head_bytes == 0) return 0;
  count(core_->counters.requests);
  ++serial_;
  parser_.emplace(core_->options.limits, core_->budget);
  auto refusal = parser_->read_head(input.substr(0, outcome.head_bytes));
  version_ = parser_->version();
  if (!refusal) refusal = check_access();
  if (refusal) {
    refuse(std::move(*refusal));
  } else if (parser_->complete()) {
    dispatch();
  } else {
    phase_ = Phase::kBody;
    begin_window(core_->options.limits.body_window_ms);
    if (parser_->wants_continue() && input.size() == outcome.head_bytes) send_continue();
  }
  return outcome.head_bytes;
}

std::size_t Connection::process_body(std::string_view input) {
  RequestParser::Progress step = parser_->read_body(input);
  progress_ += step.consumed;
  if (step.refusal) {
    refuse(std::move(*step.refusal));
  } else if (parser_->complete()) {
    dispatch();
  }
  return step.consumed;
}

void Connection::on_deadline(TimePoint now) {
  const Limits& limits = core_->options.limits;
  switch (phase_) {
    case Phase::kHead:
      if (!head_begun_) return close();
      return refuse_late("The headers did not arrive in time (limit header_ms).");
    case Phase::kBody:
      if (window_moved(limits.body_window_bytes)) {
        deadline_ = now + std::chrono::milliseconds(limits.body_window_ms);
        return;
      }
      return refuse_late("The body arrives too slowly (limit body_window_ms).");
    case Phase::kWriting:
      if (window_moved(limits.write_window_bytes)) {
        deadline_ = now + std::chrono::milliseconds(limits.write_window_ms);
        return;
      }
      count(core_->counters.timeouts);
      return reset();
    case Phase::kHandling:
    case Phase::kClosed: clear_deadline(); return;
    case Phase::kHello:
    case Phase::kLingering: return close();
  }
}

void Connection::drain() {
  keep_alive_ = false;
  if (phase_ == Phase::kHello || (phase_ == Phase::kHead && !head_begun_)) close();
}

// Throws away what is unsent, so that a reader that has stopped costs no kernel memory.
void Connection::reset() {
  ErrorCode ec;
  socket_.set_option(asio::socket_base::linger(true, 0), ec);
  close();
}

void Connection::close() {
  if (phase_ == Phase::kClosed) return;
  if (exchange_) {
    exchange_->cancel();
    uncount(core_->counters.requests_in_flight);
    if (phase_ == Phase::kHandling && !input_ended_) count(core_->counters.cancelled);
  }
  phase_ = Phase::kClosed;
  clear_deadline();
  exchange_.reset();
  stream_.reset();
  ErrorCode ec;
  socket_.close(ec);
  uncount(core_->counters.connections_open);
  loop_.remove(this);
}

}  // namespace headwater::api::http
