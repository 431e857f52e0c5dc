// Refresh windows while a plan is executed.

#include <gtest/gtest.h>

#include "model/duration.h"
#include "tests/support/plan_world.h"

namespace headwater::planner {
namespace {

using tests::must;
using tests::PlanWorld;

using Range = std::pair<std::int64_t, std::int64_t>;
using Ranges = std::vector<Range>;

// Days of a dataset whose last two are run again with each that closes.
class PlanRefresh : public ::testing::Test {
 protected:
  PlanRefresh() {
    today = world.now() / model::kDay;
    start_of_day = today * model::kDay;
    send("COMPLETE", "first-of-a", -1, world.now());
    dataset = DatasetNo{1};
  }
  std::string key(std::int64_t day) const {
    return model::format_time((today + day) * model::kDay).substr(0, 10);
  }
  // The days are counted from today, which has not closed.
  void declare(const std::string& more = R"(,"refresh":2)") {
    world.decide(
        R"({"decision":"planner.put_space","author":"test","dataset":{"namespace":"ns","name":"a"},)"
        R"("space":{"dimensions":[{"name":"day","kind":"time","granularity":"day","start":")" +
        key(-5) + "\"" + more + "}]}}");
  }
  void send(const std::string& type, const std::string& run, std::int64_t day, base::Micros at) {
    const std::string keys =
        day == -1 && run == "first-of-a" ? "" : R"({"key":{"day":")" + key(day) + R"("}})";
    world.harness().send(
        PlanWorld::event(type, "make_a", run, "v1", "a", keys, model::format_time(at)));
  }
  void run(std::int64_t day, base::Micros start) {
    const std::string id = "run-" + std::to_string(++runs);
    send("START", id, day, start);
    send("COMPLETE", id, day, std::max(start, world.now()));
  }
  model::Seq refresh_plan(std::int64_t first, std::int64_t last) {
    Task task = PlanWorld::task(1, dataset, today + first, today + last);
    task.refresh = true;
    return world.approved(PlanWorld::draft({task}));
  }
  Ranges lease(model::Seq plan) {
    Ranges out;
    given = world.lease(plan, 10);
    for (const auto& one : given) out.emplace_back(one.first - today, one.last - today);
    return out;
  }

  PlanWorld world;
  DatasetNo dataset;
  std::int64_t today = 0;
  base::Micros start_of_day = 0;
  int runs = 0;
  std::vector<storage::PlanLeaseRow> given;
};

TEST_F(PlanRefresh, WhatIsDueIsHandedOutAlthoughItIsCurrent) {
  declare();
  for (std::int64_t day = -4; day < 0; ++day) {  // each when it had closed
    run(day, (today + day + 1) * model::kDay + model::kMinute);
  }
  const model::Seq plan = refresh_plan(-4, -1);
  EXPECT_EQ(lease(plan), (Ranges{{-4, -2}}));  // after the last day none has closed
  EXPECT_EQ(world.status(plan, 1, today - 1), PartitionStatus::kSkipped);
  run(-4, world.now());
  EXPECT_EQ(world.status(plan, 1, today - 4), PartitionStatus::kDone);
  world.reopen();
  // A run that had begun before the last day closed is not what it is for.
  run(-3, start_of_day - 1);
  EXPECT_EQ(world.status(plan, 1, today - 3), PartitionStatus::kLeased);
  run(-3, start_of_day);
  EXPECT_EQ(world.status(plan, 1, today - 3), PartitionStatus::kDone);
  run(-2, world.now());
  EXPECT_EQ(world.plan(plan).state(), PlanState::kDone);
  world.expect_replayed();
}

TEST_F(PlanRefresh, WhatSomebodyElseRanMeanwhileIsSkipped) {
  declare();
  for (std::int64_t day = -4; day < 0; ++day) {
    run(day, (today + day + 1) * model::kDay + model::kMinute);
  }
  const model::Seq plan = refresh_plan(-3, -2);
  run(-3, world.now());
  EXPECT_EQ(world.status(plan, 1, today - 3), PartitionStatus::kDone);
  declare("");  // no more
  EXPECT_EQ(lease(plan), Ranges{});
  EXPECT_EQ(world.status(plan, 1, today - 2), PartitionStatus::kSkipped);
  EXPECT_EQ(world.plan(plan).state(), PlanState::kDone);
  world.expect_replayed();
}

TEST_F(PlanRefresh, OnlyTasksThatAreThereForItAreRunForIt) {
  declare();
  for (std::int64_t day = -4; day < 0; ++day) {
    run(day, (today + day + 1) * model::kDay + model::kMinute);
  }
  const model::Seq plan =
      world.approved(PlanWorld::draft({PlanWorld::task(1, dataset, today - 4, today - 1)}));
  EXPECT_EQ(lease(plan), Ranges{});
  EXPECT_EQ(world.plan(plan).state(), PlanState::kDone);
}

}  // namespace
}  // namespace headwater::planner
