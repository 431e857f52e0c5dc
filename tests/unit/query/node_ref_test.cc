#include "query/node_ref.h"

#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

NodeId find(World& world, std::string_view text) {
  const Session session = world.session();
  return must(resolve(session.graph(), must(parse_node_ref(text))));
}

base::ErrorCode parse_error(std::string_view text) {
  const auto ref = parse_node_ref(text);
  return ref ? base::ErrorCode::kInternal : ref.error().code;
}

TEST(NodeRef, ReadsColonsInNamespaceAndName) {
  World world;
  const NodeId plain = world.dataset("public.orders", "postgres://db:5432");
  const NodeId arn = world.dataset("arn:aws:s3:::bucket/a", "aws");
  const NodeId job = world.job("a/b c%d", "köln:x");
  world.commit();
  EXPECT_EQ(find(world, "dataset:postgres://db:5432:public.orders"), plain);
  EXPECT_EQ(find(world, "dataset:aws:arn:aws:s3:::bucket/a"), arn);
  EXPECT_EQ(find(world, "job:köln:x:a/b c%d"), job);
}

TEST(NodeRef, LongestNamespaceWinsAmongThoseThatExist) {
  World world;
  const NodeId short_one = world.dataset("b:c", "a");
  const NodeId long_one = world.dataset("c", "a:b");
  world.commit();
  EXPECT_EQ(find(world, "dataset:a:b:c"), long_one);
  EXPECT_EQ(find(world, "dataset:a:b%3Ac"), short_one);
  EXPECT_EQ(find(world, "dataset:a%3Ab:c"), long_one);
}

TEST(NodeRef, PlainNameWithAPercentSignIsFoundAsItStands) {
  World world;
  const NodeId literal = world.dataset("a%3Ab", "ns");
  const NodeId colon = world.dataset("x:y", "ns");
  world.commit();
  EXPECT_EQ(find(world, "dataset:ns:a%3Ab"), literal);
  EXPECT_EQ(find(world, "dataset:ns:a%253Ab"), literal);
  EXPECT_EQ(find(world, "dataset:ns:x%3ay"), colon);
}

TEST(NodeRef, FindsFieldsWhoseDatasetHasColons) {
  World world;
  const NodeId dataset = world.dataset("t:1", "pg://h:1");
  const NodeId field = world.field(dataset, "a.b:c");
  world.commit();
  EXPECT_EQ(find(world, "datasetField:pg://h:1:t:1:a.b:c"), field);
  const Session session = world.session();
  EXPECT_EQ(format_node(session.graph(), field), "datasetField:pg://h:1:t:1:a.b:c");
}

TEST(NodeRef, WhatFormatsIsFoundAgain) {
  World world;
  std::vector<NodeId> nodes;
  for (const char* name : {"a", "a.b", "日本:語", "x/y:z", "%", "sp ace", "'\"\\"}) {
    nodes.push_back(world.dataset(name, "s3://b"));
    nodes.push_back(world.job(name, "air:flow"));
  }
  world.commit();
  for (const NodeId node : nodes) {
    const Session session = world.session();
    EXPECT_EQ(find(world, format_node(session.graph(), node)), node);
  }
}

TEST(NodeRef, AliasLeadsToTheNodeItWasMergedInto) {
  World world;
  const NodeId loser = world.dataset("old"), winner = world.dataset("new");
  world.commit();
  world.merge(loser, winner);
  world.commit();
  EXPECT_EQ(find(world, "dataset:ns:old"), winner);
}

TEST(NodeRef, RefusesWhatHasNotTheForm) {
  for (const char* text : {"", "dataset", "dataset:", "dataset:ns", "table:a:b",
                           "run:", "datasetField:a:b", "Dataset:a:b"}) {
    EXPECT_EQ(parse_error(text), base::ErrorCode::kInvalidNodeId) << text;
  }
  EXPECT_EQ(parse_error("dataset:" + std::string(65, ':')), base::ErrorCode::kInvalidNodeId);
  EXPECT_EQ(must(parse_node_ref("run:a:b")).text, "a:b");
}

TEST(NodeRef, UnknownNameIsNotFound) {
  World world;
  world.dataset("a");
  world.commit();
  const Session session = world.session();
  const auto node = resolve(session.graph(), must(parse_node_ref("dataset:ns:b")));
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().code, base::ErrorCode::kNotFound);
}

}  // namespace
}  // namespace headwater::query
