// Environments: made, asked, written in and deleted.

#include "tests/support/partition_world.h"

namespace headwater::tests {
namespace {

using EnvironmentRoutes = PartitionTest;

const std::string kBranch =
    R"({"description":"other rounding","code":[{"job":"job:ns:clean","version":"b"}],"author":"ada"})";

std::string report(const std::string& dataset, const std::string& job, int day,
                   const std::string& run) {
  return R"({"nodeId":"dataset:ns:)" + dataset + R"(","keys":[)" + "\"date=2026-10-0" +
         std::to_string(day) + R"("],"run_id":")" + run + R"(","job":"job:ns:)" + job +
         R"(","author":"ci"})";
}

class EnvironmentTest : public EnvironmentRoutes {
 protected:
  // raw, clean and mart of three days; in the branch `clean` has other code.
  void SetUp() override {
    pipeline(1, 3);
    ASSERT_EQ(put({"environments", "branch"}, kBranch).status, 200);
  }

  std::int64_t count(const std::string& dataset, const std::string& which,
                     const std::string& environment = "branch") {
    Fields query{{"nodeId", "dataset:ns:" + dataset}};
    if (!environment.empty()) query.emplace_back("environment", environment);
    const Told told = get({"staleness"}, query);
    EXPECT_EQ(told.status, 200) << told.body;
    return told.json().get("totals").get(which).integer().value_or(-1);
  }
};

TEST_F(EnvironmentTest, OtherCodeMakesItsOutputsStaleThereAndNowhereElse) {
  EXPECT_EQ(count("clean", "by_code"), 3);
  EXPECT_EQ(count("mart", "maybe"), 3);
  EXPECT_EQ(count("mart", "stale"), 0);
  EXPECT_EQ(count("raw", "stale"), 0);
  EXPECT_EQ(count("clean", "stale", ""), 0);
  EXPECT_EQ(count("mart", "maybe", ""), 0);
}

TEST_F(EnvironmentTest, WhatWasWrittenThereIsCurrentThereAndItsReadersAreStale) {
  const Told told = post({"environments", "branch", "materializations"},
                         report("clean", "clean", 2, "branch-run"));
  ASSERT_EQ(told.status, 201) << told.body;
  EXPECT_EQ(told.text("environment"), "branch");
  EXPECT_EQ(told.number("count"), 1);
  EXPECT_EQ(count("clean", "stale"), 2);
  EXPECT_EQ(count("mart", "by_inputs"), 1);
  EXPECT_EQ(count("mart", "stale", ""), 0) << "the warehouse has not read it";

  const Told why =
      get({"partitions", "explain"},
          {{"nodeId", "dataset:ns:mart"}, {"key", "2026-10-02"}, {"environment", "branch"}});
  ASSERT_EQ(why.status, 200) << why.body;
  EXPECT_EQ(why.text("environment"), "branch");
  EXPECT_NE(why.body.find(R"("run":"branch-run")"), std::string::npos) << why.body;

  ASSERT_EQ(
      post({"environments", "branch", "materializations"}, report("mart", "mart", 2, "branch-mart"))
          .status,
      201);
  EXPECT_EQ(count("mart", "stale"), 0);
  const Told list = get({"partitions"}, {{"nodeId", "dataset:ns:mart"},
                                         {"first", "2026-10-02"},
                                         {"last", "2026-10-02"},
                                         {"environment", "branch"}});
  EXPECT_NE(list.body.find(R"("run":"branch-mart")"), std::string::npos) << list.body;
}

TEST_F(EnvironmentTest, ItSharesWhatItHasNotWrittenAndFollowsTheWarehouse) {
  Told told = get({"environments", "branch"});
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(told.number("shared"), 9);
  EXPECT_EQ(told.json().get("must_run").get("stale").integer(), 3);
  ASSERT_EQ(post({"environments", "branch", "materializations"},
                 report("clean", "clean", 1, "branch-run"))
                .status,
            201);
  load(3, "a", at(6, 1), "again");  // read there by what was run before
  told = get({"environments", "branch"});
  EXPECT_EQ(told.number("shared"), 8);
  EXPECT_EQ(count("clean", "by_inputs"), 1);
  EXPECT_EQ(count("clean", "stale"), 2);
}

TEST_F(EnvironmentTest, KnownCodeIsThatCode) {
  clean(1, "b", at(6, 2), "new");  // the warehouse has run it once, then returns to `a`
  clean(2, "a", at(6, 3), "old");
  const Told told = put({"environments", "second"}, kBranch);
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(count("clean", "stale", "second"), 2) << "day 1 was written with it";
}

TEST_F(EnvironmentTest, TheyAreListedChangedAndDeleted) {
  ASSERT_EQ(put({"environments", "another"}, R"({"code":[],"author":"bob"})").status, 200);
  Told told = get({"environments"});
  const std::size_t another = told.body.find("\"another\""), branch = told.body.find("\"branch\"");
  EXPECT_LT(another, branch) << told.body;
  ASSERT_EQ(put({"environments", "branch"}, R"({"code":[],"author":"bob"})").status, 200);
  EXPECT_EQ(count("clean", "stale"), 0);
  told = remove({"environments", "branch"}, {{"author", "bob"}});
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(told.text("name"), "branch");
  expect_problem(get({"environments", "branch"}), 404, "not-found", "(none)");
  expect_problem(remove({"environments", "branch"}, {{"author", "bob"}}), 404, "not-found",
                 "(none)");
}

TEST_F(EnvironmentTest, SaysWhatIsWrong) {
  EXPECT_EQ(put({"environments", "no good"}, kBranch).status, 400);
  EXPECT_EQ(put({"environments", "x"}, R"({"code":[]})").status, 400);
  EXPECT_EQ(put({"environments", "x"}, R"({"author":"ada"})").status, 400);
  EXPECT_EQ(
      put({"environments", "x"}, R"({"code":[{"job":"job:ns:none","version":"b"}],"author":"ada"})")
          .status,
      404);
  EXPECT_EQ(
      put({"environments", "x"}, R"({"code":[{"job":"job:ns:clean"}],"author":"ada"})").status,
      400);
  EXPECT_EQ(put({"environments", "x"}, R"({"code":[{"job":"job:ns:clean","version":"b"},)"
                                       R"({"job":"job:ns:clean","version":"c"}],"author":"ada"})")
                .status,
            400);
  const auto reported = [&](const std::string& body) {
    return post({"environments", "branch", "materializations"}, body).status;
  };
  EXPECT_EQ(
      reported(
          R"({"nodeId":"dataset:ns:clean","keys":[],"run_id":"r","job":"job:ns:clean","author":"ci"})"),
      400);
  EXPECT_EQ(
      reported(
          R"({"nodeId":"dataset:ns:clean","keys":["2026"],"run_id":"r","job":"job:ns:clean","author":"ci"})"),
      400);
  EXPECT_EQ(
      reported(
          R"({"nodeId":"dataset:ns:clean","keys":["2026-10-01"],"job":"job:ns:clean","author":"ci"})"),
      400);
  EXPECT_EQ(
      reported(
          R"({"nodeId":"dataset:ns:clean","keys":["2026-10-01"],"run_id":"r","job":"dataset:ns:clean","author":"ci"})"),
      400);
  EXPECT_EQ(
      reported(
          R"({"nodeId":"dataset:ns:none","keys":["2026-10-01"],"run_id":"r","job":"job:ns:clean","author":"ci"})"),
      404);
  EXPECT_EQ(
      post({"environments", "none", "materializations"}, report("clean", "clean", 1, "r")).status,
      404);
}

TEST_F(EnvironmentTest, TooManyKeysAreRefused) {
  std::string keys;
  for (int i = 0; i < 10'001; ++i) keys += (i == 0 ? "" : ",") + std::string("\"2026-10-01\"");
  const Told told = post({"environments", "branch", "materializations"},
                         R"({"nodeId":"dataset:ns:clean","keys":[)" + keys +
                             R"(],"run_id":"r","job":"job:ns:clean","author":"ci"})");
  expect_problem(told, 400, "limit-exceeded", "/keys");
}

}  // namespace
}  // namespace headwater::tests
