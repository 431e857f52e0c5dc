// The HTTP/1.1 server: the only place that knows the wire, and the only header others need for it.
//
// Speaks HTTP/1.0 and 1.1 over TCP or TLS: keep-alive, pipelining answered in order, chunked both
// ways, gzip and deflate in, gzip out, Expect: 100-continue, HEAD. Requests of one connection are
// handled one after the other. Names no library. Handlers never run on an I/O thread unless
// `is_cheap` says so; errors of the protocol are answered as application/problem+json.
//
// Not promised: HTTP/2, upgrades, trailers (read and dropped), ranges, routing.
//
// Thread-safety: create, start and stop from one thread, not from a handler; the rest from any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/http/message.h"
#include "base/result.h"

namespace headwater::api::http {

// Every bound the server keeps. Exceeding one is answered with the status given, naming the limit.
// A window deadline demands `bytes` of progress (or the end) in every `ms`.
struct Limits {
  std::size_t header_bytes = 32 << 10;             // request line and headers together: 431
  std::size_t header_count = 128;                  // header lines: 431
  std::size_t target_bytes = 16 << 10;             // the request target: 414
  std::size_t body_bytes = 64 << 20;               // as sent, chunks joined: 413
  std::size_t decompressed_body_bytes = 64 << 20;  // after gzip or deflate: 413
  std::size_t chunk_line_bytes = 8 << 10;          // one chunk's size line, or all trailers: 400
  std::size_t chunk_extension_bytes = 16 << 10;    // chunk extensions of one body, summed: 400
  std::size_t total_body_bytes = std::size_t{512} << 20;  // all bodies in memory at once: 429
  std::size_t pipelined_bytes = 16 << 10;  // read ahead while a request is handled; then the
                                           // socket is left alone
  std::size_t connections = 10'000;        // open at once: 503 and close
  std::int64_t idle_ms = 75'000;           // between requests: closed without a word
  std::int64_t header_ms = 10'000;         // from its first byte to the end of the headers: 408
  std::int64_t body_window_ms = 20'000;    // a body's progress: 408
  std::size_t body_window_bytes = 16 << 10;
  std::int64_t write_window_ms = 30'000;  // an answer's progress: the connection is reset
  std::size_t write_window_bytes = 16 << 10;
  std::int64_t linger_ms = 2'000;  // after a last answer, for the client to read it and close
  std::int64_t tls_handshake_ms = 10'000;
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // an IP address
  std::uint16_t port = 0;             // 0: any free one, see Server::port
  unsigned io_threads = 0;            // 0: half the processors, at least one
  unsigned worker_threads = 0;        // 0: twice the processors, at least four
  std::size_t worker_queue = 1'024;   // requests waiting for a worker; above it 429, Retry-After: 1
  // Names a Host header may carry besides localhost, loopback addresses and the address that the
  // client connected to. Without port; "*" allows any.
  std::vector<std::string> allowed_hosts;
  // Origins besides the server's own, as "https://tools.example:8443"; they get CORS headers.
  std::vector<std::string> allowed_origins;
  Limits limits;
  bool access_log = false;
  std::size_t compress_from_bytes = 1'024;  // bodies smaller than this are sent as they are
  std::string tls_certificate_file;         // PEM chain; set both or neither
  std::string tls_key_file;                 // PEM
  // Called on an I/O thread: true lets the handler of this request run there too, which saves two
  // thread switches. Only for handlers that end within some ten microseconds and take no lock that
  // another thread may hold for long.
  std::function<bool(const Request&)> is_cheap;
  // Called on an I/O thread: true for requests that may take seconds. They never hold all workers:
  // half of them, at least one, is left to the others, and half of the queue.
  std::function<bool(const Request&)> is_long;
};

// Counters since the start, and gauges. Read without a lock: each is right, the set is not atomic.
struct Stats {
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;  // over Limits::connections
  std::uint64_t connections_open = 0;     // gauge
  std::uint64_t requests = 0;             // with a complete head
  std::uint64_t requests_in_flight = 0;   // gauge: handed to a handler, not yet answered
  std::uint64_t responses_2xx = 0;
  std::uint64_t responses_3xx = 0;
  std::uint64_t responses_4xx = 0;
  std::uint64_t responses_5xx = 0;
  std::uint64_t protocol_errors = 0;  // refused before a handler saw them
  std::uint64_t overloaded = 0;       // 429 for a full queue or full body memory
  std::uint64_t cancelled = 0;        // the client left before the answer
  std::uint64_t timeouts = 0;         // deadlines other than idle
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t body_bytes_held = 0;  // gauge, of Limits::total_body_bytes
  std::uint64_t worker_queue = 0;     // gauge
};

class Server {
 public:
  // Binds and listens; kInvalidConfig if that fails. No connection is served before start.
  static base::Result<std::unique_ptr<Server>> create(ServerOptions options, Handler handler);
  ~Server();  // stop(0)
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Starts the threads. Once.
  base::Result<void> start();
  std::uint16_t port() const;
  // Stops accepting, closes idle connections, lets running requests answer for at most drain_ms,
  // then cancels and closes the rest and joins every thread: it waits for handlers that ignore
  // their cancellation. Requests still queued are dropped. Idempotent.
  void stop(std::int64_t drain_ms);
  Stats stats() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace headwater::api::http
