// What an event measures of its datasets.
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "ingest/parse.h"
#include "tests/unit/ingest/event_text.h"

namespace headwater::ingest {
namespace {

using model::Profile;
using model::ProfileRole;
using tests::RunEvent;

const std::string kHead = R"("_producer":"https://p","_schemaURL":"https://s")";

std::string facet(const std::string& name, const std::string& members) {
  return "\"" + name + "\":{" + kHead + "," + members + "}";
}

model::Event parsed(const std::string& text, const ParseLimits& limits = {}) {
  ParsedEvent parsed = parse_event(text, limits);
  EXPECT_TRUE(std::holds_alternative<model::Event>(parsed)) << text;
  return std::get<model::Event>(std::move(parsed));
}

const Profile* find(const model::Event& event, const std::string& name, ProfileRole role) {
  for (const Profile& p : event.profiles) {
    if (event.datasets[p.dataset].name == name && p.role == role) return &p;
  }
  return nullptr;
}

bool warned(const model::Event& event, const std::string& code) {
  for (const model::Warning& w : event.warnings) {
    if (w.code == code) return true;
  }
  return false;
}

const std::string kMetrics =
    facet("dataQualityMetrics",
          R"("rowCount":100,"bytes":5000,"fileCount":2,"lastUpdated":"2026-01-01T00:00:00Z",)"
          R"("columnMetrics":{"b":{"nullCount":3,"distinctCount":7,"sum":97.5,"count":97,"min":-1,)"
          R"("max":2.5,"quantiles":{"0.75":2,"0.25":1}},"a":{"nullCount":0}})");

TEST(ProfileFacets, StatisticsOfOutputsAndInputs) {
  RunEvent event;
  event.outputs = tests::dataset(
      "out", "",
      ",\"outputFacets\":{" +
          facet("outputStatistics", R"("rowCount":10,"size":200,"fileCount":3)") + "}");
  event.inputs = tests::dataset(
      "in", "", ",\"inputFacets\":{" + facet("inputStatistics", R"("size":9)") + "}");
  const model::Event got = parsed(event.json());
  const Profile* const out = find(got, "out", ProfileRole::kWritten);
  ASSERT_NE(out, nullptr);
  EXPECT_EQ(out->facets, model::kHasStatistics);
  EXPECT_EQ(out->volume, (model::Volume{10, 200, 3}));
  const Profile* const in = find(got, "in", ProfileRole::kRead);
  ASSERT_NE(in, nullptr);
  EXPECT_EQ(in->volume, (model::Volume{-1, 9, -1}));
}

TEST(ProfileFacets, MetricsAreOfTheMentionTheyStandAt) {
  RunEvent event;
  event.outputs = tests::dataset("out", kMetrics);
  event.inputs = tests::dataset("in", "", ",\"inputFacets\":{" + kMetrics + "}");
  const model::Event got = parsed(event.json());
  for (const Profile* p :
       {find(got, "out", ProfileRole::kWritten), find(got, "in", ProfileRole::kRead)}) {
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(p->facets, model::kHasMetrics);
    EXPECT_EQ(p->total, (model::Volume{100, 5000, 2}));
    EXPECT_EQ(p->updated, base::Micros{1'767'225'600'000'000});
    ASSERT_EQ(p->detail.columns.size(), 2u);
    EXPECT_EQ(p->detail.columns[0].name, "a");
    const model::ColumnProfile& b = p->detail.columns[1];
    EXPECT_EQ(b.nulls, 3);
    EXPECT_EQ(b.distinct, 7);
    EXPECT_EQ(b.sum, 97.5);
    EXPECT_EQ(b.min, -1);
    EXPECT_EQ(b.quantiles, (std::vector<std::pair<double, double>>{{0.25, 1}, {0.75, 2}}));
  }
  const model::Event of_dataset = parsed(tests::dataset_event("t", kMetrics));
  EXPECT_NE(find(of_dataset, "t", ProfileRole::kObserved), nullptr);
}

TEST(ProfileFacets, AssertionsKeepTheirOutcome) {
  RunEvent event;
  event.inputs = tests::dataset(
      "in", "",
      ",\"inputFacets\":{" +
          facet("dataQualityAssertions",
                R"("assertions":[{"assertion":"not_null","success":false,"column":"id",)"
                R"("severity":"error"},{"assertion":"row_count","success":true}])") +
          "}");
  const model::Event got = parsed(event.json());
  const Profile* const p = find(got, "in", ProfileRole::kRead);
  ASSERT_NE(p, nullptr);
  EXPECT_EQ(p->detail.assertions, (std::vector<model::Assertion>{{"not_null", "id", "error", false},
                                                                 {"row_count", "", "", true}}));
}

TEST(ProfileFacets, WhatIsNoCountIsSaidAndNotTaken) {
  RunEvent event;
  event.outputs = tests::dataset(
      "out", "",
      ",\"outputFacets\":{" +
          facet("outputStatistics", R"("rowCount":-5,"size":1.5,"fileCount":12.0)") + "}");
  const model::Event got = parsed(event.json());
  EXPECT_EQ(find(got, "out", ProfileRole::kWritten)->volume, (model::Volume{-1, -1, 12}));
  EXPECT_TRUE(warned(got, "bad_statistic"));
}

TEST(ProfileFacets, ColumnsBeyondTheLimitAreCountedInAWarning) {
  ParseLimits limits;
  limits.max_profile_columns = 1;
  RunEvent event;
  event.outputs = tests::dataset("out", kMetrics);
  const model::Event got = parsed(event.json(), limits);
  EXPECT_EQ(find(got, "out", ProfileRole::kWritten)->detail.columns.size(), 1u);
  EXPECT_TRUE(warned(got, "too_many_columns"));
}

TEST(ProfileFacets, AnEventThatMeasuresNothingHasNone) {
  RunEvent event;
  event.outputs = tests::dataset("out");
  event.inputs = tests::dataset("in");
  EXPECT_TRUE(parsed(event.json()).profiles.empty());
  // A facet at the wrong place means nothing.
  event.outputs = tests::dataset(
      "out", "", ",\"outputFacets\":{" + facet("inputStatistics", R"("size":9)") + "}");
  EXPECT_TRUE(parsed(event.json()).profiles.empty());
}

}  // namespace
}  // namespace headwater::ingest
