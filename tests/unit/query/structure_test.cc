#include "query/structure.h"

#include <algorithm>
#include <map>
#include <queue>
#include <random>
#include <set>

#include "graph/graph_inl.h"
#include "query/lineage.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

using model::EdgeKind;

TEST(Cycles, AreFoundWithAWayAround) {
  World world;
  const NodeId a = world.dataset("a"), b = world.dataset("b"), c = world.dataset("c");
  const NodeId j = world.job("j"), k = world.job("k"), l = world.job("l");
  world.reads(j, a);
  world.writes(j, b);
  world.reads(k, b);
  world.writes(k, a);
  world.writes(k, c);
  world.reads(l, c);
  world.edge(c, c, EdgeKind::kFlow, l);
  world.commit();
  Session session = world.session();
  const auto found = must(cycles(session, {}));
  ASSERT_EQ(found->cycles.size(), 2u);
  EXPECT_EQ(found->cycles[0], (std::vector<NodeId>{a, b, j, k}));
  EXPECT_EQ(found->cycles[1], std::vector<NodeId>{c});
  const auto around = sample_cycle(session.graph(), found->cycles[0]);
  ASSERT_EQ(around.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(session.graph().edge(around[i]).dst, session.graph().edge(around[(i + 1) % 4]).src);
  }
  EXPECT_EQ(sample_cycle(session.graph(), found->cycles[1]).size(), 1u);
  EXPECT_EQ(must(cycles(session, {})), found) << "kept for the next page";
}

TEST(Cycles, ScopedOutputClosesNone) {
  World world;
  const NodeId a = world.dataset("a"), j = world.job("j");
  world.reads(j, a);
  world.edge(j, a, EdgeKind::kWritesScoped, j);
  world.commit();
  Session session = world.session();
  EXPECT_TRUE(must(cycles(session, {}))->cycles.empty());
}

TEST(Dominators, NameTheOnlyWay) {
  World world;
  const NodeId s = world.dataset("s"), t = world.dataset("t"), u = world.dataset("u");
  const NodeId v = world.dataset("v"), other = world.dataset("other");
  const NodeId a = world.job("a"), b = world.job("b"), c = world.job("c");
  world.reads(a, s);
  world.writes(a, t);
  world.reads(b, t);
  world.writes(b, u);
  world.reads(c, u);
  world.reads(c, other);
  world.writes(c, v);
  world.commit();
  Session session = world.session();
  const auto tree = must(dominators(session, {}));
  std::vector<NodeId> below{t, u, a, b};
  std::sort(below.begin(), below.end());
  EXPECT_EQ(tree->dominated(s), below);
  EXPECT_EQ(tree->dominated(c), std::vector<NodeId>{v});
  EXPECT_TRUE(tree->dominated(other).empty());
  const auto chain = tree->dominators(u);
  ASSERT_EQ(chain.size(), 4u);
  EXPECT_EQ(chain[0].node, b);
  EXPECT_EQ(chain[0].dominates, 1u);
  EXPECT_EQ(chain[3].node, s);
  EXPECT_EQ(chain[3].dominates, 4u);
  EXPECT_TRUE(tree->dominators(s).empty());
}

TEST(Dominators, ScopedOutputHangsOnItsJobAndItsSources) {
  World world;
  const NodeId x = world.dataset("x"), y = world.dataset("y"), d = world.dataset("d");
  const NodeId j = world.job("j");
  world.reads(j, x);
  world.reads(j, y);
  world.edge(j, d, EdgeKind::kWritesScoped, j);
  world.edge(x, d, EdgeKind::kFlow, j, 0, model::kOpenEnd, j);
  world.commit();
  Session session = world.session();
  const auto tree = must(dominators(session, {}));
  EXPECT_EQ(tree->dominated(x), std::vector<NodeId>{d});
  EXPECT_EQ(tree->dominated(j), std::vector<NodeId>{d});
  EXPECT_TRUE(tree->dominated(y).empty());
  const auto chain = tree->dominators(d);
  ASSERT_EQ(chain.size(), 2u);
  EXPECT_EQ(chain[0].node, j);
  EXPECT_EQ(chain[1].node, x);
}

// ---- naive --------------------------------------------------------------------------------------

struct RandomGraph : World {
  explicit RandomGraph(std::uint64_t seed, bool scoped) : random(seed) {
    for (int i = 0; i < 9; ++i) nodes.push_back(dataset("d" + std::to_string(i)));
    for (int i = 0; i < 7; ++i) nodes.push_back(job("j" + std::to_string(i)));
    const int count = 8 + static_cast<int>(below(16));
    for (int i = 0; i < count; ++i) {
      const NodeId d = nodes[below(9)], j = nodes[9 + below(7)];
      switch (below(8)) {
        case 0:
          if (!scoped) break;
          edge(j, d, EdgeKind::kWritesScoped, j);
          edge(nodes[below(9)], d, EdgeKind::kFlow, j, 0, model::kOpenEnd, j);
          break;
        case 1: edge(nodes[below(9)], d, EdgeKind::kFlow, d); break;
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

// The same lineage as a plain map: vertices are (node, scoped output or 0).
struct Plain {
  using Vertex = std::pair<std::uint32_t, std::uint32_t>;
  std::map<Vertex, std::set<Vertex>> next;
  std::set<Vertex> all;

  explicit Plain(const Snapshot& graph) {
    std::set<Vertex> scoped;
    for (std::uint32_t id = 1; id <= graph.edge_count(); ++id) {
      const graph::EdgeInfo e = graph.edge(model::EdgeId{id});
      if (e.kind == EdgeKind::kWritesScoped) scoped.insert({e.src.value, e.dst.value});
    }
    for (std::uint32_t id = 1; id <= graph.edge_count(); ++id) {
      const graph::EdgeInfo e = graph.edge(model::EdgeId{id});
      const Vertex src{e.src.value, 0}, dst{e.dst.value, 0};
      const Vertex hub{(e.kind == EdgeKind::kFlow ? e.via : e.src).value, e.dst.value};
      all.insert({src, dst});
      if (e.kind == EdgeKind::kWritesScoped) {
        all.insert(hub);
        next[hub].insert(dst);
      } else {
        next[src].insert(e.kind == EdgeKind::kFlow && scoped.contains(hub) ? hub : dst);
      }
    }
  }
  std::set<Vertex> reach(const std::set<Vertex>& starts,
                         const std::set<Vertex>& without = {}) const {
    std::set<Vertex> seen;
    std::queue<Vertex> queue;
    for (const Vertex& v : starts) {
      if (!without.contains(v) && seen.insert(v).second) queue.push(v);
    }
    while (!queue.empty()) {
      const auto it = next.find(queue.front());
      queue.pop();
      if (it == next.end()) continue;
      for (const Vertex& v : it->second) {
        if (!without.contains(v) && seen.insert(v).second) queue.push(v);
      }
    }
    return seen;
  }
  // Whoever is reached only from what it reaches itself.
  std::set<Vertex> sources() const {
    std::map<Vertex, std::set<Vertex>> reached;
    for (const Vertex& v : all) reached[v] = reach({v});
    std::set<Vertex> out;
    for (const Vertex& v : all) {
      const bool fed = std::any_of(all.begin(), all.end(), [&](const Vertex& u) {
        return reached[u].contains(v) && !reached[v].contains(u);
      });
      if (!fed) out.insert(v);
    }
    return out;
  }
};

TEST(Dominators, EqualRemovingEachNode) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 1; seed <= 120 && !::testing::Test::HasFailure(); ++seed) {
    RandomGraph world(seed, true);
    Session session = world.session();
    const Plain plain(session.graph());
    const auto tree = must(dominators(session, {}));
    const auto sources = plain.sources();
    std::map<std::uint32_t, std::set<std::uint32_t>> above;
    for (const NodeId node : world.nodes) {
      std::set<std::uint32_t> expected;
      for (const Plain::Vertex& v : plain.all) {
        if (v.first != node.value) continue;
        const auto left = plain.reach(sources, {v});
        for (const Plain::Vertex& w : plain.all) {
          if (w.second != 0 || w.first == node.value || left.contains(w)) continue;
          expected.insert(w.first);
          above[w.first].insert(node.value);
        }
      }
      std::set<std::uint32_t> found;
      for (const NodeId below : tree->dominated(node)) found.insert(below.value);
      EXPECT_EQ(found, expected) << "seed " << seed << " node " << node.value;
      compared += expected.size();
    }
    for (const NodeId node : world.nodes) {
      std::set<std::uint32_t> found;
      for (const auto& up : tree->dominators(node)) {
        found.insert(up.node.value);
        EXPECT_EQ(up.dominates, tree->dominated(up.node).size()) << "seed " << seed;
      }
      EXPECT_EQ(found, above[node.value]) << "seed " << seed << " node " << node.value;
    }
  }
  EXPECT_GT(compared, 1000u);
}

TEST(Cycles, EqualMutualReach) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 1; seed <= 80 && !::testing::Test::HasFailure(); ++seed) {
    RandomGraph world(seed, false);
    Session session = world.session();
    const Plain plain(session.graph());
    std::set<std::set<std::uint32_t>> expected, found;
    for (const Plain::Vertex& v : plain.all) {
      std::set<std::uint32_t> mates;
      for (const Plain::Vertex& w : plain.reach({v})) {
        if (plain.reach({w}).contains(v)) mates.insert(w.first);
      }
      const auto it = plain.next.find(v);
      const bool itself = it != plain.next.end() && it->second.contains(v);
      if (mates.size() > 1 || itself) expected.insert(mates);
    }
    for (const auto& cycle : must(cycles(session, {}))->cycles) {
      std::set<std::uint32_t> nodes;
      for (const NodeId node : cycle) nodes.insert(node.value);
      found.insert(nodes);
      EXPECT_FALSE(sample_cycle(session.graph(), cycle).empty());
    }
    EXPECT_EQ(found, expected) << "seed " << seed;
    compared += expected.size();
  }
  EXPECT_GT(compared, 30u);
}

// ---- importance ---------------------------------------------------------------------------------

TEST(Importance, WhatManyDependOnComesFirst) {
  World world;
  const NodeId hub = world.dataset("hub"), lone = world.dataset("lone");
  const NodeId maker = world.job("maker");
  world.writes(maker, hub);
  for (int i = 0; i < 20; ++i) world.reads(world.job("r" + std::to_string(i)), hub);
  world.reads(world.job("one"), lone);
  const NodeId board = world.node(NodeKind::kConsumer, "board");
  world.edge(lone, board, EdgeKind::kUses, lone);
  world.commit();
  Session session = world.session();
  const auto found = must(importance(session, {}));
  ASSERT_EQ(found->nodes.size(), 24u);
  double sum = 0;
  for (std::size_t i = 0; i < found->nodes.size(); ++i) {
    sum += found->nodes[i].score;
    EXPECT_EQ(found->nodes[i].rank, i + 1);
  }
  EXPECT_NEAR(sum, 1, 1e-6);
  const std::set<NodeId> first{found->nodes[0].node, found->nodes[1].node};
  EXPECT_EQ(first, (std::set<NodeId>{hub, maker}));
  for (const Important& item : found->nodes) {
    EXPECT_EQ(item.consumers, item.node == lone ? 1u : 0u);
    EXPECT_EQ(item.readers, item.node == hub ? 20u : item.node == lone ? 1u : 0u);
  }
}

TEST(Importance, EqualsTheNaiveIteration) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomGraph world(seed, false);
    Session session = world.session();
    const Plain plain(session.graph());
    std::map<Plain::Vertex, std::set<Plain::Vertex>> inputs;
    for (const auto& [from, targets] : plain.next) {
      for (const auto& to : targets) inputs[to].insert(from);
    }
    std::map<Plain::Vertex, double> restart, rank;
    double sum = 0;
    for (const auto& v : plain.all) {
      const NodeId node{v.first};
      std::set<NodeId> readers;
      if (session.graph().node(node).kind == NodeKind::kDataset) {
        for (const auto& n : session.graph().neighbors(node, graph::Direction::kDownstream,
                                                       mask(EdgeKind::kReads))) {
          readers.insert(n.node);
        }
      }
      sum += restart[v] = 1.0 + static_cast<double>(readers.size());
    }
    for (auto& [v, part] : restart) rank[v] = part /= sum;
    for (int round = 0; round < 300; ++round) {
      std::map<Plain::Vertex, double> next;
      for (const auto& v : plain.all) {
        next[v] += 0.15 * restart[v];
        if (inputs[v].empty()) {
          for (const auto& w : plain.all) next[w] += 0.85 * rank[v] * restart[w];
        }
        for (const auto& u : inputs[v]) {
          next[u] += 0.85 * rank[v] / static_cast<double>(inputs[v].size());
        }
      }
      rank = next;
    }
    for (const Important& item : must(importance(session, {}))->nodes) {
      EXPECT_NEAR(item.score, (rank[{item.node.value, 0}]), 1e-6) << "seed " << seed;
    }
  }
}

TEST(Structure, EmptyGraphHasNone) {
  World world;
  world.dataset("alone");
  world.commit();
  Session session = world.session();
  EXPECT_TRUE(must(cycles(session, {}))->cycles.empty());
  EXPECT_TRUE(must(importance(session, {}))->nodes.empty());
  EXPECT_TRUE(must(dominators(session, {}))->dominated(NodeId{1}).empty());
  EXPECT_TRUE(must(dominators(session, {}))->dominators(NodeId{1}).empty());
}

TEST(Structure, CancelledIsAnErrorAndNothingIsKept) {
  World world;
  const NodeId d = world.dataset("d"), j = world.job("j");
  world.reads(j, d);
  world.commit();
  Session session = world.session();
  EXPECT_FALSE(cycles(session, [] { return true; }));
  EXPECT_FALSE(importance(session, [] { return true; }));
  EXPECT_FALSE(dominators(session, [] { return true; }));
  EXPECT_TRUE(cycles(session, {}));
  EXPECT_TRUE(importance(session, {}));
  EXPECT_TRUE(dominators(session, {}));
}

// A million nodes in one line, in the graph alone: the store stays empty.
struct LongChain {
  static constexpr std::uint32_t kNodes = 1'000'000;
  explicit LongChain(bool closed) {
    graph::Changes changes;
    changes.seq = Seq{1};
    for (std::uint32_t i = 1; i <= kNodes; ++i) {
      graph::NewNode node;
      node.id = NodeId{i};
      node.kind = i % 2 == 1 ? NodeKind::kDataset : NodeKind::kJob;
      node.name_space = "ns";
      node.name = std::to_string(i);
      node.recorded = Seq{1};
      changes.nodes.push_back(std::move(node));
    }
    for (std::uint32_t i = 1; i <= kNodes; ++i) {
      if (i == kNodes && !closed) break;
      graph::NewEdge edge;
      edge.id = model::EdgeId{i};
      edge.src = NodeId{i};
      edge.dst = NodeId{i == kNodes ? 1 : i + 1};
      edge.kind = i % 2 == 1 ? EdgeKind::kReads : EdgeKind::kWrites;
      edge.recorded_from = Seq{1};
      changes.edges.push_back(edge);
    }
    world.graph.publish(changes);
  }
  World world;
};

TEST(Structure, LongChainsNeedNoDeepStack) {
  LongChain open(false);
  Session session = open.world.session();
  EXPECT_TRUE(must(cycles(session, {}))->cycles.empty());
  const auto tree = must(dominators(session, {}));
  EXPECT_EQ(tree->dominated(NodeId{1}).size(), LongChain::kNodes - 1);
  EXPECT_EQ(tree->dominators(NodeId{LongChain::kNodes}).size(), LongChain::kNodes - 1);
  EXPECT_EQ(must(importance(session, {}))->nodes.size(), LongChain::kNodes);
  LongChain closed(true);
  Session round = closed.world.session();
  const auto found = must(cycles(round, {}));
  ASSERT_EQ(found->cycles.size(), 1u);
  EXPECT_EQ(found->cycles[0].size(), LongChain::kNodes);
  EXPECT_EQ(sample_cycle(round.graph(), found->cycles[0]).size(), LongChain::kNodes);
  // Every node of it is a source: none stands before another.
  EXPECT_TRUE(must(dominators(round, {}))->dominated(NodeId{1}).empty());
}

}  // namespace
}  // namespace headwater::query
