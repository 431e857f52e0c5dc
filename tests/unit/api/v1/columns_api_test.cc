// Column lineage and impact over the handlers, from events to answers, with a real store behind.
#include <gtest/gtest.h>
#include <future>
#include <map>
#include <random>

#include "api/v1/v1.h"
#include "base/log.h"
#include "model/json.h"
#include "tests/support/harness.h"

namespace headwater::api::v1 {
namespace {

using http::Method;
using model::JsonValue;
using tests::must;

struct Reply {
  int status = 0;
  std::string body, content_type;
  http::Fields headers;
  std::size_t pieces = 0, largest = 0;
  JsonValue json() const { return JsonValue(std::string_view(body)); }
  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < body.size();) {
      const std::size_t end = std::min(body.find('\n', at), body.size());
      out.push_back(body.substr(at, end - at));
      at = end + 1;
    }
    return out;
  }
};

std::string text_of(const JsonValue& value, std::string_view member) {
  return value.get(member).string().value_or("(none)");
}

std::vector<std::string> all(const JsonValue& array, std::string_view member) {
  std::vector<std::string> out;
  array.elements([&](const JsonValue& item) { out.push_back(text_of(item, member)); });
  return out;
}

std::string dataset(const std::string& name, const std::string& facets = "") {
  return R"({"namespace":"ns","name":")" + name + R"(")" +
         (facets.empty() ? "" : R"(,"facets":{)" + facets + "}") + "}";
}

std::string event(const std::string& job, const std::string& inputs, const std::string& outputs) {
  return R"({"eventType":"COMPLETE","eventTime":"2026-10-01T06:00:00Z","producer":"https://p.example",)"
         R"("schemaURL":"https://s.example","run":{"runId":"run-)" +
         job + R"("},"job":{"namespace":"ns","name":")" + job + R"("},"inputs":[)" + inputs +
         R"(],"outputs":[)" + outputs + "]}";
}

constexpr const char* kBase = R"("_producer":"https://p.example","_schemaURL":"https://s.example")";

class ColumnsApi : public ::testing::Test {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    harness_ = std::make_unique<tests::Harness>(dir_.path("data"));
    queries_ =
        std::make_unique<query::Service>(harness_->store(), harness_->graph(), harness_->clock());
    writes_ = writes_to(harness_->pipeline());
    api_ = std::make_unique<Api>(Dependencies{*queries_, *writes_, {}, {}, {}}, Options{});
    fill();
  }
  void TearDown() override {
    api_->stop();
    api_.reset();
    queries_.reset();
    harness_.reset();
  }

  // orders{id INT, email STRING} -> mask -> people{id, mail <- masked email, filtered by id}
  //   -> export (says nothing) -> file;  people is ann's
  void fill() {
    const std::string schema = std::string(R"("schema":{)") + kBase +
                               R"(,"fields":[{"name":"id","type":"INT"},)"
                               R"({"name":"email","type":"STRING","description":"of the buyer"}]})";
    const std::string columns =
        std::string(R"("columnLineage":{)") + kBase +
        R"(,"fields":{"mail":{"inputFields":[{"namespace":"ns","name":"orders","field":"email",)"
        R"("transformations":[{"type":"DIRECT","subtype":"TRANSFORMATION","masking":true}]}]}},)"
        R"("dataset":[{"namespace":"ns","name":"orders","field":"id",)"
        R"("transformations":[{"type":"INDIRECT","subtype":"FILTER"}]}]})";
    const std::string people = std::string(R"("ownership":{)") + kBase +
                               R"(,"owners":[{"name":"ann"}]},"schema":{)" + kBase +
                               R"(,"fields":[{"name":"id"},{"name":"mail"}]},)" + columns;
    harness_->send(event("mask", dataset("orders", schema), dataset("people", people)));
    harness_->send(event("export", dataset("people"), dataset("file")));
  }

  Reply send(http::Request request) {
    auto promise = std::make_shared<std::promise<http::Response>>();
    auto future = promise->get_future();
    api_->handler()(std::move(request), {}, http::Responder::to([promise](http::Response r) {
                      promise->set_value(std::move(r));
                    }));
    http::Response response = future.get();
    Reply reply{response.status,
                std::move(response.body),
                response.content_type,
                std::move(response.headers),
                1,
                0};
    reply.largest = reply.body.size();
    for (bool more = response.source != nullptr; more; ++reply.pieces) {
      std::string piece;
      more = must(response.source->next(piece));
      reply.largest = std::max(reply.largest, piece.size());
      reply.body += piece;
    }
    return reply;
  }
  Reply get(std::vector<std::string> path, http::Fields query) {
    http::Request out;
    out.segments = {"api", "v1"};
    out.segments.insert(out.segments.end(), path.begin(), path.end());
    out.query = std::move(query);
    return send(std::move(out));
  }
  Reply impact(std::string body, http::Fields query = {}, http::Fields headers = {}) {
    http::Request out;
    out.method = Method::kPost;
    out.segments = {"api", "v1", "impact"};
    out.query = std::move(query);
    out.headers = std::move(headers);
    out.body = std::move(body);
    return send(std::move(out));
  }
  static std::string dropped(const std::string& more = "") {
    return R"({"changes":[{"kind":"column_dropped","nodeId":"dataset:ns:orders","column":"email"}])" +
           more + "}";
  }

  tests::TempDir dir_;
  std::unique_ptr<tests::Harness> harness_;
  std::unique_ptr<query::Service> queries_;
  std::unique_ptr<Writes> writes_;
  std::unique_ptr<Api> api_;
};

using Texts = std::vector<std::string>;

TEST_F(ColumnsApi, UpstreamIsTheDefaultAndHasMarquezShape) {
  const Reply reply = get({"column-lineage"}, {{"nodeId", "datasetField:ns:people:mail"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(text_of(reply.json(), "root"), "datasetField:ns:people:mail");
  EXPECT_EQ(all(reply.json().get("graph"), "id"),
            (Texts{"datasetField:ns:people:mail", "datasetField:ns:orders:email",
                   "datasetField:ns:orders:id"}));
  EXPECT_EQ(reply.json().get("complete").boolean(), true);
  std::vector<JsonValue> nodes;
  reply.json().get("graph").elements([&](const JsonValue& node) { nodes.push_back(node); });
  const JsonValue data = nodes[0].get("data");
  EXPECT_EQ(text_of(data, "transformationType"), "MASKED");
  EXPECT_EQ(all(data.get("inputFields"), "field"), (Texts{"email"}));
  EXPECT_EQ(all(nodes[0].get("inEdges"), "origin"),
            (Texts{"datasetField:ns:orders:email", "datasetField:ns:orders:id"}));
  EXPECT_EQ(text_of(nodes[1].get("data"), "fieldType"), "STRING");
  EXPECT_EQ(text_of(nodes[1].get("data"), "description"), "of the buyer");
  std::vector<JsonValue> edges;
  reply.json().get("edges").elements([&](const JsonValue& edge) { edges.push_back(edge); });
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_EQ(edges[0].get("masked").boolean(), true);
  EXPECT_EQ(text_of(edges[0], "via"), "job:ns:mask");
  EXPECT_EQ(text_of(edges[1], "kind"), "INDIRECT");
}

TEST_F(ColumnsApi, GapsAreAssumedInBothForms) {
  const Reply graph = get({"column-lineage"}, {{"nodeId", "datasetField:ns:orders:email"},
                                               {"direction", "downstream"}});
  EXPECT_EQ(
      all(graph.json().get("graph"), "id"),
      (Texts{"datasetField:ns:orders:email", "datasetField:ns:people:mail", "dataset:ns:file"}));
  EXPECT_NE(graph.body.find(R"("source":"dataset:ns:people","target":"dataset:ns:file")"),
            std::string::npos);
  const Reply picture =
      get({"column-lineage", "layout"},
          {{"nodeId", "datasetField:ns:people:mail"}, {"withDownstream", "true"}});
  ASSERT_EQ(picture.status, 200) << picture.body;
  EXPECT_EQ(all(picture.json().get("nodes"), "id"),
            (Texts{"dataset:ns:people", "dataset:ns:orders", "dataset:ns:file"}));
}

TEST_F(ColumnsApi, WhatIsNotThereOrNotAllowedIsSaid) {
  EXPECT_EQ(get({"column-lineage"}, {{"nodeId", "datasetField:ns:people:nope"}}).status, 404);
  EXPECT_EQ(get({"column-lineage"}, {{"nodeId", "dataset:ns:people"}, {"kinds", "x"}}).status, 400);
  EXPECT_EQ(
      get({"column-lineage", "layout"}, {{"nodeId", "dataset:ns:people"}, {"max_nodes", "20001"}})
          .status,
      400);
  const Reply cut =
      get({"column-lineage"}, {{"nodeId", "datasetField:ns:people:mail"}, {"depth", "0"}});
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(text_of(cut.json().get("cut"), "reason"), "max_distance");
}

TEST_F(ColumnsApi, ADroppedColumnBreaksWithItsPathAndEvidence) {
  const Reply reply = impact(dropped(R"(,"evidence":true)"));
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(all(reply.json().get("affected"), "nodeId"),
            (Texts{"job:ns:mask", "dataset:ns:people", "job:ns:export", "dataset:ns:file"}));
  EXPECT_EQ(all(reply.json().get("affected"), "severity"),
            (Texts{"breaking", "degraded", "degraded", "degraded"}));
  std::vector<JsonValue> nodes;
  reply.json().get("affected").elements([&](const JsonValue& node) { nodes.push_back(node); });
  EXPECT_EQ(nodes[1].get("columns").text(), R"(["mail"])");
  EXPECT_EQ(nodes[1].get("owners").text(), R"(["ann"])");
  EXPECT_EQ(nodes[1].get("use").get("readers").integer(), 1);
  EXPECT_EQ(nodes[3].get("assumed").boolean(), true);
  std::vector<JsonValue> path;
  nodes[3].get("path").elements([&](const JsonValue& step) { path.push_back(step); });
  ASSERT_EQ(path.size(), 3u);
  EXPECT_EQ(text_of(path[0], "from"), "datasetField:ns:orders:email");
  EXPECT_EQ(text_of(path[0], "via"), "job:ns:mask");
  EXPECT_EQ(text_of(path[0].get("evidence"), "facet"), "columnLineage");
  EXPECT_EQ(path[0].get("evidence").get("runs").text(), R"(["run-mask"])");
  EXPECT_EQ(text_of(path[1], "kind"), "reads");
  EXPECT_EQ(path[1].get("assumed").boolean(), true);
}

TEST_F(ColumnsApi, AColumnsOwnIdStandsForDatasetAndColumn) {
  const Reply reply = impact(
      R"({"changes":[{"kind":"column_renamed","nodeId":"datasetField:ns:orders:email","to":"mail"}]})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_NE(reply.body.find(R"("nodeId":"dataset:ns:orders","column":"email","to":"mail")"),
            std::string::npos);
}

TEST_F(ColumnsApi, WrongChangesAreNamedByTheirMember) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"kind":"column_dropped","nodeId":"dataset:ns:orders"})", "/changes/0/column"},
      {R"({"kind":"column_renamed","nodeId":"dataset:ns:orders","column":"id"})", "/changes/0/to"},
      {R"({"kind":"dataset_late","nodeId":"dataset:ns:orders","until":"soon"})",
       "/changes/0/until"},
      {R"({"kind":"column_dropped","nodeId":"job:ns:mask","column":"id"})", "/changes/0/nodeId"}};
  for (const auto& [change, pointer] : wrong) {
    const Reply reply = impact(R"({"changes":[)" + std::string(change) + "]}");
    EXPECT_EQ(reply.status, 400) << change;
    EXPECT_EQ(text_of(reply.json(), "pointer"), pointer) << change;
  }
  const Reply missing = impact(
      R"({"changes":[{"kind":"column_dropped","nodeId":"dataset:ns:orders","column":"emial"}]})");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(text_of(missing.json(), "pointer"), "/changes/0/column");
  for (const char* more :
       {R"(,"filters":[])", R"(,"filters":{"severity":["bad"]})", R"(,"filters":{"type":["RUN"]})",
        R"(,"filters":{"owner":[1]})", R"(,"filters":{"max_distance":-1})",
        R"(,"filters":{"assumed":"x"})", R"(,"group_by":"team")", R"(,"format":"xml")",
        R"(,"evidence":1)", R"(,"format":"csv","group_by":"owner")"}) {
    EXPECT_EQ(impact(dropped(more)).status, 400) << more;
  }
}

TEST_F(ColumnsApi, PagesOfAFilteredAnswerCoverItOnce) {
  Texts seen;
  std::string cursor;
  do {
    const std::string more = R"(,"filters":{"severity":"degraded"},"group_by":"owner","limit":1)" +
                             (cursor.empty() ? "" : R"(,"cursor":")" + cursor + "\"");
    const Reply page = impact(dropped(more));
    ASSERT_EQ(page.status, 200) << page.body;
    EXPECT_EQ(page.json().get("summary").get("degraded").integer(), 3);
    EXPECT_EQ(page.json().get("summary").get("breaking").integer(), 0);
    EXPECT_EQ(all(page.json().get("groups"), "key"), (Texts{"", "ann"}));
    for (const std::string& id : all(page.json().get("affected"), "nodeId")) seen.push_back(id);
    cursor = page.json().get("next_cursor").string().value_or("");
  } while (!cursor.empty());
  EXPECT_EQ(seen, (Texts{"dataset:ns:people", "job:ns:export", "dataset:ns:file"}));
}

TEST_F(ColumnsApi, NdjsonHasAHeadTheNodesAndASummary) {
  const Reply reply =
      impact(dropped(R"(,"group_by":"namespace")"), {}, {{"accept", "application/x-ndjson"}});
  EXPECT_EQ(reply.content_type, "application/x-ndjson");
  const Texts lines = reply.lines();
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(text_of(JsonValue(lines.front()), "line"), "head");
  EXPECT_EQ(text_of(JsonValue(lines[1]), "nodeId"), "job:ns:mask");
  const JsonValue summary{std::string_view(lines.back())};
  EXPECT_EQ(text_of(summary, "line"), "summary");
  EXPECT_EQ(summary.get("complete").boolean(), true);
  EXPECT_EQ(all(summary.get("groups"), "key"), (Texts{"ns"}));
  EXPECT_EQ(reply.header("X-Headwater-Impact"), "breaking=1, degraded=3, recompute=0");
}

TEST_F(ColumnsApi, CsvIsQuotedGuardedAndSaysWhetherItIsWhole) {
  const std::string odd =
      std::string(R"("ownership":{)") + kBase + R"(,"owners":[{"name":"=cmd, \"x\""}]})";
  harness_->send(event("odd", dataset("people"), dataset("odd,\\\"name", odd)));
  const Reply reply = impact(dropped(R"(,"format":"csv","depth":2)"));
  EXPECT_EQ(reply.content_type, "text/csv; charset=utf-8");
  EXPECT_EQ(reply.header("X-Headwater-Complete"), "true");
  EXPECT_TRUE(reply.body.starts_with("nodeId,type,namespace,name,distance,severity,rule,assumed,"));
  EXPECT_NE(
      reply.body.find("\r\n\"dataset:ns:odd,\"\"name\",DATASET,ns,\"odd,\"\"name\",2,degraded,"
                      "column_dropped.assumed_downstream,true,0,,\"'=cmd, \"\"x\"\"\","),
      std::string::npos)
      << reply.body;
  const Reply cut = impact(dropped(R"(,"format":"csv","depth":1)"));
  EXPECT_EQ(cut.header("X-Headwater-Complete"), "false");
  EXPECT_EQ(cut.header("X-Headwater-Cut"), "max_distance");
  EXPECT_TRUE(cut.body.ends_with(",false\r\n"));
}

TEST_F(ColumnsApi, ALongAnswerGoesOutInPieces) {
  std::string outputs;
  for (int i = 0; i < 2000; ++i) {
    outputs += (i == 0 ? "" : ",") + dataset("wide" + std::to_string(i));
  }
  harness_->send(event("fan", dataset("people"), outputs));
  for (const char* format : {"ndjson", "csv"}) {
    const Reply reply = impact(dropped(R"(,"format":")" + std::string(format) + "\""));
    EXPECT_GT(reply.pieces, 3u);
    EXPECT_LT(reply.largest, std::size_t{80} << 10);
    EXPECT_EQ(reply.lines().size(), format == std::string("csv") ? 2006u : 2007u);
  }
}

TEST_F(ColumnsApi, LineageInPiecesSaysOfEachNodeWhatIsSaidOfItAlone) {
  const std::string wide = std::string(R"("documentation":{)") + kBase + R"(,"description":")" +
                           std::string(500, 'd') + R"("})";
  std::string outputs;
  for (int i = 0; i < 1000; ++i) {
    outputs += (i == 0 ? "" : ",") + dataset("wide" + std::to_string(i), wide);
  }
  harness_->send(event("fan", dataset("people"), outputs));
  const Reply reply = get({"lineage"}, {{"nodeId", "dataset:ns:people"}});
  EXPECT_GT(reply.pieces, 3u);
  std::map<std::string, std::string> found;
  reply.json().get("graph").elements(
      [&](const JsonValue& node) { found.emplace(text_of(node, "id"), node.get("data").text()); });
  EXPECT_EQ(found.size(), 1006u);
  for (const std::string name : {"people", "file", "wide0", "wide999"}) {
    EXPECT_EQ(found["dataset:ns:" + name], get({"namespaces", "ns", "datasets", name}, {}).body);
  }
}

TEST_F(ColumnsApi, AsOfBeforeANodeWasSeenItIsNotFound) {
  const Reply reply = impact(R"({"changes":[{"kind":"data","nodeId":"dataset:ns:orders"}]})",
                             {{"as_of", "2026-09-01T00:00:00Z"}});
  EXPECT_EQ(reply.status, 404) << reply.body;
  EXPECT_EQ(reply.json().get("pointer").string(), "/changes/0/nodeId");
}

}  // namespace
}  // namespace headwater::api::v1
