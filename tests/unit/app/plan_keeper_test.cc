// What plans need done by themselves.

#include "app/plan_keeper.h"

#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace headwater::app {
namespace {

using planner::DatasetNo;
using planner::PlanDraft;
using planner::PlanMove;
using planner::PlanState;
using tests::must;
using tests::PlanWorld;

class PlanKeeperTest : public ::testing::Test {
 protected:
  PlanKeeperTest()
      : queries(world.harness().store(), world.harness().graph(), world.harness().clock()) {}

  model::Seq last_seq() {
    auto reader = must(world.harness().store().reader());
    return must(reader.last_seq());
  }
  void ok(const base::Result<void>& done) { ASSERT_TRUE(done.has_value()) << done.error().message; }

  PlanWorld world;
  query::Service queries;
};

TEST_F(PlanKeeperTest, EndsWhatHasExpiredAndLogsNothingElse) {
  const DatasetNo a = world.dataset("a");
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, a, 0, 4)}));
  world.lease(plan);
  const model::Seq before = last_seq();
  world.pass_ms(59'999);
  ok(sweep(queries, world.harness().pipeline()));
  EXPECT_EQ(last_seq(), before);
  world.pass_ms(1);
  ok(sweep(queries, world.harness().pipeline()));
  EXPECT_EQ(world.plan(plan).row.counts.running, 0);
  const model::Seq after = last_seq();
  ok(sweep(queries, world.harness().pipeline()));
  EXPECT_EQ(last_seq(), after);
}

TEST_F(PlanKeeperTest, WakesAPlanWhenAQuietPeriodEnds) {
  world.dataset("a");
  const DatasetNo b = world.dataset("b");
  world.reads("b", "a", R"({"kind":"identity","wait":{"quiet":"PT10S"}})");
  world.run("a", 0, 4);
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 4)}));
  world.pass_ms(9'999);
  const model::Seq before = last_seq();
  ok(sweep(queries, world.harness().pipeline()));
  EXPECT_EQ(last_seq(), before);
  EXPECT_EQ(world.plan(plan).row.ready, 0);
  world.pass_ms(1);
  ok(sweep(queries, world.harness().pipeline()));
  EXPECT_EQ(world.plan(plan).row.ready, 1);
  const model::Seq after = last_seq();
  ok(sweep(queries, world.harness().pipeline()));
  EXPECT_EQ(last_seq(), after);
}

TEST_F(PlanKeeperTest, StopsAPlanThatHasOutgrownWhatWasApproved) {
  world.dataset("a");
  const DatasetNo b = world.dataset("b");
  world.reads("b", "a");
  world.run("a", 0, 9);
  world.pass_ms(1000);
  world.run("b", 0, 9);
  world.pass_ms(1000);
  world.run("a", 0, 1);  // now two of b are stale
  PlanDraft draft = PlanWorld::draft({PlanWorld::task(1, b, 0, 1)});
  draft.options.scope = {b};
  draft.options.direction = planner::PlanOptions::Direction::kNone;
  draft.options.missing = draft.options.maybe = false;
  const model::Seq plan = world.approved(draft);

  PlanRefresher refresher(queries, world.planner(), world.harness().pipeline(), 30'000);
  const auto round = [&] { ok(refresher.round({})); };
  round();
  world.pass_ms(30'000);
  world.run("a", 2, 2);  // three, which tolerance allows
  round();
  EXPECT_EQ(world.plan(plan).state(), PlanState::kApproved);
  world.run("a", 3, 3);  // four
  round();               // not yet again
  EXPECT_EQ(world.plan(plan).state(), PlanState::kApproved);
  world.pass_ms(30'000);
  round();
  EXPECT_EQ(world.plan(plan).state(), PlanState::kPaused);
  EXPECT_TRUE(world.plan(plan).outgrown());
  EXPECT_EQ(world.plan(plan).row.refreshed, 4);
  EXPECT_NE(world.plan(plan).row.reason.find("up to 4 partitions"), std::string::npos);
  world.move(PlanMove::kApprove, plan);
  world.pass_ms(30'000);
  world.run("a", 4, 4);  // five, of four that were approved
  round();
  EXPECT_EQ(world.plan(plan).state(), PlanState::kExecuting);
  world.expect_replayed();
}

}  // namespace
}  // namespace headwater::app
