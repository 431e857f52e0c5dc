// Questions about cost over the API, with a real store, writer and graph behind it.

#include "tests/unit/api/v1/question_fixture.h"

namespace headwater::api::v1 {
namespace {

constexpr std::int64_t kMicro = model::kMicro;

class CostApi : public QuestionTest {
 protected:
  // raw -> load -> mart, which one dashboard uses; 100 and 40 of money on the first of October.
  void fill() {
    tell({.job = "ingest", .run = "r1", .outputs = {"raw"}});
    tell({.job = "load",
          .run = "r2",
          .inputs = {"raw"},
          .outputs = {"mart"},
          .job_facets = R"({"ownership":{"owners":[{"name":"ada"},{"name":"bob"}]}})"});
    bill("1", R"("amount":100,"job":{"namespace":"ns","name":"ingest"},)"
              R"("dataset":{"namespace":"ns","name":"raw"})");
    bill("2", R"("amount":40,"job":{"namespace":"ns","name":"load"},)"
              R"("dataset":{"namespace":"ns","name":"mart"})");
    const Said use = post(
        {"usage"},
        R"({"consumer":{"type":"dashboard","namespace":"bi","name":"Sales"},)"
        R"("dataset":{"namespace":"ns","name":"mart"},"at":"2026-10-01T09:00:00Z","count":3})");
    ASSERT_EQ(use.status, 201) << use.body;
  }
  void bill(const std::string& id, const std::string& rest) {
    const Said said =
        post({"costs", "entries"}, R"({"author":"a","entries":[{"id":")" + id +
                                       R"(","at":"2026-10-01T07:00:00Z",)" + rest + "}]}");
    ASSERT_EQ(said.status, 200) << said.body;
  }
  const Said& ask(const std::string& what, http::Fields more = {}) {
    http::Fields all{{"from", "2026-10-01T00:00:00Z"}, {"to", "2026-10-02T00:00:00Z"}};
    all.insert(all.end(), more.begin(), more.end());
    return get({"costs", what}, all);
  }
  // "key=value" of the children.
  static std::string children(const model::JsonValue& arc) {
    std::string out;
    arc.get("children").elements([&](const model::JsonValue& child) {
      out += child.get("key").string().value_or("?") + "=" +
             std::to_string(child.get("value").integer().value_or(-1) / kMicro) + " ";
    });
    return out;
  }
};

TEST_F(CostApi, ASunburstIsATreeOfNamesAndValues) {
  fill();
  const Said said = ask("sunburst", {{"by", "owner,job"}});
  ASSERT_EQ(said.status, 200) << said.body;
  const model::JsonValue json = said.json();
  EXPECT_EQ(json.get("measure").string(), "amount");
  EXPECT_EQ(json.get("unit").text(), R"({"name":"USD","scale":1000000,"currency":"USD"})");
  EXPECT_EQ(json.get("by").text(), R"(["owner","job"])");
  EXPECT_EQ(json.get("total").integer(), 140 * kMicro);
  EXPECT_EQ(json.get("complete").boolean(), true);
  EXPECT_EQ(json.get("cut").text(), "null");
  EXPECT_EQ(json.get("root").get("value").integer(), 140 * kMicro);
  EXPECT_EQ(children(json.get("root")), "(no owner)=100 ada=20 bob=20 ");
  EXPECT_NE(said.body.find(R"({"name":"load","key":"job:ns:load","nodeId":"job:ns:load",)"
                           R"("value":20000000,"share":0.142857,"children":[]})"),
            std::string::npos)
      << said.body;
  const Said again = ask("sunburst", {{"by", "owner,job"}, {"known_at", "2"}});
  EXPECT_EQ(again.json().get("total").integer(), 0) << "the entries were not known yet";
}

TEST_F(CostApi, ASunburstGoesIntoAnArcAndComparesAndLeavesOut) {
  fill();
  const Said inside = ask("sunburst", {{"by", "namespace,job"}, {"path", "ns"}});
  ASSERT_EQ(inside.status, 200) << inside.body;
  EXPECT_EQ(inside.json().get("path").text(),
            R"([{"dimension":"namespace","name":"ns","key":"ns"}])");
  EXPECT_EQ(children(inside.json().get("root")), "job:ns:ingest=100 job:ns:load=40 ");
  const Said nowhere = ask("sunburst", {{"by", "namespace,job"}, {"path", "elsewhere"}});
  EXPECT_EQ(nowhere.status, 404);
  EXPECT_EQ(nowhere.text("parameter"), "path");

  const Said compared = ask("sunburst", {{"by", "job"}, {"compare_from", "2026-09-30T00:00:00Z"}});
  ASSERT_EQ(compared.status, 200) << compared.body;
  EXPECT_EQ(compared.json().get("before").integer(), 0);
  EXPECT_EQ(compared.json().get("root").get("change").integer(), 140 * kMicro);
  EXPECT_EQ(compared.text("compare_to"), "2026-10-01T00:00:00.000000Z");

  const Said cut = ask("sunburst", {{"by", "job"}, {"max_arcs", "1"}});
  EXPECT_EQ(cut.json().get("root").get("other").text(), R"({"count":1,"value":40000000})");
  EXPECT_EQ(cut.json().get("cut").text(), R"({"reason":"max_arcs","frontier_count":1,"limit":1})");
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
}

TEST_F(CostApi, WhatIsBookedAtAllIsSaidWhateverTheInterval) {
  const auto booked = [&](const std::string& what, http::Fields more = {}) {
    http::Fields all{{"from", "2025-01-01T00:00:00Z"}, {"to", "2025-01-02T00:00:00Z"}};
    all.insert(all.end(), more.begin(), more.end());
    const Said said = get({"costs", what}, all);
    EXPECT_EQ(said.status, 200) << said.body;
    return std::string(said.json().get("booked").text());
  };
  EXPECT_EQ(booked("sunburst"), "null");
  EXPECT_EQ(booked("series"), "null");
  bill("1", R"("amount":1)");
  const std::int64_t then = *ask("sunburst").json().get("seq").integer();
  const Said later =
      post({"costs", "entries"},
           R"({"author":"a","entries":[{"id":"2","at":"2026-11-05T12:00:00Z","amount":2}]})");
  ASSERT_EQ(later.status, 200) << later.body;
  const std::string first = R"("2026-10-01T07:00:00.000000Z")";
  const std::string both = R"({"from":)" + first + R"(,"to":"2026-11-05T12:00:00.000000Z"})";
  for (const char* what : {"sunburst", "series"}) {
    EXPECT_EQ(booked(what), both);
    EXPECT_EQ(booked(what, {{"owner", "nobody"}, {"measure", "co2_g"}}), both);
    EXPECT_EQ(booked(what, {{"known_at", std::to_string(then)}}),
              R"({"from":)" + first + R"(,"to":)" + first + "}");
  }
}

TEST_F(CostApi, TheInheritedViewSaysWhatADashboardCosts) {
  fill();
  const Said said = ask("sunburst", {{"by", "consumer,dataset"}, {"view", "inherited"}});
  ASSERT_EQ(said.status, 200) << said.body;
  EXPECT_EQ(children(said.json().get("root")), "consumer:bi:dashboard:Sales=140 ");
  const Said one =
      ask("sunburst",
          {{"by", "job"}, {"view", "inherited"}, {"consumer", "consumer:bi:dashboard:Sales"}});
  EXPECT_EQ(children(one.json().get("root")), "job:ns:ingest=100 job:ns:load=40 ");
  const Said much = ask("sunburst", {{"by", "job"}, {"view", "inherited"}, {"max_work", "1"}});
  EXPECT_EQ(much.status, 400);
  EXPECT_EQ(much.text("code"), "limit-exceeded");
}

TEST_F(CostApi, FiltersByWhatStandsForNoneAreKeysLikeAnyOther) {
  fill();
  bill("3", R"("amount":5)");
  for (const std::string view : {"direct", "inherited"}) {
    const Said said = ask("sunburst", {{"by", "consumer"}, {"view", view}});
    ASSERT_EQ(said.status, 200) << said.body;
    std::string keys;
    std::int64_t sum = 0;
    said.json().get("root").get("children").elements([&](const model::JsonValue& child) {
      const std::string key = *child.get("key").string();
      keys += key + " ";
      const Said only = ask("sunburst", {{"by", "job"}, {"view", view}, {"consumer", key}});
      ASSERT_EQ(only.status, 200) << only.body;
      EXPECT_EQ(only.json().get("total").integer(), child.get("value").integer()) << key;
      sum += only.json().get("total").integer().value_or(0);
    });
    EXPECT_EQ(sum, 145 * kMicro) << view;
    EXPECT_EQ(keys, view == "direct" ? "(not used) consumer:bi:dashboard:Sales (no output) "
                                     : "consumer:bi:dashboard:Sales (no output) ");
  }
  const Said direct = ask("series", {{"by", "dataset"}, {"consumer", "(not used)"}});
  ASSERT_EQ(direct.status, 200) << direct.body;
  EXPECT_EQ(direct.json().get("total").get("value").integer(), 100 * kMicro);
  for (const std::string wrong : {"(nobody)", "dataset:ns:mart"}) {
    const Said refused = ask("sunburst", {{"consumer", wrong}});
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_EQ(refused.text("parameter"), "consumer");
  }
}

TEST_F(CostApi, OwnersThatChangeAreFollowedAndThoseOfThenStay) {
  fill();
  const std::int64_t then = *ask("sunburst").json().get("seq").integer();
  const Said owned = post(
      {"decisions"}, R"({"kind":"own","nodeId":"job:ns:ingest","owner":"eve","author":"ada"})");
  ASSERT_EQ(owned.status, 201) << owned.body;
  EXPECT_EQ(children(ask("sunburst", {{"by", "owner"}}).json().get("root")),
            "eve=100 ada=20 bob=20 ");
  EXPECT_EQ(children(ask("sunburst", {{"by", "owner"}, {"known_at", std::to_string(then)}})
                         .json()
                         .get("root")),
            "(no owner)=100 ada=20 bob=20 ");
  EXPECT_EQ(ask("sunburst", {{"owner", "eve"}}).json().get("total").integer(), 100 * kMicro);
}

TEST_F(CostApi, SeriesHotSpotsAndWaste) {
  fill();
  const Said series = ask("series", {{"by", "job"}, {"limit", "1"}});
  ASSERT_EQ(series.status, 200) << series.body;
  EXPECT_EQ(series.list("periods").size(), 1U);
  EXPECT_EQ(series.list("series")[0].get("points").text(), "[100000000]");
  EXPECT_EQ(series.json().get("other").text(),
            R"({"count":1,"value":40000000,"points":[40000000]})");
  EXPECT_EQ(series.json().get("total").text(), R"({"value":140000000,"points":[140000000]})");

  const Said spots = ask("hotspots", {{"of", "dataset"}, {"limit", "1"}});
  ASSERT_EQ(spots.status, 200) << spots.body;
  EXPECT_EQ(spots.json().get("half").text(), R"({"items":1,"share_of_items":0.5})");
  EXPECT_EQ(spots.list("curve").size(), 2U);
  ASSERT_EQ(spots.list("items").size(), 1U);
  EXPECT_EQ(spots.list("items")[0].get("nodeId").string(), "dataset:ns:raw");
  const Said next =
      ask("hotspots", {{"of", "dataset"}, {"limit", "1"}, {"cursor", spots.text("next_cursor")}});
  ASSERT_EQ(next.status, 200) << next.body;
  EXPECT_EQ(next.list("items")[0].get("nodeId").string(), "dataset:ns:mart");
  EXPECT_EQ(next.json().get("next_cursor").text(), "null");

  bill("3", R"("amount":7,"dataset":{"namespace":"ns","name":"mart"},)"
            R"("job":{"namespace":"ns","name":"load"})");
  const Said waste = ask("waste");
  ASSERT_EQ(waste.status, 200) << waste.body;
  EXPECT_EQ(waste.json().get("total").integer(), 147 * kMicro);
  EXPECT_EQ(waste.json().get("unread").get("value").integer(), 0);
  EXPECT_EQ(waste.json().get("rewrites").get("value").integer(), 0);
}

TEST_F(CostApi, AWriteOfWhatWasThereIsWaste) {
  const auto write = [&](const std::string& run, const std::string& hour) {
    const Said said = post(
        {"lineage"},
        R"({"eventType":"COMPLETE","eventTime":"2026-10-01T)" + hour +
            R"(:00:00Z","producer":"p","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json",)"
            R"("run":{"runId":")" +
            run +
            R"(","facets":{"headwater_cost":{"_producer":"p","_schemaURL":"s","amount":10,"currency":"USD"}}},)"
            R"("job":{"namespace":"ns","name":"fill"},"inputs":[],"outputs":[{"namespace":"ns","name":"t",)"
            R"("outputFacets":{"headwater_partitions":{"_producer":"p","_schemaURL":"s","partitions":[)"
            R"({"key":{"date":"2026-09-01"},"dataVersion":"v1"},)"
            R"({"key":{"date":"2026-09-02"},"dataVersion":")" +
            run + R"("}]}}}]})");
    ASSERT_EQ(said.status, 201) << said.body;
  };
  write("a", "05");
  write("b", "06");
  const Said waste = ask("waste");
  ASSERT_EQ(waste.status, 200) << waste.body;
  EXPECT_EQ(waste.json().get("total").integer(), 20 * kMicro);
  EXPECT_EQ(waste.json().get("unread").get("value").integer(), 20 * kMicro);
  const model::JsonValue rewrites = waste.json().get("rewrites");
  EXPECT_EQ(rewrites.get("value").integer(), 5 * kMicro) << waste.body;
  EXPECT_NE(waste.body.find(R"("value":5000000,"runs":1,"partitions":1)"), std::string::npos);
}

TEST_F(CostApi, ErrorsNameTheParameterAndWhatIsAllowed) {
  fill();
  const auto refused = [&](const std::string& what, const std::string& name,
                           const std::string& value) {
    const Said said = ask(what, {{name, value}});
    EXPECT_EQ(said.status, 400) << said.body;
    EXPECT_EQ(said.text("parameter"), name) << said.body;
    return said.text("detail");
  };
  EXPECT_NE(refused("sunburst", "by", "owner,colour").find("consumer_type"), std::string::npos);
  refused("sunburst", "by", "owner,owner");
  refused("sunburst", "by", "");
  EXPECT_NE(refused("sunburst", "measure", "sand").find("bytes_billed"), std::string::npos);
  EXPECT_NE(refused("sunburst", "view", "sideways").find("inherited"), std::string::npos);
  EXPECT_NE(refused("sunburst", "max_arcs", "20001").find("20000"), std::string::npos);
  refused("sunburst", "depth", "0");
  const Said half = ask("sunburst", {{"compare_to", "2026-09-30T00:00:00Z"}});
  EXPECT_EQ(half.text("parameter"), "compare_from") << half.body;
  refused("sunburst", "job", "dataset:ns:raw");
  EXPECT_NE(refused("series", "by", "day").find("owner"), std::string::npos);
  EXPECT_NE(refused("series", "interval", "hour").find("week"), std::string::npos);
  EXPECT_NE(refused("hotspots", "of", "tag").find("namespace"), std::string::npos);
  refused("hotspots", "cursor", "none of ours");
  const Said turned = get({"costs", "sunburst"},
                          {{"from", "2026-10-02T00:00:00Z"}, {"to", "2026-10-01T00:00:00Z"}});
  EXPECT_EQ(turned.text("parameter"), "from");
  EXPECT_EQ(get({"costs", "sunburst"}).json().get("total").integer(), 0)
      << "the last thirty days, of which there is nothing";
}

}  // namespace
}  // namespace headwater::api::v1
