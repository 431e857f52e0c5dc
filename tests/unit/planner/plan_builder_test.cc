#include "planner/plan_builder.h"

#include <gtest/gtest.h>

#include "tests/property/planner_plans/world.h"

namespace headwater::tests::plans {
namespace {

const std::string kDays =
    R"({"dimensions":[{"kind":"time","name":"date","granularity":"day","start":"2026-03-01"}]})";
constexpr std::int64_t kFirst = 20'513;  // 2026-03-01

class PlanBuilderTest : public ::testing::Test {
 protected:
  PlanBuilderTest() {
    world_.now = at("2026-03-11T12:00:00Z");
    world_.clock = at("2026-03-11T00:00:00Z");
  }
  DatasetNo days(bool written = true) {
    const DatasetNo out = world_.add(kDays);
    world_.set_code(out, 1);
    for (std::int64_t i = kFirst; written && i < kFirst + 10; ++i) world_.write(out, {0, i});
    return out;
  }
  PlanDraft plan(const PlanOptions& options = {}) {
    auto draft = world_.plan(options);
    EXPECT_TRUE(draft.has_value()) << draft.error().message;
    return std::move(draft).value();
  }
  std::vector<std::string> codes(const PlanDraft& draft) {
    std::vector<std::string> out;
    for (const PlanWarning& warning : draft.warnings) out.push_back(warning.code);
    return out;
  }
  base::ErrorCode refusal(const PlanOptions& options) {
    const auto draft = world_.plan(options);
    EXPECT_FALSE(draft.has_value());
    return draft ? base::ErrorCode::kInternal : draft.error().code;
  }

  World world_;
};

TEST_F(PlanBuilderTest, CutsRangesAtTheLimit) {
  const DatasetNo a = days(), b = days();
  world_.map(a, b, {});
  world_.set_code(a, 2);
  PlanOptions options;
  options.max_partitions_per_task = 4;
  const PlanDraft draft = plan(options);
  ASSERT_EQ(draft.tasks.size(), 6U);
  EXPECT_EQ(draft.tasks[2].span, (Span{0, kFirst + 8, kFirst + 9}));
  EXPECT_TRUE(draft.tasks[2].code);
  EXPECT_EQ(draft.tasks[4].upstream, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(draft.tasks[4].job, world_.job_of(b));
  EXPECT_EQ(draft.pinned, world_.engine.state()->seq());
  EXPECT_EQ(draft.evaluated, world_.now);
}

TEST_F(PlanBuilderTest, TakesTheScopeAlongMappings) {
  const DatasetNo a = days(), b = days(), c = days(), other = days(false);
  world_.map(a, b, {});
  world_.map(b, c, {});
  world_.set_code(b, 2);
  world_.write(a, {0, kFirst});
  PlanOptions options;
  options.scope = {b};
  EXPECT_EQ(plan(options).upper, 20);
  options.direction = PlanOptions::Direction::kNone;
  EXPECT_EQ(plan(options).upper, 10);
  options.scope = {c};
  options.direction = PlanOptions::Direction::kUpstream;
  EXPECT_EQ(plan(options).upper, 20);
  options.scope = {c};
  options.direction = PlanOptions::Direction::kNone;
  EXPECT_EQ(plan(options).upper, 0);  // what it reads is stale and is not in the plan
  options.scope = {};
  EXPECT_EQ(plan(options).upper, 30);
  EXPECT_EQ(plan(options).tasks.back().dataset, c);
  static_cast<void>(other);
}

TEST_F(PlanBuilderTest, LeavesOutWhatIsNotAskedFor) {
  const DatasetNo a = days(), b = days(), c = days(false);
  world_.map(a, b, {});
  world_.map(b, c, {});
  world_.set_code(a, 2);
  PlanOptions options;
  options.missing = false;
  EXPECT_EQ(plan(options).upper, 20);
  options.maybe = false;
  EXPECT_EQ(plan(options).upper, 10);
  options = {};
  options.until = at("2026-03-03T00:00:00Z");
  EXPECT_EQ(plan(options).upper, 6);  // of the first and second of March
  options.until = at("2026-03-03T23:59:59Z");
  EXPECT_EQ(plan(options).upper, 6);
}

TEST_F(PlanBuilderTest, IsForTheChangesThatAreChosen) {
  const DatasetNo a = days(), b = days(), c = days();
  world_.map(a, c, {});
  world_.map(b, c, {});
  world_.set_code(a, 2);
  world_.set_code(b, 2);
  world_.write(a, {0, kFirst + 1});
  world_.changes.all[{7, 0}].makes_stale = {{a, {0, kFirst, kFirst + 2}}};
  world_.changes.all[{8, 0}].makes_stale = {{b, {0, kFirst, kFirst + 9}}};
  PlanOptions options;
  options.changes = {{7, 0}};
  PlanDraft draft = plan(options);
  ASSERT_EQ(draft.tasks.size(), 4U);  // what has been written since is current
  EXPECT_EQ(draft.tasks[1].span, (Span{0, kFirst + 2, kFirst + 2}));
  EXPECT_EQ(draft.tasks[3].dataset, c);
  EXPECT_EQ(draft.upper, 4);
  EXPECT_EQ(codes(draft), (std::vector<std::string>{"reads_outside"}));  // c reads b as well
  options.changes.push_back({8, 0});
  EXPECT_EQ(plan(options).upper, 22);
  world_.changes.all[{8, 0}].cut = true;
  EXPECT_EQ(codes(plan(options)), (std::vector<std::string>{"changes_cut", "reads_outside"}));
  options.changes = {{5, 0}};
  EXPECT_EQ(refusal(options), base::ErrorCode::kNotFound);
}

TEST_F(PlanBuilderTest, EstimatesByPartition) {
  const DatasetNo a = days(), b = days();
  world_.map(a, b, {});
  DatasetCosts costs;
  costs.duration = {1'500, 2'000, 9, Basis::kKind};  // 1.5 and 2 ms
  costs.cost = {400, 800, 3, Basis::kDataset};
  costs.changes = 0.25;
  world_.costs.given = {{a.value, costs}, {b.value, costs}};
  world_.set_code(a, 2);
  const PlanDraft draft = plan();
  ASSERT_EQ(draft.tasks.size(), 2U);
  EXPECT_EQ(draft.tasks[0].duration_ms, (Estimate{15, 20, 9, Basis::kKind}));
  EXPECT_EQ(draft.tasks[0].cost_micros, (Estimate{4, 8, 3, Basis::kDataset}));
  EXPECT_EQ(draft.tasks[1].probability, 0.25);
  EXPECT_EQ(draft.lower, 10);
  EXPECT_EQ(draft.expected, 13);  // 12.5
  EXPECT_EQ(draft.upper, 20);
  EXPECT_EQ(draft.critical_path, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(draft.critical_ms.p90, 4);  // a partition of each
}

TEST_F(PlanBuilderTest, SkipsWhatCannotChange) {
  const DatasetNo a = days(), b = days(), c = days();
  world_.map(a, b, {});
  world_.map(b, c, {});
  DatasetCosts never;
  never.changes = 0;
  world_.costs.given = {{a.value, never}};
  world_.set_code(a, 2);
  const PlanDraft draft = plan();
  ASSERT_EQ(draft.tasks.size(), 3U);
  EXPECT_EQ(draft.tasks[1].action, Action::kSkip);
  EXPECT_EQ(draft.tasks[2].action, Action::kSkip);
  EXPECT_EQ(draft.upper, 10);
}

// ---- reuse
// ---------------------------------------------------------------------------------------

struct Kept final : Standing {
  bool may_stand(DatasetNo) const override { return true; }
  bool stands(const Write& write) const override { return write.seq != gone; }
  model::Seq gone;
};

TEST_F(PlanBuilderTest, ReusesWhatReadTheSameWithTheSameCode) {
  const DatasetNo a = days(), b = days();
  world_.map(a, b, {});
  for (std::int64_t i = kFirst; i < kFirst + 10; ++i) world_.write(b, {0, i});
  world_.set_code(b, 2);
  for (std::int64_t i = kFirst; i < kFirst + 6; ++i) world_.write(b, {0, i});
  world_.write(a, {0, kFirst + 1});  // no earlier run of b has read this
  world_.set_code(b, 1);             // rolled back
  EXPECT_EQ(plan().upper, 6);        // nothing stands unless somebody says so
  Kept kept;
  kept.gone = world_.history.writes(b, {0, kFirst + 2}).value()[1].seq;
  world_.standing = &kept;
  PlanDraft draft = plan();
  EXPECT_EQ(draft.upper, 1);
  std::int64_t reused = 0;
  for (const Task& task : draft.tasks) reused += task.action == Action::kReuse ? task.count() : 0;
  EXPECT_EQ(reused, 5);  // of the third the first write stands still
}

TEST_F(PlanBuilderTest, ReusesNothingThatReadsWhatThePlanChanges) {
  const DatasetNo a = days(), b = days();
  world_.map(a, b, {});
  for (std::int64_t i = kFirst; i < kFirst + 10; ++i) world_.write(b, {0, i});
  world_.set_code(b, 2);
  for (std::int64_t i = kFirst; i < kFirst + 10; ++i) world_.write(b, {0, i});
  world_.set_code(b, 1);
  world_.set_code(a, 2);
  Kept kept;
  world_.standing = &kept;
  for (const Task& task : plan().tasks) EXPECT_EQ(task.action, Action::kRun);
}

// ---- budgets
// -------------------------------------------------------------------------------------

TEST_F(PlanBuilderTest, SpendsABudgetWhereMostIsGained) {
  const DatasetNo lonely = days(), source = days(), reader = days(), far = days();
  world_.map(source, reader, {});
  world_.map(reader, far, {});
  world_.set_code(lonely, 2);
  world_.set_code(source, 2);
  PlanOptions options;
  options.budget_partitions = 10;
  const PlanDraft draft = plan(options);
  EXPECT_EQ(draft.upper, 10);
  for (const Task& task : draft.tasks) EXPECT_NE(task.dataset, lonely);
  bool told = false;
  for (const Omission& omission : draft.omissions) {
    told = told || (omission.dataset == lonely && omission.why == Omission::Why::kBudget &&
                    omission.span == Span{0, kFirst, kFirst + 9});
  }
  EXPECT_TRUE(told);
}

TEST_F(PlanBuilderTest, WithABudgetPrefersWhatIsNewAndWhatExpires) {
  const DatasetNo a = days();
  DatasetPolicy policy;
  policy.half_life = model::kDay;
  world_.policy(a, policy);
  world_.set_code(a, 2);
  PlanOptions options;
  options.budget_partitions = 3;
  PlanDraft draft = plan(options);
  ASSERT_EQ(draft.tasks.size(), 1U);
  EXPECT_EQ(draft.tasks[0].span, (Span{0, kFirst + 7, kFirst + 9}));
  const DatasetNo raw = days();
  world_.map(raw, a, {});
  DatasetPolicy kept;
  kept.retention = 11 * model::kDay;  // the first day expires on the thirteenth
  world_.policy(raw, kept);
  world_.policy(a, {});
  for (std::int64_t i = kFirst; i < kFirst + 10; ++i) world_.write(a, {0, i});
  world_.set_code(a, 3);
  draft = plan(options);
  ASSERT_EQ(draft.tasks.size(), 1U);
  EXPECT_EQ(draft.tasks[0].span, (Span{0, kFirst, kFirst + 2}));
}

TEST_F(PlanBuilderTest, WithNothingToSpendDoesNothing) {
  const DatasetNo a = days(), b = days();
  world_.map(a, b, {});
  world_.set_code(a, 2);
  for (int kind = 0; kind < 3; ++kind) {
    PlanOptions options;
    if (kind == 0) options.budget_partitions = 0;
    if (kind == 1) options.budget_cost_micros = 0;
    if (kind == 2) options.budget_duration_ms = 0;
    const PlanDraft draft = plan(options);
    EXPECT_TRUE(draft.tasks.empty());
    ASSERT_EQ(draft.omissions.size(), 2U);
    EXPECT_EQ(draft.omissions[0].why, Omission::Why::kBudget);
    EXPECT_EQ(draft.omissions[1].why, Omission::Why::kUpstreamLeftOut);
  }
}

// ---- what perishes
// -------------------------------------------------------------------------------

TEST_F(PlanBuilderTest, LeavesOutWhatCannotBeMadeAgain) {
  const DatasetNo raw = days(), a = days(), b = days();
  world_.map(raw, a, {});
  world_.map(a, b, {});
  DatasetPolicy kept;
  kept.retention = 7 * model::kDay;  // until the eleventh at noon: four days are gone
  world_.policy(raw, kept);
  world_.set_code(a, 2);
  world_.set_code(b, 2);
  const PlanDraft draft = plan();
  ASSERT_EQ(draft.omissions.size(), 1U);
  EXPECT_EQ(draft.omissions[0].why, Omission::Why::kUnrecoverable);
  EXPECT_EQ(draft.omissions[0].dataset, a);
  EXPECT_EQ(draft.omissions[0].span, (Span{0, kFirst, kFirst + 2}));
  EXPECT_EQ(draft.upper, 17);
  EXPECT_EQ(codes(draft), (std::vector<std::string>{"reads_unrecoverable"}));
  // The fourth of March expires at the end of the eleventh; its run takes 5 ms at most of p90.
  const Task& first = draft.tasks[0];
  EXPECT_EQ(first.span.first, kFirst + 3);
  EXPECT_EQ(first.deadline, at("2026-03-12T00:00:00Z") - first.duration_ms.p90 * 1000);
  EXPECT_EQ(world_.staleness()->counts(a).unrecoverable, 3U);
  EXPECT_TRUE(world_.staleness()->verdict(a, {0, kFirst}).unrecoverable);
  EXPECT_FALSE(world_.staleness()->verdict(a, {0, kFirst + 3}).unrecoverable);
}

TEST_F(PlanBuilderTest, WarnsWhereADeadlineCannotBeMet) {
  const DatasetNo raw = days(), a = days();
  world_.map(raw, a, {});
  DatasetPolicy kept;
  kept.retention = 8 * model::kDay;
  world_.policy(raw, kept);
  DatasetCosts slow;
  slow.duration = {1'000, 3'600'000'000, 5, Basis::kDataset};  // an hour each, now and then
  world_.costs.given = {{a.value, slow}};
  world_.set_code(a, 2);
  PlanOptions options;
  options.max_partitions_per_task = 10;
  const PlanDraft draft = plan(options);
  EXPECT_TRUE(codes(draft).empty());
  world_.now = at("2026-03-11T20:00:00Z");
  EXPECT_EQ(codes(plan(options)), (std::vector<std::string>{"deadline_passed"}));
}

// ---- warnings and limits
// -------------------------------------------------------------------------

TEST_F(PlanBuilderTest, SaysWhatItDoesNotKnow) {
  const DatasetNo a = world_.add(kDays), b = days();
  world_.map(a, b, {});
  world_.costs.given[a.value] = {};
  world_.set_code(b, 2);
  PlanOptions options;
  options.scope = {b};
  options.direction = PlanOptions::Direction::kNone;
  EXPECT_EQ(codes(plan(options)), (std::vector<std::string>{"reads_outside"}));
  EXPECT_EQ(codes(plan()), (std::vector<std::string>{"no_samples", "unknown_job"}));
  world_.write(a, {0, kFirst});
  EXPECT_EQ(codes(plan()),
            (std::vector<std::string>{"no_samples", "unknown_code", "unknown_version"}));
}

TEST_F(PlanBuilderTest, RefusesWhatIsOutOfRange) {
  const DatasetNo a = days();
  PlanOptions options;
  options.max_partitions_per_task = 0;
  EXPECT_EQ(refusal(options), base::ErrorCode::kInvalidArgument);
  options = {};
  options.scope = {DatasetNo{a.value + 1}};
  EXPECT_EQ(refusal(options), base::ErrorCode::kInvalidArgument);
  options = {};
  options.stale = options.missing = options.maybe = false;
  EXPECT_EQ(refusal(options), base::ErrorCode::kInvalidArgument);
  options = {};
  options.tolerance = 0.5;
  EXPECT_EQ(refusal(options), base::ErrorCode::kInvalidArgument);
  options = {};
  options.budget_partitions = -1;
  EXPECT_EQ(refusal(options), base::ErrorCode::kInvalidArgument);
}

TEST_F(PlanBuilderTest, RefusesMoreTasksThanThereMayBe) {
  world_.add(
      R"({"dimensions":[{"kind":"time","name":"hour","granularity":"hour","start":"2010-01-01T00"}]})");
  PlanOptions options;
  options.max_partitions_per_task = 1;
  const auto draft = world_.plan(options);
  ASSERT_FALSE(draft.has_value());
  EXPECT_EQ(draft.error().code, base::ErrorCode::kLimitExceeded);
  EXPECT_NE(draft.error().message.find("max_partitions_per_task"), std::string::npos);
  options.max_partitions_per_task = 100;
  EXPECT_EQ(plan(options).tasks.size(), 1420U);
}

TEST_F(PlanBuilderTest, StopsWhenItIsCancelled) {
  days();
  const auto staleness = world_.staleness();
  const auto draft = make_plan(*staleness, {world_.history, world_.costs}, {}, [] { return true; });
  ASSERT_FALSE(draft.has_value());
  EXPECT_EQ(draft.error().code, base::ErrorCode::kCancelled);
}

// What reads the last partition waits for one that the plan adds after it (trap 9).
TEST_F(PlanBuilderTest, ReadersOfTheLastPartitionAreReachedByANewOne) {
  const DatasetNo a = days(), b = world_.add("");
  world_.set_code(b, 1);
  Mapping last;
  last.kind = MappingKind::kLast;
  ASSERT_TRUE(world_.map(a, b, last));
  world_.write(b, {0, 0});
  EXPECT_TRUE(plan().tasks.empty());
  world_.now = at("2026-03-13T12:00:00Z");
  const PlanDraft draft = plan();
  ASSERT_EQ(draft.tasks.size(), 2U);
  EXPECT_TRUE(draft.tasks[0].missing);
  EXPECT_EQ(draft.tasks[1].dataset, b);
  EXPECT_FALSE(draft.tasks[1].definite);
  EXPECT_EQ(draft.tasks[1].upstream, (std::vector<std::uint32_t>{1}));
}

}  // namespace
}  // namespace headwater::tests::plans
