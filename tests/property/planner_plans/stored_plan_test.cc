// A plan from what a store holds: runs that were reported, what they took and cost, a policy that
// somebody put, a change of the inbox.

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>

#include "model/duration.h"
#include "model/time.h"
#include "planner/documents.h"
#include "planner/perishability.h"
#include "planner/plan_sources.h"
#include "planner/planner.h"
#include "tests/support/harness.h"

namespace headwater::tests {
namespace {

using namespace planner;  // NOLINT: the vocabulary of these tests

struct RunSaid {
  std::string job, code, reads, writes;
  int first_day = 1, last_day = 1, seconds = 10;
  std::string cost = "", version = "";  // amount; of the content of each partition
  std::string end = "COMPLETE";
};

class StoredPlan : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    planner_ = std::make_shared<Planner>();
    auto options = Harness::small_windows();
    options.views = {[this](storage::Store& store) { return make_view(store, planner_); }};
    harness_.reset();
    harness_ = std::make_unique<Harness>(dir_.path("a"), options);
  }

  static std::string clock(int second) {
    char out[40];
    std::snprintf(out, sizeof out, "2026-10-08T%02d:%02d:%02dZ", second / 3600, second / 60 % 60,
                  second % 60);
    return out;
  }
  // `each`: of a partition, "$" standing for its day.
  static std::string days(const RunSaid& run, const std::string& each) {
    std::string out;
    for (int day = run.first_day; day <= run.last_day; ++day) {
      char date[16];
      std::snprintf(date, sizeof date, "2026-10-%02d", day);
      std::string one = each;
      one.replace(one.find('$'), 1, date);
      out += (out.empty() ? "" : ",") + one;
    }
    return "[" + out + "]";
  }
  static std::string subset(const std::string& side, const RunSaid& run) {
    return R"({"subset":{")" + side + R"(":{"type":"partition","partitions":)" +
           days(run, R"({"identifier":"$"})") + "}}}";
  }
  static std::string written(const RunSaid& run) {
    if (run.version.empty()) return subset("outputCondition", run);
    return R"({"headwater_partitions":{"partitions":)" +
           days(run, R"({"key":{"day":"$"},"dataVersion":")" + run.version + "\"}") + "}}";
  }
  void report(const RunSaid& run) {
    const std::string id = "run-" + std::to_string(++runs_);
    for (const std::string& type : {std::string("START"), run.end}) {
      second_ += type == "START" ? 1 : run.seconds;
      std::string facets;
      if (type != "START" && !run.cost.empty()) {
        facets = R"(,"facets":{"headwater_cost":{"amount":)" + run.cost + R"(,"currency":"EUR"}})";
      }
      const std::string body =
          R"({"eventType":")" + type + R"(","eventTime":")" + clock(second_) +
          R"(","producer":"https://example.org/test","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent","run":{"runId":")" +
          id + "\"" + facets + R"(},"job":{"namespace":"w","name":")" + run.job +
          R"(","facets":{"headwater_code":{"semanticVersion":")" + run.code +
          R"("}}},"inputs":[{"namespace":"w","name":")" + run.reads + R"(","inputFacets":)" +
          subset("inputCondition", run) + R"(}],"outputs":[{"namespace":"w","name":")" +
          run.writes + R"(","outputFacets":)" + written(run) + "}]}";
      ASSERT_NE(static_cast<int>(harness_->send(body).status),
                static_cast<int>(ingest::ReceiptStatus::kQuarantined))
          << body;
    }
  }
  bool decide(const std::string& body) {
    ingest::Decision decision;
    decision.kind = ingest::Decision::Kind::kPlanner;
    decision.planner = body;
    return harness_->decide(std::move(decision)).has_value();
  }
  DatasetNo dataset(const std::string& name) {
    auto reader = must(harness_->store().reader());
    const auto space = must(reader.find_namespace("w"));
    const auto node = must(reader.find_node(model::NodeKind::kDataset, space->id, {}, name));
    return planner_->state()->find(node->id);
  }
  PlanDraft plan(const PlanOptions& options = {}) {
    const Micros now = model::parse_time("2026-10-08T12:00:00Z")->micros;
    const auto staleness = must(planner_->staleness(now, {}));
    auto reader = must(harness_->store().reader());
    StoredSources sources(reader, staleness, planner_->changes());
    return must(make_plan(*staleness, sources.sources(), options, {}));
  }

  TempDir dir_;
  std::shared_ptr<Planner> planner_;
  std::unique_ptr<Harness> harness_;
  int runs_ = 0, second_ = 0;
};

TEST_F(StoredPlan, KnowsWhatRunsTookAndCost) {
  report({"load", "v1", "outside", "raw", 1, 4, 8, "0.5"});  // 2 s a day, 0.125 EUR
  report({"make", "v1", "raw", "table", 1, 1, 10, "1.5"});   // 10 s
  report({"make", "v1", "raw", "table", 2, 3, 40, "1"});     // 20 s each
  report({"make", "v1", "raw", "table", 4, 4, 30});          // 30 s
  report({"load", "v1", "outside", "raw", 1, 1, 8, "0.5"});  // all of it again
  const PlanDraft draft = plan();
  ASSERT_EQ(draft.tasks.size(), 1U);
  const Task& task = draft.tasks[0];
  EXPECT_EQ(task.dataset, dataset("table"));
  EXPECT_TRUE(task.inputs);
  EXPECT_EQ(task.duration_ms, (Estimate{20'000, 30'000, 3, Basis::kDataset}));
  EXPECT_EQ(task.cost_micros, (Estimate{500'000, 1'500'000, 2, Basis::kDataset}));
}

TEST_F(StoredPlan, LearnsHowOftenOutputsChange) {
  report({"load", "v1", "outside", "raw", 1, 4, 8});
  report({"make", "v1", "raw", "table", 1, 4, 8, "", "a"});
  report({"make", "v1", "raw", "table", 1, 3, 8, "", "a"});  // three days the same again
  report({"make", "v1", "raw", "table", 1, 1, 8, "", "b"});  // and one that differed
  const auto staleness = must(planner_->staleness(0, {}));
  auto reader = must(harness_->store().reader());
  StoredSources sources(reader, staleness, planner_->changes());
  const DatasetCosts costs = must(sources.sources().costs.of(dataset("table")));
  EXPECT_EQ(costs.rewrites, 4U);
  EXPECT_EQ(costs.different, 1U);
  EXPECT_EQ(costs.changes, 2.0 / 6);
}

// The pool is of days that read by identity, be it from a source or from a table.
TEST_F(StoredPlan, EstimatesByKindWhatHasNoRuns) {
  report({"load", "v1", "outside", "raw", 1, 4, 8});
  report({"make", "v1", "raw", "table", 1, 4, 16});
  report({"made", "v1", "raw", "other", 1, 4, 80});
  report({"breaks", "v1", "raw", "broken", 1, 4, 8, "", "", "FAIL"});
  ASSERT_TRUE(decide(R"({"decision":"planner.put_mapping","author":"ann",)"
                     R"("upstream":{"namespace":"w","name":"raw"},)"
                     R"("downstream":{"namespace":"w","name":"broken"},)"
                     R"("mapping":{"kind":"identity"}})"));
  const auto staleness = must(planner_->staleness(0, {}));
  auto reader = must(harness_->store().reader());
  ReportedCosts none(reader);
  StoredCostModel model(reader, none, staleness->state());
  EXPECT_EQ(must(model.of(dataset("table"))).duration.basis, Basis::kDataset);
  const DatasetCosts broken = must(model.of(dataset("broken")));
  EXPECT_EQ(broken.duration, (Rate{4'000'000, 20'000'000, 3, Basis::kKind}));
  EXPECT_EQ(broken.cost, Rate{});
  // Nothing else is without a mapping.
  EXPECT_EQ(must(model.of(dataset("outside"))).duration,
            (Rate{4'000'000, 20'000'000, 3, Basis::kAll}));
}

TEST_F(StoredPlan, IsForAChangeOfTheInbox) {
  report({"load", "v1", "outside", "raw", 1, 4, 8});
  report({"make", "v1", "raw", "table", 1, 4, 8});
  report({"tell", "v1", "table", "report", 1, 4, 8});
  report({"load", "v2", "outside", "raw", 4, 4, 8});  // new code, and a day with it
  auto reader = must(harness_->store().reader());
  const auto changes = must(reader.planner_documents(static_cast<int>(DocumentKind::kChange)));
  ASSERT_EQ(changes.size(), 1U);
  PlanOptions options;
  options.changes = {{changes[0].a, changes[0].b}};
  const PlanDraft draft = plan(options);
  ASSERT_EQ(draft.tasks.size(), 3U);
  for (const Task& task : draft.tasks) EXPECT_EQ(task.count(), 3);  // the fourth day has it
  EXPECT_EQ(draft.tasks[2].dataset, dataset("report"));
}

TEST_F(StoredPlan, FollowsAPolicyThatSomebodyPut) {
  report({"load", "v1", "outside", "raw", 1, 7, 8});
  report({"make", "v1", "raw", "table", 1, 7, 8});
  report({"make", "v2", "raw", "table", 7, 7, 8});
  const std::string head =
      R"({"decision":"planner.put_policy","dataset":{"namespace":"w","name":"raw"},"author":"ann")";
  EXPECT_FALSE(decide(head + R"(,"retention":"P1M"})"));
  EXPECT_FALSE(decide(R"({"decision":"planner.put_policy","author":"ann",)"
                      R"("dataset":{"namespace":"w","name":"x"}})"));
  ASSERT_TRUE(decide(head + R"(,"retention":"P4D","recomputable":false})"));
  for (int k = 0; k < 2; ++k) {  // and again after a start
    const PlanDraft draft = plan();
    ASSERT_EQ(draft.omissions.size(), 1U);
    EXPECT_EQ(draft.omissions[0].why, Omission::Why::kUnrecoverable);
    EXPECT_EQ(draft.omissions[0].span.last - draft.omissions[0].span.first, 2);  // three days
    EXPECT_EQ(draft.upper, 3);
    EXPECT_FALSE(planner_->state()->segment(dataset("raw")).policy->recomputable);
    open();
  }
}

}  // namespace
}  // namespace headwater::tests
