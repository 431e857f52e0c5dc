#include "planner/rescan.h"

#include <algorithm>

#include "tests/unit/planner/worlds.h"

namespace headwater::planner {
namespace {

std::string told(const Rescan& rescan) {
  std::string out;
  for (const Rescan::Fault& fault : rescan.faults()) {
    out += std::to_string(fault.dataset.value) + "/" + std::to_string(fault.lane) + "/" +
           std::to_string(fault.block) + ": " + fault.what + "\n";
  }
  return out;
}

// Random histories over every kind of mapping; every version is scanned against the one before.
TEST(Rescan, FindsNothingWrongInWhatTheEngineKeepsUp) {
  std::uint64_t compared = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    World world;
    std::shared_ptr<const Rescan> before;
    for (std::uint64_t step = 1; step <= 80; ++step) {
      if (random() % 8 == 0) {
        world.engine.set_code(NodeId{static_cast<std::uint32_t>(1 + random() % 10)},
                              CodeId{static_cast<std::uint32_t>(1 + random() % 3)});
      } else if (random() % 20 == 0) {
        const CodeEquality equality{CodeId{1}, CodeId{2}, {}, kBoundaryDay - 5, kBoundaryDay + 3};
        world.engine.set_equalities(NodeId{static_cast<std::uint32_t>(1 + random() % 10)},
                                    {equality}, {});
      } else if (random() % 20 == 0) {
        world.map(3, 7, mapping_of(MappingKind::kWindow, -2, static_cast<int>(random() % 2)));
      }
      const auto [write, last] = random_write(random, model::Seq{step});
      world.history.add(write, last);
      if (random() % 2 == 0) {
        ASSERT_TRUE(world.engine.write(write, last));
      } else {
        for (Write one = write; one.place.index <= last; ++one.place.index) {
          ASSERT_TRUE(world.engine.write(one));
        }
      }
      world.engine.publish(model::Seq{step});
      const auto found = Rescan::run(world.engine.state(), before.get(), {});
      ASSERT_EQ(found->fault_count(), 0U) << told(*found);
      compared += found->compared();
      before = found;
    }
  }
  EXPECT_GT(compared, 10'000U);
}

class RescanFaults : public testing::Test {
 protected:
  void SetUp() override {
    std::mt19937_64 random(5);
    for (std::uint64_t step = 1; step <= 80; ++step) {
      const auto [write, last] = random_write(random, model::Seq{step});
      world_.history.add(write, last);
      ASSERT_TRUE(world_.engine.write(write, last));
    }
    world_.engine.publish(model::Seq{80});
    state_ = world_.engine.state();
    before_ = Rescan::run(state_, nullptr, {});
    ASSERT_EQ(before_->fault_count(), 0U) << told(*before_);
  }
  // As memory that went wrong would have it.
  Block& block(std::uint32_t dataset) {
    const Lane& lane = *state_->segment(DatasetNo{dataset}).find(0);
    return const_cast<Block&>(*lane.find(lane.end() - 1));
  }
  static std::size_t first_of(const Block& block) {
    std::size_t i = 0;
    while (!block.present.get(i)) ++i;
    return i;
  }
  std::string found() const {
    const auto rescan = Rescan::run(state_, before_.get(), {});
    base::Crew crew(3);
    const auto together = Rescan::run(state_, before_.get(), {}, &crew);
    EXPECT_EQ(told(*together), told(*rescan));
    EXPECT_EQ(together->partitions(), rescan->partitions());
    EXPECT_EQ(together->compared(), rescan->compared());
    return rescan->fault_count() == 0 ? "" : rescan->faults()[0].what;
  }

  World world_;
  std::shared_ptr<const State> state_;
  std::shared_ptr<const Rescan> before_;
};

TEST_F(RescanFaults, ADifferenceThatIsNotRight) {
  Block& block = this->block(3);
  const std::size_t i = first_of(block);
  if (!block.differences[i / kPageSize]) {
    block.differences[i / kPageSize] = std::make_shared<Differences>();
  }
  block.differences[i / kPageSize]->set(i % kPageSize, block.difference(i) + 2);
  block.inputs.set(i, true);
  EXPECT_EQ(found(), "the differences of its partitions");
}

TEST_F(RescanFaults, AFingerprintThatIsNotRight) {
  Block& block = this->block(1);
  const std::size_t i = first_of(block);
  ++block.pages[i / kPageSize]->out[i % kPageSize];
  EXPECT_EQ(found(), "the sum of its cells");
  const auto rescan = Rescan::run(state_, before_.get(), {});
  EXPECT_TRUE(std::ranges::any_of(rescan->faults(), [](const Rescan::Fault& fault) {
    return fault.dataset != DatasetNo{1} && fault.what == "the differences of its partitions";
  })) << "who reads it";
}

TEST_F(RescanFaults, BitsThatAreNotRight) {
  Block& first = block(1);
  const std::size_t i = first_of(first);
  first.code.set(i, !first.code.get(i));
  EXPECT_EQ(found(), "which of its partitions are stale for their code or tag");
  first.code.set(i, !first.code.get(i));
  first.inputs.set(i, !first.inputs.get(i));
  EXPECT_EQ(found(), "which of its partitions are stale for their inputs");
  first.inputs.set(i, !first.inputs.get(i));
  first.present.set(i, false);
  EXPECT_EQ(found(), "which of its partitions are present");
  first.present.set(i, true);
  EXPECT_EQ(found(), "");
}

TEST_F(RescanFaults, SumsAndTagsThatAreNotRight) {
  ++block(2).sum;
  EXPECT_EQ(found(), "the sum of its cells");
  --block(2).sum;
  ++const_cast<Lane&>(*state_->segment(DatasetNo{5}).find(0)).tag;
  const auto rescan = Rescan::run(state_, before_.get(), {});
  EXPECT_NE(told(*rescan).find("the tag of its lane"), std::string::npos) << told(*rescan);
}

TEST_F(RescanFaults, AreNoneOfAScanThatWasCancelled) {
  ++block(1).sum;
  EXPECT_EQ(Rescan::run(state_, nullptr, [] { return true; }), nullptr);
}

}  // namespace
}  // namespace headwater::planner
