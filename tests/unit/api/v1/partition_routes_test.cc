// The partitions of one dataset, one by one, and why one of them is stale: by hand.

#include "tests/support/partition_world.h"

namespace headwater::tests {
namespace {

using PartitionRoutes = PartitionTest;

std::vector<std::string> keys_of(const Told& told) {
  std::vector<std::string> out;
  for (const model::JsonValue& one : told.list("partitions")) {
    out.push_back(one.get("key").string().value_or(""));
  }
  return out;
}

TEST_F(PartitionRoutes, EachHasItsVerdictAndWhatWroteIt) {
  pipeline(1, 3);
  clean(3, "b", "2026-10-05T05", "2");
  const Told all = get({"partitions"}, {{"nodeId", "dataset:ns:clean"}});
  ASSERT_EQ(all.status, 200) << all.body;
  ASSERT_EQ(keys_of(all),
            (std::vector<std::string>{"date=2026-10-01", "date=2026-10-02", "date=2026-10-03"}));
  const auto partitions = all.list("partitions");
  EXPECT_EQ(partitions[0].get("verdict").string(), "stale");
  EXPECT_EQ(partitions[0].get("code").boolean(), true);
  EXPECT_EQ(partitions[0].get("inputs").boolean(), false);
  EXPECT_EQ(partitions[0].get("job").string(), "job:ns:clean");
  EXPECT_EQ(partitions[0].get("run").string(), "clean-1-1");
  EXPECT_EQ(partitions[0].get("started_at").string(), "2026-10-02T02:00:00.000000Z");
  EXPECT_EQ(partitions[0].get("ended_at").string(), "2026-10-02T02:10:00.000000Z");
  EXPECT_EQ(partitions[0].get("interval").get("start").string(), "2026-10-01T00:00:00.000000Z");
  EXPECT_EQ(partitions[0].get("interval").get("end").string(), "2026-10-02T00:00:00.000000Z");
  EXPECT_EQ(partitions[2].get("verdict").string(), "current");
  EXPECT_EQ(partitions[2].get("run").string(), "clean-3-2");
  EXPECT_EQ(all.json().get("complete").boolean(), true);
  EXPECT_EQ(all.text("evaluated_at"), "2026-10-06T12:00:00.000000Z");
}

TEST_F(PartitionRoutes, WhatIsExpectedAndMissingIsListedToo) {
  pipeline(1, 2);
  declare_days("raw");
  const Told all = get({"partitions"}, {{"nodeId", "dataset:ns:raw"}});
  // The 1st to the 5th have ended, the 6th has begun.
  ASSERT_EQ(keys_of(all).size(), 6u) << all.body;
  const auto partitions = all.list("partitions");
  EXPECT_EQ(partitions[1].get("presence").string(), "present");
  EXPECT_EQ(partitions[2].get("presence").string(), "missing");
  EXPECT_TRUE(partitions[2].get("verdict").is_null());
  EXPECT_TRUE(partitions[2].get("run").is_null());
  EXPECT_EQ(partitions[5].get("presence").string(), "none");
  EXPECT_EQ(partitions[5].get("open").boolean(), true);
  const Told missing =
      get({"partitions"}, {{"nodeId", "dataset:ns:raw"}, {"status", "missing,failed"}});
  EXPECT_EQ(keys_of(missing),
            (std::vector<std::string>{"date=2026-10-03", "date=2026-10-04", "date=2026-10-05"}));
}

TEST_F(PartitionRoutes, AreListedWithinBoundsAndPageByPage) {
  pipeline(1, 4);
  const Told some =
      get({"partitions"},
          {{"nodeId", "dataset:ns:mart"}, {"first", "date=2026-10-02"}, {"last", "2026-10-03"}});
  EXPECT_EQ(keys_of(some), (std::vector<std::string>{"date=2026-10-02", "date=2026-10-03"}));
  std::vector<std::string> paged;
  for (std::string cursor; cursor != "null";) {
    Fields query{{"nodeId", "dataset:ns:mart"}, {"limit", "3"}};
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    const Told page = get({"partitions"}, query);
    ASSERT_EQ(page.status, 200) << page.body;
    for (std::string& key : keys_of(page)) paged.push_back(std::move(key));
    cursor = page.text("next");
    ASSERT_LE(paged.size(), 4u);
  }
  EXPECT_EQ(paged, keys_of(get({"partitions"}, {{"nodeId", "dataset:ns:mart"}})));
}

TEST_F(PartitionRoutes, LanesAreListedOneAfterTheOther) {
  const auto key = [](int day, const std::string& region) {
    return R"({"date":"2026-10-0)" + std::to_string(day) + R"(","region":")" + region + "\"}";
  };
  for (const std::string region : {"eu", "us"}) {
    run({"load",
         "load-" + region,
         "a",
         "2026-10-03T01:00:00Z",
         "2026-10-03T02:00:00Z",
         {},
         {{"raw", {key(1, region), key(2, region)}}}});
  }
  const Told all = get({"partitions"}, {{"nodeId", "dataset:ns:raw"}});
  EXPECT_EQ(keys_of(all),
            (std::vector<std::string>{"date=2026-10-01,region=eu", "date=2026-10-02,region=eu",
                                      "date=2026-10-01,region=us", "date=2026-10-02,region=us"}));
  const Told second =
      get({"partitions"}, {{"nodeId", "dataset:ns:raw"}, {"first", "date=2026-10-02"}});
  EXPECT_EQ(keys_of(second),
            (std::vector<std::string>{"date=2026-10-02,region=eu", "date=2026-10-02,region=us"}));
  const Told lane = get({"partitions"}, {{"nodeId", "dataset:ns:raw"},
                                         {"first", "date=2026-10-01,region=us"},
                                         {"last", "date=2026-10-02,region=us"}});
  EXPECT_EQ(keys_of(lane),
            (std::vector<std::string>{"date=2026-10-01,region=us", "date=2026-10-02,region=us"}));
  expect_problem(get({"partitions"}, {{"nodeId", "dataset:ns:raw"},
                                      {"first", "date=2026-10-01,region=eu"},
                                      {"last", "date=2026-10-02,region=us"}}),
                 400, "invalid-argument", "last");
}

TEST_F(PartitionRoutes, WhatIsWrongIsNamed) {
  pipeline(1, 1);
  const std::pair<std::string, std::string> raw{"nodeId", "dataset:ns:raw"};
  expect_problem(get({"partitions"}), 400, "invalid-argument", "nodeId");
  expect_problem(get({"partitions"}, {raw, {"status", "stale,odd"}}), 400, "invalid-argument",
                 "status");
  expect_problem(get({"partitions"}, {raw, {"first", "date=soon"}}), 400, "invalid-argument",
                 "first");
  expect_problem(get({"partitions"}, {raw, {"limit", "1001"}}), 400, "limit-exceeded", "limit");
  expect_problem(get({"partitions"}, {raw, {"offset", "3"}}), 400, "invalid-argument", "offset");
  expect_problem(get({"partitions"}, {raw, {"cursor", "abc"}}), 400, "invalid-cursor", "cursor");
  for (const std::vector<std::string>& path : std::vector<std::vector<std::string>>{
           {"partitions"}, {"partitions", "grid"}, {"partitions", "explain"}, {"staleness"}}) {
    expect_problem(get(path, {raw, {"key", "2026-10-01"}, {"environment", "branch"}}), 404,
                   "not-found", "environment");
  }
  expect_problem(get({"partitions"}, {raw, {"min_seq", "999999"}, {"wait_ms", "1"}}), 503,
                 "seq-not-reached", "(none)");
}

TEST_F(PartitionRoutes, ADatasetWithoutPartitionsHasNone) {
  run({"load", "r", "a", "2026-10-01T00:00:00Z", "2026-10-01T01:00:00Z", {}, {{"plain", {}}}});
  const Told none = get({"partitions"}, {{"nodeId", "dataset:ns:plain"}});
  ASSERT_EQ(none.status, 200) << none.body;
  EXPECT_TRUE(keys_of(none).empty());
  EXPECT_EQ(none.text("next"), "null");
}

// ---- why ----------------------------------------------------------------------------------------

TEST_F(PartitionRoutes, ItsOwnCodeIsTheRoot) {
  pipeline(1, 3);
  clean(3, "b", "2026-10-05T05", "2");
  const Told why =
      get({"partitions", "explain"}, {{"nodeId", "dataset:ns:clean"}, {"key", "date=2026-10-01"}});
  ASSERT_EQ(why.status, 200) << why.body;
  EXPECT_EQ(why.text("kind"), "code");
  EXPECT_EQ(why.text("verdict"), "stale");
  EXPECT_TRUE(why.list("way").empty());
  const model::JsonValue root = why.json().get("root");
  EXPECT_EQ(root.get("kind").string(), "code");
  EXPECT_EQ(root.get("job").string(), "job:ns:clean");
  EXPECT_EQ(root.get("from").string(), "declared:a");
  EXPECT_EQ(root.get("to").string(), "declared:b");
  EXPECT_EQ(root.get("nodeId").string(), "dataset:ns:clean");
  const Told changes = get({"changes"});
  ASSERT_EQ(changes.list("changes").size(), 1u) << changes.body;
  EXPECT_EQ(root.get("change_id").string(), changes.list("changes")[0].get("id").string());
  EXPECT_EQ(why.json().get("complete").boolean(), true);
}

// The 2nd of raw is written again; clean is run on it, and comes out different: mart is stale for
// what clean wrote, which was stale for raw.
TEST_F(PartitionRoutes, TheWayLeadsUpstreamToWhatWasWrittenAgain) {
  pipeline(1, 3);
  load(2, "a", "2026-10-05T04", "2");
  Told why =
      get({"partitions", "explain"}, {{"nodeId", "dataset:ns:clean"}, {"key", "date=2026-10-02"}});
  EXPECT_EQ(why.text("kind"), "data") << why.body;
  ASSERT_EQ(why.list("way").size(), 1u);
  EXPECT_EQ(why.list("way")[0].get("run").string(), "load-2-2");
  EXPECT_EQ(why.list("way")[0].get("key").string(), "date=2026-10-02");
  EXPECT_EQ(why.json().get("root").get("kind").string(), "data");
  EXPECT_EQ(why.json().get("root").get("nodeId").string(), "dataset:ns:raw");
  const Told changes = get({"changes"});
  ASSERT_EQ(changes.list("changes").size(), 1u) << changes.body;
  EXPECT_EQ(why.json().get("root").get("change_id").string(),
            changes.list("changes")[0].get("id").string());

  clean(2, "a", "2026-10-05T06", "2");
  why = get({"partitions", "explain"}, {{"nodeId", "dataset:ns:mart"}, {"key", "date=2026-10-02"}});
  EXPECT_EQ(why.text("kind"), "dependency") << why.body;
  ASSERT_EQ(why.list("way").size(), 2u) << why.body;
  EXPECT_EQ(why.list("way")[0].get("nodeId").string(), "dataset:ns:clean");
  EXPECT_EQ(why.list("way")[1].get("nodeId").string(), "dataset:ns:raw");
  EXPECT_EQ(why.json().get("root").get("run").string(), "load-2-2");
}

TEST_F(PartitionRoutes, AWayThatIsLongerThanAskedForIsCut) {
  pipeline(1, 3);
  load(2, "a", "2026-10-05T04", "2");
  clean(2, "a", "2026-10-05T06", "2");
  const Told cut =
      get({"partitions", "explain"},
          {{"nodeId", "dataset:ns:mart"}, {"key", "date=2026-10-02"}, {"max_steps", "1"}});
  ASSERT_EQ(cut.status, 200) << cut.body;
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(cut.json().get("cut").get("reason").string(), "max_steps");
  EXPECT_EQ(cut.json().get("cut").get("limit").integer(), 1);
  EXPECT_EQ(cut.list("way").size(), 1u);
  EXPECT_TRUE(cut.json().get("root").is_null());
}

TEST_F(PartitionRoutes, WhatIsCurrentHasNoCause) {
  pipeline(1, 1);
  const Told why =
      get({"partitions", "explain"}, {{"nodeId", "dataset:ns:clean"}, {"key", "date=2026-10-01"}});
  ASSERT_EQ(why.status, 200) << why.body;
  EXPECT_EQ(why.text("verdict"), "current");
  EXPECT_EQ(why.text("kind"), "null");
  EXPECT_TRUE(why.json().get("root").is_null());
  EXPECT_TRUE(why.list("way").empty());
  expect_problem(get({"partitions", "explain"}, {{"nodeId", "dataset:ns:clean"}}), 400,
                 "invalid-argument", "key");
  expect_problem(get({"partitions", "explain"}, {{"nodeId", "dataset:ns:clean"}, {"key", "soon"}}),
                 400, "invalid-argument", "key");
  run({"load", "r", "a", "2026-10-01T00:00:00Z", "2026-10-01T01:00:00Z", {}, {{"plain", {}}}});
  expect_problem(get({"partitions", "explain"}, {{"nodeId", "dataset:ns:plain"}, {"key", ""}}), 404,
                 "not-found", "(none)");
}

// ---- environments -------------------------------------------------------------------------------

// clean has other code in a branch, and was run there for the 2nd.
TEST_F(PartitionRoutes, AnEnvironmentHasVerdictsOfItsOwn) {
  pipeline(1, 3);
  const auto decide = [&](std::string json) {
    ingest::Decision decision;
    decision.kind = ingest::Decision::Kind::kPlanner;
    decision.planner = std::move(json);
    const auto done = world.harness().decide(std::move(decision));
    ASSERT_TRUE(done) << done.error().message;
  };
  decide(R"({"decision":"planner.put_environment","name":"branch","author":"ada","code":[)"
         R"({"job":{"namespace":"ns","name":"clean"},"version":"declared:x"}]})");
  decide(R"({"decision":"planner.environment_write","environment":"branch","author":"ci",)"
         R"("dataset":{"namespace":"ns","name":"clean"},"keys":["date=2026-10-02"],)"
         R"("job":{"namespace":"ns","name":"clean"},"run_id":"in-branch",)"
         R"("started_at":"2026-10-06T01:00:00Z","ended_at":"2026-10-06T02:00:00Z"})");
  const std::pair<std::string, std::string> clean{"nodeId", "dataset:ns:clean"},
      branch{"environment", "branch"};
  const Told there = get({"partitions"}, {clean, branch});
  ASSERT_EQ(there.status, 200) << there.body;
  EXPECT_EQ(there.text("environment"), "branch");
  const auto partitions = there.list("partitions");
  ASSERT_EQ(partitions.size(), 3u) << there.body;
  EXPECT_EQ(partitions[0].get("verdict").string(), "stale");
  EXPECT_EQ(partitions[0].get("run").string(), "clean-1-1");
  EXPECT_EQ(partitions[1].get("verdict").string(), "current");
  EXPECT_EQ(partitions[1].get("run").string(), "in-branch");
  EXPECT_EQ(partitions[1].get("ended_at").string(), "2026-10-06T02:00:00.000000Z");
  const Told here = get({"partitions"}, {clean});
  EXPECT_EQ(here.text("environment"), "null");
  for (const model::JsonValue& one : here.list("partitions")) {
    EXPECT_EQ(one.get("verdict").string(), "current");
    EXPECT_NE(one.get("run").string(), "in-branch");
  }
  const Told counts = get({"staleness"}, {branch});
  EXPECT_EQ(counts.json().get("totals").get("stale").integer(), 3) << "and the 2nd of mart";
  EXPECT_EQ(get({"staleness"}).text("environment"), "null");
  const Told why = get({"partitions", "explain"}, {clean, branch, {"key", "date=2026-10-01"}});
  EXPECT_EQ(why.text("kind"), "code") << why.body;
  EXPECT_EQ(why.json().get("root").get("from").string(), "declared:a");
  EXPECT_EQ(why.json().get("root").get("to").string(), "declared:x");
  const Told mart = get({"partitions", "explain"},
                        {{"nodeId", "dataset:ns:mart"}, branch, {"key", "date=2026-10-02"}});
  EXPECT_EQ(mart.text("verdict"), "stale") << mart.body;
  ASSERT_EQ(mart.list("way").size(), 1u);
  EXPECT_EQ(mart.list("way")[0].get("nodeId").string(), "dataset:ns:clean");
  const Told grid = get({"partitions", "grid"}, {clean, branch});
  EXPECT_EQ(grid.text("environment"), "branch");
}

TEST_F(PartitionRoutes, RunsThatNameNoPartitionAreListed) {
  pipeline(1, 2);
  const Fields raw{{"nodeId", "dataset:ns:raw"}};
  const auto listed = [&](const Told& told) {
    std::vector<std::string> out;
    told.json().get("runs").elements([&](const model::JsonValue& run) {
      out.push_back(run.get("run").string().value_or("(none)"));
    });
    return out;
  };
  const Told none = get({"partitions", "unattributed"}, raw);
  ASSERT_EQ(none.status, 200) << none.body;
  EXPECT_TRUE(listed(none).empty()) << none.body;
  EXPECT_EQ(none.number("looked_at"), 2);
  EXPECT_EQ(none.json().get("complete").boolean(), true);

  const auto whole = [&](const std::string& job, const std::string& id, const std::string& day,
                         const std::string& type) {
    run({job, id, "a", day + "T05:00:00Z", day + "T06:00:00Z", {}, {{"raw", {}}}, type});
  };
  whole("load", "whole", "2026-10-04", "COMPLETE");
  whole("load", "failed", "2026-10-05", "FAIL");
  whole("reload", "other", "2026-10-05", "COMPLETE");
  run({"load", "beside", "a", "2026-10-05T07:00:00Z", "2026-10-05T08:00:00Z", {}, {{"log", {}}}});
  Told two = get({"partitions", "unattributed"}, raw);
  EXPECT_EQ(listed(two), (std::vector<std::string>{"other", "whole"})) << two.body;
  EXPECT_NE(two.body.find(R"("job":"job:ns:reload","started_at":"2026-10-05T05:00:00)"),
            std::string::npos)
      << two.body;

  // It tells after all; and what is not cut has no such runs.
  run({"load",
       "whole",
       "a",
       "2026-10-04T05:00:00Z",
       "2026-10-04T06:30:00Z",
       {},
       {{"raw", {day_key(3)}}}});
  EXPECT_EQ(listed(get({"partitions", "unattributed"}, raw)), std::vector<std::string>{"other"});
  EXPECT_TRUE(listed(get({"partitions", "unattributed"}, {{"nodeId", "dataset:ns:log"}})).empty());

  const Told cut =
      get({"partitions", "unattributed"}, {{"nodeId", "dataset:ns:raw"}, {"max_runs", "2"}});
  EXPECT_EQ(cut.number("looked_at"), 2);
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(cut.json().get("cut").get("reason").string(), "max_runs");
  EXPECT_EQ(cut.json().get("cut").get("frontier_count").integer(), 4) << cut.body;
  expect_problem(
      get({"partitions", "unattributed"}, {{"nodeId", "dataset:ns:raw"}, {"max_runs", "0"}}), 400,
      "invalid-argument", "max_runs");
}

}  // namespace
}  // namespace headwater::tests
