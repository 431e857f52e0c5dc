// The inbox of a real warehouse, over the API: which changes wait for a decision, and what each
// makes stale, against what the raw events say when they are read once more, by other means.

#include <algorithm>
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
#include "tests/support/api_world.h"
#include "tests/support/corpora.h"

namespace headwater::tests {
namespace {

using base::Micros;
using model::JsonValue;
using Key = std::pair<std::string, std::string>;  // dataset, day as "20261008"

Micros time_of(const std::string& text) { return model::parse_time(text)->micros; }

// ---- the raw events, read by themselves ---------------------------------------------------------

struct RawRun {
  std::string job, sql;
  std::optional<Micros> start, end;  // end: completed
  std::set<Key> read, wrote;
};

class RawEvents {
 public:
  void add(const std::string& line) {
    const JsonValue event(line);
    if (!event.get("run").is_object()) return;
    RawRun& run = runs_[*event.get("run").get("runId").string()];
    run.job = *event.get("job").get("name").string();
    const Micros time = time_of(*event.get("eventTime").string());
    if (const auto sql = event.get("job").get("facets").get("sql").get("query").string()) {
      run.sql = *sql;
      auto& now = sql_[run.job];
      if (now.first <= time) now = {time, *sql};
    }
    const std::string type = event.get("eventType").string().value_or("");
    if (type == "START") run.start = time;
    if (type == "COMPLETE") run.end = time;
    add_keys(event.get("inputs"), "inputFacets", "inputCondition", run.read);
    add_keys(event.get("outputs"), "outputFacets", "outputCondition", run.wrote);
  }

  // Runs that wrote a partition, the last one at the end.
  std::map<Key, std::vector<const RawRun*>> writes() const {
    std::map<Key, std::vector<const RawRun*>> out;
    for (const auto& [id, run] : runs_) {
      if (!run.end) continue;
      for (const Key& key : run.wrote) out[key].push_back(&run);
    }
    for (auto& [key, all] : out) {
      std::sort(all.begin(), all.end(),
                [](const RawRun* a, const RawRun* b) { return *a->end < *b->end; });
    }
    return out;
  }

  const RawRun& run(const std::string& id) const { return runs_.at(id); }
  const std::string& newest_sql(const std::string& job) const { return sql_.at(job).second; }

 private:
  static void add_keys(const JsonValue& datasets, std::string_view facets,
                       std::string_view condition, std::set<Key>& to) {
    datasets.elements([&](const JsonValue& dataset) {
      const std::string name = dataset.get("name").string().value_or("");
      dataset.get(facets)
          .get("subset")
          .get(condition)
          .get("partitions")
          .elements([&](const JsonValue& partition) {
            to.emplace(name, partition.get("identifier").string().value_or(""));
          });
    });
  }

  std::map<std::string, RawRun> runs_;
  std::map<std::string, std::pair<Micros, std::string>> sql_;  // of jobs: the newest and its time
};

// ---- the API ------------------------------------------------------------------------------------

struct Listed {
  std::string id, kind, node, job, run;
  std::int64_t datasets = 0, partitions = 0, maybe = 0;
};

class ChangesCorpusTest : public ::testing::Test {
 protected:
  // Everything before this moment: the new code of the seventh day has run, and so have the new
  // comments of the eighth.
  static constexpr const char* kCutoff = "2026-10-11T00:00:00Z";

  static void SetUpTestSuite() {
    const auto lines = read_zst_lines(corpora_dir() / "bqetl" / "events-14d.ndjson.zst");
    if (lines.empty()) return;
    dir_ = std::make_unique<TempDir>();
    world_ = std::make_unique<ApiWorld>(dir_->path("a"));
    world_->harness().clock().now_ = time_of(kCutoff);
    raw_ = std::make_unique<RawEvents>();
    std::string body;
    std::size_t count = 0;
    const auto flush = [&] {
      if (count == 0) return;
      ASSERT_TRUE(world_->harness().try_send("[" + body + "]"));
      body.clear();
      count = 0;
    };
    for (const std::string& line : lines) {
      if (time_of(*JsonValue(line).get("eventTime").string()) >= time_of(kCutoff)) continue;
      raw_->add(line);
      body += (count == 0 ? "" : ",") + line;
      if (++count == 1000) flush();
    }
    flush();
  }
  static void TearDownTestSuite() {
    raw_.reset();
    world_.reset();
    dir_.reset();
  }
  void SetUp() override {
    if (!raw_) GTEST_SKIP() << "no corpus at " << corpora_dir() / "bqetl";
  }

  static std::vector<Listed> changes(const std::string& kind) {
    std::vector<Listed> out;
    for (std::string cursor; out.empty() || !cursor.empty();) {
      api::http::Fields query{{"kind", kind}, {"status", "all"}, {"limit", "50"}};
      if (!cursor.empty()) query.emplace_back("cursor", cursor);
      const ApiReply page = world_->get({"changes"}, query);
      EXPECT_EQ(page.status, 200) << page.body;
      const JsonValue json(page.body);
      json.get("changes").elements([&](const JsonValue& change) {
        const JsonValue stale = change.get("makes_stale");
        out.push_back({*change.get("id").string(), *change.get("kind").string(),
                       *change.get("nodeId").string(), *change.get("job").string(),
                       change.get("run").string().value_or(""), *stale.get("datasets").integer(),
                       *stale.get("partitions").integer(), *stale.get("maybe").integer()});
      });
      cursor = json.get("next").string().value_or("");
      if (cursor.empty()) break;
    }
    return out;
  }
  static std::string name_of(const std::string& node_id) {
    return node_id.substr(node_id.find("bigquery:") + 9);
  }

  static inline std::unique_ptr<TempDir> dir_;
  static inline std::unique_ptr<ApiWorld> world_;
  static inline std::unique_ptr<RawEvents> raw_;
};

// The incidents name a job by the table that it writes: project.dataset.table. A job's name ends
// with dataset__table.
std::set<std::string> planted(const std::string& kind) {
  const std::string text = read_file(corpora_dir() / "bqetl" / "planted.json");
  std::set<std::string> out;
  JsonValue(text).get("incidents").elements([&](const JsonValue& incident) {
    if (incident.get("kind").string() != kind) return;
    std::string table = *incident.get("job").string();
    table = table.substr(table.find('.') + 1);
    out.insert(table.replace(table.find('.'), 1, "__"));
  });
  return out;
}

std::string table_of(const std::string& job) { return job.substr(job.rfind('.') + 1); }

TEST_F(ChangesCorpusTest, TheSixNewVersionsOfTheSeventhDayWaitAndNoCommentDoes) {
  const std::set<std::string> wanted = planted("code_change");
  ASSERT_EQ(wanted.size(), 6u) << "the corpus has changed";
  std::multiset<std::string> found;
  for (const Listed& change : changes("code")) found.insert(table_of(change.job));
  EXPECT_EQ(found, std::multiset<std::string>(wanted.begin(), wanted.end()));
  for (const std::string& commented : planted("comment_only_change")) {
    EXPECT_FALSE(found.contains(commented)) << commented;
  }
}

// Stale for a change of code is what the job wrote last, with other SQL than it has now. There is
// one change of each job, so nothing else could be the reason.
TEST_F(ChangesCorpusTest, WhatACodeChangeMakesStaleIsWhatTheRawEventsSay) {
  const auto writes = raw_->writes();
  const std::vector<Listed> all = changes("code");
  ASSERT_EQ(all.size(), 6u);
  for (const Listed& change : all) {
    SCOPED_TRACE(change.job);
    const std::string job = change.job.substr(change.job.rfind(':') + 1);
    std::set<Key> stale;
    std::set<std::string> datasets;
    for (const auto& [key, written] : writes) {
      if (written.back()->job != job || written.back()->sql == raw_->newest_sql(job)) continue;
      stale.insert(key);
      datasets.insert(key.first);
    }
    EXPECT_FALSE(stale.empty());
    EXPECT_EQ(change.partitions, static_cast<std::int64_t>(stale.size()));
    EXPECT_EQ(change.datasets, static_cast<std::int64_t>(datasets.size()));
    // What may follow: whoever read one of these, and so on, unless it is stale already.
    std::set<Key> reached = stale;
    for (bool grown = true; grown;) {
      grown = false;
      for (const auto& [key, written] : writes) {
        if (reached.contains(key)) continue;
        const std::set<Key>& read = written.back()->read;
        if (std::any_of(read.begin(), read.end(),
                        [&](const Key& one) { return reached.contains(one); })) {
          grown = reached.insert(key).second;
        }
      }
    }
    std::int64_t maybe = 0;
    for (const Key& key : reached) {
      if (stale.contains(key)) continue;
      const RawRun& last = *writes.at(key).back();
      bool is_stale = !last.sql.empty() && last.sql != raw_->newest_sql(last.job);
      for (const Key& read : last.read) {
        const auto upstream = writes.find(read);
        is_stale =
            is_stale || (upstream != writes.end() && *upstream->second.back()->end > *last.start);
      }
      maybe += is_stale ? 0 : 1;
    }
    EXPECT_EQ(change.maybe, maybe);
  }
}

// Stale for a change of data is who read a partition of it before it was written again.
TEST_F(ChangesCorpusTest, WhatAChangeOfDataMakesStaleIsWhatTheRawEventsSay) {
  const auto writes = raw_->writes();
  const std::vector<Listed> all = changes("data");
  ASSERT_FALSE(all.empty());
  for (const Listed& change : all) {
    SCOPED_TRACE(change.node + " " + change.run);
    const RawRun& again = raw_->run(change.run);
    std::set<Key> stale;
    for (const auto& [key, written] : writes) {
      const RawRun& last = *written.back();
      for (const Key& read : last.read) {
        if (read.first != name_of(change.node) || !again.wrote.contains(read)) continue;
        if (writes.at(read).size() > 1 && *last.start < *again.end) stale.insert(key);
      }
    }
    EXPECT_EQ(change.partitions, static_cast<std::int64_t>(stale.size()));
  }
}

// The partition of day 5 was written once more on day 8. No dataset of the corpus says that it
// reads it; one is declared to, day by day.
TEST_F(ChangesCorpusTest, ADeclaredReaderIsStaleForThePartitionThatWasWrittenOnceMore) {
  const std::string project = "moz-fx-data-shared-prod.firefox_accounts_derived.";
  const std::string name = project + "fxa_gcp_stderr_events_v1";
  const std::string reader = project + "recent_fxa_gcp_stderr_events_v1";
  const auto declare = [&](const std::string& mapping) {
    const ApiReply answer = world_->put({"partitions", "mapping"},
                                        R"({"upstream":"dataset:bigquery:)" + name +
                                            R"(","downstream":"dataset:bigquery:)" + reader +
                                            R"(","mapping":)" + mapping + R"(,"author":"ada"})");
    ASSERT_EQ(answer.status, 200) << answer.body;
  };
  const auto of_name = [&] {
    std::vector<Listed> out = changes("data");
    std::erase_if(out, [&](const Listed& change) { return name_of(change.node) != name; });
    return out;
  };
  ASSERT_EQ(of_name().size(), 1u);
  EXPECT_EQ(of_name()[0].partitions, 0);
  const auto writes = raw_->writes();
  const auto& rewritten = writes.at({name, "20261006"});
  ASSERT_EQ(rewritten.size(), 2u);
  ASSERT_LT(*writes.at({reader, "20261006"}).back()->start, *rewritten.back()->end);
  declare(R"({"kind":"identity"})");
  EXPECT_EQ(of_name()[0].partitions, 1);
  const ApiReply change = world_->get({"changes", of_name()[0].id});
  EXPECT_NE(change.body.find("dataset:bigquery:" + reader), std::string::npos) << change.body;
  declare("null");
  EXPECT_EQ(of_name()[0].partitions, 0);
}

}  // namespace
}  // namespace headwater::tests
