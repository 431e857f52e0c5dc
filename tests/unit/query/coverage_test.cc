#include "query/coverage.h"

#include <algorithm>
#include <map>

#include "query/look_alikes.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

using model::EdgeKind;

std::shared_ptr<const Coverage> ask(World& world, CoverageRequest request = {},
                                    graph::Moment moment = {}) {
  Session session = world.session(moment);
  return must(coverage(session, request));
}

TEST(Coverage, FindsWhatHasNoLineageOrOnlyHalf) {
  World world;
  const NodeId source = world.dataset("source"), middle = world.dataset("middle");
  const NodeId end = world.dataset("end"), used = world.dataset("used");
  const NodeId j = world.job("j"), k = world.job("k");
  const NodeId idle = world.job("idle"), parent = world.job("parent"), gone = world.job("gone");
  const NodeId board = world.node(NodeKind::kConsumer, "board");
  world.dataset("alone");
  world.reads(j, source);
  world.writes(j, middle);
  world.reads(k, middle);
  world.writes(k, end);
  world.writes(k, used);
  world.edge(used, board, EdgeKind::kUses, used);
  world.edge(parent, j, EdgeKind::kParent, j);
  world.attribute(gone, "$state", "\"DELETED\"");
  world.commit();
  const auto found = ask(world);
  EXPECT_EQ(found->jobs_without_io, std::vector<NodeId>{idle});
  EXPECT_EQ(found->written_never_read, std::vector<NodeId>{end});
  EXPECT_EQ(found->read_never_written, std::vector<NodeId>{source});
  EXPECT_EQ(found->all.jobs, 4);
  EXPECT_EQ(found->all.datasets, 5);
  EXPECT_EQ(found->cut.reason, graph::CutReason::kNone);
}

TEST(Coverage, IsOfTheMomentAskedFor) {
  World world;
  const NodeId d = world.dataset("d"), j = world.job("j"), k = world.job("k");
  world.writes(j, d, 10);
  world.reads(k, d, 20);
  const Seq first = world.commit();
  world.attribute(d, "ownership", R"({"owners":[{"name":"ann"}]})");
  world.commit();
  EXPECT_EQ(ask(world, {}, {15, model::kNeverSeq})->written_never_read, std::vector<NodeId>{d});
  EXPECT_TRUE(ask(world, {}, {25, model::kNeverSeq})->written_never_read.empty());
  EXPECT_EQ(ask(world, {}, {5, model::kNeverSeq})->jobs_without_io, (std::vector<NodeId>{j, k}));
  EXPECT_EQ(ask(world)->owners.size(), 2u);
  EXPECT_EQ(ask(world, {}, {graph::kLatest, first})->owners.size(), 1u);
}

TEST(Coverage, ScoresWhatEachOwnerDescribes) {
  World world;
  const NodeId good = world.dataset("good"), poor = world.dataset("poor"),
               raw = world.dataset("raw");
  const NodeId a = world.field(raw, "a"), b = world.field(good, "b");
  const NodeId j = world.job("j");
  world.reads(j, raw);
  world.writes(j, good);
  world.writes(j, poor);
  world.edge(a, b, EdgeKind::kColumnDirect, j, 0, model::kOpenEnd, j);
  world.attribute(good, "schema", R"({"fields":[{"name":"b"}]})");
  world.attribute(good, "documentation", R"({"description":"x"})");
  world.attribute(good, "ownership", R"({"owners":[{"name":"ann"},{"name":"bob"}]})");
  world.attribute(poor, "ownership", R"({"owners":[{"name":"bob"}]})");
  world.commit();
  const auto found = ask(world);
  std::map<std::string, OwnerScore> by_name;
  for (const OwnerScore& owner : found->owners) by_name[owner.owner] = owner;
  EXPECT_EQ(by_name.size(), 3u);
  EXPECT_DOUBLE_EQ(by_name["ann"].score(), 1.0);
  EXPECT_DOUBLE_EQ(by_name["bob"].score(), 0.5);
  EXPECT_EQ(by_name["bob"].datasets, 2);
  EXPECT_EQ(by_name["bob"].with_column_lineage, 1);
  EXPECT_EQ(by_name[""].jobs, 1);
  EXPECT_EQ(by_name[""].datasets, 1);
  EXPECT_EQ(by_name[""].checks, 4);  // raw is not written: no columns are asked of it
  EXPECT_EQ(by_name[""].passed, 1);
  EXPECT_EQ(found->all.checks, 10);
  EXPECT_TRUE(std::is_sorted(found->owners.begin(), found->owners.end(),
                             [](const auto& x, const auto& y) { return x.score() < y.score(); }));
}

TEST(Coverage, CountsFacetsOncePerNode) {
  World world;
  const NodeId a = world.dataset("a"), b = world.dataset("b", "other"), c = world.dataset("c");
  world.attribute(a, "schema", "{}");
  world.attribute(b, "schema", "{}");
  world.attribute(c, "schema", "{}", 0, 10);
  world.attribute(c, "custom", "{}");
  world.attribute(c, "$derived", "{}");
  world.merge(b, a);
  world.commit();
  std::map<std::string, std::int64_t> facets;
  for (const FacetSeen& facet : ask(world)->facets) facets[facet.name] = facet.entities;
  EXPECT_EQ(facets, (std::map<std::string, std::int64_t>{{"schema", 1}, {"custom", 1}}));
}

TEST(Coverage, NamespaceNarrowsEverything) {
  World world;
  world.job("a", "one");
  const NodeId b = world.job("b", "two");
  world.commit();
  CoverageRequest request;
  request.name_space = "two";
  const auto found = ask(world, request);
  EXPECT_EQ(found->jobs_without_io, std::vector<NodeId>{b});
  EXPECT_EQ(found->all.jobs, 1);
}

TEST(Coverage, MaxWorkCutsAndCancellingEnds) {
  World world;
  const NodeId d = world.dataset("d");
  for (int i = 0; i < 20; ++i) world.attribute(d, "f" + std::to_string(i), "{}");
  world.commit();
  CoverageRequest request;
  request.max_work = 5;
  const auto found = ask(world, request);
  EXPECT_EQ(found->cut.reason, graph::CutReason::kMaxWork);
  EXPECT_EQ(found->cut.limit, 5u);
  for (int i = 0; i < 5000; ++i) world.attribute(d, "many", "{}", i, i + 1);
  world.commit();
  request.max_work = 1'000'000;
  request.cancelled = [] { return true; };
  Session session = world.session();
  EXPECT_FALSE(coverage(session, request));
}

// ---- look-alikes
// ----------------------------------------------------------------------------------

TEST(LookAlikes, NamesAreCutIntoWords) {
  const NameParts parts = name_parts("DB.Public/user-Events_V2");
  EXPECT_EQ(parts.words, (std::vector<std::string>{"db", "public", "user", "events"}));
  EXPECT_EQ(parts.version, "v2");
  EXPECT_EQ(name_parts("v2").words, std::vector<std::string>{"v2"});
  EXPECT_TRUE(name_parts("///").words.empty());
  EXPECT_EQ(host_of("postgres://DB1.example.com:5432"), "db1");
  EXPECT_EQ(host_of("Warehouse"), "warehouse");
}

struct Pair {
  std::string left_space, left, right_space, right;
};
std::vector<std::string> why(const Pair& names) {
  World world;
  world.dataset(names.left, names.left_space);
  world.dataset(names.right, names.right_space);
  world.commit();
  const auto found = ask(world);
  if (found->look_alikes.empty()) return {};
  return {found->look_alikes[0].why.begin(), found->look_alikes[0].why.end()};
}

TEST(LookAlikes, SayWhyTheyAre) {
  using Why = std::vector<std::string>;
  EXPECT_EQ(why({"a", "public.orders", "b", "public.orders"}), Why{"same_name"});
  EXPECT_EQ(why({"a", "public.orders", "b", "PUBLIC/Orders"}), Why{"same_words"});
  EXPECT_EQ(why({"pg://a:1", "public.orders", "a.x", "db.public.orders"}), Why{});
  EXPECT_EQ(why({"pg://a:1", "orders", "a.example", "orders_v2"}),
            (Why{"same_words", "other_version", "same_host"}));
  EXPECT_EQ(why({"a", "orders", "b", "orders_v2"}), Why{});
  EXPECT_EQ(why({"a", "orders", "a", "ORDERS"}), Why{});
  EXPECT_EQ(why({"a", "orders", "b", "customers"}), Why{});
}

TEST(LookAlikes, SchemasRaiseAndLower) {
  World world;
  const NodeId a = world.dataset("db.public.orders", "x"), b = world.dataset("public.orders", "y");
  const NodeId c = world.dataset("users", "x"), d = world.dataset("users", "y");
  world.attribute(a, "schema", R"({"fields":[{"name":"id"},{"name":"total"}]})");
  world.attribute(b, "schema", R"({"fields":[{"name":"ID"},{"name":"TOTAL"}]})");
  world.attribute(c, "schema", R"({"fields":[{"name":"id"}]})");
  world.attribute(d, "schema", R"({"fields":[{"name":"temperature"}]})");
  world.commit();
  const auto found = ask(world);
  ASSERT_EQ(found->look_alikes.size(), 1u);
  EXPECT_EQ(found->look_alikes[0].a, a);
  EXPECT_NEAR(found->look_alikes[0].score, 0.75, 1e-9);
}

TEST(LookAlikes, WhatOneIsMadeFromIsNotTheSame) {
  World world;
  const NodeId a = world.dataset("orders", "x"), b = world.dataset("orders", "y");
  const NodeId j = world.job("copy");
  world.reads(j, a);
  world.commit();
  const auto before = ask(world);
  ASSERT_EQ(before->look_alikes.size(), 1u);
  EXPECT_EQ(before->look_alikes[0].a, a);
  world.writes(j, b);
  world.commit();
  EXPECT_TRUE(ask(world)->look_alikes.empty());
}

TEST(LookAlikes, WhatIsAlreadyOneIsNotSuggested) {
  World world;
  const NodeId a = world.dataset("orders", "x"), b = world.dataset("orders", "y");
  world.commit();
  EXPECT_EQ(ask(world)->look_alikes.size(), 1u);
  world.merge(b, a);
  world.commit();
  EXPECT_TRUE(ask(world)->look_alikes.empty());
}

TEST(LookAlikes, ManyOfOneNameStayNearLinear) {
  World world;
  constexpr int kMany = 400;
  for (int i = 0; i < kMany; ++i) world.dataset("events", "ns" + std::to_string(i));
  world.commit();
  const auto found = ask(world);
  EXPECT_LE(found->look_alikes.size(), kMany * LookAlikeFinder::kNeighbours);
  std::set<NodeId> named;
  for (const LookAlike& pair : found->look_alikes) named.insert({pair.a, pair.b});
  EXPECT_EQ(named.size(), static_cast<std::size_t>(kMany));
}

TEST(LookAlikes, TooManyKeepTheBestAndSaySo) {
  World world;
  constexpr std::size_t kMany = LookAlikeFinder::kMaxPairs / LookAlikeFinder::kNeighbours + 200;
  for (std::size_t i = 0; i < kMany; ++i) world.dataset("events", "ns" + std::to_string(i));
  world.commit();
  const auto found = ask(world);
  EXPECT_EQ(found->look_alikes.size(), LookAlikeFinder::kMaxPairs);
  EXPECT_EQ(found->cut.reason, graph::CutReason::kMaxWork);
  EXPECT_EQ(found->cut.limit, LookAlikeFinder::kMaxPairs);
  EXPECT_GT(found->cut.frontier, 0u);
}

}  // namespace
}  // namespace headwater::query
