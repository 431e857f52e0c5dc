// The traps of reprocessing that a plan must not fall into.

#include <gtest/gtest.h>

#include "tests/property/planner_plans/world.h"

namespace headwater::tests::plans {
namespace {

const std::string kDays =
    R"({"dimensions":[{"kind":"time","name":"date","granularity":"day","start":"2026-03-01"}]})";

Mapping window(std::int64_t from, std::int64_t to) {
  Mapping out;
  out.kind = MappingKind::kWindow;
  out.from = from;
  out.to = to;
  return out;
}

class PlanTraps : public ::testing::Test {
 protected:
  PlanTraps() {
    world_.now = at("2026-03-11T12:00:00Z");
    world_.clock = at("2026-03-11T00:00:00Z");
  }
  // Ten days, all written with code 1.
  DatasetNo days() {
    const DatasetNo out = world_.add(kDays);
    world_.set_code(out, 1);
    return out;
  }
  void write_all(DatasetNo dataset) {
    for (std::int64_t i = first_; i < first_ + 10; ++i) world_.write(dataset, {0, i});
  }
  PlanDraft plan(const PlanOptions& options = {}) {
    auto draft = world_.plan(options);
    EXPECT_TRUE(draft.has_value()) << draft.error().message;
    return std::move(draft).value();
  }

  World world_;
  const std::int64_t first_ = 20'513;  // 2026-03-01
};

TEST_F(PlanTraps, Trap02DiamondsWaitForBothArms) {
  const DatasetNo source = days(), left = days(), right = days(), join = days();
  world_.map(source, left, {});
  world_.map(left, right, {});  // the right arm is longer
  world_.map(source, right, {});
  world_.map(left, join, {});
  world_.map(right, join, {});
  for (const DatasetNo dataset : {source, left, right, join}) write_all(dataset);
  world_.set_code(source, 2);
  const PlanDraft draft = plan();
  ASSERT_EQ(draft.tasks.size(), 4U);
  const Task& last = draft.tasks[3];
  EXPECT_EQ(last.dataset, join);
  EXPECT_EQ(last.wave, 4U);
  EXPECT_EQ(last.upstream, (std::vector<std::uint32_t>{2, 3}));
  EXPECT_EQ(last.count(), 10);  // once each, not once an arm
  EXPECT_EQ(draft.lower, 10);
  EXPECT_EQ(draft.upper, 40);
}

TEST_F(PlanTraps, Trap03OnlyTheHeadOfAChainIsDefinite) {
  const DatasetNo chain = days();
  ASSERT_TRUE(world_.map(chain, chain, window(-1, -1)));
  write_all(chain);
  world_.write(chain, {0, first_ + 3});  // told anew: the next day is stale for it
  const PlanDraft draft = plan();
  ASSERT_EQ(draft.tasks.size(), 2U);
  EXPECT_TRUE(draft.tasks[0].definite);
  EXPECT_EQ(draft.tasks[0].span, (Span{0, first_ + 4, first_ + 4}));
  EXPECT_FALSE(draft.tasks[1].definite);
  EXPECT_TRUE(draft.tasks[1].sequential);
  EXPECT_EQ(draft.tasks[1].span, (Span{0, first_ + 5, first_ + 9}));
  EXPECT_EQ(draft.tasks[1].upstream, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(draft.lower, 1);
  EXPECT_EQ(draft.upper, 6);
}

TEST_F(PlanTraps, Trap03CyclesAreTakenPartitionByPartition) {
  const DatasetNo balance = days(), ledger = days();
  ASSERT_TRUE(world_.map(balance, ledger, {}));
  ASSERT_TRUE(world_.map(ledger, balance, window(-1, -1)));
  write_all(balance);
  write_all(ledger);
  world_.set_code(ledger, 2);
  PlanOptions options;
  options.until = at("2026-03-04T00:00:00Z");
  const PlanDraft draft = plan(options);
  ASSERT_EQ(draft.tasks.size(), 5U);  // ledger of 3 days, balance of the 2 after the first
  for (const Task& task : draft.tasks) EXPECT_EQ(task.count(), 1);
  EXPECT_EQ(draft.tasks.back().dataset, ledger);
  EXPECT_EQ(draft.tasks.back().wave, 5U);
}

TEST_F(PlanTraps, Trap06AChangeAndItsReturnPlanNothing) {
  const DatasetNo source = days(), reader = days();
  world_.map(source, reader, {});
  write_all(source);
  write_all(reader);
  world_.set_code(source, 2);
  EXPECT_EQ(plan().upper, 20);
  world_.set_code(source, 1);
  EXPECT_TRUE(plan().tasks.empty());
  world_.write(source, {0, first_}, 77);
  EXPECT_EQ(plan().upper, 1);
  const std::uint64_t before = world_.history.writes(source, {0, first_}).value()[0].out;
  world_.write(source, {0, first_}, before);
  EXPECT_TRUE(plan().tasks.empty());
}

// ---- 8: late data
// -------------------------------------------------------------------------------

const std::string kWatched =
    R"({"dimensions":[{"kind":"time","name":"date","granularity":"day","start":"2026-03-01",)"
    R"("refresh":2)";

class RefreshTraps : public PlanTraps {
 protected:
  RefreshTraps() { world_.clock = at("2026-03-11T01:30:00Z"); }
  // Each day is run an hour after it has closed, the last one on March 11.
  DatasetNo watched(const std::string& more = "") {
    const DatasetNo out = world_.add(kWatched + more + "}]}");
    world_.set_code(out, 1);
    for (std::int64_t i = first_; i < first_ + 10; ++i) {
      world_.write(out, {0, i}, 0, (i + 1) * model::kDay + model::kHour);
    }
    return out;
  }
  void rerun(DatasetNo dataset, std::int64_t index, const std::string& start) {
    world_.write(dataset, {0, index}, 0, at(start));
  }
  std::vector<Span> refreshed(const PlanDraft& draft) {
    std::vector<Span> out;
    for (const Task& task : draft.tasks) {
      if (task.refresh) out.push_back(task.span);
    }
    return out;
  }
};

TEST_F(RefreshTraps, Trap08WhatWasRunBeforeTheNextDaysClosedIsRunAgain) {
  const DatasetNo orders = watched();
  world_.now = at("2026-03-11T02:00:00Z");
  // Each of the ten but the last has been run before one of the two after it closed.
  EXPECT_EQ(refreshed(plan()), (std::vector{Span{0, first_, first_ + 8}}));
  for (std::int64_t i = first_; i < first_ + 7; ++i) rerun(orders, i, "2026-03-11T01:00:00Z");
  EXPECT_EQ(refreshed(plan()), (std::vector{Span{0, first_ + 7, first_ + 8}}));
  const PlanDraft draft = plan();
  ASSERT_EQ(draft.tasks.size(), 1U);
  EXPECT_TRUE(draft.tasks[0].definite);
  EXPECT_FALSE(draft.tasks[0].code || draft.tasks[0].inputs || draft.tasks[0].missing);
  EXPECT_EQ(draft.lower, 2);
  rerun(orders, first_ + 7, "2026-03-11T00:00:00Z");  // the tenth had closed by then
  rerun(orders, first_ + 8, "2026-03-10T23:59:59Z");  // and now not yet
  EXPECT_EQ(refreshed(plan()), (std::vector{Span{0, first_ + 8, first_ + 8}}));
  // Nothing of that is stale or missing.
  EXPECT_EQ(world_.staleness()->counts(orders).stale, 0U);
  EXPECT_EQ(world_.staleness()->counts(orders).present, 10U);
}

TEST_F(RefreshTraps, Trap08ACloseOffsetPutsItOff) {
  watched(R"(,"close_offset":"PT6H")");
  world_.now = at("2026-03-11T05:00:00Z");
  EXPECT_EQ(refreshed(plan()), (std::vector{Span{0, first_, first_ + 7}}));
  world_.now = at("2026-03-11T06:00:00Z");
  EXPECT_EQ(refreshed(plan()), (std::vector{Span{0, first_, first_ + 8}}));
}

TEST_F(RefreshTraps, Trap08HistoryMayBeLeftAlone) {
  watched(R"(,"refresh_from":"2026-03-08")");
  EXPECT_EQ(refreshed(plan()), (std::vector{Span{0, first_ + 7, first_ + 8}}));
  PlanOptions without;
  without.refresh = false;
  EXPECT_TRUE(plan(without).tasks.empty());
  PlanOptions missing;  // whatever `include` says
  missing.stale = missing.maybe = false;
  EXPECT_EQ(plan(missing).lower, 2);
}

TEST_F(RefreshTraps, Trap08WhatReadsItMayHaveToRun) {
  const DatasetNo orders = watched(R"(,"refresh_from":"2026-03-08")"), reader = days();
  ASSERT_TRUE(world_.map(orders, reader, {}));
  write_all(reader);
  const PlanDraft draft = plan();
  ASSERT_EQ(draft.tasks.size(), 2U);
  EXPECT_EQ(draft.tasks[1].dataset, reader);
  EXPECT_FALSE(draft.tasks[1].definite);
  EXPECT_EQ(draft.lower, 2);
  EXPECT_EQ(draft.upper, 4);
}

TEST_F(RefreshTraps, Trap08AnotherReasonComesFirst) {
  const DatasetNo orders = watched();
  world_.set_code(orders, 2);
  const PlanDraft draft = plan();
  ASSERT_EQ(draft.tasks.size(), 1U);
  EXPECT_TRUE(draft.tasks[0].code);
  EXPECT_FALSE(draft.tasks[0].refresh);
  EXPECT_EQ(draft.lower, 10);
}

TEST_F(PlanTraps, Trap10WhatCannotBeComputedByRangeSaysSo) {
  const DatasetNo source = days(), dimension = days();
  world_.map(source, dimension, {});
  write_all(source);
  write_all(dimension);
  DatasetPolicy policy;
  policy.recomputable = false;
  world_.policy(dimension, policy);
  world_.set_code(source, 2);
  const PlanDraft draft = plan();
  ASSERT_EQ(draft.warnings.size(), 1U);
  EXPECT_EQ(draft.warnings[0].dataset, dimension);
  EXPECT_EQ(draft.warnings[0].code, "not_recomputable");
}

}  // namespace
}  // namespace headwater::tests::plans
