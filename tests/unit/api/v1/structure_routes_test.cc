#include <set>

#include "tests/unit/api/v1/question_fixture.h"

namespace headwater::api::v1 {
namespace {

class StructureApi : public QuestionTest {
 protected:
  // raw -> load -> clean -> report -> mart; clean -> keep -> clean
  void fill() {
    tell({.job = "load", .run = "r1", .inputs = {"raw"}, .outputs = {"clean"}});
    tell({.job = "report", .run = "r2", .inputs = {"clean"}, .outputs = {"mart"}});
    tell({.job = "keep", .run = "r3", .inputs = {"clean"}, .outputs = {"clean"}});
  }
  static std::vector<std::string> ids(const model::JsonValue& list) {
    std::vector<std::string> out;
    list.elements([&](const model::JsonValue& item) {
      out.push_back(item.get("nodeId").string().value_or("?"));
    });
    return out;
  }
};

TEST_F(StructureApi, PathsAreStepsFromOneToTheOther) {
  fill();
  const Said said =
      get({"paths"}, {{"from", "dataset:ns:raw"}, {"to", "dataset:ns:mart"}, {"k", "3"}});
  ASSERT_EQ(said.status, 200) << said.body;
  EXPECT_EQ(said.text("from"), "dataset:ns:raw");
  EXPECT_EQ(said.json().get("complete").boolean(), true);
  const auto paths = said.list("paths");
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_EQ(paths[0].get("length").integer(), 2);
  EXPECT_EQ(paths[0].get("steps").text(),
            R"([{"from":"dataset:ns:raw","to":"job:ns:load","kind":"reads","via":null},)"
            R"({"from":"job:ns:load","to":"dataset:ns:clean","kind":"writes","via":null},)"
            R"({"from":"dataset:ns:clean","to":"job:ns:report","kind":"reads","via":null},)"
            R"({"from":"job:ns:report","to":"dataset:ns:mart","kind":"writes","via":null}])");
  const Said back = get({"paths"}, {{"from", "dataset:ns:mart"}, {"to", "dataset:ns:raw"}});
  EXPECT_TRUE(back.list("paths").empty());
  const Said any =
      get({"paths"}, {{"from", "dataset:ns:mart"}, {"to", "dataset:ns:raw"}, {"direction", "any"}});
  ASSERT_EQ(any.list("paths").size(), 1u);
  EXPECT_NE(any.body.find(R"("against":true)"), std::string::npos);
  const Said cut =
      get({"paths"}, {{"from", "dataset:ns:raw"}, {"to", "dataset:ns:mart"}, {"max_work", "1"}});
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(cut.json().get("cut").get("reason").string(), "max_work");
}

TEST_F(StructureApi, ColumnPathsTakeFieldsAndDatasets) {
  tell({.job = "load",
        .run = "r1",
        .inputs = {"raw"},
        .outputs = {"clean"},
        .output_facets = R"({"columnLineage":{"fields":{"b":{"inputFields":[{"namespace":"ns",)"
                         R"("name":"raw","field":"a"}]}}}})"});
  for (const char* from : {"dataset:ns:raw", "datasetField:ns:raw:a"}) {
    for (const char* to : {"dataset:ns:clean", "datasetField:ns:clean:b"}) {
      const Said said = get({"paths"}, {{"from", from}, {"to", to}, {"level", "column"}});
      ASSERT_EQ(said.status, 200) << said.body;
      ASSERT_EQ(said.list("paths").size(), 1u) << from << " " << to;
      EXPECT_EQ(said.text("to"), to);
      EXPECT_NE(said.body.find(R"("from":"datasetField:ns:raw:a","to":"datasetField:ns:clean:b")"),
                std::string::npos);
    }
  }
  const Said job =
      get({"paths"}, {{"from", "job:ns:load"}, {"to", "dataset:ns:clean"}, {"level", "column"}});
  EXPECT_EQ(job.text("parameter"), "from");
}

TEST_F(StructureApi, CyclesAreListedAndCutOnlyByName) {
  fill();
  const Said said = get({"structure", "cycles"});
  ASSERT_EQ(said.status, 200) << said.body;
  const auto cycles = said.list("cycles");
  ASSERT_EQ(cycles.size(), 1u);
  EXPECT_EQ(cycles[0].get("size").integer(), 2);
  EXPECT_EQ(cycles[0].get("nodes").text(), R"(["dataset:ns:clean","job:ns:keep"])");
  EXPECT_EQ(said.json().get("complete").boolean(), true);
  const Said cut = get({"structure", "cycles"}, {{"max_nodes", "1"}});
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(cut.json().get("cut").get("reason").string(), "max_nodes");
  // Before it was so there was none.
  const Said past = get({"structure", "cycles"}, {{"as_of", "2026-01-01T00:00:00Z"}});
  EXPECT_TRUE(past.list("cycles").empty());
}

TEST_F(StructureApi, DominatorsPageBothLists) {
  fill();
  const Said said = get({"structure", "dominators"}, {{"nodeId", "dataset:ns:clean"}});
  ASSERT_EQ(said.status, 200) << said.body;
  EXPECT_EQ(ids(said.json().get("dominated")),
            (std::vector<std::string>{"job:ns:report", "dataset:ns:mart", "job:ns:keep"}));
  EXPECT_EQ(ids(said.json().get("dominators")),
            (std::vector<std::string>{"job:ns:load", "dataset:ns:raw"}));
  EXPECT_EQ(said.json().get("dominated_total").integer(), 3);
  std::set<std::string> all;
  std::string cursor;
  int pages = 0;
  do {
    http::Fields query = {{"nodeId", "dataset:ns:clean"}, {"limit", "2"}};
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    const Said page = get({"structure", "dominators"}, query);
    for (const std::string& id : ids(page.json().get("dominated"))) all.insert(id);
    cursor = page.json().get("next_cursor").string().value_or("");
  } while (!cursor.empty() && ++pages < 5);
  EXPECT_EQ(all.size(), 3u);
  EXPECT_EQ(pages, 1);
}

TEST_F(StructureApi, ImportanceIsFilteredAfterRanking) {
  fill();
  const Said said = get({"structure", "importance"});
  ASSERT_EQ(said.status, 200) << said.body;
  EXPECT_EQ(said.json().get("totalCount").integer(), 6);
  EXPECT_EQ(said.list("nodes")[0].get("rank").integer(), 1);
  const Said jobs = get({"structure", "importance"}, {{"type", "job"}, {"limit", "1"}});
  EXPECT_EQ(jobs.json().get("totalCount").integer(), 3);
  EXPECT_EQ(jobs.list("nodes").size(), 1u);
  EXPECT_EQ(jobs.list("nodes")[0].get("type").string(), "JOB");
  EXPECT_FALSE(jobs.json().get("next_cursor").is_null());
  const Said none = get({"structure", "importance"}, {{"namespace", "none"}});
  EXPECT_EQ(none.list("nodes").size(), 0u);
}

TEST_F(StructureApi, WrongParametersAreNamed) {
  fill();
  const auto wrong = [this](std::vector<std::string> path, const http::Fields& query) {
    return get(std::move(path), query).text("parameter");
  };
  EXPECT_EQ(wrong({"paths"}, {{"to", "dataset:ns:raw"}}), "from");
  EXPECT_EQ(wrong({"paths"}, {{"from", "dataset:ns:raw"}, {"to", "dataset:ns:none"}}), "to");
  EXPECT_EQ(wrong({"paths"}, {{"from", "dataset:ns:raw"}, {"to", "dataset:ns:raw"}}), "to");
  EXPECT_EQ(wrong({"paths"}, {{"from", "dataset:ns:raw"}, {"to", "datasetField:ns:raw:a"}}), "to");
  const http::Fields ends = {{"from", "dataset:ns:raw"}, {"to", "dataset:ns:mart"}};
  for (const auto& [name, value] : http::Fields{{"k", "0"},
                                                {"k", "101"},
                                                {"level", "row"},
                                                {"direction", "upstream"},
                                                {"max_work", "0"}}) {
    http::Fields query = ends;
    query.emplace_back(name, value);
    EXPECT_EQ(wrong({"paths"}, query), name);
  }
  EXPECT_EQ(wrong({"structure", "cycles"}, {{"max_nodes", "0"}}), "max_nodes");
  EXPECT_EQ(wrong({"structure", "dominators"}, {}), "nodeId");
  EXPECT_EQ(wrong({"structure", "importance"}, {{"type", "run"}}), "type");
}

}  // namespace
}  // namespace headwater::api::v1
