// Requests and responses as handlers see them, and the ends of one exchange: Responder,
// Cancellation.
//
// Nothing here knows a socket or a library: a handler is tested by building a Request and a
// Responder::to(lambda). Thread-safety: Request and Response are plain values, owned by one thread
// at a time; Cancellation and Responder say their own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace headwater::api::http {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

// "GET", "HEAD", ...
std::string_view method_name(Method method);

using Fields = std::vector<std::pair<std::string, std::string>>;

// A request that is complete: head checked, body read, chunks joined, gzip and deflate undone.
// Path segments and query are valid UTF-8 without NUL. Dot segments are not resolved: a handler
// that maps segments to files refuses "." and ".." itself.
struct Request {
  Method method = Method::kGet;
  std::string target;                 // as sent
  std::string path;                   // percent-encoded, without the query
  std::vector<std::string> segments;  // of path, decoded after the split; a trailing "/" adds none
  Fields query;                       // decoded, in order; '+' is a space
  Fields headers;                     // names in lower case, values trimmed, in order
  std::string body;
  std::string peer;        // "127.0.0.1:40312"
  std::string request_id;  // the client's X-Request-Id if it is sane, else a new one
  // What `body` holds of the server's memory for bodies; given back when the last copy goes.
  std::shared_ptr<const void> body_lease;

  // The first value of `key`, or null.
  const std::string* query_value(std::string_view key) const;
  // The first header of that name, or "".
  std::string_view header(std::string_view lower_case_name) const;
};

// The body of a long answer, pulled piece by piece as fast as the client reads.
// next is called on worker threads, never twice at once; the object may be destroyed on any thread,
// before its end if the client left.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Appends the next piece to `chunk` (64 KiB or so is a good size) and says whether more follows.
  // An error before anything was sent becomes a problem answer; later it can only break the
  // connection, which every client sees as an incomplete answer.
  virtual base::Result<bool> next(std::string& chunk) = 0;
};

// Date, Server, X-Request-Id, X-Content-Type-Options, Connection and the framing headers are the
// server's own: a handler that sets them is ignored. A name or value with control characters is
// left out and logged.
struct Response {
  int status = 200;
  Fields headers;
  std::string content_type;            // "" sends none
  std::string body;                    // compressed by the server if that is worthwhile
  std::unique_ptr<BodySource> source;  // if set, follows `body`
};

// Says that nobody waits for the answer any more: the client left or the server stops for good.
// A client that closes its sending half counts as gone, as it cannot be told apart; whatever is
// sent reaches it nevertheless. Thread-safety: any thread; cheap enough for an inner loop.
class Cancellation {
 public:
  Cancellation() = default;  // never cancelled
  bool cancelled() const { return flag_ && flag_->load(std::memory_order_relaxed); }

 private:
  friend class CancellationSource;
  explicit Cancellation(std::shared_ptr<const std::atomic<bool>> flag) : flag_(std::move(flag)) {}
  std::shared_ptr<const std::atomic<bool>> flag_;
};

class CancellationSource {
 public:
  CancellationSource() : flag_(std::make_shared<std::atomic<bool>>(false)) {}
  Cancellation token() const { return Cancellation(flag_); }
  void cancel() { flag_->store(true, std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

// Where an answer goes. Delivers at most once, whoever is first. Thread-safety: any thread.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  // False if an answer was delivered before.
  bool send(Response response);
  bool sent() const { return sent_.load(std::memory_order_acquire); }

 protected:
  virtual void deliver(Response response) = 0;

 private:
  std::atomic<bool> sent_{false};
};

// The right to answer one request, once, from any thread, now or later. It belongs to the
// connection object, not to a descriptor, so an answer cannot reach another client. Sending is
// harmless when the client has gone or the server has stopped. Dropped unsent, it answers 500.
class Responder {
 public:
  Responder() = default;
  explicit Responder(std::shared_ptr<ResponseSink> sink) : sink_(std::move(sink)) {}
  // Calls `deliver` in the sending thread.
  static Responder to(std::function<void(Response)> deliver);

  Responder(Responder&&) = default;
  Responder& operator=(Responder&& other) noexcept;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder() { abandon(); }

  // False if this exchange has been answered already. Safe to race with itself.
  bool send(Response response) const;

 private:
  void abandon();
  std::shared_ptr<ResponseSink> sink_;
};

struct HandlerContext {
  Cancellation cancel;
};

// Runs on a worker thread; may return before it answers. An exception becomes a 500.
using Handler = std::function<void(Request, HandlerContext, Responder)>;

}  // namespace headwater::api::http
