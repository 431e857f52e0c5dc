#include "planner/partition_view.h"

#include <algorithm>
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
  Dataset& dataset = datasets_[number.value - 1];
  HW_CHECK_OK(engine_->set_space(number, std::make_shared<const Space>(space)));
  dataset.space = std::move(space);
  dataset.has_space = true;
  dataset.declared = declared;
  static_cast<void>(step);
  return {};
}

// A key that numbered something, for the next start, and the space with it.
Result<void> PartitionView::keep_keys(Step& step, DatasetNo number, const std::string& key) {
  Dataset& dataset = datasets_[number.value - 1];
  HW_CHECK_OK(step.writer.insert_partition_key({number, ++dataset.keys, key}));
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
  if (record.kind == storage::RecordKind::kQuarantined) return {};
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
  if (document.code == *code || event.time < document.at) return {};
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
  for (const model::ReportedSubset& subset : step.record.event->subsets) {
    if (subset.boxes.empty()) continue;
    auto done = apply_subset(step, run, subset);
    if (done) continue;
    if (disk_refuses(done.error())) return done;
    HW_LOG_WARN("partitions.not_understood", "seq={} error=\"{}\"", step.record.seq.value,
                done.error().message);
  }
  return {};
}

Result<void> PartitionView::apply_subset(Step& step, const RunInfo& run,
                                         const model::ReportedSubset& subset) {
  const model::Name& name = step.record.event->datasets[static_cast<std::size_t>(subset.dataset)];
  HW_TRY(const NodeId node, find_node(step.writer, model::NodeKind::kDataset, name));
  if (!node) return {};
  HW_TRY(const DatasetNo number, dataset_of(step, node));
  if (!datasets_[number.value - 1].has_space) {
    const auto json = learned_space(subset.boxes.front());
    if (!json) return {};
    HW_TRY(Space space, Space::parse(*json, nullptr));
    SpaceDocument document{false, space.to_json(), lanes_of(space), 0, "", ""};
    HW_CHECK_OK(set_space(step, number, std::move(space), false));
    HW_CHECK_OK(put(step, DocumentKind::kSpace, number.value, 0, encode(document)));
  }
  for (const model::PartitionBox& box : subset.boxes) {
    Space& space = datasets_[number.value - 1].space;
    const std::size_t before = numbered(space);
    HW_TRY(const std::vector<Span> spans, places_of(box, space));
    if (numbered(space) != before) {
      const Place first{spans.front().lane, spans.front().first};
      HW_CHECK_OK(keep_keys(step, number, key_json(space.key_of(first))));
    }
    for (const Span& span : spans) {
      RunPartitionRow row{run.id,
                          subset.output,
                          number,
                          span.lane,
                          span.first,
                          span.last,
                          step.record.seq,
                          box.data_version,
                          box.rows.value_or(-1),
                          box.size_bytes.value_or(-1)};
      HW_CHECK_OK(step.writer.put_run_partition(row));
    }
  }
  return {};
}

Result<void> PartitionView::finish_run(Step& step, const RunInfo& run) {
  HW_TRY(const std::vector<RunPartitionRow> rows, reader_->run_partitions(run.id));
  Outputs inputs, outputs;
  std::map<std::uint32_t, ChangeDocument> changes;
  for (const RunPartitionRow& row : rows) {
    (row.output ? outputs : inputs)[row.dataset.value].push_back({row.lane, row.first, row.last});
    if (!row.output) continue;
    if (run.state == RunState::kCompleted) {
      HW_CHECK_OK(materialize(step, run, row, changes[row.dataset.value]));
      continue;
    }
    const bool failed = run.state == RunState::kFailed || run.state == RunState::kAborted;
    for (std::int64_t i = row.first; i <= row.last; ++i) {
      const Place place{row.lane, i};
      HW_CHECK_OK(failed ? engine_->set_failed(row.dataset, place, true)
                         : engine_->set_running(row.dataset, place, true));
      if (failed) book_->run_failed(book_step(step), row.dataset, place, run.recorded);
    }
  }
  for (auto& [dataset, change] : changes) {
    if (change.spans.empty()) continue;
    change.data = true;
    change.job = run.job;
    change.at = run.ended_at;
    change.dataset = DatasetNo{dataset};
    change.run = run.id;
    change.spans = joined(std::move(change.spans));
    HW_CHECK_OK(put(step, DocumentKind::kChange, static_cast<std::int64_t>(step.record.seq.value),
                    dataset, encode(change)));
  }
  if (run.state != RunState::kCompleted) return {};
  HW_CHECK_OK(learn_mappings(step, inputs, outputs));
  return learn_columns(step, run, outputs);
}

Result<void> PartitionView::materialize(Step& step, const RunInfo& run, const RunPartitionRow& row,
                                        ChangeDocument& change) {
  const Micros end = run.ended_at;
  const Micros start = run.started_at == model::kOpenEnd ? end : std::min(run.started_at, end);
  Write write{row.dataset, {row.lane, row.first}, run.job, run.code, start, end,
              0,           step.record.seq,       run.id};
  write.out = fingerprint_of(row.version, run.run_id);
  Result<void> done = engine_->check_span(row.dataset, write.place, row.last);
  for (; done && write.place.index <= row.last; ++write.place.index) {
    done = materialize_one(step, run, write, change);
  }
  HW_CHECK_OK(materialize_all(step));
  return done;
}

Result<void> PartitionView::materialize_one(Step& step, const RunInfo& run, const Write& given,
                                            ChangeDocument& change) {
  Write write = given;
  const Place& place = write.place;
  HW_TRY(const auto known, reader_->materializations(write.dataset, place.lane, place.index));
  const auto same = std::find_if(known.begin(), known.end(),
                                 [&](const auto& other) { return other.run == run.id; });
  if (same != known.end()) {  // told again: perhaps its start has become known
    if (same->start == write.start) return {};
    HW_CHECK_OK(materialize_all(step));
    storage::MaterializationRow again = *same;
    again.start = std::min(write.start, again.end);
    HW_TRY(const std::vector<Write> before, writes(write.dataset, place));
    HW_CHECK_OK(step.writer.put_materialization(again));
    HW_CHECK_OK(engine_->rewrite(write.dataset, place, before));
    book_->written(book_step(step), write.dataset, place);
    return {};
  }
  if (!known.empty() && known.back().end <= write.end && known.back().out != write.out) {
    const auto [code, inputs] = reasons(write.dataset, place);
    if (!code && !inputs) change.spans.push_back({place.lane, place.index, place.index});
    HW_TRY(const bool unread,
           code && !inputs ? unread_columns_alone(step, write.dataset, known.back().code, run)
                           : Result<bool>(false));
    if (unread) write.out = known.back().out;
  }
  HW_CHECK_OK(step.writer.put_materialization({write.dataset, place.lane, place.index, write.end,
                                               write.seq, write.start, write.job, write.code,
                                               write.out, given.out, write.run}));
  const bool goes_on = alike_ && alike_->first.out == write.out &&
                       alike_->second + 1 == place.index && !reads_itself(write.dataset);
  if (goes_on) {
    ++alike_->second;
    return {};
  }
  HW_CHECK_OK(materialize_all(step));
  alike_.emplace(write, place.index);
  return {};
}

// What was written alike, to the engine at once.
Result<void> PartitionView::materialize_all(Step& step) {
  if (!alike_) return {};
  const auto [write, last] = *std::exchange(alike_, std::nullopt);
  HW_CHECK_OK(engine_->write(write, last));
  for (std::int64_t index = write.place.index; index <= last; ++index) {
    book_->written(book_step(step), write.dataset, {write.place.lane, index});
  }
  return {};
}

// Then each of its partitions may be stale for the one before it, though both were just written.
bool PartitionView::reads_itself(DatasetNo dataset) const {
  const std::vector<Edge>& in = engine_->working().segment(dataset).in;
  return std::any_of(in.begin(), in.end(), [&](const Edge& edge) {
    return edge.upstream == dataset && edge.reads->counts();
  });
}

// ---- mappings
// ------------------------------------------------------------------------------------

Result<void> PartitionView::learn_mappings(Step& step, const Outputs& inputs,
                                           const Outputs& outputs) {
  for (const auto& [downstream, wrote] : outputs) {
    for (const auto& [upstream, read] : inputs) {
      HW_CHECK_OK(learn_mapping(step, upstream, downstream, joined(read), joined(wrote)));
    }
  }
  return {};
}

Result<void> PartitionView::learn_mapping(Step& step, std::uint32_t upstream,
                                          std::uint32_t downstream, const std::vector<Span>& inputs,
                                          const std::vector<Span>& outputs) {
  MappingDocument& document = mappings_[{upstream, downstream}];
  if (document.declared) return {};
  const Space& up = datasets_[upstream - 1].space;
  const Space& down = datasets_[downstream - 1].space;
  ++document.runs;
  bool met = false;
  for (Candidate& candidate : document.candidates) {
    const auto reads = Reads::create(candidate.mapping, up, down);
    if (!reads || !agrees(*reads, up.lane_count(), inputs, outputs)) continue;
    ++candidate.seen;
    met = true;
  }
  constexpr std::size_t kMaxCandidates = 16;
  if (!met && document.candidates.size() < kMaxCandidates) {
    if (auto mapping = suggested(inputs, up, outputs, down)) {
      document.candidates.push_back({*std::move(mapping), 1});
    }
  }
  const auto best =
      std::max_element(document.candidates.begin(), document.candidates.end(),
                       [](const Candidate& a, const Candidate& b) { return a.seen < b.seen; });
  if (best != document.candidates.end()) {
    const bool is_new = document.candidates.size() == 1 && best->seen == 1;
    if (is_new || !(best->mapping == document.mapping)) {
      const auto set =
          engine_->set_mapping(DatasetNo{upstream}, DatasetNo{downstream}, best->mapping);
      if (!set && disk_refuses(set.error())) return set;
      if (set) document.mapping = best->mapping;
      book_->mappings_changed(DatasetNo{downstream});
    }
  }
  return put(step, DocumentKind::kMapping, upstream, downstream, encode(document));
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
  alike_.reset();
  loaded_ = false;
}

}  // namespace headwater::planner
