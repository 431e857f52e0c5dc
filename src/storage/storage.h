// Store: the data directory. One SQLite database (WAL, synchronous=FULL) holds the log and every
// view that is kept on disk; one process may have it open for writing.
//
//   data directory/  headwater.db, headwater.db-wal, -shm, LOCK, graph.snapshot
//
// Thread-safety: Store's own methods from any thread. A Writer belongs to one thread; there is one.
// A Reader belongs to the thread that leased it until it is returned.
// Errors: kStorageUnavailable when the disk refuses (full, I/O error, read-only): nothing of the
// transaction remains and reads go on; kStorageCorrupt when what is read is not what was written;
// kDataDirLocked. No SQLite type or exception crosses this header.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/rows.h"

namespace headwater::storage {

using base::Result;
using model::Seq;

struct StoreOptions {
  std::string directory;
  bool create = true;      // make the directory and an empty store if there is none
  bool read_only = false;  // no lock taken, no writer; for check and export beside a server
  int max_readers = 32;
  std::int64_t cache_kib = 65536;  // of the writer; all readers together share as much again
  std::string vfs;  // name of a registered SQLite VFS, for fault tests; empty: the default
  std::size_t dictionary_samples = 2000;  // records after which the first dictionary is trained
  bool sync_full = true;  // false only for benchmarks' floors and rebuilds into a new directory
  const base::Clock* clock = nullptr;  // of created_at; null: the system's. Outlives the store.
};

// Bytes as stored, and how to read them. Compression is thread-safe and done before the writer
// sees a record.
struct Packed {
  std::int64_t dictionary = 0;  // -1: stored as it is, 0: compressed without one
  std::int64_t size = 0;        // of the original
  std::string body;
};

class Codec;

// Reads see the last committed state as of the first read after begin(); without begin(), each
// read sees the state of its own moment. A long view keeps the WAL from being reused: end it soon.
//
// Returned before the store is destroyed. A visitor of a scan may read through the same Reader, but
// not start the same scan again (kInternal). Limits are the caller's: a list has at most `limit`
// rows, and none is added.
class Reader {
 public:
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  // One consistent view for everything until end() or destruction.
  Result<void> begin();
  void end();

  Result<Seq> last_seq();
  // The last record that had been received by `at`: 0 if there was none. O(log n): received_at does
  // not decrease from record to record.
  Result<Seq> seq_received_by(Micros at);
  Result<std::optional<LogRecord>> log_record(Seq seq);
  // Records after `after`, in order, at most `limit`.
  Result<std::vector<LogRecord>> log_range(Seq after, std::size_t limit);
  // Events (kinds 1 and 4) by (event_time, seq), strictly after the position in the given
  // direction, within [from, to).
  struct EventQuery {
    Micros from = INT64_MIN, to = model::kOpenEnd;
    bool descending = true;
    std::optional<std::pair<Micros, Seq>> after = std::nullopt;
    std::size_t limit = 100;
  };
  Result<std::vector<LogRecord>> events(const EventQuery& query);
  Result<std::int64_t> count_events(Micros from, Micros to);
  // The newest event time not after `until` among the events up to `known`; nothing if there is
  // none. Bounded: 4,096 newest by time and 256 newest by number are looked at, so among very many
  // events that became known later the answer may be too early, never too late.
  Result<std::optional<Micros>> last_event_time(Micros until, Seq known);
  // The first event (kinds 1 and 4) with this hash; quarantined records are not found.
  Result<std::optional<Seq>> find_event(const base::Hash128& hash);

  Result<std::vector<QuarantineRow>> quarantined(Seq after, std::size_t limit);
  Result<std::optional<QuarantineRow>> quarantine_row(Seq seq);
  Result<std::int64_t> count_quarantined(bool include_replayed);

  // By name, after `after_name`; empty: from the first.
  Result<std::vector<NamespaceRow>> namespaces(std::string_view after_name, std::size_t limit);
  Result<std::optional<NamespaceRow>> find_namespace(std::string_view name);
  Result<std::optional<NamespaceRow>> namespace_row(model::NamespaceId id);

  // By name, strictly after `after_name`; name_space 0 means all, then by (namespace, parent,
  // name). Merged nodes and placeholders are among them.
  struct NodeQuery {
    model::NodeKind kind = model::NodeKind::kDataset;
    model::NamespaceId name_space;
    model::NodeId parent;  // for fields
    model::NamespaceId after_namespace;
    model::NodeId after_parent;  // only for the fields of all datasets
    std::string after_name;
    bool after_set = false;
    std::size_t limit = 100;
  };
  Result<std::vector<NodeRow>> nodes(const NodeQuery& query);
  Result<std::optional<NodeRow>> node(model::NodeId id);
  Result<std::optional<NodeRow>> find_node(model::NodeKind kind, model::NamespaceId name_space,
                                           model::NodeId parent, std::string_view name);
  // Without merged nodes; `placeholders` says whether placeholders count. name_space 0 means all.
  Result<std::int64_t> count_nodes(model::NodeKind kind, model::NamespaceId name_space,
                                   bool placeholders);

  // Streams for loading, in order of id; return false to stop.
  Result<void> scan_nodes(model::NodeId after, const std::function<bool(const NodeRow&)>& visit);
  Result<void> scan_edges(model::EdgeId after, const std::function<bool(const EdgeRow&)>& visit);
  Result<void> scan_attributes(const std::function<bool(const AttributeRow&)>& visit);
  Result<void> scan_observations(const std::function<bool(const ObservationRow&)>& visit);
  Result<void> scan_runs(const std::function<bool(const RunInfo&)>& visit);
  Result<void> scan_deletions(const std::function<bool(const DeletionRow&)>& visit);
  // What happened after `seq` to elements recorded before it: edges closed, nodes merged.
  Result<std::vector<EdgeRow>> edges_closed_after(Seq seq);
  Result<std::vector<NodeRow>> nodes_merged_after(Seq seq);
  // By recorded_to.
  Result<std::vector<NodePastRow>> node_pasts_after(Seq seq);

  Result<std::vector<EdgeRow>> edges_of_owner(model::NodeId owner, bool current_only);
  Result<std::optional<EdgeRow>> edge(model::EdgeId id);
  Result<std::vector<AttributeRow>> attributes_of_owner(model::NodeId owner, bool current_only);
  // Owners of attributes that began or ended within (from, to], in no order, some more than once;
  // a pass over the whole table. Return false to stop.
  Result<void> scan_attribute_owners(Micros from, Micros to,
                                     const std::function<bool(model::NodeId)>& visit);
  // What happened to attributes: rows with a larger id (ids grow with recorded_from), and rows that
  // ended after `seq`, each in that order.
  Result<std::vector<AttributeRow>> attributes_after(std::int64_t id);
  Result<std::vector<AttributeRow>> attributes_closed_after(Seq seq);
  Result<std::vector<ObservationRow>> observations_of_owner(model::NodeId owner);
  Result<std::vector<ObservationRow>> observations_at(model::NodeId owner, Micros time);
  // Those after a position, and the state that was put for one.
  Result<std::vector<ObservationRow>> observations_after(const TipRow& tip);
  Result<std::optional<TipRow>> tip(model::NodeId owner);
  // Without what people decided: when the owner was last heard of by those that run it.
  Result<std::optional<Micros>> last_observation_time(model::NodeId owner);
  // The same of what lies at or before `until` and was recorded up to `known_at`. O(1) for the
  // newest, else linear in what came later.
  Result<std::optional<Micros>> last_observation_time(model::NodeId owner, Micros until,
                                                      Seq known_at);
  // The code in the last one of a job, by time, that says something of code; 0: none does.
  Result<model::CodeId> last_observed_code(model::NodeId owner);
  Result<std::vector<ObservationRow>> observations_of_run(model::RunRow run);
  // In no order; one that observed several nodes stands as often.
  Result<std::vector<RunRecordRow>> records_of_run(model::RunRow run);
  Result<std::vector<DeletionRow>> deletions();

  // Decisions before `before`, newest first. Node, author and kind have an index each; of several
  // filters the first of these is looked up and the others are tried on each of its rows.
  struct DecisionQuery {
    Seq before = model::kNeverSeq;
    model::NodeId node;  // as either side of a decision about two
    std::string author;
    std::optional<model::DecisionKind> kind = std::nullopt;
    std::size_t limit = 100;
  };
  Result<std::vector<DecisionRow>> decisions(const DecisionQuery& query);
  Result<void> scan_decisions(const std::function<bool(const DecisionRow&)>& visit);
  Result<Micros> last_decision_time();  // 0 if there is none
  // Every definition of every tag, or of one, by (name, at, seq).
  Result<void> scan_tag_definitions(const std::function<bool(const TagDefinitionRow&)>& visit);
  // Fields of the dataset, by that name of it, that have attributes of their own; by id.
  Result<std::vector<model::NodeId>> fields_with_attributes(model::NodeId dataset);
  // The current attributes of those fields, or all versions; by id.
  Result<std::vector<AttributeRow>> attributes_of_fields(model::NodeId dataset, bool current_only);

  Result<std::optional<RunInfo>> run(model::RunRow id);
  Result<std::vector<RunInfo>> runs_by_run_id(std::string_view run_id);
  Result<std::optional<RunInfo>> find_run(std::string_view run_id, model::NodeId job);
  // Newest first by (first_time, id); `before` is the position of the last row seen.
  Result<std::vector<RunInfo>> runs_of_job(model::NodeId job,
                                           std::optional<std::pair<Micros, model::RunRow>> before,
                                           std::size_t limit);
  Result<std::int64_t> count_runs_of_job(model::NodeId job);
  // Those that are now known to have begun by `until` and were recorded up to `known_at`.
  Result<std::int64_t> count_runs_of_job(model::NodeId job, Micros until, Seq known_at);
  // Of runs that were found to have begun earlier after `seq`; by recorded_to, then run.
  Result<std::vector<RunPastRow>> run_pasts_of_job(model::NodeId job, Seq after);
  Result<void> scan_run_pasts(const std::function<bool(const RunPastRow&)>& visit);
  struct RunCounts {
    std::int64_t runs = 0, placeholders = 0;
  };
  Result<RunCounts> count_runs();

  Result<std::optional<std::string>> content(model::ContentId id);
  Result<std::optional<std::string>> bundle(model::BundleId id);
  Result<std::optional<std::string>> edge_set(model::EdgeSetId id);
  Result<std::optional<std::string>> attribute_name(model::AttributeNameId id);
  Result<std::optional<model::AttributeNameId>> find_attribute_name(std::string_view name);
  Result<std::optional<std::string>> producer(model::ProducerId id);
  Result<std::optional<std::string>> code_version(model::CodeId id);
  Result<std::vector<TransformationRow>> transformations();

  // ---- partitions ----
  Result<std::vector<PartitionedRow>> partitioned();      // by number
  Result<std::vector<PartitionKeyRow>> partition_keys();  // by (dataset, number)
  // Of one partition, by (end, seq); of those with indexes in [first, last], by (index, end, seq).
  Result<std::vector<MaterializationRow>> materializations(model::DatasetNo dataset,
                                                           std::uint32_t lane, std::int64_t index);
  Result<std::vector<MaterializationRow>> materializations(model::DatasetNo dataset,
                                                           std::uint32_t lane, std::int64_t first,
                                                           std::int64_t last);
  // Of one lane, by (index, end, seq), the last ones first.
  Result<std::vector<MaterializationRow>> newest_materializations(model::DatasetNo dataset,
                                                                  std::uint32_t lane,
                                                                  std::size_t limit);
  // The latest end of those with indexes in [first, last] of a lane; nothing if there is none.
  Result<std::optional<Micros>> latest_materialization(model::DatasetNo dataset, std::uint32_t lane,
                                                       std::int64_t first, std::int64_t last);
  // By (dataset, lane, index, end, seq).
  Result<void> scan_materializations(const std::function<bool(const MaterializationRow&)>& visit);
  Result<std::vector<RunPartitionRow>> run_partitions(model::RunRow run);
  // How many partitions it said it wrote, over all datasets.
  Result<std::int64_t> count_run_outputs(model::RunRow run);
  // What runs said they wrote that have not completed: running, failed, aborted. By (run, dataset,
  // lane, first).
  Result<std::vector<RunPartitionRow>> open_run_outputs();
  Result<void> scan_run_partitions(const std::function<bool(const RunPartitionRow&)>& visit);
  Result<std::optional<PlannerDocument>> planner_document(std::int32_t kind, std::int64_t a,
                                                          std::int64_t b);
  // Those with `a` in [first, last], by (a, b).
  Result<std::vector<PlannerDocument>> planner_documents(std::int32_t kind,
                                                         std::int64_t first = INT64_MIN,
                                                         std::int64_t last = INT64_MAX);

  // ---- use and cost ----
  Result<std::optional<std::int64_t>> find_stats_label(std::string_view text);
  Result<std::optional<std::string>> stats_label(std::int64_t id);
  Result<std::int64_t> high_stats_label();
  Result<void> scan_usage(const std::function<bool(const UsageDailyRow&)>& visit);
  // Days in [first, last), by day.
  Result<std::vector<UsageDailyRow>> usage_of_dataset(model::NodeId dataset, std::int32_t first,
                                                      std::int32_t last);
  Result<std::vector<UsageDailyRow>> usage_of_consumer(model::NodeId consumer, std::int32_t first,
                                                       std::int32_t last);
  Result<std::vector<UsageColumnRow>> usage_columns(model::NodeId dataset, std::int32_t first,
                                                    std::int32_t last);
  Result<void> scan_usage_columns(const std::function<bool(const UsageColumnRow&)>& visit);
  Result<std::vector<UsageQueryRow>> usage_queries(model::NodeId dataset, std::int32_t first,
                                                   std::int32_t last);
  Result<void> scan_usage_queries(const std::function<bool(const UsageQueryRow&)>& visit);
  // In the order of (seq, n), after `after`.
  Result<void> scan_ledger(Seq after, const std::function<bool(const LedgerRow&)>& visit);
  Result<std::vector<LedgerRow>> ledger_of_run(model::RunRow run);
  Result<std::optional<std::string>> run_cost(model::RunRow run);
  Result<void> scan_run_costs(
      model::RunRow after, const std::function<bool(model::RunRow, std::string_view state)>& visit);
  Result<std::vector<PriceBookRow>> price_books();  // by seq
  Result<std::optional<LedgerEntryRow>> ledger_entry(std::string_view id);
  Result<void> scan_ledger_entries(const std::function<bool(const LedgerEntryRow&)>& visit);

  // ---- profiles ----
  // By (time, run, role, tie), of times in [from, to).
  Result<std::vector<ProfileRow>> profiles(model::NodeId dataset, Micros from, Micros to);
  // The same without details, which may be long.
  Result<std::vector<ProfileRow>> profile_volumes(model::NodeId dataset, Micros from, Micros to);
  // Newest first.
  Result<std::vector<ProfileRow>> profiles_before(model::NodeId dataset, Micros before,
                                                  std::size_t limit);
  Result<void> scan_profiles(const std::function<bool(const ProfileRow&)>& visit);
  Result<std::vector<MonitorSettingRow>> monitor_settings();  // by dataset
  Result<std::optional<MonitorSettingRow>> monitor_setting(model::NodeId dataset);

  // ---- plans ----
  Result<std::optional<PlanRow>> plan(Seq id);
  // Before `before`, newest first; of one state or all.
  Result<std::vector<PlanRow>> plans(std::optional<std::int32_t> state, Seq before,
                                     std::size_t limit);
  Result<std::vector<PlanRow>> active_plans();  // approved, executing or paused; by id
  // When the next quiet period of an open plan ends; kOpenEnd if none waits for one.
  Result<Micros> first_plan_wake();
  Result<std::optional<PlanBodyRow>> plan_body(Seq plan);
  // By number, within [first, last].
  Result<std::vector<PlanTaskRow>> plan_tasks(Seq plan, std::uint32_t first, std::uint32_t last);
  Result<std::vector<PlanProgressRow>> plan_progress(Seq plan);
  Result<std::vector<PlanProgressRow>> plan_progress(Seq plan, std::optional<std::int32_t> state,
                                                     std::uint32_t after, std::size_t limit);
  // Of tasks of which something may be handed out.
  Result<std::vector<model::NodeId>> plan_ready_jobs(Seq plan);
  Result<std::optional<PlanLeaseRow>> plan_lease(Seq seq, std::uint32_t n);
  // By token.
  Result<std::vector<PlanLeaseRow>> plan_leases_of_record(Seq seq);
  Result<std::vector<PlanLeaseRow>> plan_leases_of_task(Seq plan, std::uint32_t task);
  Result<std::vector<PlanLeaseRow>> plan_leases_of_request(Seq plan, std::string_view request);
  Result<std::vector<PlanLeaseRow>> unended_plan_leases();
  // Of leases that have not ended, of all plans or one; kOpenEnd if there is none.
  Result<Micros> first_lease_expiry(std::optional<Seq> plan);
  Result<void> scan_plan_leases(const std::function<bool(const PlanLeaseRow&)>& visit);

 private:
  friend class Store;
  friend class Writer;
  struct Impl;
  explicit Reader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The one transaction at a time. Everything between begin() and commit() is durable together or
// not at all. After any error the transaction is rolled back by the caller with rollback(); until
// then every further write is refused, so that nothing slips out of a transaction that SQLite has
// ended by itself. The writer is usable again as soon as the disk is.
//
// A commit that failed is invisible to every reader, in this process and others, and a later
// begin() first overwrites what it left in the WAL. Only if the disk refuses that as well and the
// process then dies, the next start may find the failed transaction, whole, or not at all.
class Writer {
 public:
  ~Writer();

  Result<void> begin();
  // One fsync. On error nothing of the transaction is durable (and it is rolled back).
  Result<void> commit();
  void rollback() noexcept;
  // Sees the writer's own uncommitted rows.
  Reader& reader();

  // `seq` is the last one plus 1 (kInternal otherwise): the log has no gaps.
  Result<void> append_log(Seq seq, RecordKind kind, Micros received_at, Micros event_time,
                          const base::Hash128& hash, const Packed& body);
  Result<void> insert_quarantine(const QuarantineRow& row);
  Result<void> mark_replayed(Seq quarantined, Seq replayed_as);

  Result<void> upsert_namespace(const NamespaceRow& row);  // by id
  Result<void> insert_node(const NodeRow& row);
  Result<void> update_node(model::NodeId id, Micros first_seen, bool placeholder);
  Result<void> insert_node_past(const NodePastRow& row);
  Result<void> merge_node(model::NodeId loser, model::NodeId winner, Seq seq);
  Result<void> insert_edge(const EdgeRow& row);
  Result<void> close_edge(model::EdgeId id, Seq recorded_to);
  Result<void> insert_attribute(const AttributeRow& row);
  Result<void> close_attribute(std::int64_t id, Seq recorded_to);
  Result<void> insert_observation(const ObservationRow& row);
  Result<void> insert_deletion(const DeletionRow& row);
  Result<void> insert_decision(const DecisionRow& row);
  Result<void> insert_tag_definition(const TagDefinitionRow& row);
  Result<void> put_tip(const TipRow& row);  // in place of the owner's last one
  Result<void> delete_tip(model::NodeId owner);
  Result<void> upsert_run(const RunInfo& row);          // by id
  Result<void> insert_run_past(const RunPastRow& row);  // the first of a record counts

  Result<void> insert_partitioned(const PartitionedRow& row);
  Result<void> insert_partition_key(const PartitionKeyRow& row);
  // In place of the row with the same key, if there is one.
  Result<void> put_materialization(const MaterializationRow& row);
  Result<void> delete_materialization(const MaterializationRow& row);  // by its key
  Result<void> put_run_partition(const RunPartitionRow& row);
  Result<void> put_planner_document(const PlannerDocument& row);
  Result<void> delete_planner_document(std::int32_t kind, std::int64_t a, std::int64_t b);

  Result<void> insert_stats_label(std::int64_t id, std::string_view text);
  // Added to the row with the same key, if there is one.
  Result<void> add_usage(const UsageDailyRow& row);
  Result<void> add_usage_column(const UsageColumnRow& row);
  Result<void> add_usage_query(const UsageQueryRow& row);
  Result<void> insert_ledger(const LedgerRow& row);
  Result<void> put_run_cost(model::RunRow run, std::string_view state);
  Result<void> insert_price_book(const PriceBookRow& row);
  Result<void> put_ledger_entry(const LedgerEntryRow& row);

  // In place of the row with the same key, if there is one.
  Result<void> put_profile(const ProfileRow& row);
  Result<void> put_monitor_setting(const MonitorSettingRow& row);

  // In place of the row with the same key, if there is one; bodies and tasks are put once.
  Result<void> put_plan(const PlanRow& row);
  Result<void> insert_plan_body(const PlanBodyRow& row);
  Result<void> insert_plan_task(const PlanTaskRow& row);
  Result<void> put_plan_progress(const PlanProgressRow& row);
  Result<void> put_plan_lease(const PlanLeaseRow& row);

  // Interned values: insert with a given id. Lookups by content for the caller's cache misses.
  Result<void> insert_content(model::ContentId id, const base::Hash128& hash, const Packed& body);
  Result<void> insert_bundle(model::BundleId id, const base::Hash128& hash, std::string_view body);
  Result<void> insert_edge_set(model::EdgeSetId id, const base::Hash128& hash,
                               std::string_view body);
  Result<void> insert_attribute_name(model::AttributeNameId id, std::string_view name);
  Result<void> insert_producer(model::ProducerId id, std::string_view name);
  Result<void> insert_code_version(model::CodeId id, std::string_view semantic);
  Result<void> insert_transformation(const TransformationRow& row);
  Result<std::optional<model::ContentId>> find_content(const base::Hash128& hash);
  Result<std::optional<model::BundleId>> find_bundle(const base::Hash128& hash);
  Result<std::optional<model::EdgeSetId>> find_edge_set(const base::Hash128& hash);
  Result<std::optional<model::ProducerId>> find_producer(std::string_view name);
  Result<std::optional<model::CodeId>> find_code_version(std::string_view semantic);

  // The largest id in use per table, for handing out the next one. Zero when empty.
  struct HighIds {
    Seq seq;
    model::NodeId node;
    model::EdgeId edge;
    std::int64_t attribute = 0, content = 0, bundle = 0, edge_set = 0, attribute_name = 0,
                 producer = 0, code_version = 0, run = 0;
    std::uint32_t name_space = 0;
    std::uint16_t transformation = 0;
  };
  Result<HighIds> high_ids();

  // Trains the first dictionary once enough records are there; later calls do nothing. Runs
  // between transactions and may take some 100 ms.
  Result<void> maybe_train_dictionary();

 private:
  friend class Store;
  struct Impl;
  explicit Writer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct CheckFinding {
  std::string where, what;
};

class Store {
 public:
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
  ~Store();

  // Compresses with the newest dictionary. Any thread.
  Packed pack(std::string_view body) const;
  Result<std::string> unpack(const Packed& packed) const;

  Writer& writer();         // asserts if read_only
  Result<Reader> reader();  // leases a connection; waits while max_readers are out

  const std::string& directory() const;
  const std::string& instance_id() const;  // drawn when the store was made; a backup keeps it
  std::string snapshot_path() const;
  std::int64_t size_bytes() const;  // of the database and its WAL
  // Moves the WAL into the database without blocking readers. Any thread; a second call while one
  // runs returns at once. The owner calls it about once a second. Above 64 MiB of WAL it also
  // empties the file, for which it holds up the writer, at most 50 ms, and above 1 GiB at most 5 s;
  // readers with a view older than that keep the WAL growing until they end.
  void checkpoint();
  // A consistent copy while running, into a directory that does not exist or is empty. It is
  // synced and has passed check() when this returns. The graph snapshot is not copied: a start
  // rebuilds it.
  Result<void> backup(const std::string& directory, const std::function<void(double)>& progress);
  // SQLite's own integrity check, foreign relations between tables, log density, every blob
  // decompressed to its size and its hash compared. A record's hash is that of its body or what
  // `body_hash` makes of its body; without `body_hash` those are not compared. At most
  // kMaxFindings; the last then says that there are more. Empty: clean.
  static constexpr std::size_t kMaxFindings = 1000;
  using BodyHash = std::function<base::Hash128(std::string_view)>;
  Result<std::vector<CheckFinding>> check(const std::function<void(double)>& progress,
                                          const BodyHash& body_hash = {});

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace headwater::storage
