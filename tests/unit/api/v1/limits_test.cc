// Every limit of every question is driven here: the answer says that it is not complete, why, and
// which limit cut it. The contract is read for the questions and the reasons there are, so that a
// new one without a line here fails.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/json.h"
#include "tests/support/api_world.h"
#include "tests/support/corpora.h"

namespace headwater::tests {
namespace {

using model::JsonValue;

struct Limit {
  std::vector<std::string> path;
  api::http::Fields query;
  std::string name;  // of the limit
  std::string reason;
  std::string body = "";  // a POST if there is one
};

// "raw" -> load -> "clean" -> report -> "mart" -> publish -> "page", and back to "raw" in a second
// step, so that there is a cycle; columns all along; new code and a schema on the second day.
std::string event(const std::string& job, const std::string& from, const std::string& to,
                  const std::string& day, const std::string& run) {
  const std::string columns =
      R"("columnLineage":{"_producer":"p","_schemaURL":"s","fields":{"id":{"inputFields":[)"
      R"({"namespace":"ns","name":")" +
      from + R"(","field":"id","transformations":[{"type":"DIRECT","subtype":"IDENTITY"}]}]}}})";
  const std::string schema =
      R"("schema":{"_producer":"p","_schemaURL":"s","fields":[{"name":"id","type":"INT64"},)"
      R"({"name":"day)" +
      day + R"(","type":"DATE"}]})";
  return R"({"eventType":"COMPLETE","eventTime":"2026-10-)" + day +
         R"(T06:00:00Z","producer":"p","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json",)" +
         R"("run":{"runId":")" + run + R"("},"job":{"namespace":"ns","name":")" + job +
         R"(","facets":{"sql":{"_producer":"p","_schemaURL":"s","query":"SELECT )" + day +
         R"("}}},"inputs":[{"namespace":"ns","name":")" + from +
         R"("}],"outputs":[{"namespace":"ns","name":")" + to + R"(","facets":{)" + columns + "," +
         schema + "}}]}";
}

class LimitsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const std::string day : {"01", "02"}) {
      send("load", "raw", "clean", day);
      send("report", "clean", "mart", day);
      send("publish", "mart", "page", day);
    }
    send("feedback", "page", "raw", "02");
    must(world.harness().try_send(event("load", "raw", "clean", "03", "late")));
    const ApiReply tagged = world.post(
        {"decisions"}, R"({"kind":"tag","nodeId":"dataset:ns:clean","tag":"gold","author":"ada"})");
    ASSERT_EQ(tagged.status, 201) << tagged.body;
    const ApiReply spreads =
        world.put({"tags", "gold"}, R"({"propagate":"downstream","author":"ada"})");
    ASSERT_LT(spreads.status, 300) << spreads.body;
    send_partitions();
  }
  // p_raw -> p_clean -> p_mart on two days; p_raw was written again, and so was what had read it.
  void send_partitions() {
    const auto touched = [](const std::string& dataset, const std::string& facets,
                            const std::string& day) {
      return R"([{"namespace":"ns","name":")" + dataset + R"(","facets":{},")" + facets +
             R"(":{"headwater_partitions":{"_producer":"p","_schemaURL":"s","partitions":[)" +
             R"({"key":{"date":"2026-10-)" + day + R"("}}]}}}])";
    };
    const auto run = [&](const std::string& job, const std::string& from, const std::string& to,
                         const std::string& hour) {
      for (const std::string day : {"01", "03"}) {
        const std::string body =
            R"({"eventType":"COMPLETE","eventTime":"2026-10-04T)" + hour +
            R"(:00:00Z","producer":"p","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json",)" +
            R"("run":{"runId":"parts-)" + job + hour + day +
            R"("},"job":{"namespace":"ns","name":")" + job + R"(","facets":{}},"inputs":)" +
            (from.empty() ? "[]" : touched(from, "inputFacets", day)) + R"(,"outputs":)" +
            touched(to, "outputFacets", day) + "}";
        must(world.harness().try_send(body));
      }
    };
    run("p_fill", "", "p_raw", "01");
    run("p_load", "p_raw", "p_clean", "02");
    run("p_report", "p_clean", "p_mart", "03");
    run("p_fill", "", "p_raw", "04");
    run("p_load", "p_raw", "p_clean", "05");
    run("p_fill", "", "p_raw", "06");
    const ApiReply changes = world.get({"changes"}, {{"nodeId", "dataset:ns:p_raw"}});
    JsonValue(changes.body).get("changes").elements([&](const JsonValue& change) {
      change_id = change.get("id").string().value_or("");  // the first, in the end
    });
    ASSERT_FALSE(change_id.empty()) << changes.body;
  }
  void send(const std::string& job, const std::string& from, const std::string& to,
            const std::string& day) {
    must(world.harness().try_send(event(job, from, to, day, job + day)));
  }
  ApiReply ask(const Limit& limit) {
    std::vector<std::string> path = limit.path;
    for (std::string& segment : path) {
      if (segment == "{id}") segment = change_id;
    }
    if (limit.body.empty()) return world.get(path, limit.query);
    return world.post(limit.path, limit.body, limit.query);
  }

  TempDir dir;
  ApiWorld world{dir.path("data")};
  std::string change_id;  // of data
};

std::vector<Limit> limits() {
  const std::string raw = "dataset:ns:raw", column = "datasetField:ns:raw:id";
  const std::string change = R"({"changes":[{"kind":"data","nodeId":"dataset:ns:raw"}],)";
  const std::string dropped =
      R"({"changes":[{"kind":"column_dropped","nodeId":"dataset:ns:raw","column":"id"}],)";
  const std::pair<std::string, std::string> node{"nodeId", raw}, field{"nodeId", column},
      from{"from", "2026-10-01T07:00:00Z"}, at{"at", "2026-10-03T07:00:00Z"},
      window{"window", "P3D"};
  const std::pair<std::string, std::string> one_node{"max_nodes", "1"}, near{"depth", "1"};
  const std::string far = "max_distance", many = "max_nodes";
  return {
      {{"lineage"}, {node, near}, "depth", far},
      {{"lineage"}, {node, one_node}, "max_nodes", many},
      {{"lineage", "layout"}, {node, near}, "depth", far},
      {{"lineage", "layout"}, {node, one_node}, "max_nodes", many},
      {{"column-lineage"}, {field, near, {"direction", "downstream"}}, "depth", far},
      {{"column-lineage"}, {field, one_node, {"direction", "both"}}, "max_nodes", many},
      {{"column-lineage", "layout"}, {field, near, {"direction", "downstream"}}, "depth", far},
      {{"column-lineage", "layout"}, {field, one_node, {"direction", "both"}}, "max_nodes", many},
      {{"impact"}, {}, "depth", far, change + R"("depth":1})"},
      {{"impact"}, {}, "max_nodes", many, change + R"("max_nodes":1})"},
      {{"impact"}, {}, "depth", far, dropped + R"("depth":1})"},
      {{"impact"}, {}, "max_nodes", many, dropped + R"("max_nodes":1})"},
      {{"cause"}, {{"nodeId", "dataset:ns:page"}, at, window, near}, "depth", far},
      {{"cause"}, {{"nodeId", "dataset:ns:page"}, at, window, one_node}, "max_nodes", many},
      {{"cause"},
       {{"nodeId", "dataset:ns:page"}, at, window, {"max_runs", "1"}},
       "max_runs",
       "max_runs"},
      {{"diff"}, {from, {"max_changes", "1"}}, "max_changes", "max_changes"},
      {{"diff"}, {from, node, {"depth", "5"}, one_node}, "max_nodes", many},
      {{"paths"},
       {{"from", raw}, {"to", "dataset:ns:page"}, {"max_work", "1"}},
       "max_work",
       "max_work"},
      {{"structure", "cycles"}, {one_node}, "max_nodes", many},
      {{"coverage"}, {{"max_work", "1"}}, "max_work", "max_work"},
      {{"search"},
       {{"q", "mart"}, {"as_of", "2026-10-01T12:00:00Z"}, {"max_checks", "0"}},
       "max_checks",
       "max_checks"},
      {{"nodes", "tags"}, {{"nodeId", "datasetField:ns:page:id"}, one_node}, "max_nodes", many},
      {{"staleness"}, {{"max_ranges", "1"}}, "max_ranges", "max_ranges"},
      {{"changes"}, {{"max_partitions", "1"}}, "max_partitions", "max_partitions"},
      {{"changes", "{id}"}, {{"max_partitions", "1"}}, "max_partitions", "max_partitions"},
      {{"changes", "{id}"}, {{"max_ranges", "0"}}, "max_ranges", "max_ranges"},
      {{"partitions", "explain"},
       {{"nodeId", "dataset:ns:p_mart"}, {"key", "2026-10-01"}, {"max_steps", "1"}},
       "max_steps",
       "max_steps"},
      {{"partitions", "unattributed"},
       {{"nodeId", "dataset:ns:p_mart"}, {"max_runs", "1"}},
       "max_runs",
       "max_runs"},
      {{"costs", "sunburst"},
       {{"measure", "runs"}, {"from", "2026-10-01T00:00:00Z"}, {"max_arcs", "1"}},
       "max_arcs",
       "max_arcs"},
      {{"costs", "waste"}, {{"max_writes", "1"}}, "max_writes", "max_writes"},
  };
}

TEST_F(LimitsTest, EachCutsTheAnswerAndSaysSo) {
  for (const Limit& limit : limits()) {
    std::string name;
    for (const std::string& segment : limit.path) name += "/" + segment;
    SCOPED_TRACE(name + " " + limit.name + limit.body);
    const ApiReply cut = ask(limit);
    ASSERT_EQ(cut.status, 200) << cut.body;
    const JsonValue json(cut.body);
    EXPECT_EQ(json.get("complete").boolean(), false) << cut.body;
    EXPECT_EQ(json.get("cut").get("reason").string(), limit.reason) << cut.body;
    EXPECT_TRUE(json.get("cut").get("frontier_count").integer().has_value()) << cut.body;
  }
}

// The same questions without the limit are answered whole: the limit it was that cut them.
TEST_F(LimitsTest, WithoutItTheAnswerIsWhole) {
  for (Limit limit : limits()) {
    std::erase_if(limit.query, [&](const auto& given) { return given.first == limit.name; });
    // The picture shows one step if not told otherwise.
    if (limit.path.back() == "layout") limit.query.emplace_back("depth", "20");
    if (const std::size_t comma = limit.body.rfind(','); !limit.body.empty()) {
      limit.body = limit.body.substr(0, comma) + "}";
    }
    const ApiReply whole = ask(limit);
    ASSERT_EQ(whole.status, 200) << whole.body;
    EXPECT_EQ(JsonValue(whole.body).get("complete").boolean(), true)
        << limit.path.front() << " " << limit.name << limit.body << whole.body;
  }
}

// The names of parameters that cut, by path, and the reasons, as the contract has them.
TEST(LimitsContract, EveryLimitAndEveryReasonStandsAbove) {
  const std::string text = read_file(std::string(HW_SOURCE_DIR) + "/schema/openapi.yaml");
  std::set<std::pair<std::string, std::string>> driven;
  std::set<std::string> reasons = {"cancelled", "index_building"};  // have tests of their own
  for (const Limit& limit : limits()) {
    std::string path;
    for (const std::string& segment : limit.path) path += "/" + segment;
    driven.emplace(path, limit.name);
    reasons.insert(limit.reason);
  }
  // How far to look is the scope of a difference, and how many rings to draw that of a sunburst;
  // how many columns a card shows is in the card, and how many partitions a cell stands for is in
  // the heat map. Plans: plans_api_test.cc.
  driven.insert({{"/diff", "depth"},
                 {"/costs/sunburst", "depth"},
                 {"/plans", "max_ranges"},
                 {"/plans/{id}", "max_ranges"},
                 {"/partitions/grid", "max_cells"},
                 {"/column-lineage/layout", "max_columns"},
                 {"/impact", "depth"},
                 {"/impact", "max_nodes"}});
  std::string path;
  std::size_t seen = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("components:")) break;
    if (line.starts_with("  /")) path = line.substr(2, line.rfind(':') - 2);
    const std::string mark = "        - name: ";
    if (!line.starts_with(mark)) continue;
    const std::string name = line.substr(mark.size());
    if (name != "depth" && !name.starts_with("max_")) continue;
    ++seen;
    EXPECT_TRUE(driven.contains({path, name})) << "no test drives " << name << " of " << path;
  }
  EXPECT_GE(seen, 15U);
  for (const std::string reason :
       {"max_distance", "max_nodes", "max_runs", "max_work", "max_changes", "max_checks",
        "max_steps", "max_ranges", "max_partitions", "max_arcs", "max_writes", "index_building",
        "cancelled"}) {
    EXPECT_TRUE(text.find("            - " + reason + "\n") != std::string::npos) << reason;
    EXPECT_TRUE(reasons.contains(reason)) << reason;
  }
}

}  // namespace
}  // namespace headwater::tests
