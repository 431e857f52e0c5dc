// Use, price books and entries over the API, with a real store, writer and graph behind it.

#include <map>
#include <set>

#include "tests/unit/api/v1/question_fixture.h"

namespace headwater::api::v1 {
namespace {

std::string report(const std::string& consumer, const std::string& dataset, const std::string& rest,
                   const std::string& type = "dashboard") {
  return R"({"consumer":{"type":")" + type + R"(","namespace":"bi","name":")" + consumer +
         R"("},"dataset":{"namespace":"ns","name":")" + dataset + R"("},)" + rest + "}";
}
const std::string kThen = R"("at":"2027-12-20T08:00:00Z")";  // within 30 days of the clock

class UsageApi : public QuestionTest {
 protected:
  void fill() {
    tell({.job = "load", .run = "r1", .inputs = {"raw"}, .outputs = {"mart"}});
    tell({.job = "more", .run = "r2", .inputs = {"mart"}, .outputs = {"dead"}});
    use("Revenue", "mart", kThen + R"(,"count":7,"columns":["day","amount"],"purpose":"weekly")");
    use("Stock", "mart", kThen + R"(,"count":2)");
    use("Stock", "raw", kThen);
  }
  void use(const std::string& consumer, const std::string& dataset, const std::string& rest) {
    const Said said = post({"usage"}, report(consumer, dataset, rest));
    ASSERT_EQ(said.status, 201) << said.body;
  }
};

TEST_F(UsageApi, AReportIsReceiptedAndRepeatedIsADuplicate) {
  fill();
  const std::string text = report("Revenue", "mart", kThen + R"(,"count":1)");
  EXPECT_EQ(post({"usage"}, text).text("status"), "stored");
  EXPECT_EQ(post({"usage"}, text).text("status"), "duplicate");
  const Said batch = post({"usage"}, "[" + report("A", "mart", kThen) + "," +
                                         report("B", "mart", R"("at":"soon")") + "]");
  EXPECT_EQ(batch.status, 200) << batch.body;
  EXPECT_EQ(batch.json().get("summary").get("failed").integer(), 1) << batch.body;
}

TEST_F(UsageApi, WhatIsNoReportIsRefusedWhole) {
  const std::string event = EventText{.job = "j", .run = "x"}.str();
  for (const std::string& body : {event, "[" + report("A", "mart", kThen) + "," + event + "]"}) {
    const Said said = post({"usage"}, body);
    EXPECT_EQ(said.status, 400) << said.body;
    EXPECT_NE(said.body.find("POST /api/v1/lineage"), std::string::npos);
  }
  EXPECT_EQ(get({"usage"}, {{"nodeId", "consumer:bi:dashboard:A"}}).status, 404);
}

TEST_F(UsageApi, UseOfADatasetAndByAConsumer) {
  fill();
  const Said mart = get({"usage"}, {{"nodeId", "dataset:ns:mart"}});
  ASSERT_EQ(mart.status, 200) << mart.body;
  EXPECT_EQ(mart.json().get("total").integer(), 9);
  const auto consumers = mart.list("consumers");
  ASSERT_EQ(consumers.size(), 2U);
  EXPECT_EQ(consumers[0].get("nodeId").string(), "consumer:bi:dashboard:Revenue");
  EXPECT_EQ(consumers[0].get("count").integer(), 7);
  EXPECT_EQ(mart.list("columns").size(), 2U);
  EXPECT_EQ(mart.list("purposes")[0].get("name").string(), "weekly");
  EXPECT_EQ(mart.list("daily")[0].get("day").string(), "2027-12-20");
  const auto popularity = mart.json().get("popularity");
  EXPECT_EQ(popularity.get("rank").integer(), 1);
  EXPECT_EQ(popularity.get("percentile").number(), 100.0);
  const Said stock = get({"usage"}, {{"nodeId", "consumer:bi:dashboard:Stock"}});
  ASSERT_EQ(stock.status, 200) << stock.body;
  EXPECT_EQ(stock.list("datasets").size(), 2U);
  EXPECT_EQ(stock.json().get("total").integer(), 3);
  EXPECT_EQ(get({"usage"}, {{"nodeId", "job:ns:load"}}).status, 400);
  EXPECT_EQ(get({"usage"}, {{"nodeId", "dataset:ns:mart"},
                            {"from", "2027-12-02T00:00:00Z"},
                            {"to", "2027-12-01T00:00:00Z"}})
                .status,
            400);
}

// What it has looked at, questions find done; answers are the same as without it.
TEST_F(UsageApi, WhatQuestionsKeepCanBeMadeBeforeThem) {
  fill();
  stats::Popularity& popularity = world().stats().popularity();
  EXPECT_EQ(popularity.merges_seen(), model::Seq{0});
  tests::must(world().api().bring_up([] { return true; }));
  EXPECT_EQ(popularity.merges_seen(), model::Seq{0}) << "it was to end early";
  tests::must(world().api().bring_up([] { return false; }));
  EXPECT_EQ(popularity.merges_seen(), tests::must(world().queries().open({})).seq());
  EXPECT_EQ(get({"usage", "popularity"}, {}).list("datasets").size(), 2U);
  EXPECT_EQ(get({"costs", "sunburst"}, {}).status, 200);
}

TEST_F(UsageApi, PopularityIsPagedAndTheUnusedAreListed) {
  fill();
  std::set<std::string> seen;
  std::string cursor;
  do {
    http::Fields query{{"limit", "1"}};
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    const Said page = get({"usage", "popularity"}, query);
    ASSERT_EQ(page.status, 200) << page.body;
    EXPECT_EQ(page.json().get("totalCount").integer(), 2);
    for (const auto& item : page.list("datasets")) seen.insert(*item.get("nodeId").string());
    cursor = page.json().get("next_cursor").string().value_or("");
  } while (!cursor.empty());
  EXPECT_EQ(seen, (std::set<std::string>{"dataset:ns:mart", "dataset:ns:raw"}));
  // "dead" is read by nobody; its runs are older than 30 days, as are those that read "mart".
  const Said unused = get({"usage", "unused"});
  ASSERT_EQ(unused.status, 200) << unused.body;
  ASSERT_EQ(unused.list("datasets").size(), 1U);
  EXPECT_EQ(unused.list("datasets")[0].get("nodeId").string(), "dataset:ns:dead");
}

TEST_F(UsageApi, ColumnsThatNobodyNamedOrReads) {
  const std::string schema =
      R"({"schema":{"_producer":"p","_schemaURL":"s","fields":[{"name":"day"},{"name":"amount"},{"name":"note"}]}})";
  tell({.job = "load", .run = "r1", .outputs = {"mart"}, .output_facets = schema});
  use("Revenue", "mart", kThen + R"(,"columns":["day","amount"])");
  const Said said = get({"usage", "unused-columns"}, {{"nodeId", "dataset:ns:mart"}});
  ASSERT_EQ(said.status, 200) << said.body;
  ASSERT_EQ(said.list("columns").size(), 1U);
  EXPECT_EQ(said.list("columns")[0].string(), "note");
  EXPECT_EQ(said.json().get("all_reports_name_columns").boolean(), true);
  use("Stock", "mart", kThen);
  EXPECT_EQ(get({"usage", "unused-columns"}, {{"nodeId", "dataset:ns:mart"}})
                .json()
                .get("all_reports_name_columns")
                .boolean(),
            false);
}

TEST_F(UsageApi, AViewThatManyReadIsWorthATable) {
  const std::string view =
      R"({"datasetType":{"_producer":"p","_schemaURL":"s","datasetType":"VIEW"}})";
  tell({.job = "define", .run = "r1", .outputs = {"v"}, .output_facets = view});
  use("Revenue", "v",
      kThen + R"(,"count":10,"query_fingerprint":"q","duration_ms":5000,"bytes_scanned":1000)");
  const Said said = get({"usage", "suggestions"});
  ASSERT_EQ(said.list("views").size(), 1U) << said.body;
  const auto saves = said.list("views")[0].get("saves");
  EXPECT_EQ(saves.get("duration_ms").integer(), 4500);  // nine reads of ten
  EXPECT_EQ(saves.get("bytes_scanned").integer(), 900);
}

TEST_F(UsageApi, LineageAndImpactReachConsumers) {
  fill();
  const Said lineage = get({"lineage"}, {{"nodeId", "dataset:ns:raw"}});
  EXPECT_NE(lineage.body.find(R"("id":"consumer:bi:dashboard:Revenue","type":"CONSUMER")"),
            std::string::npos)
      << lineage.body;
  const Said upstream = get({"lineage"}, {{"nodeId", "consumer:bi:dashboard:Revenue"},
                                          {"direction", "upstream"},
                                          {"detail", "summary"}});
  EXPECT_NE(upstream.body.find("dataset:ns:raw"), std::string::npos) << upstream.body;
  const Said impact = post(
      {"impact"},
      R"({"changes":[{"kind":"dataset_deleted","nodeId":"dataset:ns:mart"}],"order":"weight"})");
  ASSERT_EQ(impact.status, 200) << impact.body;
  const auto summary = impact.json().get("summary");
  EXPECT_EQ(summary.get("consumers").integer(), 2);
  EXPECT_EQ(summary.get("breaking").integer(), 3);  // the job that reads it, and both dashboards
  EXPECT_EQ(summary.get("recompute_cost").get("jobs_known").integer(), 1);
  const Said layout = get({"lineage", "layout"}, {{"nodeId", "dataset:ns:mart"}, {"depth", "2"}});
  EXPECT_NE(layout.body.find(R"("type":"CONSUMER")"), std::string::npos) << layout.body;
}

// Which columns were read is known of a dataset, not of a consumer: any of them may be its own.
TEST_F(UsageApi, ChangesOfColumnsReachConsumersAsAssumed) {
  tell({.job = "load",
        .run = "r1",
        .inputs = {"raw"},
        .outputs = {"mart"},
        .output_facets = R"({"columnLineage":{"fields":{"sum":{"inputFields":[)"
                         R"({"namespace":"ns","name":"raw","field":"amount"}]}}}})"});
  use("Revenue", "mart", kThen + R"(,"columns":["sum"])");
  use("Stock", "raw", kThen);
  const auto reached = [&](const std::string& kind, const std::string& dataset,
                           const std::string& column, const std::string& rest = "") {
    const Said said = post(
        {"impact"}, R"({"changes":[{"kind":")" + kind + R"(","nodeId":"dataset:ns:)" + dataset +
                        R"(","to":"other","column":")" + column + R"("}])" + rest + "}");
    EXPECT_EQ(said.status, 200) << said.body;
    std::map<std::string, std::string> out;
    for (const auto& one : said.list("affected")) {
      const std::string node = *one.get("nodeId").string();
      if (node.starts_with("consumer:")) out[node] = *one.get("rule").string();
    }
    EXPECT_EQ(said.json().get("summary").get("consumers").integer(),
              static_cast<std::int64_t>(out.size()));
    return out;
  };
  using Found = std::map<std::string, std::string>;
  const std::string revenue = "consumer:bi:dashboard:Revenue",
                    stock = "consumer:bi:dashboard:Stock";
  EXPECT_EQ(reached("column_dropped", "raw", "amount"),
            (Found{{revenue, "column_dropped.assumed_downstream"},
                   {stock, "column_dropped.assumed_reader"}}));
  EXPECT_EQ(reached("column_renamed", "mart", "sum"),
            (Found{{revenue, "column_renamed.assumed_reader"}}));
  EXPECT_EQ(reached("column_retyped", "raw", "amount"),
            (Found{{revenue, "column_retyped.assumed_downstream"},
                   {stock, "column_retyped.assumed_reader"}}));
  EXPECT_EQ(reached("column_added", "raw", "more"), Found{});
  EXPECT_EQ(reached("column_dropped", "raw", "amount", R"(,"filters":{"assumed":false})"), Found{});
  const Said whole = post({"impact"}, R"({"changes":[{"kind":"column_dropped",)"
                                      R"("nodeId":"dataset:ns:raw","column":"amount"}]})");
  EXPECT_NE(whole.body.find(
                R"("to":"consumer:bi:dashboard:Revenue","kind":"uses","via":null,"assumed":true)"),
            std::string::npos)
      << whole.body;
}

TEST_F(UsageApi, WeightIsSeverityTimesUseAndPagesFollowIt) {
  fill();
  std::vector<std::string> order;
  std::string cursor;
  do {
    const Said page = post(
        {"impact"},
        R"({"changes":[{"kind":"data","nodeId":"dataset:ns:raw"}],"order":"weight","limit":1)" +
            (cursor.empty() ? "" : R"(,"cursor":")" + cursor + "\"") + "}");
    ASSERT_EQ(page.status, 200) << page.body;
    for (const auto& item : page.list("affected")) order.push_back(*item.get("nodeId").string());
    cursor = page.json().get("next_cursor").string().value_or("");
  } while (!cursor.empty());
  ASSERT_EQ(order.size(), 6U);
  // The job writes what is used nine times, and so is that; consumers weigh two, "dead" one.
  EXPECT_EQ((std::set<std::string>(order.begin(), order.begin() + 2)),
            (std::set<std::string>{"job:ns:load", "dataset:ns:mart"}));
  EXPECT_EQ((std::set<std::string>(order.end() - 2, order.end())),
            (std::set<std::string>{"job:ns:more", "dataset:ns:dead"}));
}

TEST_F(UsageApi, PriceBooksAreVersions) {
  EXPECT_EQ(get({"price-book"}).status, 404);
  const auto book = [](const std::string& price) {
    return R"({"author":"ada","reason":"r","book":{"currency":"EUR","prices":[{"unit":"runs","price":)" +
           price + "}]}}";
  };
  const Said first = put({"price-book"}, book("1"));
  ASSERT_EQ(first.status, 200) << first.body;
  ASSERT_EQ(put({"price-book"}, book("2")).status, 200);
  const Said newest = get({"price-book"});
  EXPECT_EQ(newest.list("versions").size(), 2U);
  EXPECT_NE(newest.body.find(R"("price":2)"), std::string::npos);
  const std::string version = std::string(first.json().get("version").text());
  EXPECT_NE(get({"price-book"}, {{"version", version}}).body.find(R"("price":1)"),
            std::string::npos);
  EXPECT_EQ(get({"price-book"}, {{"version", "999"}}).status, 404);
  const Said wrong = put({"price-book"}, book("-1"));
  EXPECT_EQ(wrong.status, 400);
  EXPECT_NE(wrong.body.find("/prices/0/price"), std::string::npos) << wrong.body;
  EXPECT_EQ(put({"price-book"}, R"({"book":{}})").status, 400);  // nobody signed it
}

TEST_F(UsageApi, RepricingAndEntriesAreBooked) {
  fill();
  ASSERT_EQ(
      put({"price-book"}, R"({"author":"a","book":{"prices":[{"unit":"runs","price":3}]}})").status,
      200);
  const Said repriced =
      post({"price-book", "reprice"},
           R"({"author":"a","from":"2026-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"})");
  ASSERT_EQ(repriced.status, 200) << repriced.body;
  const Said impact =
      post({"impact"}, R"({"changes":[{"kind":"data","nodeId":"dataset:ns:raw"}]})");
  EXPECT_EQ(impact.json().get("summary").get("recompute_cost").get("amount_micros").integer(),
            6'000'000)
      << impact.body;
  EXPECT_EQ(post({"price-book", "reprice"}, R"({"author":"a","from":"x","to":"y"})").status, 400);
  const Said entry = post(
      {"costs", "entries"},
      R"({"author":"a","entries":[{"id":"1","at":"2026-10-01T00:00:00Z","amount":5,"job":{"namespace":"ns","name":"load"}}]})");
  EXPECT_EQ(entry.status, 200) << entry.body;
  const Said unknown = post(
      {"costs", "entries"},
      R"({"author":"a","entries":[{"id":"1","at":"2026-10-01T00:00:00Z","amount":5,"job":{"namespace":"ns","name":"?"}}]})");
  EXPECT_EQ(unknown.status, 404) << unknown.body;
  EXPECT_NE(unknown.body.find("/entries/0"), std::string::npos);
}

}  // namespace
}  // namespace headwater::api::v1
