// Connection: one client, from accept to close. Private to api/http.
//
// States, with the deadline that holds in each:
//
//            1              2             3              4               5
//   kHello ----> kHead ---------> kBody ------> kHandling ----> kWriting ----> kHead (keep-alive)
//   (TLS)        idle, then       body          none            write          kLingering
//                header           window                        window         (linger)
//
//   1 TLS handshake done, or at once     4 the exchange is answered, or 2..3 refused the request
//   2 the head is complete; 2+3 at once  5 the last byte is written; kLingering if the connection
//     without a body                       must close: sending half shut, input thrown away until
//   3 the body is complete                 the client closes too
//   any state -> kClosed: I/O error, deadline, close()
//
// Invariants: I1 at most one read and one write are outstanding. I2 on_answer is heeded only in
// kHandling and with the serial of the request there. I3 no request is parsed before the answer to
// the one before it is written: answers are in order, and methods with effects do not race.
// Thread-safety: everything on the loop's thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/asio_setup.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "api/http/core.h"
#include "api/http/exchange.h"
#include "api/http/head.h"
#include "api/http/parser.h"
#include "api/http/wire.h"

namespace headwater::api::http {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Core> core, Loop& loop, Socket socket);

  void start();
  void drain();
  void close();
  void on_answer(std::uint64_t serial, Outgoing outgoing);
  void on_block(std::uint64_t serial, base::Result<bool> more, std::string block);
  TimePoint deadline() const { return deadline_; }
  void on_deadline(TimePoint now);

 private:
  enum class Phase { kHello, kHead, kBody, kHandling, kWriting, kLingering, kClosed };
  using ErrorCode = boost::system::error_code;

  // connection.cc: the life and the reading half.
  void begin_serving();
  void arm_read();
  std::size_t wanted_bytes() const;
  void on_readable(const ErrorCode& ec);
  void on_read(const ErrorCode& ec, std::string_view bytes);
  void on_end_of_input();
  std::size_t process(std::string_view input);
  void process_pending();
  std::size_t process_head(std::string_view input);
  std::size_t process_body(std::string_view input);
  void set_deadline(std::int64_t ms);
  void clear_deadline() { deadline_ = TimePoint::max(); }
  void begin_window(std::int64_t ms);
  bool window_moved(std::size_t bytes);
  void reset();

  // connection_request.cc: what a complete head leads to.
  std::optional<Refusal> check_access();
  bool answer_itself();
  void dispatch();
  void refuse(Refusal refusal);
  void refuse_late(std::string message);
  void send_continue();
  bool runs_inline() const;

  // connection_write.cc: the writing half.
  void begin_answer(Outgoing outgoing);
  void log_access(const Outgoing& outgoing) const;
  void start_write();
  void write_more();
  void on_written(const ErrorCode& ec, std::size_t bytes);
  void finish_block();
  void finish_answer();
  void end_after_answer();
  template <class Buffers, class Done>
  void write_some(const Buffers& buffers, Done done);

  const std::shared_ptr<Core> core_;
  Loop& loop_;  // owned by core_
  Socket socket_;
  std::unique_ptr<boost::asio::ssl::stream<Socket&>> tls_;
  std::unique_ptr<std::array<char, 16 << 10>> tls_buffer_;

  Phase phase_ = Phase::kHello;
  TimePoint deadline_ = TimePoint::max();
  std::size_t window_mark_ = 0;
  std::size_t progress_ = 0;  // body bytes read or answer bytes written
  std::string pending_;       // read and not yet parsed
  HeadScanner scanner_;
  std::optional<RequestParser> parser_;
  std::string local_address_;
  std::string peer_;
  std::string request_id_;
  std::string_view log_method_;
  std::string log_path_;
  std::string cors_origin_;
  std::uint64_t serial_ = 0;
  std::shared_ptr<Exchange> exchange_;  // null while no handler is asked

  std::string out_head_;  // head, or a chunk's size line
  std::string out_body_;
  std::string_view out_tail_;
  std::size_t out_done_ = 0;
  std::shared_ptr<BodyStream> stream_;
  unsigned version_ = 11;
  bool head_begun_ = false;
  bool head_only_ = false;
  bool chunked_ = false;
  bool keep_alive_ = true;
  bool reading_ = false;
  bool input_ended_ = false;
  bool writing_continue_ = false;
  bool write_waits_ = false;
};

}  // namespace headwater::api::http
