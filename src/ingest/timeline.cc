#include "ingest/timeline.h"

#include <algorithm>
#include <cassert>

namespace headwater::ingest {

using model::EdgeKey;
using model::EdgeKind;
using model::EdgeSet;
using model::EndReason;
using model::mask;

bool Timeline::any_contains(const std::vector<Shown>& sets, const EdgeKey& key) {
  return std::ranges::any_of(sets, [&](const Shown& set) { return set.edges->contains(key); });
}

bool Timeline::covers(const std::vector<Shown>& sets, model::NodeId dataset) {
  return std::ranges::any_of(sets, [&](const Shown& set) {
    return std::ranges::binary_search(set.edges->covered, dataset);
  });
}

void Timeline::step(const Observation& o, Delta& delta) {
  assert(o.at >= last_);
  last_ = o.at;
  switch (o.type) {
    case ObservationType::kDelete:
      end_all(o, delta);
      apply_facets(o, delta);
      return;
    case ObservationType::kDatasetDeleted: end_at_dataset(o, delta); return;
    case ObservationType::kFacets:
    case ObservationType::kPeople: apply_facets(o, delta); return;
    case ObservationType::kDeclare:
      show(o, o.code, delta);
      declare(o, delta);
      apply_facets(o, delta);
      return;
    case ObservationType::kUse: show(o, {}, delta); return;
    case ObservationType::kShow:
    case ObservationType::kComplete:
    case ObservationType::kEnd: break;
  }
  RunState& run = note_run(o);
  show(o, run.code, delta);
  if ((o.flags & observation_flags::kSnapshot) != 0) snapshot(o, delta);
  if (!run.ended && o.type == ObservationType::kComplete) judge(o, run, delta);
  if (o.type != ObservationType::kShow) run.ended = true;
  if (run.ended) run.sets.clear();  // it has judged
  apply_facets(o, delta);
  forget_old_runs(o.at.time);
}

Timeline::RunState& Timeline::note_run(const Observation& o) {
  const auto [at, fresh] = runs_.try_emplace(o.run.value);
  RunState& run = at->second;
  if (fresh) run.start = o.at;
  run.last_time = o.at.time;
  if (o.code) run.code = o.code;
  if ((o.flags & observation_flags::kSnapshot) != 0) {
    run.sets.clear();
    run.flags = 0;
  }
  run.flags |= o.flags;
  const auto same = [&](const Shown& set) {
    return set.edges == o.edges ||
           (set.edges->entries == o.edges->entries && set.edges->covered == o.edges->covered);
  };
  if (o.edges && std::ranges::none_of(run.sets, same)) run.sets.push_back({o.edges, o.edge_set});
  return run;
}

void Timeline::show(const Observation& o, model::CodeId code, Delta& delta) {
  if (!o.edges) return;
  for (const EdgeSet::Entry& entry : o.edges->entries) {
    const auto [at, fresh] = live_.try_emplace(entry.key);
    Live& live = at->second;
    if (fresh) {
      live.from = o.at.time;
      delta.started.push_back({entry.key, o.at.time, model::kOpenEnd, EndReason::kNone});
    }
    live.shown = o.at;
    live.run = o.run;
    if (code || fresh) live.code = code;
    live.misses = 0;
  }
}

bool Timeline::speaks_of(const EdgeKey& key, std::int32_t flags,
                         const std::vector<Shown>& sets) const {
  const model::EdgeKinds kind = mask(key.kind);
  if ((kind & model::kColumnLineage) != 0) return covers(sets, options_->dataset_of(key.dst));
  if (key.kind == EdgeKind::kParent) return (flags & observation_flags::kParent) != 0;
  if (key.kind == EdgeKind::kControl) return (flags & observation_flags::kControl) != 0;
  return (flags & observation_flags::kIo) != 0;
}

Timeline::Edges::iterator Timeline::end_edge(Edges::iterator at, Micros time, EndReason reason,
                                             Delta& delta) {
  delta.ended.push_back({at->first, at->second.from, time, reason});
  return live_.erase(at);
}

void Timeline::judge(const Observation& o, const RunState& run, Delta& delta) {
  for (auto at = live_.begin(); at != live_.end();) {
    Live& live = at->second;
    if (any_contains(run.sets, at->first)) {
      if (run.code) live.code = run.code;  // the code may have come with a later event of the run
      ++at;
      continue;
    }
    if (live.shown >= run.start || !speaks_of(at->first, run.flags, run.sets)) {
      ++at;
      continue;
    }
    if (run.code && live.code && run.code != live.code) {
      at = end_edge(at, o.at.time, EndReason::kCodeVersion, delta);
    } else if (++live.misses >= options_->misses_to_retire) {
      at = end_edge(at, o.at.time, EndReason::kNotSeen, delta);
    } else {
      ++at;
    }
  }
}

void Timeline::declare(const Observation& o, Delta& delta) {
  std::vector<Shown> sets;
  if (o.edges) sets.push_back({o.edges, o.edge_set});
  for (auto at = live_.begin(); at != live_.end();) {
    const bool keep = any_contains(sets, at->first) || !speaks_of(at->first, o.flags, sets);
    at = keep ? std::next(at) : end_edge(at, o.at.time, EndReason::kDeclaration, delta);
  }
}

void Timeline::snapshot(const Observation& o, Delta& delta) {
  std::vector<Shown> sets;
  if (o.edges) sets.push_back({o.edges, o.edge_set});
  for (auto at = live_.begin(); at != live_.end();) {
    const bool keep = at->second.run != o.run || any_contains(sets, at->first) ||
                      !speaks_of(at->first, o.flags, sets);
    at = keep ? std::next(at) : end_edge(at, o.at.time, EndReason::kSnapshot, delta);
  }
}

void Timeline::end_all(const Observation& o, Delta& delta) {
  for (auto at = live_.begin(); at != live_.end();) {
    at = end_edge(at, o.at.time, EndReason::kJobDeleted, delta);
  }
}

bool Timeline::touches(model::NodeId dataset) const {
  return std::ranges::any_of(live_, [&](const auto& entry) {
    return options_->dataset_of(entry.first.src) == dataset ||
           options_->dataset_of(entry.first.dst) == dataset;
  });
}

std::set<model::NodeId> Timeline::datasets() const {
  std::set<model::NodeId> out;
  for (const auto& [key, live] : live_) {
    out.insert(options_->dataset_of(key.src));
    out.insert(options_->dataset_of(key.dst));
  }
  return out;
}

void Timeline::end_at_dataset(const Observation& o, Delta& delta) {
  for (auto at = live_.begin(); at != live_.end();) {
    const bool touched = options_->dataset_of(at->first.src) == o.dataset ||
                         options_->dataset_of(at->first.dst) == o.dataset;
    at = touched ? end_edge(at, o.at.time, EndReason::kDatasetDeleted, delta) : std::next(at);
  }
}

void Timeline::set_attribute(model::AttributeNameId name, model::ContentId content, Micros time,
                             Delta& delta) {
  const auto at = attributes_.find(name);
  const model::ContentId before = at == attributes_.end() ? model::ContentId{} : at->second.content;
  if (before == content) return;
  if (at != attributes_.end()) {
    at->second.to = time;
    delta.attributes_ended.push_back(at->second);
    attributes_.erase(at);
  }
  if (!content) return;
  const AttributeInterval started{name, content, time, model::kOpenEnd};
  attributes_.emplace(name, started);
  delta.attributes_started.push_back(started);
}

void Timeline::apply_facets(const Observation& o, Delta& delta) {
  if ((o.flags & observation_flags::kExists) != 0) {
    const auto state = attributes_.find(options_->state_attribute);
    if (state != attributes_.end() && options_->is_gone(state->second.content)) {
      set_attribute(options_->state_attribute, {}, o.at.time, delta);
      applied_.reset();
    }
  }
  if (!o.facets || o.facets == applied_) return;
  applied_ = o.facets;
  for (const auto& [name, content] : *o.facets) set_attribute(name, content, o.at.time, delta);
}

// A look at every run, each time there are twice as many as the last look left.
void Timeline::forget_old_runs(Micros now) {
  if (runs_.size() < forget_at_) return;
  std::erase_if(runs_, [&](const auto& entry) {
    const RunState& run = entry.second;
    const Micros after = run.ended ? options_->forget_ended_run_after : options_->forget_run_after;
    return now - run.last_time > after;
  });
  forget_at_ = std::max(kRunsBeforeForgetting, 2 * runs_.size());
}

std::vector<EdgeInterval> Timeline::live_edges() const {
  std::vector<EdgeInterval> out;
  out.reserve(live_.size());
  for (const auto& [key, live] : live_) {
    out.push_back({key, live.from, model::kOpenEnd, EndReason::kNone});
  }
  return out;
}

std::vector<AttributeInterval> Timeline::live_attributes() const {
  std::vector<AttributeInterval> out;
  out.reserve(attributes_.size());
  for (const auto& [name, interval] : attributes_) out.push_back(interval);
  return out;
}

}  // namespace headwater::ingest
