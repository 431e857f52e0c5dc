#include "api/http/message.h"

#include "api/http/problem.h"
#include "base/error.h"

namespace headwater::api::http {
namespace {

class CallbackSink final : public ResponseSink {
 public:
  explicit CallbackSink(std::function<void(Response)> deliver) : deliver_(std::move(deliver)) {}

 protected:
  void deliver(Response response) override { deliver_(std::move(response)); }

 private:
  std::function<void(Response)> deliver_;
};

}  // namespace

std::string_view method_name(Method method) {
  switch (method) {
    case Method::kGet: return "GET";
    case Method::kHead: return "HEAD";
    case Method::kPost: return "POST";
    case Method::kPut: return "PUT";
    case Method::kPatch: return "PATCH";
    case Method::kDelete: return "DELETE";
    case Method::kOptions: return "OPTIONS";
  }
  return "";
}

const std::string* Request::query_value(std::string_view key) const {
  for (const auto& [name, value] : query) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string_view Request::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

bool ResponseSink::send(Response response) {
  if (sent_.exchange(true, std::memory_order_acq_rel)) return false;
  deliver(std::move(response));
  return true;
}

Responder Responder::to(std::function<void(Response)> deliver) {
  return Responder(std::make_shared<CallbackSink>(std::move(deliver)));
}

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    abandon();
    sink_ = std::move(other.sink_);
  }
  return *this;
}

bool Responder::send(Response response) const { return sink_ && sink_->send(std::move(response)); }

void Responder::abandon() {
  if (!sink_ || sink_->sent()) return;
  sink_->send(problem_response(
      base::make_error(base::ErrorCode::kInternal, "The request ended without an answer.")));
}

}  // namespace headwater::api::http
