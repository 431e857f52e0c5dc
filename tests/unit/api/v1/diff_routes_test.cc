#include <set>

#include "tests/unit/api/v1/question_fixture.h"

namespace headwater::api::v1 {
namespace {

class DiffApi : public QuestionTest {
 protected:
  // raw -> load -> clean in the morning; at noon load writes a column more from other code, and a
  // new job reads clean.
  void fill() {
    tell({.job = "load",
          .run = "r1",
          .time = "06:00:00",
          .inputs = {"raw"},
          .outputs = {"clean"},
          .job_facets = R"({"sql":{"query":"select a from raw"}})",
          .output_facets = R"({"schema":{"fields":[{"name":"a","type":"INT"}]}})"});
    tell({.job = "load",
          .run = "r2",
          .time = "12:00:00",
          .inputs = {"raw"},
          .outputs = {"clean"},
          .job_facets = R"({"sql":{"query":"select a, b from raw"}})",
          .output_facets =
              R"({"schema":{"fields":[{"name":"a","type":"TEXT"},{"name":"b","type":"INT"}]}})"});
    tell({.job = "report",
          .run = "r3",
          .time = "13:00:00",
          .inputs = {"clean"},
          .outputs = {"mart"}});
  }
};

const http::Fields kDay = {{"from", "2026-10-01T08:00:00Z"}, {"to", "2026-10-01T20:00:00Z"}};

http::Fields with(http::Fields fields, std::initializer_list<http::Fields::value_type> more) {
  fields.insert(fields.end(), more);
  return fields;
}

TEST_F(DiffApi, SaysWhatChangedWhenAndWhoSaidSo) {
  fill();
  const Said said = get({"diff"}, kDay);
  ASSERT_EQ(said.status, 200) << said.body;
  EXPECT_EQ(said.text("from"), "2026-10-01T08:00:00.000000Z");
  EXPECT_EQ(said.text("to"), said.text("as_of"));
  EXPECT_EQ(said.json().get("complete").boolean(), true);
  const auto summary = said.json().get("summary");
  EXPECT_EQ(summary.get("node_added").integer(), 2);
  EXPECT_EQ(summary.get("edge_added").integer(), 2);
  EXPECT_EQ(summary.get("schema_changed").integer(), 1);
  EXPECT_EQ(summary.get("code_changed").integer(), 1);
  EXPECT_EQ(summary.get("edge_removed").integer(), 0);
  std::set<std::string> seen;
  for (const auto& change : said.list("changes")) {
    const std::string kind = change.get("kind").string().value_or("");
    seen.insert(kind);
    const auto evidence = change.get("evidence");
    EXPECT_TRUE(evidence.get("seqs").is_array());
    EXPECT_NE(evidence.get("seqs").text(), "[]") << change.text();
    EXPECT_EQ(evidence.get("producers").text(), R"(["https://example.com"])") << change.text();
    if (kind == "schema_changed") {
      EXPECT_EQ(change.get("nodeId").string(), "dataset:ns:clean");
      EXPECT_EQ(change.get("at").string(), "2026-10-01T12:00:00.000000Z");
      EXPECT_EQ(change.get("detail").text(),
                R"({"added":[{"name":"b","type":"INT"}],"removed":[],)"
                R"("retyped":[{"name":"a","from":"INT","to":"TEXT"}]})");
      EXPECT_EQ(evidence.get("runs").text(), R"(["r2"])");
    }
    if (kind == "code_changed") {
      EXPECT_EQ(change.get("nodeId").string(), "job:ns:load");
      EXPECT_EQ(change.get("detail").get("sql").boolean(), true);
      EXPECT_EQ(evidence.get("facets").text(), R"(["sql"])");
    }
    if (kind == "edge_added") {
      EXPECT_TRUE(change.get("nodeId").is_null());
      EXPECT_EQ(change.get("edge").get("via").is_null(), true);
      EXPECT_EQ(evidence.get("runs").text(), R"(["r3"])");
    }
  }
  EXPECT_EQ(seen,
            (std::set<std::string>{"node_added", "edge_added", "schema_changed", "code_changed"}));
}

TEST_F(DiffApi, AsksForOneNeighbourhoodAndSomeKinds) {
  fill();
  const Said near = get({"diff"}, with(kDay, {{"nodeId", "dataset:ns:raw"}, {"depth", "1"}}));
  ASSERT_EQ(near.status, 200) << near.body;
  EXPECT_EQ(near.list("changes").size(), 2u);  // what load became
  const Said far = get({"diff"}, with(kDay, {{"nodeId", "dataset:ns:raw"}, {"depth", "2"}}));
  EXPECT_EQ(far.list("changes").size(), 6u);
  const Said some = get({"diff"}, with(kDay, {{"kinds", "edge_added"}, {"kinds", "code_changed"}}));
  EXPECT_EQ(some.list("changes").size(), 3u);
  EXPECT_EQ(some.json().get("summary").get("node_added").integer(), 0);
}

TEST_F(DiffApi, PagesAreOfOneVersionAndLoseNothing) {
  fill();
  std::vector<std::string> all;
  const Said whole = get({"diff"}, kDay);
  for (const auto& change : whole.list("changes")) all.emplace_back(change.text());
  std::vector<std::string> paged;
  std::string cursor;
  for (int page = 0; page < 10; ++page) {
    http::Fields query = with(kDay, {{"limit", "4"}});
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    const Said said = get({"diff"}, query);
    ASSERT_EQ(said.status, 200) << said.body;
    EXPECT_EQ(said.json().get("seq").integer(), 3);
    for (const auto& change : said.list("changes")) paged.emplace_back(change.text());
    cursor = said.json().get("next_cursor").string().value_or("");
    if (cursor.empty()) break;
    // What arrives in between is not of this answer.
    tell({.job = "late", .run = "x" + std::to_string(page), .time = "09:00:00", .inputs = {"raw"}});
  }
  EXPECT_EQ(paged, all);
}

TEST_F(DiffApi, MaxChangesCutsAndSaysSo) {
  fill();
  const Said said = get({"diff"}, with(kDay, {{"max_changes", "2"}}));
  EXPECT_EQ(said.list("changes").size(), 2u);
  EXPECT_EQ(said.json().get("complete").boolean(), false);
  EXPECT_EQ(said.json().get("cut").get("reason").string(), "max_changes");
  EXPECT_EQ(said.json().get("cut").get("limit").integer(), 2);
  EXPECT_EQ(said.json().get("cut").get("frontier_count").integer(), 4);
  EXPECT_EQ(said.json().get("summary").get("edge_added").integer(), 2);
  const Said nodes = get({"diff"}, with(kDay, {{"nodeId", "dataset:ns:raw"}, {"max_nodes", "1"}}));
  EXPECT_EQ(nodes.json().get("cut").get("reason").string(), "max_nodes");
}

TEST_F(DiffApi, WrongParametersAreNamed) {
  fill();
  const auto wrong = [this](const http::Fields& query) {
    return get({"diff"}, query).text("parameter");
  };
  EXPECT_EQ(wrong({}), "from");
  EXPECT_EQ(wrong({{"from", "2026-10-02T00:00:00Z"}, {"to", "2026-10-01T00:00:00Z"}}), "from");
  EXPECT_EQ(wrong(with(kDay, {{"as_of", "2026-10-01T00:00:00Z"}})), "as_of");
  EXPECT_EQ(wrong(with(kDay, {{"kinds", "everything"}})), "kinds");
  EXPECT_EQ(wrong(with(kDay, {{"nodeId", "dataset:ns:none"}})), "nodeId");
  EXPECT_EQ(wrong(with(kDay, {{"max_changes", "0"}})), "max_changes");
  EXPECT_EQ(wrong(with(kDay, {{"cursor", "AAAA"}})), "cursor");
}

TEST_F(DiffApi, LayoutComparesTwoMoments) {
  fill();
  const http::Fields ask = {{"nodeId", "dataset:ns:clean"}, {"compare_to", "2026-10-01T08:00:00Z"}};
  const Said said = get({"lineage", "layout"}, ask);
  ASSERT_EQ(said.status, 200) << said.body;
  std::map<std::string, std::string> changes;
  for (const auto& node : said.list("nodes")) {
    changes[node.get("id").string().value_or("")] = std::string(node.get("change").text());
  }
  EXPECT_EQ(changes["dataset:ns:raw"], "null");
  EXPECT_EQ(changes["job:ns:load"], "\"changed\"");
  EXPECT_EQ(changes["dataset:ns:clean"], "\"changed\"");
  EXPECT_EQ(changes["job:ns:report"], "\"added\"");
  for (const auto& edge : said.list("edges")) {
    const bool is_new = edge.get("id").string().value_or("").find("report") != std::string::npos;
    EXPECT_EQ(edge.get("change").text(), is_new ? "\"added\"" : "null");
  }
  // The other way round.
  const Said back = get({"lineage", "layout"}, {{"nodeId", "dataset:ns:clean"},
                                                {"as_of", "2026-10-01T08:00:00Z"},
                                                {"compare_to", "2026-10-01T20:00:00Z"}});
  for (const auto& node : back.list("nodes")) {
    if (node.get("id").string() != "job:ns:report") continue;
    EXPECT_EQ(node.get("change").string(), "removed");
  }
  EXPECT_EQ(get({"lineage", "layout"}, {{"nodeId", "dataset:ns:clean"}}).body.find("\"change\""),
            std::string::npos);
}

}  // namespace
}  // namespace headwater::api::v1
