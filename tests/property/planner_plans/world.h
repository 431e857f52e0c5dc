// A small world of datasets with an engine and its whole history in memory, made from a seed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "model/duration.h"
#include "model/time.h"
#include "planner/engine.h"
#include "planner/perishability.h"
#include "planner/plan_builder.h"
#include "planner/refresh.h"

namespace headwater::tests::plans {

using namespace planner;  // NOLINT: the vocabulary of these tests

using Partition = std::pair<DatasetNo, Place>;

inline Micros at(const std::string& text) { return model::parse_time(text)->micros; }

class MemoryHistory final : public History {
 public:
  base::Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) override {
    const auto found = writes_.find({dataset, place});
    return found == writes_.end() ? std::vector<Write>{} : found->second;
  }
  void add(const Write& write) {
    std::vector<Write>& all = writes_[{write.dataset, write.place}];
    all.push_back(write);
    std::sort(all.begin(), all.end(), [](const Write& a, const Write& b) {
      return std::tie(a.end, a.seq) < std::tie(b.end, b.seq);
    });
  }
  const std::map<Partition, std::vector<Write>>& all() const { return writes_; }

 private:
  std::map<Partition, std::vector<Write>> writes_;
};

// Costs that depend on the number of the dataset alone.
class FixedCosts final : public CostModel {
 public:
  base::Result<DatasetCosts> of(DatasetNo dataset) override {
    const auto known = given.find(dataset.value);
    if (known != given.end()) return known->second;
    DatasetCosts out;
    const std::int64_t n = dataset.value;
    out.duration = {n * 1'000'000, n * 2'500'000, 10, Basis::kDataset};
    out.cost = {n * 300, n * 700, 4, Basis::kKind};
    out.rewrites = dataset.value;
    out.different = dataset.value / 2;
    out.changes = smoothed(out.different, out.rewrites);
    return out;
  }
  std::map<std::uint32_t, DatasetCosts> given;
};

class GivenChanges final : public ChangeSource {
 public:
  base::Result<ChosenChange> change(const PlanOptions::Change& id) override {
    const auto found = all.find({id.a, id.b});
    if (found != all.end()) return found->second;
    return base::make_error(base::ErrorCode::kNotFound, "There is no such change.");
  }
  std::map<std::pair<std::int64_t, std::int64_t>, ChosenChange> all;
};

// An engine, what it was told, and a clock that goes on with every write.
class World {
 public:
  World() : engine(history) {}

  DatasetNo add(const std::string& space_json) {
    const DatasetNo out = engine.add_dataset();
    if (!space_json.empty()) {
      auto space = Space::parse(space_json, nullptr);
      EXPECT_TRUE(space.has_value()) << space_json << (space ? "" : space.error().message);
      EXPECT_TRUE(
          engine.set_space(out, std::make_shared<const Space>(*std::move(space))).has_value());
    }
    return out;
  }
  bool map(DatasetNo upstream, DatasetNo downstream, Mapping mapping) {
    const bool done = engine.set_mapping(upstream, downstream, std::move(mapping)).has_value();
    if (done) return true;
    EXPECT_TRUE(engine.remove_mapping(upstream, downstream).has_value());
    return false;
  }
  NodeId job_of(DatasetNo dataset) const { return NodeId{100 + dataset.value}; }
  void set_code(DatasetNo dataset, std::int64_t code) {
    const NodeId job = job_of(dataset);
    engine.set_code(job, CodeId{code});
  }
  // Of the code that its job has now. `out` 0: something new. It starts when it ends.
  void write(DatasetNo dataset, const Place& place, std::uint64_t out = 0) {
    write(dataset, place, out, ++clock);
  }
  void write(DatasetNo dataset, const Place& place, std::uint64_t out, Micros start) {
    const NodeId job = job_of(dataset);
    const auto seq = static_cast<std::uint64_t>(++clock);
    const Write write{dataset,
                      place,
                      job,
                      engine.working().codes().current(job),
                      start,
                      clock,
                      out == 0 ? seq + 1'000'000 : out,
                      model::Seq{seq},
                      model::RunRow{static_cast<std::int64_t>(seq)}};
    history.add(write);
    auto done = engine.write(write);
    EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().message);
  }
  void policy(DatasetNo dataset, DatasetPolicy policy) {
    engine.set_policy(dataset, std::make_shared<const DatasetPolicy>(std::move(policy)));
  }
  std::shared_ptr<const Staleness> staleness() {
    engine.publish(model::Seq{static_cast<std::uint64_t>(clock)});
    return Staleness::compute(engine.state(), now, {});
  }
  base::Result<PlanDraft> plan(const PlanOptions& options) {
    return make_plan(*staleness(), {history, costs, &changes, standing}, options, {});
  }

  MemoryHistory history;
  FixedCosts costs;
  const Standing* standing = nullptr;
  Engine engine;
  Micros now = 0;
  Micros clock = 0;  // of the last write; below `now` unless it runs away
  GivenChanges changes;
};

// ---- worlds from a seed
// --------------------------------------------------------------------------

struct Era {
  std::string zone, now, hours_from, days_from, weeks_from;
};
inline const Era kEras[] = {
    {"UTC", "2026-03-12T05:30:00Z", "2026-03-11T12", "2026-03-03", "2026-W07"},
    {"Europe/Berlin", "2026-03-29T20:30:00Z", "2026-03-28T20", "2026-03-21", "2026-W10"},
    {"Pacific/Apia", "2012-01-01T03:30:00Z", "2011-12-29T20", "2011-12-26", "2011-W50"},
};

class RandomWorld : public World {
 public:
  explicit RandomWorld(std::uint64_t seed) : random_(seed) {
    era_ = &kEras[below(10) < 6 ? 0 : 1 + below(2)];
    now = at(era_->now);
    clock = now - 1'000'000'000;
    const std::size_t count = 2 + below(5);
    for (std::size_t i = 0; i < count; ++i) datasets.push_back(add(random_space()));
    for (std::size_t i = 0; i < count; ++i) add_mappings(i);
    for (const DatasetNo dataset : datasets) {
      if (below(8) != 0) set_code(dataset, 1 + static_cast<std::int64_t>(below(3)));
    }
    const std::size_t steps = 5 + below(60);
    for (const DatasetNo dataset : datasets) {
      if (below(3) != 0) fill(dataset);
    }
    for (std::size_t i = 0; i < steps; ++i) step();
    if (below(3) == 0) add_policies();
  }

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  // A partition that there may be, mostly one that the space has.
  Place some_place(DatasetNo dataset) {
    const Space& space = *engine.working().segment(dataset).space;
    const auto lane = static_cast<std::uint32_t>(below(space.lane_count()));
    const Span begun = space.expected(lane, now, false);
    if (begun.last < begun.first) {
      const Calendar* const calendar = space.calendar();
      if (calendar == nullptr) return {lane, static_cast<std::int64_t>(below(6))};
      return {lane, calendar->index_of(now) - static_cast<std::int64_t>(below(8))};
    }
    const auto length = static_cast<std::size_t>(begun.last - begun.first + 1);
    const std::int64_t index = begun.first + static_cast<std::int64_t>(below(length));
    if (below(25) == 0 && space.index_dimension() != nullptr &&
        space.index_dimension()->kind != Dimension::Kind::kStatic) {
      return {lane, index + static_cast<std::int64_t>(below(2 * length)) -
                        static_cast<std::int64_t>(length)};
    }
    return {lane, index};
  }

  std::vector<DatasetNo> datasets;

 private:
  std::string time(const std::string& granularity, const std::string& start) {
    std::string out = R"({"kind":"time","name":"t","granularity":")" + granularity +
                      R"(","zone":")" + era_->zone + "\"";
    if (!start.empty()) out += R"(,"start":")" + start + "\"";
    if (below(4) == 0) out += R"(,"close_offset":"PT30H")";
    if (!start.empty() && below(3) == 0) out += R"(,"refresh":)" + std::to_string(1 + below(4));
    return out + "}";
  }
  std::string random_space() {
    static const std::string regions = R"({"kind":"static","name":"r","keys":["eu","us","jp"]})";
    std::string inner;
    switch (below(9)) {
      case 0: return "";
      case 1: inner = time("hour", era_->hours_from); break;
      case 2: inner = time("week", era_->weeks_from); break;
      case 3: inner = regions; break;
      case 4: inner = R"({"kind":"integer","name":"n","start":0,"end":7})"; break;
      case 5: inner = time("day", ""); break;
      case 6: inner = time("day", era_->days_from) + "," + regions; break;
      default: inner = time("day", era_->days_from); break;
    }
    return R"({"dimensions":[)" + inner + "]}";
  }

  Mapping random_mapping(const Space& up, const Space& down) {
    Mapping out;
    static constexpr MappingKind kinds[] = {
        MappingKind::kIdentity, MappingKind::kIdentity, MappingKind::kWindow,
        MappingKind::kRollup,   MappingKind::kFanOut,   MappingKind::kAll,
        MappingKind::kLast,     MappingKind::kExplicit, MappingKind::kAsOf};
    out.kind = kinds[below(std::size(kinds))];
    if (out.kind == MappingKind::kWindow || below(3) == 0) {
      out.from = static_cast<std::int64_t>(below(5)) - 3;
      out.to = out.from + static_cast<std::int64_t>(below(3));
    }
    if (up.lane_count() != down.lane_count() || below(3) == 0) out.lanes = LaneRule::kAll;
    if (below(3) == 0) out.lanes = LaneRule::kMatched;
    if (below(8) == 0) {
      out.lanes = LaneRule::kProjected;
      for (std::uint32_t lane = 0; lane < down.lane_count(); ++lane) {
        out.projection.push_back(static_cast<std::uint32_t>(below(up.lane_count())));
      }
    }
    return out;
  }
  void add_pairs(DatasetNo up, DatasetNo down, Mapping& mapping) {
    const std::size_t count = below(12);
    for (std::size_t i = 0; i < count; ++i) {
      mapping.pairs.push_back({some_place(down), some_place(up)});
    }
  }
  void add_mappings(std::size_t i) {
    const auto space = [&](std::size_t k) -> const Space& {
      return *engine.working().segment(datasets[k]).space;
    };
    const std::size_t reads = below(4);
    for (std::size_t k = 0; k < reads && i > 0; ++k) {
      const std::size_t up = below(i);
      Mapping mapping = random_mapping(space(up), space(i));
      if (mapping.kind == MappingKind::kExplicit) add_pairs(datasets[up], datasets[i], mapping);
      map(datasets[up], datasets[i], std::move(mapping));
    }
    Mapping past;  // of its own, or over another
    past.kind = MappingKind::kWindow;
    past.to = -1 - static_cast<std::int64_t>(below(3));
    past.from = past.to - static_cast<std::int64_t>(below(3));
    if (below(3) == 0) past.lanes = LaneRule::kMatched;
    if (below(6) == 0) past.lanes = LaneRule::kAll;
    if (below(5) == 0) map(datasets[i], datasets[i], past);
    // Which cycles look back on a day that its zone left out, the engine does not try.
    if (era_ == &kEras[2]) return;
    if (below(7) == 0 && i > 0) map(datasets[i], datasets[below(i)], past);
  }

  void fill(DatasetNo dataset) {
    const Space& space = *engine.working().segment(dataset).space;
    for (std::uint32_t lane = 0; lane < space.lane_count(); ++lane) {
      const Span closed = space.expected(lane, now, true);
      for (std::int64_t i = closed.first; i <= closed.last; ++i) {
        if (below(8) == 0 || !space.has({lane, i})) continue;
        const bool late = has_refresh_window(space) && below(2) == 0;
        // A run that began days ago, as those are that a refresh window is for.
        const Micros since = late ? static_cast<Micros>(below(160)) * model::kHour : 0;
        late ? write(dataset, {lane, i}, 0, clock - since) : write(dataset, {lane, i});
      }
    }
  }

  void step() {
    const DatasetNo dataset = datasets[below(datasets.size())];
    const Place place = some_place(dataset);
    switch (below(12)) {
      case 0: set_code(dataset, 1 + static_cast<std::int64_t>(below(4))); break;
      case 1: {
        CodeEquality equality{CodeId{1 + static_cast<std::int64_t>(below(4))},
                              CodeId{1 + static_cast<std::int64_t>(below(4))},
                              {}};
        if (below(2) == 0) equality.dataset = dataset;
        if (below(2) == 0) equality.last = place.index;
        const bool deferred = below(2) == 0;
        engine.set_equalities(job_of(dataset),
                              deferred ? std::vector<CodeEquality>{} : std::vector{equality},
                              deferred ? std::vector{equality} : std::vector<CodeEquality>{});
        break;
      }
      case 2: EXPECT_TRUE(engine.set_running(dataset, place, true).has_value()); break;
      case 3: EXPECT_TRUE(engine.set_failed(dataset, place, true).has_value()); break;
      case 4: write(dataset, place, 7); break;  // the same again and again
      case 5: write(dataset, place, 0, clock - static_cast<Micros>(below(20))); break;
      default: write(dataset, place); break;
    }
    if (below(6) == 0) add_change(dataset, place);
  }

  // Of some partitions, stale or not.
  void add_change(DatasetNo dataset, const Place& place) {
    ChosenChange change;
    for (std::size_t n = 1 + below(4); n > 0; --n) {
      const Place other = below(2) == 0 ? place : some_place(dataset);
      change.makes_stale.push_back(
          {dataset, {other.lane, other.index, other.index + static_cast<std::int64_t>(below(4))}});
    }
    changes.all[{static_cast<std::int64_t>(changes.all.size()) + 1, dataset.value}] = change;
  }

  void add_policies() {
    for (const DatasetNo dataset : datasets) {
      if (below(2) == 0) continue;
      DatasetPolicy policy;
      if (below(3) != 0) policy.retention = static_cast<Micros>(1 + below(240)) * model::kHour;
      if (below(2) != 0) policy.half_life = static_cast<Micros>(1 + below(30)) * model::kDay;
      policy.recomputable = below(4) != 0;
      this->policy(dataset, policy);
    }
  }

  std::mt19937_64 random_;
  const Era* era_ = nullptr;
};

}  // namespace headwater::tests::plans
