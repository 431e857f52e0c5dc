#include "query/lineage.h"

#include <algorithm>
#include <set>

#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

using graph::CutReason;

// raw -> load -> clean -> report -> mart; clean -> export -> file; side -> load
struct Shop : World {
  NodeId raw = dataset("raw"), side = dataset("side"), clean = dataset("clean");
  NodeId mart = dataset("mart"), file = dataset("file");
  NodeId load = job("load"), report = job("report"), exporter = job("export");
  Shop() {
    reads(load, raw);
    reads(load, side);
    writes(load, clean);
    reads(report, clean);
    writes(report, mart);
    reads(exporter, clean);
    writes(exporter, file);
    commit();
  }
};

std::set<std::uint32_t> ids(const LineageAnswer& answer) {
  std::set<std::uint32_t> out;
  for (const auto& node : answer.nodes) out.insert(node.node.value);
  return out;
}

std::set<std::uint32_t> set_of(std::initializer_list<NodeId> nodes) {
  std::set<std::uint32_t> out;
  for (const NodeId node : nodes) out.insert(node.value);
  return out;
}

LineageAnswer ask(Shop& shop, NodeId root, std::uint32_t depth, Sides sides,
                  std::size_t max_nodes = 1000) {
  const Session session = shop.session();
  return lineage(session.graph(), {root, depth, sides, max_nodes, {}});
}

TEST(Lineage, GoesBothWaysWithoutSiblings) {
  Shop shop;
  EXPECT_EQ(ids(ask(shop, shop.mart, 20, Sides::kBoth)),
            set_of({shop.raw, shop.side, shop.clean, shop.mart, shop.load, shop.report}));
  EXPECT_EQ(ids(ask(shop, shop.clean, 20, Sides::kDownstream)),
            set_of({shop.clean, shop.report, shop.exporter, shop.mart, shop.file}));
  EXPECT_EQ(ids(ask(shop, shop.clean, 20, Sides::kUpstream)),
            set_of({shop.clean, shop.load, shop.raw, shop.side}));
}

TEST(Lineage, EdgesOfATableThatEverybodyReadsAreFoundFromTheirOtherEnds) {
  World world;
  const NodeId hub = world.dataset("hub"), mart = world.dataset("mart");
  const NodeId load = world.job("load"), old_name = world.job("load.old");
  world.reads(old_name, hub);
  world.writes(load, mart);
  std::vector<NodeId> others;
  for (int i = 0; i < 500; ++i) {
    others.push_back(world.job("other" + std::to_string(i)));
    world.reads(others.back(), hub);
  }
  world.commit();
  world.merge(old_name, load);
  world.commit();
  const Session session = world.session();
  std::vector<NodeId> nodes{hub, load, mart};
  const std::vector<GraphEdge> few = {{hub, load, model::EdgeKind::kReads},
                                      {load, mart, model::EdgeKind::kWrites}};
  EXPECT_EQ(edges_among(session.graph(), nodes), few);
  // Among so many nodes it is a table as any other.
  nodes.insert(nodes.end(), others.begin(), others.end());
  const std::vector<GraphEdge> edges = edges_among(session.graph(), nodes);
  EXPECT_EQ(edges.size(), 502u);
  EXPECT_TRUE(std::includes(edges.begin(), edges.end(), few.begin(), few.end()));
}

TEST(Lineage, DepthCountsJobsAndSaysWhatItCut) {
  Shop shop;
  const LineageAnswer one = ask(shop, shop.raw, 1, Sides::kDownstream);
  EXPECT_EQ(ids(one), set_of({shop.raw, shop.load, shop.clean}));
  EXPECT_EQ(one.cut.reason, CutReason::kMaxDistance);
  EXPECT_EQ(one.cut.limit, 1u);
  EXPECT_GE(one.cut.frontier, 1u);
  EXPECT_TRUE(ask(shop, shop.raw, 2, Sides::kDownstream).complete());
}

TEST(Lineage, MaxNodesCutsAndSaysSo) {
  Shop shop;
  const LineageAnswer answer = ask(shop, shop.raw, 20, Sides::kBoth, 3);
  EXPECT_EQ(answer.nodes.size(), 3u);
  EXPECT_EQ(answer.cut.reason, CutReason::kMaxNodes);
  EXPECT_EQ(answer.cut.limit, 3u);
}

TEST(Lineage, EdgesJoinOnlyNodesOfTheAnswer) {
  Shop shop;
  const LineageAnswer answer = ask(shop, shop.mart, 20, Sides::kBoth);
  const auto inside = ids(answer);
  EXPECT_EQ(answer.edges.size(), 5u);
  for (const GraphEdge& edge : answer.edges) {
    EXPECT_TRUE(inside.contains(edge.source.value) && inside.contains(edge.target.value));
  }
  EXPECT_TRUE(std::is_sorted(answer.edges.begin(), answer.edges.end()));
}

TEST(Lineage, FlowEdgeIsShownOnlyWhereItsJobDoesNot) {
  World world;
  const NodeId a = world.dataset("a"), b = world.dataset("b"), c = world.dataset("c");
  const NodeId via = world.job("j");
  world.reads(via, a);
  world.edge(via, b, model::EdgeKind::kWritesScoped, via);
  world.edge(a, b, model::EdgeKind::kFlow, via, 0, model::kOpenEnd, via);
  world.edge(b, c, model::EdgeKind::kFlow, c);
  world.commit();
  const Session session = world.session();
  const auto edges = edges_among(session.graph(), {a, b, c, via});
  ASSERT_EQ(edges.size(), 3u);
  const auto flow = std::find_if(edges.begin(), edges.end(), [](const GraphEdge& edge) {
    return edge.kind == model::EdgeKind::kFlow;
  });
  ASSERT_NE(flow, edges.end());
  EXPECT_EQ(flow->source, b);
  EXPECT_EQ(flow->target, c);
}

TEST(Lineage, PastMomentsShowWhatHeldAndWhatWasKnown) {
  World world;
  const NodeId in = world.dataset("in"), old_out = world.dataset("old"), out = world.dataset("new");
  const NodeId job = world.job("j");
  world.reads(job, in, 10);
  world.writes(job, old_out, 10, 20);
  const model::EdgeId first = world.writes(job, out, 20);
  const Seq before = world.commit();
  world.close(first);
  world.commit();
  const auto answer = [&](graph::Moment moment) {
    const Session session = world.session(moment);
    return ids(lineage(session.graph(), {in, 20, Sides::kDownstream, 100, {}}));
  };
  EXPECT_EQ(answer({15, model::kNeverSeq}), set_of({in, job, old_out}));
  EXPECT_EQ(answer({25, before}), set_of({in, job, out}));
  EXPECT_EQ(answer({25, model::kNeverSeq}), set_of({in, job}));
  EXPECT_EQ(answer({5, model::kNeverSeq}), set_of({in}));
}

TEST(Lineage, FieldAndRunStandForDatasetAndJob) {
  Shop shop;
  const NodeId field = shop.field(shop.clean, "id");
  shop.run("r:1", shop.load, storage::RunState::kCompleted, 5, 9);
  shop.commit();
  Session session = shop.session();
  EXPECT_EQ(must(lineage_root(session, "datasetField:ns:clean:id")), shop.clean);
  EXPECT_EQ(must(lineage_root(session, "run:r:1")), shop.load);
  EXPECT_FALSE(lineage_root(session, "run:nope"));
  EXPECT_TRUE(field);
}

Picture draw(Shop& shop, NodeId root, std::vector<Expansion> expand = {}) {
  Session session = shop.session();
  PictureRequest request;
  request.lineage = {root, 1, Sides::kBoth, 500, {}};
  request.expand = std::move(expand);
  return must(picture(session, request));
}

const PictureNode* shown(const Picture& picture, NodeId node) {
  for (const PictureNode& drawn : picture.nodes) {
    if (drawn.summary.node == node) return &drawn;
  }
  return nullptr;
}

TEST(Picture, CountsHiddenNeighboursAndShowsThemWhenExpanded) {
  Shop shop;
  shop.run("r1", shop.load, storage::RunState::kFailed, 5, 9);
  shop.commit();
  const Picture before = draw(shop, shop.raw);
  ASSERT_NE(shown(before, shop.load), nullptr);
  EXPECT_EQ(shown(before, shop.load)->hidden_upstream, 1u);
  EXPECT_EQ(shown(before, shop.load)->state, storage::RunState::kFailed);
  EXPECT_EQ(shown(before, shop.clean)->hidden_downstream, 2u);
  EXPECT_EQ(shown(before, shop.side), nullptr);

  const Picture after = draw(shop, shop.raw, {{shop.load, true}, {shop.clean, false}});
  EXPECT_NE(shown(after, shop.side), nullptr);
  EXPECT_NE(shown(after, shop.mart), nullptr);
  EXPECT_EQ(shown(after, shop.clean)->hidden_downstream, 0u);
  EXPECT_EQ(after.edges.size(), after.lines.size());
}

TEST(Picture, ExpandingWhatIsNotShownDoesNothing) {
  Shop shop;
  EXPECT_EQ(draw(shop, shop.raw).nodes.size(),
            draw(shop, shop.raw, {{shop.file, false}}).nodes.size());
}

TEST(Picture, FlowNeighbourWithoutAJobCountsAsHiddenToo) {
  Shop shop;
  const NodeId copy = shop.dataset("copy");
  shop.edge(shop.mart, copy, model::EdgeKind::kFlow, copy);
  shop.commit();
  Session session = shop.session();
  PictureRequest request;
  request.lineage = {shop.mart, 0, Sides::kBoth, 500, {}};
  const Picture drawn = must(picture(session, request));
  ASSERT_NE(shown(drawn, shop.mart), nullptr);
  EXPECT_EQ(shown(drawn, shop.mart)->hidden_downstream, 1u);
}

}  // namespace
}  // namespace headwater::query
