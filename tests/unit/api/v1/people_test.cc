// Decisions of people over the API, with a real store, writer and graph behind it.

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/v1/v1.h"
#include "model/json.h"
#include "tests/support/harness.h"
#include "tests/unit/ingest/event_text.h"

namespace headwater::api::v1 {
namespace {

using http::Method;
using model::JsonValue;
using tests::dataset;
using tests::dataset_event;
using tests::RunEvent;

struct Reply {
  int status = 0;
  std::string body;
  JsonValue json() const { return JsonValue(body); }
  std::string text(std::string_view member) const {
    return json().get(member).string().value_or("(none)");
  }
  std::int64_t number(std::string_view member) const {
    return json().get(member).integer().value_or(-1);
  }
};

std::vector<std::string> texts(const JsonValue& array, std::string_view member = {}) {
  std::vector<std::string> out;
  array.elements([&](const JsonValue& item) {
    out.push_back((member.empty() ? item : item.get(member)).string().value_or("(none)"));
  });
  return out;
}

class PeopleApiTest : public ::testing::Test {
 protected:
  PeopleApiTest()
      : harness(dir.path("a")),
        queries(harness.store(), harness.graph(), harness.clock()),
        writes(writes_to(harness.pipeline())),
        api(Dependencies{queries, *writes, {}, {}, {}}, {}),
        handler(api.handler()) {}
  ~PeopleApiTest() override { api.stop(); }

  Reply send(Method method, std::vector<std::string> path, const std::string& body = "",
             http::Fields query = {}, const std::string& author = "") {
    http::Request request;
    request.method = method;
    request.segments = std::move(path);
    request.segments.insert(request.segments.begin(), {"api", "v1"});
    request.query = std::move(query);
    request.body = body;
    if (!author.empty()) request.headers.emplace_back("x-author", author);
    auto promise = std::make_shared<std::promise<http::Response>>();
    auto future = promise->get_future();
    handler(std::move(request), {},
            http::Responder::to([promise](http::Response r) { promise->set_value(std::move(r)); }));
    http::Response response = future.get();
    return {response.status, std::move(response.body)};
  }
  Reply get(std::vector<std::string> path, http::Fields query = {}) {
    return send(Method::kGet, std::move(path), "", std::move(query));
  }
  Reply decide(const std::string& kind, const std::string& node, const std::string& more = "",
               const std::string& author = "ada") {
    return send(Method::kPost, {"decisions"},
                R"({"kind":")" + kind + R"(","nodeId":")" + node + R"(","author":")" + author +
                    "\"" + more + "}");
  }
  Reply get_dataset(const std::string& name) { return get({"namespaces", "d", "datasets", name}); }

  tests::TempDir dir;
  tests::Harness harness;
  query::Service queries;
  std::unique_ptr<Writes> writes;
  Api api;
  http::Handler handler;
};

TEST_F(PeopleApiTest, ADecisionIsShownAtOnceAndOutlivesWhatProducersSend) {
  harness.send(RunEvent{.outputs = dataset("a", R"("documentation":{"description":"sent"},)"
                                                R"("tags":{"tags":[{"key":"gold"}]})")}
                   .json());
  const Reply described = decide("describe", "dataset:d:a", R"(,"description":"mine")");
  ASSERT_EQ(described.status, 201) << described.body;
  EXPECT_EQ(described.text("kind"), "describe");
  EXPECT_EQ(described.text("nodeId"), "dataset:d:a");
  EXPECT_EQ(described.text("author"), "ada");
  EXPECT_GT(described.number("seq"), 0);
  EXPECT_EQ(decide("tag", "dataset:d:a", R"(,"tag":"pii","reason":"seen")").status, 201);
  EXPECT_EQ(decide("untag", "dataset:d:a", R"(,"tag":"gold")").status, 201);
  EXPECT_EQ(decide("own", "dataset:d:a", R"(,"owner":"team","type":"MAINTAINER")").status, 201);
  harness.send(RunEvent{.time = "2027-01-01T00:00:00Z",
                        .run = "2",
                        .outputs = dataset("a", R"("documentation":{"description":"again"},)"
                                                R"("tags":{"tags":[{"key":"gold"},{"key":"b"}]})")}
                   .json());
  const Reply a = get_dataset("a");
  EXPECT_EQ(a.text("description"), "mine");
  EXPECT_EQ(texts(a.json().get("tags")), (std::vector<std::string>{"b", "pii"}));
  EXPECT_EQ(texts(a.json().get("owners")), std::vector<std::string>{"team"});
  const JsonValue annotations = a.json().get("annotations");
  EXPECT_EQ(annotations.get("description").get("author").string(), "ada");
  EXPECT_EQ(texts(annotations.get("tags"), "name"), std::vector<std::string>{"pii"});
  EXPECT_EQ(texts(annotations.get("owners"), "type"), std::vector<std::string>{"MAINTAINER"});
}

TEST_F(PeopleApiTest, ATagDoesNotBringBackWhatWasDeleted) {
  harness.send(RunEvent{.outputs = dataset("a")}.json());
  ASSERT_EQ(send(Method::kDelete, {"namespaces", "d", "datasets", "a"}).status, 200);
  const std::string updated = get_dataset("a").text("updatedAt");
  ASSERT_EQ(decide("tag", "dataset:d:a", R"(,"tag":"pii")").status, 201);
  const Reply a = get_dataset("a");
  EXPECT_EQ(a.json().get("deleted").boolean(), true);
  EXPECT_EQ(a.text("updatedAt"), updated);
  EXPECT_EQ(get({"datasets"}).number("totalCount"), 0);
  ASSERT_EQ(send(Method::kDelete, {"namespaces", "n", "jobs", "j"}).status, 200);
  ASSERT_EQ(decide("tag", "job:n:j", R"(,"tag":"pii")").status, 201);
  EXPECT_EQ(get({"jobs"}).number("totalCount"), 0);
}

TEST_F(PeopleApiTest, WhatIsWrongIsNamedAndNothingIsWritten) {
  harness.send(RunEvent{.outputs = dataset("a") + "," + dataset("b")}.json());
  const std::int64_t before = get({"stats"}).number("seq");
  struct Wrong {
    std::string kind, node, more;
    int status;
    std::string pointer;
  };
  const std::vector<Wrong> wrong = {
      {"nonsense", "dataset:d:a", "", 400, "/kind"},
      {"put_tag", "dataset:d:a", "", 400, "/kind"},
      {"tag", "dataset:d:none", R"(,"tag":"t")", 404, "/nodeId"},
      {"tag", "datasetField:d:a:none", R"(,"tag":"t")", 404, "/nodeId"},
      {"tag", "what", R"(,"tag":"t")", 400, "/nodeId"},
      {"tag", "run:r", R"(,"tag":"t")", 400, "/nodeId"},
      {"tag", "dataset:d:a", "", 400, "/tag"},
      {"tag", "dataset:d:a", R"(,"tag":")" + std::string(201, 'x') + "\"", 400, "/tag"},
      {"describe", "dataset:d:a", "", 400, "/description"},
      {"own", "dataset:d:a", R"(,"owner":7)", 400, "/owner"},
      {"join", "dataset:d:a", R"(,"other":"job:n:j")", 400, "/other"},
      {"join", "job:n:j", R"(,"other":"dataset:d:a")", 400, "/nodeId"},
      {"join", "dataset:d:a", R"(,"other":"dataset:d:a")", 400, "/other"},
      {"join", "dataset:d:a", R"(,"other":"dataset:d:none")", 404, "/other"}};
  for (const Wrong& w : wrong) {
    const Reply reply = decide(w.kind, w.node, w.more);
    EXPECT_EQ(reply.status, w.status) << reply.body;
    EXPECT_EQ(reply.text("pointer"), w.pointer) << reply.body;
  }
  EXPECT_EQ(decide("tag", "dataset:d:a", R"(,"tag":"t")", "").text("pointer"), "/author");
  EXPECT_EQ(decide("tag", "dataset:d:a", R"(,"tag":"t")", std::string(201, 'a')).number("limit"),
            200);
  EXPECT_EQ(get({"stats"}).number("seq"), before);
  EXPECT_EQ(decide("join", "dataset:d:a", R"(,"other":"dataset:d:b")").status, 201);
  const Reply again = decide("join", "dataset:d:a", R"(,"other":"dataset:d:b")");
  EXPECT_EQ(again.text("pointer"), "/other") << "it is the same dataset by now";
  EXPECT_EQ(get_dataset("b").text("name"), "a");
}

TEST_F(PeopleApiTest, DecisionsArePagedNewestFirst) {
  harness.send(RunEvent{.outputs = dataset("a") + "," + dataset("b")}.json());
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(decide("tag", "dataset:d:a", R"(,"tag":"t)" + std::to_string(i) + "\"").status, 201);
  }
  ASSERT_EQ(decide("describe", "dataset:d:b", R"(,"description":null)", "bob").status, 201);
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const Reply page =
        get({"decisions"}, {{"nodeId", "dataset:d:a"}, {"limit", "2"}, {"cursor", cursor}});
    ASSERT_EQ(page.status, 200) << page.body;
    for (std::string& tag : texts(page.json().get("decisions"), "tag")) {
      seen.push_back(std::move(tag));
    }
    cursor = page.json().get("next_cursor").string().value_or("");
  } while (!cursor.empty());
  EXPECT_EQ(seen, (std::vector<std::string>{"t4", "t3", "t2", "t1", "t0"}));
  const auto authors = [&](http::Fields query) {
    return texts(get({"decisions"}, std::move(query)).json().get("decisions"), "author");
  };
  EXPECT_EQ(authors({}).size(), 6u);
  EXPECT_EQ(authors({{"author", "bob"}}), std::vector<std::string>{"bob"});
  EXPECT_EQ(authors({{"kind", "describe"}}), std::vector<std::string>{"bob"});
  EXPECT_EQ(authors({{"kind", "describe"}, {"nodeId", "dataset:d:a"}}).size(), 0u);
  EXPECT_EQ(authors({{"known_at", "3"}}).size(), 2u);
  EXPECT_EQ(get({"decisions"}, {{"kind", "x"}}).text("parameter"), "kind");
  EXPECT_EQ(get({"decisions"}, {{"nodeId", "dataset:d:none"}}).status, 404);
}

TEST_F(PeopleApiTest, TagsInThePathAreThoseOfMarquez) {
  harness.send(dataset_event("a", R"("schema":{"fields":[{"name":"x"},{"name":"y.z"}]})"));
  const std::vector<std::string> base = {"namespaces", "d", "datasets", "a"};
  const auto path = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return more;
  };
  const Reply put = send(Method::kPost, path({"tags", "PII/x"}));
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(texts(put.json().get("tags")), std::vector<std::string>{"PII/x"});
  const Reply field = send(Method::kPost, path({"fields", "y.z", "tags", "k"}), "", {}, "bob");
  ASSERT_EQ(field.status, 200) << field.body;
  std::vector<std::vector<std::string>> of_fields;
  field.json().get("fields").elements(
      [&](const JsonValue& f) { of_fields.push_back(texts(f.get("tags"))); });
  EXPECT_EQ(of_fields, (std::vector<std::vector<std::string>>{{}, {"k"}}));
  EXPECT_EQ(texts(get({"decisions"}).json().get("decisions"), "author"),
            (std::vector<std::string>{"bob", "marquez-api"}));
  EXPECT_EQ(send(Method::kPost, path({"fields", "none", "tags", "k"})).status, 404);
  EXPECT_EQ(send(Method::kPost, {"namespaces", "d", "datasets", "none", "tags", "k"}).status, 404);
  EXPECT_EQ(send(Method::kPost, path({"tags", std::string(201, 'x')})).number("limit"), 200);
  EXPECT_EQ(send(Method::kPost, path({"tags", "t"}), "", {}, "\xFF").text("parameter"), "X-Author");
  const Reply gone = send(Method::kDelete, path({"tags", "PII/x"}));
  EXPECT_TRUE(texts(gone.json().get("tags")).empty());
  EXPECT_EQ(send(Method::kDelete, path({"fields", "y.z", "tags", "k"})).status, 200);
  EXPECT_TRUE(texts(get({"nodes", "tags"}, {{"nodeId", "datasetField:d:a:y.z"}}).json().get("tags"))
                  .empty());
}

TEST_F(PeopleApiTest, ADefinedTagSpreadsAlongTheColumnsOfEvents) {
  const auto lineage = [](const std::string& source, const std::string& more = "") {
    return R"("columnLineage":{"fields":{"x":{"inputFields":[{"namespace":"d","name":")" + source +
           R"(","field":"x")" + more + "}]}}}";
  };
  harness.send(RunEvent{.inputs = dataset("a"), .outputs = dataset("b", lineage("a"))}.json());
  harness.send(RunEvent{.run = "2",
                        .job = "k",
                        .inputs = dataset("b"),
                        .outputs = dataset("c", lineage("b", R"(,"transformations":[{"type":)"
                                                             R"("DIRECT","subtype":"HASH",)"
                                                             R"("masking":true}])"))}
                   .json());
  ASSERT_EQ(decide("tag", "datasetField:d:a:x", R"(,"tag":"pii")").status, 201);
  const Reply put = send(Method::kPut, {"tags", "pii"},
                         R"({"description":"personal","propagate":"downstream"})", {}, "bob");
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.text("author"), "bob");
  EXPECT_EQ(put.json().get("stop").get("masking").boolean(), true);
  const Reply b = get({"nodes", "tags"}, {{"nodeId", "datasetField:d:b:x"}});
  ASSERT_EQ(b.status, 200) << b.body;
  EXPECT_EQ(b.json().get("complete").boolean(), true);
  EXPECT_EQ(texts(b.json().get("tags"), "origin"), std::vector<std::string>{"inherited"});
  EXPECT_EQ(texts(b.json().get("tags"), "from"), std::vector<std::string>{"datasetField:d:a:x"});
  const auto inherits = [&](const std::string& node, http::Fields more = {}) {
    more.emplace_back("nodeId", node);
    return !texts(get({"nodes", "tags"}, more).json().get("tags"), "tag").empty();
  };
  EXPECT_FALSE(inherits("datasetField:d:c:x")) << "masked";
  const std::string then = std::to_string(get({"stats"}).number("seq"));
  ASSERT_EQ(
      send(Method::kPut, {"tags", "pii"}, R"({"propagate":"downstream","stop":{"masking":false}})")
          .status,
      200);
  EXPECT_TRUE(inherits("datasetField:d:c:x"));
  EXPECT_TRUE(inherits("dataset:d:c"));
  EXPECT_FALSE(inherits("datasetField:d:c:x", {{"known_at", then}}));
  EXPECT_FALSE(inherits("datasetField:d:c:x", {{"as_of", "2026-02-01T00:00:00Z"}}));
  EXPECT_EQ(get({"tags"}).number("totalCount"), 1);
  EXPECT_EQ(texts(get({"tags"}).json().get("tags"), "name"), std::vector<std::string>{"pii"});
  const Reply cut = get({"nodes", "tags"}, {{"nodeId", "datasetField:d:c:x"}, {"max_nodes", "1"}});
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(cut.json().get("cut").get("reason").string(), "max_nodes");
  EXPECT_EQ(send(Method::kPut, {"tags", "t"}, R"({"propagate":"up"})").text("pointer"),
            "/propagate");
  EXPECT_EQ(send(Method::kPut, {"tags", "t"}, R"({"stop":{"masking":1}})").text("pointer"),
            "/stop/masking");
  EXPECT_EQ(send(Method::kPut, {"tags", std::string(201, 't')}, "{}").number("limit"), 200);
}

TEST_F(PeopleApiTest, TagsArePagedByName) {
  for (const char* name : {"c", "a", "b"}) {
    ASSERT_EQ(send(Method::kPut, {"tags", name}, "{}").status, 200);
  }
  const Reply first = get({"tags"}, {{"limit", "2"}});
  EXPECT_EQ(texts(first.json().get("tags"), "name"), (std::vector<std::string>{"a", "b"}));
  const Reply second = get({"tags"}, {{"limit", "2"}, {"cursor", first.text("next_cursor")}});
  EXPECT_EQ(texts(second.json().get("tags"), "name"), std::vector<std::string>{"c"});
  EXPECT_EQ(second.text("next_cursor"), "(none)");
  EXPECT_EQ(texts(get({"tags"}, {{"offset", "1"}, {"limit", "1"}}).json().get("tags"), "name"),
            std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace headwater::api::v1
