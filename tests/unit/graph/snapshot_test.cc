#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/graph/builder.h"

namespace headwater::graph {
namespace {

constexpr EdgeKinds kAll = ~EdgeKinds{0};
using Nodes = std::vector<NodeId>;

TEST(Snapshot, OfAnEmptyGraphHasNothing) {
  const Graph graph;
  const Snapshot snapshot = graph.snapshot();
  EXPECT_EQ(snapshot.node_count(), 0U);
  EXPECT_EQ(snapshot.seq(), Seq{0});
  EXPECT_FALSE(snapshot.find(NodeKind::kDataset, "a", "b"));
}

TEST(Snapshot, FindsNodesByKindNameSpaceAndName) {
  Builder b;
  const NodeId table = b.node(NodeKind::kDataset, "orders", "db");
  const NodeId other = b.node(NodeKind::kDataset, "orders", "lake");
  const NodeId job = b.node(NodeKind::kJob, "orders", "db");
  const NodeId field = b.field(table, "id");
  const NodeId other_field = b.field(other, "id");
  b.publish();
  const Snapshot s = b.graph.snapshot();
  EXPECT_EQ(s.find(NodeKind::kDataset, "db", "orders"), table);
  EXPECT_EQ(s.find(NodeKind::kDataset, "lake", "orders"), other);
  EXPECT_EQ(s.find(NodeKind::kJob, "db", "orders"), job);
  EXPECT_FALSE(s.find(NodeKind::kConsumer, "db", "orders"));
  EXPECT_FALSE(s.find(NodeKind::kDataset, "", "orders"));
  EXPECT_EQ(s.find_field(table, "id"), field);
  EXPECT_EQ(s.find_field(other, "id"), other_field);
  EXPECT_FALSE(s.find_field(table, "ID"));
}

TEST(Snapshot, DoesNotFindNodesRecordedLater) {
  Builder b;
  b.dataset("early");
  const Seq before = b.publish();
  const NodeId late = b.dataset("late");
  b.publish();
  const Snapshot past = b.graph.snapshot({.known_at = before});
  EXPECT_EQ(past.node_count(), 1U);
  EXPECT_FALSE(past.find(NodeKind::kDataset, "ns", "late"));
  EXPECT_EQ(b.graph.snapshot().find(NodeKind::kDataset, "ns", "late"), late);
}

TEST(Snapshot, FindsEveryNameWhileTheTableGrows) {
  Builder b;
  constexpr std::uint32_t kCount = 5000;
  for (std::uint32_t i = 1; i <= kCount; ++i) {
    b.dataset(numbered("dataset-", i));
    if (i % 97 == 0) b.publish();
  }
  b.publish();
  const Snapshot s = b.graph.snapshot();
  for (std::uint32_t i = 1; i <= kCount; ++i) {
    ASSERT_EQ(s.find(NodeKind::kDataset, "ns", numbered("dataset-", i)), NodeId{i});
  }
}

TEST(Snapshot, KeepsNamesThatAreEmptyOrHuge) {
  Builder b;
  const std::string huge(9 << 20, 'x');
  const NodeId empty = b.node(NodeKind::kDataset, "", "");
  const NodeId big = b.node(NodeKind::kDataset, huge, "ns");
  const NodeId after = b.node(NodeKind::kDataset, "after", "ns");
  b.publish();
  const Snapshot s = b.graph.snapshot();
  EXPECT_EQ(s.find(NodeKind::kDataset, "", ""), empty);
  EXPECT_EQ(s.find(NodeKind::kDataset, "ns", huge), big);
  EXPECT_EQ(s.find(NodeKind::kDataset, "ns", "after"), after);
  EXPECT_EQ(s.node(big).name.size(), huge.size());
}

TEST(Snapshot, NodeFactsAreTheLatestUpdate) {
  Builder b;
  const NodeId id = b.dataset("d");
  b.publish();
  b.pending().node_updates.push_back(
      {.id = id, .first_seen = 42, .placeholder = true, .recorded = Seq{2}});
  b.publish();
  const NodeInfo info = b.graph.snapshot().node(id);
  EXPECT_EQ(info.first_seen, 42);
  EXPECT_TRUE(info.placeholder);
  EXPECT_EQ(info.name_space, "ns");
  EXPECT_EQ(info.name, "d");
  EXPECT_EQ(info.recorded, Seq{1});
}

TEST(Snapshot, KeepsWhatWasKnownOfANodeBeforeItChanged) {
  Builder b;
  const NodeId id = b.dataset("d");
  b.publish();
  const NodeInfo first = b.graph.snapshot().node(id);
  const Snapshot before = b.graph.snapshot();
  for (const Micros seen : {50, 42}) {
    const Seq next{b.graph.published().value + 1};
    b.pending().node_updates.push_back(
        {.id = id, .first_seen = seen, .placeholder = seen == 50, .recorded = next});
    b.publish();
  }
  EXPECT_EQ(before.node(id).first_seen, first.first_seen);
  const Seq last = b.graph.published();
  const Snapshot middle = b.graph.snapshot({.as_of = kLatest, .known_at = Seq{last.value - 1}});
  EXPECT_EQ(middle.node(id).first_seen, 50);
  EXPECT_TRUE(middle.node(id).placeholder);
  EXPECT_EQ(b.graph.snapshot().node(id).first_seen, 42);
  EXPECT_FALSE(b.graph.snapshot().node(id).placeholder);
}

TEST(Snapshot, EdgesComeInTheOrderOfTheirIds) {
  Builder b;
  const NodeId hub = b.dataset("hub");
  std::vector<NodeId> jobs;
  std::vector<EdgeId> edges;
  for (std::size_t i = 0; i < 200; ++i) {
    jobs.push_back(b.job(numbered("j", i)));
    edges.push_back(b.reads(hub, jobs.back()));
    if (i == 60 || i == 120) {
      b.publish();
      b.graph.compact();
    }
  }
  b.publish();
  const Snapshot s = b.graph.snapshot();
  std::vector<EdgeId> seen;
  s.for_each(hub, Direction::kDownstream, kAll, [&](const Neighbor& n) {
    seen.push_back(n.edge);
    return true;
  });
  EXPECT_EQ(seen, edges);
  EXPECT_EQ(nodes_of(s.neighbors(jobs[7], Direction::kUpstream, kAll)), Nodes{hub});
}

TEST(Snapshot, VisitCanStop) {
  Builder b;
  const NodeId hub = b.dataset("hub");
  for (std::size_t i = 0; i < 10; ++i) b.reads(hub, b.job(numbered("j", i)));
  b.publish();
  for (int round = 0; round < 2; ++round) {
    int calls = 0;
    b.graph.snapshot().for_each(hub, Direction::kDownstream, kAll,
                                [&](const Neighbor&) { return ++calls < 3; });
    EXPECT_EQ(calls, 3);
    b.graph.compact();
  }
}

// Every question below is asked before and after compaction: the answer is the same.
class EdgeHistory : public testing::TestWithParam<bool> {
 protected:
  void settle() {
    if (GetParam()) b_.graph.compact();
  }
  Nodes downstream(NodeId id, Moment moment) {
    return nodes_of(b_.graph.snapshot(moment).neighbors(id, Direction::kDownstream, kAll));
  }
  Builder b_;
};

TEST_P(EdgeHistory, KeepsEdgeBeforeItsRetirement) {
  const NodeId d = b_.dataset("d");
  const NodeId j = b_.job("j");
  const Seq named = b_.publish();
  const EdgeId first = b_.edge(d, j, EdgeKind::kReads, 100);
  const Seq shown = b_.publish();
  settle();
  b_.retire(first, 200);
  const Seq retired = b_.publish();
  settle();
  EXPECT_EQ(downstream(d, {}), Nodes{});
  EXPECT_EQ(downstream(d, {.as_of = 150}), Nodes{j});
  EXPECT_EQ(downstream(d, {.as_of = 200}), Nodes{});
  EXPECT_EQ(downstream(d, {.as_of = 99}), Nodes{});
  EXPECT_EQ(downstream(d, {.as_of = 500, .known_at = shown}), Nodes{j});
  EXPECT_EQ(downstream(d, {.known_at = shown}), Nodes{j});
  EXPECT_EQ(downstream(d, {.known_at = retired}), Nodes{});
  EXPECT_EQ(downstream(d, {.as_of = 150, .known_at = named}), Nodes{});
  EXPECT_EQ(b_.graph.snapshot({.as_of = 150, .known_at = Seq{0}}).node_count(), 0U);
}

TEST_P(EdgeHistory, ShowsEveryVersion) {
  const NodeId d = b_.dataset("d");
  const NodeId j = b_.job("j");
  const EdgeId first = b_.edge(d, j, EdgeKind::kReads, 100);
  const Seq shown = b_.publish();
  settle();
  const EdgeId second = b_.retire(first, 200);
  b_.publish();
  settle();
  const Snapshot now = b_.graph.snapshot();
  EXPECT_EQ(now.history(d, Direction::kDownstream), (std::vector<EdgeId>{first, second}));
  EXPECT_EQ(now.history(j, Direction::kUpstream), (std::vector<EdgeId>{first, second}));
  EXPECT_EQ(now.edge(first).recorded_to, Seq{2});
  EXPECT_EQ(now.edge(first).valid_to, model::kOpenEnd);
  EXPECT_EQ(now.edge(second).valid_to, 200);
  EXPECT_EQ(now.edge(second).recorded_to, model::kNeverSeq);
  const Snapshot past = b_.graph.snapshot({.known_at = shown});
  EXPECT_EQ(past.history(d, Direction::kDownstream), std::vector<EdgeId>{first});
  EXPECT_EQ(past.edge(first).recorded_to, model::kNeverSeq);
}

TEST_P(EdgeHistory, LatestIsWhatHasNotEndedEvenFromTheFuture) {
  const NodeId d = b_.dataset("d");
  const NodeId j = b_.job("j");
  b_.edge(d, j, EdgeKind::kReads, 4'000'000'000'000'000'000);
  b_.publish();
  settle();
  EXPECT_EQ(downstream(d, {}), Nodes{j});
  EXPECT_EQ(downstream(d, {.as_of = 3'999'999'999'999'999'999}), Nodes{});
  EXPECT_EQ(b_.graph.latest_event_time(), 4'000'000'000'000'000'000);
}

TEST_P(EdgeHistory, TimesBeforeTheEpochAndWithinOneStampStayExact) {
  const NodeId d = b_.dataset("d");
  const NodeId a = b_.job("a");
  const NodeId c = b_.job("c");
  b_.edge(d, a, EdgeKind::kReads, -5);
  b_.edge(d, c, EdgeKind::kReads, 1'700'000'000'000'001);
  b_.publish();
  settle();
  EXPECT_EQ(downstream(d, {.as_of = -6}), Nodes{});
  EXPECT_EQ(downstream(d, {.as_of = -5}), Nodes{a});
  EXPECT_EQ(downstream(d, {.as_of = 1'700'000'000'000'000}), Nodes{a});
  EXPECT_EQ(downstream(d, {.as_of = 1'700'000'000'000'001}), (Nodes{a, c}));
}

TEST_P(EdgeHistory, KeepsAllFactsOfAnEdge) {
  const NodeId d = b_.dataset("d");
  const NodeId j = b_.job("j");
  b_.pending().edges.push_back({.id = EdgeId{1},
                                .src = d,
                                .dst = d,
                                .via = j,
                                .kind = EdgeKind::kUses,
                                .detail = model::TransformationId{65535},
                                .valid_from = -7,
                                .valid_to = 7,
                                .recorded_from = Seq{1}});
  b_.publish();
  settle();
  const EdgeInfo info = b_.graph.snapshot().edge(EdgeId{1});
  EXPECT_EQ(info.via, j);
  EXPECT_EQ(info.kind, EdgeKind::kUses);
  EXPECT_EQ(info.detail.value, 65535);
  EXPECT_EQ(info.valid_from, -7);
  EXPECT_EQ(info.valid_to, 7);
  EXPECT_EQ(downstream(d, {.as_of = 0}), Nodes{d});
}

// Nodes that edges go through stand beside packed edges, and only in the records of newer ones.
TEST_P(EdgeHistory, EdgesComeWithWhatTheyGoThrough) {
  const NodeId d = b_.dataset("d");
  const NodeId to = b_.dataset("to");
  const NodeId first = b_.job("first");
  const NodeId second = b_.job("second");
  const auto column = [&](NodeId via, Micros from) {
    const EdgeId id = b_.edge(d, to, EdgeKind::kColumnDirect, from);
    b_.pending().edges.back().via = via;
    return id;
  };
  const EdgeId ended = column(first, 10);
  column(second, 20);
  column({}, 30);
  b_.publish();
  b_.close(ended);
  b_.publish();
  settle();
  const auto through = [&](Moment moment) {
    Nodes out;
    b_.graph.snapshot(moment).for_each_through(d, model::kColumnLineage,
                                               [&](const Neighbor& neighbor, NodeId via) {
                                                 EXPECT_EQ(neighbor.node, to);
                                                 out.push_back(via);
                                                 return true;
                                               });
    return out;
  };
  EXPECT_EQ(through({}), (Nodes{second, NodeId{}}));
  EXPECT_EQ(through({.as_of = 20, .known_at = Seq{1}}), (Nodes{first, second}));
}

INSTANTIATE_TEST_SUITE_P(Compaction, EdgeHistory, testing::Bool(),
                         [](const auto& given) { return given.param ? "Packed" : "Appended"; });

TEST(Merges, CountFromTheNumberThatRecordedThem) {
  Builder b;
  const NodeId a = b.dataset("a");
  const NodeId c = b.dataset("c");
  const NodeId d = b.dataset("d");
  const Seq apart = b.publish();
  b.merge(a, c);
  const Seq first = b.publish();
  b.merge(c, d);
  b.publish();
  const Snapshot now = b.graph.snapshot();
  EXPECT_EQ(now.canonical(a), d);
  EXPECT_EQ(now.aliases(d), (Nodes{a, c}));
  EXPECT_EQ(now.find(NodeKind::kDataset, "ns", "a"), a);
  const Snapshot between = b.graph.snapshot({.known_at = first});
  EXPECT_EQ(between.canonical(a), c);
  EXPECT_EQ(between.aliases(c), Nodes{a});
  EXPECT_EQ(between.aliases(d), Nodes{});
  EXPECT_EQ(b.graph.snapshot({.known_at = apart}).canonical(a), a);
}

TEST(Graph, ManySnapshotsAtOnceOverflowTheSlots) {
  Builder b;
  b.dataset("d");
  b.publish();
  std::vector<Snapshot> pinned;
  for (int i = 0; i < 1000; ++i) pinned.push_back(b.graph.snapshot());
  b.graph.compact();
  for (const Snapshot& snapshot : pinned) EXPECT_EQ(snapshot.node_count(), 1U);
}

TEST(Graph, RetiredMemoryIsFreedOnceNoSnapshotReadsIt) {
  Builder b;
  const NodeId d = b.dataset("d");
  b.reads(d, b.job("j"));
  b.publish();
  auto pinned = std::make_unique<Snapshot>(b.graph.snapshot());
  b.graph.compact();
  EXPECT_GT(b.graph.memory().retired_bytes, 0U);
  EXPECT_EQ(pinned->neighbors(d, Direction::kDownstream, kAll).size(), 1U);
  pinned.reset();
  b.publish();
  EXPECT_EQ(b.graph.memory().retired_bytes, 0U);
}

TEST(Graph, CompactsByItselfInTheBackground) {
  Builder b({.min_compaction = 100});
  const NodeId hub = b.dataset("hub");
  for (std::size_t i = 0; i < 3000; ++i) {
    b.reads(hub, b.job(numbered("j", i)));
    b.publish();
  }
  b.graph.compact();
  EXPECT_EQ(b.graph.snapshot().neighbors(hub, Direction::kDownstream, kAll).size(), 3000U);
}

}  // namespace
}  // namespace headwater::graph
