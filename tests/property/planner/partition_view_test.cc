// What events and decisions make of partitions, case by case: what a random history meets too
// seldom, or what it does not say in words. Each is looked at live and after a start.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/json.h"
#include "model/time.h"
#include "tests/property/planner/pipeline_world.h"

namespace headwater::tests::partitions {
namespace {

using base::ErrorCode;
using planner::Freshness;
using planner::Presence;
using planner::Verdict;

const Micros kNoon = model::parse_time("2026-10-05T12:00:00Z")->micros;

class PartitionViewTest : public ::testing::Test {
 protected:
  PartitionViewTest() {
    std::string names;
    for (int i = 0; i < PipelineWorld::kMostDatasets; ++i) {
      names += (i == 0 ? "{" : ",{") + world_.text().dataset_json(i) + "}";
    }
    EXPECT_TRUE(world_.send_raw(
        R"({"eventTime":"2010-01-01T00:00:00Z","producer":"p","schemaURL":"s","job":{)" +
        world_.text().job_json(99) + R"(},"inputs":[],"outputs":[)" + names + "]}"));
  }

  static Part day(int dataset, int day, const std::string& version = "") {
    return {dataset, {{"date", "2026-10-0" + std::to_string(day)}}, version};
  }

  struct Say {
    std::string type = "COMPLETE";
    int minute = 0;
    std::string code = "1";
    std::vector<Part> inputs = {}, outputs = {};
  };
  // An event of a run of job `job`.
  void say(const std::string& run, int job, const Say& what) {
    SaidEvent event;
    event.run = run;
    event.job = job;
    event.type = what.type;
    event.time = kNoon + what.minute * kMinute;
    event.code = what.code;
    event.inputs = what.inputs;
    event.outputs = what.outputs;
    EXPECT_TRUE(world_.send({event}));
  }

  std::shared_ptr<const planner::Staleness> now() {
    return planner::Staleness::compute(world_.planner().state(), kNoon + kDay, {});
  }
  Verdict verdict(const Part& part) {
    const planner::State& state = *world_.planner().state();
    const planner::DatasetNo number = world_.number(part.dataset);
    if (!number) return {};
    const auto place = state.segment(number).space->find(part.key);
    return place ? now()->verdict(number, *place) : Verdict{};
  }

  // Both before and after a start.
  void expect(const std::function<void()>& holds) {
    holds();
    world_.restart();
    SCOPED_TRACE("after a start");
    holds();
  }

  base::Result<ingest::Receipt> decide(const std::string& members) {
    ingest::Decision decision;
    decision.kind = ingest::Decision::Kind::kPlanner;
    decision.planner = "{" + members + "}";
    decision.at = kNoon;
    return world_.harness().decide(std::move(decision));
  }
  ErrorCode refused(const std::string& members) {
    const auto done = decide(members);
    EXPECT_FALSE(done) << members;
    // Nothing of it is in the log: the next record is taken.
    ++refused_;
    EXPECT_TRUE(world_.send_raw(R"({"eventTime":"2026-10-05T00:00:0)" +
                                std::to_string(refused_ % 10) + "." + std::to_string(refused_) +
                                R"(Z","producer":"p","schemaURL":"s","job":{)" +
                                world_.text().job_json(99) + R"(},"inputs":[],"outputs":[]})"));
    return done ? ErrorCode::kInternal : done.error().code;
  }
  std::string named(const std::string& member, int dataset) {
    return "\"" + member + "\":{" + world_.text().dataset_json(dataset) + "}";
  }
  std::string mapping(int up, int down, const std::string& mapping) {
    return R"("decision":"planner.put_mapping","author":"ann",)" + named("upstream", up) + "," +
           named("downstream", down) + R"(,"mapping":)" + mapping;
  }
  std::string space(int dataset, const std::string& space) {
    return R"("decision":"planner.put_space","author":"ann",)" + named("dataset", dataset) +
           R"(,"space":)" + space;
  }
  std::string verdict_on(std::int64_t change, const std::string& members, std::int64_t part = 0) {
    return R"("decision":"planner.decide","author":"ann","change":)" + std::to_string(change) +
           R"(,"part":)" + std::to_string(part) + "," + members;
  }

  std::vector<storage::PlannerDocument> documents(planner::DocumentKind kind) {
    auto reader = must(world_.store().reader());
    return must(reader.planner_documents(static_cast<std::int32_t>(kind)));
  }
  std::vector<planner::ChangeDocument> changes() {
    std::vector<planner::ChangeDocument> out;
    for (const auto& row : documents(planner::DocumentKind::kChange)) {
      out.push_back(planner::decode_change(row.body));
    }
    return out;
  }
  std::size_t edges(int dataset) {
    return world_.planner().state()->segment(world_.number(dataset)).in.size();
  }

  PipelineWorld world_{"ns"};
  int refused_ = 0;
};

// ---- spaces and keys ---------------------------------------------------------------------------

TEST_F(PartitionViewTest, AProductThatWasLearnedIsThereAfterAStart) {
  const auto at = [](int day, const std::string& region) {
    return Part{0, {{"date", "2026-10-0" + std::to_string(day)}, {"region", region}}, ""};
  };
  say("r1", 0, {.outputs = {at(1, "eu"), at(1, "us")}});
  world_.restart();
  say("r2", 0, {.minute = 1, .outputs = {at(2, "apac"), at(2, "us")}});
  expect([&] {
    for (const Part& part : {at(1, "eu"), at(1, "us"), at(2, "apac"), at(2, "us")}) {
      EXPECT_EQ(verdict(part).presence, Presence::kPresent);
    }
    EXPECT_EQ(verdict(at(2, "eu")).presence, Presence::kNone);
  });
}

TEST_F(PartitionViewTest, WhatASpaceCannotReadLeavesTheRestOfTheReport) {
  say("r1", 0, {.outputs = {day(0, 1)}});
  Part hour = day(0, 2), region = day(0, 3);
  hour.key["date"] += "T05";
  region.key["region"] = "eu";
  say("r2", 0, {.minute = 1, .outputs = {hour, day(0, 4), region}});
  expect([&] {
    EXPECT_EQ(verdict(day(0, 4)).presence, Presence::kPresent);
    EXPECT_EQ(verdict(day(0, 2)).presence, Presence::kNone);
    EXPECT_EQ(verdict(day(0, 3)).presence, Presence::kNone);
  });
}

TEST_F(PartitionViewTest, IntegersThatLieTooFarApartAreLeftOut) {
  ASSERT_TRUE(decide(space(0, R"({"dimensions":[{"name":"id","kind":"integer"}]})")));
  const auto id = [](const std::string& number) { return Part{0, {{"id", number}}, ""}; };
  say("r1", 0, {.outputs = {id("5"), id("1790000000000"), id("7")}});
  say("r2", 0, {.type = "START", .minute = 1, .outputs = {id("1790000000001"), id("8")}});
  expect([&] {
    EXPECT_EQ(verdict(id("5")).presence, Presence::kPresent);
    EXPECT_EQ(verdict(id("7")).presence, Presence::kPresent);
    EXPECT_EQ(verdict(id("1790000000000")).presence, Presence::kNone);
    EXPECT_TRUE(verdict(id("8")).running);
  });
}

// ---- runs --------------------------------------------------------------------------------------

TEST_F(PartitionViewTest, WhatRunsAndWhatFailedIsKnownAfterAStart) {
  say("ok", 0, {.outputs = {day(0, 1), day(0, 2)}});
  say("open", 0, {.type = "START", .minute = 1, .outputs = {day(0, 1), day(0, 3)}});
  say("bad", 0, {.type = "FAIL", .minute = 2, .outputs = {day(0, 2), day(0, 4)}});
  expect([&] {
    EXPECT_TRUE(verdict(day(0, 1)).running);
    EXPECT_EQ(verdict(day(0, 1)).freshness, Freshness::kCurrent);
    EXPECT_TRUE(verdict(day(0, 3)).running);
    EXPECT_TRUE(verdict(day(0, 2)).failed);
    EXPECT_EQ(verdict(day(0, 2)).presence, Presence::kPresent);
    EXPECT_TRUE(verdict(day(0, 4)).failed);
  });
}

TEST_F(PartitionViewTest, ARunGoesOnThoughAnotherCompletes) {
  say("slow", 0, {.type = "START", .minute = 0, .outputs = {day(0, 1)}});
  say("quick", 0, {.minute = 1, .outputs = {day(0, 1)}});
  expect([&] { EXPECT_TRUE(verdict(day(0, 1)).running); });
  say("slow", 0, {.minute = 5});
  expect([&] { EXPECT_FALSE(verdict(day(0, 1)).running); });
}

TEST_F(PartitionViewTest, AFailureThatIsOlderThanTheSuccessIsNone) {
  say("good", 0, {.minute = 5, .outputs = {day(0, 1)}});
  say("bad", 0, {.type = "FAIL", .minute = 2, .outputs = {day(0, 1)}});
  expect([&] { EXPECT_FALSE(verdict(day(0, 1)).failed); });
  say("worse", 0, {.type = "ABORT", .minute = 7, .outputs = {day(0, 1)}});
  expect([&] { EXPECT_TRUE(verdict(day(0, 1)).failed); });
}

TEST_F(PartitionViewTest, ARunThatHadFailedBeforeItCompletedWroteNothing) {
  say("first", 0, {.type = "FAIL", .minute = 1, .outputs = {day(0, 1)}});
  say("second", 0, {.minute = 5, .outputs = {day(0, 1)}});
  EXPECT_EQ(verdict(day(0, 1)).presence, Presence::kPresent);
  EXPECT_FALSE(verdict(day(0, 1)).failed);
  say("second", 0, {.type = "FAIL", .minute = 3});
  expect([&] {
    EXPECT_EQ(verdict(day(0, 1)).presence, Presence::kNone);
    EXPECT_TRUE(verdict(day(0, 1)).failed);
  });
}

TEST_F(PartitionViewTest, WhatIsKnownLateOfARunCountsAsIfItHadBeenKnown) {
  ASSERT_TRUE(decide(mapping(0, 1, R"({"kind":"identity"})")));
  say("up1", 0, {.minute = 0, .outputs = {day(0, 1)}});
  say("up2", 0, {.minute = 5, .outputs = {day(0, 1)}});
  say("down", 1, {.minute = 10, .code = "", .outputs = {day(1, 1)}});
  EXPECT_EQ(verdict(day(1, 1)).freshness, Freshness::kUnknown);
  say("down", 1, {.type = "START", .minute = 3, .code = "1"});
  expect([&] {
    EXPECT_EQ(verdict(day(1, 1)).freshness, Freshness::kStale) << "it began before the second";
    EXPECT_TRUE(verdict(day(1, 1)).inputs);
    EXPECT_FALSE(verdict(day(1, 1)).code);
  });
}

TEST_F(PartitionViewTest, AVersionThatIsKnownLateCounts) {
  ASSERT_TRUE(decide(mapping(0, 1, R"({"kind":"identity"})")));
  say("up1", 0, {.minute = 0, .outputs = {day(0, 1, "v1")}});
  say("down", 1, {.minute = 1, .outputs = {day(1, 1)}});
  say("up2", 0, {.minute = 2, .outputs = {day(0, 1)}});
  EXPECT_EQ(verdict(day(1, 1)).freshness, Freshness::kStale);
  say("up2", 0, {.type = "RUNNING", .minute = 1, .outputs = {day(0, 1, "v1")}});
  expect([&] { EXPECT_EQ(verdict(day(1, 1)).freshness, Freshness::kCurrent); });
  say("up2", 0, {.type = "START", .minute = 1, .outputs = {day(0, 1)}});
  expect([&] {
    EXPECT_EQ(verdict(day(1, 1)).freshness, Freshness::kCurrent) << "silence takes nothing back";
  });
}

// ---- code --------------------------------------------------------------------------------------

TEST_F(PartitionViewTest, TheCodeOfNowIsThatOfTheLatestEvent) {
  say("r1", 0, {.minute = 0, .code = "1", .outputs = {day(0, 1)}});
  say("r2", 0, {.minute = 9, .code = "1", .outputs = {day(0, 2)}});
  say("r3", 0, {.minute = 4, .code = "2", .outputs = {day(0, 3)}});
  expect([&] {
    EXPECT_EQ(verdict(day(0, 1)).freshness, Freshness::kCurrent);
    EXPECT_TRUE(verdict(day(0, 3)).code) << "it came late, of other code";
    EXPECT_TRUE(changes().empty());
  });
  say("r4", 0, {.minute = 10, .code = "2", .outputs = {day(0, 4)}});
  expect([&] {
    EXPECT_TRUE(verdict(day(0, 1)).code);
    EXPECT_EQ(verdict(day(0, 3)).freshness, Freshness::kCurrent);
    EXPECT_EQ(changes().size(), 1u);
  });
}

// ---- mappings ----------------------------------------------------------------------------------

TEST_F(PartitionViewTest, ATableThatIsMergedIntoItselfIsNoCycle) {
  say("r1", 0, {.inputs = {day(0, 1)}, .outputs = {day(0, 1)}});
  say("r2", 0, {.minute = 1, .inputs = {day(0, 1)}, .outputs = {day(0, 2)}});
  say("r3", 0, {.minute = 2, .inputs = {day(0, 2)}, .outputs = {day(0, 3)}});
  expect([&] {
    ASSERT_EQ(edges(0), 1u);
    const planner::Mapping& found =
        world_.planner().state()->segment(world_.number(0)).in[0].reads->mapping();
    EXPECT_EQ(found.kind, planner::MappingKind::kWindow);
    EXPECT_EQ(found.from, -1);
    EXPECT_EQ(found.to, -1);
  });
}

TEST_F(PartitionViewTest, OnlyACycleThatCannotBeLeavesNoMapping) {
  say("r1", 0, {.inputs = {day(0, 1)}, .outputs = {day(0, 1)}});
  expect([&] { EXPECT_EQ(edges(0), 0u); });
}

TEST_F(PartitionViewTest, AMappingThatWasDeclaredTooEarlyWaitsForItsSpaces) {
  ASSERT_TRUE(decide(mapping(0, 1, R"({"kind":"window","from":-1,"to":0})")));
  say("up", 0, {.outputs = {day(0, 1)}});
  EXPECT_EQ(edges(1), 0u) << "days above, one partition below";
  world_.restart();
  say("down", 1, {.minute = 1, .outputs = {day(1, 1)}});
  expect([&] {
    ASSERT_EQ(edges(1), 1u);
    EXPECT_EQ(verdict(day(0, 1)).presence, Presence::kPresent);
  });
}

TEST_F(PartitionViewTest, TheMappingThatMostRunsAgreeWithIsInForce) {
  const auto kind = [&] {
    return world_.planner().state()->segment(world_.number(1)).in.at(0).reads->mapping().kind;
  };
  say("r1", 1, {.inputs = {day(0, 1)}, .outputs = {day(1, 1)}});
  EXPECT_EQ(kind(), planner::MappingKind::kIdentity);
  say("r2", 1, {.minute = 2, .inputs = {day(0, 1)}, .outputs = {day(1, 2)}});
  EXPECT_EQ(kind(), planner::MappingKind::kIdentity) << "of equal ones the first";
  say("r3", 1, {.minute = 3, .inputs = {day(0, 2)}, .outputs = {day(1, 3)}});
  expect([&] { EXPECT_EQ(kind(), planner::MappingKind::kWindow); });
  ASSERT_TRUE(decide(mapping(0, 1, R"({"kind":"all"})")));
  expect([&] { EXPECT_EQ(kind(), planner::MappingKind::kAll); });
  say("r4", 1, {.minute = 4, .inputs = {day(0, 4)}, .outputs = {day(1, 4)}});
  ASSERT_TRUE(decide(mapping(0, 1, "null")));
  expect([&] {
    EXPECT_EQ(kind(), planner::MappingKind::kWindow);
    const auto document =
        planner::decode_mapping(documents(planner::DocumentKind::kMapping).at(0).body);
    EXPECT_EQ(document.runs, 3u) << "what is declared is not learned";
  });
}

TEST_F(PartitionViewTest, ARunIsEvidenceOnceHoweverOftenItIsTold) {
  const Say all{.minute = 1, .inputs = {day(0, 1)}, .outputs = {day(1, 1)}};
  say("r1", 1, all);
  for (const char* type : {"START", "RUNNING", "OTHER"}) {
    Say again = all;
    again.type = type;
    again.minute = 0;
    say("r1", 1, again);
  }
  const auto document =
      planner::decode_mapping(documents(planner::DocumentKind::kMapping).at(0).body);
  EXPECT_EQ(document.runs, 1u);
  ASSERT_EQ(document.candidates.size(), 1u);
  EXPECT_EQ(document.candidates[0].seen, 1u);
}

TEST_F(PartitionViewTest, MappingsThatCannotBeAreRefused) {
  const ErrorCode invalid = ErrorCode::kInvalidArgument;
  EXPECT_EQ(refused(mapping(0, 0, R"({"kind":"identity"})")), invalid) << "not known at all";
  say("r1", 0, {.outputs = {day(0, 1)}});
  say("r2", 1, {.outputs = {day(1, 1)}});
  EXPECT_EQ(refused(mapping(0, 0, R"({"kind":"all"})")), invalid);
  ASSERT_TRUE(decide(mapping(0, 1, R"({"kind":"identity"})")));
  EXPECT_EQ(refused(mapping(1, 0, R"({"kind":"identity"})")), invalid);
  EXPECT_EQ(refused(mapping(0, 1, R"({"kind":"rollup","from":2,"to":1})")), invalid);
  EXPECT_EQ(refused(mapping(0, 1, R"({"kind":"window","from":-9999999,"to":1})")),
            ErrorCode::kLimitExceeded);
  EXPECT_EQ(refused(mapping(0, 1, R"("identity")")), invalid);
  EXPECT_EQ(refused(R"("decision":"planner.put_mapping","author":"ann","mapping":null)"),
            ErrorCode::kNotFound);
  expect([&] { EXPECT_EQ(edges(1), 1u); });
}

// ---- decisions ---------------------------------------------------------------------------------

TEST_F(PartitionViewTest, EveryDecisionNeedsAnAuthorAndAKindThatIsKnown) {
  EXPECT_EQ(refused(R"("decision":"planner.put_space","space":{})"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused(R"("decision":"planner.decide","author":"")"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused(R"("decision":"planner.decide","author":")" + std::string(201, 'a') + "\""),
            ErrorCode::kLimitExceeded);
  EXPECT_EQ(refused(R"("decision":"planner.decide","author":"a","reason":")" +
                    std::string(2001, 'a') + "\""),
            ErrorCode::kLimitExceeded);
  EXPECT_EQ(refused(R"("decision":"planner.guess","author":"a")"), ErrorCode::kInvalidArgument);
}

TEST_F(PartitionViewTest, SpacesThatCannotBeAreRefused) {
  EXPECT_EQ(refused(R"("decision":"planner.put_space","author":"a","dataset":{"namespace":"x",)"
                    R"("name":"y"},"space":{"dimensions":[]})"),
            ErrorCode::kNotFound);
  EXPECT_EQ(refused(space(0, R"({"dimensions":{}})")), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused(space(0, "null")), ErrorCode::kNotFound) << "nothing is declared";
  say("r1", 0, {.outputs = {day(0, 1)}});
  say("r2", 1, {.minute = 1, .inputs = {day(0, 1)}, .outputs = {day(1, 1)}});
  EXPECT_EQ(refused(space(0, R"({"dimensions":[{"name":"date","kind":"time",)"
                             R"("granularity":"hour"}]})")),
            ErrorCode::kInvalidArgument)
      << "the granularity stays";
  ASSERT_TRUE(decide(space(2, R"({"dimensions":[]})")));
  ASSERT_TRUE(decide(mapping(2, 3, R"({"kind":"identity"})")));
  EXPECT_EQ(refused(space(2, R"({"dimensions":[{"name":"date","kind":"time",)"
                             R"("granularity":"day"}]})")),
            ErrorCode::kInvalidArgument)
      << "a mapping does not allow it";
}

TEST_F(PartitionViewTest, DecisionsThatMakeNoSenseAreRefused) {
  const ErrorCode invalid = ErrorCode::kInvalidArgument;
  say("r1", 0, {.code = "1", .outputs = {day(0, 1)}});
  say("r2", 0, {.minute = 1, .code = "2", .outputs = {day(0, 2)}});
  const std::int64_t code = documents(planner::DocumentKind::kChange).at(0).a;
  say("r3", 0, {.minute = 2, .code = "2", .outputs = {day(0, 2)}});
  const auto data = documents(planner::DocumentKind::kChange).at(1);
  const std::string of = named("dataset", 0);
  EXPECT_EQ(refused(verdict_on(code + 999, R"("verdict":"immaterial")")), ErrorCode::kNotFound);
  EXPECT_EQ(refused(verdict_on(code, R"("verdict":"immaterial")", 5)), ErrorCode::kNotFound);
  EXPECT_EQ(refused(verdict_on(code, R"("verdict":"maybe")")), invalid);
  EXPECT_EQ(refused(verdict_on(code, R"("verdict":"forward_only")")), invalid) << "from where?";
  EXPECT_EQ(refused(verdict_on(code, R"("verdict":"forward_only","from":"2026-10-02")")), invalid)
      << "of which dataset?";
  EXPECT_EQ(refused(verdict_on(code, R"("verdict":"defer","until":"soon")")), invalid);
  EXPECT_EQ(refused(verdict_on(code, R"("verdict":"immaterial","first":"2026-10-02")")), invalid);
  EXPECT_EQ(refused(verdict_on(code, R"("verdict":"immaterial","first":"2026-10-02",)"
                                     R"("last":"2026-10-01",)" +
                                         of)),
            invalid);
  EXPECT_EQ(refused(verdict_on(code, R"("verdict":"immaterial","first":"today",)" + of)), invalid);
  EXPECT_EQ(refused(verdict_on(code, R"("verdict":"immaterial",)" + named("dataset", 5))),
            ErrorCode::kNotFound)
      << "a dataset without partitions";
  EXPECT_EQ(refused(verdict_on(data.a, R"("verdict":"defer")", data.b)), invalid);
  EXPECT_EQ(refused(verdict_on(data.a, R"("verdict":"immaterial",)" + of, data.b)), invalid);
  EXPECT_EQ(
      refused(R"("decision":"planner.revoke","author":"a","revokes":)" + std::to_string(code)),
      ErrorCode::kNotFound);
  const auto taken = decide(verdict_on(code, R"("verdict":"immaterial")"));
  ASSERT_TRUE(taken);
  const std::string revoke =
      R"("decision":"planner.revoke","author":"a","revokes":)" + std::to_string(taken->seq.value);
  ASSERT_TRUE(decide(revoke));
  EXPECT_EQ(refused(revoke), ErrorCode::kConflict);
}

TEST_F(PartitionViewTest, DecisionsOnCodeHoldWhereTheyWereTaken) {
  for (int i = 1; i <= 4; ++i) {
    say("r" + std::to_string(i), 0, {.minute = i, .code = "1", .outputs = {day(0, i)}});
  }
  say("new", 0, {.minute = 9, .code = "2", .outputs = {day(0, 5)}});
  const std::int64_t change = documents(planner::DocumentKind::kChange).at(0).a;
  const auto stale = [&] {
    std::string out;
    for (int i = 1; i <= 5; ++i) {
      if (verdict(day(0, i)).freshness == Freshness::kStale) out += std::to_string(i);
    }
    return out;
  };
  EXPECT_EQ(stale(), "1234");
  const std::string of = named("dataset", 0);
  ASSERT_TRUE(decide(verdict_on(
      change, R"("verdict":"immaterial","first":"2026-10-02","last":"2026-10-03",)" + of)));
  expect([&] { EXPECT_EQ(stale(), "14"); });
  ASSERT_TRUE(decide(verdict_on(change, R"("verdict":"forward_only","from":"2026-10-04",)" + of)));
  expect([&] { EXPECT_EQ(stale(), "4") << "in place of the one before"; });
  ASSERT_TRUE(decide(verdict_on(change, R"("verdict":"material")")));
  expect([&] { EXPECT_EQ(stale(), "1234"); });
  const auto taken = decide(verdict_on(change, R"("verdict":"immaterial")"));
  expect([&] { EXPECT_EQ(stale(), ""); });
  ASSERT_TRUE(decide(R"("decision":"planner.revoke","author":"a","revokes":)" +
                     std::to_string(taken->seq.value)));
  expect([&] { EXPECT_EQ(stale(), "1234") << "undecided, and not as decided before"; });
}

TEST_F(PartitionViewTest, WhatIsDeferredIsSoUntilItsMoment) {
  say("r1", 0, {.code = "1", .outputs = {day(0, 1)}});
  say("r2", 0, {.minute = 1, .code = "2", .outputs = {day(0, 2)}});
  const std::int64_t change = documents(planner::DocumentKind::kChange).at(0).a;
  ASSERT_TRUE(decide(verdict_on(change, R"("verdict":"defer","until":"2026-10-07T00:00:00Z")")));
  const Micros until = model::parse_time("2026-10-07T00:00:00Z")->micros;
  expect([&] {
    const auto state = world_.planner().state();
    const auto place = *state->segment(world_.number(0)).space->find(day(0, 1).key);
    for (const auto& [now, deferred] : {std::pair(until - 1, true), std::pair(until, false)}) {
      const auto staleness = planner::Staleness::compute(state, now, {});
      EXPECT_EQ(staleness->verdict(world_.number(0), place).deferred, deferred);
      EXPECT_EQ(staleness->counts(world_.number(0)).deferred, deferred ? 1u : 0u);
    }
  });
}

TEST_F(PartitionViewTest, AChangeOfDataIsWhatNothingKnownAskedFor) {
  ASSERT_TRUE(decide(mapping(0, 1, R"({"kind":"identity"})")));
  say("u1", 0, {.minute = 0, .outputs = {day(0, 1, "a")}});
  say("d1", 1, {.minute = 1, .outputs = {day(1, 1, "x")}});
  say("u2", 0, {.minute = 2, .outputs = {day(0, 1, "a")}});
  EXPECT_TRUE(changes().empty()) << "the same came out";
  say("u3", 0, {.minute = 3, .outputs = {day(0, 1, "b")}});
  ASSERT_EQ(changes().size(), 1u);
  EXPECT_TRUE(changes()[0].data);
  EXPECT_EQ(changes()[0].dataset, world_.number(0));
  say("d2", 1, {.minute = 4, .outputs = {day(1, 1, "y")}});
  EXPECT_EQ(changes().size(), 1u) << "its input had changed";
  say("d3", 1, {.minute = 5, .code = "2", .outputs = {day(1, 1, "z")}});
  EXPECT_EQ(changes().size(), 2u) << "its code had, and that is the change";
  EXPECT_FALSE(changes()[1].data);
  say("d0", 1, {.minute = 0, .code = "", .outputs = {day(1, 1, "w")}});
  EXPECT_EQ(changes().size(), 2u) << "replaced long ago";
}

TEST_F(PartitionViewTest, DataThatWasCalledEqualStaysSoWheneverItComes) {
  ASSERT_TRUE(decide(mapping(0, 1, R"({"kind":"identity"})")));
  say("u1", 0, {.minute = 0, .outputs = {day(0, 1, "a")}});
  say("d1", 1, {.minute = 1, .outputs = {day(1, 1)}});
  const auto freshness = [&] { return verdict(day(1, 1)).freshness; };
  say("u2", 0, {.minute = 2, .outputs = {day(0, 1, "b")}});
  EXPECT_EQ(freshness(), Freshness::kStale);
  const auto first = documents(planner::DocumentKind::kChange).at(0);
  const auto one = decide(verdict_on(first.a, R"("verdict":"immaterial")", first.b));
  ASSERT_TRUE(one);
  expect([&] { EXPECT_EQ(freshness(), Freshness::kCurrent); });
  say("u3", 0, {.minute = 3, .outputs = {day(0, 1, "b")}});
  expect([&] {
    EXPECT_EQ(freshness(), Freshness::kCurrent) << "the same content once more";
    EXPECT_EQ(changes().size(), 1u);
  });
  say("u4", 0, {.minute = 4, .outputs = {day(0, 1, "c")}});
  EXPECT_EQ(freshness(), Freshness::kStale);
  const auto second = documents(planner::DocumentKind::kChange).at(1);
  ASSERT_TRUE(decide(verdict_on(second.a, R"("verdict":"immaterial")", second.b)));
  expect([&] { EXPECT_EQ(freshness(), Freshness::kCurrent) << "a is b is c"; });
  ASSERT_TRUE(decide(R"("decision":"planner.revoke","author":"a","revokes":)" +
                     std::to_string(one->seq.value)));
  expect([&] { EXPECT_EQ(freshness(), Freshness::kStale) << "b is c, and a is neither"; });
}

}  // namespace
}  // namespace headwater::tests::partitions
