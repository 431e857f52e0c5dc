// An ApiWorld whose runs report partitions, for tests of what is asked about these.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "model/json.h"
#include "model/time.h"
#include "tests/support/api_world.h"

namespace headwater::tests {

// A dataset of the namespace "ns" and what of it was read or written: keys as JSON objects.
struct Touched {
  std::string dataset;
  std::vector<std::string> keys;
  std::string facets = "{}";
};

struct RunText {
  std::string job, run;
  std::string code = "a";  // empty: not versioned
  std::string start, end;  // RFC 3339; an empty end: it has not ended
  std::vector<Touched> reads, writes;
  std::string type = "COMPLETE";
  std::string columns = "";  // changesColumns of headwater_code, a JSON array
};

inline std::string day_key(int day) {
  return R"({"date":"2026-10-)" + std::string(day < 10 ? "0" : "") + std::to_string(day) + "\"}";
}

class PartitionWorld {
 public:
  PartitionWorld() {
    spdlog::set_level(spdlog::level::off);
    set_now("2026-10-06T12:00:00Z");
  }

  void set_now(const std::string& moment) {
    world.harness().clock().now_ = model::parse_time(moment)->micros;
  }

  void run(const RunText& run) {
    send(run, "START", run.start);
    if (!run.end.empty()) send(run, run.type, run.end);
  }

  // raw -> clean -> mart, day by day from the 1st to `last`: at one, two and three o'clock of the
  // next day. Every run writes the one day that it reads.
  void pipeline(int first, int last) {
    for (int day = first; day <= last; ++day) {
      load(day, "a", at(day + 1, 1), "1");
      clean(day, "a", at(day + 1, 2), "1");
      mart(day, "a", at(day + 1, 3), "1");
    }
  }
  void load(int day, const std::string& code, const std::string& when, const std::string& id) {
    run({"load",
         "load-" + std::to_string(day) + "-" + id,
         code,
         when + ":00:00Z",
         when + ":10:00Z",
         {},
         {{"raw", {day_key(day)}}}});
  }
  void clean(int day, const std::string& code, const std::string& when, const std::string& id,
             const std::string& columns = "") {
    RunText run{"clean",
                "clean-" + std::to_string(day) + "-" + id,
                code,
                when + ":00:00Z",
                when + ":10:00Z",
                {{"raw", {day_key(day)}}},
                {{"clean", {day_key(day)}}}};
    run.columns = columns;
    this->run(run);
  }
  void mart(int day, const std::string& code, const std::string& when, const std::string& id) {
    run({"mart",
         "mart-" + std::to_string(day) + "-" + id,
         code,
         when + ":00:00Z",
         when + ":10:00Z",
         {{"clean", {day_key(day)}}},
         {{"mart", {day_key(day)}}}});
  }
  // "2026-10-06T03", without minutes.
  static std::string at(int day, int hour) {
    const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return "2026-10-" + two(day) + "T" + two(hour);
  }

  TempDir dir;
  ApiWorld world{dir.path("data")};

 private:
  static std::string datasets(const std::vector<Touched>& touched, const std::string& facets) {
    std::string out = "[";
    for (const Touched& one : touched) {
      out += out.size() > 1 ? "," : "";
      out += R"({"namespace":"ns","name":")" + one.dataset + R"(","facets":)" + one.facets;
      if (!one.keys.empty()) {
        out += ",\"" + facets +
               R"(":{"headwater_partitions":{"_producer":"p","_schemaURL":"s","partitions":[)";
        for (const std::string& key : one.keys) {
          out += out.back() == '[' ? "" : ",";
          out += R"({"key":)" + key + "}";
        }
        out += "]}}";
      }
      out += "}";
    }
    return out + "]";
  }

  void send(const RunText& run, const std::string& type, const std::string& time) {
    std::string code;
    if (!run.code.empty()) {
      code = R"("headwater_code":{"_producer":"p","_schemaURL":"s","semanticVersion":")" +
             run.code + "\"";
      if (!run.columns.empty()) code += R"(,"changesColumns":)" + run.columns;
      code += "}";
    }
    const std::string body =
        R"({"eventType":")" + type + R"(","eventTime":")" + time +
        R"(","producer":"p","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json",)"
        R"("run":{"runId":")" +
        run.run + R"("},"job":{"namespace":"ns","name":")" + run.job + R"(","facets":{)" + code +
        R"(}},"inputs":)" + datasets(run.reads, "inputFacets") + R"(,"outputs":)" +
        datasets(run.writes, "outputFacets") + "}";
    const ApiReply answer = world.post({"lineage"}, body);
    ASSERT_EQ(answer.status, 201) << answer.body;
  }
};

// What was answered; slices of the body.
struct Told {
  int status = 0;
  std::string body;
  model::JsonValue json() const& { return model::JsonValue(body); }
  model::JsonValue json() const&& = delete;
  std::int64_t number(std::string_view member) const {
    return json().get(member).integer().value_or(-1);
  }
  std::string text(std::string_view member) const {
    const model::JsonValue value = json().get(member);
    return value.is_null() ? "null" : value.string().value_or("(none)");
  }
  std::vector<model::JsonValue> list(std::string_view member) const& {
    std::vector<model::JsonValue> out;
    json().get(member).elements([&](const model::JsonValue& item) { out.push_back(item); });
    return out;
  }
  std::vector<model::JsonValue> list(std::string_view member) const&& = delete;
};

class PartitionTest : public ::testing::Test, public PartitionWorld {
 protected:
  using Fields = api::http::Fields;
  Told get(std::vector<std::string> path, Fields query = {}) {
    return told(world.get(std::move(path), std::move(query)));
  }
  Told post(std::vector<std::string> path, std::string body) {
    return told(world.post(std::move(path), std::move(body)));
  }
  Told put(std::vector<std::string> path, std::string body, Fields query = {}) {
    return told(world.put(std::move(path), std::move(body), std::move(query)));
  }
  Told remove(std::vector<std::string> path, Fields query = {}) {
    return told(world.remove(std::move(path), std::move(query)));
  }
  void expect_problem(const Told& told, int status, const std::string& code,
                      const std::string& where) {
    EXPECT_EQ(told.status, status) << told.body;
    EXPECT_EQ(told.text("code"), code) << told.body;
    EXPECT_TRUE(told.text("parameter") == where || told.text("pointer") == where) << told.body;
  }
  // Puts a space of days from the 1st of October on.
  void declare_days(const std::string& dataset) {
    const Told answer = put({"partitions", "space"},
                            R"({"space":{"dimensions":[{"name":"date","kind":"time",)"
                            R"("granularity":"day","start":"2026-10-01"}]},"author":"ada"})",
                            {{"nodeId", "dataset:ns:" + dataset}});
    ASSERT_EQ(answer.status, 200) << answer.body;
  }

 private:
  static Told told(ApiReply reply) { return {reply.status, std::move(reply.body)}; }
};

}  // namespace headwater::tests
