// A real warehouse with planted incidents: for every one, "why is this wrong or late" is asked
// about every dataset downstream of it, at three moments within two days after it.

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/duration.h"
#include "model/json.h"
#include "model/time.h"
#include "query/query.h"
#include "tests/support/corpora.h"
#include "tests/support/harness.h"

namespace headwater::tests {
namespace {

using base::Micros;
using model::JsonValue;
using model::NodeId;
using query::CauseKind;
using storage::RunInfo;

const std::vector<Micros>& moments_after() {
  static const std::vector<Micros> moments = {6 * model::kHour, 24 * model::kHour,
                                              47 * model::kHour};
  return moments;
}

struct Incident {
  std::string kind, dataset;
  std::set<CauseKind> expected;
  Micros at = 0;
  NodeId job, node;
};

class CauseCorpusTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto folder = corpora_dir() / "bqetl";
    const std::vector<std::string> lines = read_zst_lines(folder / "events-14d.ndjson.zst");
    if (lines.empty()) return;
    dir_ = std::make_unique<TempDir>();
    harness_ = std::make_unique<Harness>(dir_->path("a"));
    for (std::size_t at = 0; at < lines.size(); at += 1000) {
      std::string body = "[";
      for (std::size_t i = at; i < std::min(at + 1000, lines.size()); ++i) {
        body += (i == at ? "" : ",") + lines[i];
      }
      ASSERT_TRUE(harness_->try_send(body + "]"));
    }
    service_ =
        std::make_unique<query::Service>(harness_->store(), harness_->graph(), harness_->clock());
    planted_ = read_file(folder / "planted.json");
  }
  static void TearDownTestSuite() {
    service_.reset();
    harness_.reset();
    dir_.reset();
  }
  void SetUp() override {
    if (!service_) GTEST_SKIP() << "no corpus at " << corpora_dir() / "bqetl";
  }

  static std::vector<Incident> incidents(const std::set<std::string>& kinds);
  static query::CauseAnswer ask(NodeId node, Micros at, Micros window = 2 * model::kDay) {
    query::Session session = must(service_->open());
    query::CauseRequest request;
    request.node = node;
    request.at = at;
    request.window = window;
    const auto started = std::chrono::steady_clock::now();
    query::CauseAnswer answer = must(query::find_causes(session, request));
    const auto took = std::chrono::steady_clock::now() - started;
    slowest_ms_ = std::max(slowest_ms_, std::chrono::duration<double, std::milli>(took).count());
    total_ms_ += std::chrono::duration<double, std::milli>(took).count();
    ++asked_;
    return answer;
  }
  // Every dataset downstream; itself if there is none.
  static std::vector<NodeId> downstream(NodeId dataset) {
    const auto graph = harness_->graph().snapshot();
    std::vector<NodeId> out;
    for (const auto& reached : graph::reach(graph, std::span(&dataset, 1), {}).nodes) {
      if (reached.node == dataset) continue;
      if (graph.node(reached.node).kind == model::NodeKind::kDataset) out.push_back(reached.node);
    }
    if (out.empty()) out.push_back(dataset);
    return out;
  }
  static std::string describe(const query::CauseAnswer& answer, std::size_t most = 4) {
    const auto graph = harness_->graph().snapshot();
    std::string out;
    for (std::size_t i = 0; i < std::min(most, answer.causes.size()); ++i) {
      const query::Cause& cause = answer.causes[i];
      out += "\n   " + std::to_string(i + 1) + " " + std::to_string(cause.score) + " " +
             std::string(query::to_string(cause.kind)) + " " + cause.summary + " (distance " +
             std::to_string(cause.distance) + ")";
    }
    return out;
  }

  static std::unique_ptr<TempDir> dir_;
  static std::unique_ptr<Harness> harness_;
  static std::unique_ptr<query::Service> service_;
  static std::string planted_;
  static double slowest_ms_, total_ms_;
  static int asked_;
};

std::unique_ptr<TempDir> CauseCorpusTest::dir_;
std::unique_ptr<Harness> CauseCorpusTest::harness_;
std::unique_ptr<query::Service> CauseCorpusTest::service_;
std::string CauseCorpusTest::planted_;
double CauseCorpusTest::slowest_ms_ = 0;
double CauseCorpusTest::total_ms_ = 0;
int CauseCorpusTest::asked_ = 0;

std::vector<RunInfo> runs_of(storage::Reader& rows, NodeId job) {
  std::vector<RunInfo> runs = must(rows.runs_of_job(job, std::nullopt, 1000));
  std::reverse(runs.begin(), runs.end());
  return runs;
}

// When it showed: from the runs, by the kind of the incident.
Micros moment_of(const JsonValue& incident, const std::vector<RunInfo>& runs, Micros day_0) {
  const auto day = [&](const JsonValue& value) { return day_0 + *value.integer() * model::kDay; };
  const std::string kind = *incident.get("kind").string();
  const auto first_from = [&](Micros nominal) {
    return std::find_if(runs.begin(), runs.end(), [nominal](const RunInfo& run) {
      return run.nominal_start >= nominal && run.nominal_start != model::kOpenEnd;
    });
  };
  if (kind == "stopped") return runs.back().started_at + model::kDay;
  if (kind == "late_partition_rewritten" || kind == "backfill") {
    Micros first = 0;
    if (kind == "backfill") {
      incident.get("partition_days").elements([&](const JsonValue& value) {
        if (first == 0) first = day(value);
      });
    } else {
      first = day(incident.get("partition_day"));
    }
    Micros last = 0;
    for (const RunInfo& run : runs) {
      if (run.nominal_start == first) last = std::max(last, run.ended_at);
    }
    return last;
  }
  const bool from = incident.get("from_day").present();
  const auto run = first_from(day(incident.get(from ? "from_day" : "day")));
  EXPECT_NE(run, runs.end());
  return from ? run->started_at : run->ended_at;
}

std::vector<Incident> CauseCorpusTest::incidents(const std::set<std::string>& kinds) {
  static const std::map<std::string, std::set<CauseKind>> expected = {
      {"code_change", {CauseKind::kCodeVersion}},
      {"comment_only_change", {}},
      {"column_dropped", {CauseKind::kSchemaChange}},
      {"volume_drop", {CauseKind::kVolumeJump}},
      {"stopped", {CauseKind::kRunMissing, CauseKind::kRunLate}},
      {"late_partition_rewritten", {CauseKind::kPartitionRewritten}},
      {"backfill", {CauseKind::kPartitionRewritten}}};
  const JsonValue planted(planted_);
  const Micros day_0 = model::parse_time(*planted.get("start").string())->micros;
  const auto graph = harness_->graph().snapshot();
  auto rows = must(harness_->store().reader());
  std::vector<Incident> out;
  planted.get("incidents").elements([&](const JsonValue& item) {
    Incident incident;
    incident.kind = *item.get("kind").string();
    if (!kinds.contains(incident.kind)) return;
    incident.dataset = *item.get(item.get("dataset").present() ? "dataset" : "job").string();
    incident.expected = expected.at(incident.kind);
    incident.node = graph.find(model::NodeKind::kDataset, "bigquery", incident.dataset);
    for (const auto& writer : graph.neighbors(incident.node, graph::Direction::kUpstream,
                                              mask(model::EdgeKind::kWrites))) {
      incident.job = writer.node;
    }
    incident.at = moment_of(item, runs_of(rows, incident.job), day_0);
    out.push_back(std::move(incident));
  });
  return out;
}

TEST_F(CauseCorpusTest, NamesTheTrueOriginFirstOrSecond) {
  int asked = 0, found = 0;
  const auto all = incidents({"code_change", "column_dropped", "volume_drop", "stopped",
                              "late_partition_rewritten", "backfill"});
  EXPECT_EQ(all.size(), 11u);
  for (const Incident& incident : all) {
    int asked_here = 0, first = 0, second = 0;
    for (const NodeId dataset : downstream(incident.node)) {
      for (const Micros after : moments_after()) {
        const query::CauseAnswer answer = ask(dataset, incident.at + after);
        EXPECT_EQ(answer.cut.reason, graph::CutReason::kNone);
        std::size_t rank = 0;
        for (std::size_t i = 0; i < answer.causes.size() && rank == 0; ++i) {
          const query::Cause& cause = answer.causes[i];
          const bool there = cause.node == incident.job || cause.node == incident.node;
          if (there && incident.expected.contains(cause.kind)) rank = i + 1;
        }
        ++asked_here;
        first += rank == 1 ? 1 : 0;
        second += rank == 2 ? 1 : 0;
        EXPECT_TRUE(rank == 1 || rank == 2)
            << incident.kind << " " << incident.dataset << " asked about "
            << harness_->graph().snapshot().node(dataset).name << " "
            << model::format_duration(after) << " after it: rank " << rank << describe(answer);
      }
    }
    std::printf("%-25s %3d asked, %3d first, %3d second  %s\n", incident.kind.c_str(), asked_here,
                first, second, incident.dataset.c_str());
    asked += asked_here;
    found += first + second;
  }
  std::printf("%d of %d; %d questions, %.2f ms on average, %.2f ms at most\n", found, asked, asked_,
              total_ms_ / asked_, slowest_ms_);
}

TEST_F(CauseCorpusTest, NeverNamesAChangeOfCommentsOnly) {
  const auto all = incidents({"comment_only_change"});
  EXPECT_EQ(all.size(), 6u);
  std::set<NodeId> innocent;
  for (const Incident& incident : all) innocent.insert(incident.job);
  int asked = 0, code_changes = 0;
  for (const Incident& incident : all) {
    std::vector<NodeId> nodes = downstream(incident.node);
    nodes.push_back(incident.node);
    nodes.push_back(incident.job);
    for (const NodeId node : nodes) {
      for (const Micros window : {2 * model::kDay, 14 * model::kDay}) {
        for (const Micros after : moments_after()) {
          ++asked;
          for (const query::Cause& cause : ask(node, incident.at + after, window).causes) {
            if (cause.kind != CauseKind::kCodeVersion) continue;
            ++code_changes;
            EXPECT_FALSE(innocent.contains(cause.node)) << cause.summary;
          }
        }
      }
    }
  }
  EXPECT_GT(code_changes, 0) << "real changes are named in the same answers";
  std::printf("%d asked, none named\n", asked);
}

// What nobody planted: a warehouse in which nothing happened has no late or missing runs.
TEST_F(CauseCorpusTest, CallsNothingLateOrMissingThatWasNot) {
  const auto graph = harness_->graph().snapshot();
  std::set<NodeId> stopped;
  for (const Incident& incident : incidents({"stopped"})) stopped.insert(incident.job);
  const Micros end = graph.node_count() > 0 ? harness_->graph().latest_event_time() : 0;
  std::map<CauseKind, std::set<std::uint32_t>> named;
  int asked = 0;
  for (std::uint32_t id = 1; id <= graph.node_count(); id += 7) {
    if (graph.node(NodeId{id}).kind != model::NodeKind::kDataset) continue;
    ++asked;
    for (const query::Cause& cause : ask(NodeId{id}, end, 6 * model::kDay).causes) {
      named[cause.kind].insert(cause.node.value);
      const bool timing = cause.kind == CauseKind::kRunLate || cause.kind == CauseKind::kRunMissing;
      EXPECT_TRUE(!timing || stopped.contains(cause.node)) << cause.summary;
    }
  }
  EXPECT_GT(asked, 100);
  EXPECT_LE(named[CauseKind::kVolumeJump].size(), 1u);
  EXPECT_LE(named[CauseKind::kPartitionRewritten].size(), 2u);
}

}  // namespace
}  // namespace headwater::tests
