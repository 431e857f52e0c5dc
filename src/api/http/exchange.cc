#include "api/http/exchange.h"

#include <exception>
#include <string>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include "api/http/connection.h"
#include "api/http/problem.h"
#include "base/log.h"

namespace headwater::api::http {

Exchange::Exchange(std::shared_ptr<Core> core, Loop& loop, std::weak_ptr<Connection> connection,
                   std::uint64_t serial, Preferences preferences)
    : core_(std::move(core)),
      loop_(loop),
      connection_(std::move(connection)),
      serial_(serial),
      preferences_(preferences) {}

base::Result<void> Exchange::decode(Request& request, Coding coding) const {
  if (!needs_decoding(request.body, coding)) return {};
  BodyLease lease(core_->budget);
  HW_TRY(std::string decoded, decode_body(std::move(request.body), coding,
                                          core_->options.limits.decompressed_body_bytes, lease));
  request.body = std::move(decoded);
  request.body_lease = std::make_shared<const BodyLease>(std::move(lease));
  return {};
}

void Exchange::run(Request request, Coding coding) {
  if (connection_.expired()) return;
  Responder responder(shared_from_this());
  if (auto decoded = decode(request, coding); !decoded) {
    if (decoded.error().code == base::ErrorCode::kOverloaded) count(core_->counters.overloaded);
    responder.send(problem_response(decoded.error()));
    return;
  }
  try {
    core_->handler(std::move(request), HandlerContext{cancellation()}, std::move(responder));
  } catch (const std::exception& e) {
    HW_LOG_ERROR("http.handler_exception", "what=\"{}\"", e.what());
  } catch (...) {
    HW_LOG_ERROR("http.handler_exception", "what=unknown");
  }
}

void Exchange::deliver(Response response) {
  if (connection_.expired()) return;
  if (!needs_preparing(response, preferences_)) {
    Outgoing outgoing;
    outgoing.response = std::move(response);
    hand_over(std::move(outgoing));
  } else if (WorkerPool::on_worker()) {
    hand_over(prepare(std::move(response), preferences_));
  } else {
    auto held = std::make_shared<Response>(std::move(response));
    core_->pool.submit_continuation([self = shared_from_this(), held] {
      self->hand_over(prepare(std::move(*held), self->preferences_));
    });
  }
}

void Exchange::hand_over(Outgoing outgoing) {
  // Nothing here may hold the Core: when the loop has ended, the job stays in it for good.
  boost::asio::dispatch(loop_.context(), [connection = connection_, serial = serial_,
                                          out = std::move(outgoing)]() mutable {
    if (auto alive = connection.lock()) alive->on_answer(serial, std::move(out));
  });
}

void Exchange::pull(std::shared_ptr<BodyStream> stream) {
  core_->pool.submit_continuation([self = shared_from_this(), stream = std::move(stream)] {
    if (self->connection_.expired()) return;
    std::string block;
    auto more = stream->next(block);
    self->hand_over_block(std::move(more), std::move(block));
  });
}

void Exchange::hand_over_block(base::Result<bool> more, std::string block) {
  boost::asio::post(loop_.context(), [connection = connection_, serial = serial_,
                                      more = std::move(more), block = std::move(block)]() mutable {
    if (auto alive = connection.lock()) {
      alive->on_block(serial, std::move(more), std::move(block));
    }
  });
}

}  // namespace headwater::api::http
