// A real warehouse's partitions: which are stale, and which changes wait for a decision, against
// what the raw events say when they are read once more, by other means.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "model/json.h"
#include "model/time.h"
#include "planner/planner.h"
#include "tests/support/corpora.h"
#include "tests/support/harness.h"

namespace headwater::tests {
namespace {

using base::Micros;
using model::JsonValue;

// SQL without comments and with single spaces: what must be equal for the code to be equal.
std::string bare_sql(const std::string& sql) {
  std::string out;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql.compare(i, 2, "--") == 0) {
      while (i < sql.size() && sql[i] != '\n') ++i;
      out += ' ';
    } else if (sql.compare(i, 2, "/*") == 0) {
      i = sql.find("*/", i) + 1;
      out += ' ';
    } else {
      out += sql[i] == '\n' || sql[i] == '\t' ? ' ' : sql[i];
    }
  }
  std::string single;
  for (const char c : out) {
    if (c != ' ' || (!single.empty() && single.back() != ' ')) single += c;
  }
  while (!single.empty() && (single.back() == ' ' || single.back() == ';')) single.pop_back();
  return single;
}

using Key = std::pair<std::string, std::string>;  // dataset, day

struct RunFacts {
  std::string job, sql;
  std::optional<Micros> start, end;  // end: completed
  std::vector<Key> read, wrote;
};

struct Naive {
  std::map<std::string, RunFacts> runs;                                     // by id
  std::map<std::string, std::vector<std::pair<Micros, std::string>>> code;  // of jobs, by time

  static void add_keys(const JsonValue& dataset, std::string_view facets,
                       std::string_view condition, std::vector<Key>& to) {
    const std::string name = dataset.get("name").string().value_or("");
    dataset.get(facets)
        .get("subset")
        .get(condition)
        .get("partitions")
        .elements([&](const JsonValue& partition) {
          to.emplace_back(name, partition.get("identifier").string().value_or(""));
        });
  }

  void add(const std::string& line) {
    const JsonValue event(line);
    const JsonValue job = event.get("job");
    if (!event.get("run").is_object()) return;
    const Micros time = model::parse_time(*event.get("eventTime").string())->micros;
    RunFacts& run = runs[*event.get("run").get("runId").string()];
    run.job = *job.get("name").string();
    if (const auto sql = job.get("facets").get("sql").get("query").string()) {
      run.sql = bare_sql(*sql);
      auto& versions = code[run.job];
      if (versions.empty() || versions.back().second != run.sql)
        versions.emplace_back(time, run.sql);
    }
    const std::string type = event.get("eventType").string().value_or("");
    if (type == "START") run.start = time;
    if (type == "COMPLETE") run.end = time;
    event.get("inputs").elements([&](const JsonValue& dataset) {
      add_keys(dataset, "inputFacets", "inputCondition", run.read);
    });
    event.get("outputs").elements([&](const JsonValue& dataset) {
      add_keys(dataset, "outputFacets", "outputCondition", run.wrote);
    });
  }

  // By partition: its writes, by end.
  std::map<Key, std::vector<const RunFacts*>> writes() const {
    std::map<Key, std::vector<const RunFacts*>> out;
    for (const auto& [id, run] : runs) {
      if (!run.end) continue;
      for (const Key& key : run.wrote) out[key].push_back(&run);
    }
    for (auto& [key, all] : out) {
      std::sort(all.begin(), all.end(),
                [](const RunFacts* a, const RunFacts* b) { return *a->end < *b->end; });
    }
    return out;
  }
};

class PartitionsCorpusTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto lines = read_zst_lines(corpora_dir() / "bqetl" / "events-14d.ndjson.zst");
    if (lines.empty()) return;
    dir_ = std::make_unique<TempDir>();
    planner_ = std::make_shared<planner::Planner>();
    auto options = Harness::small_windows();
    options.views = {[](storage::Store& store) { return planner::make_view(store, planner_); }};
    harness_ = std::make_unique<Harness>(dir_->path("a"), options);
    naive_ = std::make_unique<Naive>();
    for (std::size_t at = 0; at < lines.size(); at += 1000) {
      std::string body = "[";
      for (std::size_t i = at; i < std::min(at + 1000, lines.size()); ++i) {
        body += (i == at ? "" : ",") + lines[i];
        naive_->add(lines[i]);
      }
      ASSERT_TRUE(harness_->try_send(body + "]"));
    }
  }
  static void TearDownTestSuite() {
    naive_.reset();
    harness_.reset();
    planner_.reset();
    dir_.reset();
  }
  void SetUp() override {
    if (!naive_) GTEST_SKIP() << "no corpus at " << corpora_dir() / "bqetl";
  }

  static std::set<Key> selected(const planner::Selection& selection) {
    const Micros now = model::parse_time("2026-10-15T12:00:00Z")->micros;
    const auto staleness = must(planner_->staleness(now, {}));
    auto reader = must(harness_->store().reader());
    std::set<Key> out;
    for (std::uint32_t n = 1; n <= staleness->state().dataset_count(); ++n) {
      const planner::DatasetNo dataset{n};
      const planner::Segment& segment = staleness->state().segment(dataset);
      const std::string name = must(reader.node(segment.node))->name;
      bool more = false;
      for (const auto& span : staleness->spans(dataset, selection, SIZE_MAX, &more)) {
        for (std::int64_t i = span.first; i <= span.last; ++i) {
          std::string day = segment.space->key_of({span.lane, i}).begin()->second;
          std::erase(day, '-');
          out.emplace(name, day);
        }
      }
      EXPECT_FALSE(more);
    }
    return out;
  }

  static void declare_mapping(const std::string& upstream, const std::string& downstream,
                              const std::string& mapping) {
    const auto dataset = [](const std::string& name) {
      return R"({"namespace":"bigquery","name":")" + name + "\"}";
    };
    ingest::Decision decision;
    decision.kind = ingest::Decision::Kind::kPlanner;
    decision.planner = R"({"decision":"planner.put_mapping","upstream":)" + dataset(upstream) +
                       ",\"downstream\":" + dataset(downstream) + ",\"mapping\":" + mapping +
                       R"(,"author":"test"})";
    must(harness_->decide(std::move(decision)));
  }

  static inline std::unique_ptr<TempDir> dir_;
  static inline std::shared_ptr<planner::Planner> planner_;
  static inline std::unique_ptr<Harness> harness_;
  static inline std::unique_ptr<Naive> naive_;
};

std::set<Key> present_of(const Naive& naive) {
  std::set<Key> out;
  for (const auto& [key, writes] : naive.writes()) out.insert(key);
  return out;
}

// Those that a run wrote before its job's code of today, or having read what was replaced after it
// had started.
std::set<Key> stale_of(const Naive& naive) {
  const auto writes = naive.writes();
  std::set<Key> out;
  for (const auto& [key, all] : writes) {
    const RunFacts& last = *all.back();
    const auto code = naive.code.find(last.job);
    bool stale = code != naive.code.end() && code->second.back().second != last.sql;
    for (const Key& read : last.read) {
      const auto upstream = writes.find(read);
      if (upstream == writes.end()) continue;
      stale = stale || *upstream->second.back()->end > *last.start;
    }
    if (stale) out.insert(key);
  }
  return out;
}

std::string told(const std::set<Key>& keys) {
  std::string out;
  for (const Key& key : keys) out += "  " + key.first + " " + key.second + "\n";
  return out;
}

std::set<Key> minus(const std::set<Key>& a, const std::set<Key>& b) {
  std::set<Key> out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(out, out.end()));
  return out;
}

TEST_F(PartitionsCorpusTest, HoldsEveryPartitionThatARunWrote) {
  planner::Selection all;
  all.current = all.stale = all.unknown = all.orphaned = true;
  const std::set<Key> wanted = present_of(*naive_), found = selected(all);
  EXPECT_EQ(wanted.size(), 7418u) << "the corpus has changed";
  EXPECT_TRUE(minus(wanted, found).empty()) << "missing:\n" << told(minus(wanted, found));
  EXPECT_TRUE(minus(found, wanted).empty()) << "too many:\n" << told(minus(found, wanted));
}

TEST_F(PartitionsCorpusTest, FindsStaleWhatTheRawEventsSayIsStale) {
  planner::Selection stale;
  stale.stale = true;
  const std::set<Key> wanted = stale_of(*naive_), found = selected(stale);
  EXPECT_FALSE(wanted.empty());
  EXPECT_TRUE(minus(wanted, found).empty()) << "missed:\n" << told(minus(wanted, found));
  EXPECT_TRUE(minus(found, wanted).empty()) << "too many:\n" << told(minus(found, wanted));
  RecordProperty("stale", static_cast<int>(found.size()));
}

// The partition of day 5 was written once more on day 8. No partitioned dataset of the corpus reads
// its table; one is said to, day by day: then its partition of that day is stale, as are those
// that were read on the night on which they were written, before they were.
TEST_F(PartitionsCorpusTest, ALateRewrittenPartitionMakesItsReaderOfThatDayStale) {
  const std::string project = "moz-fx-data-shared-prod.firefox_accounts_derived.";
  const std::string name = project + "fxa_gcp_stderr_events_v1";
  const std::string reader = project + "recent_fxa_gcp_stderr_events_v1";
  const auto writes = naive_->writes();
  const auto& rewritten = writes.at({name, "20261006"});
  ASSERT_EQ(rewritten.size(), 2u);
  std::set<Key> wanted;
  for (const auto& [key, all] : writes) {
    const auto read = writes.find({name, key.second});
    if (key.first != reader || read == writes.end()) continue;
    if (*all.back()->start < *read->second.back()->end) wanted.insert(key);
  }
  ASSERT_TRUE(wanted.contains({reader, "20261006"}));

  planner::Selection stale;
  stale.stale = true;
  const std::set<Key> before = selected(stale);
  EXPECT_TRUE(minus(wanted, before) == wanted) << "nothing said that it reads it";
  declare_mapping(name, reader, R"({"kind":"identity"})");
  const std::set<Key> found = minus(selected(stale), before);
  EXPECT_TRUE(found == wanted) << told(found);
  declare_mapping(name, reader, "null");
  EXPECT_TRUE(selected(stale) == before);
}

TEST_F(PartitionsCorpusTest, ABackfillLeavesNothingStaleThatItSatisfied) {
  const std::string name = "moz-fx-data-shared-prod.firefox_ios_derived.ltv_states_v1";
  planner::Selection stale;
  stale.stale = true;
  const std::set<Key> found = selected(stale);
  for (const std::string day : {"20261002", "20261003", "20261004", "20261005"}) {
    EXPECT_FALSE(found.contains({name, day})) << day;
  }
}

TEST_F(PartitionsCorpusTest, TheInboxHoldsTheChangesOfCodeAndNoneOfComments) {
  const std::string text = read_file(corpora_dir() / "bqetl" / "planted.json");
  std::set<std::string> changed, commented;
  JsonValue(text).get("incidents").elements([&](const JsonValue& incident) {
    const std::string kind = *incident.get("kind").string();
    if (kind == "code_change") changed.insert(*incident.get("job").string());
    if (kind == "comment_only_change") commented.insert(*incident.get("job").string());
  });
  ASSERT_EQ(changed.size(), 6u);
  ASSERT_EQ(commented.size(), 6u);
  // The incidents name a job by the table that it writes: project.dataset.table.
  const auto table_of = [](const std::string& job) {
    const std::size_t dot = job.rfind('.');
    return job.substr(dot == std::string::npos ? 0 : dot + 1);
  };
  std::set<std::string> wanted;
  for (const std::string& job : changed) {
    const std::size_t project = job.find('.');
    std::string table = job.substr(project + 1);
    table.replace(table.find('.'), 1, "__");
    wanted.insert(table);
  }
  auto reader = must(harness_->store().reader());
  std::multiset<std::string> found;
  for (const auto& row : must(reader.planner_documents(4))) {
    const JsonValue change(row.body);
    if (change.get("data").boolean().value_or(false)) continue;
    const auto node =
        must(reader.node(model::NodeId{static_cast<std::uint32_t>(*change.get("job").integer())}));
    found.insert(table_of(node->name));
  }
  EXPECT_EQ(std::multiset<std::string>(wanted.begin(), wanted.end()), found);
}

// Everything from the tables again is what stood in memory.
TEST_F(PartitionsCorpusTest, AStartFindsTheSameVerdicts) {
  const Micros now = model::parse_time("2026-10-15T12:00:00Z")->micros;
  const auto before = must(planner_->staleness(now, {}));
  auto again = std::make_shared<planner::Planner>();
  const auto view = must(planner::make_view(harness_->store(), again));
  const auto after = must(again->staleness(now, {}));
  ASSERT_EQ(before->state().dataset_count(), after->state().dataset_count());
  for (std::uint32_t n = 1; n <= before->state().dataset_count(); ++n) {
    EXPECT_EQ(before->counts(planner::DatasetNo{n}), after->counts(planner::DatasetNo{n})) << n;
  }
}

}  // namespace
}  // namespace headwater::tests
