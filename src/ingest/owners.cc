#include "ingest/owners.h"

#include <algorithm>
#include <utility>

#include "model/json.h"
#include "storage/edge_sets.h"

namespace headwater::ingest {

using base::ErrorCode;
using base::make_error;
using model::EdgeKey;
using model::EdgeKind;
using model::EdgeSet;
using model::NodeKind;

namespace {

constexpr std::size_t kMaxTips = 200'000;
constexpr std::size_t kMaxCachedSets = 100'000;

// Of a row of observation, deletion or tip.
template <class Row>
Position position_of(const Row& row) {
  return {row.time, row.rank, row.tie, row.seq.value};
}

}  // namespace

Owners::Owners(NodeTable& nodes, Interner& interner, const PipelineOptions& options)
    : nodes_(nodes), interner_(interner) {
  options_.misses_to_retire = options.misses_to_retire;
  options_.window = options.refold_window;
  options_.save_every = options.save_every;
  options_.dataset_of = [this](NodeId id) { return nodes_.dataset_of(id); };
  options_.is_gone = [this](model::ContentId content) { return gone_.contains(content); };
}

Result<void> Owners::load(storage::Writer& writer) {
  tips_.clear();
  touched_.clear();
  deletions_.clear();
  edge_sets_.clear();
  bundles_.clear();
  gone_.clear();
  options_.state_attribute = {};  // what a transaction that failed has interned is gone
  HW_TRY(const auto high, writer.high_ids());
  next_edge_ = high.edge.value + 1;
  next_attribute_ = high.attribute + 1;
  HW_TRY(const auto rows, writer.reader().deletions());
  for (const auto& row : rows) {
    deletions_[nodes_.canonical(row.dataset)].push_back(position_of(row));
  }
  latest_deletion_ = {};
  for (auto& [dataset, positions] : deletions_) {
    std::ranges::sort(positions);
    latest_deletion_ = std::max(latest_deletion_, positions.back());
  }
  return {};
}

void Owners::trim() {
  touched_.clear();
  if (tips_.size() > kMaxTips) tips_.clear();
  if (edge_sets_.size() > kMaxCachedSets) edge_sets_.clear();
  if (bundles_.size() > kMaxCachedSets) bundles_.clear();
}

std::shared_ptr<const EdgeSet> Owners::canonical(std::shared_ptr<const EdgeSet> set) const {
  if (!set || !nodes_.any_merges()) return set;
  EdgeSet out;
  for (EdgeSet::Entry entry : set->entries) {
    entry.key.src = nodes_.canonical(entry.key.src);
    entry.key.dst = nodes_.canonical(entry.key.dst);
    entry.key.via = nodes_.canonical(entry.key.via);
    if (entry.key.src != entry.key.dst) out.entries.push_back(entry);
  }
  for (const NodeId id : set->covered) out.covered.push_back(nodes_.canonical(id));
  out.normalize();
  return std::make_shared<const EdgeSet>(std::move(out));
}

Result<std::shared_ptr<const EdgeSet>> Owners::edge_set(model::EdgeSetId id,
                                                        storage::Writer& writer) {
  if (!id) return std::shared_ptr<const EdgeSet>();
  if (const auto at = edge_sets_.find(id.value); at != edge_sets_.end()) return at->second;
  HW_TRY(EdgeSet decoded, storage::read_edge_set(writer.reader(), id));
  auto set = canonical(std::make_shared<const EdgeSet>(std::move(decoded)));
  edge_sets_.emplace(id.value, set);
  return set;
}

Result<std::shared_ptr<const model::Bundle>> Owners::bundle(model::BundleId id,
                                                            storage::Writer& writer) {
  if (!id) return std::shared_ptr<const model::Bundle>();
  if (const auto at = bundles_.find(id.value); at != bundles_.end()) return at->second;
  HW_TRY(const auto bytes, writer.reader().bundle(id));
  auto decoded = bytes ? model::decode_bundle(*bytes) : std::nullopt;
  if (!decoded) {
    return make_error(ErrorCode::kStorageCorrupt, "Stored data is damaged; run headwater check.",
                      "bundle " + std::to_string(id.value));
  }
  auto bundle = std::make_shared<const model::Bundle>(std::move(*decoded));
  bundles_.emplace(id.value, bundle);
  return bundle;
}

Result<Observation> Owners::observation(NodeId owner, const storage::ObservationRow& row,
                                        storage::Writer& writer) {
  HW_TRY(auto edges, edge_set(row.edge_set, writer));
  HW_TRY(auto facets, bundle(row.bundle, writer));
  return observation(owner, row, std::move(edges), std::move(facets));
}

Observation Owners::observation(NodeId owner, const storage::ObservationRow& row,
                                std::shared_ptr<const EdgeSet> edges,
                                std::shared_ptr<const model::Bundle> facets) const {
  Observation o;
  o.at = position_of(row);
  o.type = static_cast<ObservationType>(row.type);
  o.flags = row.flags;
  o.run = row.run;
  o.code = row.code;
  o.edge_set = row.edge_set;
  o.edges = std::move(edges);
  o.facets = std::move(facets);
  if (nodes_.kind(owner) == NodeKind::kDataset) o.dataset = owner;
  return o;
}

// A dataset of several names has observations under each, and several at one position: it is folded
// from the start.
Result<std::vector<Observation>> Owners::restore(NodeId owner, Tip& tip, storage::Writer& writer) {
  if (nodes_.members(owner).size() > 1) return observations(owner, writer);
  HW_TRY(const auto stored, writer.reader().tip(owner));
  if (!stored) return observations(owner, writer);
  auto base = Timeline::decode(stored->state, options_, [&](model::EdgeSetId id) {
    auto found = edge_set(id, writer);
    return found ? std::move(found).value() : nullptr;
  });
  const Position at = position_of(*stored);
  if (!base || base->last() != at) return observations(owner, writer);
  std::vector<Observation> after;
  HW_TRY(const auto rows, writer.reader().observations_after(*stored));
  for (const auto& row : rows) {
    HW_TRY(Observation o, observation(owner, row, writer));
    after.push_back(std::move(o));
  }
  if (!deletions_.empty()) {
    std::vector<Observation> all = after;
    add_deletions(after, base->datasets(), at, all);
    std::ranges::stable_sort(all, {}, &Observation::at);
    after = std::move(all);
  }
  tip.restore(std::move(*base));
  return after;
}

Result<void> Owners::save_if_due(NodeId owner, Tip& tip, storage::Writer& writer) {
  if (!tip.save_due() || nodes_.members(owner).size() > 1) return {};
  const Position& at = tip.base_last();
  tip.saved();
  return writer.put_tip({owner, at.time, at.rank, at.tie, Seq{at.seq}, tip.base().encode()});
}

Result<std::vector<Observation>> Owners::observations(NodeId owner, storage::Writer& writer) {
  std::vector<Observation> own;
  // One record may speak of several names of the dataset: the best name has the last word.
  std::vector<NodeId> members = nodes_.members(owner);
  std::ranges::sort(members, [&](NodeId a, NodeId b) { return nodes_.preferred(b, a); });
  for (const NodeId member : members) {
    HW_TRY(const auto rows, writer.reader().observations_of_owner(member));
    for (const auto& row : rows) {
      HW_TRY(Observation o, observation(owner, row, writer));
      own.push_back(std::move(o));
    }
  }
  std::vector<Observation> all = own;
  if (!deletions_.empty()) add_deletions(own, {}, Position{}, all);
  std::ranges::stable_sort(all, {}, &Observation::at);
  return all;
}

// Deletions after a position, of these datasets and of every one that the observations ever put at
// the end of an edge.
void Owners::add_deletions(const std::vector<Observation>& from, std::set<NodeId> datasets,
                           const Position& after, std::vector<Observation>& to) const {
  std::set<const EdgeSet*> seen;
  for (const Observation& o : from) {
    if (!o.edges || !seen.insert(o.edges.get()).second) continue;
    for (const auto& entry : o.edges->entries) {
      datasets.insert(nodes_.dataset_of(entry.key.src));
      datasets.insert(nodes_.dataset_of(entry.key.dst));
    }
  }
  for (const NodeId dataset : datasets) {
    const auto at = deletions_.find(dataset);
    if (at == deletions_.end()) continue;
    for (const Position& position : at->second) {
      if (position <= after) continue;
      Observation o;
      o.at = position;
      o.type = ObservationType::kDatasetDeleted;
      o.dataset = dataset;
      to.push_back(std::move(o));
    }
  }
}

bool Owners::deleted_after(const EdgeSet* edges, const Position& at) const {
  if (edges == nullptr || deletions_.empty()) return false;
  return std::ranges::any_of(edges->entries, [&](const auto& entry) {
    for (const NodeId end : {entry.key.src, entry.key.dst}) {
      const auto found = deletions_.find(nodes_.dataset_of(end));
      if (found != deletions_.end() && found->second.back() > at) return true;
    }
    return false;
  });
}

namespace {

// Moves the rows that stand to the answer and leaves those that do not in `stored`; what has no row
// yet goes to `wanted`, in order.
template <class Interval, class Id>
Rows<Interval, Id> match(Rows<Interval, Id>& stored,
                         const std::vector<Produced<Interval>>& produced,
                         std::vector<const Produced<Interval>*>& wanted) {
  Rows<Interval, Id> standing;
  for (const Produced<Interval>& p : produced) {
    const auto row = stored.find(p.interval);
    if (row == stored.end()) {
      wanted.push_back(&p);
      continue;
    }
    standing.emplace(p.interval, RowRef<Id>{row->second.id, p.ended_at});
    stored.erase(row);
  }
  return standing;
}

}  // namespace

Result<Tip*> Owners::tip(NodeId owner, storage::Writer& writer) {
  if (const auto at = tips_.find(owner.value); at != tips_.end()) return at->second.get();
  auto fresh = std::make_unique<Tip>(options_);
  if (!nodes_.is_new(owner) || nodes_.members(owner).size() > 1) {
    HW_TRY(const auto history, restore(owner, *fresh, writer));
    const Fold fold = fresh->fold(history);
    HW_TRY(EdgeRows edges, stored_edges(owner, Seq{}, writer));
    HW_TRY(AttributeRows attributes, stored_attributes(owner, Seq{}, writer));
    std::vector<const Produced<EdgeInterval>*>
        missing_edges;  // none: the rows follow from the fold
    std::vector<const Produced<AttributeInterval>*> missing_attributes;
    fresh->edge_rows = match(edges, fold.edges, missing_edges);
    fresh->attribute_rows = match(attributes, fold.attributes, missing_attributes);
    fresh->trim_rows();
  }
  return tips_.emplace(owner.value, std::move(fresh)).first->second.get();
}

// Before the first fold: the states that say that an owner is gone.
Result<void> Owners::know_states(storage::Writer& writer) {
  if (options_.state_attribute) return {};
  for (const char* state : {"\"DROP\"", "\"RENAMED\"", "\"DELETED\""}) {
    HW_TRY(const auto content, interner_.content(state, writer));
    gone_.insert(content);
  }
  HW_TRY(options_.state_attribute, interner_.attribute("$state", writer));
  return {};
}

Result<void> Owners::observe(const storage::ObservationRow& row,
                             std::shared_ptr<const EdgeSet> edges,
                             std::shared_ptr<const model::Bundle> facets, storage::Writer& writer,
                             storage::Effects& effects) {
  HW_CHECK_OK(know_states(writer));
  const NodeId owner = nodes_.canonical(row.owner);
  HW_TRY(Tip* const at_tip, tip(owner, writer));
  HW_CHECK_OK(writer.insert_observation(row));
  touched_.insert(owner);
  const Observation o = observation(owner, row, std::move(edges), std::move(facets));
  if (o.at > at_tip->last() && !deleted_after(o.edges.get(), o.at)) {
    HW_CHECK_OK(step(owner, *at_tip, o, row.seq, writer, effects));
    return save_if_due(owner, *at_tip, writer);
  }
  // Deletions that found nothing to end are not in the window, but may find something now.
  const bool window_suffices = at_tip->in_window(o.at) && o.at < at_tip->last() &&
                               latest_deletion_ <= at_tip->base_last() &&
                               nodes_.members(owner).size() == 1;
  if (window_suffices) return refold_window(owner, *at_tip, o, row.seq, writer, effects);
  return refold(owner, row.seq, writer, effects);
}

// Writes in the order in which refold writes, so that ids do not depend on which of the two it was.
Result<void> Owners::step(NodeId owner, Tip& tip, const Observation& observation, Seq seq,
                          storage::Writer& writer, storage::Effects& effects) {
  Timeline::Delta delta;
  tip.step(observation, delta);
  std::ranges::sort(delta.ended);
  for (EdgeInterval open : delta.ended) {
    open.to = model::kOpenEnd;
    open.reason = model::EndReason::kNone;
    const auto row = tip.edge_rows.find(open);
    HW_CHECK_OK(close_edge(row->second.id, seq, writer));
    tip.edge_rows.erase(row);
  }
  std::vector<EdgeInterval> edges = std::move(delta.ended);
  edges.insert(edges.end(), delta.started.begin(), delta.started.end());
  std::ranges::sort(edges);
  for (const EdgeInterval& interval : edges) {
    HW_TRY(const auto id, insert_edge(owner, interval, seq, writer, effects));
    const bool open = interval.to == model::kOpenEnd;
    tip.edge_rows.emplace(interval, RowRef<model::EdgeId>{id, open ? kNotEnded : observation.at});
  }
  return step_attributes(owner, tip, observation.at, delta, seq, writer);
}

Result<void> Owners::step_attributes(NodeId owner, Tip& tip, const Position& at,
                                     Timeline::Delta& delta, Seq seq, storage::Writer& writer) {
  std::ranges::sort(delta.attributes_ended);
  for (AttributeInterval open : delta.attributes_ended) {
    open.to = model::kOpenEnd;
    const auto row = tip.attribute_rows.find(open);
    HW_CHECK_OK(writer.close_attribute(row->second.id, seq));
    tip.attribute_rows.erase(row);
  }
  std::vector<AttributeInterval> attributes = std::move(delta.attributes_ended);
  attributes.insert(attributes.end(), delta.attributes_started.begin(),
                    delta.attributes_started.end());
  std::ranges::sort(attributes);
  for (const AttributeInterval& interval : attributes) {
    HW_TRY(const auto id, insert_attribute(owner, interval, seq, writer));
    const bool open = interval.to == model::kOpenEnd;
    tip.attribute_rows.emplace(interval, RowRef<std::int64_t>{id, open ? kNotEnded : at});
  }
  return {};
}

Result<void> Owners::refold(NodeId owner, Seq seq, storage::Writer& writer,
                            storage::Effects& effects) {
  HW_TRY(const auto history, observations(owner, writer));
  auto fresh = std::make_unique<Tip>(options_);
  const Fold fold = fresh->fold(history);
  HW_TRY(EdgeRows edges, stored_edges(owner, seq, writer));
  HW_TRY(fresh->edge_rows, diff_edges(owner, std::move(edges), fold, seq, writer, effects));
  HW_TRY(AttributeRows attributes, stored_attributes(owner, seq, writer));
  HW_TRY(fresh->attribute_rows, diff_attributes(owner, std::move(attributes), fold, seq, writer));
  fresh->trim_rows();
  tips_[owner.value] = std::move(fresh);
  touched_.insert(owner);
  return writer.delete_tip(owner);  // what was saved may not know of this
}

Result<void> Owners::refold_window(NodeId owner, Tip& tip, const Observation& late, Seq seq,
                                   storage::Writer& writer, storage::Effects& effects) {
  if (tip.keep_repeated(late)) return {};
  const Fold fold = tip.refold_with(late);
  HW_TRY(tip.edge_rows, diff_edges(owner, std::move(tip.edge_rows), fold, seq, writer, effects));
  HW_TRY(tip.attribute_rows,
         diff_attributes(owner, std::move(tip.attribute_rows), fold, seq, writer));
  tip.settle();
  return {};
}

Result<EdgeRows> Owners::stored_edges(NodeId owner, Seq seq, storage::Writer& writer) {
  EdgeRows stored;
  for (const NodeId member : nodes_.members(owner)) {
    HW_TRY(const auto rows, writer.reader().edges_of_owner(member, true));
    for (const auto& row : rows) {
      if (member != owner) {  // owned under another name until now
        if (seq) HW_CHECK_OK(close_edge(row.id, seq, writer));
        continue;
      }
      const EdgeKey key{row.kind, row.src, row.dst, row.via, row.detail};
      stored.emplace(EdgeInterval{key, row.valid_from, row.valid_to, row.reason},
                     RowRef<model::EdgeId>{row.id, kNotEnded});
    }
  }
  return stored;
}

Result<AttributeRows> Owners::stored_attributes(NodeId owner, Seq seq, storage::Writer& writer) {
  AttributeRows stored;
  for (const NodeId member : nodes_.members(owner)) {
    HW_TRY(const auto rows, writer.reader().attributes_of_owner(member, true));
    for (const auto& row : rows) {
      if (member != owner) {
        if (seq) HW_CHECK_OK(writer.close_attribute(row.id, seq));
        continue;
      }
      stored.emplace(AttributeInterval{row.name, row.content, row.valid_from, row.valid_to},
                     RowRef<std::int64_t>{row.id, kNotEnded});
    }
  }
  return stored;
}

Result<EdgeRows> Owners::diff_edges(NodeId owner, EdgeRows stored, const Fold& fold, Seq seq,
                                    storage::Writer& writer, storage::Effects& effects) {
  std::vector<const Produced<EdgeInterval>*> wanted;
  EdgeRows standing = match(stored, fold.edges, wanted);
  for (const auto& [interval, row] : stored) HW_CHECK_OK(close_edge(row.id, seq, writer));
  for (const auto* p : wanted) {
    HW_TRY(const auto id, insert_edge(owner, p->interval, seq, writer, effects));
    standing.emplace(p->interval, RowRef<model::EdgeId>{id, p->ended_at});
  }
  return standing;
}

Result<AttributeRows> Owners::diff_attributes(NodeId owner, AttributeRows stored, const Fold& fold,
                                              Seq seq, storage::Writer& writer) {
  std::vector<const Produced<AttributeInterval>*> wanted;
  AttributeRows standing = match(stored, fold.attributes, wanted);
  for (const auto& [interval, row] : stored) {
    HW_CHECK_OK(writer.close_attribute(row.id, seq));
  }
  for (const auto* p : wanted) {
    HW_TRY(const auto id, insert_attribute(owner, p->interval, seq, writer));
    standing.emplace(p->interval, RowRef<std::int64_t>{id, p->ended_at});
  }
  return standing;
}

Result<model::EdgeId> Owners::insert_edge(NodeId owner, const EdgeInterval& interval, Seq seq,
                                          storage::Writer& writer, storage::Effects& effects) {
  storage::EdgeRow row;
  row.id = model::EdgeId{next_edge_++};
  row.owner = owner;
  row.kind = interval.key.kind;
  row.src = interval.key.src;
  row.dst = interval.key.dst;
  row.via = interval.key.via;
  row.detail = interval.key.detail;
  row.valid_from = interval.from;
  row.valid_to = interval.to;
  row.recorded_from = seq;
  row.reason = interval.reason;
  HW_CHECK_OK(writer.insert_edge(row));
  nodes_.changes().edges.push_back({row.id, row.src, row.dst, row.via, row.kind, row.detail,
                                    row.valid_from, row.valid_to, seq, model::kNeverSeq});
  ++(interval.to == model::kOpenEnd ? effects.edges_added : effects.edges_retired);
  return row.id;
}

Result<void> Owners::close_edge(model::EdgeId id, Seq seq, storage::Writer& writer) {
  HW_CHECK_OK(writer.close_edge(id, seq));
  nodes_.changes().closes.push_back({id, seq});
  return {};
}

Result<std::int64_t> Owners::insert_attribute(NodeId owner, const AttributeInterval& interval,
                                              Seq seq, storage::Writer& writer) {
  storage::AttributeRow row;
  row.id = next_attribute_++;
  row.owner = owner;
  row.name = interval.name;
  row.content = interval.content;
  row.valid_from = interval.from;
  row.valid_to = interval.to;
  row.recorded_from = seq;
  HW_CHECK_OK(writer.insert_attribute(row));
  return row.id;
}

}  // namespace headwater::ingest
