// What is known of partitions after a start: what was known before.

#include <gtest/gtest.h>

#include "tests/support/plan_world.h"

namespace headwater::planner {
namespace {

using tests::must;
using tests::PlanWorld;

class PartitionLoad : public ::testing::Test {
 protected:
  // A run that has written these partitions, of a dataset whose dimensions nobody has declared.
  void write(const std::string& dataset, const std::vector<std::string>& keys) {
    const std::string id = "run-" + std::to_string(++runs_);
    std::string said;
    for (const std::string& key : keys) {
      said += (said.empty() ? "" : ",") + ("{\"key\":" + key + "}");
    }
    for (const std::string type : {"START", "COMPLETE"}) {
      world_.harness().send(PlanWorld::event(type, "make_" + dataset, id, "v1", dataset, said,
                                             model::format_time(world_.now())));
    }
  }
  // Every partition of every dataset and whether it is there, in words.
  std::vector<std::string> told() {
    std::vector<std::string> out;
    const auto state = world_.planner().state();
    const auto staleness = must(world_.planner().staleness(world_.now(), {}));
    for (std::uint32_t n = 1; n <= state->dataset_count(); ++n) {
      const Space& space = *state->segment(DatasetNo{n}).space;
      out.push_back(space.to_json());
      for (std::uint32_t lane = 0; lane < space.lane_count(); ++lane) {
        out.push_back("lane " + space.lane_text(lane));
      }
      out.push_back(std::to_string(staleness->counts(DatasetNo{n}).present) + " present");
    }
    return out;
  }

  PlanWorld world_;
  int runs_ = 0;
};

TEST_F(PartitionLoad, KeepsLanesThatWereLearned) {
  write("hourly", {R"({"date":"2026-10-01T05","region":"eu"})"});
  write("daily",
        {R"({"date":"2026-10-01","region":"eu"})", R"({"date":"2026-10-01","region":"us"})",
         R"({"date":"2026-10-02","region":"asia"})"});
  write("plain", {R"({"date":"2026-10-01"})"});
  write("named", {R"({"region":"eu","tier":"a"})", R"({"region":"eu","tier":"b"})"});
  const auto before = told();
  EXPECT_NE(std::ranges::find(before, "lane region=asia"), before.end());
  EXPECT_NE(std::ranges::find(before, "3 present"), before.end());
  world_.reopen();
  EXPECT_EQ(told(), before);
  write("daily", {R"({"date":"2026-10-02","region":"africa"})"});
  const auto later = told();
  EXPECT_NE(std::ranges::find(later, "lane region=africa"), later.end());
  world_.reopen();
  EXPECT_EQ(told(), later);
}

}  // namespace
}  // namespace headwater::planner
