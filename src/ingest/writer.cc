#include "ingest/writer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"

namespace headwater::ingest {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::Seq;
using storage::RecordKind;

namespace {

bool disk_refuses(const base::Error& error) {
  return error.code == ErrorCode::kStorageUnavailable || error.code == ErrorCode::kStorageCorrupt;
}

std::uint64_t micros_since(std::chrono::steady_clock::time_point start) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                        std::chrono::steady_clock::now() - start)
                                        .count());
}

}  // namespace

LogWriter::LogWriter(storage::Store& store, graph::Graph& graph, const PipelineOptions& options)
    : store_(store), graph_(graph), options_(options) {}

LogWriter::~LogWriter() {
  if (snapshot_thread_.joinable()) snapshot_thread_.join();
}

Result<void> LogWriter::open() {
  catalog_ = std::make_unique<Catalog>(store_, graph_, options_);
  views_ = {catalog_.get()};
  HW_CHECK_OK(catalog_->load(store_.writer()));
  for (const ViewFactory& make : options_.views) {
    HW_TRY(others_.emplace_back(), make(store_));
    views_.push_back(others_.back().get());
  }
  HW_TRY(const auto high, store_.writer().high_ids());
  last_seq_ = high.seq;
  if (last_seq_) {
    HW_TRY(const auto last, store_.writer().reader().log_record(last_seq_));
    if (last) last_received_ = last->received_at;
  }
  HW_TRY(last_decision_at_, store_.writer().reader().last_decision_time());
  snapshot_seq_ = last_seq_;
  return {};
}

void LogWriter::process(Calls calls) {
  Calls batch;
  std::size_t events = 0;
  for (auto& call : calls) {
    const std::size_t n = call->events.size();
    if (!batch.empty() && events + n > options_.batch_events) {
      commit_calls(std::move(batch));
      batch = Calls();
      events = 0;
    }
    events += n;
    batch.push_back(std::move(call));
  }
  if (!batch.empty()) commit_calls(std::move(batch));
  train_dictionary();
  save_snapshot_if_due(false);
}

void LogWriter::commit_calls(Calls calls) {
  while (true) {
    Batch batch;
    const Result<void> done = try_batch(calls, batch);
    if (done) {
      counters_.storage_ok = true;
      answer(calls, batch);
      return;
    }
    discard();
    ++counters_.failed_batches;
    const base::Error& error = done.error();
    HW_LOG_ERROR("writer.batch_failed", "code={} message=\"{}\" detail=\"{}\"",
                 base::error_info(error.code).name, error.message, error.detail);
    if (!disk_refuses(error) && batch.current != nullptr && batch.current->event) {
      // Not the disk: this one event cannot be applied. It is kept in quarantine, the rest goes on.
      batch.current->rejection = Rejection{"Headwater could not apply this event: " + error.message,
                                           "", batch.current->event->producer, batch.current->hash};
      batch.current->event.reset();
      continue;
    }
    if (!disk_refuses(error) && calls.size() > 1) {  // find the call whose fault it is
      for (auto& call : calls) {
        Calls alone;
        alone.push_back(std::move(call));
        commit_calls(std::move(alone));
      }
      return;
    }
    counters_.storage_ok = !disk_refuses(error);
    for (auto& call : calls) call->done(error);
    return;
  }
}

Result<void> LogWriter::try_batch(Calls& calls, Batch& batch) {
  const auto start = std::chrono::steady_clock::now();
  next_seq_ = last_seq_;
  next_decision_at_ = last_decision_at_;
  HW_CHECK_OK(store_.writer().begin());
  for (auto& call : calls) {
    call->received_at = last_received_ = std::max(last_received_, call->received_at);
    auto receipt = apply_call(*call, batch);
    // What only this call got wrong is its own answer; everything else fails the batch.
    if (!receipt && (disk_refuses(receipt.error()) || batch.current != nullptr ||
                     receipt.error().code == ErrorCode::kInternal)) {
      return std::move(receipt).error();
    }
    batch.answers.push_back(std::move(receipt));
  }
  counters_.apply_micros += micros_since(start);
  const auto commit_start = std::chrono::steady_clock::now();
  HW_CHECK_OK(store_.writer().commit());
  counters_.commit_micros += micros_since(commit_start);
  ++counters_.batches;
  const bool changed = next_seq_ != last_seq_;
  last_seq_ = next_seq_;
  last_decision_at_ = next_decision_at_;
  if (changed) {
    // The graph last: who waits for a record to be visible there finds it in the others.
    for (auto view = views_.rbegin(); view != views_.rend(); ++view) (*view)->publish();
  }
  return {};
}

void LogWriter::discard() {
  store_.writer().rollback();
  for (storage::View* view : views_) view->discard();
}

Result<BodyReceipt> LogWriter::apply_call(Call& call, Batch& batch) {
  BodyReceipt out;
  out.was_array = call.was_array;
  if (call.decision) {
    HW_TRY(Receipt receipt, apply_decision(call));
    out.events.push_back(std::move(receipt));
  } else if (call.replay) {
    HW_TRY(Receipt receipt, apply_replay(call, batch));
    out.events.push_back(std::move(receipt));
  }
  for (CallEvent& event : call.events) {
    batch.current = &event;
    HW_TRY(Receipt receipt, apply_event(call, event, RecordKind::kEvent, batch));
    out.events.push_back(std::move(receipt));
    batch.current = nullptr;
  }
  return out;
}

Result<std::optional<Receipt>> LogWriter::duplicate(const CallEvent& event, Batch& batch) {
  if (const auto at = batch.seen.find(event.hash); at != batch.seen.end()) {
    Receipt receipt = at->second;
    if (receipt.status != ReceiptStatus::kQuarantined) receipt.status = ReceiptStatus::kDuplicate;
    return std::optional<Receipt>(std::move(receipt));
  }
  HW_TRY(const auto seq, store_.writer().reader().find_event(event.hash));
  if (!seq) return std::optional<Receipt>();
  Receipt receipt;
  receipt.seq = *seq;
  receipt.status = ReceiptStatus::kDuplicate;
  if (event.event) receipt.kind = event.event->kind;
  HW_TRY(const auto row, store_.writer().reader().quarantine_row(*seq));
  if (row && !row->replayed_as) {
    receipt.status = ReceiptStatus::kQuarantined;
    receipt.reason = row->reason;
    receipt.pointer = row->pointer;
  }
  return std::optional<Receipt>(std::move(receipt));
}

Result<Receipt> LogWriter::append(const storage::ViewRecord& record,
                                  const storage::Packed& packed) {
  HW_CHECK_OK(store_.writer().append_log(record.seq, record.kind, record.received_at,
                                         record.event_time, record.hash, packed));
  storage::Effects effects;
  for (storage::View* view : views_) {
    HW_CHECK_OK(view->prepare(record, store_.writer(), effects));
  }
  Receipt receipt;
  receipt.seq = record.seq;
  receipt.status = effects.merged ? ReceiptStatus::kMerged : ReceiptStatus::kStored;
  receipt.nodes_added = effects.nodes_added;
  receipt.edges_added = effects.edges_added;
  receipt.edges_retired = effects.edges_retired;
  return receipt;
}

Result<void> LogWriter::quarantine(Receipt& receipt, const Rejection& rejection) {
  receipt.status = ReceiptStatus::kQuarantined;
  receipt.reason = rejection.reason;
  receipt.pointer = rejection.pointer;
  return store_.writer().insert_quarantine(
      {receipt.seq, rejection.reason, rejection.pointer, rejection.producer, Seq{}});
}

Result<Receipt> LogWriter::apply_event(Call& call, CallEvent& event, RecordKind kind,
                                       Batch& batch) {
  if (kind == RecordKind::kEvent) {
    HW_TRY(auto repeated, duplicate(event, batch));
    if (repeated) return std::move(*repeated);
  }
  storage::ViewRecord record;
  record.seq = Seq{next_seq_.value + 1};
  record.kind = !event.event         ? RecordKind::kQuarantined
                : event.event->usage ? RecordKind::kUsage
                                     : kind;
  record.received_at = call.received_at;
  record.event_time = event.event ? event.event->time : call.received_at;
  record.hash = event.hash;
  record.event = event.event.get();
  HW_TRY(Receipt receipt, append(record, event.packed));
  next_seq_ = record.seq;
  if (event.event) {
    receipt.kind = event.event->kind;
  } else {
    HW_CHECK_OK(quarantine(receipt, *event.rejection));
  }
  batch.seen.emplace(event.hash, receipt);
  return receipt;
}

void LogWriter::fix_moment(Decision& decision, base::Micros received_at) {
  const bool people = decision.kind == Decision::Kind::kPeople;
  if (decision.at == 0) {
    decision.at = people ? std::max(received_at, next_decision_at_ + 1) : received_at;
  }
  if (people) next_decision_at_ = std::max(next_decision_at_, decision.at);
}

Result<Receipt> LogWriter::apply_decision(Call& call) {
  if (call.decision->kind == Decision::Kind::kPeople) {
    HW_CHECK_OK(catalog_->admit_people(call.decision->people, store_.writer()));
  }
  fix_moment(*call.decision, call.received_at);
  const std::string body = encode_decision(*call.decision);
  storage::ViewRecord record;
  record.seq = Seq{next_seq_.value + 1};
  record.kind = RecordKind::kDecision;
  record.received_at = call.received_at;
  record.event_time = call.decision->at;
  record.hash = base::hash128(body);
  record.body = body;
  for (storage::View* view : views_) HW_CHECK_OK(view->admit(record, store_.writer()));
  auto receipt = append(record, store_.pack(body));
  if (!receipt && !disk_refuses(receipt.error())) {  // half of it is there: the batch must go
    return make_error(ErrorCode::kInternal, "A decision was admitted and could not be applied.",
                      receipt.error().message);
  }
  if (receipt) next_seq_ = record.seq;
  return receipt;
}

Result<Receipt> LogWriter::apply_replay(Call& call, Batch& batch) {
  HW_TRY(const auto row, store_.writer().reader().quarantine_row(*call.replay));
  if (!row) {
    return make_error(ErrorCode::kNotFound, "There is no quarantined event with seq " +
                                                std::to_string(call.replay->value) +
                                                ". GET /api/v1/quarantine lists them.");
  }
  if (row->replayed_as) {
    return make_error(ErrorCode::kConflict, "The event was replayed before, as seq " +
                                                std::to_string(row->replayed_as.value) + ".");
  }
  HW_TRY(const auto logged, store_.writer().reader().log_record(*call.replay));
  if (!logged) return make_error(ErrorCode::kStorageCorrupt, "The log lacks a quarantined event.");
  ParsedEvent parsed = parse_event(logged->body, options_.limits);
  if (auto* rejection = std::get_if<Rejection>(&parsed)) {
    return make_error(
        ErrorCode::kInvalidEvent,
        rejection->pointer + (rejection->pointer.empty() ? "" : " ") + rejection->reason);
  }
  CallEvent event;
  event.packed = store_.pack(logged->body);
  event.hash = logged->hash;
  event.event = std::make_unique<model::Event>(std::move(std::get<model::Event>(parsed)));
  HW_TRY(Receipt receipt, apply_event(call, event, RecordKind::kReplayed, batch));
  add_findings(receipt, *event.event);
  HW_CHECK_OK(store_.writer().mark_replayed(*call.replay, receipt.seq));
  return receipt;
}

void LogWriter::count(const Receipt& receipt) {
  ++counters_.events;
  switch (receipt.status) {
    case ReceiptStatus::kStored: ++counters_.stored; return;
    case ReceiptStatus::kMerged: ++counters_.merged; return;
    case ReceiptStatus::kDuplicate: ++counters_.duplicates; return;
    case ReceiptStatus::kQuarantined: ++counters_.quarantined; return;
  }
}

// What parsing found, once the batch stands: one that fails is made again from its events.
void LogWriter::add_findings(Receipt& receipt, model::Event& event) {
  receipt.facets_used = std::move(event.facets_used);
  receipt.facets_kept = std::move(event.facets_kept);
  receipt.warnings = std::move(event.warnings);
}

void LogWriter::answer(Calls& calls, Batch& batch) {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (batch.answers[i]) {
      for (std::size_t j = 0; j < calls[i]->events.size(); ++j) {
        Receipt& receipt = batch.answers[i]->events[j];
        const bool taken =
            receipt.status == ReceiptStatus::kStored || receipt.status == ReceiptStatus::kMerged;
        if (taken) add_findings(receipt, *calls[i]->events[j].event);
      }
      for (const Receipt& receipt : batch.answers[i]->events) count(receipt);
    }
    calls[i]->done(std::move(batch.answers[i]));
    calls[i]->done = nullptr;  // it may keep a connection
  }
  spent_.with([&](Calls& spent) {
    for (auto& call : calls) spent.push_back(std::move(call));
  });
}

LogWriter::Calls LogWriter::take_spent() {
  return spent_.with([](Calls& spent) { return std::exchange(spent, {}); });
}

void LogWriter::idle() {
  take_spent();
  train_dictionary();
}

void LogWriter::train_dictionary() {
  if (auto trained = store_.writer().maybe_train_dictionary(); !trained) {
    HW_LOG_WARN("storage.dictionary", "message=\"{}\"", trained.error().message);
  }
}

void LogWriter::save_snapshot_if_due(bool wait) {
  if (!wait && last_seq_.value - snapshot_seq_.value < options_.snapshot_every) return;
  if (last_seq_ == snapshot_seq_ || snapshot_running_) {
    if (!wait) return;
  }
  if (snapshot_thread_.joinable()) snapshot_thread_.join();
  if (last_seq_ == snapshot_seq_) return;
  snapshot_seq_ = last_seq_;
  snapshot_running_ = true;
  std::vector<std::function<void()>> keepsakes;
  for (const auto& view : others_) keepsakes.push_back(view->keepsake());
  snapshot_thread_ = std::thread([this, keepsakes = std::move(keepsakes)] {
    if (auto saved = graph_.save(store_.snapshot_path()); !saved) {
      HW_LOG_WARN("graph.snapshot_failed", "message=\"{}\" detail=\"{}\"", saved.error().message,
                  saved.error().detail);
    }
    for (const auto& keep : keepsakes) {
      if (keep) keep();
    }
    snapshot_running_ = false;
  });
  if (wait) snapshot_thread_.join();
}

void LogWriter::close() {
  save_snapshot_if_due(true);
  if (snapshot_thread_.joinable()) snapshot_thread_.join();
}

PipelineStats LogWriter::stats() const {
  PipelineStats out;
  out.events = counters_.events;
  out.stored = counters_.stored;
  out.merged = counters_.merged;
  out.duplicates = counters_.duplicates;
  out.quarantined = counters_.quarantined;
  out.batches = counters_.batches;
  out.failed_batches = counters_.failed_batches;
  out.commit_micros_total = counters_.commit_micros;
  out.apply_micros_total = counters_.apply_micros;
  out.storage_ok = counters_.storage_ok;
  return out;
}

}  // namespace headwater::ingest
