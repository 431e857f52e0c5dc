#include "tests/unit/planner/worlds.h"

namespace headwater::planner {
namespace {

// A span at once is what its partitions one by one come to, whatever arrives late, and readers of
// earlier versions see nothing of it.
TEST(EnginePieces, ASpanIsItsPartitionsOneByOne) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    World at_once, one_by_one;
    for (std::uint64_t step = 1; step <= 60; ++step) {
      if (random() % 8 == 0) {
        const NodeId job{static_cast<std::uint32_t>(1 + random() % 10)};
        const CodeId code{static_cast<std::uint32_t>(1 + random() % 3)};
        at_once.engine.set_code(job, code);
        one_by_one.engine.set_code(job, code);
        continue;
      }
      auto [write, last] = random_write(random, model::Seq{step});
      at_once.history.add(write, last);
      one_by_one.history.add(write, last);
      ASSERT_TRUE(at_once.engine.write(write, last));
      for (; write.place.index <= last; ++write.place.index) {
        ASSERT_TRUE(one_by_one.engine.write(write));
      }
      if (random() % 3 == 0) {
        at_once.engine.publish(model::Seq{step});
        one_by_one.engine.publish(model::Seq{step});
      }
    }
    expect_same(at_once.engine.working(), one_by_one.engine.working());
    if (testing::Test::HasFailure()) return;
  }
}

// Readers that are told of many spans together know what they know when they are told of each.
TEST(EnginePieces, ReadersCanBeToldTogether) {
  base::Crew crew(3);
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    WideWorld together, at_once;
    for (std::uint64_t step = 1; step <= 600;) {
      together.engine.tell_together(crew);
      for (const std::uint64_t end = step + 1 + random() % 200; step < end; ++step) {
        const auto [write, last] = WideWorld::random_write(random, model::Seq{step});
        for (WideWorld* const world : {&together, &at_once}) {
          world->history.add(write, last);
          ASSERT_TRUE(world->engine.write(write, last));
        }
      }
      ASSERT_TRUE(together.engine.told());
      expect_same(together.engine.working(), at_once.engine.working());
      if (testing::Test::HasFailure()) return;
      if (random() % 2 == 0) {
        together.engine.publish(model::Seq{step});
        at_once.engine.publish(model::Seq{step});
      }
    }
  }
}

TEST(EnginePieces, WhatReadersWereToBeToldIsDiscarded) {
  base::Crew crew(1);
  std::mt19937_64 random(2);
  WideWorld world, untouched;
  world.engine.publish(model::Seq{});
  world.engine.tell_together(crew);
  for (std::uint64_t step = 1; step <= 60; ++step) {
    const auto [write, last] = WideWorld::random_write(random, model::Seq{step});
    world.history.add(write, last);
    ASSERT_TRUE(world.engine.write(write, last));
  }
  world.engine.discard();
  ASSERT_TRUE(world.engine.told());
  expect_same(world.engine.working(), untouched.engine.working());
}

TEST(EnginePieces, ACodeThatIsEqualInARangeOnlyCutsThePiece) {
  World world;
  world.engine.set_code(NodeId{1}, CodeId{2});
  world.engine.set_equalities(NodeId{1}, {{CodeId{1}, CodeId{2}, DatasetNo{1}, INT64_MIN, 20485}},
                              {});
  Write write;
  write.dataset = DatasetNo{1};
  write.job = NodeId{1};
  write.code = CodeId{1};
  write.place.index = 20480;
  write.end = 10;
  write.start = 5;
  write.out = 7;
  world.history.add(write, 20489);
  ASSERT_TRUE(world.engine.write(write, 20489));
  const Lane& lane = *world.engine.working().segment(DatasetNo{1}).find(0);
  for (std::int64_t i = 20480; i <= 20489; ++i) {
    EXPECT_EQ(lane.find(5)->code.get(offset_of(i)), i > 20485) << i;
  }
}

TEST(EnginePieces, WhatReadersHoldDoesNotChange) {
  std::mt19937_64 random(3);
  World world;
  std::uint64_t step = 0;
  const auto some = [&] {
    for (int i = 0; i < 20; ++i) {
      const auto [write, last] = random_write(random, model::Seq{++step});
      world.history.add(write, last);
      ASSERT_TRUE(world.engine.write(write, last));
    }
  };
  some();
  world.engine.publish(model::Seq{step});
  const auto held = world.engine.state();
  World copy;  // the same history
  random.seed(3);
  for (std::uint64_t i = 1; i <= step; ++i) {
    const auto [write, last] = random_write(random, model::Seq{i});
    copy.history.add(write, last);
    ASSERT_TRUE(copy.engine.write(write, last));
  }
  some();
  expect_same(*held, copy.engine.working());
  world.engine.discard();
  expect_same(world.engine.working(), copy.engine.working());
}

TEST(EnginePieces, BeyondTheSpanOfALaneIsAnError) {
  World world;
  Write write;
  write.dataset = DatasetNo{2};
  write.end = write.start = 1;
  write.out = 1;
  const auto wrote = world.engine.write(write, Engine::kMaxSpan);
  ASSERT_FALSE(wrote);
  EXPECT_EQ(wrote.error().code, base::ErrorCode::kLimitExceeded);
  write.out = 0;
  EXPECT_FALSE(world.engine.write(write, 0));
}

}  // namespace
}  // namespace headwater::planner
