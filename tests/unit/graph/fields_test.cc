#include <gtest/gtest.h>
#include <filesystem>
#include <random>

#include "graph/graph.h"
#include "graph/graph_inl.h"

namespace headwater::graph {
namespace {

NewNode node(std::uint32_t id, NodeKind kind, std::string name, std::uint32_t parent,
             std::uint64_t seq) {
  NewNode out;
  out.id = NodeId{id};
  out.kind = kind;
  out.name = std::move(name);
  out.parent = NodeId{parent};
  out.recorded = Seq{seq};
  return out;
}

std::vector<std::string> fields(const Snapshot& snapshot, std::uint32_t dataset) {
  std::vector<std::string> out;
  snapshot.for_each_field(NodeId{dataset}, [&](NodeId field) {
    out.emplace_back(snapshot.node(field).name);
    return true;
  });
  return out;
}

using Names = std::vector<std::string>;

TEST(Fields, OfADatasetAreFoundNewestFirstAtTheirMoment) {
  Graph graph;
  graph.publish({Seq{1},
                 {node(1, NodeKind::kDataset, "t", 0, 1), node(2, NodeKind::kField, "a", 1, 1),
                  node(3, NodeKind::kDataset, "u", 0, 1), node(4, NodeKind::kField, "b", 1, 1)}});
  graph.publish(
      {Seq{2}, {node(5, NodeKind::kField, "s.x", 3, 2), node(6, NodeKind::kField, "c", 1, 2)}});
  const Snapshot now = graph.snapshot();
  EXPECT_EQ(fields(now, 1), (Names{"c", "b", "a"}));
  EXPECT_EQ(fields(now, 3), (Names{"s.x"}));
  EXPECT_EQ(fields(now, 2), Names{});  // a field has none
  EXPECT_EQ(fields(graph.snapshot({kLatest, Seq{1}}), 1), (Names{"b", "a"}));
  EXPECT_FALSE(now.has_nested_fields(NodeId{1}));
  EXPECT_TRUE(now.has_nested_fields(NodeId{3}));
  EXPECT_EQ(now.kind_of(NodeId{5}), NodeKind::kField);
  EXPECT_EQ(now.parent_of(NodeId{5}), NodeId{3});
}

TEST(Fields, AreKnownAgainAfterALoad) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("headwater_fields_" + std::to_string(std::random_device{}()));
  {
    Graph graph;
    graph.publish({Seq{1},
                   {node(1, NodeKind::kDataset, "t", 0, 1), node(2, NodeKind::kField, "a", 1, 1),
                    node(3, NodeKind::kField, "s.b", 1, 1)}});
    ASSERT_TRUE(graph.save(path.string()));
  }
  Graph loaded;
  ASSERT_TRUE(loaded.load(path.string()));
  EXPECT_EQ(fields(loaded.snapshot(), 1), (Names{"s.b", "a"}));
  EXPECT_TRUE(loaded.snapshot().has_nested_fields(NodeId{1}));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace headwater::graph
