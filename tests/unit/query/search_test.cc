#include "query/search.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "query/text_index/index.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

SearchRequest text(std::string query) {
  SearchRequest request;
  request.text = std::move(query);
  request.limit = 100;
  return request;
}

std::vector<std::string> names_at(World& world, const SearchRequest& request, Moment moment) {
  Session session = world.session(moment);
  const SearchAnswer answer = must(search(session, request));
  EXPECT_EQ(answer.cut, SearchCut::kNone);
  EXPECT_GE(answer.total, static_cast<std::int64_t>(answer.hits.size()));
  std::vector<std::string> out;
  for (const SearchHit& hit : answer.hits) {
    out.push_back(hit.column.empty() ? hit.node.name.name : hit.node.name.name + ":" + hit.column);
  }
  return out;
}
std::vector<std::string> names(World& world, const SearchRequest& request) {
  return names_at(world, request, {});
}

SearchHit only_hit(World& world, const SearchRequest& request) {
  Session session = world.session();
  SearchAnswer answer = must(search(session, request));
  if (answer.hits.size() != 1) throw std::runtime_error("not one hit");
  return std::move(answer.hits.front());
}

std::string schema(std::initializer_list<const char*> columns) {
  std::string out = R"({"fields":[)";
  for (const char* column : columns) {
    if (out.back() == '}') out += ',';
    out += R"({"name":")" + std::string(column) + R"(","type":"int"})";
  }
  return out + "]}";
}

using Names = std::vector<std::string>;

TEST(Search, RanksExactThenLastPartThenWordThenTypoThenInside) {
  World world;
  for (const char* name :
       {"reorders_x", "shop_orders_x", "mart.orders_daily", "Orders", "other", "ordesr"}) {
    world.dataset(name);
  }
  world.commit();
  EXPECT_EQ(names(world, text("orders")),
            (Names{"Orders", "mart.orders_daily", "shop_orders_x", "ordesr", "reorders_x"}));
  Session session = world.session();
  std::vector<std::string_view> matches;
  for (const SearchHit& hit : must(search(session, text("orders"))).hits) {
    matches.push_back(to_string(hit.match));
  }
  EXPECT_EQ(matches,
            (std::vector<std::string_view>{"exact", "prefix", "word", "fuzzy", "substring"}));
}

TEST(Search, UseThenRecencyThenBrevityDecideWithinALevel) {
  constexpr Micros kDay = Micros{86'400} * 1'000'000;
  World world;
  const NodeId used = world.dataset("t_used_rather_long"), fresh = world.dataset("t_fresh_long");
  world.dataset("t_short");
  world.dataset("t_longer");
  world.reads(world.job("reader"), used);
  world.observe(fresh, 3 * kDay);
  world.commit();
  EXPECT_EQ(names(world, text("t")),
            (Names{"t_used_rather_long", "t_fresh_long", "t_short", "t_longer"}));
  const SearchHit hit = only_hit(world, text("used"));
  EXPECT_EQ(hit.readers, 1u);
  EXPECT_EQ(hit.consumers, 0u);
}

TEST(Search, WildcardsFitTheWholeNameFirst) {
  World world;
  for (const char* name : {"my-job-1", "my-jab-1", "a-my-job-2", "none"}) world.job(name);
  world.commit();
  EXPECT_EQ(names(world, text("my-job%")), (Names{"my-job-1", "a-my-job-2"}));
  EXPECT_EQ(names(world, text("my-j_b-1")), (Names{"my-jab-1", "my-job-1"}));
  EXPECT_EQ(names(world, text("%")).size(), 4u);
  EXPECT_EQ(names(world, text("-2")), (Names{"a-my-job-2"}));
  EXPECT_EQ(names(world, text("-")).size(), 3u);
}

TEST(Search, FiltersAndCountsAll) {
  World world;
  const NodeId t1 = world.dataset("t1", "a");
  world.dataset("t2", "b");
  world.job("t3", "a");
  world.attribute(t1, "ownership", R"({"owners":[{"name":"Ann Lee"}]})");
  world.attribute(t1, "tags", R"({"tags":[{"key":"gold"},{"key":"pii","field":"c"}]})");
  world.commit();
  SearchRequest request = text("t");
  request.kind = NodeKind::kDataset;
  EXPECT_EQ(names(world, request), (Names{"t1", "t2"}));
  request.kind = NodeKind::kJob;
  EXPECT_EQ(names(world, request), (Names{"t3"}));
  request = text("T");
  request.name_space = "a";
  request.limit = 1;
  {
    Session session = world.session();
    const SearchAnswer answer = must(search(session, request));
    EXPECT_EQ(answer.total, 2);
    EXPECT_EQ(answer.hits.size(), 1u);
    request.offset = 1;
    EXPECT_NE(must(search(session, request)).hits.front().node.node, answer.hits.front().node.node);
    request.name_space = "nowhere";
    EXPECT_EQ(must(search(session, request)).total, 0);
  }
  request = text("t");
  request.owner = "Ann Lee";
  EXPECT_EQ(names(world, request), (Names{"t1"}));
  request.owner = "Ann";
  EXPECT_TRUE(names(world, request).empty());
  request = text("t");
  request.tag = "pii";
  EXPECT_EQ(names(world, request), (Names{"t1"}));
  const SearchHit hit = only_hit(world, text("gold"));
  EXPECT_EQ(hit.owners, Names{"Ann Lee"});
  EXPECT_EQ(hit.tags, Names{"gold"});
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
  request.sort = SearchSort::kName;
  EXPECT_EQ(names(world, request), (Names{"ta", "tb"}));
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
  EXPECT_EQ(names_at(world, text("gone"), {9, model::kNeverSeq}).size(), 2u);
  EXPECT_TRUE(names_at(world, text("gone"), {10, model::kNeverSeq}).empty());
  world.observe(job, 11);
  world.observe(dataset, 11);
  world.commit();
  EXPECT_EQ(names(world, text("gone")), (Names{"gone_job", "gone_table"}));
}

TEST(Search, LeavesOutHiddenNamespaces) {
  World world;
  world.dataset("orders", "secret");
  world.dataset("orders", "open");
  world.commit();
  EXPECT_EQ(names(world, text("orders")).size(), 2u);
  world.hide("secret", true);
  world.commit();
  EXPECT_EQ(names(world, text("orders")).size(), 1u);
  EXPECT_EQ(names_at(world, text("orders"), {graph::kLatest, Seq{1}}).size(), 1u);
  world.hide("secret", false);
  world.commit();
  EXPECT_EQ(names(world, text("orders")).size(), 2u);
}

TEST(Search, FindsByColumnsDescriptionsOwnersTagsAndNamespaces) {
  World world;
  const NodeId dataset = world.dataset("a.b", "warehouse");
  world.attribute(dataset, "schema",
                  R"({"fields":[{"name":"customer","fields":[{"name":"city",)"
                  R"("description":"where she lives"}]}]})");
  world.attribute(dataset, "documentation", R"({"description":"Müllabfuhr je Straße"})");
  world.attribute(dataset, "ownership", R"({"owners":[{"name":"team:finance"}]})");
  world.attribute(dataset, "tags", R"({"tags":[{"key":"tier","value":"gold"}]})");
  world.commit();
  const auto where = [&](const char* query) {
    const SearchHit hit = only_hit(world, text(query));
    return std::string(to_string(hit.highlights.front().where.place)) + "=" +
           hit.highlights.front().where.text;
  };
  EXPECT_EQ(where("city"), "column=customer.city");
  EXPECT_EQ(where("lives"), "description=where she lives");
  EXPECT_EQ(where("MÜLL"), "description=Müllabfuhr je Straße");
  EXPECT_EQ(where("finanec"), "owner=team:finance");
  EXPECT_EQ(where("tier:gold"), "tag=tier:gold");
  EXPECT_EQ(where("wareh"), "namespace=warehouse");
  const SearchHit hit = only_hit(world, text("straße"));
  EXPECT_EQ(hit.highlights.front().ranges, (std::vector<text_index::Span>{{14, 20}}));
}

TEST(Search, FindsColumnsThemselves) {
  World world;
  const NodeId a = world.dataset("a"), b = world.dataset("b"), c = world.dataset("c");
  world.attribute(a, "schema", schema({"customer_id", "price"}));
  world.attribute(b, "schema", schema({"id", "customer"}));
  world.field(c, "customer_id");
  world.commit();
  SearchRequest request = text("customer");
  request.kind = NodeKind::kField;
  EXPECT_EQ(names(world, request), (Names{"b:customer", "a:customer_id", "c:customer_id"}));
  request.text = "custmer id";
  EXPECT_EQ(names(world, request), (Names{"a:customer_id", "c:customer_id"}));
  request.name_space = "other";
  EXPECT_TRUE(names(world, request).empty());
}

TEST(Search, ObeysBothClocks) {
  World world;
  const NodeId dataset = world.dataset("orders");
  const auto first = world.attribute(dataset, "schema", schema({"amount"}), 100);
  const Seq one = world.commit();
  EXPECT_EQ(names(world, text("amount")), Names{"orders"});
  world.close_attribute(first);
  world.attribute(dataset, "schema", schema({"amount"}), 100, 200);
  world.attribute(dataset, "schema", schema({"total"}), 200);
  world.dataset("amounts");
  const Seq two = world.commit();
  EXPECT_EQ(names(world, text("amount")), Names{"amounts"});
  EXPECT_EQ(names(world, text("total")), Names{"orders"});
  EXPECT_EQ(names_at(world, text("amount"), {graph::kLatest, one}), Names{"orders"});
  EXPECT_TRUE(names_at(world, text("total"), {graph::kLatest, one}).empty());
  EXPECT_EQ(names_at(world, text("amount"), {150, two}), (Names{"amounts", "orders"}));
  EXPECT_EQ(names_at(world, text("amount"), {250, two}), Names{"amounts"});
  EXPECT_EQ(names_at(world, text("total"), {250, two}), Names{"orders"});
  EXPECT_EQ(names_at(world, text("total"), {199, two}), Names{});
  EXPECT_EQ(names_at(world, text("amount"), {250, one}), Names{"orders"});
  SearchRequest request = text("amount");
  request.kind = NodeKind::kField;
  EXPECT_EQ(names_at(world, request, {150, two}), Names{"orders:amount"});
  EXPECT_TRUE(names(world, request).empty());
}

TEST(Search, AMergedDatasetAnswersToAllItsNames) {
  World world;
  const NodeId path = world.dataset("lake/ordersfile"), table = world.dataset("mart.sales");
  const NodeId other = world.dataset("third");
  const Seq before = world.commit();
  EXPECT_EQ(names(world, text("ordersfile")), Names{"lake/ordersfile"});
  world.merge(path, table);
  const Seq between = world.commit();
  EXPECT_EQ(names(world, text("ordersfile")), Names{"mart.sales"});
  EXPECT_EQ(to_string(only_hit(world, text("ordersfile")).highlights.front().where.place), "alias");
  EXPECT_EQ(names_at(world, text("ordersfile"), {graph::kLatest, before}),
            Names{"lake/ordersfile"});
  world.merge(table, other);
  world.commit();
  EXPECT_EQ(names(world, text("%ordersfil_")), Names{"third"});
  EXPECT_EQ(names(world, text("ordersfile")), Names{"third"});
  EXPECT_EQ(names_at(world, text("ordersfile"), {graph::kLatest, between}), Names{"mart.sales"});
  Service fresh(*world.store, world.graph, world.clock);
  for (const auto& [seq, name] : {std::pair(before, "lake/ordersfile"), {between, "mart.sales"}}) {
    Session newest = must(fresh.open());
    EXPECT_EQ(must(search(newest, text("ordersfile"))).hits.front().node.name.name, "third");
    Session session = must(fresh.open({graph::kLatest, seq}));
    EXPECT_EQ(must(search(session, text("ordersfile"))).hits.front().node.name.name, name);
  }
}

TEST(Search, PeoplesWordsAreFoundToo) {
  World world;
  const NodeId dataset = world.dataset("t");
  world.attribute(dataset, "documentation", R"({"description":"robots"})");
  world.attribute(dataset, "$people.description", R"({"text":"humans","author":"a"})");
  world.attribute(dataset, "$people.owner:ann", R"({"author":"a"})");
  world.attribute(dataset, "$people.tag:gold", R"({"author":"a"})");
  world.attribute(dataset, "$people.tag:lead", R"({"removed":true})");
  world.commit();
  EXPECT_EQ(names(world, text("humans ann gold")), Names{"t"});
  EXPECT_TRUE(names(world, text("robots")).empty());
  EXPECT_TRUE(names(world, text("lead")).empty());
}

TEST(Search, SaysWhenItDidNotLookAtEverything) {
  World world;
  std::vector<std::int64_t> rows;
  for (int i = 0; i < 20; ++i) {
    const NodeId node = world.dataset("t" + std::to_string(i));
    rows.push_back(world.attribute(node, "schema", schema({"old"})));
  }
  const Seq first = world.commit();
  for (const std::int64_t row : rows) world.close_attribute(row);
  world.commit();
  EXPECT_TRUE(names(world, text("old")).empty());
  Session session = world.session({graph::kLatest, first});
  SearchRequest request = text("old");
  request.max_checks = 5;
  SearchAnswer answer = must(search(session, request));
  EXPECT_EQ(answer.cut, SearchCut::kMaxChecks);
  EXPECT_EQ(answer.total, 5);
  EXPECT_EQ(answer.unchecked, 15u);
  request.max_checks = 20;
  answer = must(search(session, request));
  EXPECT_EQ(answer.cut, SearchCut::kNone);
  EXPECT_EQ(answer.total, 20);
  request.cancelled = [] { return true; };
  answer = must(search(session, request));
  EXPECT_EQ(answer.cut, SearchCut::kCancelled);
  EXPECT_EQ(answer.unchecked, 20u);
}

TEST(Search, APatternThatIsCancelledSaysSo) {
  World world;
  world.dataset("t");
  world.commit();
  Session session = world.session();
  for (const std::optional<NodeKind> kind : {std::optional<NodeKind>{}, {NodeKind::kField}}) {
    SearchRequest request = text("%t%");
    request.cancelled = [] { return true; };
    EXPECT_EQ(must(search(session, request)).cut, SearchCut::kCancelled);
    request.cancelled = {};
    request.kind = kind;
    EXPECT_EQ(must(search(session, request)).cut, SearchCut::kNone);
  }
}

TEST(Search, FindsEachCommitWhileOthersSearchAndTheIndexIsKept) {
  World world;
  leave_search_to_background(*world.service);
  std::atomic<bool> over{false};
  std::thread keeper([&] {
    while (!over) {
      must(keep_search(*world.service, true));
      world.service->text_index().tidy(world.graph, true);
    }
  });
  std::thread searcher([&] {
    std::int64_t last = 0;
    while (!over) {
      Session session = world.session();
      const std::int64_t total = must(search(session, text("part"))).total;
      EXPECT_GE(total, last);
      last = total;
    }
  });
  for (int i = 1; i <= 150; ++i) {
    const NodeId node = world.dataset("part." + std::to_string(i));
    world.attribute(node, "schema", schema({"one"}));
    if (i > 2)
      world.attribute(NodeId{static_cast<std::uint32_t>(i - 2)}, "tags",
                      R"({"tags":[{"key":"late"}]})");
    world.commit();
    EXPECT_EQ(names(world, text("part")).size(), std::min<std::size_t>(100, i));
    Session session = world.session();
    EXPECT_EQ(must(search(session, text("part one"))).total, i);
    EXPECT_EQ(must(search(session, text("part late"))).total, std::max(0, i - 2));
  }
  over = true;
  keeper.join();
  searcher.join();
}

TEST(Search, RefusesWhatIsTooLongOrTooFar) {
  World world;
  world.commit();
  Session session = world.session();
  const auto code = [&](SearchRequest request) { return search(session, request).error().code; };
  EXPECT_EQ(code(text(std::string(5000, 'a'))), base::ErrorCode::kLimitExceeded);
  SearchRequest far = text("a");
  far.offset = kMaxSearchWindow;
  EXPECT_EQ(code(far), base::ErrorCode::kLimitExceeded);
  EXPECT_EQ(must(search(session, text("a"))).total, 0);
}

TEST(Search, LooksAtNamesOnlyWhileTheBackgroundBuilds) {
  World world;
  leave_search_to_background(*world.service);
  for (std::uint32_t i = 0; i <= text_index::Index::kMaxAtOnce; ++i) {
    world.dataset("t" + std::to_string(i));
  }
  world.commit();
  {
    Session session = world.session();
    const SearchAnswer answer = must(search(session, text("t777")));
    EXPECT_EQ(answer.cut, SearchCut::kIndexBuilding);
    EXPECT_EQ(answer.total, 11);
    EXPECT_EQ(answer.hits.front().node.name.name, "t777");
  }
  must(keep_search(*world.service, true));
  world.dataset("new777");
  world.commit();
  EXPECT_EQ(names(world, text("new777")), Names{"new777"});
  Session session = world.session();
  const SearchAnswer answer = must(search(session, text("t777")));
  EXPECT_EQ(answer.cut, SearchCut::kNone);
  EXPECT_GT(answer.total, 11);  // typos as well
}

}  // namespace
}  // namespace headwater::query
