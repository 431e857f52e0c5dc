#include "stats/sunburst.h"

#include <gtest/gtest.h>

#include "stats/series.h"
#include "tests/support/cost_world.h"

namespace headwater::stats {
namespace {

using tests::CostWorld;
using tests::must;

class SunburstTest : public ::testing::Test {
 protected:
  void SetUp() override {
    load = world.job("load");
    report = world.job("report", "reports");
    raw = world.dataset("raw");
    mart = world.dataset("mart");
    ada = world.consumer("user:ada");
    board = world.consumer("dashboard:board");
    world.publish_graph();
  }
  // "name=value" of the parts of an arc, and of its other.
  std::string parts(const Sunburst& drawn, const Arc& arc) {
    std::string out;
    for (std::uint32_t i = arc.first; i < arc.first + arc.count; ++i) {
      out += display_name(world.graph.snapshot(), drawn.arcs[i].name) + "=" +
             std::to_string(drawn.arcs[i].value) + " ";
    }
    if (arc.others == 0) return out;
    return out + "other:" + std::to_string(arc.others) + "=" + std::to_string(arc.other);
  }
  std::string ring(std::vector<Dimension> by) {
    SunburstQuestion question;
    question.by = std::move(by);
    const Sunburst drawn = must(sunburst(world.ground(), question));
    return parts(drawn, drawn.arcs[0]);
  }

  CostWorld world;
  NodeId load, report, raw, mart, ada, board;
};

TEST_F(SunburstTest, WhatHasNoneIsNamed) {
  world.book(Seq{1}, 10, load, raw, 100);
  world.book(Seq{2}, 10, NodeId{}, NodeId{}, 7);
  world.book(Seq{3}, 10, report, NodeId{}, 30);
  EXPECT_EQ(ring({Dimension::kJob}), "load=100 report=30 (unattributed)=7 ");
  EXPECT_EQ(ring({Dimension::kDataset}), "raw=100 (no output)=37 ");
  EXPECT_EQ(ring({Dimension::kOwner}), "(no owner)=137 ");
  EXPECT_EQ(ring({Dimension::kTag}), "(untagged)=137 ");
  EXPECT_EQ(ring({Dimension::kConsumer}), "(not used)=100 (no output)=37 ");
  EXPECT_EQ(ring({Dimension::kNamespace}), "ns=100 reports=30 (unattributed)=7 ");
}

TEST_F(SunburstTest, OwnersAndTagsShareInEqualPartsConsumersByUse) {
  world.book(Seq{1}, 10, load, raw, 100);
  world.label(load, {"zoe", "ada", "bob"}, {"t1"});
  world.label(raw, {"nobody asks"}, {"t2"});
  world.use(raw, ada, 1);
  world.use(raw, board, 3);
  EXPECT_EQ(ring({Dimension::kOwner}), "ada=34 bob=33 zoe=33 ");
  EXPECT_EQ(ring({Dimension::kTag}), "t1=50 t2=50 ");
  EXPECT_EQ(ring({Dimension::kConsumer}), "dashboard:board=75 user:ada=25 ");
  EXPECT_EQ(ring({Dimension::kConsumerType}), "dashboard=75 user=25 ");
  world.label(load, {}, {});
  EXPECT_EQ(ring({Dimension::kOwner}), "nobody asks=100 ");
}

TEST_F(SunburstTest, KeysTellOddNamesFromNone) {
  world.book(Seq{1}, 10, load, raw, 100);
  world.book(Seq{2}, 10, report, mart, 10);
  world.label(load, {"(no owner)"});
  SunburstQuestion question;
  question.by = {Dimension::kOwner, Dimension::kJob};
  const Sunburst drawn = must(sunburst(world.ground(), question));
  const graph::Snapshot graph = world.graph.snapshot();
  EXPECT_EQ(key_of(graph, drawn.arcs[1].name), "\\(no owner)");
  EXPECT_EQ(key_of(graph, drawn.arcs[2].name), "(no owner)");
  question.path = {"\\(no owner)"};
  const Sunburst closer = must(sunburst(world.ground(), question));
  EXPECT_EQ(closer.arcs[0].value, 100);
  EXPECT_EQ(closer.total, 110);
  EXPECT_EQ(parts(closer, closer.arcs[0]), "load=100 ");
  question.path = {"team"};
  const auto none = sunburst(world.ground(), question);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, base::ErrorCode::kNotFound);
}

TEST_F(SunburstTest, TheLargestArcsAreShownNeverWithoutTheOneAround) {
  world.book(Seq{1}, 10, load, raw, 100);
  world.book(Seq{2}, 10, load, mart, 1);
  world.book(Seq{3}, 10, report, mart, 90);
  world.book(Seq{4}, 10, report, raw, -95);
  SunburstQuestion question;
  question.by = {Dimension::kJob, Dimension::kDataset};
  question.max_arcs = 2;
  Sunburst drawn = must(sunburst(world.ground(), question));
  EXPECT_EQ(parts(drawn, drawn.arcs[0]), "load=101 other:1=-5");
  EXPECT_EQ(parts(drawn, drawn.arcs[1]), "raw=100 other:1=1");
  EXPECT_EQ(drawn.others, 2u);
  question.max_arcs = 5;
  drawn = must(sunburst(world.ground(), question));
  EXPECT_EQ(parts(drawn, drawn.arcs[0]), "load=101 report=-5 ");
  EXPECT_EQ(parts(drawn, drawn.arcs[2]), "mart=90 raw=-95 ");
  question.max_arcs = SunburstQuestion::kMaxArcs + 1;
  EXPECT_EQ(sunburst(world.ground(), question).error().code, base::ErrorCode::kLimitExceeded);
}

TEST_F(SunburstTest, ComparesTwoIntervalsOnEveryArc) {
  world.book(Seq{1}, 10, load, raw, 100);
  world.book(Seq{2}, 1010, load, raw, 130);
  world.book(Seq{3}, 20, report, mart, 50);
  SunburstQuestion question;
  question.by = {Dimension::kJob};
  question.costs.interval = {1000, 2000};
  question.before = Interval{0, 1000};
  const Sunburst drawn = must(sunburst(world.ground(), question));
  EXPECT_EQ(drawn.total, 130);
  EXPECT_EQ(drawn.total_before, 150);
  ASSERT_EQ(drawn.arcs[0].count, 2u);
  EXPECT_EQ(drawn.arcs[1].before, 100);
  EXPECT_EQ(drawn.arcs[2].value, 0);  // it cost something only then
  EXPECT_EQ(drawn.arcs[2].before, 50);
}

// What adds up to nothing is there as long as what is within it does not, however it is added up.
TEST_F(SunburstTest, WhatCancelsIsThereForWhatIsWithinItAndNotByItself) {
  world.book(Seq{1}, 0, load, raw, 5);
  world.book(Seq{1}, kDay, load, raw, -5);
  world.book(Seq{1}, 0, report, mart, 3);
  world.book(Seq{1}, kDay, report, mart, 1);
  const auto drawn = [&](std::vector<Dimension> by, std::size_t depth = SIZE_MAX,
                         std::size_t max_arcs = 100) {
    SunburstQuestion question;
    question.by = std::move(by);
    question.depth = depth;
    question.max_arcs = max_arcs;
    return must(sunburst(world.ground(), question));
  };
  // By day it is a grid, by dataset it is not: both say the same.
  const Sunburst days = drawn({Dimension::kJob, Dimension::kDays});
  EXPECT_EQ(parts(days, days.arcs[0]), "report=4 load=0 ");
  EXPECT_EQ(parts(days, days.arcs[2]), "1970-01-01=5 1970-01-02=-5 ");
  world.book(Seq{2}, 0, load, mart, 7);
  world.book(Seq{2}, 0, load, raw, -7);
  const Sunburst datasets = drawn({Dimension::kJob, Dimension::kDataset});
  EXPECT_EQ(parts(datasets, datasets.arcs[0]), "report=4 load=0 ");
  EXPECT_EQ(parts(datasets, datasets.arcs[2]), "mart=7 raw=-7 ");
  // As the innermost ring it is nothing; neither is it counted as one that is left out.
  for (const auto& only :
       {drawn({Dimension::kJob}), drawn({Dimension::kJob, Dimension::kDays}, 1)}) {
    EXPECT_EQ(parts(only, only.arcs[0]), "report=4 ");
    EXPECT_EQ(only.others, 0u);
  }
  // Left out it counts, with nothing.
  const Sunburst one = drawn({Dimension::kJob, Dimension::kDays}, SIZE_MAX, 1);
  EXPECT_EQ(parts(one, one.arcs[0]), "report=4 other:1=0");
}

TEST_F(SunburstTest, CancelledIsAnError) {
  world.book(Seq{1}, 10, load, raw, 100);
  SunburstQuestion question;
  question.by = {Dimension::kJob};
  question.costs.cancelled = [] { return true; };
  EXPECT_EQ(sunburst(world.ground(), question).error().code, base::ErrorCode::kCancelled);
}

TEST_F(SunburstTest, SeriesHaveEveryPeriodAndAnExactOther) {
  world.book(Seq{1}, 0, load, raw, 100);
  world.book(Seq{2}, 2 * kDay, load, raw, 10);
  world.book(Seq{3}, 2 * kDay, report, mart, 60);
  SeriesQuestion question;
  question.costs.interval = {0, 3 * kDay};
  question.limit = 1;
  const Series found = must(series(world.ground(), question));
  ASSERT_EQ(found.series.size(), 1u);
  EXPECT_EQ(found.series[0].points, (std::vector<std::int64_t>{100, 0, 10}));
  EXPECT_EQ(found.others, 1u);
  EXPECT_EQ(found.other.points, (std::vector<std::int64_t>{0, 0, 60}));
  EXPECT_EQ(found.total.points, (std::vector<std::int64_t>{100, 0, 70}));
  EXPECT_EQ(found.total.value, 170);
}

TEST_F(SunburstTest, HotSpotsSayHowFewMakeHalf) {
  for (int i = 0; i < 9; ++i) {
    world.book(Seq{1}, 0, world.job("j" + std::to_string(i)), raw, 10);
  }
  world.publish_graph();
  world.book(Seq{2}, 0, load, raw, 90);
  const HotSpots found = must(hot_spots(world.ground(), {}, Dimension::kJob));
  EXPECT_EQ(found.total, 180);
  ASSERT_EQ(found.items.size(), 10u);
  EXPECT_EQ(found.items[0].value, 90);
  EXPECT_EQ(found.half, 1u);
  EXPECT_EQ(found.curve.size(), 10u);
  EXPECT_EQ(found.curve.back().value, 180);
  EXPECT_NEAR(found.gini, 0.4, 1e-9);
}

}  // namespace
}  // namespace headwater::stats
