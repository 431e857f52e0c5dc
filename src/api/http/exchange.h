// Exchange: one request between its connection and whoever answers it. Private to api/http.
//
// Holds the connection weakly: when the client has gone, an answer finds nothing. Thread-safety:
// any thread; the connection is only touched on its loop.
#pragma once

#include <memory>

#include "api/http/core.h"
#include "api/http/message.h"
#include "api/http/wire.h"

namespace headwater::api::http {

class Connection;

class Exchange final : public ResponseSink, public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<Core> core, Loop& loop, std::weak_ptr<Connection> connection,
           std::uint64_t serial, Preferences preferences);

  Cancellation cancellation() const { return cancel_.token(); }
  void cancel() { cancel_.cancel(); }

  // Runs the handler in this thread, after undoing the body's coding.
  void run(Request request, Coding coding);
  // Pulls the next block of `stream` on a worker and hands it to the connection.
  void pull(std::shared_ptr<BodyStream> stream);

 protected:
  void deliver(Response response) override;

 private:
  void hand_over(Outgoing outgoing);
  void hand_over_block(base::Result<bool> more, std::string block);
  base::Result<void> decode(Request& request, Coding coding) const;

  const std::shared_ptr<Core> core_;
  Loop& loop_;  // owned by core_
  const std::weak_ptr<Connection> connection_;
  const std::uint64_t serial_;  // of the request on its connection
  const Preferences preferences_;
  CancellationSource cancel_;
};

}  // namespace headwater::api::http
