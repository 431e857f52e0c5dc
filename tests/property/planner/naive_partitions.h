// What is known of partitions, and what follows, one partition at a time: docs/partition-rules.md
// read literally. What a partition had read and would read now are lists that are compared whole;
// what may become stale and causes are found by recursion. Slow and plain on purpose.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "planner/code_book.h"
#include "planner/explain.h"
#include "planner/history.h"
#include "planner/mapping.h"
#include "planner/space.h"
#include "planner/staleness.h"
#include "tests/property/planner/naive_reads.h"

namespace headwater::tests::partitions {

using base::Micros;
using planner::CodeEquality;
using planner::DatasetNo;
using planner::Place;
using planner::Write;

struct At {
  DatasetNo dataset;
  Place place;
  auto operator<=>(const At&) const = default;
};

struct NaiveJob {
  model::CodeId now;
  std::vector<CodeEquality> equal, deferred;
};

// Everything that was said until now. A value: a copy is the past.
struct Known {
  std::vector<std::shared_ptr<const planner::Space>> spaces;         // by dataset - 1
  std::map<std::pair<DatasetNo, DatasetNo>, planner::Mapping> maps;  // by upstream, downstream
  std::map<At, std::vector<Write>> writes;                           // by (end, seq)
  std::map<std::uint32_t, NaiveJob> jobs;
  std::set<At> running, failed;

  const planner::Space& space(DatasetNo dataset) const { return *spaces[dataset.value - 1]; }
  void add(const Write& write) {
    std::vector<Write>& all = writes[{write.dataset, write.place}];
    all.push_back(write);
    sort(all);
  }
  static void sort(std::vector<Write>& all) {
    std::sort(all.begin(), all.end(), [](const Write& a, const Write& b) {
      return std::tie(a.end, a.seq) < std::tie(b.end, b.seq);
    });
  }
  std::uint32_t lanes(DatasetNo dataset) const {
    std::uint32_t out = space(dataset).lane_count();
    for (const auto& [at, all] : writes) {
      if (at.dataset == dataset) out = std::max(out, at.place.lane + 1);
    }
    return out;
  }
};

// Whether declarations connect the two at that index.
inline bool one_class(const std::vector<CodeEquality>& facts, const At& at, model::CodeId a,
                      model::CodeId b, Micros now) {
  std::set<model::CodeId> reached{a};
  for (bool grown = true; grown;) {
    grown = false;
    for (const CodeEquality& fact : facts) {
      const bool meant = !fact.dataset || fact.dataset == at.dataset;
      if (!meant || at.place.index < fact.first || at.place.index > fact.last) continue;
      if (now >= fact.until) continue;
      if (reached.contains(fact.a) == reached.contains(fact.b)) continue;
      reached.insert(fact.a);
      reached.insert(fact.b);
      grown = true;
    }
  }
  return reached.contains(b);
}

class Naive {
 public:
  Naive(const Known& known, Micros now) : known_(known), now_(now) {
    universe_.resize(known.spaces.size());
    for (std::size_t i = 0; i < known.spaces.size(); ++i) {
      add_expected(DatasetNo{static_cast<std::uint32_t>(i + 1)});
    }
    for (const auto& [at, all] : known.writes) {
      if (!all.empty()) universe_[at.dataset.value - 1].insert(at.place);
    }
  }

  // Those that are there or expected.
  const std::set<Place>& universe(DatasetNo dataset) const { return universe_[dataset.value - 1]; }

  planner::Verdict verdict(const At& at) {
    planner::Verdict out;
    const Write* const current = newest(at, model::kOpenEnd);
    const bool has = known_.space(at.dataset).has(at.place);
    if (current != nullptr && !has) {
      out.presence = planner::Presence::kOrphaned;
    } else if (current != nullptr) {
      out.presence = planner::Presence::kPresent;
      judge(at, *current, out);
    } else if (expected(at)) {
      out.presence = planner::Presence::kMissing;
    }
    out.maybe = maybe(at);
    out.running = known_.running.contains(at);
    out.failed = known_.failed.contains(at);
    out.open = open(at);
    return out;
  }

  // Met on the way of a verdict: mappings that no engine may accept.
  bool depends_on_itself() const { return depends_on_itself_; }

  // Why it is stale; nothing if it is not.
  std::optional<planner::Explanation> explain(const At& at) {
    const planner::Verdict is = verdict(at);
    if (is.freshness != planner::Freshness::kStale) return std::nullopt;
    planner::Explanation out;
    const Write& current = *newest(at, model::kOpenEnd);
    if (is.code) {
      out.root_is_code = true;
      out.job = current.job;
      out.from = current.code;
      out.to = job(current.job).now;
      return out;
    }
    cause(at, current.start, model::kOpenEnd, out);
    if (!out.way.empty()) {
      const bool source = upstreams(out.way.front().dataset).empty();
      out.kind = source ? planner::RootKind::kData : planner::RootKind::kDependency;
    }
    return out;
  }

  // What it reads and what of it, for a person who looks for the fault.
  std::string told(const At& at) {
    std::string out;
    for (const DatasetNo upstream : upstreams(at.dataset)) {
      const planner::Mapping& mapping = known_.maps.at({upstream, at.dataset});
      out += "\n  " + std::string(planner::to_string(mapping.kind)) + " [" +
             std::to_string(mapping.from) + ", " + std::to_string(mapping.to) + "] lanes " +
             std::to_string(static_cast<int>(mapping.lanes)) + " of " +
             known_.space(upstream).to_json() + " " + std::to_string(upstream.value) + ":";
      for (const Place& place : read(at, upstream, model::kOpenEnd)) {
        const At up{upstream, place};
        out += " (" + std::to_string(place.lane) + ", " + std::to_string(place.index) + ")";
        if (newest(up, model::kOpenEnd) == nullptr) out += " missing";
        if (stale(up)) out += " stale";
        if (maybe(up)) out += " maybe";
      }
    }
    for (const auto& [other, writes] : known_.writes) {
      if (other != at) continue;
      for (const Write& write : writes) {
        out += "\n  write " + std::to_string(write.seq.value) + " job " +
               std::to_string(write.job.value) + " code " + std::to_string(write.code.value) +
               " from " + std::to_string(write.start) + " to " + std::to_string(write.end);
      }
    }
    return out + "\n  of " + known_.space(at.dataset).to_json();
  }

 private:
  using Cell = std::tuple<DatasetNo, Place, std::uint64_t>;

  const NaiveJob& job(model::NodeId node) const {
    static const NaiveJob none;
    const auto found = known_.jobs.find(node.value);
    return found == known_.jobs.end() ? none : found->second;
  }

  std::vector<DatasetNo> upstreams(DatasetNo dataset) const {
    std::vector<DatasetNo> out;
    for (const auto& [pair, mapping] : known_.maps) {
      if (pair.second == dataset && mapping.kind != planner::MappingKind::kAsOf) {
        out.push_back(pair.first);
      }
    }
    return out;
  }

  // The write with the latest end not after `moment`.
  const Write* newest(const At& at, Micros moment) const {
    const auto all = known_.writes.find(at);
    if (all == known_.writes.end()) return nullptr;
    const Write* out = nullptr;
    for (const Write& write : all->second) {
      if (write.end <= moment) out = &write;
    }
    return out;
  }

  bool open(const At& at) const {
    const planner::Space& space = known_.space(at.dataset);
    const auto interval = space.interval(at.place);
    return interval && interval->second + space.index_dimension()->close_offset_us > now_;
  }

  bool expected(const At& at) const {
    const planner::Space& space = known_.space(at.dataset);
    if (!space.has(at.place)) return false;
    const planner::Dimension* const dimension = space.index_dimension();
    if (dimension == nullptr) return true;
    switch (dimension->kind) {
      case planner::Dimension::Kind::kStatic: return true;
      case planner::Dimension::Kind::kInteger: return dimension->end.has_value();
      case planner::Dimension::Kind::kTime: return dimension->expects && !open(at);
    }
    return false;
  }

  void add_expected(DatasetNo dataset) {
    const planner::Space& space = known_.space(dataset);
    const planner::Dimension* const dimension = space.index_dimension();
    std::int64_t first = 0, last = 0;
    if (dimension != nullptr && dimension->kind == planner::Dimension::Kind::kTime) {
      first = last = dimension->start_index;
      while (dimension->expects && !open({dataset, {0, last}})) ++last;
    } else if (dimension != nullptr && dimension->kind == planner::Dimension::Kind::kInteger) {
      last = dimension->range_count().value_or(0);
    } else if (dimension != nullptr) {
      last = static_cast<std::int64_t>(dimension->keys.size());
    }
    for (std::uint32_t lane = 0; lane < space.lane_count(); ++lane) {
      for (std::int64_t index = first; index <= last; ++index) {
        if (expected({dataset, {lane, index}})) {
          universe_[dataset.value - 1].insert({lane, index});
        }
      }
    }
  }

  // The partitions that `at` reads of an upstream dataset, of those that are there or expected;
  // `moment` counts for what reads the last.
  std::vector<Place> read(const At& at, DatasetNo upstream, Micros moment) const {
    const planner::Mapping& mapping = known_.maps.at({upstream, at.dataset});
    const NaiveReads reads(mapping, known_.space(upstream), known_.space(at.dataset), at.place);
    std::vector<Place> out;
    for (const Place& place : universe(upstream)) {
      if (!reads.reads(place)) continue;
      if (mapping.kind == planner::MappingKind::kLast && !is_last({upstream, place}, moment)) {
        continue;
      }
      out.push_back(place);
    }
    return out;
  }

  bool is_last(const At& at, Micros moment) const {
    if (newest(at, moment) == nullptr) return false;
    for (const Place& other : universe(at.dataset)) {
      if (other.lane == at.place.lane && other.index > at.place.index &&
          newest({at.dataset, other}, moment) != nullptr) {
        return false;
      }
    }
    return true;
  }

  // What there was to read at that moment, as a list.
  std::vector<Cell> inputs(const At& at, Micros moment) const {
    std::vector<Cell> out;
    for (const DatasetNo upstream : upstreams(at.dataset)) {
      for (const Place& place : read(at, upstream, moment)) {
        if (const Write* const write = newest({upstream, place}, moment)) {
          out.emplace_back(upstream, place, write->out);
        }
      }
    }
    return out;
  }

  void judge(const At& at, const Write& current, planner::Verdict& out) const {
    const NaiveJob& of = job(current.job);
    const bool known = current.code && of.now;
    out.code = known && !one_class(of.equal, at, current.code, of.now, 0);
    out.inputs = inputs(at, current.start) != inputs(at, model::kOpenEnd);
    out.freshness = out.code || out.inputs ? planner::Freshness::kStale
                    : known                ? planner::Freshness::kCurrent
                                           : planner::Freshness::kUnknown;
    if (!out.code || out.inputs) return;
    std::vector<CodeEquality> all = of.equal;
    all.insert(all.end(), of.deferred.begin(), of.deferred.end());
    out.deferred = one_class(all, at, current.code, of.now, now_);
  }

  bool stale(const At& at) {
    const auto [found, is_new] = stale_.try_emplace(at, false);
    if (!is_new) return found->second;
    const Write* const current = newest(at, model::kOpenEnd);
    if (current == nullptr || !known_.space(at.dataset).has(at.place)) return false;
    planner::Verdict out;
    judge(at, *current, out);
    return stale_[at] = out.freshness == planner::Freshness::kStale;
  }

  bool relevant(const At& at) const {
    if (newest(at, model::kOpenEnd) == nullptr) return expected(at);
    return known_.space(at.dataset).has(at.place);
  }

  // It reads something that is stale, missing or maybe itself.
  bool maybe(const At& at) {
    if (!relevant(at)) return false;
    const auto [found, is_new] = maybe_.try_emplace(at, std::nullopt);
    if (!is_new) {
      if (!found->second) depends_on_itself_ = true;
      return found->second.value_or(false);
    }
    bool out = false;
    for (const DatasetNo upstream : upstreams(at.dataset)) {
      for (const Place& place : read(at, upstream, model::kOpenEnd)) {
        const At up{upstream, place};
        const bool missing = newest(up, model::kOpenEnd) == nullptr && expected(up);
        out = out || missing || stale(up) || maybe(up);
      }
    }
    maybe_[at] = out;
    return out;
  }

  // From what was read at `from` to what stood at `until`: what was replaced last in between, and
  // what that is due to.
  void cause(const At& at, Micros from, Micros until, planner::Explanation& out) const {
    std::optional<planner::Culprit> culprit;
    for (const DatasetNo upstream : upstreams(at.dataset)) {
      for (const Place& place : read(at, upstream, until)) {
        const Write* const then = newest({upstream, place}, from);
        const Write* const now = newest({upstream, place}, until);
        if (now == nullptr || now->end <= from || (then != nullptr && then->out == now->out))
          continue;
        if (!culprit ||
            std::tie(culprit->write.end, culprit->write.seq) < std::tie(now->end, now->seq)) {
          culprit = planner::Culprit{upstream, place, *now};
        }
      }
    }
    if (!culprit) return;
    const At next{culprit->dataset, culprit->place};
    const Write now = culprit->write;
    out.way.push_back(*culprit);
    const Write* const then = newest(next, from);
    if (then == nullptr) return;
    const bool coded = then->job == now.job && then->code && now.code;
    if (coded && !one_class(job(now.job).equal, next, then->code, now.code, 0)) {
      out.root_is_code = true;
      out.job = now.job;
      out.from = then->code;
      out.to = now.code;
      return;
    }
    cause(next, then->start, now.start, out);
  }

  const Known& known_;
  const Micros now_;
  std::vector<std::set<Place>> universe_;
  std::map<At, bool> stale_;
  std::map<At, std::optional<bool>> maybe_;  // nothing: on the way
  bool depends_on_itself_ = false;
};

}  // namespace headwater::tests::partitions
