// The ledger of a real warehouse, over the API, against what the raw events say when they are read
// once more, by other means.

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "model/json.h"
#include "model/time.h"
#include "tests/support/api_world.h"
#include "tests/support/corpora.h"

namespace headwater::tests {
namespace {

using model::JsonValue;

base::Micros time_of(const std::string& text) { return model::parse_time(text)->micros; }

// What each run's last event says of it.
struct RawRun {
  std::string job;
  std::int64_t billed = 0, slot_ms = 0, written = 0;
  base::Micros start = 0, end = 0;  // end 0: it has not ended
};

class CostsCorpusTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto lines = read_zst_lines(corpora_dir() / "bqetl" / "events-14d.ndjson.zst");
    if (lines.empty()) return;
    dir_ = std::make_unique<TempDir>();
    world_ = std::make_unique<ApiWorld>(dir_->path("a"));
    world_->harness().clock().now_ = time_of("2026-10-16T00:00:00Z");
    std::string body;
    std::size_t count = 0;
    for (const std::string& line : lines) {
      read(line);
      body += (count == 0 ? "" : ",") + line;
      if (++count < 1000 && &line != &lines.back()) continue;
      ASSERT_TRUE(world_->harness().try_send("[" + body + "]"));
      body.clear();
      count = 0;
    }
  }
  static void TearDownTestSuite() {
    world_.reset();
    dir_.reset();
    runs_.clear();
  }
  void SetUp() override {
    if (!world_) GTEST_SKIP() << "no corpus at " << corpora_dir() / "bqetl";
  }

  static void read(const std::string& line) {
    const JsonValue event(line);
    if (!event.get("run").is_object()) return;
    const std::string id = *event.get("run").get("runId").string();
    RawRun& run = runs_[id];
    run.job = *event.get("job").get("name").string();
    const base::Micros time = time_of(*event.get("eventTime").string());
    const std::string type = event.get("eventType").string().value_or("");
    if (type == "START") run.start = time;
    if (type == "COMPLETE" || type == "FAIL" || type == "ABORT") run.end = time;
    const JsonValue facet = event.get("run").get("facets").get("bigQuery_job");
    if (facet.is_object()) {
      run.billed = facet.get("billedBytes").integer().value_or(0);
      // "...totalSlotMs\": \"41290\"..." inside of a text
      const std::string properties = facet.get("properties").string().value_or("");
      const std::size_t at = properties.find("totalSlotMs");
      const std::size_t digits = properties.find_first_of("0123456789", at);
      if (at != std::string::npos) run.slot_ms = std::stoll(properties.substr(digits));
    }
    std::int64_t written = 0;
    bool any = false;
    event.get("outputs").elements([&](const JsonValue& output) {
      const auto size = output.get("outputFacets").get("outputStatistics").get("size").integer();
      written += size.value_or(0);
      any = any || size.has_value();
    });
    if (any) run.written = written;
  }

  // By job, of runs that have ended.
  template <class Value>
  static std::map<std::string, std::int64_t> by_job(Value value) {
    std::map<std::string, std::int64_t> out;
    for (const auto& [id, run] : runs_) {
      if (run.end != 0 && value(run) != 0) out[run.job] += value(run);
    }
    return out;
  }

  static ApiReply ask(std::vector<std::string> path, api::http::Fields query) {
    query.emplace_back("from", "2026-09-01T00:00:00Z");
    query.emplace_back("to", "2026-11-01T00:00:00Z");
    return world_->get(std::move(path), std::move(query));
  }

  static std::unique_ptr<TempDir> dir_;
  static std::unique_ptr<ApiWorld> world_;
  static std::map<std::string, RawRun> runs_;
};
std::unique_ptr<TempDir> CostsCorpusTest::dir_;
std::unique_ptr<ApiWorld> CostsCorpusTest::world_;
std::map<std::string, RawRun> CostsCorpusTest::runs_;

TEST_F(CostsCorpusTest, EveryJobsTotalIsThatOfTheRawEvents) {
  const std::pair<std::string, std::map<std::string, std::int64_t>> measures[] = {
      {"bytes_billed", by_job([](const RawRun& run) { return run.billed; })},
      {"slot_ms", by_job([](const RawRun& run) { return run.slot_ms; })},
      {"bytes_written", by_job([](const RawRun& run) { return run.written; })},
      {"runs", by_job([](const RawRun&) { return model::kMicro; })},
      {"duration_ms",
       by_job([](const RawRun& run) { return run.start == 0 ? 0 : (run.end - run.start) / 1000; })},
  };
  for (const auto& [measure, expected] : measures) {
    SCOPED_TRACE(measure);
    const ApiReply reply =
        ask({"costs", "sunburst"}, {{"by", "job"}, {"measure", measure}, {"max_arcs", "20000"}});
    ASSERT_EQ(reply.status, 200) << reply.body.substr(0, 500);
    const JsonValue json(reply.body);
    std::map<std::string, std::int64_t> found;
    json.get("root").get("children").elements([&](const JsonValue& arc) {
      const std::string id = arc.get("nodeId").string().value_or("");
      found[id.substr(id.rfind(':') + 1)] += arc.get("value").integer().value_or(0);
    });
    EXPECT_EQ(found, expected);
    std::int64_t total = 0;
    for (const auto& [job, value] : expected) total += value;
    EXPECT_EQ(json.get("total").integer(), total);
    EXPECT_EQ(json.get("root").get("value").integer(), total);
    EXPECT_GT(total, 0);
  }
}

TEST_F(CostsCorpusTest, TheHotSpotCurveIsThatOfTheRawEvents) {
  const auto billed = by_job([](const RawRun& run) { return run.billed; });
  std::vector<std::int64_t> values;
  for (const auto& [job, value] : billed) values.push_back(value);
  std::sort(values.rbegin(), values.rend());
  const std::int64_t total = std::accumulate(values.begin(), values.end(), std::int64_t{0});
  std::int64_t half = 0;
  for (std::int64_t sum = 0; 2 * sum < total; ++half) {
    sum += values[static_cast<std::size_t>(half)];
  }
  const ApiReply reply = ask({"costs", "hotspots"}, {{"of", "job"}, {"measure", "bytes_billed"}});
  ASSERT_EQ(reply.status, 200) << reply.body.substr(0, 500);
  const JsonValue json(reply.body);
  EXPECT_EQ(json.get("total").integer(), total);
  EXPECT_EQ(json.get("half").get("items").integer(), half) << reply.body.substr(0, 800);
  std::size_t points = 0;
  json.get("curve").elements([&](const JsonValue& point) {
    const auto items = static_cast<std::size_t>(point.get("items").integer().value_or(0));
    ASSERT_LE(items, values.size());
    EXPECT_EQ(point.get("value").integer(),
              std::accumulate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(items),
                              std::int64_t{0}));
    ++points;
  });
  EXPECT_GT(points, 10U);
}

}  // namespace
}  // namespace headwater::tests
