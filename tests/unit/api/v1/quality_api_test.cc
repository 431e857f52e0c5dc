// Profiles, monitors, anomalies and comparisons, through the handlers.

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "model/json.h"
#include "model/time.h"
#include "tests/support/api_world.h"

namespace headwater::tests {
namespace {

using api::http::Fields;
using model::JsonValue;

std::string two(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

// A run that wrote a dataset of the namespace "ns" on a day of September 2026.
struct Wrote {
  std::string dataset = "orders", job = "load", run = "";
  int day = 1, hour = 2;
  int rows = 1000;
  double null_share = 0.01;
  std::string type = "COMPLETE";
  std::string fields = R"([{"name":"id","type":"INT64"},{"name":"amount","type":"FLOAT64"}])";
  bool metrics = true;

  std::string str() const {
    const std::string head = R"("_producer":"p","_schemaURL":"s",)";
    const int nulls = static_cast<int>(null_share * rows);
    std::string facets = R"("schema":{)" + head + R"("fields":)" + fields + "}";
    if (metrics) {
      facets += R"(,"dataQualityMetrics":{)" + head + R"("rowCount":)" + std::to_string(rows) +
                R"(,"columnMetrics":{"amount":{"nullCount":)" + std::to_string(nulls) +
                R"(,"distinctCount":50,"sum":)" + std::to_string((rows - nulls) * 10) +
                R"(,"count":)" + std::to_string(rows - nulls) + "}}}";
    }
    return R"({"eventType":")" + type + R"(","eventTime":"2026-09-)" + two(day) + "T" + two(hour) +
           R"(:00:00Z","producer":"p","schemaURL":"s","run":{"runId":")" +
           (run.empty() ? dataset + two(day) : run) + R"("},"job":{"namespace":"ns","name":")" +
           job + R"("},"inputs":[],"outputs":[{"namespace":"ns","name":")" + dataset +
           R"(","facets":{)" + facets + R"(},"outputFacets":{"outputStatistics":{)" + head +
           R"("rowCount":)" + std::to_string(rows) + R"(,"size":)" + std::to_string(rows * 100) +
           "}}}]}";
  }
};

class QualityApiTest : public ::testing::Test {
 protected:
  void send(const Wrote& wrote) { must(world.harness().try_send(wrote.str())); }
  void days(int first, int last, const std::string& dataset = "orders") {
    for (int day = first; day <= last; ++day) {
      send({.dataset = dataset, .job = "load_" + dataset, .day = day, .rows = 1000 + day % 3});
    }
  }
  void set_now(const std::string& moment) {
    world.harness().clock().now_ = model::parse_time(moment)->micros;
  }
  std::string get(std::vector<std::string> path, Fields query = {}, int status = 200) {
    const ApiReply reply = world.get(std::move(path), std::move(query));
    EXPECT_EQ(reply.status, status) << reply.body;
    return reply.body;
  }
  // A monitor of a dataset, as of a moment.
  std::string status(const std::string& monitor, const std::string& at,
                     const std::string& dataset = "orders") {
    const std::string body = get({"monitors"}, {{"nodeId", "dataset:ns:" + dataset}, {"at", at}});
    std::string out = "(none)";
    JsonValue(body).get("monitors").elements([&](const JsonValue& one) {
      out = one.get("monitors").get(monitor).get("status").string().value_or("(none)");
    });
    return out;
  }

  TempDir dir;
  ApiWorld world{dir.path("data")};
};

std::vector<std::string> items(const std::string& body, std::string_view list,
                               const std::vector<std::string>& members) {
  std::vector<std::string> out;
  JsonValue(body).get(list).elements([&](const JsonValue& item) {
    std::string text;
    for (const std::string& member : members) {
      const JsonValue value = item.get(member);
      text += (text.empty() ? "" : " ") + value.string().value_or(std::string(value.text()));
    }
    out.push_back(std::move(text));
  });
  return out;
}

using Texts = std::vector<std::string>;

// ---- profiles -----------------------------------------------------------------------------------

TEST_F(QualityApiTest, OfARunTheLastFacetByEventTimeCountsWhateverTheOrderOfArrival) {
  send({.run = "r", .day = 1, .hour = 5, .rows = 300});
  // Late, and of an earlier moment: it says nothing any more.
  send({.run = "r", .day = 1, .hour = 3, .rows = 200, .type = "RUNNING"});
  // Later, and only of volumes: the columns stay.
  send({.run = "r", .day = 1, .hour = 6, .rows = 400, .type = "OTHER", .metrics = false});
  const std::string body = get({"profiles"}, {{"nodeId", "dataset:ns:orders"},
                                              {"from", "2026-09-01T00:00:00Z"},
                                              {"to", "2026-10-01T00:00:00Z"}});
  EXPECT_EQ(items(body, "profiles", {"run_id", "role", "rows", "bytes", "run_state"}),
            Texts{"r written 400 40000 COMPLETED"});
  const JsonValue json(body);
  json.get("profiles").elements([](const JsonValue& one) {
    EXPECT_EQ(one.get("total").get("rows").integer(), 300) << one.text();
    one.get("columns").elements([](const JsonValue& column) {
      EXPECT_EQ(column.get("null_share").number(), 0.01);
      EXPECT_EQ(column.get("mean").number(), 10);
    });
  });
}

TEST_F(QualityApiTest, ProfilesComeInPagesTheNewestLast) {
  days(1, 5);
  Fields query{{"nodeId", "dataset:ns:orders"},
               {"from", "2026-09-01T00:00:00Z"},
               {"to", "2026-10-01T00:00:00Z"},
               {"limit", "2"}};
  Texts seen;
  for (int page = 0; page < 3; ++page) {
    const std::string body = get({"profiles"}, query);
    for (const std::string& one : items(body, "profiles", {"run_id"})) seen.push_back(one);
    EXPECT_EQ(JsonValue(body).get("totalCount").integer(), 5);
    const auto next = JsonValue(body).get("next_cursor").string();
    EXPECT_EQ(next.has_value(), page < 2);
    std::erase_if(query, [](const auto& p) { return p.first == "cursor"; });
    if (next) query.emplace_back("cursor", *next);
  }
  EXPECT_EQ(seen, (Texts{"orders01", "orders02", "orders03", "orders04", "orders05"}));
  EXPECT_TRUE(items(get({"profiles"}, {{"nodeId", "dataset:ns:orders"}, {"column", "id"}}),
                    "profiles", {"run_id"})
                  .empty());
  get({"profiles"}, {{"nodeId", "dataset:ns:nothing"}}, 404);
  get({"profiles"}, {{"nodeId", "job:ns:load_orders"}}, 400);
}

// ---- monitors -----------------------------------------------------------------------------------

TEST_F(QualityApiTest, MonitorsSayWhatIsOddAsOfEachMoment) {
  days(1, 20);
  EXPECT_EQ(status("volume", "2026-09-05T12:00:00Z"), "learning");
  EXPECT_EQ(status("volume", "2026-09-20T12:00:00Z"), "ok");
  EXPECT_EQ(status("freshness", "2026-09-20T12:00:00Z"), "ok");
  EXPECT_EQ(status("freshness", "2026-09-21T12:00:00Z"), "failing");
  EXPECT_EQ(status("distribution", "2026-09-20T12:00:00Z"), "ok");
  EXPECT_EQ(status("schema", "2026-09-20T12:00:00Z"), "ok");
  send({.job = "load_orders",
        .day = 21,
        .rows = 90,
        .null_share = 0.6,
        .fields = R"([{"name":"id","type":"STRING"}])"});
  for (const char* monitor : {"volume", "distribution", "schema"}) {
    EXPECT_EQ(status(monitor, "2026-09-21T12:00:00Z"), "failing") << monitor;
    EXPECT_EQ(status(monitor, "2026-09-20T12:00:00Z"), "ok") << monitor;
  }
  EXPECT_EQ(status("freshness", "2026-09-21T12:00:00Z"), "ok");
}

TEST_F(QualityApiTest, AFailedRunIsNoWrite) {
  days(1, 20);
  send({.job = "load_orders", .day = 21, .rows = 1, .type = "FAIL"});
  EXPECT_EQ(status("volume", "2026-09-21T12:00:00Z"), "ok");
  EXPECT_EQ(status("freshness", "2026-09-21T12:00:00Z"), "failing");
}

TEST_F(QualityApiTest, TheListHasThoseOfAStatusInPages) {
  days(1, 20, "fresh");
  days(1, 10, "stopped");
  days(1, 11, "halted");
  set_now("2026-09-20T12:00:00Z");
  Fields query{{"status", "failing"}, {"kind", "freshness"}, {"limit", "1"}};
  const std::string first = get({"monitors"}, query);
  EXPECT_EQ(items(first, "monitors", {"nodeId"}), Texts{"dataset:ns:stopped"});
  days(12, 20, "halted");  // what comes later is not of the list that was begun
  query.emplace_back("cursor", *JsonValue(first).get("next_cursor").string());
  const std::string second = get({"monitors"}, query);
  EXPECT_EQ(items(second, "monitors", {"nodeId"}), Texts{"dataset:ns:halted"});
  EXPECT_FALSE(JsonValue(second).get("next_cursor").string());
  EXPECT_EQ(items(get({"monitors"}, {{"status", "failing"}}), "monitors", {"nodeId"}),
            Texts{"dataset:ns:stopped"});
  get({"monitors"}, {{"status", "odd"}}, 400);
}

TEST_F(QualityApiTest, SettingsAreDecisionsThatChangeTheVerdict) {
  days(1, 20);
  const std::string late = "2026-09-21T12:00:00Z";
  set_now(late);
  ASSERT_EQ(status("freshness", late), "failing");
  const ApiReply put =
      world.put({"monitors"}, R"({"author":"ada","reason":"rare","freshness":{"enabled":false}})",
                {{"nodeId", "dataset:ns:orders"}});
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(status("freshness", late), "unknown");
  const ApiReply again = world.put({"monitors"}, R"({"author":"bob","volume":{"sensitivity":8}})",
                                   {{"nodeId", "dataset:ns:orders"}});
  ASSERT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(status("freshness", late), "unknown") << "what is not named stays";
  EXPECT_NE(again.body.find(R"("author":"bob")"), std::string::npos) << again.body;
  ASSERT_EQ(world
                .put({"monitors"}, R"({"author":"ada","freshness":{"max_age":"P3D"}})",
                     {{"nodeId", "dataset:ns:orders"}})
                .status,
            200);
  EXPECT_EQ(status("freshness", "2026-09-24T12:00:00Z"), "failing");
  for (const char* bad : {R"({"author":"ada"})", R"({"volume":{}})",
                          R"({"author":"ada","volume":{"sensitivity":-1}})", "[]"}) {
    const ApiReply refused = world.put({"monitors"}, bad, {{"nodeId", "dataset:ns:orders"}});
    EXPECT_EQ(refused.status, 400) << bad << refused.body;
  }
  EXPECT_EQ(
      world.put({"monitors"}, R"({"author":"ada","volume":{}})", {{"nodeId", "dataset:ns:nothing"}})
          .status,
      404);
}

// ---- anomalies ----------------------------------------------------------------------------------

TEST_F(QualityApiTest, AnomaliesOfEachDayTheGravestFirst) {
  days(1, 20, "orders");
  days(1, 18, "stopped");
  send({.job = "load_orders",
        .run = "drop",
        .day = 21,
        .rows = 20,
        .fields = R"([{"name":"id","type":"INT64"}])",
        .metrics = false});
  set_now("2026-09-21T12:00:00Z");
  const Fields interval{{"from", "2026-09-19T00:00:00Z"}, {"to", "2026-09-22T00:00:00Z"}};
  const std::string all = get({"anomalies"}, interval);
  const Texts listed = items(all, "anomalies", {"day", "kind", "nodeId"});
  EXPECT_EQ(listed.size(), 5u) << all;
  EXPECT_EQ(listed.front(), "2026-09-21 volume dataset:ns:orders") << all;
  EXPECT_EQ(listed.back(), "2026-09-19 freshness dataset:ns:stopped") << all;
  EXPECT_EQ(items(all, "anomalies", {"rank"}), (Texts{"1", "2", "3", "1", "1"})) << all;
  EXPECT_EQ(items(all, "anomalies", {"run_id"}).front(), "drop");
  Fields volumes = interval;
  volumes.emplace_back("kind", "schema,volume");
  const std::string two_kinds = get({"anomalies"}, volumes);
  EXPECT_EQ(items(two_kinds, "anomalies", {"kind", "measure", "column"}),
            (Texts{"volume rows null", "schema dropped amount"}))
      << two_kinds;
  // Of one alone they are ranked among themselves.
  Fields of_stopped = interval;
  of_stopped.emplace_back("nodeId", "dataset:ns:stopped");
  const std::string only = get({"anomalies"}, of_stopped);
  EXPECT_EQ(items(only, "anomalies", {"day", "rank", "kind", "nodeId"}),
            (Texts{"2026-09-21 1 freshness dataset:ns:stopped",
                   "2026-09-20 1 freshness dataset:ns:stopped",
                   "2026-09-19 1 freshness dataset:ns:stopped"}))
      << only;
  EXPECT_EQ(JsonValue(only).get("totalCount").integer(), 3);
  get({"anomalies"}, {{"nodeId", "dataset:ns:nothing"}}, 404);
  get({"anomalies"}, {{"nodeId", "datasetField:ns:orders:id"}}, 400);
  get({"anomalies"}, {{"kind", "odd"}}, 400);
  get({"anomalies"}, {{"from", "2026-01-01T00:00:00Z"}, {"to", "2026-09-01T00:00:00Z"}}, 400);
}

TEST_F(QualityApiTest, CostAnomaliesAreOfTheLedger) {
  for (int day = 1; day <= 20; ++day) {
    const int slots = day == 20 ? 90'000 : 1'000 + day;
    must(world.harness().try_send(
        R"({"eventType":"COMPLETE","eventTime":"2026-09-)" + two(day) +
        R"(T02:00:00Z","producer":"p","schemaURL":"s","run":{"runId":"r)" + two(day) +
        R"(","facets":{"headwater_cost":{"_producer":"p","_schemaURL":"s","slot_ms":)" +
        std::to_string(slots) +
        R"(}}},"job":{"namespace":"ns","name":"heavy"},"outputs":[{"namespace":"ns","name":"t"}]})"));
  }
  set_now("2026-09-21T12:00:00Z");
  for (const std::string of : {"job", "dataset"}) {
    const std::string body = get({"costs", "anomalies"}, {{"measure", "slot_ms"}, {"of", of}});
    EXPECT_EQ(
        items(body, "anomalies", {"day", "rank", "nodeId", "value"}),
        Texts{"2026-09-20 1 " +
              (of == "job" ? std::string("job:ns:heavy") : std::string("dataset:ns:t")) + " 90000"})
        << body;
    EXPECT_EQ(items(body, "anomalies", {"day_share"}), Texts{"1"});
    EXPECT_EQ(JsonValue(body).get("unit").string(), "ms");
  }
  // Of a job and of a dataset, what each of them cost; of another one nothing.
  const auto of = [&](const std::string& node) {
    return get({"anomalies"}, {{"kind", "cost"}, {"measure", "slot_ms"}, {"nodeId", node}});
  };
  for (const std::string node : {"job:ns:heavy", "dataset:ns:t"}) {
    EXPECT_EQ(items(of(node), "anomalies", {"day", "rank", "nodeId", "value"}),
              Texts{"2026-09-20 1 " + node + " 90000"});
    EXPECT_EQ(JsonValue(of(node)).get("cost_unit").string(), "ms");
  }
  send({.dataset = "light", .job = "other", .day = 20});
  EXPECT_EQ(items(of("dataset:ns:light"), "anomalies", {"nodeId"}), Texts{});
  get({"costs", "anomalies"}, {{"measure", "gold"}}, 400);
}

TEST_F(QualityApiTest, CostAnomaliesNameTheCurrency) {
  set_now("2026-09-21T12:00:00Z");
  const Fields money{{"measure", "amount"}};
  const std::string none = get({"costs", "anomalies"}, money);
  EXPECT_EQ(JsonValue(none).get("unit").string(), "USD") << none;
  const ApiReply put = world.put(
      {"price-book"},
      R"({"author":"a","book":{"currency":"EUR","prices":[{"unit":"slot_ms","price":1}]}})");
  ASSERT_EQ(put.status, 200) << put.body;
  send({.job = "heavy"});
  for (int day = 1; day <= 20; ++day) {
    const int amount = day == 20 ? 90 : 1;
    const ApiReply said =
        world.post({"costs", "entries"}, R"({"author":"a","entries":[{"id":")" + two(day) +
                                             R"(","at":"2026-09-)" + two(day) +
                                             R"(T02:00:00Z","amount":)" + std::to_string(amount) +
                                             R"(,"job":{"namespace":"ns","name":"heavy"}}]})");
    ASSERT_EQ(said.status, 200) << said.body;
  }
  const std::string costs = get({"costs", "anomalies"}, money);
  EXPECT_EQ(items(costs, "anomalies", {"day", "measure", "value"}), Texts{"2026-09-20 amount 90"})
      << costs;
  EXPECT_EQ(JsonValue(costs).get("unit").string(), "EUR");
  const std::string all = get({"anomalies"});
  EXPECT_EQ(JsonValue(all).get("cost_measure").string(), "amount") << all;
  EXPECT_EQ(JsonValue(all).get("cost_unit").string(), "EUR") << all;
  const std::string volumes = get({"anomalies"}, {{"kind", "volume"}});
  EXPECT_TRUE(JsonValue(volumes).get("cost_unit").is_null()) << volumes;
}

// ---- comparison ---------------------------------------------------------------------------------

std::string verdict(const std::string& body, std::string_view part = "") {
  const JsonValue json(body);
  const JsonValue at = part.empty() ? json : json.get(part);
  return at.get("verdict").string().value_or("(none)");
}

TEST_F(QualityApiTest, CompareTellsSchemasAndMeasuresApart) {
  send({.dataset = "old", .job = "a", .day = 1, .rows = 1000});
  send({.dataset = "new",
        .job = "b",
        .day = 1,
        .rows = 1010,
        .fields = R"([{"name":"amount","type":"float64"},{"name":"id","type":"INT64"}])"});
  Fields query{{"left", "dataset:ns:old"}, {"right", "dataset:ns:new"}};
  const std::string exact = get({"compare"}, query);
  EXPECT_EQ(verdict(exact, "schema"), "equal") << "order and case do not count: " << exact;
  EXPECT_EQ(verdict(exact, "profile"), "differs");
  EXPECT_EQ(verdict(exact), "differs");
  query.emplace_back("tolerance", "0.02");
  const std::string near = get({"compare"}, query);
  EXPECT_EQ(verdict(near, "profile"), "equal") << near;
  EXPECT_EQ(verdict(near, "partitions"), "unknown");
  EXPECT_EQ(verdict(near), "equal");
  send({.dataset = "new",
        .job = "b",
        .run = "again",
        .day = 2,
        .rows = 1010,
        .fields = R"([{"name":"id","type":"STRING"},{"name":"extra","type":"DATE"}])"});
  const std::string later = get({"compare"}, query);
  EXPECT_EQ(verdict(later, "schema"), "differs");
  const JsonValue json(later);
  EXPECT_EQ(items(std::string(json.get("schema").text()), "differences", {"column", "difference"}),
            (Texts{"amount only_left", "extra only_right", "id type"}));
  // Two moments of one dataset.
  const Fields moments{{"left", "dataset:ns:new"}, {"left_as_of", "2026-09-01T12:00:00Z"}};
  EXPECT_EQ(verdict(get({"compare"}, moments), "schema"), "differs");
  get({"compare"}, {{"left", "dataset:ns:old"}, {"tolerance", "2"}}, 400);
  get({"compare"}, {{"left", "dataset:ns:old"}, {"parts", "all"}}, 400);
  get({"compare"}, {{"right", "dataset:ns:old"}}, 400);
}

// "first last count" of the ranges of a part.
Texts ranges(const JsonValue& part) {
  return items(std::string(part.text()), "ranges", {"first", "last", "count"});
}

// Writes one day's partition of a version.
std::string partition(const std::string& dataset, int day, const std::string& version,
                      const std::string& run, int hour) {
  return R"({"eventType":"COMPLETE","eventTime":"2026-09-)" + two(day + 1) + "T" + two(hour) +
         R"(:00:00Z","producer":"p","schemaURL":"s","run":{"runId":")" + run +
         R"("},"job":{"namespace":"ns","name":"load_)" + dataset +
         R"("},"outputs":[{"namespace":"ns","name":")" + dataset +
         R"(","outputFacets":{"headwater_partitions":{"_producer":"p","_schemaURL":"s",)"
         R"("partitions":[{"key":{"date":"2026-09-)" +
         two(day) + R"("},"dataVersion":")" + version + R"("}]}}}]})";
}

TEST_F(QualityApiTest, CompareTellsPartitionsApartByTheirFingerprints) {
  for (int day = 1; day <= 4; ++day) {
    must(world.harness().try_send(partition("left", day, "v" + two(day), "l" + two(day), 3)));
  }
  for (int day = 2; day <= 5; ++day) {
    const std::string version = day == 3 ? "other" : "v" + two(day);
    must(world.harness().try_send(partition("right", day, version, "r" + two(day), 4)));
  }
  const std::string body =
      get({"compare"},
          {{"left", "dataset:ns:left"}, {"right", "dataset:ns:right"}, {"parts", "partitions"}});
  const JsonValue parts = JsonValue(body).get("partitions");
  const auto count = [&](std::string_view what) {
    return parts.get(what).get("count").integer().value_or(-1);
  };
  EXPECT_EQ(verdict(body), "differs") << body;
  EXPECT_EQ(count("equal"), 2) << body;
  EXPECT_EQ(count("different"), 1) << body;
  EXPECT_EQ(count("only_left"), 1) << body;
  EXPECT_EQ(count("only_right"), 1) << body;
  EXPECT_NE(body.find("2026-09-03"), std::string::npos);
  EXPECT_EQ(ranges(parts.get("equal")),
            (Texts{"date=2026-09-02 date=2026-09-02 1", "date=2026-09-04 date=2026-09-04 1"}));
  EXPECT_EQ(ranges(parts.get("different")), Texts{"date=2026-09-03 date=2026-09-03 1"});
  // What stood before the last day was written.
  const std::string before = get({"compare"}, {{"left", "dataset:ns:left"},
                                               {"left_as_of", "2026-09-04T12:00:00Z"},
                                               {"parts", "partitions"}});
  EXPECT_EQ(JsonValue(before).get("partitions").get("only_right").get("count").integer(), 1)
      << before;
  EXPECT_EQ(JsonValue(before).get("partitions").get("equal").get("count").integer(), 3) << before;
}

TEST_F(QualityApiTest, CompareListsTheFirstRangesOfEachKindAndCountsAll) {
  // All days of one lane, in one range; every second day of two others: no two are neighbours.
  for (int day = 1; day <= 24; ++day) {
    std::string keys;
    for (const std::string lane : {"at", "de", "fr"}) {
      if (lane != "at" && day % 2 == 0) continue;
      keys += (keys.empty() ? "" : ",") +
              (R"({"key":{"date":"2026-09-)" + two(day) + R"(","lane":")" + lane + R"("}})");
    }
    must(world.harness().try_send(
        R"({"eventType":"COMPLETE","eventTime":"2026-10-01T03:00:00Z","producer":"p",)"
        R"("schemaURL":"s","run":{"runId":"c)" +
        two(day) + R"("},"job":{"namespace":"ns","name":"cut"},)" +
        R"("outputs":[{"namespace":"ns","name":"cut","outputFacets":{"headwater_partitions":)" +
        R"({"_producer":"p","_schemaURL":"s","partitions":[)" + keys + "]}}}]}"));
  }
  const std::string same = get({"compare"}, {{"left", "dataset:ns:cut"}, {"parts", "partitions"}});
  const JsonValue equal = JsonValue(same).get("partitions").get("equal");
  EXPECT_EQ(verdict(same), "equal") << same;
  EXPECT_EQ(equal.get("count").integer(), 48) << same;
  const Texts listed = ranges(equal);
  ASSERT_EQ(listed.size(), 20u) << same;
  EXPECT_TRUE(listed.front().ends_with(" 24")) << listed.front();
  EXPECT_TRUE(listed.back().ends_with(" 1")) << listed.back();
}

TEST_F(QualityApiTest, CompareKnowsWhatAnEnvironmentWroteAnew) {
  for (int day = 1; day <= 3; ++day) {
    must(world.harness().try_send(partition("left", day, "v" + two(day), "l" + two(day), 3)));
  }
  ASSERT_EQ(world.put({"environments", "branch"}, R"({"code":[],"author":"ada"})").status, 200);
  const Fields query{
      {"left", "dataset:ns:left"}, {"right_environment", "branch"}, {"parts", "partitions"}};
  EXPECT_EQ(verdict(get({"compare"}, query)), "equal");
  const ApiReply told = world.post(
      {"environments", "branch", "materializations"},
      R"({"nodeId":"dataset:ns:left","keys":["date=2026-09-02"],"run_id":"b","author":"ci",)"
      R"("job":"job:ns:load_left"})");
  ASSERT_EQ(told.status, 201) << told.body;
  const std::string body = get({"compare"}, query);
  EXPECT_EQ(verdict(body), "differs") << body;
  EXPECT_EQ(JsonValue(body).get("partitions").get("different").get("count").integer(), 1) << body;
  get({"compare"}, {{"left", "dataset:ns:left"}, {"right_environment", "none"}}, 404);
}

}  // namespace
}  // namespace headwater::tests
