// Random histories of an engine, compared with what the rules say of each partition alone.
//
// Order of arrival, overlapping runs, corrections of the past, decisions, changes of spaces and
// mappings, versions that readers hold, transactions that fail, and starts from what is stored: the
// newest writes, all writes, or columns that were saved earlier and what has changed since. Every
// version is scanned as well, against the one that was scanned before it.
//
// HW_SEED=n starts at another seed, HW_HISTORIES=n runs another number of histories: with the seed
// of a history that failed and 1, it alone.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "planner/rescan.h"
#include "tests/property/planner/engine_world.h"
#include "tests/property/planner/scenario.h"
#include "tests/property/planner/verdict_check.h"
#include "tests/support/from_env.h"

namespace headwater::tests::partitions {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kHistories = 2'000;
#else
constexpr std::uint64_t kHistories = 20'000;
#endif

class EngineHistory {
 public:
  EngineHistory(std::uint64_t seed, Met& met) : random_(seed), met_(met) {}

  void run() {
    met_.before.reset();
    build();
    const std::uint64_t steps = 5 + random_.pick(random_.chance(20) ? 100 : 40);
    const std::uint64_t checks = 100 / steps + 4;
    for (std::uint64_t i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      step();
      now_ += random_.between(0, 3) * 5 * kMinute;
      if (random_.chance(checks)) check(world_.engine().state(), world_.published());
    }
    publish();
    check(world_.engine().state(), world_.published());
    for (const Held& held : held_) check(held.state, held.known);
    if (random_.chance(30)) {
      start_again();
      check(world_.engine().state(), world_.published());
    }
    std::remove(snapshot_.c_str());
  }

 private:
  struct Held {
    std::shared_ptr<const planner::State> state;
    Known known;
  };

  // ---- what there is ---------------------------------------------------------------------------

  void build() {
    now_ = random_anchor(random_);
    datasets_ = static_cast<std::uint32_t>(random_.between(2, random_.chance(20) ? 8 : 4));
    specs_.resize(datasets_);
    for (std::uint32_t i = 1; i <= datasets_; ++i) {
      world_.add_dataset();
      if (random_.chance(95)) put_space(DatasetNo{i}, random_spec(random_, now_));
    }
    for (std::uint32_t down = 2; down <= datasets_; ++down) {
      for (std::uint32_t up = 1; up < down; ++up) {
        if (random_.chance(up + 1 == down ? 75 : 35)) put_mapping(DatasetNo{up}, DatasetNo{down});
      }
    }
    if (random_.chance(30)) put_looking_back();
    for (std::uint32_t job = 1; job <= datasets_; ++job) {
      if (random_.chance(85)) world_.set_code(model::NodeId{job}, code());
    }
    publish();
  }

  void put_space(DatasetNo dataset, const SpaceSpec& spec) {
    const planner::Space& before = world_.known().space(dataset);
    auto space = planner::Space::parse(spec.json(), &before);
    ASSERT_TRUE(space) << space.error().message << spec.json();
    auto shared = std::make_shared<const planner::Space>(std::move(space).value());
    if (world_.set_space(dataset, std::move(shared))) specs_[dataset.value - 1] = spec;
  }

  void put_mapping(DatasetNo up, DatasetNo down) {
    std::vector<Place> up_places, down_places;
    for (int i = 0; i < 5; ++i) {
      up_places.push_back(place(up));
      down_places.push_back(place(down));
    }
    world_.set_mapping(up, down,
                       random_mapping(random_, world_.known().space(up), world_.known().space(down),
                                      up_places, down_places));
  }

  // A dataset that reads its own past, or that of one which reads it.
  void put_looking_back() {
    const DatasetNo down = dataset(), up = random_.chance(60) ? down : dataset();
    planner::Mapping mapping;
    mapping.kind = planner::MappingKind::kWindow;
    const planner::Calendar* const a = world_.known().space(up).calendar();
    const planner::Calendar* const b = world_.known().space(down).calendar();
    if (a != nullptr && b != nullptr && a->granularity() != b->granularity()) {
      mapping.kind = a->granularity() < b->granularity() ? planner::MappingKind::kRollup
                                                         : planner::MappingKind::kFanOut;
    }
    mapping.to = -random_.between(0, 4);
    mapping.from = mapping.to - random_.between(0, 3);
    if (random_.chance(30)) mapping.lanes = planner::LaneRule::kAll;
    world_.set_mapping(up, down, mapping);
  }

  // ---- random parts ----------------------------------------------------------------------------

  DatasetNo dataset() { return DatasetNo{static_cast<std::uint32_t>(1 + random_.pick(datasets_))}; }
  model::CodeId code() { return model::CodeId{static_cast<std::uint32_t>(1 + random_.pick(3))}; }

  Place place(DatasetNo dataset) {
    const planner::Space& space = world_.known().space(dataset);
    Place out;
    out.lane = static_cast<std::uint32_t>(random_.pick(space.lane_count()));
    const planner::Dimension* const dimension = space.index_dimension();
    if (dimension == nullptr) return out;
    if (dimension->kind == planner::Dimension::Kind::kTime) {
      const std::int64_t last = dimension->calendar->index_of(now_);
      const planner::Granularity unit = dimension->calendar->granularity();
      const bool is_hour = unit == planner::Granularity::kHour;
      const bool is_day = unit == planner::Granularity::kDay;
      out.index = random_.between(last - (is_hour ? 30 : is_day ? 9 : 3), last + 1);
      if (!is_hour && !is_day) return out;  // far away there is no time any more
    } else if (dimension->kind == planner::Dimension::Kind::kStatic) {
      out.index = static_cast<std::int64_t>(random_.pick(dimension->keys.size()));
    } else {
      out.index = random_.between(-1, 5);
    }
    if (random_.chance(2)) out.index += random_.between(-4200, 4200);
    return out;
  }

  std::optional<At> written() {
    if (world_.known().writes.empty()) return std::nullopt;
    auto at = world_.known().writes.begin();
    std::advance(at, random_.pick(world_.known().writes.size()));
    return at->first;
  }

  // Few values, so that they return.
  std::uint64_t out() { return 0x9e3779b97f4a7c15ULL * (1 + random_.pick(3)); }

  // Mostly over by now; few moments, so that they coincide.
  void set_times(Write& write) {
    const std::int64_t ago = random_.chance(70) ? random_.between(0, 2) : random_.between(0, 30);
    const std::int64_t long_ = random_.chance(30)   ? 0
                               : random_.chance(70) ? random_.between(0, 3)
                                                    : random_.between(0, 30);
    write.end = now_ - ago * 5 * kMinute;
    write.start = write.end - long_ * 5 * kMinute;
  }

  // ---- steps -----------------------------------------------------------------------------------

  void step() {
    const std::uint64_t what = random_.pick(100);
    if (what < 46) return write_some();
    if (what < 50) return write_spans();
    if (what < 56) return correct();
    if (what < 62) return world_.set_code(job(), random_.chance(5) ? model::CodeId{} : code());
    if (what < 68) return declare();
    if (what < 72) return world_.set_running({dataset(), place_of_last_}, random_.chance(70));
    if (what < 76) return world_.set_failed({dataset(), place_of_last_}, random_.chance(70));
    if (what < 79) return change_space();
    if (what < 83) return change_mappings();
    if (what < 94) return publish();
    if (what < 97) return world_.discard();
    if (what < 98) return start_again();
    if (held_.size() < 3) held_.push_back({world_.engine().state(), world_.published()});
  }

  model::NodeId job() {
    return model::NodeId{static_cast<std::uint32_t>(1 + random_.pick(datasets_ + 1))};
  }

  // What spans of several runs come to for their readers, worked out together.
  void write_spans() {
    world_.tell_together();
    for (std::int64_t i = random_.between(2, 7); i-- > 0;) {
      Write write = new_write();
      write.out = out();
      world_.write_alike(write, write.place.index + random_.between(0, 11));
      place_of_last_ = write.place;
    }
    world_.told();
  }

  // Of a run of its own; what came out is still to be said.
  Write new_write() {
    Write write;
    set_times(write);
    write.dataset = dataset();
    write.job = model::NodeId{write.dataset.value};
    if (random_.chance(10)) write.job = job();
    seq_ = model::Seq{seq_.value + 1};
    write.seq = seq_;
    write.run = model::RunRow{static_cast<std::int64_t>(seq_.value)};
    write.place = place(write.dataset);
    if (const auto again = random_.chance(40) ? written() : std::nullopt) {
      write.dataset = again->dataset;
      write.job = model::NodeId{write.dataset.value};
      write.place = again->place;
    }
    const auto known = world_.known().jobs.find(write.job.value);
    if (known != world_.known().jobs.end()) write.code = known->second.now;
    if (random_.chance(25)) write.code = random_.chance(20) ? model::CodeId{} : code();
    return write;
  }

  // What one run wrote: some partitions in a row, at times of two datasets.
  void write_some() {
    Write write = new_write();
    const std::int64_t many = random_.chance(60) ? 1 : random_.between(2, 12);
    const bool all_alike = random_.chance(20);
    const bool together = all_alike && random_.chance(70);
    for (std::int64_t i = 0; i < many; ++i) {
      if (i == 0 || !all_alike) write.out = out();
      if (together && i == 0) world_.write_alike(write, write.place.index + many - 1);
      if (!together) world_.write(write);
      ++write.place.index;
    }
    place_of_last_ = write.place;
    if (!random_.chance(10)) return;
    write.dataset = dataset();
    write.place = place(write.dataset);
    const std::vector<Write> there = must(world_.writes(write.dataset, write.place));
    const bool again = std::any_of(there.begin(), there.end(),
                                   [&](const Write& other) { return other.run == write.run; });
    if (!again) world_.write(write);
  }

  // What was known of a partition's writes turns out to be other.
  void correct() {
    const auto at = written();
    if (!at) return;
    std::vector<Write> writes = must(world_.writes(at->dataset, at->place));
    if (writes.empty()) return;
    const std::size_t which = random_.chance(50) ? writes.size() - 1 : random_.pick(writes.size());
    Write& write = writes[which];
    switch (random_.pick(6)) {
      case 0:
        write.start = std::min(write.end, write.start + random_.between(-4, 4) * 5 * kMinute);
        break;
      case 1:
      case 2: write.out = out(); break;
      case 3: write.code = code(); break;
      case 4:
        write.end += random_.between(-4, 2) * 5 * kMinute;
        write.start = std::min(write.start, write.end);
        break;
      default: writes.erase(writes.begin() + static_cast<std::ptrdiff_t>(which)); break;
    }
    world_.rewrite(*at, std::move(writes));
  }

  void declare() {
    std::vector<CodeEquality> equal, deferred;
    for (std::int64_t i = random_.between(0, 3); i-- > 0;) {
      CodeEquality fact{code(), code(), {}};
      if (random_.chance(60)) {
        fact.dataset = dataset();
        const std::int64_t first = place(fact.dataset).index;
        if (random_.chance(60)) fact.first = first;
        if (random_.chance(60)) fact.last = first + random_.between(0, 5);
      }
      const bool defers = random_.chance(45);
      if (defers && random_.chance(80)) fact.until = now_ + random_.between(-20, 40) * kHour;
      (defers ? deferred : equal).push_back(fact);
    }
    world_.set_equalities(job(), std::move(equal), std::move(deferred));
  }

  void change_space() {
    const DatasetNo which = dataset();
    const SpaceSpec& spec = specs_[which.value - 1];
    put_space(which, spec.kind == SpaceSpec::Kind::kNone && random_.chance(50)
                         ? random_spec(random_, now_)
                         : changed(spec, random_));
  }

  void change_mappings() {
    if (random_.chance(20)) return put_looking_back();
    const DatasetNo a = dataset(), b = dataset();
    const DatasetNo up = std::min(a, b), down = std::max(a, b);
    if (random_.chance(40)) return world_.remove_mapping(up, down);
    put_mapping(up, down);
  }

  void publish() {
    world_.publish(seq_);
    if (random_.chance(3)) world_.save(snapshot_);
  }

  void start_again() {
    if (world_.has_saved() && random_.chance(60)) return world_.reload_saved();
    world_.reload(random_.chance(50));
  }

  // ---- comparison ------------------------------------------------------------------------------

  void check(const std::shared_ptr<const planner::State>& state, const Known& known) {
    const Micros now = now_ + random_.between(-20, 30) * kHour * (random_.chance(20) ? 10 : 1);
    check_verdicts(state, known, now, random_, met_);
    const auto scanned = planner::Rescan::run(state, scanned_.get(), {});
    met_.compared += scanned->compared();
    ASSERT_EQ(scanned->fault_count(), 0U) << scanned->faults()[0].what;
    scanned_ = scanned;
  }

  Random random_;
  Met& met_;
  EngineWorld world_;
  Micros now_ = 0;
  model::Seq seq_;
  std::uint32_t datasets_ = 0;
  std::vector<SpaceSpec> specs_;
  Place place_of_last_;
  std::vector<Held> held_;
  std::shared_ptr<const planner::Rescan> scanned_;
  const std::string snapshot_ =
      testing::TempDir() + "engine_history_" + std::to_string(::getpid()) + ".snapshot";
};

TEST(EngineHistoryTest, VerdictsAreThoseOfTheRules) {
  const std::uint64_t first = from_env("HW_SEED", 20261101);
  const std::uint64_t count = from_env("HW_HISTORIES", kHistories);
  std::printf("HW_SEED=%llu HW_HISTORIES=%llu\n", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(count));
  Met met;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    EngineHistory(seed, met).run();
    if (HasFailure()) FAIL() << "repeat with HW_SEED=" << seed << " HW_HISTORIES=1";
  }
  std::printf("%s checks of %s partitions: %s\n", std::to_string(met.checks).c_str(),
              std::to_string(met.partitions).c_str(), counted(met.counts).c_str());
  std::printf("%s pages of columns compared from version to version\n",
              std::to_string(met.compared).c_str());
  std::printf("%s causes of %s steps, %s changes of code upstream, %s mappings on cycles\n",
              std::to_string(met.explained).c_str(), std::to_string(met.steps).c_str(),
              std::to_string(met.code_roots).c_str(), std::to_string(met.on_cycles).c_str());
}

}  // namespace
}  // namespace headwater::tests::partitions
