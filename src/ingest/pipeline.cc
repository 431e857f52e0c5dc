#include <chrono>
#include <thread>
#include <utility>

#include "base/bounded_queue.h"
#include "base/log.h"
#include "ingest/ingest.h"
#include "ingest/writer.h"

namespace headwater::ingest {

using base::Error;
using base::ErrorCode;
using base::make_error;
using base::PushResult;
using base::Result;

std::string_view to_string(ReceiptStatus status) {
  switch (status) {
    case ReceiptStatus::kStored: return "stored";
    case ReceiptStatus::kMerged: return "merged";
    case ReceiptStatus::kDuplicate: return "duplicate";
    case ReceiptStatus::kQuarantined: return "quarantined";
  }
  return "unknown";
}

namespace {

constexpr std::size_t kCallOverheadBytes = 512;  // weight of a call beside its body
constexpr auto kIdleWait = std::chrono::milliseconds(500);
constexpr auto kFullWait = std::chrono::milliseconds(2);

Error not_usage(const Body& body, std::size_t at) {
  const std::string which = body.is_array ? "/" + std::to_string(at) + " " : "";
  return make_error(ErrorCode::kInvalidEvent,
                    which +
                        "A report of use is an object with `consumer`, `dataset` and `at` or "
                        "`interval`; OpenLineage events go to POST /api/v1/lineage. Nothing of "
                        "this call was stored.");
}

}  // namespace

struct Pipeline::Impl {
  Impl(storage::Store& s, graph::Graph& g, const base::Clock& c, const PipelineOptions& o)
      : store(s), clock(c), options(o), queue(o.queue_bytes), writer(s, g, o) {}

  storage::Store& store;
  const base::Clock& clock;
  const PipelineOptions options;
  base::BoundedQueue<std::unique_ptr<Call>> queue;
  LogWriter writer;
  std::thread thread;
  std::atomic<std::uint64_t> refused{0};
  std::atomic<bool> stopped{false};

  void run();
  Result<std::unique_ptr<Call>> prepare(std::string body, Done<BodyReceipt>& done,
                                        bool usage_only = false);
  void push(std::unique_ptr<Call> call, std::size_t weight, bool wait);
};

void Pipeline::Impl::run() {
  while (true) {
    auto calls = queue.take(options.batch_events, std::chrono::steady_clock::now() + kIdleWait);
    if (calls.empty()) {
      if (queue.closed_and_empty()) return;
      writer.idle();
      continue;
    }
    writer.process(std::move(calls));
  }
}

Result<std::unique_ptr<Call>> Pipeline::Impl::prepare(std::string body, Done<BodyReceipt>& done,
                                                      bool usage_only) {
  writer.take_spent();
  HW_CHECK_OK(check_json(body, options.limits));
  HW_TRY(const Body split, split_body(body, options.limits));
  auto call = std::make_unique<Call>();
  call->received_at = clock.now();
  call->was_array = split.is_array;
  call->events.reserve(split.events.size());
  for (const std::string_view text : split.events) {
    if (usage_only && !is_usage(text)) return not_usage(split, call->events.size());
    ParsedEvent parsed = parse_event(text, options.limits);
    CallEvent event;
    event.packed = store.pack(text);
    if (auto* rejection = std::get_if<Rejection>(&parsed)) {
      event.rejection = std::move(*rejection);
      event.hash = event.rejection->hash;
    } else {
      event.event = std::make_unique<model::Event>(std::move(std::get<model::Event>(parsed)));
      event.hash = event.event->hash;
    }
    call->events.push_back(std::move(event));
  }
  call->done = std::move(done);
  return call;
}

void Pipeline::Impl::push(std::unique_ptr<Call> call, std::size_t weight, bool wait) {
  while (true) {
    const PushResult result = queue.push_from(call, weight + kCallOverheadBytes);
    if (result == PushResult::kOk) return;
    if (result == PushResult::kFull && wait) {
      std::this_thread::sleep_for(kFullWait);
      continue;
    }
    ++refused;
    call->done(
        result == PushResult::kFull
            ? make_error(ErrorCode::kOverloaded,
                         "The ingest queue is full (limit ingest.queue_bytes). Send again after "
                         "the time in Retry-After.")
            : make_error(ErrorCode::kShuttingDown,
                         "The server is shutting down. Send again after the time in "
                         "Retry-After."));
    return;
  }
}

Pipeline::Pipeline(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pipeline::~Pipeline() { stop(); }

Result<std::unique_ptr<Pipeline>> Pipeline::start(storage::Store& store, graph::Graph& graph,
                                                  const base::Clock& clock,
                                                  const PipelineOptions& options) {
  auto impl = std::make_unique<Impl>(store, graph, clock, options);
  HW_CHECK_OK(impl->writer.open());
  Impl* const raw = impl.get();
  impl->thread = std::thread([raw] { raw->run(); });
  return std::unique_ptr<Pipeline>(new Pipeline(std::move(impl)));
}

void Pipeline::submit(std::string body, Done<BodyReceipt> done, bool usage_only) {
  const std::size_t weight = body.size();
  auto call = impl_->prepare(std::move(body), done, usage_only);
  if (!call) return done(std::move(call).error());
  impl_->push(std::move(*call), weight, false);
}

void Pipeline::submit_waiting(std::string body, Done<BodyReceipt> done) {
  const std::size_t weight = body.size();
  auto call = impl_->prepare(std::move(body), done);
  if (!call) return done(std::move(call).error());
  impl_->push(std::move(*call), weight, true);
}

namespace {

// The one receipt of a call that has one.
Pipeline::Done<BodyReceipt> single(Pipeline::Done<Receipt> done) {
  return [done = std::move(done)](Result<BodyReceipt> result) {
    if (!result) return done(std::move(result).error());
    done(std::move(result->events.front()));
  };
}

}  // namespace

void Pipeline::decide(Decision decision, Done<Receipt> done) {
  auto call = std::make_unique<Call>();
  call->received_at = impl_->clock.now();
  call->decision = std::move(decision);
  call->done = single(std::move(done));
  impl_->push(std::move(call), 0, false);
}

void Pipeline::replay_quarantined(model::Seq seq, Done<Receipt> done) {
  auto call = std::make_unique<Call>();
  call->received_at = impl_->clock.now();
  call->replay = seq;
  call->done = single(std::move(done));
  impl_->push(std::move(call), 0, false);
}

void Pipeline::drain() {
  base::Mutex mutex;
  base::CondVar ready;
  bool answered = false;
  auto call = std::make_unique<Call>();
  call->done = [&](Result<BodyReceipt>) {
    base::MutexLock lock(mutex);
    answered = true;
    ready.notify_all();
  };
  impl_->push(std::move(call), 0, true);
  base::MutexLock lock(mutex);
  while (!answered) ready.wait(mutex);
}

void Pipeline::stop() {
  if (impl_->stopped.exchange(true)) return;
  impl_->queue.close();
  if (impl_->thread.joinable()) impl_->thread.join();
  impl_->writer.close();
}

PipelineStats Pipeline::stats() const {
  PipelineStats stats = impl_->writer.stats();
  stats.refused = impl_->refused;
  stats.queue_length = impl_->queue.size();
  return stats;
}

}  // namespace headwater::ingest
