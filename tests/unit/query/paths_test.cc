#include "query/paths.h"

#include <functional>
#include <random>
#include <set>

#include "graph/graph_inl.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

Paths ask(World& world, PathsRequest request) {
  Session session = world.session();
  return must(find_paths(session, request));
}
PathsRequest between(NodeId from, NodeId to, std::size_t k = 1) {
  PathsRequest request;
  request.from = {from};
  request.to = {to};
  request.k = k;
  return request;
}
std::vector<std::uint32_t> nodes_of(const FoundPath& path) {
  std::vector<std::uint32_t> out;
  for (const PathEdge& step : path.steps) {
    if (out.empty()) out.push_back((step.against ? step.to : step.from).value);
    out.push_back((step.against ? step.from : step.to).value);
  }
  return out;
}

TEST(Paths, CountsJobsAndPrefersFewerSteps) {
  World world;
  const NodeId a = world.dataset("a"), b = world.dataset("b"), c = world.dataset("c");
  const NodeId j = world.job("j"), k = world.job("k"), l = world.job("l");
  world.reads(j, a);
  world.writes(j, b);
  world.reads(k, b);
  world.writes(k, c);
  world.reads(l, a);
  world.writes(l, c);
  world.commit();
  const Paths one = ask(world, between(a, c));
  ASSERT_EQ(one.paths.size(), 1u);
  EXPECT_EQ(one.paths[0].length, 1u);
  EXPECT_EQ(nodes_of(one.paths[0]), (std::vector<std::uint32_t>{a.value, l.value, c.value}));
  const Paths all = ask(world, between(a, c, 9));
  ASSERT_EQ(all.paths.size(), 2u);
  EXPECT_EQ(all.paths[1].length, 2u);
  EXPECT_TRUE(all.cut.reason == graph::CutReason::kNone);
  EXPECT_TRUE(ask(world, between(c, a, 3)).paths.empty());
  PathsRequest any = between(c, b);
  any.any_direction = true;
  const Paths around = ask(world, any);
  ASSERT_EQ(around.paths.size(), 1u);
  EXPECT_EQ(nodes_of(around.paths[0]), (std::vector<std::uint32_t>{c.value, k.value, b.value}));
  EXPECT_TRUE(around.paths[0].steps[0].against);
}

TEST(Paths, ScopedOutputIsPassedOnlyFromItsOwnJob) {
  World world;
  const NodeId x = world.dataset("x"), y = world.dataset("y"), d = world.dataset("d");
  const NodeId j = world.job("j");
  world.reads(j, x);
  world.reads(j, y);
  world.edge(j, d, model::EdgeKind::kWritesScoped, j);
  world.edge(x, d, model::EdgeKind::kFlow, j, 0, model::kOpenEnd, j);
  world.commit();
  EXPECT_TRUE(ask(world, between(y, d, 5)).paths.empty());
  const Paths flow = ask(world, between(x, d, 5));
  ASSERT_EQ(flow.paths.size(), 1u);
  EXPECT_EQ(nodes_of(flow.paths[0]), (std::vector<std::uint32_t>{x.value, d.value}));
  EXPECT_EQ(flow.paths[0].length, 1u);
  EXPECT_EQ(ask(world, between(j, d)).paths.size(), 1u);
}

TEST(Paths, ColumnsGoThroughWholeDatasets) {
  World world;
  const NodeId a = world.dataset("a"), b = world.dataset("b"), c = world.dataset("c");
  const NodeId a1 = world.field(a, "a1"), b1 = world.field(b, "b1"), b2 = world.field(b, "b2");
  const NodeId c1 = world.field(c, "c1");
  const NodeId j = world.job("j");
  world.edge(a1, b, model::EdgeKind::kColumnIndirect, j, 0, model::kOpenEnd, j);
  world.edge(b1, c1, model::EdgeKind::kColumnDirect, j, 0, model::kOpenEnd, j);
  world.commit();
  PathsRequest request = between(a1, c1, 5);
  request.columns = true;
  const Paths found = ask(world, request);
  ASSERT_EQ(found.paths.size(), 1u);
  EXPECT_EQ(found.paths[0].length, 2u);
  EXPECT_EQ(nodes_of(found.paths[0]), (std::vector<std::uint32_t>{a1.value, b1.value, c1.value}));
  EXPECT_EQ(found.paths[0].steps[1].from, b1);
  PathsRequest other = between(a1, b2);
  other.columns = true;
  const Paths touched = ask(world, other);
  ASSERT_EQ(touched.paths.size(), 1u);
  EXPECT_EQ(nodes_of(touched.paths[0]), (std::vector<std::uint32_t>{a1.value, b2.value}));
  // A dataset stands for all of its fields.
  PathsRequest whole;
  whole.from = {a1};
  whole.to = {b1, b2, b};
  whole.columns = true;
  EXPECT_EQ(nodes_of(ask(world, whole).paths.at(0)),
            (std::vector<std::uint32_t>{a1.value, b.value}));
  PathsRequest back = between(c1, a1);
  back.columns = true;
  EXPECT_TRUE(ask(world, back).paths.empty());
  back.any_direction = true;
  EXPECT_EQ(nodes_of(ask(world, back).paths.at(0)),
            (std::vector<std::uint32_t>{c1.value, b1.value, a1.value}));
}

TEST(Paths, MaxWorkAndCancellingCutAndSaySo) {
  World world;
  NodeId last = world.dataset("d0");
  const NodeId first = last;
  for (int i = 1; i < 3000; ++i) {
    const NodeId j = world.job("j" + std::to_string(i)), d = world.dataset("d" + std::to_string(i));
    world.reads(j, last);
    world.writes(j, d);
    last = d;
  }
  world.commit();
  PathsRequest request = between(first, last);
  EXPECT_EQ(ask(world, request).paths.at(0).length, 2999u);
  request.max_work = 100;
  const Paths cut = ask(world, request);
  EXPECT_TRUE(cut.paths.empty());
  EXPECT_EQ(cut.cut.reason, graph::CutReason::kMaxWork);
  EXPECT_EQ(cut.cut.limit, 100u);
  request.max_work = 1'000'000;
  request.cancelled = [] { return true; };
  EXPECT_EQ(ask(world, request).cut.reason, graph::CutReason::kCancelled);
}

// ---- against brute force ------------------------------------------------------------------------

struct RandomGraph : World {
  explicit RandomGraph(std::uint64_t seed) : random(seed) {
    for (int i = 0; i < 5; ++i) nodes.push_back(dataset("d" + std::to_string(i)));
    for (int i = 0; i < 5; ++i) nodes.push_back(job("j" + std::to_string(i)));
    for (int i = 0; i < 16; ++i) {
      const NodeId d = nodes[below(5)], j = nodes[5 + below(5)];
      switch (below(7)) {
        case 0: edge(j, d, model::EdgeKind::kWritesScoped, j); break;
        case 1: edge(nodes[below(5)], d, model::EdgeKind::kFlow, j, 0, model::kOpenEnd, j); break;
        case 2:
        case 3:
        case 4: reads(j, d); break;
        default: writes(j, d);
      }
    }
    commit();
  }
  std::size_t below(std::size_t n) { return random() % n; }
  std::mt19937_64 random;
  std::vector<NodeId> nodes;
};

// Every loopless path by its nodes, with (jobs, steps).
using Naive =
    std::set<std::pair<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>>>;

Naive all_paths(const Snapshot& graph, NodeId from, NodeId to, bool any) {
  Naive out;
  std::vector<std::uint32_t> path{from.value};
  std::set<std::uint32_t> on{from.value};
  // The cheapest way for one sequence of nodes: of parallel edges any, they cost the same or less.
  std::function<void(NodeId, std::uint32_t)> go = [&](NodeId at, std::uint32_t length) {
    if (at == to) {
      out.insert({{length, static_cast<std::uint32_t>(path.size() - 1)}, path});
      return;
    }
    std::map<std::uint32_t, std::uint32_t> next;  // node, jobs
    for (std::uint32_t id = 1; id <= graph.edge_count(); ++id) {
      const graph::EdgeInfo edge = graph.edge(model::EdgeId{id});
      if (edge.kind == model::EdgeKind::kWritesScoped && edge.src != from && edge.src != to)
        continue;
      for (const bool back : {false, true}) {
        if (back && !any) continue;
        const NodeId source = back ? edge.dst : edge.src, target = back ? edge.src : edge.dst;
        if (source != at || on.contains(target.value)) continue;
        const bool counts =
            edge.kind == model::EdgeKind::kFlow || graph.node(target).kind == NodeKind::kJob;
        const auto it = next.emplace(target.value, counts ? 1 : 0).first;
        it->second = std::min(it->second, counts ? 1U : 0U);
      }
    }
    for (const auto& [node, jobs] : next) {
      path.push_back(node);
      on.insert(node);
      go(NodeId{node}, length + jobs);
      on.erase(node);
      path.pop_back();
    }
  };
  go(from, 0);
  return out;
}

TEST(Paths, EqualAllPathsOfRandomGraphs) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 1; seed <= 60 && !::testing::Test::HasFailure(); ++seed) {
    RandomGraph world(seed);
    for (int i = 0; i < 6; ++i) {
      const NodeId from = world.nodes[world.below(10)], to = world.nodes[world.below(10)];
      if (from == to) continue;
      PathsRequest request = between(from, to, 1 + world.below(12));
      request.any_direction = world.below(3) == 0;
      Session session = world.session();
      const Paths found = must(find_paths(session, request));
      const Naive all = all_paths(session.graph(), from, to, request.any_direction);
      ASSERT_EQ(found.paths.size(), std::min(all.size(), request.k)) << "seed " << seed;
      auto expected = all.begin();
      std::set<std::vector<std::uint32_t>> distinct;
      for (const FoundPath& path : found.paths) {
        const std::vector<std::uint32_t> nodes = nodes_of(path);
        const auto steps = static_cast<std::uint32_t>(path.steps.size());
        EXPECT_EQ(std::pair(path.length, steps), expected->first) << "seed " << seed;
        EXPECT_TRUE(all.contains({{path.length, steps}, nodes})) << "seed " << seed;
        EXPECT_TRUE(distinct.insert(nodes).second) << "seed " << seed;
        ++expected;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 300u);
}

}  // namespace
}  // namespace headwater::query
