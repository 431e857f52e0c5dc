// Wait policies of mappings: what is handed out only when more is there, or when it has been quiet.

#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace headwater::planner {
namespace {

using storage::PlanLeaseRow;
using tests::must;
using tests::PlanWorld;

using Range = std::pair<std::int64_t, std::int64_t>;

constexpr base::Micros kSecond = 1'000'000, kHourUs = 3'600 * kSecond;

class PlanWaiting : public ::testing::Test {
 protected:
  // a -> b over that mapping; what is there of `a` was written long ago.
  void two(const std::string& mapping, std::int64_t count = 24) {
    a = world.dataset("a", count);
    b = world.dataset("b", count);
    world.reads("b", "a", mapping);
  }
  // The 24 of a, for the first of b.
  static std::string day(const std::string& wait) {
    return R"({"kind":"window","from":0,"to":23,"wait":)" + wait + "}";
  }
  std::vector<Range> lease(model::Seq plan, std::int64_t leases = 10) {
    std::vector<Range> out;
    given = world.lease(plan, leases);
    for (const PlanLeaseRow& one : given) out.emplace_back(one.first, one.last);
    return out;
  }
  // What the plan says it waits for: inputs and quiet.
  std::pair<std::int64_t, std::int64_t> waiting(model::Seq plan) {
    const storage::PlanRow row = world.plan(plan).row;
    return {row.wait_inputs, row.wait_quiet};
  }
  bool may_lease(model::Seq plan) {
    auto reader = must(world.harness().store().reader());
    return must(planner::may_lease(reader, world.plan(plan), {}, world.now()));
  }
  // The plan's partition fails for good: drafts here try once.
  void fail(const PlanLeaseRow& one, std::int64_t index) {
    LeaseOutcome outcome{"completed", {}, PlanWorld::keys(index, index), "", ""};
    for (std::int64_t i = one.first; i <= one.last; ++i) {
      if (i != index) outcome.done.push_back("n=" + std::to_string(i));
    }
    must(world.try_complete(one, outcome));
  }
  static PlanDraft once(PlanDraft draft) {
    draft.options.max_attempts = 1;
    return draft;
  }

  PlanWorld world;
  DatasetNo a, b, c;
  std::vector<PlanLeaseRow> given;
};

using Ranges = std::vector<Range>;
using Waits = std::pair<std::int64_t, std::int64_t>;

TEST_F(PlanWaiting, WithoutAPolicyWhatIsNotInThePlanMakesNothingWait) {
  two(R"({"kind":"identity"})");
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 3)}));
  EXPECT_EQ(lease(plan), (Ranges{{0, 3}}));
  EXPECT_EQ(waiting(plan), Waits(0, 0));
}

TEST_F(PlanWaiting, AllInputsAreWaitedForWhoeverWritesThem) {
  two(R"({"kind":"identity","wait":{"inputs":"all"}})");
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 3)}));
  EXPECT_FALSE(may_lease(plan));
  EXPECT_EQ(waiting(plan), Waits(4, 0));
  EXPECT_EQ(lease(plan), Ranges{});
  const TaskInfo task = world.task_info(plan, 1);
  EXPECT_EQ(task.state(), TaskState::kPending);
  ASSERT_EQ(task.waiting.size(), 1U);
  EXPECT_EQ(task.waiting[0].why, WaitFor::kInputs);
  EXPECT_EQ(task.waiting[0].upstream, a);
  EXPECT_EQ(task.waiting[0].partitions, 4);
  EXPECT_EQ(task.waiting[0].first, 0);

  world.run("a", 1, 2);
  EXPECT_TRUE(may_lease(plan));
  EXPECT_EQ(waiting(plan), Waits(2, 0));
  EXPECT_EQ(world.task_info(plan, 1).state(), TaskState::kReady);
  EXPECT_EQ(lease(plan), (Ranges{{1, 2}}));
  world.reopen();
  EXPECT_FALSE(may_lease(plan));
  world.run("a", 0, 0);
  world.run("a", 3, 3);
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}, {3, 3}}));
  world.expect_replayed();
}

TEST_F(PlanWaiting, OfAWindowOnlyWhatTheSpaceHasIsWaitedFor) {
  two(R"({"kind":"window","from":-1,"to":1,"wait":{"inputs":"all"}})", 3);
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 2)}));
  world.run("a", 0, 1);
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}}));  // there is nothing before the first
  world.run("a", 2, 2);
  EXPECT_EQ(lease(plan), (Ranges{{1, 2}}));  // nor after the last
}

TEST_F(PlanWaiting, WhatExpectsNothingIsNotWaitedFor) {
  two(R"({"kind":"identity","wait":{"inputs":"all"}})", 0);
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 3)}));
  EXPECT_EQ(lease(plan), (Ranges{{0, 3}}));
}

TEST_F(PlanWaiting, AllOfAnAllMappingIsWaitedFor) {
  two(R"({"kind":"all","wait":{"inputs":"all"}})", 3);
  world.run("a", 0, 1);
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 0)}));
  EXPECT_EQ(lease(plan), Ranges{});
  world.run("a", 2, 2);
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}}));
}

// ---- at least n
// ----------------------------------------------------------------------------------

TEST_F(PlanWaiting, AtLeastNOfARollup) {
  two(day(R"({"inputs":{"at_least":20}})"));
  world.run("a", 0, 9);  // not in the plan
  const model::Seq plan = world.approved(
      PlanWorld::draft({PlanWorld::task(1, a, 10, 23), PlanWorld::task(2, b, 0, 0, 2)}));
  LeaseWish wish = PlanWorld::wish(14);
  wish.max_partitions = 1;
  const auto hours = world.lease(plan, wish);
  ASSERT_EQ(hours.size(), 14U);
  for (std::size_t i = 0; i < 9; ++i) world.run("a", hours[i].first, hours[i].first);
  EXPECT_EQ(lease(plan), Ranges{});       // 19 are there
  EXPECT_EQ(waiting(plan), Waits(0, 0));  // and the plan has more to come
  world.run("a", hours[9].first, hours[9].first);
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}}));
  world.run("b", 0, 0);
  for (std::size_t i = 10; i < 14; ++i) world.run("a", hours[i].first, hours[i].first);
  EXPECT_EQ(world.plan(plan).state(), PlanState::kDone);
  world.expect_replayed();
}

TEST_F(PlanWaiting, AtLeastNIsAllWhereThereAreFewer) {
  two(day(R"({"inputs":{"at_least":20}})"), 5);
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 0)}));
  world.run("a", 0, 3);
  EXPECT_EQ(lease(plan), Ranges{});
  EXPECT_EQ(waiting(plan), Waits(1, 0));
  world.run("a", 4, 4);
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}}));
}

TEST_F(PlanWaiting, WhatIsCurrentIsNotSkippedWhileThePlanMayStillChangeIt) {
  two(day(R"({"inputs":{"at_least":20}})"));
  world.run("a", 0, 23);
  world.pass_ms(1);
  world.run("b", 0, 0);
  world.pass_ms(1);
  world.run("a", 5, 5);  // so that there is something to do, but not for b's sake
  world.pass_ms(1);
  world.run("b", 0, 0);
  const model::Seq plan = world.approved(
      PlanWorld::draft({PlanWorld::task(1, a, 23, 23), PlanWorld::task(2, b, 0, 0, 2)}));
  // 23 inputs are there, b is current; hour 23 is not stale either, but somebody runs it again.
  EXPECT_EQ(lease(plan), Ranges{});
  EXPECT_EQ(world.status(plan, 1, 23), PartitionStatus::kSkipped);
  EXPECT_EQ(world.status(plan, 2, 0), PartitionStatus::kSkipped);

  a = world.dataset("x", 24);
  world.reads("a", "x");
  world.run("x", 23, 23);
  const model::Seq second = world.approved(
      PlanWorld::draft({PlanWorld::task(1, DatasetNo{1}, 23, 23), PlanWorld::task(2, b, 0, 0, 2)}));
  EXPECT_EQ(lease(second), (Ranges{{23, 23}}));
  EXPECT_FALSE(may_lease(second));
  EXPECT_EQ(lease(second), Ranges{});
  EXPECT_EQ(world.status(second, 2, 0), PartitionStatus::kPending);
  world.reopen();
  EXPECT_FALSE(may_lease(second));
  world.pass_ms(1);
  world.run("a", 23, 23);
  EXPECT_EQ(lease(second), (Ranges{{0, 0}}));
  world.expect_replayed();
}

TEST_F(PlanWaiting, AFailedInputBlocksOnlyIfNCannotBeReached) {
  two(day(R"({"inputs":{"at_least":22}})"));
  const model::Seq plan = world.approved(
      once(PlanWorld::draft({PlanWorld::task(1, a, 0, 23), PlanWorld::task(2, b, 0, 0, 2)})));
  LeaseWish wish = PlanWorld::wish(24);
  wish.max_partitions = 1;
  const auto hours = world.lease(plan, wish);
  world.complete(hours[0], "failed");
  world.complete(hours[1], "failed");
  EXPECT_EQ(world.status(plan, 2, 0), PartitionStatus::kPending);
  world.complete(hours[2], "failed");
  EXPECT_EQ(world.status(plan, 2, 0), PartitionStatus::kBlocked);
  world.run("a", 2, 2);  // somebody else
  EXPECT_EQ(world.status(plan, 2, 0), PartitionStatus::kPending);
  for (std::size_t i = 3; i < 24; ++i) world.complete(hours[i]);
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}}));
  world.expect_replayed();
}

TEST_F(PlanWaiting, WhatIsNotInThePlanMayStillComeInPlaceOfWhatFailed) {
  two(day(R"({"inputs":{"at_least":2}})"), 3);
  const model::Seq plan = world.approved(
      once(PlanWorld::draft({PlanWorld::task(1, a, 0, 1), PlanWorld::task(2, b, 0, 0, 2)})));
  ASSERT_EQ(lease(plan), (Ranges{{0, 1}}));
  fail(given[0], 0);
  EXPECT_EQ(world.status(plan, 2, 0), PartitionStatus::kPending);  // n=2 may come
  EXPECT_EQ(waiting(plan), Waits(1, 0));
  EXPECT_EQ(world.plan(plan).state(), PlanState::kExecuting);
  world.run("a", 2, 2);
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}}));
}

TEST_F(PlanWaiting, AllInputsOfWhichOneFailedAreNotComplete) {
  two(R"({"kind":"identity","wait":{"inputs":"all"}})");
  const model::Seq plan = world.approved(
      once(PlanWorld::draft({PlanWorld::task(1, a, 0, 1), PlanWorld::task(2, b, 0, 1, 2)})));
  ASSERT_EQ(lease(plan), (Ranges{{0, 1}}));
  fail(given[0], 0);
  EXPECT_EQ(world.status(plan, 2, 0), PartitionStatus::kBlocked);
  EXPECT_EQ(lease(plan), (Ranges{{1, 1}}));  // on the worker's word
}

// ---- quiet
// ---------------------------------------------------------------------------------------

TEST_F(PlanWaiting, LateDataAReaderWaitsForItsQuietPeriod) {
  two(R"({"kind":"identity","wait":{"quiet":"PT1H"}})");
  world.run("a", 0, 1);
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 1)}));
  const base::Micros written = world.now();
  EXPECT_EQ(waiting(plan), Waits(0, 2));
  EXPECT_EQ(world.plan(plan).row.wakes_at, written + kHourUs);
  const TaskInfo task = world.task_info(plan, 1);
  ASSERT_EQ(task.waiting.size(), 1U);
  EXPECT_EQ(task.waiting[0].why, WaitFor::kQuiet);
  EXPECT_EQ(task.waiting[0].until, written + kHourUs);

  world.pass_ms(1'800'000);
  world.run("a", 1, 1);  // late
  world.pass_ms(1'799'999);
  EXPECT_FALSE(may_lease(plan));
  EXPECT_EQ(lease(plan), Ranges{});
  world.pass_ms(1);
  EXPECT_TRUE(may_lease(plan));
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}}));
  world.complete(given[0]);
  EXPECT_EQ(waiting(plan), Waits(0, 1));
  world.pass_ms(1'800'000);
  world.decide(sweep_leases("headwater"));
  EXPECT_EQ(world.task_info(plan, 1).progress.ready, true);
  EXPECT_EQ(waiting(plan), Waits(0, 0));
  EXPECT_EQ(lease(plan), (Ranges{{1, 1}}));
  world.expect_replayed();
}

TEST_F(PlanWaiting, ARestartInTheMiddleOfAQuietPeriodChangesNothing) {
  two(R"({"kind":"window","from":-1,"to":0,"wait":{"quiet":"PT1H"}})");
  const model::Seq plan = world.approved(
      PlanWorld::draft({PlanWorld::task(1, a, 0, 2), PlanWorld::task(2, b, 0, 2, 2)}));
  ASSERT_EQ(lease(plan), (Ranges{{0, 2}}));
  world.run("a", 0, 0);
  world.pass_ms(600'000);
  world.run("a", 1, 2);
  const auto before = world.plan(plan).row;
  EXPECT_EQ(waiting(plan), Waits(0, 3));
  world.reopen();
  EXPECT_EQ(world.plan(plan).row.wakes_at, before.wakes_at);
  world.pass_ms(3'000'000);
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}}));
  world.complete(given[0]);
  world.reopen();
  world.pass_ms(599'999);
  EXPECT_EQ(lease(plan), Ranges{});
  world.pass_ms(1);
  EXPECT_EQ(lease(plan), (Ranges{{1, 2}}));
  world.expect_replayed();
}

TEST_F(PlanWaiting, NothingIsSkippedBeforeItIsQuiet) {
  two(R"({"kind":"identity","wait":{"quiet":"PT1H"}})");
  world.run("a", 0, 0);
  world.pass_ms(1);
  world.run("b", 0, 0);
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 0)}));
  EXPECT_EQ(lease(plan), Ranges{});
  EXPECT_EQ(world.status(plan, 1, 0), PartitionStatus::kPending);
  world.pass_ms(3'600'000);
  EXPECT_EQ(lease(plan), Ranges{});
  EXPECT_EQ(world.status(plan, 1, 0), PartitionStatus::kSkipped);
}

TEST_F(PlanWaiting, InputsAndQuietAreWaitedForTogether) {
  two(day(R"({"inputs":{"at_least":2},"quiet":"PT10S"})"));
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 0)}));
  world.run("a", 0, 0);
  EXPECT_EQ(waiting(plan), Waits(1, 0));
  world.run("a", 1, 1);
  EXPECT_EQ(waiting(plan), Waits(0, 1));
  world.pass_ms(10'000);
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}}));
}

TEST_F(PlanWaiting, TheLastOneIsWatchedByALastMapping) {
  two(R"({"kind":"last","wait":{"quiet":"PT10S"}})");
  world.run("a", 0, 5);
  world.pass_ms(10'000);
  world.run("a", 3, 3);  // not the last
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 0)}));
  world.run("a", 6, 6);
  EXPECT_EQ(lease(plan), Ranges{});
  world.pass_ms(10'000);
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}}));
}

// ---- policies come and go
// ------------------------------------------------------------------------

TEST_F(PlanWaiting, APolicyThatIsTakenBackLetsGo) {
  two(R"({"kind":"identity","wait":{"inputs":"all"}})");
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 3)}));
  EXPECT_EQ(waiting(plan), Waits(4, 0));
  world.reads("b", "a", R"({"kind":"identity"})");
  EXPECT_EQ(waiting(plan), Waits(0, 0));
  EXPECT_EQ(lease(plan), (Ranges{{0, 3}}));
  world.reads("b", "a", R"({"kind":"identity","wait":{"quiet":"PT1H"}})");
  world.expect_replayed();
}

TEST_F(PlanWaiting, ACancelledPlanWaitsForNothing) {
  two(R"({"kind":"identity","wait":{"inputs":"all"}})");
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 3)}));
  world.move(PlanMove::kCancel, plan);
  EXPECT_EQ(waiting(plan), Waits(0, 0));
  EXPECT_TRUE(world.task_info(plan, 1).waiting.empty());
  world.expect_replayed();
}

TEST_F(PlanWaiting, WhatSomebodyWroteBeforeAllWasThereIsRunAgain) {
  two(R"({"kind":"window","from":0,"to":1,"wait":{"inputs":"all"}})", 2);
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 0)}));
  world.run("a", 0, 0);
  world.pass_ms(1);
  world.run("b", 0, 0);
  EXPECT_EQ(world.status(plan, 1, 0), PartitionStatus::kPending);
  world.pass_ms(1);
  world.run("a", 1, 1);
  EXPECT_EQ(lease(plan), (Ranges{{0, 0}}));
}

}  // namespace
}  // namespace headwater::planner
