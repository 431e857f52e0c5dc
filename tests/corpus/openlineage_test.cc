// Every event of the OpenLineage corpus: what must become of it, and why; and what lineage follows.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/graph_inl.h"
#include "model/json.h"
#include "tests/support/corpora.h"
#include "tests/support/harness.h"

namespace headwater::tests {
namespace {

using ingest::Receipt;
using ingest::ReceiptStatus;

std::filesystem::path folder() { return corpora_dir() / "openlineage"; }

#define REQUIRE_CORPUS()                      \
  if (!std::filesystem::exists(folder()))     \
  GTEST_SKIP() << "no corpus at " << folder() \
               << ": set HW_CORPORA to the folder that holds the corpora"

std::vector<std::string> files() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder())) {
    if (entry.is_regular_file()) out.push_back(relative(entry.path(), folder()).string());
  }
  std::ranges::sort(out);
  return out;
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r\n"), end = text.find_last_not_of(" \t\r\n");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

// The events of a file: one JSON text, an array, or one a line.
std::vector<std::string> events_of(const std::string& file) {
  const std::string text = trimmed(read_file(folder() / file));
  const ingest::ParseLimits limits;
  std::vector<std::string> out;
  if (ingest::check_json(text, limits)) {
    for (const auto event : must(ingest::split_body(text, limits)).events) out.emplace_back(event);
    return out;
  }
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (const auto line = trimmed(text.substr(at, end - at)); !line.empty()) out.push_back(line);
    at = end + 1;
  }
  return out;
}

struct Expected {
  ReceiptStatus status;
  std::string pointer;    // of a rejection, or of the one malformed facet; else empty
  std::string says = {};  // part of the reason or the warning
};

// Why: unless named here, a file is a good event; of those of one run the first is stored and the
// others are merged into the run.
const std::map<std::string, Expected>& exceptions() {
  constexpr auto kQuarantined = ReceiptStatus::kQuarantined;
  constexpr auto kStored = ReceiptStatus::kStored, kMerged = ReceiptStatus::kMerged;
  static const std::map<std::string, Expected> all = {
      // The facet requires columnMetrics and has only counts; everything else is used.
      {"fluentd-proxy/ol__proxy__fluentd__events__event_full.json",
       {kStored, "/inputs/0/inputFacets/dataQualityMetrics/columnMetrics", "is required"}},
      // An owner without a name: the facet is named, the event and its output stay. First of the
      // run that the fluentd files share.
      {"fluentd-proxy/ol__proxy__fluentd__events__event_invalid_dataset_facet.json",
       {kStored, "/outputs/0/facets/ownership/owners/0/name", "is required"}},
      // Without columnMetrics, which the facet requires.
      {"fluentd-proxy/ol__proxy__fluentd__events__event_invalid_input_dataset_facet.json",
       {kMerged, "/inputs/0/inputFacets/dataQualityMetrics/columnMetrics", "is required"}},
      {"fluentd-proxy/ol__proxy__fluentd__events__event_invalid_job_facet.json",
       {kMerged, "/job/facets/ownership/owners/0/name", "is required"}},
      // rowCount is a text.
      {"fluentd-proxy/ol__proxy__fluentd__events__event_invalid_output_dataset_facet.json",
       {kMerged, "/outputs/0/outputFacets/outputStatistics/rowCount", "must be a number"}},
      // A parent without a runId.
      {"fluentd-proxy/ol__proxy__fluentd__events__event_invalid_run_facet.json",
       {kMerged, "/run/facets/parent/run/runId", "is required"}},
      // A run without an id belongs to nothing.
      {"fluentd-proxy/ol__proxy__fluentd__events__event_no_run_id.json",
       {kQuarantined, "/run/runId", "required"}},
      // Partial texts for a matcher: no producer, no schemaURL, no run id.
      {"spark/ol__integration__spark__app__integrations__sparksql__1.json",
       {kQuarantined, "/producer", "required"}},
      {"spark/ol__integration__spark__app__integrations__sparksql__2.json",
       {kQuarantined, "/producer", "required"}},
      {"spark/ol__integration__spark__app__integrations__sparksql__3.json",
       {kQuarantined, "/producer", "required"}},
      {"spark/ol__integration__spark__app__integrations__sparksql__4.json",
       {kQuarantined, "/producer", "required"}},
      {"spark/ol__integration__spark__app__src__test__resources__test_data__serde__"
       "openlineage-event.json",
       {kQuarantined, "/producer", "required"}},
  };
  return all;
}

class OpenLineageCorpusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::filesystem::exists(folder())) harness = std::make_unique<Harness>(dir.path("a"));
  }
  void send_all(const std::string& prefix) {
    for (const std::string& file : files()) {
      if (!file.starts_with(prefix)) continue;
      for (const std::string& event : events_of(file)) {
        EXPECT_NE(harness->send(event).status, ReceiptStatus::kQuarantined) << file;
      }
    }
  }
  graph::NodeId node(model::NodeKind kind, const std::string& ns, const std::string& name) {
    const auto snapshot = harness->graph().snapshot();
    const auto id = snapshot.find(kind, ns, name);
    EXPECT_TRUE(id) << ns << " " << name;
    return id ? snapshot.canonical(id) : id;
  }
  std::string text(graph::NodeId id) {
    const auto snapshot = harness->graph().snapshot();
    const auto info = snapshot.node(id);
    if (info.kind != model::NodeKind::kField) return std::string(info.name);
    return std::string(snapshot.node(snapshot.canonical(info.parent)).name) + "#" +
           std::string(info.name);
  }
  // "name" of everything next to `id` over edges of `kinds`.
  std::set<std::string> next(graph::NodeId id, graph::Direction direction, model::EdgeKinds kinds) {
    std::set<std::string> out;
    const auto snapshot = harness->graph().snapshot();
    for (const auto& n : snapshot.neighbors(id, direction, kinds)) out.insert(text(n.node));
    return out;
  }

  TempDir dir;
  std::unique_ptr<Harness> harness;
};

void expect_receipt(const std::string& file, const Receipt& receipt, bool first_of_run) {
  const auto at = exceptions().find(file);
  const Expected expected =
      at != exceptions().end()
          ? at->second
          : Expected{first_of_run ? ReceiptStatus::kStored : ReceiptStatus::kMerged, ""};
  EXPECT_EQ(receipt.status, expected.status) << file << " " << receipt.reason;
  std::vector<model::Warning> malformed;
  for (const auto& w : receipt.warnings) {
    if (w.code == "malformed_facet") malformed.push_back(w);
  }
  if (expected.status == ReceiptStatus::kQuarantined) {
    EXPECT_EQ(receipt.pointer, expected.pointer) << file;
    EXPECT_NE(receipt.reason.find(expected.says), std::string::npos) << file << receipt.reason;
  } else if (expected.pointer.empty()) {
    EXPECT_TRUE(malformed.empty()) << file << " " << malformed[0].pointer;
  } else {
    ASSERT_EQ(malformed.size(), 1u) << file;
    EXPECT_EQ(malformed[0].pointer, expected.pointer) << file;
    EXPECT_NE(malformed[0].message.find(expected.says), std::string::npos) << malformed[0].message;
  }
}

TEST_F(OpenLineageCorpusTest, EveryEventIsAppliedOrRefusedWithItsReasonAndNothingIsLost) {
  REQUIRE_CORPUS();
  std::set<std::string> runs, seen;
  std::size_t events = 0;
  for (const std::string& file : files()) {
    for (const std::string& event : events_of(file)) {
      const model::JsonValue json(event);
      const auto run = json.get("run").get("runId").string().value_or("");
      const auto job = json.get("job").get("name").string().value_or("");
      const bool first = run.empty() || runs.insert(run + " " + job).second;
      const Receipt receipt = harness->send(event);
      expect_receipt(file, receipt, first);
      ++events;
      auto reader = must(harness->store().reader());
      const auto logged = must(reader.log_record(receipt.seq));
      ASSERT_TRUE(logged) << file;
      EXPECT_EQ(logged->body, event) << file;
      const auto row = must(reader.quarantine_row(receipt.seq));
      EXPECT_EQ(row.has_value(), receipt.status == ReceiptStatus::kQuarantined) << file;
      seen.insert(file);
    }
  }
  EXPECT_EQ(seen.size(), files().size()) << "a file without an event";
  EXPECT_GE(events, 66u);
  for (const auto& [file, expected] : exceptions()) EXPECT_TRUE(seen.contains(file)) << file;
}

TEST_F(OpenLineageCorpusTest, AGoodEventSentAgainIsADuplicate) {
  REQUIRE_CORPUS();
  for (const bool again : {false, true}) {
    for (const std::string& file : files()) {
      for (const std::string& event : events_of(file)) {
        const auto status = harness->send(event).status;
        if (!again || status == ReceiptStatus::kQuarantined) continue;
        EXPECT_EQ(status, ReceiptStatus::kDuplicate) << file;
      }
    }
  }
}

// CREATE TABLE tbl1 AS SELECT a AS ident, TRIM(b) AS trans, SUM(c) AS agg ... JOIN ... GROUP BY
TEST_F(OpenLineageCorpusTest, SparkColumnLineageIsWhatTheQuerySays) {
  REQUIRE_CORPUS();
  send_all("spark/ct__consumer__scenarios__CLL");
  using graph::Direction;
  const std::string space = "file:/tmp/cll_test";
  const auto table = node(model::NodeKind::kDataset, space, "default.tbl1");
  EXPECT_EQ(node(model::NodeKind::kDataset, "file", "/tmp/cll_test/tbl1"), table)
      << "the path and the table are one dataset";
  EXPECT_EQ(text(table), "default.tbl1") << "and the table's name is the better one";
  const auto job = node(model::NodeKind::kJob, "testColumnLevelLineage",
                        "open_lineage_integration_create_table."
                        "execute_create_hive_table_as_select_command.default_tbl1");
  EXPECT_EQ(next(job, Direction::kUpstream, model::kTableLineage),
            (std::set<std::string>{"default.cll_source1", "default.cll_source2"}));
  EXPECT_EQ(next(job, Direction::kDownstream, model::kTableLineage),
            std::set<std::string>{"default.tbl1"});
  EXPECT_EQ(next(job, Direction::kUpstream, model::mask(model::EdgeKind::kParent)),
            std::set<std::string>{"open_lineage_integration_create_table"});

  const auto snapshot = harness->graph().snapshot();
  const auto columns = [&](const char* field, model::EdgeKind kind) {
    const auto id = snapshot.find_field(table, field);
    EXPECT_TRUE(id) << field;
    return next(id, Direction::kUpstream, model::mask(kind));
  };
  using Columns = std::set<std::string>;
  const std::string one = "default.cll_source1#", two = "default.cll_source2#";
  EXPECT_EQ(columns("ident", model::EdgeKind::kColumnDirect), Columns{one + "a"});
  EXPECT_EQ(columns("trans", model::EdgeKind::kColumnDirect), Columns{one + "b"});
  EXPECT_EQ(columns("agg", model::EdgeKind::kColumnDirect), Columns{two + "c"});
  for (const char* field : {"ident", "trans", "agg"}) {
    EXPECT_EQ(columns(field, model::EdgeKind::kColumnIndirect),
              (Columns{one + "a", one + "b", two + "a"}))
        << field;
  }
}

TEST_F(OpenLineageCorpusTest, AirflowTasksHangTogetherThroughTheirFiles) {
  REQUIRE_CORPUS();
  send_all("airflow/");
  using graph::Direction;
  const auto from = node(model::NodeKind::kDataset, "gs://mock-bucket", "test.csv");
  const auto snapshot = harness->graph().snapshot();
  graph::ReachOptions options;
  std::map<std::string, std::uint32_t> reached;
  for (const auto& r : graph::reach(snapshot, std::span(&from, 1), options).nodes) {
    reached[text(r.node)] = r.distance;
  }
  EXPECT_EQ(reached, (std::map<std::string, std::uint32_t>{{"test.csv", 0},
                                                           {"BQ.upload", 1},
                                                           {"mock-project.test.upload", 1},
                                                           {"BQ.copy", 2},
                                                           {"mock-project.test.upload_cp", 2},
                                                           {"BQ.download", 3},
                                                           {"result.csv", 3}}));
  const auto compose = node(model::NodeKind::kJob, "airflow", "gcs_hook.compose_task");
  EXPECT_EQ(next(compose, Direction::kUpstream, model::kTableLineage),
            (std::set<std::string>{"uploaded_file.txt", "uploaded_data.txt",
                                   "copy_of_uploaded_data.txt", "copy_of_uploaded_file.txt"}));
  const auto dag = node(model::NodeKind::kJob, "airflow", "gcs_hook");
  EXPECT_EQ(next(dag, Direction::kDownstream, model::mask(model::EdgeKind::kParent)).size(), 9u);
  EXPECT_FALSE(snapshot.node(dag).placeholder);
  auto reader = must(harness->store().reader());
  for (const auto& run : must(reader.runs_of_job(dag, {}, 10))) {
    EXPECT_EQ(run.state, storage::RunState::kCompleted);
  }
}

}  // namespace
}  // namespace headwater::tests
