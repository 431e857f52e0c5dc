// Rows: what the tables hold, as plain values. Column by column in docs/formats.md.
//
// Thread-safety: plain values. Times are microseconds since the epoch; kOpenEnd is an open end.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/hash.h"
#include "model/decision.h"
#include "model/graph_types.h"
#include "model/ids.h"
#include "model/measures.h"
#include "model/profile.h"

namespace headwater::storage {

using base::Micros;

enum class RecordKind : std::uint8_t {
  kEvent = 1,
  kQuarantined = 2,
  kDecision = 3,
  kReplayed = 4,
  kUsage = 5,  // a report of use; also one that was quarantined first
};

// One record of the log, body decompressed.
struct LogRecord {
  model::Seq seq;
  RecordKind kind = RecordKind::kEvent;
  Micros received_at = 0;
  Micros event_time = 0;
  base::Hash128 hash;
  std::string body;
};

struct QuarantineRow {
  model::Seq seq;
  std::string reason, pointer, producer;
  model::Seq replayed_as;  // 0: not replayed
};

struct NamespaceRow {
  model::NamespaceId id;
  std::string name, owner, description;
  Micros created_at = 0, updated_at = 0;
  bool deleted = false;
};

struct NodeRow {
  model::NodeId id;
  model::NodeKind kind = model::NodeKind::kDataset;
  model::NamespaceId name_space;
  model::NodeId parent;
  std::string name;
  model::Seq recorded;
  Micros first_seen = 0;
  bool placeholder = false;
  model::NodeId merged_into;
  model::Seq merged_seq;
};

// What a node was known as before the record `recorded_to`.
struct NodePastRow {
  model::NodeId node;
  model::Seq recorded_to;
  Micros first_seen = 0;
  bool placeholder = false;
};

struct EdgeRow {
  model::EdgeId id;
  model::NodeId owner;
  model::EdgeKind kind = model::EdgeKind::kReads;
  model::NodeId src, dst, via;
  model::TransformationId detail;
  Micros valid_from = 0, valid_to = model::kOpenEnd;
  model::Seq recorded_from, recorded_to = model::kNeverSeq;  // stored as int64: never is kOpenEnd
  model::EndReason reason = model::EndReason::kNone;
};

struct AttributeRow {
  std::int64_t id = 0;
  model::NodeId owner;
  model::AttributeNameId name;
  model::ContentId content;  // 0: removed
  Micros valid_from = 0, valid_to = model::kOpenEnd;
  model::Seq recorded_from, recorded_to = model::kNeverSeq;
};

struct TransformationRow {
  model::TransformationId id;
  std::string type, subtype;
  bool masking = false;
};

// (time, rank, tie, seq) orders the observations of one owner; docs/adr has the why.
struct ObservationRow {
  model::NodeId owner;
  Micros time = 0;
  std::int32_t rank = 0;
  std::int64_t tie = 0;
  model::Seq seq;
  model::RunRow run;
  std::int32_t type = 0;
  std::int32_t flags = 0;
  model::CodeId code;
  model::EdgeSetId edge_set;
  model::BundleId bundle;
  model::ProducerId producer;
};

// One record that said something about a run: where it stands among them.
struct RunRecordRow {
  Micros time = 0;
  std::int32_t rank = 0;
  std::int64_t tie = 0;
  model::Seq seq;
};

struct DeletionRow {
  model::NodeId dataset;
  Micros time = 0;
  std::int32_t rank = 0;
  std::int64_t tie = 0;
  model::Seq seq;
};

// What people decided; the decision itself is record `seq` of the log.
struct DecisionRow {
  model::Seq seq;
  model::DecisionKind kind = model::DecisionKind::kDescribe;
  model::NodeId node, other;  // as named then; 0: none
  std::string author;
  Micros at = 0;
};

// One definition of a tag, in force from `at` on and known from `seq` on.
struct TagDefinitionRow {
  model::Seq seq;
  std::string name;
  Micros at = 0;
  std::string description;
  model::TagRule rule;
  std::string author;
};

// ingest's own state at an observation, opaque here.
struct TipRow {
  model::NodeId owner;
  Micros time = 0;
  std::int32_t rank = 0;
  std::int64_t tie = 0;
  model::Seq seq;
  std::string state;
};

enum class RunState : std::int32_t {
  kUnknown = 0,  // a placeholder: only named by its children
  kNew = 1,      // events, but none of START, RUNNING or an end
  kRunning = 2,
  kCompleted = 3,
  kFailed = 4,
  kAborted = 5,
};

struct RunInfo {
  model::RunRow id;
  std::string run_id;
  model::NodeId job;
  model::RunRow parent;
  RunState state = RunState::kUnknown;
  Micros started_at = model::kOpenEnd, ended_at = model::kOpenEnd;  // kOpenEnd: not known
  Micros first_time = model::kOpenEnd, last_time = model::kOpenEnd;
  Micros nominal_start = model::kOpenEnd, nominal_end = model::kOpenEnd;
  model::CodeId code;
  model::Seq recorded, updated;
  std::string merge;  // ingest's own merge state, opaque here
};

// When a run was taken to have begun before the record `recorded_to`, which said otherwise.
struct RunPastRow {
  model::NodeId job;
  model::Seq recorded_to;
  model::RunRow run;
  Micros first_time = 0;
};

// A dataset that has partitions.
struct PartitionedRow {
  model::DatasetNo number;
  model::NodeId node;
};

struct PartitionKeyRow {
  model::DatasetNo dataset;
  std::uint32_t number = 0;  // from 1
  std::string text;
};

// One successful write of a partition.
struct MaterializationRow {
  model::DatasetNo dataset;
  std::uint32_t lane = 0;
  std::int64_t index = 0;
  Micros end = 0;
  model::Seq seq;
  Micros start = 0;
  model::NodeId job;
  model::CodeId code;
  std::uint64_t out = 0, reported_out = 0;  // as it counts, and as it was reported
  model::RunRow run;
  bool operator==(const MaterializationRow&) const = default;
};

// Partitions that a run said it read or wrote.
struct RunPartitionRow {
  model::RunRow run;
  bool output = false;
  model::DatasetNo dataset;
  std::uint32_t lane = 0;
  std::int64_t first = 0, last = 0;
  model::Seq seq;
  std::string version;
  std::int64_t rows = -1, size_bytes = -1;  // -1: not reported
  bool operator==(const RunPartitionRow&) const = default;
};

// ---- plans: schema/0007_plans.sql and 0008_waits.sql say what numbers mean
// -----------------------------------------

// Of partitions. Those that are none of these are pending.
struct PlanCounts {
  std::int64_t done = 0, told = 0, skipped = 0, running = 0, failed = 0, blocked = 0;
  bool operator==(const PlanCounts&) const = default;
};

struct PlanRow {
  model::Seq id, seq;
  std::int32_t state = 1, hold = 0;
  Micros created_at = 0, updated_at = 0;
  std::int64_t upper = 0, refreshed = 0, total = 0;
  PlanCounts counts;
  std::int64_t ready = 0;
  std::string author, reason;                    // of the last decision on it
  std::int64_t wait_inputs = 0, wait_quiet = 0;  // partitions
  Micros wakes_at = model::kOpenEnd;             // when the next quiet period ends
};

struct PlanBodyRow {
  model::Seq plan;
  std::string body, summary;
};

struct PlanEstimate {
  std::int64_t p50 = -1, p90 = -1;
  std::uint32_t samples = 0;
  std::int32_t basis = 0;
};

struct PlanTaskRow {
  model::Seq plan;
  std::uint32_t number = 0, wave = 0;
  model::DatasetNo dataset;
  std::uint32_t lane = 0;
  std::int64_t first = 0, last = 0;
  model::NodeId job;
  std::int32_t action = 1, flags = 0;
  Micros deadline = model::kOpenEnd;
  std::int64_t probability = 0;
  PlanEstimate duration_ms, cost_micros;
  std::string upstream;
};

struct PlanProgressRow {
  model::Seq plan;
  std::uint32_t number = 0;
  model::Seq seq;
  std::int32_t state = 1;
  bool ready = false;
  PlanCounts counts;
  std::int32_t attempts = 0;
  std::string runs;
  std::string waits;
};

struct PlanLeaseRow {
  model::Seq seq;
  std::uint32_t n = 1;
  model::Seq plan;
  std::uint32_t task = 0;
  std::int64_t first = 0, last = 0;
  std::string worker, request;
  Micros given_at = 0, expires_at = 0;
  std::int64_t lease_ms = 0;
  std::int32_t attempt = 1;
  std::uint64_t desired = 0;
  std::int32_t state = 1;
  Micros ended_at = 0;
  model::Seq ended;
  std::string run_id, message;
};

// ---- use and cost: schema/0009_stats.sql --------------------------------------------------------

struct UsageDailyRow {
  model::NodeId dataset;
  std::int32_t day = 0;
  model::NodeId consumer;
  std::int64_t purpose = 0;  // a label; 0: none
  std::int64_t count = 0;
  Micros last_time = 0;
  model::Seq seq;
};

struct UsageColumnRow {
  model::NodeId dataset;
  std::int32_t day = 0;
  std::int64_t name = 0;  // a label
  std::int64_t count = 0;
};

struct UsageQueryRow {
  model::NodeId dataset;
  std::int32_t day = 0;
  std::int64_t fingerprint = 0;  // a label
  std::int64_t count = 0, duration_ms = 0, bytes_scanned = 0;
};

struct LedgerRow {
  model::Seq seq;
  std::uint32_t n = 0;
  std::int32_t kind = 1;
  Micros time = 0;
  model::RunRow run;
  model::NodeId job, dataset;
  model::Seq prices;
  model::Quantities quantities;
};

struct PriceBookRow {
  model::Seq seq;
  Micros at = 0;
  std::string author, reason, body;
};

struct LedgerEntryRow {
  std::string id;
  model::Seq seq;
  std::string body;
};

// ---- profiles: schema/0010_profiles.sql ---------------------------------------------------------

// What one event measured of a dataset.
struct ProfileRow {
  model::NodeId dataset;
  Micros time = 0;
  model::RunRow run;
  model::ProfileRole role = model::ProfileRole::kWritten;
  std::int64_t tie = 0;
  model::Seq seq;
  model::NodeId job;
  std::uint8_t facets = 0;  // model::kHas...
  model::Volume volume, total;
  Micros updated = 0;  // 0: not said
  // Of the run as it stands now; not stored with the row.
  std::string run_id;
  RunState run_state = RunState::kUnknown;
  Micros run_ended = model::kOpenEnd, nominal_start = model::kOpenEnd;
  Micros nominal_end = model::kOpenEnd;
  bool has_detail = false;
  std::string detail;  // see model::decode_detail; only where it was asked for
};

struct MonitorSettingRow {
  model::NodeId dataset;
  model::Seq seq;
  Micros at = 0;
  std::string body;
};

// The planner's own documents, opaque here.
struct PlannerDocument {
  std::int32_t kind = 0;
  std::int64_t a = 0, b = 0;
  model::Seq seq;
  std::string body;
};

}  // namespace headwater::storage
