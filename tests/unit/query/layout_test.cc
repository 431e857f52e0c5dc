#include "query/layout.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>
#include <set>

namespace headwater::query {
namespace {

struct Input {
  std::vector<LayoutNode> nodes;
  std::vector<LayoutEdge> edges;
};

std::string key_of(char prefix, std::size_t i) {
  std::string digits = std::to_string(i);
  return std::string(1, prefix) + std::string(5 - digits.size(), '0') + digits;
}

Input random_input(std::mt19937& random, std::size_t nodes, std::size_t edges) {
  Input input;
  for (std::size_t i = 0; i < nodes; ++i) {
    input.nodes.push_back({key_of('n', i), 100 + static_cast<int>(random() % 100),
                           20 + static_cast<int>(random() % 60)});
  }
  std::set<std::pair<std::uint32_t, std::uint32_t>> taken;
  for (std::size_t i = 0; i < edges; ++i) {
    const auto a = static_cast<std::uint32_t>(random() % nodes);
    const auto b = static_cast<std::uint32_t>(random() % nodes);
    if (taken.emplace(a, b).second) input.edges.push_back({key_of('e', i), a, b});
  }
  return input;
}

void expect_no_overlap(const Input& input, const Layout& out) {
  for (std::size_t i = 0; i < input.nodes.size(); ++i) {
    for (std::size_t j = i + 1; j < input.nodes.size(); ++j) {
      const PlacedNode &a = out.nodes[i], &b = out.nodes[j];
      const bool apart = a.x + input.nodes[i].width <= b.x || b.x + input.nodes[j].width <= a.x ||
                         a.y + input.nodes[i].height <= b.y || b.y + input.nodes[j].height <= a.y;
      ASSERT_TRUE(apart) << input.nodes[i].key << " and " << input.nodes[j].key;
    }
    ASSERT_GE(out.nodes[i].x, 0);
    ASSERT_GE(out.nodes[i].y, 0);
    ASSERT_LE(out.nodes[i].x + input.nodes[i].width, out.width);
    ASSERT_LE(out.nodes[i].y + input.nodes[i].height, out.height);
  }
}

void expect_edges_in_order(const Input& input, const Layout& out) {
  for (std::size_t i = 0; i < input.edges.size(); ++i) {
    const LayoutEdge& edge = input.edges[i];
    const std::uint32_t from = out.nodes[edge.source].layer, to = out.nodes[edge.target].layer;
    if (out.edges[i].back) {
      ASSERT_TRUE(to < from || edge.source == edge.target);
    } else {
      ASSERT_LT(from, to);
    }
    ASSERT_GE(out.edges[i].points.size(), 2u);
  }
}

TEST(Layout, RandomGraphsHaveNoOverlapAndFlowRight) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 150; ++round) {
    const std::size_t nodes = 1 + random() % 60;
    const Input input = random_input(random, nodes, random() % (nodes * 3));
    const Layout out = layout(input.nodes, input.edges);
    expect_no_overlap(input, out);
    expect_edges_in_order(input, out);
    if (HasFatalFailure()) return;
  }
}

TEST(Layout, DoesNotDependOnTheOrderOfItsInput) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 60; ++round) {
    const Input input = random_input(random, 40, 80);
    const Layout expected = layout(input.nodes, input.edges);
    std::vector<std::uint32_t> order(input.nodes.size());
    std::iota(order.begin(), order.end(), 0u);
    std::shuffle(order.begin(), order.end(), random);
    Input mixed;
    std::vector<std::uint32_t> now_at(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      mixed.nodes.push_back(input.nodes[order[i]]);
      now_at[order[i]] = i;
    }
    std::vector<std::size_t> edge_order(input.edges.size());
    std::iota(edge_order.begin(), edge_order.end(), std::size_t{0});
    std::shuffle(edge_order.begin(), edge_order.end(), random);
    for (const std::size_t i : edge_order) {
      const LayoutEdge& edge = input.edges[i];
      mixed.edges.push_back({edge.key, now_at[edge.source], now_at[edge.target]});
    }
    const Layout out = layout(mixed.nodes, mixed.edges);
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      ASSERT_EQ(out.nodes[now_at[i]].x, expected.nodes[i].x);
      ASSERT_EQ(out.nodes[now_at[i]].y, expected.nodes[i].y);
    }
    for (std::size_t i = 0; i < edge_order.size(); ++i) {
      ASSERT_EQ(out.edges[i].points, expected.edges[edge_order[i]].points);
      ASSERT_EQ(out.edges[i].back, expected.edges[edge_order[i]].back);
    }
  }
}

TEST(Layout, NothingGivesNothing) {
  const Layout out = layout({}, {});
  EXPECT_EQ(out.width, 0);
  EXPECT_EQ(out.height, 0);
}

TEST(Layout, ChainStandsInOneLine) {
  const Layout out =
      layout({{"a", 10, 10}, {"b", 10, 10}, {"c", 10, 10}}, {{"ab", 0, 1}, {"bc", 1, 2}});
  EXPECT_EQ(out.nodes[0].y, out.nodes[1].y);
  EXPECT_EQ(out.nodes[1].y, out.nodes[2].y);
  EXPECT_LT(out.nodes[0].x, out.nodes[1].x);
  EXPECT_EQ(out.layers, 3u);
}

TEST(Layout, CycleHasExactlyOneBackEdge) {
  const Layout out = layout({{"a", 10, 10}, {"b", 10, 10}, {"c", 10, 10}},
                            {{"ab", 0, 1}, {"bc", 1, 2}, {"ca", 2, 0}});
  const auto back = std::count_if(out.edges.begin(), out.edges.end(),
                                  [](const PlacedEdge& edge) { return edge.back; });
  EXPECT_EQ(back, 1);
}

TEST(Layout, EdgeToItselfIsBack) {
  const Layout out = layout({{"a", 10, 10}}, {{"aa", 0, 0}});
  EXPECT_TRUE(out.edges[0].back);
  EXPECT_GE(out.edges[0].points.size(), 4u);
}

TEST(Layout, LongEdgePassesBesideWhatLiesBetween) {
  const Layout out = layout({{"a", 10, 10}, {"b", 10, 10}, {"c", 10, 10}},
                            {{"ab", 0, 1}, {"bc", 1, 2}, {"ac", 0, 2}});
  const auto& points = out.edges[2].points;
  ASSERT_EQ(points.size(), 4u);
  const int y = points[1].second;
  EXPECT_TRUE(y < out.nodes[1].y || y > out.nodes[1].y + 10);
}

TEST(Layout, NeighboursKeepTheirOrderWhenANodeIsAdded) {
  std::vector<LayoutNode> nodes = {{"job", 10, 10}, {"d1", 10, 10}, {"d3", 10, 10}};
  std::vector<LayoutEdge> edges = {{"e1", 0, 1}, {"e3", 0, 2}};
  const Layout before = layout(nodes, edges);
  nodes.push_back({"d2", 10, 10});
  edges.push_back({"e2", 0, 3});
  const Layout after = layout(nodes, edges);
  EXPECT_LT(before.nodes[1].y, before.nodes[2].y);
  EXPECT_LT(after.nodes[1].y, after.nodes[3].y);
  EXPECT_LT(after.nodes[3].y, after.nodes[2].y);
}

TEST(Layout, PlacesFiveHundredNodesQuickly) {
  std::mt19937 random(7);
  const Input input = random_input(random, 500, 900);
  const auto start = std::chrono::steady_clock::now();
  const Layout out = layout(input.nodes, input.edges);
  const auto took = std::chrono::steady_clock::now() - start;
  RecordProperty(
      "micros",
      static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
  EXPECT_EQ(out.nodes.size(), 500u);
  EXPECT_LT(took, std::chrono::seconds(5));  // a guard against blow-up, not a measurement
}

}  // namespace
}  // namespace headwater::query
