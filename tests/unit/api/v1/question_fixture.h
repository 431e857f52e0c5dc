// The handlers with a real store, writer and graph behind them, for tests of questions.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "api/v1/v1.h"
#include "base/log.h"
#include "ingest/ingest.h"
#include "model/json.h"
#include "tests/support/harness.h"

namespace headwater::api::v1 {

struct Said {
  int status = 0;
  std::string body;
  // Slices of the body: the answer must outlive them.
  model::JsonValue json() const& { return model::JsonValue(body); }
  model::JsonValue json() const&& = delete;
  std::string text(std::string_view member) const {
    return json().get(member).string().value_or("(none)");
  }
  std::vector<model::JsonValue> list(std::string_view member) const&& = delete;
  std::vector<model::JsonValue> list(std::string_view member) const& {
    std::vector<model::JsonValue> out;
    json().get(member).elements([&](const model::JsonValue& item) { out.push_back(item); });
    return out;
  }
};

// One event; every part but the job is optional. Times are of one day: "06:00:00".
struct EventText {
  std::string job = "job", run = "r", time = "06:00:00";
  std::vector<std::string> inputs = {}, outputs = {};
  std::string job_facets = "{}", output_facets = "{}", name_space = "ns";

  std::string str() const {
    const auto datasets = [this](const std::vector<std::string>& names, const std::string& facets) {
      std::string out = "[";
      for (const std::string& name : names) {
        out += std::string(out.size() > 1 ? "," : "") + R"({"namespace":")" + name_space +
               R"(","name":")" + name + R"(","facets":)" + facets + "}";
      }
      return out + "]";
    };
    return R"({"eventType":"COMPLETE","eventTime":"2026-10-01T)" + time +
           R"(Z","producer":"https://example.com","schemaURL":"https://openlineage.io/spec/2-0-2",)"
           R"("run":{"runId":")" +
           run + R"("},"job":{"namespace":"ns","name":")" + job + R"(","facets":)" + job_facets +
           R"(},"inputs":)" + datasets(inputs, "{}") + R"(,"outputs":)" +
           datasets(outputs, output_facets) + "}";
  }
};

class QuestionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    storage::StoreOptions options;
    options.directory = dir_.path("data");
    options.sync_full = false;
    store_ = tests::must(storage::Store::open(options));
    graph_ = tests::must(ingest::load_graph(*store_));
    pipeline_ = tests::must(ingest::Pipeline::start(*store_, *graph_, base::system_clock(), {}));
    queries_ = std::make_unique<query::Service>(*store_, *graph_, base::system_clock());
    writes_ = writes_to(*pipeline_);
    api_ = std::make_unique<Api>(Dependencies{*queries_, *writes_, Assets{}, {}, {}}, Options{});
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
  }

  Said send(http::Request request) {
    auto promise = std::make_shared<std::promise<http::Response>>();
    auto future = promise->get_future();
    handler_(std::move(request), {}, http::Responder::to([promise](http::Response r) {
               promise->set_value(std::move(r));
             }));
    http::Response response = future.get();
    Said said{response.status, std::move(response.body)};
    while (response.source && tests::must(response.source->next(said.body))) {
    }
    return said;
  }
  Said get(std::vector<std::string> path, http::Fields query = {}) {
    http::Request out;
    out.method = http::Method::kGet;
    out.segments = std::move(path);
    out.segments.insert(out.segments.begin(), {"api", "v1"});
    out.query = std::move(query);
    out.request_id = "test";
    return send(std::move(out));
  }
  void tell(const EventText& event) {
    http::Request out;
    out.method = http::Method::kPost;
    out.segments = {"api", "v1", "lineage"};
    out.body = event.str();
    const Said said = send(std::move(out));
    ASSERT_EQ(said.status, 201) << said.body;
  }

  tests::TempDir dir_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<graph::Graph> graph_;
  std::unique_ptr<ingest::Pipeline> pipeline_;
  std::unique_ptr<query::Service> queries_;
  std::unique_ptr<Writes> writes_;
  std::unique_ptr<Api> api_;
  http::Handler handler_;
};

}  // namespace headwater::api::v1
