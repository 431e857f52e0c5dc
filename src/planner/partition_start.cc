// PartitionView: the engine at a start, from the snapshot and the log's tail, or from the tables.

#include <algorithm>
#include <set>
#include <utility>

#include "base/log.h"
#include "model/json.h"
#include "planner/partition_view.h"
#include "planner/stored_history.h"

namespace headwater::planner {

using base::ErrorCode;
using base::Result;
using model::JsonValue;
using storage::LogRecord;
using storage::RecordKind;
using storage::RunInfo;
using storage::RunPartitionRow;

namespace {

constexpr std::size_t kTailBatch = 1024;

// What the records of a tail touched. What is running and what failed there is told anew by
// load_attempts.
class Tail {
 public:
  Tail(storage::Reader& reader, Engine& engine) : reader_(reader), engine_(engine) {}

  Result<void> add(const LogRecord& record) {
    const JsonValue json(record.body);
    if (record.kind == RecordKind::kDecision) return add_decision(json);
    if (record.kind != RecordKind::kEvent && record.kind != RecordKind::kReplayed) return {};
    const std::string run_id = json.get("run").get("runId").string().value_or("");
    if (run_id.empty()) return {};
    HW_TRY(const auto runs, reader_.runs_by_run_id(run_id));
    for (const RunInfo& run : runs) HW_CHECK_OK(add_run(run));
    return {};
  }

  Result<void> finish() { return engine_.recover({places_.begin(), places_.end()}); }
  std::size_t size() const { return places_.size(); }

 private:
  // Of data: the writes of a change may count otherwise.
  Result<void> add_decision(const JsonValue& json) {
    const std::string kind = json.get("decision").string().value_or("");
    if (kind != "planner.decide" && kind != "planner.revoke") return {};
    HW_TRY(const auto decisions,
           reader_.planner_documents(static_cast<std::int32_t>(DocumentKind::kDecision)));
    for (const storage::PlannerDocument& row : decisions) {
      const DecisionDocument decision = decode_decision(row.body);
      HW_TRY(const auto change,
             reader_.planner_document(static_cast<std::int32_t>(DocumentKind::kChange),
                                      decision.change_a, decision.change_b));
      if (!change) continue;
      const ChangeDocument document = decode_change(change->body);
      if (!document.data) continue;
      for (const Span& span : document.spans) add_span(document.dataset, span);
    }
    return {};
  }

  Result<void> add_run(const RunInfo& run) {
    HW_TRY(const auto rows, reader_.run_partitions(run.id));
    for (const RunPartitionRow& row : rows) {
      if (row.output) add_span(row.dataset, {row.lane, row.first, row.last});
    }
    return {};
  }

  void add_span(DatasetNo dataset, const Span& span) {
    for (std::int64_t i = span.first; i <= span.last; ++i)
      places_.emplace(dataset, Place{span.lane, i});
  }

  storage::Reader& reader_;
  Engine& engine_;
  std::set<std::pair<DatasetNo, Place>> places_;
};

}  // namespace

Result<void> PartitionView::load_engine(storage::Reader& reader) {
  auto engine = std::make_unique<Engine>(*this);
  HW_CHECK_OK(load_documents(reader, engine.get()));
  HW_TRY(const bool loaded, load_snapshot(reader, *engine));
  if (!loaded) {
    engine = std::make_unique<Engine>(*this);
    HW_CHECK_OK(load_documents(reader, engine.get()));
    HW_CHECK_OK(load_tables(reader, *engine));
  }
  engine_ = std::move(engine);
  return {};
}

// ---- from the snapshot
// ---------------------------------------------------------------------------

Result<SnapshotOrigin> PartitionView::origin(storage::Reader& reader, model::Seq seq) const {
  HW_TRY(const auto record, reader.log_record(seq));
  return SnapshotOrigin{store_.instance_id(), record ? record->hash : base::Hash128()};
}

// False: there is none that fits; the engine is of no use then.
Result<bool> PartitionView::load_snapshot(storage::Reader& reader, Engine& engine) {
  SnapshotReader file;
  const auto ignored = [](const std::string& why) {
    HW_LOG_WARN("partitions.snapshot_ignored", "reason=\"{}\"", why);
    return false;
  };
  if (auto opened = file.open(snapshot_path()); !opened) {
    if (opened.error().code == ErrorCode::kNotFound) return false;
    return ignored(opened.error().message + " " + opened.error().detail);
  }
  HW_TRY(const model::Seq last, reader.last_seq());
  HW_TRY(const SnapshotOrigin expected, origin(reader, file.seq()));
  if (last < file.seq() || !file.is_of(expected)) return ignored("not of this store");
  auto changed = file.load(engine);
  if (!changed) return ignored(changed.error().message + " " + changed.error().detail);
  HW_CHECK_OK(follow(reader, engine, file.seq()));
  for (const DatasetNo dataset : *changed) HW_CHECK_OK(engine.rebase(dataset));
  HW_LOG_INFO("partitions.loaded", "seq={} from_snapshot={}", last.value, file.seq().value);
  return true;
}

// The records after the snapshot's. Datasets that have become known since have nothing else.
Result<void> PartitionView::follow(storage::Reader& reader, Engine& engine, model::Seq after) {
  HW_TRY(const model::Seq last, reader.last_seq());
  if (!(after < last)) return {};
  Tail tail(reader, engine);
  while (after < last) {
    HW_TRY(const auto records, reader.log_range(after, kTailBatch));
    if (records.empty()) break;
    for (const LogRecord& record : records) HW_CHECK_OK(tail.add(record));
    after = records.back().seq;
  }
  return tail.finish();
}

std::function<void()> PartitionView::keepsake() {
  if (!engine_) return {};
  const std::shared_ptr<const State> state = engine_->state();
  if (!state->seq()) return {};
  auto origin = this->origin(store_.writer().reader(), state->seq());
  if (!origin) return {};
  return [state, origin = *origin, path = snapshot_path()] {
    if (auto saved = save_snapshot(*state, origin, path); !saved) {
      HW_LOG_WARN("partitions.snapshot_failed", "message=\"{}\" detail=\"{}\"",
                  saved.error().message, saved.error().detail);
    }
  };
}

// ---- from the tables
// -----------------------------------------------------------------------------

// Once over all for the columns, and once more for what was read, which follows from them.
Result<void> PartitionView::load_tables(storage::Reader& reader, Engine& engine) {
  const auto each_newest = [&](const auto& visit) -> Result<void> {
    Result<void> done;
    std::optional<storage::MaterializationRow> last;
    HW_CHECK_OK(reader.scan_materializations([&](const storage::MaterializationRow& row) {
      const bool same = last && last->dataset == row.dataset && last->lane == row.lane &&
                        last->index == row.index;
      if (last && !same) done = visit(StoredHistory::write_of(*last));
      last = row;
      return done.has_value();
    }));
    HW_CHECK_OK(done);
    return last ? visit(StoredHistory::write_of(*last)) : Result<void>();
  };
  HW_CHECK_OK(each_newest([&](const Write& write) { return engine.put(write); }));
  HW_CHECK_OK(each_newest([&](const Write& write) { return engine.renew(write); }));
  engine.finish_loading();
  return {};
}

}  // namespace headwater::planner
