// LogWriter: the one thread that appends to the log, applies and commits. Private to ingest.
//
// Life of a batch: begin - for each event: duplicate? else append to the log and let every view
// prepare - commit - publish every view - answer every call. An error before the commit rolls all
// of it back and leaves memory as it was. A record that no view can apply (a defect, not the disk)
// is quarantined, and the batch is made again without it.
//
// Thread-safety: open, process, idle and close on one thread; stats from any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "ingest/catalog.h"
#include "ingest/ingest.h"
#include "storage/view.h"

namespace headwater::ingest {

struct CallEvent {
  storage::Packed packed;
  base::Hash128 hash;
  std::unique_ptr<model::Event> event;  // null if rejected
  std::optional<Rejection> rejection;
};

// One call of a client: events, or a decision, or a replay, or nothing (a barrier).
struct Call {
  base::Micros received_at = 0;
  bool was_array = false;
  std::vector<CallEvent> events;
  std::optional<Decision> decision;
  std::optional<model::Seq> replay;
  std::function<void(base::Result<BodyReceipt>)> done;
};

class LogWriter {
 public:
  LogWriter(storage::Store& store, graph::Graph& graph, const PipelineOptions& options);
  ~LogWriter();
  base::Result<void> open();
  void process(std::vector<std::unique_ptr<Call>> calls);
  void idle();
  void close();  // saves a graph snapshot
  // Calls that were answered, to be destroyed by whoever has time: for one of thousands of events
  // that takes as long as storing some hundreds. From any thread.
  std::vector<std::unique_ptr<Call>> take_spent();
  PipelineStats stats() const;

 private:
  using Calls = std::vector<std::unique_ptr<Call>>;
  struct Batch {
    std::vector<base::Result<BodyReceipt>> answers;
    std::unordered_map<base::Hash128, Receipt, base::Hash128Hasher> seen;  // in this batch
    CallEvent* current = nullptr;  // the event being applied
  };

  void commit_calls(Calls calls);
  base::Result<void> try_batch(Calls& calls, Batch& batch);
  base::Result<BodyReceipt> apply_call(Call& call, Batch& batch);
  base::Result<Receipt> apply_event(Call& call, CallEvent& event, storage::RecordKind kind,
                                    Batch& batch);
  base::Result<Receipt> append(const storage::ViewRecord& record, const storage::Packed& packed);
  base::Result<std::optional<Receipt>> duplicate(const CallEvent& event, Batch& batch);
  base::Result<Receipt> apply_decision(Call& call);
  void fix_moment(Decision& decision, base::Micros received_at);
  base::Result<Receipt> apply_replay(Call& call, Batch& batch);
  base::Result<void> quarantine(Receipt& receipt, const Rejection& rejection);
  void discard();
  void train_dictionary();
  void answer(Calls& calls, Batch& batch);
  static void add_findings(Receipt& receipt, model::Event& event);
  void count(const Receipt& receipt);
  void save_snapshot_if_due(bool wait);

  storage::Store& store_;
  graph::Graph& graph_;
  const PipelineOptions options_;
  std::unique_ptr<Catalog> catalog_;
  std::vector<std::unique_ptr<storage::View>> others_;
  std::vector<storage::View*> views_;
  model::Seq last_seq_;  // committed
  model::Seq next_seq_;  // of the batch under way
  // Received times do not decrease along the log, whatever the clock does: known_at by time of day
  // finds its record by bisection.
  base::Micros last_received_ = INT64_MIN;
  model::Seq snapshot_seq_;            // of the newest snapshot on disk
  base::Micros last_decision_at_ = 0;  // of people, committed
  base::Micros next_decision_at_ = 0;  // of the batch under way
  std::thread snapshot_thread_;
  std::atomic<bool> snapshot_running_{false};

  base::Guarded<Calls> spent_;

  struct Counters {
    std::atomic<std::uint64_t> events{0}, stored{0}, merged{0}, duplicates{0}, quarantined{0},
        batches{0}, failed_batches{0}, commit_micros{0}, apply_micros{0};
    std::atomic<bool> storage_ok{true};
  } counters_;
};

}  // namespace headwater::ingest
