// A real warehouse's quality: what was planted in it is found on its day, and little else is. The
// costs are summed once more from the raw events, by other means.

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "model/json.h"
#include "model/time.h"
#include "planner/planner.h"
#include "stats/quality.h"
#include "stats/stats.h"
#include "tests/support/corpora.h"
#include "tests/support/harness.h"

namespace headwater::tests {
namespace {

using base::Micros;
using model::JsonValue;
using stats::Anomaly;
using stats::AnomalyKind;

// Data of a day are written on the next.
constexpr std::int32_t kWrittenAfter = 1;

struct Planted {
  std::string kind, job, dataset, column;
  std::int32_t day = 0;  // on which it was written
};

std::vector<Planted> read_planted(const std::string& text) {
  std::vector<Planted> out;
  const JsonValue root(text);
  const Micros start = model::parse_time(*root.get("start").string())->micros;
  root.get("incidents").elements([&](const JsonValue& json) {
    Planted one;
    one.kind = json.get("kind").string().value_or("");
    one.job = json.get("job").string().value_or("");
    one.dataset = json.get("dataset").string().value_or("");
    one.column = json.get("column").string().value_or("");
    for (const std::string_view member : {"day", "from_day", "on_day", "rewritten_on_day"}) {
      if (const auto day = json.get(member).integer()) {
        one.day = stats::day_of(start) + static_cast<std::int32_t>(*day);
      }
    }
    // Those that happen when a day's data are written, not by themselves.
    if (one.kind != "backfill" && one.kind != "late_partition_rewritten") one.day += kWrittenAfter;
    out.push_back(std::move(one));
  });
  return out;
}

// The job of a table: "project.folder.table" is written by a job that ends in "folder__table".
bool writes_table(const std::string& job, const std::string& table) {
  std::string end = table.substr(table.find('.') + 1);
  end.replace(end.find('.'), 1, "__");
  return job.ends_with("." + end);
}

class QualityCorpusTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto lines = read_zst_lines(corpora_dir() / "bqetl" / "events-14d.ndjson.zst");
    if (lines.empty()) return;
    dir_ = std::make_unique<TempDir>();
    stats_ = std::make_shared<stats::Stats>();
    auto options = Harness::small_windows();
    options.views = {[](storage::Store& store) { return planner::make_view(store, nullptr); },
                     [](storage::Store& store) { return stats::make_view(store, stats_); },
                     stats::make_profile_view};
    harness_ = std::make_unique<Harness>(dir_->path(), options);
    std::string batch = "[";
    for (const std::string& line : lines) {
      note(line);
      batch += (batch.size() > 1 ? "," : "") + line;
      if (batch.size() < (1u << 22)) continue;
      must(harness_->try_send(batch + "]"));
      batch = "[";
    }
    if (batch.size() > 1) must(harness_->try_send(batch + "]"));
    planted_ = read_planted(read_file(corpora_dir() / "bqetl" / "planted.json"));
  }
  static void TearDownTestSuite() {
    harness_.reset();
    stats_.reset();
    dir_.reset();
  }
  void SetUp() override {
    if (!harness_) GTEST_SKIP() << "no corpus at " << corpora_dir() / "bqetl";
  }

  // Slot milliseconds by job and day, and the days on which each dataset was written, as the raw
  // events say.
  static void note(const std::string& line) {
    const JsonValue event(line);
    const Micros time = model::parse_time(*event.get("eventTime").string())->micros;
    first_ = std::min(first_, time);
    last_ = std::max(last_, time);
    if (event.get("eventType").string() != std::optional<std::string>("COMPLETE")) return;
    const std::int32_t day = stats::day_of(time);
    event.get("outputs").elements(
        [&](const JsonValue& output) { written_[*output.get("name").string()].insert(day); });
    const auto properties =
        event.get("run").get("facets").get("bigQuery_job").get("properties").string();
    if (!properties) return;
    const auto slots =
        JsonValue(*properties).get("statistics").get("query").get("totalSlotMs").string();
    slot_ms_[*event.get("job").get("name").string()][day] += std::stoll(*slots);
  }

  static std::vector<Anomaly> all_anomalies(std::vector<AnomalyKind> kinds) {
    auto reader = must(harness_->store().reader());
    const graph::Snapshot graph = harness_->graph().snapshot();
    stats::QualityReader quality(reader, graph, graph.seq());
    std::vector<Anomaly> out;
    const stats::Judged when{first_, last_ + 1, last_};
    for (std::uint32_t id = 1; id <= graph.node_count(); ++id) {
      const model::NodeId node{id};
      if (!stats::QualityReader::monitored(graph, node)) continue;
      for (Anomaly& one : must(quality.anomalies(node, when, kinds))) out.push_back(one);
    }
    stats::sort_anomalies(out);
    return out;
  }
  static std::string name_of(model::NodeId node) {
    return std::string(harness_->graph().snapshot().node(node).name);
  }
  static const Planted& planted(const std::string& kind) {
    const auto it = std::ranges::find(planted_, kind, &Planted::kind);
    if (it == planted_.end()) ADD_FAILURE() << kind << " is not among what was planted";
    return *it;
  }
  static bool is_planted(const Anomaly& one) {
    const std::string name = name_of(one.node);
    return std::ranges::any_of(planted_, [&](const Planted& p) {
      return one.day >= p.day && (name == p.dataset || name == p.job);
    });
  }

  static inline std::unique_ptr<TempDir> dir_;
  static inline std::shared_ptr<stats::Stats> stats_;
  static inline std::unique_ptr<Harness> harness_;
  static inline std::vector<Planted> planted_;
  static inline std::map<std::string, std::map<std::int32_t, std::int64_t>> slot_ms_;
  static inline std::map<std::string, std::set<std::int32_t>> written_;
  static inline Micros first_ = INT64_MAX, last_ = INT64_MIN;
};

TEST_F(QualityCorpusTest, TheVolumeDropIsTheOnlyOddVolumeOfItsDay) {
  const Planted& drop = planted("volume_drop");
  std::vector<std::string> on_day;
  for (const Anomaly& one : all_anomalies({AnomalyKind::kVolume})) {
    if (one.day != drop.day) continue;
    on_day.push_back(name_of(one.node));
    EXPECT_LT(*one.verdict.value, *one.verdict.low);
    EXPECT_EQ(one.verdict.state, stats::MonitorState::kFailing);
  }
  EXPECT_EQ(on_day, std::vector<std::string>{drop.dataset});
}

TEST_F(QualityCorpusTest, TheStoppedJobIsLateOnTheDayOnWhichItShouldHaveCome) {
  const Planted& stopped = planted("stopped");
  std::set<std::pair<std::string, std::int32_t>> late;
  for (const Anomaly& one : all_anomalies({AnomalyKind::kFreshness})) {
    late.emplace(name_of(one.node), one.day);
  }
  EXPECT_TRUE(late.contains({stopped.job, stopped.day})) << late.size() << " are late";
  for (const auto& [name, day] : late) EXPECT_EQ(name, stopped.job) << "on day " << day;
}

TEST_F(QualityCorpusTest, TheDroppedColumnBreaksTheSchemaOnItsDay) {
  const Planted& dropped = planted("column_dropped");
  std::vector<std::string> found;
  for (const Anomaly& one : all_anomalies({AnomalyKind::kSchema})) {
    found.push_back(name_of(one.node) + "." + one.column + " " + std::to_string(one.day));
  }
  EXPECT_EQ(found, std::vector<std::string>{dropped.dataset + "." + dropped.column + " " +
                                            std::to_string(dropped.day)});
}

TEST_F(QualityCorpusTest, FewOfTheOtherDaysOfDatasetsAreFlagged) {
  std::size_t days = 0;
  for (const auto& [name, on] : written_) days += on.size();
  std::set<std::pair<std::uint32_t, std::int32_t>> flagged;
  for (const Anomaly& one : all_anomalies({AnomalyKind::kVolume, AnomalyKind::kFreshness,
                                           AnomalyKind::kSchema, AnomalyKind::kDistribution})) {
    if (!is_planted(one)) flagged.emplace(one.node.value, one.day);
  }
  std::printf("flagged beside what was planted: %zu of %zu days of datasets\n", flagged.size(),
              days);
  EXPECT_LE(flagged.size() * 100, days);
}

// ---- cost ---------------------------------------------------------------------------------------

void expect_spike_first(const std::vector<Anomaly>& anomalies, std::int32_t day,
                        const std::string& table, std::size_t all_days, auto name_of) {
  std::size_t others = 0;
  std::vector<std::string> on_day;
  for (const Anomaly& one : anomalies) {
    const std::string name = name_of(one.node);
    if (one.day == day) on_day.push_back(name);
    others += one.day == day && writes_table(name, table) ? 0 : 1;
  }
  ASSERT_FALSE(on_day.empty());
  EXPECT_TRUE(writes_table(on_day.front(), table)) << on_day.front();
  std::printf("cost anomalies: %zu on the day of the spike, %zu others of %zu days of jobs\n",
              on_day.size(), others, all_days);
  EXPECT_LE(others * 100, all_days);
}

TEST_F(QualityCorpusTest, TheCostSpikeIsTheFirstOfItsDayInTheRawEvents) {
  const Planted& spike = planted("cost_spike");
  stats::DailyCosts costs;
  std::vector<std::string> names(1);
  std::size_t days = 0;
  for (const auto& [job, on] : slot_ms_) {
    costs[model::NodeId{static_cast<std::uint32_t>(names.size())}] = on;
    names.push_back(job);
    days += on.size();
  }
  const std::int32_t first = stats::day_of(first_), last = stats::day_of(last_) + 1;
  expect_spike_first(stats::cost_anomalies(costs, first, last, last, {}), spike.day, spike.job,
                     days, [&](model::NodeId node) { return names[node.value]; });
}

TEST_F(QualityCorpusTest, TheCostSpikeIsTheFirstOfItsDayInTheLedger) {
  const Planted& spike = planted("cost_spike");
  const graph::Snapshot graph = harness_->graph().snapshot();
  const auto state = stats_->state();
  const std::int32_t first = stats::day_of(first_), last = stats::day_of(last_) + 1;
  const auto costs = stats::daily_costs(*state->ledger, graph, state->seq, model::Measure::kSlotMs,
                                        true, first, last);
  std::size_t days = 0;
  for (const auto& [job, raw] : slot_ms_) {
    const auto node = graph.find(model::NodeKind::kJob, "airflow://bqetl", job);
    ASSERT_TRUE(node) << job;
    EXPECT_EQ(costs.at(node), raw) << job;
    days += raw.size();
  }
  expect_spike_first(stats::cost_anomalies(costs, first, last, last, {}), spike.day, spike.job,
                     days, [&](model::NodeId node) { return name_of(node); });
}

}  // namespace
}  // namespace headwater::tests
