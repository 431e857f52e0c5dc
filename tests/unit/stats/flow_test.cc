#include <gtest/gtest.h>

#include "stats/sunburst.h"
#include "stats/waste.h"
#include "tests/support/cost_world.h"

namespace headwater::stats {
namespace {

using model::EdgeKind;
using tests::CostWorld;
using tests::must;

constexpr std::int64_t kRuns = model::kMicro;

// raw -> load -> clean -> report -> mart
class FlowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    raw = world.dataset("raw");
    clean = world.dataset("clean");
    mart = world.dataset("mart");
    ingest = world.job("ingest");
    load = world.job("load");
    report = world.job("report");
    ada = world.consumer("user:ada");
    board = world.consumer("dashboard:board");
    world.writes(ingest, raw);
    world.reads(load, raw);
    world.writes(load, clean);
    world.reads(report, clean);
    world.writes(report, mart);
  }
  void book_all() {
    world.publish_graph();
    world.book(Seq{1}, 10, ingest, raw, 100, kRuns);
    world.book(Seq{2}, 10, load, clean, 50, kRuns);
    world.book(Seq{3}, 10, report, mart, 7, kRuns);
  }
  std::string inherited(std::vector<Dimension> by, std::size_t max_work = 1000) {
    SunburstQuestion question;
    question.by = std::move(by);
    question.costs.view = CostView::kInherited;
    question.costs.max_work = max_work;
    const auto drawn = sunburst(world.ground(), question);
    if (!drawn) return drawn.error().message;
    std::string out;
    for (std::uint32_t i = 1; i <= drawn->arcs[0].count; ++i) {
      const Arc& arc = drawn->arcs[i];
      out += display_name(world.graph.snapshot(), arc.name) + "=" + std::to_string(arc.value) + " ";
    }
    return out;
  }

  CostWorld world;
  NodeId raw, clean, mart, ingest, load, report, ada, board;
};

TEST_F(FlowTest, WhatNobodyUsesFurtherHasAllThatIsUpstream) {
  book_all();
  EXPECT_EQ(inherited({Dimension::kDataset}), "mart=157 ");
  EXPECT_EQ(inherited({Dimension::kConsumer}), "(not used)=157 ");
  EXPECT_EQ(inherited({Dimension::kJob}), "ingest=100 load=50 report=7 ");
}

TEST_F(FlowTest, UseCountsAsMuchAsRuns) {
  book_all();
  world.use(raw, ada, 4);     // and one run of load: a fifth goes on
  world.use(mart, board, 1);  // the only user
  EXPECT_EQ(inherited({Dimension::kConsumer}), "user:ada=80 dashboard:board=77 ");
  EXPECT_EQ(inherited({Dimension::kDataset}), "raw=80 mart=77 ");
}

TEST_F(FlowTest, AJobThatDidNotRunIsNoUser) {
  world.publish_graph();
  world.book(Seq{1}, 10, ingest, raw, 100, kRuns);
  world.book(Seq{2}, 10, load, clean, 50, kRuns);
  EXPECT_EQ(inherited({Dimension::kDataset}), "clean=150 ");
}

TEST_F(FlowTest, AnExplicitFlowNamesWhereTheDataGoes) {
  const NodeId side = world.dataset("side");
  world.reads(load, side);
  world.edge(load, mart, EdgeKind::kWritesScoped);
  world.edge(side, mart, EdgeKind::kFlow, load);
  book_all();
  world.book(Seq{4}, 10, ingest, side, 1000, 0);
  // Of side, half goes to clean and half at once to mart; in the end all is with mart.
  EXPECT_EQ(inherited({Dimension::kDataset}), "mart=1157 ");
  world.use(clean, ada, 1);  // half of what clean has
  EXPECT_EQ(inherited({Dimension::kConsumer}), "(not used)=832 user:ada=325 ");
}

TEST_F(FlowTest, ACycleHandsDownByItsExitsTogether) {
  world.reads(load, clean);  // load reads what it writes
  const NodeId back = world.job("back");
  world.reads(back, mart);
  world.writes(back, raw);
  book_all();
  world.book(Seq{4}, 10, back, raw, 43, kRuns);
  // All three are in one cycle that nobody uses: everything stays where it is.
  EXPECT_EQ(inherited({Dimension::kDataset}), "raw=143 clean=50 mart=7 ");
  world.use(clean, ada, 1);
  EXPECT_EQ(inherited({Dimension::kConsumer}), "user:ada=200 ");
}

TEST_F(FlowTest, WhatHasNoOutputOrNoJobStaysExplicit) {
  book_all();
  world.book(Seq{4}, 10, report, NodeId{}, 5, 0);
  world.book(Seq{5}, 10, NodeId{}, NodeId{}, 3, 0);
  world.book(Seq{6}, 10, NodeId{}, raw, 2, 0);
  EXPECT_EQ(inherited({Dimension::kDataset}), "mart=159 (no output)=8 ");
  EXPECT_EQ(inherited({Dimension::kJob}), "ingest=100 load=50 report=12 (unattributed)=5 ");
}

TEST_F(FlowTest, TooMuchWorkIsAnErrorThatNamesTheLimit) {
  book_all();
  EXPECT_NE(inherited({Dimension::kJob}, 5).find("max_work"), std::string::npos);
}

TEST_F(FlowTest, WasteIsWhatEndsNowhere) {
  const NodeId dead = world.dataset("dead"), deader = world.dataset("deader");
  const NodeId own = world.dataset("own");
  const NodeId bury = world.job("bury"), keep = world.job("keep"), mail = world.job("mail");
  const NodeId mailed = world.dataset("mailed");
  world.reads(bury, dead);
  world.writes(bury, deader);
  world.reads(keep, own);
  world.writes(keep, own);
  world.reads(mail, mailed);  // writes nothing that is known
  book_all();
  world.book(Seq{4}, 10, ingest, dead, 30, 0);
  world.book(Seq{5}, 10, bury, deader, 20, kRuns);
  world.book(Seq{6}, 10, keep, own, 9, kRuns);
  world.book(Seq{7}, 10, mail, NodeId{}, 1, kRuns);
  world.book(Seq{8}, 10, ingest, mailed, 77, 0);
  world.use(mart, ada, 1);
  const Unread found = must(unread(world.ground(), {}));
  EXPECT_EQ(found.total, 100 + 50 + 7 + 30 + 20 + 9 + 1 + 77);
  ASSERT_EQ(found.unread.items.size(), 2u);
  EXPECT_EQ(found.unread.items[0].name.node, deader);
  EXPECT_EQ(found.unread.items[1].name.node, own);  // read only by what writes it
  EXPECT_EQ(found.unread.value, 29);
  ASSERT_EQ(found.feeds_only_unread.items.size(), 1u);
  EXPECT_EQ(found.feeds_only_unread.items[0].name.node, dead);
  EXPECT_EQ(found.feeds_only_unread.value, 30);
}

}  // namespace
}  // namespace headwater::stats
