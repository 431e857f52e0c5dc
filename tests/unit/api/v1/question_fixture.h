// The handlers with a real store, writer and graph behind them, for tests of questions.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "model/json.h"
#include "tests/support/api_world.h"

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
  QuestionTest() {
    spdlog::set_level(spdlog::level::off);
    world_.harness().clock().now_ = 1'830'000'000'000'000;  // after everything that is told
  }
  // Answers stay until the test ends.
  const Said& get(std::vector<std::string> path, http::Fields query = {}) {
    return said(world_.get(std::move(path), std::move(query)));
  }
  const Said& post(std::vector<std::string> path, std::string body) {
    return said(world_.post(std::move(path), std::move(body)));
  }
  const Said& put(std::vector<std::string> path, std::string body) {
    return said(world_.put(std::move(path), std::move(body)));
  }
  void tell(const EventText& event) {
    const Said answer = said(world_.post({"lineage"}, event.str()));
    ASSERT_EQ(answer.status, 201) << answer.body;
  }
  tests::ApiWorld& world() { return world_; }

 private:
  const Said& said(tests::ApiReply reply) {
    said_.push_back({reply.status, std::move(reply.body)});
    return said_.back();
  }

  std::deque<Said> said_;
  tests::TempDir dir_;
  tests::ApiWorld world_{dir_.path("data")};
};

}  // namespace headwater::api::v1
