#include "ingest/catalog.h"

#include <algorithm>

#include "ingest/run_merge.h"
#include "model/event_rank.h"

namespace headwater::ingest {

using model::EdgeKind;
using model::End;
using model::Event;
using model::EventKind;
using model::EventType;
using model::NodeKind;

namespace {

constexpr std::size_t kMaxCachedRuns = 200'000;
constexpr std::size_t kMaxCachedShapes = 200'000;
constexpr std::size_t kMaxCachedConsumers = 20'000;

ObservationType type_of(const Event& event) {
  if (event.kind != EventKind::kRun) return ObservationType::kDeclare;
  switch (event.type) {
    case EventType::kComplete: return ObservationType::kComplete;
    case EventType::kAbort:
    case EventType::kFail: return ObservationType::kEnd;
    default: return ObservationType::kShow;
  }
}

std::int32_t flags_of(const Event& event) {
  namespace f = observation_flags;
  return f::kExists | (event.shows_io ? f::kIo : 0) | (event.shows_parent ? f::kParent : 0) |
         (event.shows_control ? f::kControl : 0) |
         (event.complete_snapshot && event.kind == EventKind::kRun ? f::kSnapshot : 0);
}

std::string run_key(const std::string& run_id, NodeId job) {
  return std::to_string(job.value) + '\0' + run_id;
}

}  // namespace

Catalog::Catalog(storage::Store& store, graph::Graph& graph, const PipelineOptions& options)
    : store_(store),
      graph_(graph),
      nodes_(graph),
      interner_(store),
      owners_(nodes_, interner_, options) {}

Result<void> Catalog::load(storage::Writer& writer) {
  resolved_.clear();
  runs_.clear();
  uses_.clear();
  HW_TRY(const auto high, writer.high_ids());
  next_run_ = high.run + 1;
  HW_CHECK_OK(nodes_.load(writer));
  HW_CHECK_OK(interner_.load(writer));
  HW_CHECK_OK(owners_.load(writer));
  loaded_ = true;
  return {};
}

void Catalog::publish() noexcept {
  nodes_.changes().seq = last_seq_;
  graph_.publish(nodes_.changes());
  nodes_.published();
  interner_.trim();
  owners_.trim();
  if (resolved_.size() > kMaxCachedShapes) resolved_.clear();
  if (runs_.size() > kMaxCachedRuns) runs_.clear();
  if (uses_.size() > kMaxCachedConsumers) uses_.clear();
}

void Catalog::discard() noexcept { loaded_ = false; }

Result<void> Catalog::prepare(const storage::ViewRecord& record, storage::Writer& writer,
                              storage::Effects& effects) {
  if (!loaded_) HW_CHECK_OK(load(writer));
  last_seq_ = record.seq;
  if (record.kind == storage::RecordKind::kQuarantined) return {};
  const std::uint32_t nodes_before = nodes_.created();
  Step step{record, writer, effects, {}, {}, {}};
  step.mention = {record.event_time, record.received_at, record.seq, false};
  step.at = {record.event_time, 0, static_cast<std::int64_t>(record.hash.low), record.seq.value};
  if (record.kind == storage::RecordKind::kDecision) {
    HW_CHECK_OK(apply_decision(step));
  } else {
    HW_CHECK_OK(apply_event(step, *record.event));
  }
  effects.nodes_added = nodes_.created() - nodes_before;
  return {};
}

Result<void> Catalog::apply_event(Step& step, const Event& event) {
  if (event.usage) return apply_usage(step, *event.usage);
  step.at.rank = rank_of(event);
  HW_TRY(step.producer, interner_.producer(event.producer, step.writer));
  HW_TRY(const Resolved* resolved, resolve(step, event));
  if (!event.aliases.empty()) {
    HW_CHECK_OK(apply_aliases(step, event));
    HW_TRY(resolved, resolve(step, event));
  }
  step.effects.owner = resolved->owner;
  step.effects.datasets = resolved->datasets;
  HW_CHECK_OK(observe_owner(step, event, *resolved));
  HW_CHECK_OK(observe_datasets(step, event, *resolved));
  for (const model::Name& name : event.dropped) {
    HW_TRY(const NodeId id,
           nodes_.touch({NodeKind::kDataset, name, {}}, step.mention, step.writer));
    Position at = step.at;
    at.rank = model::kRankEnd + 1;
    HW_CHECK_OK(owners_.delete_dataset(id, at, step.writer, step.effects));
    uses_.clear();
  }
  return {};
}

Result<const Catalog::Resolved*> Catalog::resolve(Step& step, const Event& event) {
  auto at = resolved_.find(event.edges.hash);
  if (at == resolved_.end()) {
    Resolved resolved;
    HW_CHECK_OK(touch_all(step, event, resolved));
    HW_TRY(resolved.owner, nodes_.touch(event.edges.owner, step.mention, step.writer));
    HW_TRY(model::EdgeSet set, edge_set_of(step, event, resolved.owner));
    HW_TRY(resolved.id, interner_.edge_set(set, step.writer));
    if (resolved.id) {
      resolved.raw = std::make_shared<const model::EdgeSet>(std::move(set));
      resolved.canonical = owners_.canonical(resolved.raw);
    }
    resolved.min_time = event.time;
    at = resolved_.emplace(event.edges.hash, std::move(resolved)).first;
  } else if (event.time < at->second.min_time) {
    HW_CHECK_OK(touch_all(step, event, at->second));
    at->second.min_time = event.time;
  }
  return &at->second;
}

// Every node the event names, in the order in which it names them.
Result<void> Catalog::touch_all(Step& step, const Event& event, Resolved& resolved) {
  HW_TRY([[maybe_unused]] const NodeId owner,
         nodes_.touch(event.edges.owner, step.mention, step.writer));
  resolved.datasets.clear();
  for (const model::Name& name : event.datasets) {
    HW_TRY(const NodeId id,
           nodes_.touch({NodeKind::kDataset, name, {}}, step.mention, step.writer));
    resolved.datasets.push_back(id);
  }
  NodeTable::Mention named = step.mention;
  named.placeholder = true;
  for (const model::NamedEdge& edge : event.edges.edges) {
    for (const End* end : {&edge.src, &edge.dst}) {
      HW_TRY([[maybe_unused]] const NodeId id, nodes_.touch(*end, named, step.writer));
    }
  }
  for (const auto& [name, other] : event.aliases) {
    HW_TRY([[maybe_unused]] const NodeId id,
           nodes_.touch({NodeKind::kDataset, other, {}}, named, step.writer));
  }
  resolved.observed.clear();
  for (const model::ObservedDataset& dataset : event.observed) {
    HW_TRY(const NodeId id,
           nodes_.touch({NodeKind::kDataset, dataset.name, {}}, step.mention, step.writer));
    resolved.observed.push_back(id);
  }
  return {};
}

Result<model::EdgeSet> Catalog::edge_set_of(Step& step, const Event& event, NodeId owner) {
  NodeTable::Mention named = step.mention;
  named.placeholder = true;
  model::EdgeSet set;
  for (const model::NamedEdge& edge : event.edges.edges) {
    model::EdgeSet::Entry entry;
    entry.facet = edge.facet;
    entry.key.kind = edge.kind;
    HW_TRY(entry.key.src, nodes_.touch(edge.src, named, step.writer));
    HW_TRY(entry.key.dst, nodes_.touch(edge.dst, named, step.writer));
    const bool has_via = edge.kind == EdgeKind::kFlow || edge.kind == EdgeKind::kColumnDirect ||
                         edge.kind == EdgeKind::kColumnIndirect;
    if (has_via) entry.key.via = owner;
    HW_TRY(entry.key.detail, interner_.transformation(edge, step.writer));
    set.entries.push_back(entry);
  }
  for (const model::Name& name : event.edges.covered) {
    HW_TRY(const NodeId id, nodes_.touch({NodeKind::kDataset, name, {}}, named, step.writer));
    set.covered.push_back(id);
  }
  set.normalize();
  return set;
}

Result<void> Catalog::apply_aliases(Step& step, const Event& event) {
  NodeTable::Mention named = step.mention;
  named.placeholder = true;
  bool merged = false;
  for (const auto& [name, other] : event.aliases) {
    HW_TRY(const NodeId a, nodes_.touch({NodeKind::kDataset, name, {}}, named, step.writer));
    HW_TRY(const NodeId b, nodes_.touch({NodeKind::kDataset, other, {}}, named, step.writer));
    if (nodes_.canonical(a) == nodes_.canonical(b)) continue;
    HW_CHECK_OK(owners_.merge(a, b, named, step.writer, step.effects));
    merged = true;
  }
  if (merged) resolved_.clear();
  if (merged) uses_.clear();
  return {};
}

Result<storage::RunInfo*> Catalog::run_info(const std::string& run_id, NodeId job, Step& step) {
  const std::string key = run_key(run_id, job);
  if (const auto at = runs_.find(key); at != runs_.end()) return &at->second;
  HW_TRY(auto stored, step.writer.reader().find_run(run_id, job));
  if (!stored) {
    stored.emplace();
    stored->id = model::RunRow{next_run_++};
    stored->run_id = run_id;
    stored->job = job;
    stored->recorded = step.record.seq;
  }
  return &runs_.emplace(key, std::move(*stored)).first->second;
}

Result<model::RunRow> Catalog::apply_run(Step& step, const Event& event, NodeId job,
                                         model::CodeId code) {
  model::RunRow parent;
  if (event.parent_job && !event.parent_run_id.empty()) {
    NodeTable::Mention named = step.mention;
    named.placeholder = true;
    HW_TRY(const NodeId parent_job,
           nodes_.touch({NodeKind::kJob, *event.parent_job, {}}, named, step.writer));
    HW_TRY(storage::RunInfo* const info, run_info(event.parent_run_id, parent_job, step));
    parent = info->id;
    if (event.time < info->first_time) {  // a placeholder is as old as its first child
      HW_CHECK_OK(keep_past(step, *info, event.time));
      info->first_time = event.time;
      info->updated = step.record.seq;
      HW_CHECK_OK(step.writer.upsert_run(*info));
    }
  }
  HW_TRY(storage::RunInfo* const run, run_info(event.run_id, job, step));
  step.effects.merged = run->state != storage::RunState::kUnknown;
  HW_CHECK_OK(keep_past(step, *run, event.time));
  merge_event(*run, event, step.at, code, parent == run->id ? model::RunRow{} : parent);
  run->updated = step.record.seq;
  HW_CHECK_OK(step.writer.upsert_run(*run));
  step.effects.run = run;
  return run->id;
}

storage::ObservationRow Catalog::row_of(const Step& step, NodeId owner, ObservationType type) {
  storage::ObservationRow row;
  row.owner = owner;
  row.time = step.at.time;
  row.rank = step.at.rank;
  row.tie = step.at.tie;
  row.seq = step.record.seq;
  row.type = static_cast<std::int32_t>(type);
  return row;
}

Result<void> Catalog::keep_past(Step& step, const storage::RunInfo& run, Micros first_time) {
  const bool known_before = run.recorded < step.record.seq && run.first_time != model::kOpenEnd;
  if (!known_before || run.first_time <= first_time) return {};
  return step.writer.insert_run_past({run.job, step.record.seq, run.id, run.first_time});
}

Result<void> Catalog::observe_owner(Step& step, const Event& event, const Resolved& resolved) {
  storage::ObservationRow row = row_of(step, resolved.owner, type_of(event));
  row.flags = flags_of(event);
  const bool gone = event.kind == EventKind::kDataset &&
                    std::ranges::binary_search(event.dropped, event.edges.owner.name);
  if (gone) row.flags &= ~observation_flags::kExists;  // a declaration that it is no more
  row.edge_set = resolved.id;
  row.producer = step.producer;
  HW_TRY(row.code, interner_.code(event.code_semantic, step.writer));
  const auto edges = resolved.canonical;
  if (event.kind == EventKind::kRun) {
    HW_TRY(row.run, apply_run(step, event, resolved.owner, row.code));
  }
  BundleRef facets;
  for (const model::EntityFacets& entity : event.facets) {
    const bool own = entity.is_job == (event.kind != EventKind::kDataset) &&
                     entity.entity == event.edges.owner.name;
    if (!own) continue;
    HW_TRY(facets, interner_.bundle(entity, step.writer));
  }
  row.bundle = facets.id;
  return owners_.observe(row, edges, facets.bundle, step.writer, step.effects);
}

// Facets of the datasets that a run or job names, and that it wrote them.
Result<void> Catalog::observe_datasets(Step& step, const Event& event, const Resolved& resolved) {
  for (std::size_t i = 0; i < event.observed.size(); ++i) {
    const model::ObservedDataset& dataset = event.observed[i];
    BundleRef bundle;
    if (dataset.facets >= 0) {
      HW_TRY(bundle, interner_.bundle(event.facets[dataset.facets], step.writer));
    }
    storage::ObservationRow row = row_of(step, resolved.observed[i], ObservationType::kFacets);
    row.bundle = bundle.id;
    row.producer = step.producer;
    row.flags = dataset.written && !dataset.dropped ? observation_flags::kExists : 0;
    HW_CHECK_OK(owners_.observe(row, nullptr, bundle.bundle, step.writer, step.effects));
  }
  return {};
}

}  // namespace headwater::ingest
