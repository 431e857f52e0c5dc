// Changes of columns that nobody reads: what they make stale, and what they must make stale all the
// same, through the whole pipeline.
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "planner/planner.h"
#include "tests/support/harness.h"

namespace headwater::tests {
namespace {

struct RunSays {
  std::string id, job, code, reads, writes;
  std::string columns;      // headwater_code.changesColumns: fields of what it writes
  std::string lineage;      // fields of what it writes, each from the field of that name
  std::string schema = "";  // of what it writes; lineage if empty
  std::string partition = "2026-10-01";
};

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

template <class Make>
std::string joined(const std::string& words, Make make) {
  std::string out, word;
  for (const char c : words + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      out += (out.empty() ? "" : ",") + make(word);
      word.clear();
    }
  }
  return out;
}

std::string subset(const std::string& side, const std::string& day) {
  return R"({"subset":{")" + side + R"(":{"type":"partition","partitions":[{"identifier":")" + day +
         R"("}]}}})";
}

class ColumnsTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    planner_ = std::make_shared<planner::Planner>();
    auto options = Harness::small_windows();
    options.views = {[this](storage::Store& store) { return planner::make_view(store, planner_); }};
    harness_.reset();
    harness_ = std::make_unique<Harness>(dir_.path("a"), options);
  }

  // A minute for every run; it starts and completes.
  void run(const RunSays& run) {
    for (const std::string type : {"START", "COMPLETE"}) {
      ++second_;
      char time[40];
      std::snprintf(time, sizeof time, "2026-10-02T%02d:%02d:%02dZ", second_ / 3600,
                    second_ / 60 % 60, second_ % 60);
      harness_->send(event(run, type, time));
    }
  }

  static std::string event(const RunSays& run, const std::string& type, const std::string& time) {
    const auto field = [&](const std::string& name) {
      return R"({"namespace":"w","name":")" + run.writes + R"(","field":")" + name + R"("})";
    };
    std::string code = R"("semanticVersion":")" + run.code + "\"";
    if (!run.columns.empty()) {
      code += R"(,"changesColumns":[)" + joined(run.columns, field) + "]";
    }
    std::string facets;
    if (!run.lineage.empty()) {
      const std::string schema = run.schema.empty() ? run.lineage : run.schema;
      facets = R"("schema":{"fields":[)" +
               joined(schema,
                      [](const std::string& name) {
                        return R"({"name":")" + name + R"(","type":"int"})";
                      }) +
               R"(]},"columnLineage":{"fields":{)" +
               joined(run.lineage,
                      [&](const std::string& name) {
                        return quoted(name) + R"(:{"inputFields":[{"namespace":"w","name":")" +
                               run.reads + R"(","field":")" + name + R"("}]})";
                      }) +
               "}}";
    }
    return R"({"eventType":")" + type + R"(","eventTime":")" + time +
           R"(","producer":"https://example.org/test","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent","run":{"runId":")" +
           run.id + R"("},"job":{"namespace":"w","name":")" + run.job +
           R"(","facets":{"headwater_code":{)" + code +
           R"(}}},"inputs":[{"namespace":"w","name":")" + run.reads + R"(","inputFacets":)" +
           subset("inputCondition", run.partition) + R"(}],"outputs":[{"namespace":"w","name":")" +
           run.writes + R"(","facets":{)" + facets + R"(},"outputFacets":)" +
           subset("outputCondition", run.partition) + "}]}";
  }

  // Source, table and a reader of its columns a and b, all of one day; then new code of the table.
  void table_and_reader() {
    run({"1", "load", "v1", "outside", "source", "", ""});
    run({"2", "make", "v1", "source", "table", "", "a b c"});
    run({"3", "read", "v1", "table", "report", "", "a b"});
  }
  void new_code(const std::string& columns) {
    run({"4", "make", "v2", "source", "table", columns, "a b c"});
  }

  bool stale(const std::string& dataset) {
    const auto staleness =
        must(planner_->staleness(harness_->clock().now() + 400ll * 24 * 3600 * 1'000'000, {}));
    auto reader = must(harness_->store().reader());
    for (std::uint32_t n = 1; n <= staleness->state().dataset_count(); ++n) {
      const planner::DatasetNo number{n};
      const auto node = must(reader.node(staleness->state().segment(number).node));
      if (node->name != dataset) continue;
      EXPECT_EQ(staleness->counts(number).present, 1u) << dataset;
      return staleness->counts(number).stale != 0;
    }
    ADD_FAILURE() << "no partitions of " << dataset;
    return false;
  }

  TempDir dir_;
  std::shared_ptr<planner::Planner> planner_;
  std::unique_ptr<Harness> harness_;
  int second_ = 0;
};

TEST_F(ColumnsTest, AColumnThatNobodyReadsMakesNothingStale) {
  table_and_reader();
  new_code("c");
  EXPECT_FALSE(stale("table"));
  EXPECT_FALSE(stale("report"));
  open();
  EXPECT_FALSE(stale("report")) << "after a start";
}

TEST_F(ColumnsTest, AColumnThatIsReadMakesItsReaderStale) {
  table_and_reader();
  new_code("c b");
  EXPECT_FALSE(stale("table"));
  EXPECT_TRUE(stale("report"));
}

TEST_F(ColumnsTest, UntilItHasRunAgainTheTableItselfIsStale) {
  table_and_reader();
  RunSays other{"4", "make", "v2", "source", "table", "c", "a b c", "", "2026-10-02"};
  run(other);
  EXPECT_FALSE(stale("report"));
  const auto staleness =
      must(planner_->staleness(harness_->clock().now() + 400ll * 24 * 3600 * 1'000'000, {}));
  planner::Counts all;
  for (std::uint32_t n = 1; n <= staleness->state().dataset_count(); ++n) {
    all += staleness->counts(planner::DatasetNo{n});
  }
  EXPECT_EQ(all.by_code, 1u);
}

TEST_F(ColumnsTest, ANewVersionThatNamesNoColumnsChangesAnyOfThem) {
  table_and_reader();
  new_code("");
  EXPECT_TRUE(stale("report"));
}

TEST_F(ColumnsTest, OneReaderWithoutColumnLineageAndAllColumnsCount) {
  table_and_reader();
  run({"5", "peek", "v1", "table", "peeked", "", ""});
  new_code("c");
  EXPECT_TRUE(stale("report"));
  EXPECT_TRUE(stale("peeked"));
}

TEST_F(ColumnsTest, AReaderWhoseLineageHasAGapReadsAllColumns) {
  run({"1", "load", "v1", "outside", "source", "", ""});
  run({"2", "make", "v1", "source", "table", "", "a b c"});
  run({"3", "read", "v1", "table", "report", "", "a b", "a b total"});
  new_code("c");
  EXPECT_TRUE(stale("report"));
}

TEST_F(ColumnsTest, AReaderWithNewCodeThatHasNotRunMayReadAnyColumn) {
  table_and_reader();
  RunSays next{"6", "read", "v2", "table", "report", "", "", "", "2026-10-01"};
  harness_->send(event(next, "START", "2026-10-02T01:00:00Z"));
  new_code("c");
  RunSays back{"7", "read", "v1", "table", "report", "", "", "", "2026-10-01"};
  harness_->send(event(back, "START", "2026-10-02T02:00:00Z"));
  EXPECT_TRUE(stale("report"));
}

TEST_F(ColumnsTest, NewInputsAndNewCodeTogetherMayChangeAnyColumn) {
  table_and_reader();
  run({"8", "load", "v1", "outside", "source", "", ""});
  new_code("c");
  EXPECT_TRUE(stale("report"));
}

TEST_F(ColumnsTest, APartOfANestedColumnIsThatColumn) {
  table_and_reader();
  new_code("a.x");
  EXPECT_TRUE(stale("report"));
}

TEST_F(ColumnsTest, APersonWhoCallsTheChangeMaterialIsBelieved) {
  table_and_reader();
  RunSays first{"9", "make", "v2", "source", "table", "c", "a b c"};
  harness_->send(event(first, "START", "2026-10-02T03:00:00Z"));
  auto reader = must(harness_->store().reader());
  const auto changes = must(reader.planner_documents(4));
  ASSERT_EQ(changes.size(), 1u);
  ingest::Decision decision;
  decision.kind = ingest::Decision::Kind::kPlanner;
  decision.planner = R"({"decision":"planner.decide","change":)" + std::to_string(changes[0].a) +
                     R"(,"part":0,"verdict":"material","author":"ada"})";
  must(harness_->decide(decision));
  harness_->send(event(first, "COMPLETE", "2026-10-02T03:01:00Z"));
  EXPECT_TRUE(stale("report"));
}

}  // namespace
}  // namespace headwater::tests
