#include "planner/staleness.h"

#include <set>

#include "tests/unit/planner/worlds.h"

namespace headwater::planner {
namespace {

constexpr Micros kDay = 86'400'000'000;
constexpr std::int64_t kReach = 70;  // of days around the boundary that a test looks at

std::int64_t middle_of(const Space& space) {
  return space.calendar()->granularity() == Granularity::kHour ? kBoundaryDay * 24 : kBoundaryDay;
}

// Partition by partition, from what each reads.
class Naive {
 public:
  Naive(const Staleness& found) : found_(found), state_(found.state()) {
    for (std::uint32_t n = 1; n <= state_.dataset_count(); ++n) {
      each(DatasetNo{n}, [&](const Place& place) { begin(DatasetNo{n}, place); });
    }
    for (bool more = true; more;) {
      more = false;
      for (std::uint32_t n = 1; n <= state_.dataset_count(); ++n) {
        each(DatasetNo{n}, [&](const Place& place) {
          const Key key{n, place};
          if (!relevant_.contains(key) || maybe_.contains(key) || !reads_dirty(DatasetNo{n}, place))
            return;
          maybe_.insert(key);
          dirty_.insert(key);
          more = true;
        });
      }
    }
  }
  bool missing(DatasetNo dataset, const Place& place) const {
    return missing_.contains({dataset.value, place});
  }
  bool maybe(DatasetNo dataset, const Place& place) const {
    return maybe_.contains({dataset.value, place});
  }

  template <class Visit>
  void each(DatasetNo dataset, Visit visit) const {
    const Segment& segment = state_.segment(dataset);
    const std::int64_t middle = middle_of(*segment.space);
    const std::int64_t reach = middle == kBoundaryDay ? kReach : kReach * 24;
    for (std::uint32_t lane = 0; lane < segment.lane_count(); ++lane) {
      for (std::int64_t i = middle - reach; i < middle + reach; ++i) visit(Place{lane, i});
    }
  }

 private:
  using Key = std::pair<std::uint32_t, Place>;

  void begin(DatasetNo dataset, const Place& place) {
    const Key key{dataset.value, place};
    const Segment& segment = state_.segment(dataset);
    const Lane* const lane = segment.find(place.lane);
    const Block* const block = lane == nullptr ? nullptr : lane->find(block_of(place.index));
    const std::size_t i = offset_of(place.index);
    const bool present = block != nullptr && block->present.get(i);
    const bool has = segment.space->has(place);
    const Span expected = segment.space->expected(place.lane, found_.now(), true);
    if (!present && has && expected.first <= place.index && place.index <= expected.last) {
      missing_.insert(key);
      dirty_.insert(key);
    }
    if ((present && has) || missing_.contains(key)) relevant_.insert(key);
    if (present && has && (block->code.get(i) || block->inputs.get(i) || block->tag.get(i))) {
      dirty_.insert(key);
    }
  }

  bool reads_dirty(DatasetNo dataset, const Place& place) const {
    for (const Edge& edge : state_.segment(dataset).in) {
      if (!edge.reads->counts()) continue;
      const Segment& upstream = state_.segment(edge.upstream);
      if (edge.reads->is_explicit()) {
        for (const Place& read : edge.reads->upstream_of(place)) {
          if (dirty_.contains({edge.upstream.value, read})) return true;
        }
        continue;
      }
      bool found = false;
      edge.reads->each_upstream_lane(place.lane, upstream.lane_count(), [&](std::uint32_t lane) {
        Interval read{INT64_MIN, INT64_MAX};
        if (!edge.reads->uniform()) read = edge.reads->upstream_of(place.index);
        if (edge.reads->mapping().kind == MappingKind::kLast) {
          const Lane* const known = upstream.find(lane);
          const auto last = known == nullptr ? std::nullopt : known->last_present();
          read = last ? Interval{*last, *last} : Interval{};
        }
        const auto at = dirty_.lower_bound({edge.upstream.value, {lane, read.first}});
        found = found || (at != dirty_.end() && at->first == edge.upstream.value &&
                          at->second.lane == lane && at->second.index <= read.last);
      });
      if (found) return true;
    }
    return false;
  }

  const Staleness& found_;
  const State& state_;
  std::set<Key> missing_, dirty_, relevant_, maybe_;
};

void expect_naive(const Staleness& found) {
  const Naive naive(found);
  for (std::uint32_t n = 1; n <= found.state().dataset_count(); ++n) {
    const DatasetNo dataset{n};
    Counts counts;
    naive.each(dataset, [&](const Place& place) {
      const Verdict verdict = found.verdict(dataset, place);
      ASSERT_EQ(verdict.presence == Presence::kMissing, naive.missing(dataset, place))
          << n << " " << place.lane << "/" << place.index;
      ASSERT_EQ(verdict.maybe, naive.maybe(dataset, place))
          << n << " " << place.lane << "/" << place.index;
      counts.present += verdict.presence == Presence::kPresent;
      counts.missing += verdict.presence == Presence::kMissing;
      counts.orphaned += verdict.presence == Presence::kOrphaned;
      counts.current += verdict.freshness == Freshness::kCurrent;
      counts.stale += verdict.freshness == Freshness::kStale;
      counts.unknown += verdict.freshness == Freshness::kUnknown;
      counts.by_code += verdict.code;
      counts.by_inputs += verdict.inputs;
      counts.deferred += verdict.deferred;
      counts.maybe += verdict.maybe && verdict.freshness != Freshness::kStale &&
                      verdict.presence != Presence::kMissing;
      counts.running += verdict.running;
      counts.failed += verdict.failed;
    });
    ASSERT_EQ(counts, found.counts(dataset)) << "dataset " << n;
  }
}

void expect_same(const Staleness& a, const Staleness& b) {
  const Naive places(a);
  for (std::uint32_t n = 1; n <= a.state().dataset_count(); ++n) {
    const DatasetNo dataset{n};
    ASSERT_EQ(a.counts(dataset), b.counts(dataset)) << "dataset " << n;
    places.each(dataset, [&](const Place& place) {
      ASSERT_EQ(a.verdict(dataset, place), b.verdict(dataset, place))
          << n << " " << place.lane << "/" << place.index;
    });
    for (int one = 0; one < 7; ++one) {
      Selection selection;
      bool* const all[] = {&selection.stale,    &selection.missing, &selection.maybe,
                           &selection.orphaned, &selection.unknown, &selection.failed,
                           &selection.current};
      *all[one] = true;
      bool more = false, more_too = false;
      ASSERT_EQ(a.spans(dataset, selection, 5, &more), b.spans(dataset, selection, 5, &more_too));
      ASSERT_EQ(more, more_too);
    }
  }
}

// Anything that may happen to what partitions are.
void change(World& world, std::mt19937_64& random, std::uint64_t step) {
  const auto dataset = DatasetNo{static_cast<std::uint32_t>(1 + random() % 10)};
  switch (random() % 12) {
    case 0:
      world.engine.set_code(NodeId{static_cast<std::uint32_t>(1 + random() % 10)},
                            CodeId{static_cast<std::uint32_t>(1 + random() % 3)});
      break;
    case 1: {
      const NodeId job{dataset.value};
      const CodeEquality equality{CodeId{1}, CodeId{2}, {}, kBoundaryDay - 10, kBoundaryDay + 3};
      if (random() % 2 == 0) {
        world.engine.set_equalities(job, {equality}, {});
      } else {
        world.engine.set_equalities(job, {}, {equality});
      }
      break;
    }
    case 2:
    case 3: {
      const auto [write, last] = random_write(random, model::Seq{step});
      const bool failed = random() % 2 == 0;
      ASSERT_TRUE(failed ? world.engine.set_failed(write.dataset, write.place, true)
                         : world.engine.set_running(write.dataset, write.place, true));
      break;
    }
    case 4:
      if (random() % 2 == 0) {
        world.map(3, 7, mapping_of(MappingKind::kWindow, -2, static_cast<int>(random() % 2)));
      } else {
        ASSERT_TRUE(world.engine.remove_mapping(DatasetNo{2}, DatasetNo{5}));
      }
      break;
    case 5:
      if (dataset.value != 4 && dataset.value != 10 && dataset.value != 8) {
        ASSERT_TRUE(world.engine.set_space(
            dataset, space_of(R"({"dimensions":[{"name":"d","kind":"time","granularity":"day",)"
                              R"("start":"2026-01-)" +
                              std::to_string(10 + random() % 15) + R"("}]})")));
      }
      break;
    default: {
      const auto [write, last] = random_write(random, model::Seq{step});
      world.history.add(write, last);
      ASSERT_TRUE(world.engine.write(write, last));
    }
  }
}

// What is taken over from version to version is what is found from scratch, and what the rules say.
TEST(Staleness, FollowsEveryChangeAsFromScratch) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    World world;
    std::shared_ptr<const Staleness> before;
    Micros now = (kBoundaryDay - 30) * kDay;
    for (std::uint64_t step = 1; step <= 60; ++step) {
      for (std::uint64_t n = random() % 3; n-- > 0;) change(world, random, step);
      if (random() % 4 == 0) now += static_cast<Micros>(random() % 90) * kDay / 24;
      if (random() % 10 == 0) now -= kDay;
      world.engine.publish(model::Seq{step});
      const auto found = Staleness::compute(world.engine.state(), now, {}, before.get());
      if (step % 10 == 0) expect_naive(*found);
      const auto anew = Staleness::compute(world.engine.state(), now, {});
      expect_same(*found, *anew);
      if (testing::Test::HasFailure()) return;
      before = found;
    }
  }
}

// Several threads find what one does.
TEST(Staleness, ACrewFindsTheSame) {
  base::Crew crew(3);
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    WideWorld world;
    std::shared_ptr<const Staleness> before;
    for (std::uint64_t step = 1; step <= 400; ++step) {
      const auto [write, last] = WideWorld::random_write(random, model::Seq{step});
      world.history.add(write, last);
      ASSERT_TRUE(world.engine.write(write, last));
      if (step % 40 != 0) continue;
      world.engine.set_code(NodeId{static_cast<std::uint32_t>(1 + random() % 60)}, CodeId{2});
      world.engine.publish(model::Seq{step});
      const Micros now = (kBoundaryDay + static_cast<Micros>(random() % 9)) * kDay;
      const auto found = Staleness::compute(world.engine.state(), now, {}, before.get(), &crew);
      expect_same(*found, *Staleness::compute(world.engine.state(), now, {}));
      if (testing::Test::HasFailure()) return;
      before = found;
    }
  }
}

// Its readers are told of what a dataset is not expected to have any more.
TEST(Staleness, ANewSpaceOfADatasetReachesItsReaders) {
  World world;
  Write write;
  write.dataset = DatasetNo{2};
  write.job = NodeId{2};
  write.code = CodeId{1};
  write.place.index = kBoundaryDay - 3;
  write.out = 1;
  world.history.add(write);
  ASSERT_TRUE(world.engine.write(write));
  world.engine.publish(model::Seq{1});
  const Micros now = kBoundaryDay * kDay;
  const auto before = Staleness::compute(world.engine.state(), now, {});
  EXPECT_TRUE(before->verdict(DatasetNo{2}, write.place).maybe) << "its upstream is missing";
  ASSERT_TRUE(world.engine.set_space(
      DatasetNo{1}, space_of(R"({"dimensions":[{"name":"d","kind":"time","granularity":"day",)"
                             R"("start":"2026-03-01"}]})")));
  world.engine.publish(model::Seq{2});
  const auto after = Staleness::compute(world.engine.state(), now, {}, before.get());
  EXPECT_EQ(after->counts(DatasetNo{1}), Counts());
  EXPECT_FALSE(after->verdict(DatasetNo{2}, write.place).maybe);
}

TEST(Staleness, TellsHowManySpansThereAreBeyondTheLimit) {
  World world;
  for (std::int64_t i = 0; i < 10; ++i) {
    Write write;
    write.dataset = DatasetNo{1};
    write.job = NodeId{1};
    write.code = CodeId{1};
    write.place.index = kBoundaryDay - 5 + i + i / 3;
    write.end = write.start = 1;
    write.out = 1;
    world.history.add(write);
    ASSERT_TRUE(world.engine.write(write));
  }
  world.engine.publish(model::Seq{1});
  const auto found = Staleness::compute(world.engine.state(), 0, {});
  Selection current;
  current.current = true;
  bool more = false;
  const std::vector<Span> spans{{0, kBoundaryDay - 5, kBoundaryDay - 3},
                                {0, kBoundaryDay - 1, kBoundaryDay + 1},
                                {0, kBoundaryDay + 3, kBoundaryDay + 5},
                                {0, kBoundaryDay + 7, kBoundaryDay + 7}};
  EXPECT_EQ(found->spans(DatasetNo{1}, current, 4, &more), spans);
  EXPECT_FALSE(more);
  found->spans(DatasetNo{1}, current, 3, &more);
  EXPECT_TRUE(more);
}

TEST(Staleness, StopsWhenItIsCancelled) {
  World world;
  world.engine.publish(model::Seq{1});
  EXPECT_EQ(Staleness::compute(world.engine.state(), 0, [] { return true; }), nullptr);
}

}  // namespace
}  // namespace headwater::planner
