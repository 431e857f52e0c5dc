// What a run event says of partitions, as a whole: which facets count, and for what.
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "ingest/parse.h"
#include "tests/unit/ingest/event_text.h"

namespace headwater::ingest {
namespace {

using model::ReportedSubset;
using tests::RunEvent;

const std::string kHead = R"("_producer":"https://p","_schemaURL":"https://s")";

std::string subset(bool output, const std::string& condition) {
  return R"("subset":{)" + kHead + (output ? R"(,"outputCondition":)" : R"(,"inputCondition":)") +
         condition + "}";
}
std::string days(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& day : list) {
    out += out.empty() ? "" : ",";
    out += R"({"dimensions":{"date":")" + day + "\"}}";
  }
  return R"({"type":"partition","partitions":[)" + out + "]}";
}
std::string own(const std::string& partitions) {
  return R"("headwater_partitions":{)" + kHead + R"(,"partitions":[)" + partitions + "]}";
}
std::string input(const std::string& name, const std::string& facets) {
  return tests::dataset(name, "", ",\"inputFacets\":{" + facets + "}");
}
std::string output(const std::string& name, const std::string& facets,
                   const std::string& dataset_facets = "") {
  return tests::dataset(name, dataset_facets, ",\"outputFacets\":{" + facets + "}");
}

model::Event parsed(const RunEvent& event) {
  ParsedEvent parsed = parse_event(event.json(), ParseLimits());
  EXPECT_TRUE(std::holds_alternative<model::Event>(parsed)) << event.json();
  return std::get<model::Event>(std::move(parsed));
}

const ReportedSubset* find(const model::Event& event, const std::string& name, bool output) {
  for (const ReportedSubset& s : event.subsets) {
    if (event.datasets[static_cast<std::size_t>(s.dataset)].name == name && s.output == output) {
      return &s;
    }
  }
  return nullptr;
}

std::vector<std::string> values(const ReportedSubset* subset) {
  std::vector<std::string> out;
  if (subset == nullptr) return {"none"};
  for (const model::PartitionBox& box : subset->boxes) {
    out.push_back(box.bounds.at(0).lower.value_or("?"));
  }
  return out;
}
using Texts = std::vector<std::string>;

TEST(SubsetFacets, AreThoseOfInputsAndOfOutputs) {
  RunEvent run;
  run.inputs = input("in", subset(false, days({"2026-10-01", "2026-10-02"})));
  run.outputs = output("out", subset(true, days({"2026-10-03"})));
  const model::Event event = parsed(run);
  ASSERT_EQ(event.subsets.size(), 2u);
  EXPECT_EQ(values(find(event, "in", false)), (Texts{"2026-10-01", "2026-10-02"}));
  EXPECT_EQ(values(find(event, "out", true)), Texts{"2026-10-03"});
  EXPECT_TRUE(event.warnings.empty());
}

TEST(SubsetFacets, AnOutputThatNoneCutsWasWrittenAsAWhole) {
  RunEvent run;
  run.inputs = tests::dataset("in");
  run.outputs = output("out", "", R"("version":{)" + kHead + R"(,"datasetVersion":"7"})");
  const model::Event event = parsed(run);
  ASSERT_EQ(event.subsets.size(), 1u) << "of an input nothing is said";
  EXPECT_TRUE(event.subsets[0].whole());
  EXPECT_EQ(event.subsets[0].data_version, "7");
}

TEST(SubsetFacets, AnOutputOfNoPartitionsWroteNothing) {
  RunEvent run;
  run.inputs = input("in", subset(false, days({})));
  run.outputs = output("out", subset(true, days({})));
  const model::Event event = parsed(run);
  EXPECT_EQ(find(event, "out", true), nullptr);
  ASSERT_NE(find(event, "in", false), nullptr) << "that it read nothing is said";
  EXPECT_TRUE(find(event, "in", false)->complete);
}

TEST(SubsetFacets, HeadwaterPartitionsCountBeforeTheSubset) {
  RunEvent run;
  run.outputs = output("out", subset(true, days({"2026-10-01"})) + "," +
                                  own(R"({"key":{"date":"2026-10-02"},"dataVersion":"v"})"));
  const model::Event event = parsed(run);
  ASSERT_EQ(values(find(event, "out", true)), Texts{"2026-10-02"});
  EXPECT_EQ(find(event, "out", true)->boxes[0].data_version, "v");
}

TEST(SubsetFacets, ADatasetThatIsNamedTwiceIsReadTwice) {
  RunEvent run;
  run.outputs = output("out", subset(true, days({"2026-10-01"}))) + "," +
                output("out", subset(true, days({"2026-10-02", "2026-10-01"})));
  const model::Event event = parsed(run);
  ASSERT_EQ(event.subsets.size(), 1u);
  EXPECT_EQ(values(find(event, "out", true)), (Texts{"2026-10-01", "2026-10-02"}));
}

TEST(SubsetFacets, ADatasetThatIsReadAndWrittenHasBoth) {
  RunEvent run;
  run.inputs = input("t", subset(false, days({"2026-10-01"})));
  run.outputs = output("t", subset(true, days({"2026-10-02"})));
  const model::Event event = parsed(run);
  EXPECT_EQ(values(find(event, "t", false)), Texts{"2026-10-01"});
  EXPECT_EQ(values(find(event, "t", true)), Texts{"2026-10-02"});
}

TEST(SubsetFacets, OneThatCannotBeReadLeavesTheSubsetOpen) {
  RunEvent run;
  run.inputs = input("in", R"("subset":7)");
  run.outputs = output("out", subset(true, R"({"type":"location","locations":["s3://b/t"]})"));
  const model::Event event = parsed(run);
  const ReportedSubset* const in = find(event, "in", false);
  const ReportedSubset* const out = find(event, "out", true);
  ASSERT_TRUE(in != nullptr && out != nullptr);
  EXPECT_FALSE(in->complete);
  EXPECT_FALSE(out->complete);
  EXPECT_FALSE(out->whole()) << "not all of it, but who knows what";
  EXPECT_TRUE(in->boxes.empty() && out->boxes.empty());
  EXPECT_EQ(event.warnings.size(), 2u);
}

TEST(SubsetFacets, TheConditionOfTheOtherSideDoesNotCount) {
  RunEvent run;
  run.outputs = output("out", subset(false, days({"2026-10-01"})));
  const model::Event event = parsed(run);
  const ReportedSubset* const out = find(event, "out", true);
  ASSERT_NE(out, nullptr);
  EXPECT_TRUE(out->boxes.empty());
  EXPECT_FALSE(out->complete);
  EXPECT_FALSE(event.warnings.empty());
}

TEST(SubsetFacets, OnlyRunEventsCount) {
  const std::string job = "{" + tests::base_members() +
                          R"(,"job":{"namespace":"n","name":"j"},"outputs":[)" +
                          output("out", subset(true, days({"2026-10-01"}))) + "]}";
  ParsedEvent parsed = parse_event(job, ParseLimits());
  ASSERT_TRUE(std::holds_alternative<model::Event>(parsed));
  EXPECT_TRUE(std::get<model::Event>(parsed).subsets.empty());
}

TEST(SubsetFacets, AFacetThatIsDeletedSaysNothing) {
  RunEvent run;
  run.inputs = input("in", R"("subset":{)" + kHead + R"(,"_deleted":true})");
  EXPECT_TRUE(parsed(run).subsets.empty());
}

}  // namespace
}  // namespace headwater::ingest
