// Ingest: from a request's body to a durable, visible and receipted change.
//
// Pipeline is the one way to change Headwater. Bodies are parsed and compressed on the caller's
// thread; one writer thread takes what is queued, appends it to the log, applies it and commits, a
// batch in one transaction with one fsync, publishes the graph, and only then answers each caller.
//
// Thread-safety: all methods of Pipeline from any thread. Callbacks run on the writer thread (or on
// the caller's, for what is refused at once): they must not block.
// Errors: kInvalidJson, kLimitExceeded; kOverloaded when the queue is full (retry after a second);
// kShuttingDown; kStorageUnavailable when the disk refuses: nothing of the call was stored and the
// same call may be made again. An answer of success is durable and visible to every later read.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "graph/graph.h"
#include "ingest/parse.h"
#include "model/decision.h"
#include "model/event.h"
#include "storage/storage.h"
#include "storage/view.h"

namespace headwater::ingest {

enum class ReceiptStatus { kStored, kMerged, kDuplicate, kQuarantined };
std::string_view to_string(ReceiptStatus status);

// What became of one event.
struct Receipt {
  model::Seq seq;  // of a duplicate: the record it repeats
  ReceiptStatus status = ReceiptStatus::kStored;
  model::EventKind kind = model::EventKind::kRun;
  std::vector<std::string> facets_used, facets_kept;  // "job.sql", "run.myFacet" ...
  std::vector<model::Warning> warnings;
  std::uint32_t nodes_added = 0, edges_added = 0, edges_retired = 0;
  std::string reason, pointer;  // quarantined only: why, and where
};

struct BodyReceipt {
  bool was_array = false;
  std::vector<Receipt> events;  // in the order of the body
};

// A decision of a person or a tool, as opposed to something observed. Its moment is fixed before it
// is logged, so that a replay repeats it.
struct Decision {
  enum class Kind {
    kDeleteDataset,
    kDeleteJob,
    kDeleteNamespace,
    kPutNamespace,
    kPeople,
    kPlanner,
    kStats
  };
  Kind kind = Kind::kDeleteDataset;
  std::string name_space, name;
  std::string owner, description;  // kPutNamespace
  model::PeopleDecision people;    // kPeople, and then all that counts
  std::string planner;             // kPlanner, likewise: a JSON object, see planner/planner.h
  std::string stats;               // kStats, likewise: see stats/stats.h
  // 0: the moment of the call; of what people decide later than every such decision before it, so
  // that of two the later one counts even if the clock was set back.
  base::Micros at = 0;
};

// Makes a view of a store beside the catalog, loaded with what the store holds.
using ViewFactory = std::function<base::Result<std::unique_ptr<storage::View>>(storage::Store&)>;

struct PipelineOptions {
  ParseLimits limits;
  std::size_t queue_bytes = 256u << 20;  // of bodies waiting; beyond: kOverloaded
  std::size_t batch_events = 1024;       // of one transaction, unless one call brings more
  int misses_to_retire = 3;
  std::size_t refold_window = 64;  // see Timeline::Options
  std::size_t save_every = 256;    // observations of an owner between two saves of its fold (tip.h)
  std::size_t snapshot_every = 500'000;  // records between two graph snapshots
  std::vector<ViewFactory> views = {};   // beside the catalog, which comes first
};

struct PipelineStats {
  std::uint64_t events = 0, stored = 0, merged = 0, duplicates = 0, quarantined = 0;
  std::uint64_t batches = 0, failed_batches = 0, refused = 0;
  std::uint64_t queue_length = 0, commit_micros_total = 0, apply_micros_total = 0;
  bool storage_ok = true;  // the last transaction went through
};

class Pipeline {
 public:
  template <class T>
  using Done = std::function<void(base::Result<T>)>;

  // Starts the writer thread. `graph` was made by load_graph from the same store; both outlive the
  // pipeline.
  static base::Result<std::unique_ptr<Pipeline>> start(storage::Store& store, graph::Graph& graph,
                                                       const base::Clock& clock,
                                                       const PipelineOptions& options);
  ~Pipeline();  // stop()

  // One event (an object) or many (an array); an event is OpenLineage or a report of use. Every
  // event gets a receipt; a rejected one is quarantined and does not fail the others.
  // `usage_only`: anything but reports of use is kInvalidEvent, and nothing of the call is stored.
  void submit(std::string body, Done<BodyReceipt> done, bool usage_only = false);
  // The same, blocking while the queue is full. For imports.
  void submit_waiting(std::string body, Done<BodyReceipt> done);
  // Of what people decide: kNotFound if the node is not there, kInvalidArgument, kLimitExceeded,
  // kConflict (a join of what is one already); then nothing is logged.
  void decide(Decision decision, Done<Receipt> done);
  // Parses a quarantined event again; kNotFound if there is none, kConflict if it was replayed
  // before, kInvalidEvent with the reason if it still fails.
  void replay_quarantined(model::Seq seq, Done<Receipt> done);

  // Waits until everything submitted so far is answered.
  void drain();
  // Refuses new work, answers what is queued, saves a graph snapshot. Idempotent.
  void stop();

  PipelineStats stats() const;

 private:
  struct Impl;
  explicit Pipeline(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The graph of `store`: its snapshot and what the tables hold beyond it, or the tables alone when
// the snapshot is missing, damaged, of another version or of another store. Then a graph of at
// least `worth_saving` nodes and edges is packed, and saved for the next start.
base::Result<std::unique_ptr<graph::Graph>> load_graph(storage::Store& store,
                                                       std::size_t worth_saving = SIZE_MAX);

// A digest over everything that is derived from the log, one a view: equal digests, equal views.
// `exact` covers ids and recorded time (what a replay must repeat); otherwise only names, what is
// known now and valid time count, which do not depend on the order of arrival.
struct ViewDigest {
  std::string view;
  base::Hash128 hash;
  std::uint64_t rows = 0;
  bool operator==(const ViewDigest&) const = default;
};
base::Result<std::vector<ViewDigest>> digests(storage::Store& store, bool exact);

// Rebuilds every view in a new, empty directory from the log of `source` alone.
// progress(share of the log, 0 to 1) may be empty.
base::Result<void> rebuild(storage::Store& source, const std::string& directory,
                           const PipelineOptions& options,
                           const std::function<void(double)>& progress);

// Log, rows and graph against each other: the store's own check, the graph against the rows, and
// the rows against a rebuild from the log in a scratch directory beside the data. Empty: clean.
base::Result<std::vector<storage::CheckFinding>> check(storage::Store& store,
                                                       const PipelineOptions& options,
                                                       const std::function<void(double)>& progress);

}  // namespace headwater::ingest
