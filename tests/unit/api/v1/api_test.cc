// The handlers with a real store, writer and graph behind them, without a socket.
#include "api/v1/v1.h"

#include <gtest/gtest.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <random>

#include "base/log.h"
#include "ingest/ingest.h"
#include "model/json.h"

namespace headwater::api::v1 {
namespace {

using http::Method;
using model::JsonValue;

template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " | " + result.error().detail);
  return std::move(result).value();
}

struct Reply {
  int status = 0;
  std::string body;
  http::Fields headers;
  JsonValue json() const { return JsonValue(body); }
  std::string text(std::string_view member) const {
    return json().get(member).string().value_or("(none)");
  }
  std::int64_t number(std::string_view member) const {
    return json().get(member).integer().value_or(-1);
  }
  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

std::size_t size_of(const JsonValue& array) {
  std::size_t count = 0;
  array.elements([&](const JsonValue&) { ++count; });
  return count;
}

std::string event_text(const std::string& job, const std::string& run, const std::string& input,
                       const std::string& output, const std::string& time = "06:00:00") {
  const auto dataset = [](const std::string& name) {
    return name.empty() ? std::string("[]") : R"([{"namespace":"ns","name":")" + name + R"("}])";
  };
  return R"({"eventType":"COMPLETE","eventTime":"2026-10-01T)" + time +
         R"(Z","producer":"https://example.com","schemaURL":"https://openlineage.io/spec/2-0-2",)"
         R"("run":{"runId":")" +
         run + R"("},"job":{"namespace":"ns","name":")" + job + R"("},"inputs":)" + dataset(input) +
         R"(,"outputs":)" + dataset(output) + "}";
}

class ApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    std::random_device device;
    path_ = std::filesystem::temp_directory_path() /
            ("headwater_api_" + std::to_string(device()) + std::to_string(device()));
    storage::StoreOptions options;
    options.directory = (path_ / "data").string();
    options.sync_full = false;
    std::filesystem::create_directories(path_);
    store_ = must(storage::Store::open(options));
    graph_ = must(ingest::load_graph(*store_));
    pipeline_ = must(ingest::Pipeline::start(*store_, *graph_, base::system_clock(), {}));
    queries_ = std::make_unique<query::Service>(*store_, *graph_, base::system_clock());
    writes_ = writes_to(*pipeline_);
    Assets assets;
    assets.openapi_json = R"({"openapi":"3.1.0"})";
    assets.error_pages["not-found"] = "# not-found\n\nA `<b>` page.\n";
    Options api_options;
    api_options.ui_directory = (path_ / "ui").string();
    api_ = std::make_unique<Api>(Dependencies{*queries_, *writes_, assets, {}, {}}, api_options);
    handler_ = api_->handler();
  }
  void TearDown() override {
    api_->stop();
    pipeline_->stop();
    api_.reset();
    queries_.reset();
    pipeline_.reset();
    graph_.reset();
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  // As the wire would: segments and query are given decoded.
  http::Request request(Method method, std::vector<std::string> segments, http::Fields query = {}) {
    http::Request out;
    out.method = method;
    out.segments = std::move(segments);
    out.query = std::move(query);
    out.request_id = "test";
    return out;
  }
  Reply send(http::Request request) {
    auto promise = std::make_shared<std::promise<http::Response>>();
    auto future = promise->get_future();
    handler_(std::move(request), {}, http::Responder::to([promise](http::Response r) {
               promise->set_value(std::move(r));
             }));
    http::Response response = future.get();
    Reply reply{response.status, std::move(response.body), std::move(response.headers)};
    while (response.source && must(response.source->next(reply.body))) {
    }
    return reply;
  }
  Reply get(std::vector<std::string> path, http::Fields query = {}) {
    path.insert(path.begin(), {"api", "v1"});
    return send(request(Method::kGet, std::move(path), std::move(query)));
  }
  Reply post(std::vector<std::string> path, std::string body, http::Fields query = {}) {
    path.insert(path.begin(), {"api", "v1"});
    http::Request out = request(Method::kPost, std::move(path), std::move(query));
    out.body = std::move(body);
    return send(std::move(out));
  }
  Reply remove(std::vector<std::string> path) {
    path.insert(path.begin(), {"api", "v1"});
    return send(request(Method::kDelete, std::move(path)));
  }
  // raw -> load -> clean -> report -> mart
  void fill() {
    ASSERT_EQ(post({"lineage"}, event_text("load", "r1", "raw", "clean")).status, 201);
    ASSERT_EQ(post({"lineage"}, event_text("report", "r2", "clean", "mart")).status, 201);
  }

  std::filesystem::path path_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<graph::Graph> graph_;
  std::unique_ptr<ingest::Pipeline> pipeline_;
  std::unique_ptr<query::Service> queries_;
  std::unique_ptr<Writes> writes_;
  std::unique_ptr<Api> api_;
  http::Handler handler_;
};

TEST_F(ApiTest, EventIsStoredAndVisibleAtOnce) {
  const Reply stored = post({"lineage"}, event_text("load", "r1", "raw", "clean"));
  EXPECT_EQ(stored.status, 201);
  EXPECT_EQ(stored.text("status"), "stored");
  EXPECT_EQ(post({"lineage"}, event_text("load", "r1", "raw", "clean")).text("status"),
            "duplicate");
  const Reply job = get({"namespaces", "ns", "jobs", "load"},
                        {{"min_seq", std::to_string(stored.number("seq"))}});
  EXPECT_EQ(job.status, 200);
  EXPECT_EQ(size_of(job.json().get("inputs")), 1u);
  EXPECT_EQ(job.json().get("latestRun").get("state").string(), "COMPLETED");
  EXPECT_EQ(get({"jobs", "runs", "r1"}).status, 200);
}

TEST_F(ApiTest, EventThatCannotBeAppliedIsQuarantined) {
  const Reply reply = post({"lineage"}, R"({"eventTime":"2026-10-01T00:00:00Z","producer":"p",)"
                                        R"("schemaURL":"s","run":{"runId":"r"},"job":{}})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.text("code"), "invalid-event");
  const std::string seq = std::to_string(reply.number("quarantine_seq"));
  EXPECT_EQ(get({"quarantine", seq}).status, 200);
  EXPECT_EQ(get({"quarantine"}).number("totalCount"), 1);
  EXPECT_EQ(post({"quarantine", seq, "replay"}, "").status, 400);
  EXPECT_EQ(post({"quarantine", "999", "replay"}, "").status, 404);
  EXPECT_EQ(get({"quarantine", "999"}).status, 404);
  EXPECT_EQ(get({"quarantine", "x"}).status, 400);
}

TEST_F(ApiTest, BatchAnswersForEachEvent) {
  const std::string body = "[" + event_text("a", "r1", "x", "y") + R"(,{"bad":1},)" +
                           event_text("a", "r1", "x", "y") + "]";
  const Reply reply = post({"lineage", "batch"}, body, {{"receipts", "true"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.text("status"), "partial_success");
  EXPECT_EQ(reply.json().get("summary").get("failed").integer(), 1);
  EXPECT_EQ(reply.number("duplicates"), 1);
  EXPECT_EQ(size_of(reply.json().get("receipts")), 3u);
  EXPECT_EQ(post({"lineage"}, body).status, 200);
  EXPECT_EQ(post({"lineage"}, "nonsense").text("code"), "invalid-json");
  http::Request typed = request(Method::kPost, {"api", "v1", "lineage"});
  typed.headers.emplace_back("content-type", "text/xml");
  EXPECT_EQ(send(std::move(typed)).status, 415);
}

// The run of one day, which begins at six.
std::string sql_event(const std::string& run, const std::string& day, const std::string& sql,
                      const std::string& type = "COMPLETE") {
  return R"({"eventType":")" + type + R"(","eventTime":"2026-10-)" + day +
         R"(T06:00:00Z","producer":"https://example.com","schemaURL":"https://openlineage.io/spec",)"
         R"("run":{"runId":")" +
         run + R"("},"job":{"namespace":"ns","name":"load","facets":{"sql":{"query":")" + sql +
         R"("}}},"inputs":[{"namespace":"ns","name":"raw"}],)"
         R"("outputs":[{"namespace":"ns","name":"clean"}]})";
}

TEST_F(ApiTest, CauseNamesNewCodeWithItsPathAndWhy) {
  post({"lineage"}, sql_event("s1", "01", "SELECT a FROM raw"));
  post({"lineage"}, sql_event("s2", "02", "SELECT b FROM raw"));
  post({"lineage"}, event_text("report", "r2", "clean", "mart"));
  const http::Fields asked = {{"nodeId", "dataset:ns:mart"}, {"at", "2026-10-03T00:00:00Z"}};
  const Reply reply = get({"cause"}, asked);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.number("total"), 1);
  EXPECT_EQ(reply.text("at"), "2026-10-03T00:00:00.000000Z");
  EXPECT_EQ(reply.text("from"), "2026-10-01T00:00:00.000000Z");
  EXPECT_EQ(reply.json().get("complete").boolean(), true);
  reply.json().get("causes").elements([](const JsonValue& cause) {
    EXPECT_EQ(cause.get("rank").integer(), 1);
    EXPECT_EQ(cause.get("kind").string(), "code_version");
    EXPECT_EQ(cause.get("nodeId").string(), "job:ns:load");
    EXPECT_EQ(cause.get("distance").integer(), 2);
    EXPECT_TRUE(cause.get("until").is_null());
    EXPECT_EQ(size_of(cause.get("path")), 3u);
    EXPECT_EQ(size_of(cause.get("why")), 4u);
    EXPECT_GT(cause.get("score").number().value_or(0), 0.5);
    EXPECT_EQ(cause.get("evidence").get("runs").text(), R"(["s2"])");
  });
  EXPECT_EQ(get({"cause"}, {{"nodeId", "dataset:ns:mart"}, {"as_of", "2026-10-01T12:00:00Z"}})
                .number("total"),
            0)
      << "as_of is the moment if no other is given";
  http::Fields known = asked;
  known.emplace_back("known_at", "1");
  EXPECT_EQ(get({"cause"}, known).status, 404) << "mart was not known then";
}

TEST_F(ApiTest, CauseOfARunIsAskedAtItsEnd) {
  post({"lineage"}, sql_event("s1", "01", "SELECT a FROM raw"));
  post({"lineage"}, sql_event("s2", "02", "SELECT a FROM raw", "FAIL"));
  post({"lineage"}, sql_event("s3", "03", "SELECT a FROM raw", "FAIL"));
  const Reply reply = get({"cause"}, {{"nodeId", "run:s2"}, {"window", "PT12H"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.text("nodeId"), "job:ns:load");
  EXPECT_EQ(reply.text("at"), "2026-10-02T06:00:00.000000Z");
  EXPECT_EQ(reply.number("total"), 1);
  EXPECT_NE(reply.body.find(R"("runs":["s2"])"), std::string::npos) << reply.body;
}

TEST_F(ApiTest, CauseNamesWrongParametersAndItsBounds) {
  fill();
  const std::pair<const char*, const char*> wrong[] = {
      {"at", "now"},      {"window", "2D"}, {"window", "P1M"}, {"window", "PT0S"}, {"depth", "-1"},
      {"max_nodes", "0"}, {"limit", "0"},   {"max_runs", "0"}, {"nodeId", "what"}};
  for (const auto& [name, value] : wrong) {
    http::Fields query = {{name, value}};
    if (std::string_view(name) != "nodeId") query.emplace_back("nodeId", "dataset:ns:mart");
    const Reply reply = get({"cause"}, query);
    EXPECT_EQ(reply.status, 400) << name << " " << reply.body;
    EXPECT_EQ(reply.text("parameter"), name);
  }
  const http::Fields mart = {{"nodeId", "dataset:ns:mart"}};
  const auto bounded = [&](const char* name, const char* value) {
    http::Fields query = mart;
    query.emplace_back(name, value);
    return get({"cause"}, query);
  };
  EXPECT_EQ(bounded("window", "P93D").text("code"), "limit-exceeded");
  EXPECT_EQ(bounded("window", "P93D").number("limit"), 92);
  EXPECT_EQ(bounded("limit", "1001").text("code"), "limit-exceeded");
  EXPECT_EQ(bounded("depth", "1").json().get("cut").get("reason").string(), "max_distance");
  EXPECT_EQ(bounded("max_nodes", "2").json().get("cut").get("reason").string(), "max_nodes");
  const Reply runs = bounded("max_runs", "1");
  EXPECT_EQ(runs.json().get("complete").boolean(), false);
  EXPECT_EQ(runs.json().get("cut").get("reason").string(), "max_runs");
  EXPECT_EQ(runs.json().get("cut").get("limit").integer(), 1);
  EXPECT_EQ(get({"cause"}).text("parameter"), "nodeId");
  EXPECT_EQ(get({"cause"}, {{"nodeId", "dataset:ns:none"}}).status, 404);
}

TEST_F(ApiTest, LineageIsWholeAndSaysSo) {
  fill();
  const Reply whole = get({"lineage"}, {{"nodeId", "dataset:ns:raw"}});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(size_of(whole.json().get("graph")), 5u);
  EXPECT_EQ(whole.json().get("complete").boolean(), true);
  const Reply cut = get({"lineage"}, {{"nodeId", "dataset:ns:raw"}, {"depth", "1"}});
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(cut.json().get("cut").get("reason").string(), "max_distance");
  EXPECT_EQ(get({"lineage"}, {{"nodeId", "run:r1"}, {"detail", "summary"}}).status, 200);
}

TEST_F(ApiTest, LargeLineageComesInPiecesAndIsOneDocument) {
  std::string batch = "[";
  for (int i = 0; i < 400; ++i) {
    const std::string n = std::to_string(i);
    batch += (i > 0 ? "," : "") + event_text("job" + n, "run" + n, "hub", "out" + n);
  }
  ASSERT_EQ(post({"lineage", "batch"}, batch + "]").status, 200);
  const Reply reply = get({"lineage"}, {{"nodeId", "dataset:ns:hub"}});
  EXPECT_GT(reply.body.size(), 100'000u);
  EXPECT_EQ(size_of(reply.json().get("graph")), 801u);
  EXPECT_EQ(reply.json().get("complete").boolean(), true);
}

TEST_F(ApiTest, WrongParametersAreNamed) {
  fill();
  const std::pair<const char*, const char*> wrong[] = {
      {"direction", "sideways"}, {"depth", "-1"},    {"depth", "1x"},   {"max_nodes", "0"},
      {"as_of", "yesterday"},    {"known_at", "99"}, {"min_seq", "-2"}, {"detail", "some"}};
  for (const auto& [name, value] : wrong) {
    const Reply reply = get({"lineage"}, {{"nodeId", "dataset:ns:raw"}, {name, value}});
    EXPECT_EQ(reply.status, 400) << name;
    EXPECT_EQ(reply.text("code"), "invalid-argument") << name;
    EXPECT_EQ(reply.text("parameter"), name);
    EXPECT_EQ(reply.text("instance"), "test");
  }
  EXPECT_EQ(get({"lineage"}).text("parameter"), "nodeId");
  EXPECT_EQ(get({"lineage"}, {{"nodeId", "x"}}).text("code"), "invalid-node-id");
  EXPECT_EQ(get({"lineage"}, {{"nodeId", "dataset:ns:none"}}).status, 404);
  EXPECT_EQ(get({"lineage"}, {{"nodeId", "job:ns:load"}, {"unknown", "1"}}).status, 200);
  const Reply limit = get({"jobs"}, {{"limit", "1001"}});
  EXPECT_EQ(limit.text("code"), "limit-exceeded");
  EXPECT_EQ(limit.number("limit"), 1000);
}

TEST_F(ApiTest, PagesCoverAllOnceAndCursorsAreBound) {
  for (int i = 0; i < 5; ++i) {
    const std::string n = std::to_string(i);
    post({"lineage"}, event_text("j" + n, "r" + n, "in" + n, ""));
  }
  for (const std::string list : {"jobs", "datasets", "namespaces"}) {
    std::size_t seen = 0;
    std::string cursor;
    do {
      const Reply page = get({list}, {{"limit", "2"}, {"cursor", cursor}});
      ASSERT_EQ(page.status, 200) << page.body;
      seen += size_of(page.json().get(list));
      cursor = page.json().get("next_cursor").string().value_or("");
    } while (!cursor.empty());
    EXPECT_EQ(seen, list == "namespaces" ? 1u : 5u) << list;
  }
  const std::string cursor = get({"jobs"}, {{"limit", "2"}}).text("next_cursor");
  const Reply other = get({"datasets"}, {{"cursor", cursor}});
  EXPECT_EQ(other.text("code"), "invalid-cursor");
  EXPECT_EQ(other.status, 400);
  EXPECT_EQ(get({"jobs"}, {{"cursor", cursor}, {"lastRunStates", "FAILED"}}).status, 400);
  EXPECT_EQ(get({"jobs"}, {{"cursor", cursor}, {"offset", "1"}}).status, 400);
  EXPECT_EQ(get({"events", "lineage"}, {{"limit", "2"}}).number("totalCount"), 5);
}

TEST_F(ApiTest, ImpactPagesAreOfOneVersion) {
  fill();
  const std::string changes = R"({"changes":[{"kind":"data","nodeId":"dataset:ns:raw"}],"limit":1)";
  const Reply first = post({"impact"}, changes + "}");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.json().get("summary").get("recompute").integer(), 4);
  const std::string cursor = first.text("next_cursor");
  post({"lineage"}, event_text("later", "r9", "mart", "more"));
  const Reply second = post({"impact"}, changes + R"(,"cursor":")" + cursor + "\"}");
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(second.number("seq"), first.number("seq"));
  EXPECT_EQ(second.json().get("summary").get("recompute").integer(), 4);
  const Reply other = post({"impact"}, R"({"changes":[{"kind":"code","nodeId":"job:ns:load"}],)"
                                       R"("cursor":")" +
                                           cursor + "\"}");
  EXPECT_EQ(other.text("code"), "invalid-cursor");
}

TEST_F(ApiTest, ImpactNamesWhatIsWrongInItsBody) {
  fill();
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"changes":[]})", "/changes"},
      {R"({"changes":[{"kind":"x"}]})", "/changes/0/kind"},
      {R"({"changes":[{"kind":"data","nodeId":"q"}]})", "/changes/0/nodeId"},
      {R"({"changes":[{"kind":"data","nodeId":"job:ns:load"}]})", "/changes/0/nodeId"},
      {R"({"changes":[{"kind":"data","nodeId":"dataset:ns:raw"}],"depth":0})", "/depth"}};
  for (const auto& [body, pointer] : wrong) {
    const Reply reply = post({"impact"}, body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_EQ(reply.text("pointer"), pointer) << body;
  }
  EXPECT_EQ(post({"impact"}, "[").text("code"), "invalid-json");
  EXPECT_EQ(post({"impact"}, std::string(100'000, '[')).status, 400);
}

TEST_F(ApiTest, MinSeqWaitsAndGivesUp) {
  fill();
  const Reply late = get({"stats"}, {{"min_seq", "50"}, {"wait_ms", "20"}});
  EXPECT_EQ(late.status, 503);
  EXPECT_EQ(late.text("code"), "seq-not-reached");
  EXPECT_EQ(late.header("Retry-After"), "1");
  auto waiting = std::async(std::launch::async, [this] {
    return get({"stats"}, {{"min_seq", "3"}, {"wait_ms", "5000"}});
  });
  post({"lineage"}, event_text("x", "r3", "a", "b"));
  const Reply there = waiting.get();
  EXPECT_EQ(there.status, 200);
  EXPECT_GE(there.number("seq"), 3);
}

TEST_F(ApiTest, DeletedThingsAreHiddenUntilTheyAreNamedAgain) {
  fill();
  const Reply gone = remove({"namespaces", "ns", "datasets", "mart"});
  EXPECT_EQ(gone.status, 200) << gone.body;
  EXPECT_EQ(gone.json().get("deleted").boolean(), true);
  EXPECT_EQ(get({"datasets"}).number("totalCount"), 2);
  const Reply job = remove({"namespaces", "ns", "jobs", "load"});
  EXPECT_EQ(job.status, 200);
  EXPECT_EQ(get({"jobs"}).number("totalCount"), 1);
  EXPECT_EQ(get({"search"}, {{"q", "load"}}).number("totalCount"), 0);
  EXPECT_EQ(remove({"namespaces", "ns", "jobs", "nope"}).status, 404);
  post({"lineage"}, event_text("load", "r5", "raw", "mart", "23:59:59"));
  EXPECT_EQ(get({"search"}, {{"q", "raw"}}).number("totalCount"), 1);
}

std::string described_event(const std::string& dataset, const std::string& facets,
                            const std::string& time) {
  return R"({"eventTime":"2026-10-01T)" + time +
         R"(Z","producer":"https://example.com","schemaURL":"https://openlineage.io/spec/2-0-2",)"
         R"("dataset":{"namespace":"ns","name":")" +
         dataset + R"(","facets":{)" + facets + "}}}";
}
std::string schema_facet(const std::string& column) {
  return R"("schema":{"_producer":"p","_schemaURL":"s","fields":[{"name":")" + column +
         R"(","type":"int"}]})";
}

TEST_F(ApiTest, SearchFindsColumnsAndSaysWhere) {
  fill();
  ASSERT_EQ(
      post({"lineage"}, described_event("clean", schema_facet("crème_id"), "07:00:00")).status,
      201);
  const Reply reply = get({"search"}, {{"q", "creme"}});
  ASSERT_EQ(reply.number("totalCount"), 1) << reply.body;
  EXPECT_EQ(reply.json().get("complete").boolean(), true);
  EXPECT_TRUE(reply.json().get("cut").is_null());
  EXPECT_GT(reply.number("seq"), 0);
  reply.json().get("results").elements([](const JsonValue& hit) {
    EXPECT_EQ(hit.get("nodeId").string(), "dataset:ns:clean");
    EXPECT_EQ(hit.get("match").string(), "fuzzy");
    EXPECT_EQ(hit.get("use").get("readers").integer(), 1);
    EXPECT_EQ(hit.get("highlights").text(),
              R"([{"in":"column","text":"crème_id","ranges":[[0,5]]}])");
  });
  const Reply columns = get({"search"}, {{"q", "id"}, {"filter", "FIELD"}});
  ASSERT_EQ(columns.number("totalCount"), 1) << columns.body;
  columns.json().get("results").elements([](const JsonValue& hit) {
    EXPECT_EQ(hit.get("type").string(), "DATASET_FIELD");
    EXPECT_EQ(hit.get("nodeId").string(), "datasetField:ns:clean:crème_id");
    EXPECT_EQ(hit.get("dataset").string(), "clean");
  });
}

TEST_F(ApiTest, SearchObeysBothClocks) {
  const Reply first = post({"lineage"}, described_event("t", schema_facet("amount"), "06:00:00"));
  ASSERT_EQ(first.status, 201);
  ASSERT_EQ(post({"lineage"}, described_event("t", schema_facet("total"), "08:00:00")).status, 201);
  const auto found = [&](const char* q, http::Fields more) {
    more.emplace_back("q", q);
    return get({"search"}, std::move(more)).number("totalCount");
  };
  EXPECT_EQ(found("amount", {}), 0);
  EXPECT_EQ(found("total", {}), 1);
  EXPECT_EQ(found("amount", {{"as_of", "2026-10-01T07:00:00Z"}}), 1);
  EXPECT_EQ(found("total", {{"as_of", "2026-10-01T07:00:00Z"}}), 0);
  EXPECT_EQ(found("amount", {{"as_of", "2026-10-01T05:00:00Z"}}), 0);
  EXPECT_EQ(found("amount", {{"known_at", std::to_string(first.number("seq"))}}), 1);
  EXPECT_EQ(found("total", {{"known_at", std::to_string(first.number("seq"))}}), 0);
}

TEST_F(ApiTest, SearchSaysWhenItIsCutAndRefusesWhatIsTooMuch) {
  ASSERT_EQ(post({"lineage"}, described_event("t", schema_facet("amount"), "06:00:00")).status,
            201);
  ASSERT_EQ(post({"lineage"}, described_event("t", schema_facet("total"), "08:00:00")).status, 201);
  const Reply cut =
      get({"search"}, {{"q", "amount"}, {"as_of", "2026-10-01T07:00:00Z"}, {"max_checks", "0"}});
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(cut.json().get("cut").get("reason").string(), "max_checks");
  EXPECT_EQ(cut.json().get("cut").get("frontier_count").integer(), 1);
  EXPECT_EQ(cut.json().get("cut").get("limit").integer(), 0);
  EXPECT_EQ(get({"search"}, {{"q", std::string(2000, 'a')}}).text("code"), "limit-exceeded");
  EXPECT_EQ(get({"search"}, {{"q", "a"}, {"offset", "9999"}}).text("code"), "limit-exceeded");
  EXPECT_EQ(get({"search"}, {{"q", "a"}, {"filter", "RUN"}}).status, 400);
  EXPECT_EQ(get({"search"}, {}).status, 400);
}

TEST_F(ApiTest, DeletedJobIsAnsweredAsItWas) {
  fill();
  const Reply job = remove({"namespaces", "ns", "jobs", "load"});
  EXPECT_EQ(size_of(job.json().get("inputs")), 1u);
  EXPECT_EQ(size_of(job.json().get("outputs")), 1u);
}

TEST_F(ApiTest, NamespaceIsPutAndRead) {
  http::Request put = request(Method::kPut, {"api", "v1", "namespaces", "a/b:c"});
  put.body = R"({"ownerName":"me","description":"mine"})";
  const Reply reply = send(std::move(put));
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(get({"namespaces", "a/b:c"}).text("ownerName"), "me");
  EXPECT_EQ(get({"namespaces", "none"}).status, 404);
  http::Request bad = request(Method::kPut, {"api", "v1", "namespaces", "x"});
  bad.body = "{}";
  EXPECT_EQ(send(std::move(bad)).text("pointer"), "/ownerName");
}

TEST_F(ApiTest, RunFacetsDemandTheirType) {
  fill();
  EXPECT_EQ(get({"jobs", "runs", "r1", "facets"}).text("parameter"), "type");
  EXPECT_EQ(get({"jobs", "runs", "r1", "facets"}, {{"type", "RUN"}}).status, 200);
  EXPECT_EQ(get({"jobs", "runs", "r1", "facets"}, {{"type", "x"}}).status, 400);
  EXPECT_EQ(get({"jobs", "runs", "none"}).status, 404);
}

TEST_F(ApiTest, UnchangedAnswerIsNotSentAgain) {
  fill();
  const Reply first = get({"namespaces", "ns", "jobs", "load"});
  http::Request again = request(Method::kGet, {"api", "v1", "namespaces", "ns", "jobs", "load"});
  again.headers.emplace_back("if-none-match", first.header("ETag"));
  EXPECT_EQ(send(std::move(again)).status, 304);
}

TEST_F(ApiTest, WhatIsNotThereIsSaidPrecisely) {
  EXPECT_EQ(get({"nothing"}).text("code"), "not-found");
  const Reply method = send(request(Method::kDelete, {"api", "v1", "lineage"}));
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.header("Allow"), "GET, HEAD, POST, OPTIONS");
}

TEST_F(ApiTest, PagesStayInTheirDirectory) {
  std::filesystem::create_directories(path_ / "ui" / "assets");
  std::ofstream(path_ / "ui" / "index.html") << "INDEX";
  std::ofstream(path_ / "ui" / "assets" / "a.js") << "SCRIPT";
  std::ofstream(path_ / "secret.txt") << "SECRET";
  std::filesystem::create_symlink(path_ / "secret.txt", path_ / "ui" / "link.txt");
  EXPECT_EQ(send(request(Method::kGet, {})).body, "INDEX");
  EXPECT_EQ(send(request(Method::kGet, {"lineage", "any"})).body, "INDEX");
  const Reply script = send(request(Method::kGet, {"assets", "a.js"}));
  EXPECT_EQ(script.body, "SCRIPT");
  EXPECT_NE(script.header("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(send(request(Method::kGet, {"assets", "none.js"})).status, 404);
  for (const std::vector<std::string>& path :
       std::vector<std::vector<std::string>>{{"..", "secret.txt"},
                                             {"../secret.txt"},
                                             {"assets", "..", "..", "secret.txt"},
                                             {"link.txt"},
                                             {".", "..", "secret.txt"},
                                             {(path_ / "secret.txt").string()}}) {
    EXPECT_EQ(send(request(Method::kGet, path)).body.find("SECRET"), std::string::npos);
  }
}

TEST_F(ApiTest, OperationsAnswer) {
  EXPECT_EQ(send(request(Method::kGet, {"livez"})).status, 200);
  EXPECT_EQ(send(request(Method::kGet, {"readyz"})).status, 200);
  EXPECT_NE(send(request(Method::kGet, {"metrics"})).body.find("headwater_seq"), std::string::npos);
  EXPECT_EQ(send(request(Method::kGet, {"openapi.json"})).text("openapi"), "3.1.0");
  const Reply page = send(request(Method::kGet, {"docs", "errors", "not-found"}));
  EXPECT_NE(page.body.find("&lt;b&gt;"), std::string::npos);
  EXPECT_EQ(send(request(Method::kGet, {"docs", "errors", "none"})).status, 404);
}

TEST_F(ApiTest, StatsCountWhatIsThere) {
  fill();
  const Reply stats = get({"stats"});
  EXPECT_EQ(stats.status, 200);
  EXPECT_EQ(stats.number("events"), 2);
  EXPECT_EQ(stats.number("jobs"), 2);
  EXPECT_EQ(stats.number("edges_current"), 4);
}

TEST_F(ApiTest, EveryReadPathAnswersWithoutData) {
  for (const RouteName& route : Api::routes()) {
    if (route.method != "GET") continue;
    std::vector<std::string> segments;
    std::string_view rest = route.path;
    while (!rest.empty()) {
      rest.remove_prefix(1);
      segments.emplace_back(rest.substr(0, rest.find('/')));
      if (segments.back().starts_with('{')) segments.back() = "1";
      rest = rest.find('/') == std::string_view::npos ? "" : rest.substr(rest.find('/'));
    }
    const Reply reply = send(request(Method::kGet, segments));
    EXPECT_LT(reply.status, 500) << route.path << " " << reply.body;
  }
}

}  // namespace
}  // namespace headwater::api::v1
