#include "tests/fault/steps.h"

#include <gtest/gtest.h>

#include "tests/support/harness.h"

namespace headwater::tests {
namespace {

using ingest::Decision;

constexpr const char* kHead =
    R"("producer":"https://headwater.dev/tests/fault","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json")";
constexpr const char* kFacetHead = R"("_producer":"p","_schemaURL":"s",)";

std::string time_at(int minute) {
  const std::string text = std::to_string(100 + minute);
  return "2026-10-01T12:" + text.substr(1) + ":00Z";
}

std::string facet(const std::string& name, const std::string& rest) {
  return "\"" + name + "\":{" + kFacetHead + rest + "}";
}

std::string columns() {
  return facet("columnLineage",
               R"("fields":{"x":{"inputFields":[{"namespace":"ns","name":"a","field":"y"}]}})");
}

std::string symlink() {
  return facet("symlinks",
               R"("identifiers":[{"namespace":"s3://lake","name":"b","type":"TABLE"}])");
}

// Does not compress: its record takes several pages, and the transaction many frames.
std::string noise(std::size_t bytes) {
  std::string out;
  std::uint64_t state = 88172645463325252u;
  while (out.size() < bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    out += std::to_string(state);
  }
  return out;
}

Decision decision(Decision::Kind kind, const std::string& name_space, const std::string& name) {
  Decision out;
  out.kind = kind;
  out.name_space = name_space;
  out.name = name;
  if (kind == Decision::Kind::kPutNamespace) out.owner = "team";
  return out;
}

Decision people(model::DecisionKind kind, const std::string& name, const std::string& field = "") {
  Decision out;
  out.kind = Decision::Kind::kPeople;
  out.people.kind = kind;
  out.people.author = "ada";
  out.people.node = {
      field.empty() ? model::NodeKind::kDataset : model::NodeKind::kField, {"ns", name}, field};
  out.people.name = "pii";
  out.people.other = {"ns", "g"};
  return out;
}

std::vector<Step> make_steps() {
  const std::string start = run_event("START", "r1", 1, "j1", table("a"), table("b"), "select 1");
  const std::string no_job = std::string("{\"eventType\":\"COMPLETE\",\"eventTime\":\"") +
                             time_at(2) + "\",\"run\":{\"runId\":\"r0\"}," + kHead + "}";
  const std::string batch =
      "[" + run_event("START", "r2", 3, "j2", table("b"), table("c"), "select 2") + "," +
      run_event("COMPLETE", "r2", 4, "j2", table("b"), table("c"), "select 2") + "," + start + "," +
      run_event("COMPLETE", "r3", 5, "j3", table("c"), table("d"), "select 3") + "]";
  const std::string rows = facet("schema", R"("fields":[{"name":"x","type":"INT"}])");
  return {
      {"a new run", start},
      {"its end", run_event("COMPLETE", "r1", 2, "j1", table("a"), table("b"), "select 1")},
      {"a quarantined event", no_job},
      {"a batch with a duplicate", batch},
      {"a duplicate", start},
      {"the quarantined event again", no_job},
      {"column lineage", run_event("COMPLETE", "r4", 6, "j4", table("a", rows),
                                   table("e", columns() + "," + rows), "select 4")},
      {"a namespace's owner", decision(Decision::Kind::kPutNamespace, "ns", "")},
      {"new code that reads less",
       run_event("COMPLETE", "r5", 8, "j1", table("z"), table("b"), "select 5")},
      {"a symlink that merges",
       run_event("COMPLETE", "r6", 9, "j5", R"({"namespace":"s3://lake","name":"b"})", table("f"),
                 "select 6")},
      {"and the name it merges with",
       run_event("COMPLETE", "r7", 10, "j1", table("z"), table("b", symlink()), "select 5")},
      {"a late event", run_event("COMPLETE", "r8", 0, "j1", table("old"), table("b"), "select 0")},
      {"a large event", run_event("COMPLETE", "r9", 11, "j6",
                                  table("f", facet("custom", "\"text\":\"" + noise(30000) + "\"")),
                                  table("g"), "select 7")},
      {"a dataset event", "{\"eventTime\":\"" + time_at(12) + "\",\"dataset\":" + table("g", rows) +
                              "," + kHead + "}"},
      {"a job event", "{\"eventTime\":\"" + time_at(13) +
                          R"(","job":{"namespace":"ns","name":"j7"},"inputs":[)" + table("g") +
                          "],\"outputs\":[]," + kHead + "}"},
      {"a deleted dataset", decision(Decision::Kind::kDeleteDataset, "ns", "d")},
      {"a deleted job", decision(Decision::Kind::kDeleteJob, "ns", "j6")},
      {"after the deletion",
       run_event("COMPLETE", "r10", 59, "j3", table("c"), table("d"), "select 3")},
      {"a tag on a dataset", people(model::DecisionKind::kTag, "g")},
      {"a tag on a column of no lineage", people(model::DecisionKind::kTag, "g", "x")},
      {"it is taken away again", people(model::DecisionKind::kUntag, "g", "x")},
      {"how the tag spreads", people(model::DecisionKind::kPutTag, "")},
      {"two datasets are one", people(model::DecisionKind::kJoin, "e")},
  };
}

}  // namespace

std::string table(const std::string& name, const std::string& facets) {
  return R"({"namespace":"ns","name":")" + name + "\",\"facets\":{" + facets + "}}";
}

std::string run_event(const std::string& type, const std::string& run, int minute,
                      const std::string& job, const std::string& inputs, const std::string& outputs,
                      const std::string& sql) {
  return "{\"eventType\":\"" + type + "\",\"eventTime\":\"" + time_at(minute) +
         "\",\"run\":{\"runId\":\"" + run + "\"},\"job\":{\"namespace\":\"ns\",\"name\":\"" + job +
         "\",\"facets\":{" + facet("sql", "\"query\":\"" + sql + "\"") + "}},\"inputs\":[" +
         inputs + "],\"outputs\":[" + outputs + "]," + kHead + "}";
}

const std::vector<Step>& steps() {
  static const std::vector<Step> made = make_steps();
  return made;
}

// The mix is what it says: without this, a fault test might quietly test less.
TEST(FaultSteps, ContainEveryKindOfWrite) {
  const TempDir directory;
  Harness harness(directory.path("data"));
  std::map<ingest::ReceiptStatus, int> seen;
  std::uint32_t retired = 0;
  for (const Step& step : steps()) {
    if (const auto* body = std::get_if<std::string>(&step.call)) {
      for (const auto& receipt : must(harness.try_send(*body)).events) {
        ++seen[receipt.status];
        retired += receipt.edges_retired;
      }
    } else {
      must(harness.decide(std::get<Decision>(step.call)));
    }
  }
  EXPECT_GE(seen[ingest::ReceiptStatus::kStored], 10);
  EXPECT_GE(seen[ingest::ReceiptStatus::kMerged], 2);
  EXPECT_EQ(seen[ingest::ReceiptStatus::kDuplicate], 2);
  EXPECT_EQ(seen[ingest::ReceiptStatus::kQuarantined], 2);
  EXPECT_GE(retired, 1u);
  auto reader = must(harness.store().reader());
  int merged = 0;
  EXPECT_TRUE(reader.scan_nodes({}, [&](const storage::NodeRow& node) {
    merged += node.merged_into ? 1 : 0;
    return true;
  }));
  EXPECT_GE(merged, 3) << "by a symlink, by a join, and a column of that";
  int decisions = 0;
  EXPECT_TRUE(reader.scan_decisions([&](const storage::DecisionRow&) { return ++decisions > 0; }));
  EXPECT_EQ(decisions, 5);
  EXPECT_FALSE(must(reader.deletions()).empty());
}

}  // namespace headwater::tests
