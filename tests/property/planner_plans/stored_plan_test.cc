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
  std::string cost = "", version = "";  // amount; data version
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
  static std::string subset(const std::string& side, const RunSaid& run, bool versions) {
    std::string out;
    for (int day = run.first_day; day <= run.last_day; ++day) {
      char date[16];
      std::snprintf(date, sizeof date, "2026-10-%02d", day);
      out +=
          (out.empty() ? R"({"identifier":")" : R"(,{"identifier":")") + std::string(date) + "\"}";
    }
    static_cast<void>(versions);
    return R"({"subset":{")" + side + R"(":{"type":"partition","partitions":[)" + out + "]}}}";
  }
  void report(const RunSaid& run) {
    const std::string id = "run-" + std::to_string(++runs_);
    for (const std::string type : {"START", "COMPLETE"}) {
      second_ += type == "START" ? 1 : run.seconds;
      std::string facets;
      if (type == "COMPLETE" && !run.cost.empty()) {
        facets = R"(,"facets":{"headwater_cost":{"amount":)" + run.cost + R"(,"currency":"EUR"}})";
      }
      std::string version;
      if (!run.version.empty()) {
        version = R"("facets":{"version":{"datasetVersion":")" + run.version + R"("}},)";
      }
      const std::string body =
          R"({"eventType":")" + type + R"(","eventTime":")" + clock(second_) +
          R"(","producer":"https://example.org/test","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent","run":{"runId":")" +
          id + "\"" + facets + R"(},"job":{"namespace":"w","name":")" + run.job +
          R"(","facets":{"headwater_code":{"semanticVersion":")" + run.code +
          R"("}}},"inputs":[{"namespace":"w","name":")" + run.reads + R"(","inputFacets":)" +
          subset("inputCondition", run, false) + R"(}],"outputs":[{"namespace":"w","name":")" +
          run.writes + "\"," + version + R"("outputFacets":)" +
          subset("outputCondition", run, true) + "}]}";
      ASSERT_NE(static_cast<int>(harness_->send(body).status),
                static_cast<int>(ingest::ReceiptStatus::kQuarantined))
          << body;
    }
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

}  // namespace
}  // namespace headwater::tests
