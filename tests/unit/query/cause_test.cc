#include "query/cause.h"

#include "query/cause_rank.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

using model::kDay;
using model::kHour;
using model::kMinute;
using storage::RunState;

constexpr Micros kMonday = Micros{1'791'158'400} * 1'000'000;  // 2026-10-05T00:00:00Z

std::string code(const std::string& semantic, const std::string& method = "sql") {
  return R"({"semantic":")" + method + ":" + semantic + R"(","method":")" + method + R"("})";
}

// raw -> load -> clean -> report -> mart, each job once a day since day 0.
struct Shop : World {
  NodeId raw = dataset("raw"), clean = dataset("clean"), mart = dataset("mart");
  NodeId load = job("load"), report = job("report");
  Shop() {
    reads(load, raw);
    writes(load, clean);
    reads(report, clean);
    writes(report, mart);
    commit();
  }

  struct Day {
    std::int64_t rows = 1000;
    RunState state = RunState::kCompleted;
    Micros later = 0;
    std::string partition = {};  // empty: that of the day
  };
  // When the run of a day begins: the reports an hour after the loads.
  Micros start(NodeId job, int day) const {
    return kMonday + (day + 1) * kDay + (job == report ? 2 : 1) * kHour;
  }
  storage::RunInfo daily(NodeId job, int day, const Day& what) {
    const Micros begin = start(job, day) + what.later, end = begin + 5 * kMinute;
    const std::string id = (job == load ? "load" : "report") + std::to_string(++count);
    storage::RunInfo info = run(id, job, what.state, begin, end);
    info.nominal_start = kMonday + day * kDay;
    info.nominal_end = info.nominal_start + kDay;
    must(writer().upsert_run(info));
    observe(job, end, info.id);
    const std::string output = job == load ? "clean" : "mart";
    const std::string partition =
        what.partition.empty() ? "p" + std::to_string(100 + day) : what.partition;
    commit(
        what.state != RunState::kCompleted
            ? R"({"eventType":"FAIL","run":{"facets":{"errorMessage":{"message":"no disk\nat x"}}}})"
            : R"({"eventType":"COMPLETE","outputs":[{"namespace":"ns","name":")" + output +
                  R"(","outputFacets":{"outputStatistics":{"rowCount":)" +
                  std::to_string(what.rows) +
                  R"(},"subset":{"outputCondition":{"type":"partition","partitions":[)"
                  R"({"identifier":")" +
                  partition + R"("}]}}}}]})",
        end);
    return info;
  }
  storage::RunInfo daily(NodeId job, int day) { return daily(job, day, Day{}); }
  void days(int from, int to) {
    for (int day = from; day < to; ++day) {
      daily(load, day);
      daily(report, day);
    }
  }
  // Noon after the runs of that day.
  static Micros noon(int day) { return kMonday + (day + 1) * kDay + 12 * kHour; }

  CauseAnswer ask(NodeId node, Micros at, Micros window = 2 * kDay, Seq known = model::kNeverSeq) {
    Session now = session({graph::kLatest, known});
    CauseRequest request;
    request.node = node;
    request.at = at;
    request.window = window;
    return must(find_causes(now, request));
  }
  void change_code(NodeId job, Micros at, const std::string& first = code("a"),
                   const std::string& second = code("b")) {
    attribute(job, "$code", first, kMonday, at);
    attribute(job, "$code", second, at);
    commit();
  }
  int count = 0;
};

const Cause* find(const CauseAnswer& answer, CauseKind kind) {
  for (const Cause& cause : answer.causes) {
    if (cause.kind == kind) return &cause;
  }
  return nullptr;
}

TEST(Cause, NothingHappenedNothingIsNamed) {
  Shop shop;
  shop.days(0, 10);
  const CauseAnswer answer = shop.ask(shop.mart, Shop::noon(9), 8 * kDay);
  EXPECT_TRUE(answer.causes.empty());
  EXPECT_EQ(answer.total, 0u);
  EXPECT_EQ(answer.cut.reason, graph::CutReason::kNone);
  EXPECT_EQ(answer.from, Shop::noon(9) - 8 * kDay);
}

TEST(Cause, CodeChangeIsNamedWithItsPathAndWhy) {
  Shop shop;
  shop.days(0, 10);
  shop.attribute(shop.load, "sourceCodeLocation", R"({"version":"c1"})", 0,
                 shop.start(shop.load, 9));
  shop.attribute(shop.load, "sourceCodeLocation", R"({"version":"c2"})", shop.start(shop.load, 9));
  shop.change_code(shop.load, shop.start(shop.load, 9));
  const CauseAnswer answer = shop.ask(shop.mart, Shop::noon(9));
  ASSERT_EQ(answer.causes.size(), 1u);
  const Cause& cause = answer.causes[0];
  EXPECT_EQ(cause.kind, CauseKind::kCodeVersion);
  EXPECT_EQ(cause.node, shop.load);
  EXPECT_EQ(cause.distance, 2u);
  EXPECT_EQ(cause.at, shop.start(shop.load, 9));
  EXPECT_EQ(cause.path.size(), 3u);
  const Session session = shop.session();
  EXPECT_EQ(session.graph().edge(cause.path.front()).src, shop.load);
  EXPECT_EQ(session.graph().edge(cause.path.back()).dst, shop.mart);
  EXPECT_EQ(cause.evidence.before, "c1");
  EXPECT_EQ(cause.evidence.after, "c2");
  EXPECT_EQ(cause.evidence.runs, std::vector<std::string>{"load19"});
  double product = 1;
  for (const CauseFactor& factor : cause.why) {
    product *= factor.value;
    EXPECT_FALSE(factor.text.empty()) << factor.factor;
  }
  EXPECT_DOUBLE_EQ(cause.score, product);
  EXPECT_TRUE(shop.ask(shop.mart, shop.start(shop.load, 9) - 1).causes.empty()) << "not before it";
  EXPECT_TRUE(shop.ask(shop.clean, Shop::noon(12), kDay).total == 0 ||
              !find(shop.ask(shop.clean, Shop::noon(12), kDay), CauseKind::kCodeVersion))
      << "nor when the window has passed it";
  EXPECT_FALSE(find(shop.ask(shop.raw, Shop::noon(9)), CauseKind::kCodeVersion)) << "nor upstream";
}

TEST(Cause, WhatIsNoChangeOfCodeIsNotNamed) {
  Shop shop;
  shop.days(0, 10);
  const Micros when = shop.start(shop.load, 9);
  // Another text and commit, the same code.
  shop.attribute(shop.load, "sql", R"({"query":"SELECT 1"})", 0, when);
  shop.attribute(shop.load, "sql", R"({"query":"-- one\nSELECT 1"})", when);
  shop.attribute(shop.load, "$code", code("a"), kMonday, when);
  shop.attribute(shop.load, "$code", code("a"), when);
  // The first version there ever was; and one that was found in another way.
  shop.attribute(shop.report, "$code", code("x"), when);
  shop.attribute(shop.report, "$code", code("x", "location"), when + kHour);
  shop.commit();
  EXPECT_TRUE(shop.ask(shop.mart, Shop::noon(9)).causes.empty());
}

TEST(Cause, SchemaCountsWhereFieldsComeGoOrChangeTheirType) {
  Shop shop;
  shop.days(0, 10);
  const auto change = [&](NodeId node, const std::string& before, const std::string& after) {
    shop.attribute(node, "schema", R"({"fields":[)" + before + "]}", 0, Shop::noon(8));
    shop.attribute(node, "schema", R"({"fields":[)" + after + "]}", Shop::noon(8));
    shop.commit();
  };
  change(shop.raw, R"({"name":"a","type":"INT"},{"name":"b","type":"DATE"})",
         R"({"name":"a","type":"STRING"})");
  change(shop.clean, R"({"name":"a","type":"INT"})",
         R"({"name":"a","type":"INT","description":"the a"})");
  change(shop.mart, R"({"name":"a"})", R"({"name":"a","type":"INT"},{"name":"c"})");
  const CauseAnswer answer = shop.ask(shop.mart, Shop::noon(9));
  ASSERT_EQ(answer.causes.size(), 2u);
  EXPECT_EQ(answer.causes[0].node, shop.raw) << "what only gained fields is weaker, though nearer";
  EXPECT_EQ(answer.causes[0].evidence.before, "a INT, b DATE");
  EXPECT_EQ(answer.causes[0].evidence.after, "a STRING");
  EXPECT_NE(answer.causes[0].summary.find("lost b and changed the type of a"), std::string::npos)
      << answer.causes[0].summary;
  EXPECT_EQ(answer.causes[1].node, shop.mart);
  EXPECT_EQ(answer.causes[1].evidence.after, "c");
}

TEST(Cause, VolumeJumpDownstreamOfNewCodeIsItsSymptom) {
  Shop shop;
  shop.days(0, 10);
  shop.change_code(shop.load, shop.start(shop.load, 10));
  shop.daily(shop.load, 10, {50});
  shop.daily(shop.report, 10, {40});
  const CauseAnswer answer = shop.ask(shop.mart, Shop::noon(10));
  ASSERT_EQ(answer.causes.size(), 3u);
  EXPECT_EQ(answer.causes[0].kind, CauseKind::kCodeVersion) << answer.causes[0].summary;
  EXPECT_EQ(answer.causes[0].masks, (std::vector<std::size_t>{2, 3}));
  for (std::size_t i = 1; i < 3; ++i) {
    const Cause& symptom = answer.causes[i];
    EXPECT_EQ(symptom.kind, CauseKind::kVolumeJump);
    EXPECT_EQ(symptom.why.back().factor, "symptom");
    EXPECT_LT(symptom.score, answer.causes[0].score);
  }
  // Alone, the nearer jump is the symptom of the farther one.
  Shop plain;
  plain.days(0, 10);
  plain.daily(plain.load, 10, {50});
  plain.daily(plain.report, 10, {40});
  const CauseAnswer jumps = plain.ask(plain.mart, Shop::noon(10));
  ASSERT_EQ(jumps.causes.size(), 2u);
  EXPECT_EQ(jumps.causes[0].node, plain.clean);
  EXPECT_EQ(jumps.causes[1].node, plain.mart);
  EXPECT_EQ(jumps.causes[1].why.back().factor, "symptom");
}

TEST(Cause, OfOneEventTheCodeExplainsTheSchema) {
  Shop shop;
  shop.days(0, 10);
  const Micros when = shop.start(shop.load, 9);
  shop.change_code(shop.load, when);
  shop.attribute(shop.clean, "schema", R"({"fields":[{"name":"a"},{"name":"b"}]})", 0, when);
  shop.attribute(shop.clean, "schema", R"({"fields":[{"name":"a"}]})", when);
  shop.commit();
  const CauseAnswer answer = shop.ask(shop.mart, Shop::noon(9));
  ASSERT_EQ(answer.causes.size(), 2u);
  EXPECT_EQ(answer.causes[0].kind, CauseKind::kCodeVersion);
  EXPECT_EQ(answer.causes[0].masks, std::vector<std::size_t>{2});
  EXPECT_EQ(answer.causes[1].kind, CauseKind::kSchemaChange);
}

TEST(Cause, LaterChangeUpstreamExplainsNothingBeforeIt) {
  Shop shop;
  shop.days(0, 10);
  shop.daily(shop.load, 10);
  shop.daily(shop.report, 10, {40});
  shop.change_code(shop.load, Shop::noon(10) - kHour);
  const CauseAnswer answer = shop.ask(shop.mart, Shop::noon(10));
  ASSERT_EQ(answer.causes.size(), 2u);
  EXPECT_TRUE(answer.causes[0].masks.empty());
  EXPECT_EQ(find(answer, CauseKind::kVolumeJump)->why.size(), 4u);
}

TEST(Cause, RecoveredFailureRanksBelowARealCause) {
  Shop shop;
  shop.days(0, 10);
  shop.change_code(shop.load, shop.start(shop.load, 9));
  shop.daily(shop.load, 10);
  shop.daily(shop.report, 10, {0, RunState::kFailed});
  CauseAnswer answer = shop.ask(shop.mart, Shop::noon(10));
  ASSERT_EQ(answer.causes.size(), 2u);
  const double unrecovered = find(answer, CauseKind::kRunFailed)->score;
  EXPECT_EQ(find(answer, CauseKind::kRunFailed)->evidence.after, "no disk");
  shop.daily(shop.report, 10, {1000, RunState::kCompleted, 10 * kMinute});
  answer = shop.ask(shop.mart, Shop::noon(10));
  ASSERT_EQ(answer.causes.size(), 2u);
  EXPECT_EQ(answer.causes[0].kind, CauseKind::kCodeVersion);
  EXPECT_EQ(answer.causes[1].kind, CauseKind::kRunFailed);
  EXPECT_TRUE(answer.causes[1].until);
  EXPECT_LT(answer.causes[1].score, unrecovered / 4);
}

TEST(Cause, StoppedJobIsMissingAndTheJobAfterItOnlyWaits) {
  Shop shop;
  shop.days(0, 10);
  shop.days(11, 11);
  const NodeId other = shop.job("other");
  shop.run("heard", other, RunState::kCompleted, Shop::noon(11));
  shop.commit("{}", Shop::noon(11));
  const CauseAnswer answer = shop.ask(shop.mart, Shop::noon(11), 2 * kDay);
  ASSERT_EQ(answer.causes.size(), 2u);
  EXPECT_EQ(answer.causes[0].kind, CauseKind::kRunMissing);
  EXPECT_EQ(answer.causes[0].node, shop.load);
  EXPECT_EQ(answer.causes[0].masks, std::vector<std::size_t>{2});
  EXPECT_EQ(answer.causes[1].node, shop.report);
  EXPECT_NE(answer.causes[0].why[3].text.find("learned from 9 intervals"), std::string::npos)
      << answer.causes[0].why[3].text;
}

TEST(Cause, OldPartitionWrittenAgainIsNamedAtItsDataset) {
  Shop shop;
  shop.days(0, 10);
  const Micros now = Shop::noon(9);
  const auto again = shop.daily(
      shop.load, 3, {1000, RunState::kCompleted, now - kHour - shop.start(shop.load, 3), "p103"});
  const CauseAnswer answer = shop.ask(shop.mart, now);
  ASSERT_EQ(answer.causes.size(), 1u) << "and it is not a late run";
  EXPECT_EQ(answer.causes[0].kind, CauseKind::kPartitionRewritten);
  EXPECT_EQ(answer.causes[0].node, shop.clean);
  EXPECT_EQ(answer.causes[0].evidence.runs, std::vector<std::string>{again.run_id});
  EXPECT_EQ(answer.causes[0].evidence.after, "p103");
}

TEST(Cause, PartitionOlderThanTheHistoryThatIsReadIsFound) {
  Shop shop;
  for (int day = 0; day < 90; ++day) shop.daily(shop.load, day);
  const Micros now = Shop::noon(89), hour_ago = now - kHour;
  shop.daily(shop.load, 1, {1000, RunState::kCompleted, hour_ago - shop.start(shop.load, 1)});
  const CauseAnswer answer = shop.ask(shop.clean, now);
  ASSERT_EQ(answer.causes.size(), 1u);
  EXPECT_EQ(answer.causes[0].kind, CauseKind::kPartitionRewritten);
  EXPECT_EQ(answer.causes[0].evidence.after, "p101");
  // An interval that nobody did before is a first writing.
  shop.daily(shop.load, -5, {1000, RunState::kCompleted, hour_ago - shop.start(shop.load, -5)});
  const CauseAnswer both = shop.ask(shop.clean, now);
  ASSERT_EQ(both.causes.size(), 1u);
  EXPECT_EQ(both.causes[0].evidence.after, "p101");
}

TEST(Cause, WhatWasNotKnownYetIsNotNamed) {
  Shop shop;
  shop.days(0, 10);
  const Seq before{shop.next_seq().value - 1};
  shop.daily(shop.load, 10, {50});
  shop.change_code(shop.report, shop.start(shop.report, 9));
  EXPECT_EQ(shop.ask(shop.mart, Shop::noon(10)).total, 2u);
  EXPECT_EQ(shop.ask(shop.mart, Shop::noon(10), 2 * kDay, before).total, 0u);
  // A run that was known to run, and whose end came later.
  storage::RunInfo slow =
      shop.run("slow", shop.report, RunState::kRunning, shop.start(shop.report, 10));
  slow.nominal_start = kMonday + 10 * kDay;
  slow.nominal_end = slow.nominal_start + kDay;
  must(shop.writer().upsert_run(slow));
  shop.observe(shop.report, slow.started_at, slow.id);
  const Seq running = shop.commit(R"({"eventType":"START"})", slow.started_at);
  slow.state = RunState::kFailed;
  slow.ended_at = slow.started_at + kMinute;
  slow.updated = shop.next_seq();
  must(shop.writer().upsert_run(slow));
  shop.observe(shop.report, slow.ended_at, slow.id);
  shop.commit(R"({"eventType":"FAIL"})", slow.ended_at);
  EXPECT_TRUE(find(shop.ask(shop.mart, Shop::noon(10)), CauseKind::kRunFailed));
  EXPECT_FALSE(find(shop.ask(shop.mart, Shop::noon(10), 2 * kDay, running), CauseKind::kRunFailed));
}

TEST(Cause, WhatTheChangeItselfCutOffIsStillFound) {
  Shop shop;
  shop.days(0, 10);
  const NodeId feed = shop.job("feed");
  shop.writes(feed, shop.raw, 0, Shop::noon(9) - kHour);
  shop.commit();
  shop.change_code(feed, Shop::noon(9) - kHour);
  const CauseAnswer answer = shop.ask(shop.mart, Shop::noon(9));
  ASSERT_EQ(answer.causes.size(), 1u);
  EXPECT_EQ(answer.causes[0].node, feed);
  EXPECT_EQ(answer.causes[0].path.size(), 5u);
}

TEST(Cause, EveryLimitSaysThatItCut) {
  Shop shop;
  shop.days(0, 10);
  shop.change_code(shop.load, shop.start(shop.load, 9));
  shop.change_code(shop.report, shop.start(shop.report, 9));
  const auto ask = [&](const std::function<void(CauseRequest&)>& bound) {
    Session now = shop.session();
    CauseRequest request;
    request.node = shop.mart;
    request.at = Shop::noon(9);
    bound(request);
    return must(find_causes(now, request));
  };
  CauseAnswer answer = ask([](CauseRequest& r) { r.depth = 1; });
  EXPECT_EQ(answer.cut.reason, graph::CutReason::kMaxDistance);
  EXPECT_EQ(answer.cut.limit, 1u);
  EXPECT_EQ(answer.total, 1u);
  answer = ask([](CauseRequest& r) { r.max_nodes = 3; });
  EXPECT_EQ(answer.cut.reason, graph::CutReason::kMaxNodes);
  answer = ask([](CauseRequest& r) { r.max_runs = 15; });
  EXPECT_EQ(answer.cut.reason, graph::CutReason::kMaxRuns);
  EXPECT_EQ(answer.cut.limit, 15u);
  EXPECT_EQ(answer.cut.frontier, 1u) << "the nearer job was read";
  answer = ask([](CauseRequest& r) { r.max_runs = 20; });
  EXPECT_EQ(answer.cut.reason, graph::CutReason::kNone);
  answer = ask([](CauseRequest& r) { r.limit = 1; });
  EXPECT_EQ(answer.causes.size(), 1u);
  EXPECT_EQ(answer.total, 2u);
  Session now = shop.session();
  CauseRequest stopped;
  stopped.node = shop.mart;
  stopped.at = Shop::noon(9);
  stopped.cancelled = [] { return true; };
  EXPECT_FALSE(find_causes(now, stopped));
}

TEST(Cause, SameQuestionSameAnswerAndCycleEnds) {
  Shop shop;
  const NodeId loop = shop.job("loop");
  shop.reads(loop, shop.mart);
  shop.writes(loop, shop.raw);
  shop.commit();
  shop.days(0, 10);
  for (const NodeId job : {shop.load, shop.report, loop}) {
    shop.change_code(job, shop.start(shop.load, 9));
  }
  shop.daily(shop.load, 10, {10});
  shop.daily(shop.report, 10, {10});
  const CauseAnswer first = shop.ask(shop.mart, Shop::noon(10));
  const CauseAnswer second = shop.ask(shop.mart, Shop::noon(10));
  ASSERT_EQ(first.total, 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(first.causes[i].summary, second.causes[i].summary);
    EXPECT_EQ(first.causes[i].score, second.causes[i].score);
    if (i > 0) {
      EXPECT_LE(first.causes[i].score, first.causes[i - 1].score);
    }
  }
}

}  // namespace
}  // namespace headwater::query
