// The writing half of Connection.
#include <array>
#include <charconv>
#include <utility>

#include "api/http/asio_setup.h"

#include <boost/asio/buffer.hpp>

#include "api/http/connection.h"
#include "api/http/connection_io.h"
#include "base/log.h"

namespace headwater::api::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kChunkEnd = "\r\n";
constexpr std::string_view kLastChunk = "\r\n0\r\n\r\n";

std::string chunk_line(std::size_t bytes) {
  std::array<char, 18> hex{};
  const auto end = std::to_chars(hex.data(), hex.data() + 16, bytes, 16).ptr;
  return std::string(hex.data(), end) + "\r\n";
}

}  // namespace

void Connection::on_answer(std::uint64_t serial, Outgoing outgoing) {
  if (phase_ != Phase::kHandling || serial != serial_ || !exchange_) return;
  begin_answer(std::move(outgoing));
}

void Connection::begin_answer(Outgoing outgoing) {
  phase_ = Phase::kWriting;
  begin_window(core_->options.limits.write_window_ms);
  if (core_->draining.load(std::memory_order_relaxed)) keep_alive_ = false;
  const int status = outgoing.response.status;
  count(core_->counters.responses[status >= 100 && status < 600 ? status / 100 : 0]);
  chunked_ = outgoing.stream && version_ >= 11;
  if (outgoing.stream && !chunked_) keep_alive_ = false;  // its end is the connection's
  if (core_->options.access_log) log_access(outgoing);
  HeadInfo info;
  info.version = version_;
  info.keep_alive = keep_alive_;
  info.date = loop_.date();
  info.request_id = request_id_;
  info.cors_origin = cors_origin_;
  out_head_ = write_head(outgoing, info);
  out_tail_ = {};
  out_body_.clear();
  if (!head_only_ && !has_no_body(status)) {
    out_body_ = std::move(outgoing.response.body);
    stream_ = std::move(outgoing.stream);
    if (chunked_ && !out_body_.empty()) {
      out_head_ += chunk_line(out_body_.size());
      out_tail_ = kChunkEnd;
    }
  }
  start_write();
}

void Connection::log_access(const Outgoing& outgoing) const {
  HW_LOG_INFO("http.access", "peer={} method={} path={} status={} bytes={} request_id={}", peer_,
              log_method_, log_path_, outgoing.response.status, outgoing.response.body.size(),
              request_id_);
}

void Connection::start_write() {
  if (writing_continue_) {
    write_waits_ = true;
    return;
  }
  out_done_ = 0;
  write_more();
}

void Connection::write_more() {
  std::array<asio::const_buffer, 3> parts = {
      asio::const_buffer(out_head_.data(), out_head_.size()),
      asio::const_buffer(out_body_.data(), out_body_.size()),
      asio::const_buffer(out_tail_.data(), out_tail_.size())};
  std::size_t skip = out_done_;
  for (auto& part : parts) {
    const std::size_t step = std::min(skip, part.size());
    part += step;
    skip -= step;
  }
  write_some(parts, [self = shared_from_this()](const ErrorCode& ec, std::size_t bytes) {
    self->on_written(ec, bytes);
  });
}

void Connection::on_written(const ErrorCode& ec, std::size_t bytes) {
  if (phase_ == Phase::kClosed) return;
  if (ec) return close();
  count(core_->counters.bytes_out, bytes);
  progress_ += bytes;
  out_done_ += bytes;
  if (out_done_ < out_head_.size() + out_body_.size() + out_tail_.size()) return write_more();
  finish_block();
}

void Connection::finish_block() {
  if (!stream_) return finish_answer();
  std::string().swap(out_body_);
  clear_deadline();  // the next block is the handler's business, not the client's
  exchange_->pull(stream_);
}

void Connection::on_block(std::uint64_t serial, base::Result<bool> more, std::string block) {
  if (phase_ != Phase::kWriting || serial != serial_ || !stream_) return;
  if (!more) {
    HW_LOG_WARN("http.stream_failed", "request_id={} detail=\"{}\"", request_id_,
                more.error().detail);
    return reset();
  }
  if (!*more) stream_.reset();
  out_body_ = std::move(block);
  out_head_.clear();
  out_tail_ = {};
  if (chunked_) {
    const bool empty = out_body_.empty();
    if (!empty) out_head_ = chunk_line(out_body_.size());
    out_tail_ = *more ? kChunkEnd : kLastChunk;
    if (empty) out_tail_.remove_prefix(2);
  }
  begin_window(core_->options.limits.write_window_ms);
  start_write();
}

void Connection::finish_answer() {
  if (exchange_) {
    exchange_.reset();
    uncount(core_->counters.requests_in_flight);
  }
  std::string().swap(out_body_);
  if (!keep_alive_) return end_after_answer();
  parser_.reset();
  scanner_.reset();
  head_begun_ = false;
  phase_ = Phase::kHead;
  set_deadline(core_->options.limits.idle_ms);
  if (!pending_.empty()) process_pending();
  // What is still incomplete stays so.
  if (input_ended_ && (phase_ == Phase::kHead || phase_ == Phase::kBody)) return close();
  arm_read();
}

// Closing with unread input would reset the connection and take the answer with it.
void Connection::end_after_answer() {
  if (input_ended_) return close();
  phase_ = Phase::kLingering;
  set_deadline(core_->options.limits.linger_ms);
  std::string().swap(pending_);
  parser_.reset();
  if (tls_) {
    tls_->async_shutdown([self = shared_from_this()](const ErrorCode&) { self->close(); });
    return;
  }
  ErrorCode ec;
  socket_.shutdown(Socket::shutdown_send, ec);
  if (ec) return close();
  arm_read();
}

}  // namespace headwater::api::http
