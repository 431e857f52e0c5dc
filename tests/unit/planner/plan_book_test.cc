// The life of a plan: who may decide what when, what is handed out, what becomes of it.

#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace headwater::planner {
namespace {

using base::ErrorCode;
using storage::PlanLeaseRow;
using tests::must;
using tests::PlanWorld;

using Range = std::pair<std::int64_t, std::int64_t>;

std::vector<std::pair<std::uint32_t, Range>> ranges(const std::vector<PlanLeaseRow>& leases) {
  std::vector<std::pair<std::uint32_t, Range>> out;
  for (const PlanLeaseRow& lease : leases) out.push_back({lease.task, {lease.first, lease.last}});
  return out;
}
using Ranges = std::vector<std::pair<std::uint32_t, Range>>;

class PlanBookTest : public ::testing::Test {
 protected:
  // a -> b, one to one.
  void two() {
    a = world.dataset("a");
    b = world.dataset("b");
    world.reads("b", "a");
  }
  PlanDraft draft_of_two(std::int64_t last = 4) {
    return PlanWorld::draft({PlanWorld::task(1, a, 0, last), PlanWorld::task(2, b, 0, last, 2)});
  }
  ErrorCode code(const base::Result<ingest::Receipt>& result) {
    EXPECT_FALSE(result.has_value());
    return result ? ErrorCode::kInternal : result.error().code;
  }
  PlanState state(model::Seq plan) { return world.plan(plan).state(); }

  PlanWorld world;
  DatasetNo a, b, c, d;
};

// ---- states
// --------------------------------------------------------------------------------------

TEST_F(PlanBookTest, GoesFromDraftToDone) {
  two();
  const model::Seq plan = world.put(draft_of_two());
  EXPECT_EQ(state(plan), PlanState::kDraft);
  EXPECT_EQ(world.plan(plan).pending(), 10);
  EXPECT_EQ(code(world.try_decide(lease_plan(plan, PlanWorld::wish()))), ErrorCode::kConflict);
  world.move(PlanMove::kApprove, plan);
  EXPECT_EQ(state(plan), PlanState::kApproved);
  const auto first = world.lease(plan);
  EXPECT_EQ(ranges(first), (Ranges{{1, {0, 4}}}));
  EXPECT_EQ(state(plan), PlanState::kExecuting);
  EXPECT_TRUE(world.lease(plan).empty());  // b waits
  world.complete(first[0]);
  const auto second = world.lease(plan);
  EXPECT_EQ(ranges(second), (Ranges{{2, {0, 4}}}));
  EXPECT_EQ(state(plan), PlanState::kExecuting);
  world.complete(second[0]);
  EXPECT_EQ(state(plan), PlanState::kDone);
  EXPECT_EQ(world.plan(plan).row.counts.told, 10);
  world.expect_replayed();
}

TEST_F(PlanBookTest, TakesEachDecisionOnlyInItsStates) {
  two();
  const auto in = [&](PlanState wanted) {
    const model::Seq plan = world.put(draft_of_two());
    if (wanted == PlanState::kDraft) return plan;
    world.move(PlanMove::kApprove, plan);
    if (wanted == PlanState::kApproved) return plan;
    if (wanted == PlanState::kExecuting || wanted == PlanState::kDone) {
      auto leases = world.lease(plan);
      if (wanted == PlanState::kDone) {
        world.complete(leases.at(0));
        world.complete(world.lease(plan).at(0));
      }
      return plan;
    }
    world.move(wanted == PlanState::kPaused ? PlanMove::kPause : PlanMove::kCancel, plan);
    return plan;
  };
  using S = PlanState;
  using M = PlanMove;
  const std::map<M, std::map<S, S>> allowed{
      {M::kApprove, {{S::kDraft, S::kApproved}}},
      {M::kPause, {{S::kApproved, S::kPaused}, {S::kExecuting, S::kPaused}}},
      {M::kResume, {{S::kPaused, S::kExecuting}}},
      {M::kCancel,
       {{S::kDraft, S::kCancelled},
        {S::kApproved, S::kCancelled},
        {S::kExecuting, S::kCancelled},
        {S::kPaused, S::kCancelled}}},
      {M::kRetry, {}},  // nothing has failed
  };
  for (const auto& [move, to] : allowed) {
    for (const S from :
         {S::kDraft, S::kApproved, S::kExecuting, S::kPaused, S::kCancelled, S::kDone}) {
      SCOPED_TRACE(std::string(to_string(from)) + " " + std::to_string(static_cast<int>(move)));
      const model::Seq plan = in(from);
      ASSERT_EQ(state(plan), from);
      const auto result = world.try_move(move, plan);
      if (const auto next = to.find(from); next != to.end()) {
        EXPECT_TRUE(result.has_value());
        EXPECT_EQ(state(plan), next->second);
      } else {
        EXPECT_EQ(code(result), ErrorCode::kConflict);
        EXPECT_EQ(state(plan), from);
      }
      static_cast<void>(world.try_move(M::kCancel, plan));  // out of the others' way
    }
  }
  world.expect_replayed();
}

TEST_F(PlanBookTest, RefusesWhatIsNotThere) {
  two();
  const model::Seq none{999};
  for (const PlanMove move : {PlanMove::kApprove, PlanMove::kPause, PlanMove::kResume,
                              PlanMove::kCancel, PlanMove::kRetry}) {
    EXPECT_EQ(code(world.try_move(move, none)), ErrorCode::kNotFound);
  }
  EXPECT_EQ(code(world.try_decide(lease_plan(none, PlanWorld::wish()))), ErrorCode::kNotFound);
  EXPECT_EQ(code(world.try_decide(refresh_plan(none, 1, "headwater", ""))), ErrorCode::kNotFound);
  const model::Seq plan = world.approved(draft_of_two());
  const model::Seq other = world.put(draft_of_two());
  const auto lease = world.lease(plan).at(0);
  for (const std::string& token :
       std::vector<std::string>{"1-1", "x", "", "-1", "1-", "0-1", PlanWorld::token(lease) + "1"}) {
    EXPECT_EQ(code(world.try_decide(heartbeat(plan, token, "w", {}))), ErrorCode::kNotFound);
    EXPECT_EQ(
        code(world.try_decide(complete_lease(plan, token, "w", {"completed", {}, {}, "", ""}))),
        ErrorCode::kNotFound);
  }
  EXPECT_EQ(code(world.try_decide(heartbeat(other, PlanWorld::token(lease), "w", {}))),
            ErrorCode::kNotFound);
}

TEST_F(PlanBookTest, RefusesWhatIsNotValid) {
  two();
  const auto refused = [&](const PlanDraft& draft) {
    EXPECT_EQ(code(world.try_decide(put_plan(draft))), ErrorCode::kInvalidArgument);
  };
  refused(PlanWorld::draft({PlanWorld::task(1, a, 0, 5), PlanWorld::task(2, a, 5, 9)}));
  refused(PlanWorld::draft({PlanWorld::task(2, a, 0, 5)}));
  refused(PlanWorld::draft({PlanWorld::task(1, a, 5, 4)}));
  refused(PlanWorld::draft({PlanWorld::task(1, DatasetNo{77}, 0, 5)}));
  refused(PlanWorld::draft({PlanWorld::task(1, DatasetNo{}, 0, 5)}));
  refused(PlanWorld::draft({PlanWorld::task(1, a, 0, 1'000'000)}));
  PlanDraft nobody = draft_of_two();
  nobody.options.author.clear();
  refused(nobody);
  const model::Seq plan = world.approved(draft_of_two());
  const auto lease_refused = [&](const LeaseWish& wish, ErrorCode wanted) {
    EXPECT_EQ(code(world.try_decide(lease_plan(plan, wish))), wanted);
  };
  LeaseWish wish = PlanWorld::wish(0);
  lease_refused(wish, ErrorCode::kInvalidArgument);
  wish.max_leases = kMaxLeasesAtOnce + 1;
  lease_refused(wish, ErrorCode::kInvalidArgument);
  wish = PlanWorld::wish();
  wish.lease_ms = kMinLeaseMs - 1;
  lease_refused(wish, ErrorCode::kInvalidArgument);
  wish.lease_ms = kMaxLeaseMs + 1;
  lease_refused(wish, ErrorCode::kInvalidArgument);
  wish = PlanWorld::wish();
  wish.max_partitions = 0;
  lease_refused(wish, ErrorCode::kInvalidArgument);
  wish = PlanWorld::wish();
  wish.worker = std::string(kMaxWorkerBytes + 1, 'w');
  lease_refused(wish, ErrorCode::kLimitExceeded);
  wish.worker.clear();
  lease_refused(wish, ErrorCode::kInvalidArgument);
  wish = PlanWorld::wish();
  wish.request_id = std::string(kMaxRequestBytes + 1, 'r');
  lease_refused(wish, ErrorCode::kLimitExceeded);
  wish = PlanWorld::wish();
  wish.jobs.resize(kMaxLeaseJobs + 1);
  lease_refused(wish, ErrorCode::kLimitExceeded);
}

TEST_F(PlanBookTest, RefusesAnAnswerThatIsNotTheLeases) {
  two();
  const model::Seq plan = world.approved(draft_of_two());
  const auto lease = world.lease(plan).at(0);
  const auto refused = [&](const LeaseOutcome& outcome, ErrorCode wanted) {
    EXPECT_EQ(code(world.try_complete(lease, outcome)), wanted);
  };
  refused({"finished", {}, {}, "", ""}, ErrorCode::kInvalidArgument);
  refused({"completed", {"n=7"}, {}, "", ""}, ErrorCode::kInvalidArgument);
  refused({"completed", {"n=x"}, {}, "", ""}, ErrorCode::kInvalidArgument);
  refused({"completed", {"n=1"}, {"n=1"}, "", ""}, ErrorCode::kInvalidArgument);
  refused({"completed", {}, {}, "", std::string(kMaxMessageBytes + 1, 'm')},
          ErrorCode::kLimitExceeded);
  EXPECT_EQ(code(world.try_decide(heartbeat(plan, PlanWorld::token(lease), "w", kMinLeaseMs - 1))),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(world.plan(plan).row.counts.running, 5);
}

// ---- what is handed out
// --------------------------------------------------------------------------

TEST_F(PlanBookTest, PartitionsWaitForThoseThatTheyReadAndForNoOthers) {
  two();
  const model::Seq plan = world.approved(draft_of_two());
  const auto lease = world.lease(plan).at(0);
  must(world.try_complete(lease, {"released", {"n=1", "n=2"}, {}, "", ""}));
  const auto next = world.lease(plan, 10);
  EXPECT_EQ(ranges(next), (Ranges{{1, {0, 0}}, {1, {3, 4}}, {2, {1, 2}}}));
  EXPECT_EQ(world.task_info(plan, 1).progress.attempts, 0);  // given back untried
}

// Trap 2: a join of both arms of a diamond waits for both.
TEST_F(PlanBookTest, Trap2TheEndOfADiamondWaitsForBothArms) {
  a = world.dataset("a");
  b = world.dataset("b");
  c = world.dataset("c");
  d = world.dataset("d");
  world.reads("b", "a");
  world.reads("c", "a");
  world.reads("d", "b");
  world.reads("d", "c");
  const model::Seq plan = world.approved(
      PlanWorld::draft({PlanWorld::task(1, a, 0, 0), PlanWorld::task(2, b, 0, 0, 2),
                        PlanWorld::task(3, c, 0, 0, 2), PlanWorld::task(4, d, 0, 0, 3)}));
  world.complete(world.lease(plan).at(0));
  const auto arms = world.lease(plan, 10);
  EXPECT_EQ(ranges(arms), (Ranges{{2, {0, 0}}, {3, {0, 0}}}));
  world.complete(arms[0]);
  EXPECT_TRUE(world.lease(plan).empty());
  world.complete(arms[1]);
  EXPECT_EQ(ranges(world.lease(plan)), (Ranges{{4, {0, 0}}}));
}

// Trap 1: what comes out unchanged un-stales everything after it, and nothing of that is run.
TEST_F(PlanBookTest, Trap1EarlyCutoffSkipsWhatWasOnlyMaybe) {
  two();
  world.run("a", 0, 2, {.version = "x"});
  world.pass_ms(1000);
  world.run("b", 0, 2, {.version = "x"});
  world.pass_ms(1000);
  world.run("a", 900, 900, {.code = "v2"});  // now a's job has other code
  const model::Seq plan = world.approved(draft_of_two(2));
  const auto lease = world.lease(plan).at(0);
  EXPECT_EQ(ranges({lease}), (Ranges{{1, {0, 2}}}));
  world.pass_ms(1000);
  world.run("a", 0, 1, {.code = "v2", .version = "x"});
  world.run("a", 2, 2, {.code = "v2", .version = "y"});
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(lease).state), LeaseState::kAnswered);
  const auto next = world.lease(plan, 10);
  EXPECT_EQ(ranges(next), (Ranges{{2, {2, 2}}}));
  EXPECT_EQ(world.plan(plan).row.counts.skipped, 2);
  world.pass_ms(1000);
  world.run("b", 2, 2, {.version = "y"});
  EXPECT_EQ(state(plan), PlanState::kDone);
  EXPECT_EQ(world.plan(plan).row.counts.done, 4);
  world.expect_replayed();
}

TEST_F(PlanBookTest, AWorkersWordAloneCutsNothingOff) {
  two();
  world.run("a", 0, 0, {.version = "x"});
  world.pass_ms(1000);
  world.run("b", 0, 0, {.version = "x"});
  world.run("a", 900, 900, {.code = "v2"});
  const model::Seq plan = world.approved(draft_of_two(0));
  const auto lease = world.lease(plan).at(0);
  world.complete(lease);
  EXPECT_EQ(world.status(plan, 1, 0), PartitionStatus::kTold);
  // Whether a came out different nobody has reported: b is run, lest it stay on old data.
  EXPECT_EQ(ranges(world.lease(plan)), (Ranges{{2, {0, 0}}}));
}

TEST_F(PlanBookTest, AReportThatComesAfterTheWordCounts) {
  two();
  world.run("a", 0, 0, {.version = "x"});
  world.pass_ms(1000);
  world.run("b", 0, 0, {.version = "x"});
  world.run("a", 900, 900, {.code = "v2"});
  const model::Seq plan = world.approved(draft_of_two(0));
  world.complete(world.lease(plan).at(0));
  world.pass_ms(1000);
  world.run("a", 0, 0, {.code = "v2", .version = "x"});
  EXPECT_EQ(world.status(plan, 1, 0), PartitionStatus::kDone);
  EXPECT_TRUE(world.lease(plan).empty());
  EXPECT_EQ(world.status(plan, 2, 0), PartitionStatus::kSkipped);
  EXPECT_EQ(state(plan), PlanState::kDone);
}

TEST_F(PlanBookTest, WhatAnotherRunHasMadeIsSkippedBeforeItIsHandedOut) {
  two();
  const model::Seq plan = world.approved(draft_of_two(3));
  world.run("a", 1, 2);  // nobody's lease
  const auto leases = world.lease(plan, 10);
  EXPECT_EQ(ranges(leases), (Ranges{{1, {0, 0}}, {1, {3, 3}}, {2, {1, 2}}}));
  EXPECT_EQ(world.status(plan, 1, 1), PartitionStatus::kDone);
}

// b may become stale by what the plan does not hold: it is not run for that.
TEST_F(PlanBookTest, WhatIsMaybeForWhatLiesOutsideOfThePlanIsSkipped) {
  two();
  world.run("a", 0, 0, {.version = "x"});
  world.pass_ms(1000);
  world.run("b", 0, 0);
  world.run("a", 900, 900, {.code = "v2"});
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 0)}));
  EXPECT_TRUE(world.lease(plan).empty());
  EXPECT_EQ(world.status(plan, 1, 0), PartitionStatus::kSkipped);
  EXPECT_EQ(state(plan), PlanState::kDone);
}

TEST_F(PlanBookTest, HandsOutNoMoreThanIsAskedFor) {
  two();
  const model::Seq plan = world.approved(draft_of_two(9));
  LeaseWish wish = PlanWorld::wish(2);
  wish.max_partitions = 3;
  EXPECT_EQ(ranges(world.lease(plan, wish)), (Ranges{{1, {0, 2}}, {1, {3, 5}}}));
  EXPECT_EQ(ranges(world.lease(plan, wish)), (Ranges{{1, {6, 8}}, {1, {9, 9}}}));
  EXPECT_TRUE(world.lease(plan, wish).empty());
}

TEST_F(PlanBookTest, HandsOutOnlyTheJobsThatAreAskedFor) {
  two();
  auto tasks = draft_of_two(0).tasks;
  tasks[1].span = {0, 5, 5};  // of other data: both are ready
  tasks[0].job = NodeId{1};
  tasks[1].job = NodeId{2};
  const model::Seq plan = world.approved(PlanWorld::draft(tasks));
  LeaseWish wish = PlanWorld::wish(10);
  wish.jobs = {NodeId{2}};
  EXPECT_EQ(ranges(world.lease(plan, wish)), (Ranges{{2, {5, 5}}}));
  wish.jobs = {NodeId{3}, NodeId{1}};
  EXPECT_EQ(ranges(world.lease(plan, wish)), (Ranges{{1, {0, 0}}}));
}

TEST_F(PlanBookTest, AChainIsHandedOutOneByOneInOrder) {
  a = world.dataset("a");
  world.reads("a", "a", R"({"kind":"window","from":-1,"to":-1})");
  auto task = PlanWorld::task(1, a, 5, 8);
  task.sequential = true;
  const model::Seq plan = world.approved(PlanWorld::draft({task}));
  for (std::int64_t i = 5; i <= 8; ++i) {
    const auto leases = world.lease(plan, 10);
    ASSERT_EQ(ranges(leases), (Ranges{{1, {i, i}}}));
    EXPECT_TRUE(world.lease(plan, 10).empty());
    world.complete(leases[0]);
  }
  EXPECT_EQ(state(plan), PlanState::kDone);
}

TEST_F(PlanBookTest, AllWaitsForEveryPartitionAndLastForThoseThatMayBeTheLast) {
  two();
  c = world.dataset("c");
  world.reads("b", "a", R"({"kind":"all"})");
  world.reads("c", "a", R"({"kind":"last"})");
  world.run("a", 0, 3);  // and that of 3 is the last
  world.pass_ms(1);      // at the same moment a start counts as the earlier one
  world.run("a", 900, 900, {.state = "START", .code = "v2"});
  const model::Seq plan =
      world.approved(PlanWorld::draft({PlanWorld::task(1, a, 0, 3), PlanWorld::task(2, b, 0, 1, 2),
                                       PlanWorld::task(3, c, 0, 1, 2)}));
  const auto lease = world.lease(plan, 10);
  ASSERT_EQ(ranges(lease), (Ranges{{1, {0, 3}}}));
  must(world.try_complete(lease[0], {"released", {"n=3"}, {}, "", ""}));
  LeaseWish one = PlanWorld::wish(10);
  const auto next = world.lease(plan, one);
  EXPECT_EQ(ranges(next), (Ranges{{1, {0, 2}}, {3, {0, 1}}}));
  world.complete(next[0]);
  EXPECT_EQ(ranges(world.lease(plan, 10)), (Ranges{{2, {0, 1}}}));
  world.expect_replayed();
}

TEST_F(PlanBookTest, TheMostUrgentGoesFirstAndWhatIsTooLateNotAtAll) {
  two();
  auto tasks = draft_of_two(0).tasks;
  tasks[1].span = {0, 5, 5};
  tasks.push_back(PlanWorld::task(3, a, 9, 9));
  tasks[0].deadline = world.now() + 2'000'000;
  tasks[2].deadline = world.now() + 1'000'000;
  const model::Seq plan = world.approved(PlanWorld::draft(tasks));
  EXPECT_EQ(ranges(world.lease(plan)), (Ranges{{3, {9, 9}}}));
  world.pass_ms(2000);
  EXPECT_EQ(ranges(world.lease(plan, 10)), (Ranges{{2, {5, 5}}}));
  EXPECT_EQ(world.status(plan, 1, 0), PartitionStatus::kFailed);
}

TEST_F(PlanBookTest, TwoPlansNeverHandOutTheSamePartition) {
  two();
  const model::Seq one = world.approved(draft_of_two(4));
  const model::Seq two = world.approved(PlanWorld::draft({PlanWorld::task(1, a, 3, 8)}));
  const auto first = world.lease(one, 10);
  ASSERT_EQ(ranges(first), (Ranges{{1, {0, 4}}}));
  const auto second = world.lease(two, 10);
  EXPECT_EQ(ranges(second), (Ranges{{1, {5, 8}}}));
  world.run("a", 3, 4);
  // What the other's run has made is done here as well.
  EXPECT_TRUE(world.lease(two, 10).empty());
  EXPECT_EQ(world.status(two, 1, 3), PartitionStatus::kDone);
  world.complete(first[0]);
  world.complete(second[0]);
  EXPECT_EQ(state(two), PlanState::kDone);
  world.expect_replayed();
}

// A run has made one of its partitions, and the lease goes on with the others.
TEST_F(PlanBookTest, WhatALeaseHoldsIsNobodyElsesThoughARunHasMadeIt) {
  two();
  const model::Seq one = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 4)}));
  const model::Seq both = world.approved(draft_of_two(4));
  const auto lease = world.lease(one, 10).at(0);
  ASSERT_EQ(ranges({lease}), (Ranges{{1, {0, 4}}}));
  world.run("b", 3, 3);
  EXPECT_EQ(world.status(one, 1, 3), PartitionStatus::kDone);
  world.pass_ms(1);
  world.run("a", 3, 3);  // what that run had read is another now
  EXPECT_EQ(ranges(world.lease(both, 10)), (Ranges{{1, {0, 2}}, {1, {4, 4}}}));
  must(world.try_complete(lease, {"released", {}, {}, "", ""}));
  EXPECT_EQ(ranges(world.lease(both, 10)), (Ranges{{2, {3, 3}}}));
  world.expect_replayed();
}

TEST_F(PlanBookTest, TheSameRequestHasTheSameLeases) {
  two();
  const model::Seq plan = world.approved(draft_of_two(9));
  LeaseWish wish = PlanWorld::wish(2);
  wish.max_partitions = 2;
  wish.request_id = "r1";
  const auto leases = world.lease(plan, wish);
  ASSERT_EQ(leases.size(), 2u);
  EXPECT_TRUE(world.lease(plan, wish).empty());  // none of its own: those stand
  world.reopen();
  EXPECT_TRUE(world.lease(plan, wish).empty());
  EXPECT_EQ(world.plan(plan).row.counts.running, 4);
  world.complete(leases[0]);
  EXPECT_TRUE(world.lease(plan, wish).empty());
  world.complete(leases[1]);
  EXPECT_EQ(world.lease(plan, wish).size(), 2u);  // those are over
}

TEST_F(PlanBookTest, EqualWorkIsDesiredAlike) {
  two();
  world.run("a", 0, 1, {.version = "x"});
  const auto desired = [&] {
    const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 0)}));
    const std::uint64_t out = world.lease(plan).at(0).desired;
    world.move(PlanMove::kCancel, plan);
    return out;
  };
  const std::uint64_t first = desired();
  EXPECT_EQ(desired(), first);
  world.pass_ms(1000);
  world.run("a", 1, 1, {.version = "y"});  // not what it reads
  EXPECT_EQ(desired(), first);
  world.run("a", 0, 0, {.version = "y"});
  EXPECT_NE(desired(), first);
}

// ---- the end of a lease
// --------------------------------------------------------------------------

TEST_F(PlanBookTest, AHeartbeatKeepsALeaseAndNeverShortensIt) {
  two();
  const model::Seq plan = world.approved(draft_of_two());
  const auto lease = world.lease(plan).at(0);
  EXPECT_EQ(lease.expires_at, world.now() + 60'000'000);
  world.pass_ms(50'000);
  must(world.try_heartbeat(lease));
  EXPECT_EQ(world.lease_row(lease).expires_at, world.now() + 60'000'000);
  must(world.try_decide(heartbeat(plan, PlanWorld::token(lease), "w", 1000)));
  EXPECT_EQ(world.lease_row(lease).expires_at, world.now() + 60'000'000);
  world.pass_ms(59'999);
  EXPECT_TRUE(world.lease(plan).empty());
  must(world.try_heartbeat(lease));
}

TEST_F(PlanBookTest, AnExpiredLeaseIsLostAndItsPartitionsReturn) {
  two();
  const model::Seq plan = world.approved(draft_of_two());
  const auto lease = world.lease(plan).at(0);
  world.pass_ms(60'000);
  EXPECT_EQ(code(world.try_heartbeat(lease)), ErrorCode::kLeaseLost);
  EXPECT_EQ(code(world.try_complete(lease, {"completed", {}, {}, "", ""})), ErrorCode::kLeaseLost);
  const auto again = world.lease(plan).at(0);
  EXPECT_EQ(again.attempt, 2);
  EXPECT_GT(again.seq, lease.seq);
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(lease).state), LeaseState::kExpired);
  EXPECT_EQ(code(world.try_heartbeat(lease)), ErrorCode::kLeaseLost);
  must(world.try_heartbeat(again));
  world.expect_replayed();
}

TEST_F(PlanBookTest, ASweepEndsWhatHasExpired) {
  two();
  const model::Seq plan = world.approved(draft_of_two());
  world.lease(plan);
  world.pass_ms(59'999);
  world.decide(sweep_leases("headwater"));
  EXPECT_EQ(world.plan(plan).row.counts.running, 5);
  world.pass_ms(1);
  world.decide(sweep_leases("headwater"));
  EXPECT_EQ(world.plan(plan).row.counts.running, 0);
  EXPECT_EQ(world.task_info(plan, 1).state(), TaskState::kReady);
}

TEST_F(PlanBookTest, ALeaseIsOverOnce) {
  two();
  const model::Seq plan = world.approved(draft_of_two());
  const auto lease = world.lease(plan).at(0);
  world.complete(lease);
  world.complete(lease);  // the answer got lost
  EXPECT_EQ(world.plan(plan).row.counts.told, 5);
  EXPECT_EQ(code(world.try_complete(lease, {"failed", {}, {}, "", ""})), ErrorCode::kLeaseLost);
  EXPECT_EQ(code(world.try_heartbeat(lease)), ErrorCode::kLeaseLost);
  const auto next = world.lease(plan).at(0);
  world.move(PlanMove::kCancel, plan);
  EXPECT_EQ(code(world.try_heartbeat(next)), ErrorCode::kLeaseLost);
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(next).state), LeaseState::kRevoked);
  EXPECT_EQ(world.plan(plan).pending(), 5);
  EXPECT_EQ(code(world.try_decide(lease_plan(plan, PlanWorld::wish()))), ErrorCode::kConflict);
}

TEST_F(PlanBookTest, APausedPlanHandsOutNothingAndItsLeasesGoOn) {
  two();
  const model::Seq plan = world.approved(draft_of_two());
  const auto lease = world.lease(plan).at(0);
  world.move(PlanMove::kPause, plan);
  EXPECT_EQ(code(world.try_decide(lease_plan(plan, PlanWorld::wish()))), ErrorCode::kConflict);
  must(world.try_heartbeat(lease));
  world.complete(lease);
  world.move(PlanMove::kResume, plan);
  EXPECT_EQ(ranges(world.lease(plan)), (Ranges{{2, {0, 4}}}));
}

TEST_F(PlanBookTest, SuccessIsPartial) {
  two();
  const model::Seq plan = world.approved(draft_of_two());
  const auto lease = world.lease(plan).at(0);
  must(world.try_complete(lease, {"failed", {"n=0", "n=4"}, {"n=2"}, "run-9", "no memory"}));
  EXPECT_EQ(world.lease_row(lease).message, "no memory");
  const TaskInfo task = world.task_info(plan, 1);
  EXPECT_EQ(task.progress.counts.told, 2);
  EXPECT_EQ(task.pending(), 3);
  EXPECT_EQ(task.progress.attempts, 1);
  EXPECT_EQ(ranges(world.lease(plan, 10)), (Ranges{{1, {1, 3}}, {2, {0, 0}}, {2, {4, 4}}}));
}

// Trap 7: what has failed blocks what reads it, and nothing else.
TEST_F(PlanBookTest, Trap7OnlyDependentsOfWhatFailedAreBlocked) {
  two();
  c = world.dataset("c");
  world.reads("c", "b", R"({"kind":"window","from":-1,"to":0})");
  PlanDraft draft = PlanWorld::draft({PlanWorld::task(1, a, 0, 4), PlanWorld::task(2, b, 0, 4, 2),
                                      PlanWorld::task(3, c, 0, 4, 3)});
  draft.options.max_attempts = 2;
  const model::Seq plan = world.approved(draft);
  must(world.try_complete(world.lease(plan).at(0), {"completed", {}, {"n=1"}, "", ""}));
  EXPECT_EQ(world.plan(plan).row.counts.failed, 0);  // it may be tried once more
  while (state(plan) == PlanState::kExecuting) {
    const auto leases = world.lease(plan, 10);
    ASSERT_FALSE(leases.empty());
    for (const auto& lease : leases) {
      if (lease.task == 1) {
        EXPECT_EQ(lease.attempt, 2);
        world.complete(lease, "failed");
      } else {
        world.complete(lease);
      }
    }
  }
  EXPECT_EQ(state(plan), PlanState::kDone);
  const PlanInfo info = world.plan(plan);
  EXPECT_EQ(info.row.counts.failed, 1);
  EXPECT_EQ(info.row.counts.blocked, 3);  // b 1, c 1 and c 2
  EXPECT_EQ(info.row.counts.told, 11);
  EXPECT_EQ(world.status(plan, 2, 1), PartitionStatus::kBlocked);
  EXPECT_EQ(world.status(plan, 3, 1), PartitionStatus::kBlocked);
  EXPECT_EQ(world.status(plan, 3, 2), PartitionStatus::kBlocked);
  EXPECT_EQ(world.task_info(plan, 1).state(), TaskState::kFailed);
  EXPECT_EQ(world.task_info(plan, 2).state(), TaskState::kBlocked);
  world.expect_replayed();

  // And is run after all when somebody says so.
  world.move(PlanMove::kRetry, plan);
  EXPECT_EQ(state(plan), PlanState::kExecuting);
  EXPECT_EQ(world.plan(plan).pending(), 4);
  const auto again = world.lease(plan, 10);
  EXPECT_EQ(ranges(again), (Ranges{{1, {1, 1}}}));
  EXPECT_EQ(again[0].attempt, 1);
  world.complete(again[0]);
  EXPECT_EQ(ranges(world.lease(plan, 10)), (Ranges{{2, {1, 1}}}));
  world.expect_replayed();
}

TEST_F(PlanBookTest, WhatHadFailedIsDoneWhenSomebodyElseMadeIt) {
  two();
  PlanDraft draft = draft_of_two(0);
  draft.options.max_attempts = 1;
  draft.tasks.push_back(PlanWorld::task(3, a, 9, 9));
  const model::Seq plan = world.approved(draft);
  world.complete(world.lease(plan).at(0), "failed");
  EXPECT_EQ(world.status(plan, 2, 0), PartitionStatus::kBlocked);
  world.run("a", 0, 0);
  EXPECT_EQ(world.status(plan, 1, 0), PartitionStatus::kDone);
  EXPECT_EQ(world.status(plan, 2, 0), PartitionStatus::kPending);
  EXPECT_EQ(ranges(world.lease(plan, 10)), (Ranges{{2, {0, 0}}, {3, {9, 9}}}));
}

// ---- runs
// ----------------------------------------------------------------------------------------

TEST_F(PlanBookTest, RunsAreProgressOncePerRun) {
  two();
  PlanDraft draft = draft_of_two(2);
  draft.options.max_attempts = 2;
  const model::Seq plan = world.approved(draft);
  const auto lease = world.lease(plan).at(0);
  world.run("a", 0, 0, {.id = "r0"});
  world.run("a", 0, 0, {.id = "r0"});
  EXPECT_EQ(world.plan(plan).row.counts.done, 1);
  world.run("a", 1, 1, {.state = "FAIL", .id = "r1"});
  EXPECT_EQ(world.status(plan, 1, 1), PartitionStatus::kLeasedFailed);
  world.run("a", 1, 1, {.state = "FAIL", .id = "r1"});
  world.pass_ms(1);
  world.run("a", 2, 2, {.id = "r2"});
  // All of it has been answered: the lease is over, and one attempt of 1 was in vain.
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(lease).state), LeaseState::kAnswered);
  EXPECT_EQ(world.status(plan, 1, 1), PartitionStatus::kPending);
  EXPECT_EQ(world.task_info(plan, 1).progress.attempts, 1);
  // The worker is told so, as long as nobody else has what went back.
  must(world.try_heartbeat(lease));
  must(world.try_complete(lease, {"failed", {"n=0", "n=2"}, {"n=1"}, "r2", ""}));

  LeaseWish wish = PlanWorld::wish();
  const auto again = world.lease(plan, wish).at(0);
  EXPECT_EQ(ranges({again}), (Ranges{{1, {1, 1}}}));
  EXPECT_EQ(code(world.try_heartbeat(lease)), ErrorCode::kLeaseLost);
  EXPECT_EQ(code(world.try_complete(lease, {"failed", {}, {}, "", ""})), ErrorCode::kLeaseLost);
  // A late word of the run that failed before is not one of the new lease's run.
  world.pass_ms(1);
  world.run("a", 1, 1, {.state = "FAIL", .id = "r1"});
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(again).state), LeaseState::kValid);
  EXPECT_EQ(world.status(plan, 1, 1), PartitionStatus::kLeased);
  world.run("a", 1, 1, {.state = "FAIL", .id = "r3"});
  EXPECT_EQ(world.status(plan, 1, 1), PartitionStatus::kFailed);
  EXPECT_EQ(world.status(plan, 2, 1), PartitionStatus::kBlocked);
  world.expect_replayed();
}

// A worker that hung until its lease had expired, and began a run only then.
TEST_F(PlanBookTest, ARunThatNamesItsLeaseFailsForNoOther) {
  two();
  PlanDraft draft = draft_of_two(2);
  draft.options.max_attempts = 3;
  const model::Seq plan = world.approved(draft);
  const auto lost = world.lease(plan).at(0);
  world.pass_ms(61'000);
  const auto lease = world.lease(plan).at(0);
  ASSERT_EQ(lease.first, lost.first);
  world.run("a", 0, 2, {.state = "FAIL", .id = "late", .lease = PlanWorld::token(lost)});
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(lease).state), LeaseState::kValid);
  for (std::int64_t i = 0; i <= 2; ++i) {
    EXPECT_EQ(world.status(plan, 1, i), PartitionStatus::kLeased) << i;
  }
  must(world.try_heartbeat(lease));
  // Its FAIL says nothing of a lease; what its START said counts.
  world.run("a", 0, 1, {.state = "FAIL", .id = "own", .lease = PlanWorld::token(lease)});
  EXPECT_EQ(world.status(plan, 1, 0), PartitionStatus::kLeasedFailed);
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(lease).state), LeaseState::kValid);
  // One that was under way before the lease was given, and then names it.
  world.run("a", 2, 2, {.state = "START", .id = "early"});
  world.run("a", 2, 2, {.state = "FAIL", .id = "early", .lease = PlanWorld::token(lease)});
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(lease).state), LeaseState::kAnswered);
  world.expect_replayed();
}

TEST_F(PlanBookTest, WhatRunsHaveSettledIsReportedInVainButNotLost) {
  two();
  const model::Seq plan = world.approved(draft_of_two(2));
  const auto lease = world.lease(plan).at(0);
  world.run("a", 0, 2);
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(lease).state), LeaseState::kAnswered);
  const auto before = world.plan(plan).row.counts;
  world.pass_ms(600'000);  // long after it would have expired
  must(world.try_heartbeat(lease));
  must(world.try_complete(lease, {"completed", {}, {}, "r", ""}));
  must(world.try_complete(lease, {"completed", {"n=0", "n=1", "n=2"}, {}, "r", ""}));
  must(world.try_complete(lease, {"failed", {}, {"n=1"}, "r", ""}));  // the runs know better
  must(world.try_complete(lease, {"released", {}, {}, "", ""}));
  EXPECT_EQ(code(world.try_complete(lease, {"completed", {"n=3"}, {}, "", ""})),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(world.plan(plan).row.counts.done, before.done);
  EXPECT_EQ(world.lease_row(lease).run_id, "");
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(lease).state), LeaseState::kAnswered);

  // Also when that was the end of the plan.
  const auto last = world.lease(plan).at(0);
  world.run("b", 0, 2);
  EXPECT_EQ(state(plan), PlanState::kDone);
  must(world.try_heartbeat(last));
  must(world.try_complete(last, {"completed", {}, {}, "r", ""}));
  EXPECT_EQ(state(plan), PlanState::kDone);
  world.expect_replayed();
}

TEST_F(PlanBookTest, DoneIsNotSaidOfWhatARunHasFailed) {
  two();
  const model::Seq plan = world.approved(draft_of_two(2));
  const auto lease = world.lease(plan).at(0);
  world.run("a", 0, 1);
  world.run("a", 2, 2, {.state = "FAIL"});
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(lease).state), LeaseState::kAnswered);
  const auto say = [&](LeaseOutcome outcome) { return world.try_complete(lease, outcome); };
  EXPECT_EQ(code(say({"completed", {}, {}, "", ""})), ErrorCode::kLeaseLost);
  EXPECT_EQ(code(say({"completed", {"n=2"}, {}, "", ""})), ErrorCode::kLeaseLost);
  EXPECT_EQ(code(say({"failed", {"n=1", "n=2"}, {}, "", ""})), ErrorCode::kLeaseLost);
  must(say({"completed", {}, {"n=2"}, "", ""}));
  must(say({"completed", {"n=0"}, {}, "", ""}));
  must(say({"failed", {}, {}, "", ""}));
  EXPECT_EQ(world.status(plan, 1, 2), PartitionStatus::kPending);
  EXPECT_EQ(world.task_info(plan, 1).progress.attempts, 1);
  // Another worker makes it: what the first one says counts no more, though it is done.
  const auto other = world.lease(plan).at(0);
  world.run("a", 2, 2);
  EXPECT_EQ(code(say({"completed", {}, {}, "", ""})), ErrorCode::kLeaseLost);
  EXPECT_EQ(code(world.try_heartbeat(lease)), ErrorCode::kLeaseLost);
  must(world.try_complete(other, {"completed", {}, {}, "", ""}));
  world.expect_replayed();
}

TEST_F(PlanBookTest, ARetryWithinALeaseCounts) {
  two();
  const model::Seq plan = world.approved(draft_of_two(1));
  const auto lease = world.lease(plan).at(0);
  world.run("a", 0, 0, {.state = "FAIL"});
  world.run("a", 0, 1);
  EXPECT_EQ(world.plan(plan).row.counts.done, 2);
  EXPECT_EQ(world.task_info(plan, 1).progress.attempts, 0);
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(lease).state), LeaseState::kAnswered);
}

// Trap 4, in a plan: a run that had begun before its input was made anew leaves what is stale.
TEST_F(PlanBookTest, Trap4ARunThatReadOldInputsIsNoProgress) {
  two();
  world.run("a", 0, 0);
  const base::Micros before = world.now();
  world.pass_ms(1000);
  const model::Seq plan = world.approved(PlanWorld::draft({PlanWorld::task(1, b, 0, 0)}));
  const auto lease = world.lease(plan).at(0);
  world.run("a", 0, 0);
  world.pass_ms(1000);
  world.run("b", 0, 0, {.start = before});
  EXPECT_EQ(world.status(plan, 1, 0), PartitionStatus::kLeased);
  world.run("b", 0, 0);
  EXPECT_EQ(world.status(plan, 1, 0), PartitionStatus::kDone);
  EXPECT_EQ(static_cast<LeaseState>(world.lease_row(lease).state), LeaseState::kAnswered);
}

// ---- tolerance, changes of mappings, restarts
// ----------------------------------------------------

TEST_F(PlanBookTest, APlanThatHasOutgrownItsToleranceAsksAgain) {
  two();
  const model::Seq plan = world.approved(draft_of_two(4));  // at most 10, tolerance 1.5
  const auto lease = world.lease(plan).at(0);
  world.decide(refresh_plan(plan, 15, "headwater", "worked out again"));
  EXPECT_EQ(state(plan), PlanState::kExecuting);
  world.decide(refresh_plan(plan, 16, "headwater", "worked out again"));
  EXPECT_EQ(state(plan), PlanState::kPaused);
  EXPECT_TRUE(world.plan(plan).outgrown());
  EXPECT_EQ(code(world.try_move(PlanMove::kResume, plan)), ErrorCode::kConflict);
  EXPECT_EQ(code(world.try_decide(refresh_plan(plan, 17, "headwater", ""))), ErrorCode::kConflict);
  world.complete(lease);
  world.move(PlanMove::kApprove, plan);
  EXPECT_EQ(state(plan), PlanState::kExecuting);
  EXPECT_EQ(world.plan(plan).row.upper, 16);
  world.decide(refresh_plan(plan, 24, "headwater", ""));
  EXPECT_EQ(state(plan), PlanState::kExecuting);
  EXPECT_EQ(ranges(world.lease(plan)), (Ranges{{2, {0, 4}}}));
  world.expect_replayed();
}

TEST_F(PlanBookTest, MappingsThatChangeMeanwhileCount) {
  two();
  const model::Seq plan = world.approved(draft_of_two(2));
  world.reads("b", "a", R"({"kind":"window","from":0,"to":1})");
  const auto lease = world.lease(plan).at(0);
  must(world.try_complete(lease, {"released", {"n=0", "n=1"}, {}, "", ""}));
  EXPECT_EQ(ranges(world.lease(plan, 10)), (Ranges{{1, {2, 2}}, {2, {0, 0}}}));
  world.reads("b", "a", R"({"kind":"as_of"})");
  EXPECT_EQ(ranges(world.lease(plan, 10)), (Ranges{{2, {1, 2}}}));
  world.expect_replayed();
}

TEST_F(PlanBookTest, EverythingIsThereAfterARestart) {
  two();
  PlanDraft draft = draft_of_two(9);
  draft.options.max_attempts = 1;
  const model::Seq plan = world.approved(draft);
  LeaseWish wish = PlanWorld::wish(3);
  wish.max_partitions = 2;
  const auto leases = world.lease(plan, wish);
  world.complete(leases.at(0));
  world.complete(leases.at(1), "failed");
  world.reopen();
  EXPECT_EQ(world.plan(plan).row.counts.running, 2);
  must(world.try_heartbeat(leases.at(2)));
  EXPECT_EQ(ranges(world.lease(plan, 10)), (Ranges{{1, {6, 9}}, {2, {0, 1}}}));
  world.reopen();
  world.complete(leases.at(2));
  EXPECT_EQ(world.status(plan, 2, 2), PartitionStatus::kBlocked);
  EXPECT_EQ(ranges(world.lease(plan, 10)), (Ranges{{2, {4, 5}}}));
  world.expect_replayed();
}

TEST_F(PlanBookTest, AnEmptyPlanIsDoneWhenItIsApproved) {
  two();
  EXPECT_EQ(state(world.approved(PlanWorld::draft({}))), PlanState::kDone);
}

}  // namespace
}  // namespace headwater::planner
