#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/graph/builder.h"

namespace headwater::graph {
namespace {

using Nodes = std::vector<NodeId>;

// source -> load -> staged -> {mart_a, mart_b}, where the job `split` lists its sources.
struct Pipeline {
  Builder b;
  NodeId source = b.dataset("source");
  NodeId load = b.job("load");
  NodeId staged = b.dataset("staged");
  NodeId other = b.dataset("other");
  NodeId split = b.job("split");
  NodeId mart_a = b.dataset("mart_a");
  NodeId mart_b = b.dataset("mart_b");

  Pipeline() {
    b.reads(source, load);
    b.writes(load, staged);
    b.reads(staged, split);
    b.reads(other, split);
    b.writes_scoped(split, mart_a);
    b.writes_scoped(split, mart_b);
    b.flow(staged, mart_a);
    b.flow(other, mart_b);
    b.publish();
  }
  Reach ask(NodeId start, ReachOptions options = {}) const {
    return reach(b.graph.snapshot(), std::vector{start}, options);
  }
};

TEST(Reach, DownstreamPassesScopedOutputsOnlyAlongFlow) {
  const Pipeline p;
  const Reach answer = p.ask(p.source);
  EXPECT_EQ(nodes_of(answer), (Nodes{p.source, p.load, p.staged, p.split, p.mart_a}));
  EXPECT_TRUE(answer.complete());
  EXPECT_EQ(answer.frontier, 0U);
}

TEST(Reach, DistanceCountsJobs) {
  const Pipeline p;
  const Reach answer = p.ask(p.source);
  std::vector<std::uint32_t> distances;
  for (const Reached& reached : answer.nodes) distances.push_back(reached.distance);
  EXPECT_EQ(distances, (std::vector<std::uint32_t>{0, 1, 1, 2, 2}));
}

TEST(Reach, FromAStartJobEveryOutputIsFollowed) {
  const Pipeline p;
  EXPECT_EQ(nodes_of(p.ask(p.split)), (Nodes{p.split, p.mart_a, p.mart_b}));
}

TEST(Reach, UpstreamReportsAJobOfAScopedOutputWithoutItsOtherInputs) {
  const Pipeline p;
  const Reach answer = p.ask(p.mart_a, {.direction = Direction::kUpstream});
  EXPECT_EQ(nodes_of(answer), (Nodes{p.mart_a, p.staged, p.split, p.source, p.load}));
  EXPECT_TRUE(answer.crossed_later.empty());
}

TEST(Reach, UpstreamCrossesAJobLaterWhenAnotherOutputDemandsIt) {
  Builder b;
  const NodeId input = b.dataset("input");
  const NodeId j = b.job("j");
  const NodeId scoped = b.dataset("scoped");
  const NodeId plain = b.dataset("plain");
  const NodeId k = b.job("k");
  const EdgeId in = b.reads(input, j);
  b.writes_scoped(j, scoped);
  const EdgeId out = b.writes(j, plain);
  const EdgeId plain_in = b.reads(plain, k);
  const EdgeId k_out = b.writes(k, scoped);
  b.publish();
  const Snapshot s = b.graph.snapshot();
  const Reach answer = reach(s, std::vector{scoped}, {.direction = Direction::kUpstream});
  EXPECT_EQ(nodes_of(answer), (Nodes{scoped, j, plain, k, input}));
  EXPECT_EQ(answer.nodes[1].distance, 1U);
  EXPECT_EQ(answer.nodes[4].distance, 2U);
  ASSERT_EQ(answer.crossed_later.size(), 1U);
  EXPECT_EQ(answer.crossed_later[0].node, j);
  EXPECT_EQ(path_to(s, answer, 4, Direction::kUpstream),
            (std::vector<EdgeId>{k_out, plain_in, out, in}));
}

TEST(Reach, MaxDistanceCutsOnlyIfSomethingLiesBeyond) {
  const Pipeline p;
  const Reach cut = p.ask(p.source, {.max_distance = 1});
  EXPECT_EQ(cut.cut, CutReason::kMaxDistance);
  EXPECT_EQ(cut.frontier, 1U);
  EXPECT_EQ(nodes_of(cut), (Nodes{p.source, p.load, p.staged}));
  EXPECT_TRUE(p.ask(p.source, {.max_distance = 2}).complete());
  EXPECT_EQ(nodes_of(p.ask(p.source, {.max_distance = 0})), Nodes{p.source});
}

TEST(Reach, MaxNodesCutsAndSaysSo) {
  const Pipeline p;
  const Reach cut = p.ask(p.source, {.max_nodes = 3});
  EXPECT_EQ(cut.cut, CutReason::kMaxNodes);
  EXPECT_GT(cut.frontier, 0U);
  EXPECT_EQ(cut.nodes.size(), 3U);
  EXPECT_TRUE(p.ask(p.source, {.max_nodes = 5}).complete());
}

TEST(Reach, CancelledSearchSaysSo) {
  Builder b;
  const NodeId hub = b.dataset("hub");
  for (std::size_t i = 0; i < 10000; ++i) b.reads(hub, b.job(numbered("j", i)));
  b.publish();
  const Reach answer =
      reach(b.graph.snapshot(), std::vector{hub}, {.cancelled = [] { return true; }});
  EXPECT_EQ(answer.cut, CutReason::kCancelled);
  EXPECT_GT(answer.frontier, 0U);
}

TEST(Reach, CyclesEnd) {
  Builder b;
  const NodeId d = b.dataset("d");
  const NodeId j = b.job("j");
  b.reads(d, j);
  b.writes(j, d);
  b.publish();
  EXPECT_EQ(nodes_of(reach(b.graph.snapshot(), std::vector{d, d}, {})), (Nodes{d, j}));
}

TEST(Reach, PathsLeadFromTheStart) {
  const Pipeline p;
  const Reach answer = p.ask(p.source);
  const Snapshot s = p.b.graph.snapshot();
  EXPECT_TRUE(path_to(s, answer, 0, Direction::kDownstream).empty());
  EXPECT_EQ(path_to(s, answer, 4, Direction::kDownstream),
            (std::vector<EdgeId>{EdgeId{1}, EdgeId{2}, EdgeId{7}}));
}

}  // namespace
}  // namespace headwater::graph
