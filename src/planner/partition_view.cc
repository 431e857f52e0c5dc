#include "planner/partition_view.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/hash.h"
#include "base/log.h"
#include "model/json.h"
#include "planner/learn.h"
#include "planner/stored_history.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::Event;
using model::EventKind;
using storage::RunInfo;
using storage::RunPartitionRow;
using storage::RunState;

namespace {

constexpr std::size_t kMaxCachedNodes = 200'000;

bool disk_refuses(const base::Error& error) {
  return error.code == ErrorCode::kStorageUnavailable || error.code == ErrorCode::kStorageCorrupt;
}

// What numbers of keys a space has given so far.
std::size_t numbered(const Space& space) {
  std::size_t out = space.lane_count();
  for (const Dimension& dimension : space.dimensions()) out += dimension.keys.size();
  return out;
}

auto key_of(const RunPartitionRow& row) {
  return std::tuple(row.output, row.dataset, row.lane, row.first, row.last);
}

std::string key_json(const KeyParts& key) {
  std::string out;
  for (const auto& [dimension, value] : key) {
    out += out.empty() ? "" : ",";
    out += model::json_quote(dimension) + ":" + model::json_quote(value);
  }
  return "{" + out + "}";
}

std::vector<std::vector<std::int64_t>> lanes_of(const Space& space) {
  std::vector<std::vector<std::int64_t>> out;
  for (std::uint32_t lane = 0; lane < space.lane_count(); ++lane) {
    out.push_back(space.lane_values(lane));
  }
  return out;
}

}  // namespace

PartitionView::PartitionView(storage::Store& store, std::shared_ptr<Planner> planner)
    : store_(store), planner_(std::move(planner)) {}

Result<std::vector<Write>> PartitionView::writes(DatasetNo dataset, const Place& place) {
  return StoredHistory(*reader_, model::kNeverSeq).writes(dataset, place);
}

// Of what a run wrote: its content version if that was reported, else the run itself. Never 0.
std::uint64_t PartitionView::fingerprint_of(const std::string& version, const std::string& run_id) {
  const base::Hash128 hash = version.empty() ? base::Hasher().field("run").field(run_id).finish()
                                             : base::Hasher().field("data").field(version).finish();
  return hash.low == 0 ? 1 : hash.low;
}

Result<void> PartitionView::put(Step& step, DocumentKind kind, std::int64_t a, std::int64_t b,
                                std::string body) {
  return step.writer.put_planner_document(
      {static_cast<std::int32_t>(kind), a, b, step.record.seq, std::move(body)});
}

// ---- naming
// --------------------------------------------------------------------------------------

Result<NodeId> PartitionView::find_node(storage::Writer& writer, model::NodeKind kind,
                                        const model::Name& name) {
  std::string key = std::to_string(static_cast<int>(kind)) + name.name_space;
  key.append(1, '\0').append(name.name);
  if (const auto at = nodes_.find(key); at != nodes_.end()) return at->second;
  storage::Reader& reader = writer.reader();
  HW_TRY(const auto name_space, reader.find_namespace(name.name_space));
  if (!name_space) return NodeId{};
  HW_TRY(const auto node, reader.find_node(kind, name_space->id, NodeId{}, name.name));
  if (!node) return NodeId{};
  if (nodes_.size() >= kMaxCachedNodes) nodes_.clear();
  nodes_.emplace(std::move(key), node->id);
  return node->id;
}

Result<DatasetNo> PartitionView::dataset_of(Step& step, NodeId node) {
  const auto at = numbers_.find(node.value);
  if (at != numbers_.end()) return DatasetNo{at->second};
  const DatasetNo number = engine_->add_dataset(node);
  HW_CHECK_OK(step.writer.insert_partitioned({number, node}));
  datasets_.push_back({node, {}, false, false, 0});
  numbers_.emplace(node.value, number.value);
  return number;
}

Result<void> PartitionView::set_space(Step& step, DatasetNo number, Space space, bool declared) {
  HW_CHECK_OK(make_room(step, number, space));
  Dataset& dataset = datasets_[number.value - 1];
  HW_CHECK_OK(engine_->set_space(number, std::make_shared<const Space>(space)));
  dataset.space = std::move(space);
  dataset.has_space = true;
  dataset.declared = declared;
  book_->space_changed(number);
  return try_again(step, number);
}

// A key that numbered something, for the next start, and the space with it.
Result<void> PartitionView::keep_keys(Step& step, DatasetNo number, const std::string& key) {
  Dataset& dataset = datasets_[number.value - 1];
  HW_CHECK_OK(step.writer.insert_partition_key({number, ++dataset.keys, key}));
  book_->space_changed(number);
  return engine_->set_space(number, std::make_shared<const Space>(dataset.space));
}

// ---- events
// --------------------------------------------------------------------------------------

Result<void> PartitionView::prepare(const storage::ViewRecord& record, storage::Writer& writer,
                                    storage::Effects& effects) {
  static_cast<void>(effects);
  if (!loaded_) HW_CHECK_OK(load());
  seq_ = record.seq;
  reader_ = &writer.reader();
  Step step{record, writer};
  if (record.kind == storage::RecordKind::kQuarantined) return book_->flush(book_step(step));
  if (record.kind == storage::RecordKind::kDecision) {
    HW_CHECK_OK(decide_anything(step, false));
    return book_->flush(book_step(step));
  }
  auto done = apply_event(step);
  if (!done && disk_refuses(done.error())) return done;
  if (!done) {
    // What was applied of it stays: it followed from the record alone, and will again.
    HW_LOG_WARN("partitions.not_understood", "seq={} error=\"{}\"", record.seq.value,
                done.error().message);
  }
  return book_->flush(book_step(step));
}

Result<void> PartitionView::apply_event(Step& step) {
  const Event& event = *step.record.event;
  if (event.kind == EventKind::kDataset || !event.job) return {};
  HW_TRY(const NodeId job, find_node(step.writer, model::NodeKind::kJob, *event.job));
  if (!job) return {};
  HW_CHECK_OK(note_code(step, job));
  if (event.kind != EventKind::kRun) return {};
  const bool reports = std::any_of(event.subsets.begin(), event.subsets.end(),
                                   [](const auto& subset) { return !subset.boxes.empty(); });
  const auto known = jobs_.find(job.value);
  const bool reported = known != jobs_.end() && known->second.partitions;
  if (!reports && !reported) return {};
  if (!reported) {
    JobDocument& document = this->job(job);
    document.partitions = true;
    HW_CHECK_OK(put(step, DocumentKind::kJob, job.value, 0, encode(document)));
  }
  HW_TRY(const auto run, run_of(step, job));
  if (!run) return {};
  if (reports) HW_CHECK_OK(apply_subsets(step, *run));
  return finish_run(step, *run);
}

Result<std::optional<RunInfo>> PartitionView::run_of(Step& step, NodeId job) {
  const std::string& id = step.record.event->run_id;
  HW_TRY(auto run, reader_->find_run(id, job));
  if (run) return run;
  HW_TRY(const auto node, reader_->node(job));  // the job may have been merged into another
  if (!node || !node->merged_into) return std::optional<RunInfo>{};
  return reader_->find_run(id, node->merged_into);
}

Result<void> PartitionView::note_code(Step& step, NodeId job) {
  const Event& event = *step.record.event;
  if (event.code_semantic.empty()) return {};
  HW_TRY(const auto code, step.writer.find_code_version(event.code_semantic));
  if (!code) return {};
  JobDocument& document = this->job(job);
  if (document.code == *code) return {};
  HW_TRY(const model::CodeId newest, reader_->last_observed_code(job));
  if (newest != *code) return {};  // it came late: the job has had other code since
  if (document.code) {
    ChangeDocument change;
    change.job = job;
    change.at = event.time;
    change.from = document.code;
    change.to = *code;
    for (const model::End& column : event.code_changes_columns) {
      change.columns.push_back({column.name, column.field});
    }
    HW_CHECK_OK(put(step, DocumentKind::kChange, static_cast<std::int64_t>(step.record.seq.value),
                    0, encode(change)));
  }
  document.before = document.code;
  document.change = document.code ? static_cast<std::int64_t>(step.record.seq.value) : 0;
  document.code = *code;
  document.at = event.time;
  engine_->set_code(job, *code);
  return put(step, DocumentKind::kJob, job.value, 0, encode(document));
}

Result<void> PartitionView::apply_subsets(Step& step, const RunInfo& run) {
  Told told;
  HW_TRY(const std::vector<RunPartitionRow> rows, reader_->run_partitions(run.id));
  for (const RunPartitionRow& row : rows) told.emplace(key_of(row), row);
  for (const model::ReportedSubset& subset : step.record.event->subsets) {
    if (subset.boxes.empty()) continue;
    auto done = apply_subset(step, run, subset, told);
    if (done) continue;
    if (disk_refuses(done.error())) return done;
    HW_LOG_WARN("partitions.not_understood", "seq={} error=\"{}\"", step.record.seq.value,
                done.error().message);
  }
  return {};
}

// A box that cannot be understood is told, and the others are taken.
Result<void> PartitionView::apply_subset(Step& step, const RunInfo& run,
                                         const model::ReportedSubset& subset, Told& told) {
  const model::Name& name = step.record.event->datasets[static_cast<std::size_t>(subset.dataset)];
  HW_TRY(const NodeId node, find_node(step.writer, model::NodeKind::kDataset, name));
  if (!node) return {};
  HW_TRY(const DatasetNo number, dataset_of(step, node));
  if (!datasets_[number.value - 1].has_space) {
    HW_CHECK_OK(learn_space(step, number, subset.boxes.front()));
    if (!datasets_[number.value - 1].has_space) return {};
  }
  RunPartitionRow row;
  row.run = run.id;
  row.output = subset.output;
  row.dataset = number;
  Result<void> first_fault;
  for (const model::PartitionBox& box : subset.boxes) {
    auto done = apply_box(step, box, row, told);
    if (!done && disk_refuses(done.error())) return done;
    if (!done && first_fault) first_fault = std::move(done);
  }
  return first_fault;
}

Result<void> PartitionView::learn_space(Step& step, DatasetNo number,
                                        const model::PartitionBox& box) {
  const auto json = learned_space(box);
  if (!json) return {};
  HW_TRY(Space space, Space::parse(*json, nullptr));
  const SpaceDocument document{false, space.to_json(), lanes_of(space), 0, "", ""};
  HW_CHECK_OK(set_space(step, number, std::move(space), false));
  return put(step, DocumentKind::kSpace, number.value, 0, encode(document));
}

// `row`: of the run and the dataset. A row that was told before keeps the record that told it, and
// what it says beyond the box.
Result<void> PartitionView::apply_box(Step& step, const model::PartitionBox& box,
                                      RunPartitionRow row, Told& told) {
  Space& space = datasets_[row.dataset.value - 1].space;
  const std::size_t before = numbered(space);
  HW_TRY(const std::vector<Span> spans, places_of(box, space));
  if (numbered(space) != before) {
    const Place first{spans.front().lane, spans.front().first};
    HW_CHECK_OK(keep_keys(step, row.dataset, key_json(space.key_of(first))));
  }
  for (const Span& span : spans) {
    HW_CHECK_OK(engine_->check_span(row.dataset, {span.lane, span.first}));
    HW_CHECK_OK(engine_->check_span(row.dataset, {span.lane, span.last}));
    row.lane = span.lane;
    row.first = span.first;
    row.last = span.last;
    RunPartitionRow& known = told[key_of(row)];
    row.version = box.data_version.empty() ? known.version : box.data_version;
    row.rows = box.rows.value_or(known.rows);
    row.size_bytes = box.size_bytes.value_or(known.size_bytes);
    row.seq = known.seq;
    if (known == row && known.seq) continue;
    row.seq = step.record.seq;
    HW_CHECK_OK(step.writer.put_run_partition(row));
    known = row;
  }
  return {};
}

// ---- the life of a view
// --------------------------------------------------------------------------

void PartitionView::publish() noexcept {
  engine_->publish(seq_);
  if (planner_) planner_->set(engine_->state());
}

// What was worked out is forgotten, and found again in the tables when it is next needed.
void PartitionView::discard() noexcept {
  if (engine_) engine_->discard();
  loaded_ = false;
}

}  // namespace headwater::planner
