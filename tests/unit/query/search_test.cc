#include "query/search.h"

#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

std::vector<std::string> names(World& world, SearchRequest request) {
  Session session = world.session();
  std::vector<std::string> out;
  for (const SearchHit& hit : must(search(session, request)).hits) {
    out.push_back(hit.node.name.name);
  }
  return out;
}

SearchRequest text(std::string query) {
  SearchRequest request;
  request.text = std::move(query);
  request.limit = 100;
  return request;
}

using Names = std::vector<std::string>;

TEST(Search, RanksExactThenLastPartThenWordThenInside) {
  World world;
  for (const char* name : {"reorders", "shop_orders_x", "mart.orders_daily", "Orders", "other"}) {
    world.dataset(name);
  }
  world.commit();
  EXPECT_EQ(names(world, text("orders")),
            (Names{"Orders", "mart.orders_daily", "shop_orders_x", "reorders"}));
}

TEST(Search, WildcardsFitTheWholeNameFirst) {
  World world;
  for (const char* name : {"my-job-1", "my-jab-1", "a-my-job-2", "none"}) world.job(name);
  world.commit();
  EXPECT_EQ(names(world, text("my-job%")), (Names{"my-job-1", "a-my-job-2"}));
  EXPECT_EQ(names(world, text("my-j_b-1")), (Names{"my-jab-1", "my-job-1"}));
}

TEST(Search, UnderscoreFindsItselfBeforeOtherCharacters) {
  World world;
  for (const char* name : {"aXb", "a_b"}) world.dataset(name);
  world.commit();
  const NameMatcher matcher("a_b");
  EXPECT_TRUE(matcher.rank("a_b"));
  EXPECT_TRUE(matcher.rank("aXb"));
  EXPECT_TRUE(matcher.rank("aéb"));  // one character, two bytes
  EXPECT_FALSE(matcher.rank("aXXb"));
}

TEST(Search, FiltersByTypeAndNamespaceAndCountsAll) {
  World world;
  world.dataset("t1", "a");
  world.dataset("t2", "b");
  world.job("t3", "a");
  world.commit();
  SearchRequest request = text("t");
  request.kind = NodeKind::kDataset;
  EXPECT_EQ(names(world, request), (Names{"t1", "t2"}));
  request.kind = NodeKind::kJob;
  EXPECT_EQ(names(world, request), (Names{"t3"}));
  request = text("T");
  request.name_space = "a";
  request.limit = 1;
  Session session = world.session();
  const SearchAnswer answer = must(search(session, request));
  EXPECT_EQ(answer.total, 2);
  EXPECT_EQ(answer.hits.size(), 1u);
}

TEST(Search, NewestFirstWhenAskedFor) {
  World world;
  const NodeId a = world.dataset("ta"), b = world.dataset("tb");
  world.observe(a, 10);
  world.observe(b, 20);
  world.commit();
  SearchRequest request = text("t");
  request.sort = SearchSort::kUpdatedAt;
  EXPECT_EQ(names(world, request), (Names{"tb", "ta"}));
}

TEST(Search, LeavesOutDeletedOnesUntilTheyAreHeardOfAgain) {
  World world;
  const NodeId job = world.job("gone_job"), dataset = world.dataset("gone_table");
  world.attribute(job, "$state", "\"DELETED\"", 10);
  world.observe(job, 10);
  world.attribute(dataset, "$state", "\"DROP\"", 10);
  world.observe(dataset, 10);
  must(world.writer().insert_deletion({dataset, 10, 0, 0, world.next_seq()}));
  world.commit();
  EXPECT_TRUE(names(world, text("gone")).empty());
  world.observe(job, 11);
  world.observe(dataset, 11);
  world.commit();
  EXPECT_EQ(names(world, text("gone")), (Names{"gone_job", "gone_table"}));
}

TEST(Search, PatternsOfManyWildcardsStayCheap) {
  const NameMatcher matcher("%a%a%a%a%a%a%a%a%a%a%b");
  EXPECT_FALSE(matcher.rank(std::string(5000, 'a')));
}

}  // namespace
}  // namespace headwater::query
