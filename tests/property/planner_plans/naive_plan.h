// The rules of plans, one partition at a time, from verdicts and from what each partition reads.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "tests/property/planner_plans/world.h"

namespace headwater::tests::plans {

struct NaiveRead : InputSpan {
  bool last = false;  // by a mapping of that kind: [the last one that is present, ...)
};

inline const Partition& key_of(const Partition& partition) { return partition; }
template <class Value>
const Partition& key_of(const std::pair<const Partition, Value>& entry) {
  return entry.first;
}

class NaivePlan {
 public:
  NaivePlan(World& world, const Staleness& staleness, const PlanOptions& options)
      : world_(world), staleness_(staleness), state_(staleness.state()), options_(options) {
    find_scope();
    find_partitions();
    close();
  }

  // What is to be run, or may have to be; true: definite.
  const std::map<Partition, bool>& planned() const { return planned_; }
  const std::set<Partition>& unrecoverable() const { return unrecoverable_; }
  // Of those, what is only because of a refresh window.
  const std::set<Partition>& refreshed() const { return refreshed_; }

  // One after it, not too far, has closed since its run began.
  static bool is_due(World& world, const State& state, Micros now, const Partition& partition) {
    const auto& [dataset, place] = partition;
    const Space& space = *state.segment(dataset).space;
    const std::vector<Write> writes = world.history.writes(dataset, place).value();
    const Dimension* const time = space.index_dimension();
    if (writes.empty() || time == nullptr || time->kind != Dimension::Kind::kTime) return false;
    const Span closed = space.expected(place.lane, now, true);
    for (std::int64_t i = place.index + 1; i <= place.index + time->refresh; ++i) {
      if (i < closed.first || i > closed.last) continue;
      const Micros close = space.interval({place.lane, i})->second + time->close_offset_us;
      if (close > writes.back().start) return true;
    }
    return false;
  }

  // What it reads, over all mappings that count, whatever is there: spans of upstream lanes.
  static std::vector<NaiveRead> reads(const State& state, const Partition& partition) {
    std::vector<NaiveRead> out;
    const auto& [dataset, place] = partition;
    for (const Edge& edge : state.segment(dataset).in) {
      const Mapping& mapping = edge.reads->mapping();
      if (mapping.kind == MappingKind::kAsOf) continue;
      if (mapping.kind == MappingKind::kExplicit) {
        for (const Mapping::Pair& pair : mapping.pairs) {
          if (pair.downstream != place) continue;
          const Place& up = pair.upstream;
          out.push_back({{edge.upstream, {up.lane, up.index, up.index}}});
        }
        continue;
      }
      for (std::uint32_t lane = 0; lane < state.segment(edge.upstream).lane_count(); ++lane) {
        const bool wanted =
            mapping.lanes == LaneRule::kAll ||
            (mapping.lanes == LaneRule::kSame && lane == place.lane) ||
            (mapping.lanes == LaneRule::kMatched &&
             have_the_same_values(*state.segment(edge.upstream).space, lane,
                                  *state.segment(dataset).space, place.lane)) ||
            (mapping.lanes == LaneRule::kProjected && place.lane < mapping.projection.size() &&
             mapping.projection[place.lane] == lane);
        if (!wanted) continue;
        if (mapping.kind == MappingKind::kAll) {
          out.push_back({{edge.upstream, {lane, INT64_MIN, INT64_MAX}}});
        } else if (mapping.kind == MappingKind::kLast) {
          std::int64_t last = INT64_MIN;
          if (const Lane* const there = state.segment(edge.upstream).find(lane)) {
            last = there->last_present().value_or(INT64_MIN);
          }
          out.push_back({{edge.upstream, {lane, last, INT64_MAX}}, true});
        } else {
          const Interval read = edge.reads->upstream_of(place.index);
          if (!read.empty()) out.push_back({{edge.upstream, {lane, read.first, read.last}}});
        }
      }
    }
    return out;
  }

  // In the dimensions of the same name, without the indexes'.
  static bool have_the_same_values(const Space& up, std::uint32_t up_lane, const Space& down,
                                   std::uint32_t down_lane) {
    KeyParts a = up.key_of({up_lane, 0}), b = down.key_of({down_lane, 0});
    if (const Dimension* const index = up.index_dimension()) a.erase(index->name);
    if (const Dimension* const index = down.index_dimension()) b.erase(index->name);
    for (const auto& [name, value] : a) {
      if (b.contains(name) && b[name] != value) return false;
    }
    return true;
  }

  static bool within(const InputSpan& span, const Partition& partition) {
    return span.dataset == partition.first && span.span.lane == partition.second.lane &&
           span.span.first <= partition.second.index && partition.second.index <= span.span.last;
  }
  // Calls visit(entry) for the entries of a map or set by partition that lie in the span.
  template <class Container, class Visit>
  static void each_within(const Container& container, const InputSpan& span, Visit visit) {
    const Partition first{span.dataset, {span.span.lane, span.span.first}};
    for (auto it = container.lower_bound(first); it != container.end() && within(span, key_of(*it));
         ++it) {
      visit(*it);
    }
  }

 private:
  struct About {
    bool stale = false, missing = false, refresh = false, seed = false, doomed = false;
    std::vector<NaiveRead> reads;
  };

  void find_scope() {
    for (const DatasetNo dataset : options_.scope) in_scope_.insert(dataset.value);
    for (bool more = !options_.scope.empty(); more;) {
      more = false;
      for (std::uint32_t i = 1; i <= state_.dataset_count(); ++i) {
        for (const Edge& edge : state_.segment(DatasetNo{i}).in) {
          if (edge.reads->mapping().kind == MappingKind::kAsOf) continue;
          const auto [from, to] = options_.direction == PlanOptions::Direction::kUpstream
                                      ? std::pair(edge.downstream, edge.upstream)
                                      : std::pair(edge.upstream, edge.downstream);
          if (options_.direction == PlanOptions::Direction::kNone) continue;
          if (in_scope_.contains(from.value)) more |= in_scope_.insert(to.value).second;
        }
      }
    }
  }

  void find_partitions() {
    for (std::uint32_t i = 1; i <= state_.dataset_count(); ++i) {
      const DatasetNo dataset{i};
      if (!options_.scope.empty() && !in_scope_.contains(i)) continue;
      const Space& space = *state_.segment(dataset).space;
      std::set<Place> places;
      for (const auto& [partition, writes] : world_.history.all()) {
        if (partition.first == dataset) places.insert(partition.second);
      }
      for (std::uint32_t lane = 0; lane < space.lane_count(); ++lane) {
        const Span closed = space.expected(lane, staleness_.now(), true);
        for (std::int64_t k = closed.first; k <= closed.last; ++k) places.insert({lane, k});
      }
      for (const Place& place : places) consider({dataset, place});
    }
  }

  void consider(const Partition& partition) {
    const auto& [dataset, place] = partition;
    const Space& space = *state_.segment(dataset).space;
    const Verdict verdict = staleness_.verdict(dataset, place);
    if (verdict.presence != Presence::kPresent && verdict.presence != Presence::kMissing) return;
    if (verdict.open) return;
    const auto interval = space.interval(place);
    if (interval && options_.until != INT64_MAX && interval->second > options_.until) return;
    About about;
    about.missing = verdict.presence == Presence::kMissing;
    about.stale = verdict.freshness == Freshness::kStale && !verdict.deferred;
    about.refresh = options_.refresh && options_.changes.empty() && !about.stale &&
                    !about.missing && is_due(world_, state_, staleness_.now(), partition);
    about.seed = options_.changes.empty() ? about.stale || about.missing || about.refresh
                                          : about.stale && is_chosen(partition);
    if (about.stale && !options_.stale) return;
    if (about.missing && !options_.missing) return;
    if (!about.stale && !about.missing && !about.refresh && !options_.maybe) return;
    about.reads = reads(state_, partition);
    about.doomed = reads_expired(about.reads);
    about_[partition] = std::move(about);
  }

  bool is_chosen(const Partition& partition) {
    for (const PlanOptions::Change& id : options_.changes) {
      for (const auto& [dataset, span] : world_.changes.all.at({id.a, id.b}).makes_stale) {
        if (within({dataset, span}, partition)) return true;
      }
    }
    return false;
  }

  // Something that is there or was expected, and has expired.
  bool reads_expired(const std::vector<NaiveRead>& spans) const {
    for (const NaiveRead& span : spans) {
      const Segment& segment = state_.segment(span.dataset);
      if (!segment.policy) continue;
      const Span wanted = segment.space->expected(span.span.lane, staleness_.now(), true);
      std::set<std::int64_t> there;
      for (std::int64_t k = wanted.first; k <= wanted.last; ++k) there.insert(k);
      for (const auto& [partition, writes] : world_.history.all()) {
        if (partition.first == span.dataset && partition.second.lane == span.span.lane &&
            segment.space->has(partition.second)) {
          there.insert(partition.second.index);
        }
      }
      for (const std::int64_t k : there) {
        if (k < span.span.first || k > (span.last ? span.span.first : span.span.last)) continue;
        const auto interval = segment.space->interval({span.span.lane, k});
        if (!interval || !segment.policy->retention) continue;
        if (interval->second + *segment.policy->retention <= staleness_.now()) return true;
      }
    }
    return false;
  }

  bool reads_planned(const About& about) const {
    for (const InputSpan& span : about.reads) {
      bool found = false;
      each_within(planned_, span, [&](const auto&) { found = true; });
      if (found) return true;
    }
    return false;
  }

  void close() {
    for (bool more = true; more;) {
      more = false;
      for (const auto& [partition, about] : about_) {
        if (planned_.contains(partition) || unrecoverable_.contains(partition)) continue;
        if (!about.seed && !reads_planned(about)) continue;
        more = true;
        if (about.doomed) {
          unrecoverable_.insert(partition);
        } else {
          planned_[partition] = about.stale || about.missing || about.refresh;
          if (about.refresh) refreshed_.insert(partition);
        }
      }
    }
  }

  World& world_;
  const Staleness& staleness_;
  const State& state_;
  const PlanOptions& options_;
  std::set<std::uint32_t> in_scope_;
  std::map<Partition, About> about_;
  std::map<Partition, bool> planned_;
  std::set<Partition> unrecoverable_, refreshed_;
};

}  // namespace headwater::tests::plans
