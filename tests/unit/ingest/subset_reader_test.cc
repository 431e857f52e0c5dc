#include "ingest/subset_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace headwater::ingest {
namespace {

using model::DimensionBounds;
using model::JsonValue;

struct Read {
  SubsetReader::Reading reading;
  std::vector<std::string> warnings;  // code and pointer

  // The boxes, one by one: "d[1,1]r(a,]".
  std::vector<std::string> boxes() const {
    std::vector<std::string> out;
    for (const model::PartitionBox& box : reading.boxes) {
      std::string text;
      for (const DimensionBounds& b : box.bounds) {
        text += b.dimension + (b.lower_included ? "[" : "(") + b.lower.value_or("") + "," +
                b.upper.value_or("") + (b.upper_included ? "]" : ")");
      }
      out.push_back(text);
    }
    return out;
  }
};
using Texts = std::vector<std::string>;

Read condition(const std::string& json, const ParseLimits& limits = {}) {
  Read out;
  SubsetReader reader(limits, [&](std::string code, std::string pointer, const std::string&) {
    out.warnings.push_back(code + " " + pointer);
  });
  reader.add_condition(JsonValue(json), "/c", out.reading);
  return out;
}

Read partitions(const std::string& json, const ParseLimits& limits = {}) {
  Read out;
  SubsetReader reader(limits, [&](std::string code, std::string pointer, const std::string&) {
    out.warnings.push_back(code + " " + pointer);
  });
  reader.add_partitions(JsonValue(json), "/p", out.reading);
  return out;
}

std::string compare(const std::string& field, const std::string& comparison,
                    const std::string& value) {
  return R"({"type":"compare","left":{"type":"field","field":")" + field + R"("},"comparison":")" +
         comparison + R"(","right":{"type":"literal","value":)" + value + "}}";
}
std::string both(const std::string& left, const std::string& name, const std::string& right) {
  return R"({"type":"binary","operator":")" + name + R"(","left":)" + left + R"(,"right":)" +
         right + "}";
}

// ---- partition ---------------------------------------------------------------------------------

TEST(SubsetReader, ReadsDimensionsInTheOrderOfTheirNames) {
  const Read read = condition(
      R"({"type":"partition","partitions":[
          {"identifier":"x","dimensions":{"region":"eu","date":"2026-10-01"}},
          {"dimensions":{"date":"2026-10-02","region":"us"}},
          {"dimensions":{"bucket":7,"is_test":true}}]})");
  EXPECT_EQ(read.boxes(),
            (Texts{"date[2026-10-01,2026-10-01]region[eu,eu]",
                   "date[2026-10-02,2026-10-02]region[us,us]", "bucket[7,7]is_test[true,true]"}));
  EXPECT_TRUE(read.reading.complete);
  EXPECT_TRUE(read.warnings.empty());
}

TEST(SubsetReader, WithoutDimensionsTheIdentifierSaysIt) {
  const Read read = condition(
      R"({"type":"partition","partitions":[{"identifier":"20261001"},
          {"identifier":"date=2026-10-01/hour=05","dimensions":{}},{"identifier":""}]})");
  EXPECT_EQ(read.boxes(), (Texts{"[20261001,20261001]", "date[2026-10-01,2026-10-01]hour[05,05]"}));
  EXPECT_FALSE(read.reading.complete) << "the third";
  EXPECT_EQ(read.warnings, Texts{"malformed_facet /c/partitions/2"});
}

TEST(SubsetReader, OfFaultsInAListTheFirstIsToldAndTheRestRead) {
  const Read read = condition(
      R"({"type":"partition","partitions":[{"dimensions":{"a":null}},{"dimensions":{"a":[1]}},7,
          {"dimensions":{"":"x"}},{"dimensions":{"a":"1"}}]})");
  EXPECT_EQ(read.boxes(), Texts{"a[1,1]"});
  EXPECT_FALSE(read.reading.complete);
  EXPECT_EQ(read.warnings, Texts{"malformed_facet /c/partitions/0"});
}

TEST(SubsetReader, PartitionsThatAreAlikeAreOne) {
  const Read read = condition(
      R"({"type":"partition","partitions":[{"dimensions":{"a":"1"}},{"dimensions":{"a":1}}]})");
  EXPECT_EQ(read.boxes(), Texts{"a[1,1]"});
  EXPECT_TRUE(read.reading.complete);
}

TEST(SubsetReader, NoPartitionsAreNothing) {
  const Read read = condition(R"({"type":"partition","partitions":[]})");
  EXPECT_TRUE(read.reading.nothing());
  EXPECT_TRUE(condition(R"({"type":"location","locations":[]})").reading.nothing());
  EXPECT_FALSE(condition(R"({"type":"partition"})").reading.nothing()) << "who knows";
}

// ---- location ----------------------------------------------------------------------------------

TEST(SubsetReader, ReadsPathsThatNamePartitions) {
  const Read read = condition(
      R"({"type":"location","locations":["s3://b/t/date=2026-10-01/a.parquet",
          "s3://b/t/date=2026-10-01/b.parquet","s3://b/t/date=2026-10-02/a.parquet"]})");
  EXPECT_EQ(read.boxes(), (Texts{"date[2026-10-01,2026-10-01]", "date[2026-10-02,2026-10-02]"}));
  EXPECT_TRUE(read.reading.complete);
}

TEST(SubsetReader, PathsThatNameNoneAreTold) {
  const Read read =
      condition(R"({"type":"location","locations":["s3://b/t",3,"s3://b/u",4,"s3://b/t/d=1"]})");
  EXPECT_EQ(read.boxes(), Texts{"d[1,1]"});
  EXPECT_FALSE(read.reading.complete);
  EXPECT_EQ(read.warnings,
            (Texts{"subset_not_read /c/locations/0", "malformed_facet /c/locations/1"}));
}

// ---- compare -----------------------------------------------------------------------------------

TEST(SubsetReader, ReadsComparisons) {
  EXPECT_EQ(condition(compare("d", "EQUAL", "\"3\"")).boxes(), Texts{"d[3,3]"});
  EXPECT_EQ(condition(compare("d", "GREATER_THAN", "3")).boxes(), Texts{"d(3,]"});
  EXPECT_EQ(condition(compare("d", "GREATER_EQUAL_THAN", "3")).boxes(), Texts{"d[3,]"});
  EXPECT_EQ(condition(compare("d", "LESS_THAN", "3")).boxes(), Texts{"d[,3)"});
  EXPECT_EQ(condition(compare("d", "less_equal_than", "3")).boxes(), Texts{"d[,3]"});
}

TEST(SubsetReader, TurnsAComparisonWhoseFieldStandsOnTheRight) {
  const auto turned = [](const std::string& comparison) {
    return condition(R"({"type":"compare","left":{"type":"literal","value":"3"},"comparison":")" +
                     comparison + R"(","right":{"type":"field","field":"d"}})")
        .boxes();
  };
  EXPECT_EQ(turned("LESS_THAN"), Texts{"d(3,]"}) << "3 < d";
  EXPECT_EQ(turned("GREATER_EQUAL_THAN"), Texts{"d[,3]"});
  EXPECT_EQ(turned("EQUAL"), Texts{"d[3,3]"});
}

TEST(SubsetReader, ComparisonsThatSayNothingOfOneFieldAreNotRead) {
  const Read fields = condition(
      R"({"type":"compare","left":{"type":"field","field":"a"},"comparison":"EQUAL",
          "right":{"type":"field","field":"b"}})");
  EXPECT_EQ(fields.warnings, Texts{"subset_not_read /c"});
  EXPECT_FALSE(fields.reading.complete);
  EXPECT_EQ(condition(compare("d", "LIKE", "\"3\"")).warnings,
            Texts{"malformed_facet /c/comparison"});
  EXPECT_EQ(condition(compare("d", "GREATER_LESS_THAN", "\"3\"")).warnings,
            Texts{"malformed_facet /c/comparison"});
  EXPECT_EQ(condition(compare("", "EQUAL", "\"3\"")).warnings, Texts{"malformed_facet /c/left"});
  EXPECT_EQ(condition(compare("d", "EQUAL", "{}")).warnings, Texts{"malformed_facet /c/right"});
}

// ---- binary ------------------------------------------------------------------------------------

TEST(SubsetReader, OrIsTheUnionAndAndTheIntersection) {
  const std::string from = compare("d", "GREATER_EQUAL_THAN", "\"2026-10-01\"");
  const std::string to = compare("d", "LESS_THAN", "\"2026-10-08\"");
  const std::string eu = compare("r", "EQUAL", "\"eu\""), us = compare("r", "EQUAL", "\"us\"");
  EXPECT_EQ(condition(both(from, "AND", to)).boxes(), Texts{"d[2026-10-01,2026-10-08)"});
  EXPECT_EQ(condition(both(eu, "or", us)).boxes(), (Texts{"r[eu,eu]", "r[us,us]"}));
  EXPECT_EQ(condition(both(both(from, "AND", to), "AND", both(eu, "OR", us))).boxes(),
            (Texts{"d[2026-10-01,2026-10-08)r[eu,eu]", "d[2026-10-01,2026-10-08)r[us,us]"}));
  const Read none = condition(both(eu, "AND", us));
  EXPECT_TRUE(none.reading.nothing()) << "no partition is in both";
}

TEST(SubsetReader, WhatIsNotReadOfOneSideMakesTheWholeIncomplete) {
  const std::string eu = compare("r", "EQUAL", "\"eu\"");
  const Read either = condition(both(eu, "OR", R"({"type":"x"})"));
  EXPECT_EQ(either.boxes(), Texts{"r[eu,eu]"});
  EXPECT_FALSE(either.reading.complete);
  EXPECT_EQ(either.warnings, Texts{"malformed_facet /c/right/type"});
  const Read common = condition(both(eu, "AND", R"({"type":"x"})"));
  EXPECT_TRUE(common.boxes().empty()) << "boxes hold no more than was said";
  EXPECT_FALSE(common.reading.complete);
  const Read nothing =
      condition(both(R"({"type":"partition","partitions":[]})", "AND", R"({"type":"x"})"));
  EXPECT_TRUE(nothing.reading.nothing()) << "whatever the other side is";
  EXPECT_EQ(condition(both(eu, "XOR", eu)).warnings, Texts{"malformed_facet /c/operator"});
  const Read guess = condition(
      both(compare("d", "EQUAL", "\"2026-10-01\""), "AND", compare("d", "EQUAL", "\"20261001\"")));
  EXPECT_EQ(guess.warnings, Texts{"subset_not_read /c"});
  EXPECT_FALSE(guess.reading.complete);
}

// ---- malformed, and limits ---------------------------------------------------------------------

TEST(SubsetReader, WhatIsNoConditionIsTold) {
  for (const char* json : {"null", "[]", "7", "\"x\""}) {
    const Read read = condition(json);
    EXPECT_EQ(read.warnings, Texts{"malformed_facet /c"}) << json;
    EXPECT_FALSE(read.reading.complete);
  }
  EXPECT_EQ(condition("{}").warnings, Texts{"malformed_facet /c/type"});
  EXPECT_EQ(condition(R"({"type":"partition","partitions":{}})").warnings,
            Texts{"malformed_facet /c/partitions"});
  EXPECT_EQ(condition(R"({"type":"location","locations":"x"})").warnings,
            Texts{"malformed_facet /c/locations"});
  EXPECT_EQ(condition(R"({"type":"binary","operator":"OR"})").warnings,
            (Texts{"malformed_facet /c/left", "malformed_facet /c/right"}));
}

TEST(SubsetReader, ConditionsNestAsDeepAsTheLimit) {
  ParseLimits limits;
  limits.max_subset_depth = 2;
  const std::string leaf = compare("a", "EQUAL", "1");
  EXPECT_TRUE(condition(both(both(leaf, "OR", leaf), "OR", leaf), limits).reading.complete);
  const Read deep = condition(both(both(both(leaf, "OR", leaf), "OR", leaf), "OR", leaf), limits);
  EXPECT_EQ(deep.warnings,
            (Texts{"subset_too_large /c/left/left/left", "subset_too_large /c/left/left/right"}));
  EXPECT_EQ(deep.boxes(), Texts{"a[1,1]"}) << "the others are read";
}

TEST(SubsetReader, BoxesBeyondTheLimitAreToldOnceAndNotUsed) {
  ParseLimits limits;
  limits.max_subset_boxes = 3;
  const Read read = condition(
      R"({"type":"partition","partitions":[{"dimensions":{"a":1}},{"dimensions":{"a":2}},
          {"dimensions":{"a":3}},{"dimensions":{"a":4}},{"dimensions":{"a":5}}]})",
      limits);
  EXPECT_EQ(read.boxes().size(), 3u);
  EXPECT_FALSE(read.reading.complete);
  EXPECT_EQ(read.warnings, Texts{"subset_too_large /c"});
}

TEST(SubsetReader, AnAndOfManyByManyEndsAtTheLimitOfItsWork) {
  ParseLimits limits;
  limits.max_subset_boxes = 50;
  std::string many;
  for (int i = 0; i < 40; ++i) {
    many += many.empty() ? "" : ",";
    many += R"({"dimensions":{"a":)" + std::to_string(i) + "}}";
  }
  const std::string list = R"({"type":"partition","partitions":[)" + many + "]}";
  const Read read = condition(both(list, "AND", list), limits);
  EXPECT_FALSE(read.reading.complete) << "1600 pairs are more than 8 times 50";
  EXPECT_LE(read.boxes().size(), 40u);
  EXPECT_EQ(read.warnings, Texts{"subset_too_large /c"});
}

TEST(SubsetReader, TextsThatAreTooLongAreNotUsed) {
  ParseLimits limits;
  limits.max_name_bytes = 10;
  const Read read = condition(
      R"({"type":"partition","partitions":[{"dimensions":{"a":"01234567890"}},
          {"dimensions":{"a":"0123456789"}},{"dimensions":{"a":"x\u0000"}}]})",
      limits);
  EXPECT_EQ(read.boxes(), Texts{"a[0123456789,0123456789]"});
  EXPECT_FALSE(read.reading.complete);
}

// ---- headwater_partitions ----------------------------------------------------------------------

TEST(HeadwaterPartitions, ReadsKeysVersionsAndSizes) {
  const Read read = partitions(
      R"([{"key":{"date":"2026-10-01","bucket":7},"dataVersion":"v1","rows":10,"bytes":0},
          {"key":{"date":"2026-10-02"},"rows":null}])");
  EXPECT_EQ(read.boxes(),
            (Texts{"bucket[7,7]date[2026-10-01,2026-10-01]", "date[2026-10-02,2026-10-02]"}));
  ASSERT_EQ(read.reading.boxes.size(), 2u);
  EXPECT_EQ(read.reading.boxes[0].data_version, "v1");
  EXPECT_EQ(read.reading.boxes[0].rows, 10);
  EXPECT_EQ(read.reading.boxes[0].size_bytes, 0);
  EXPECT_EQ(read.reading.boxes[1].data_version, "");
  EXPECT_EQ(read.reading.boxes[1].rows, std::nullopt);
  EXPECT_TRUE(read.warnings.empty());
  EXPECT_TRUE(read.reading.complete);
}

TEST(HeadwaterPartitions, AKeyNeedsPlainValues) {
  const Read read = partitions(
      R"([{"key":{}},{},7,{"key":{"a":1.5}},{"key":{"a":true}},{"key":{"":"x"}},{"key":{"a":1}}])");
  EXPECT_EQ(read.boxes(), Texts{"a[1,1]"});
  EXPECT_EQ(read.warnings, Texts{"malformed_facet /p/0/key"});
  EXPECT_FALSE(read.reading.complete);
}

TEST(HeadwaterPartitions, NumbersThatMakeNoSenseAreToldAndThePartitionKept) {
  const Read read = partitions(R"([{"key":{"a":1},"rows":-1,"bytes":1.5}])");
  EXPECT_EQ(read.boxes(), Texts{"a[1,1]"});
  EXPECT_TRUE(read.reading.complete) << "which partition it is was read";
  EXPECT_EQ(read.warnings, Texts{"malformed_facet /p/0/rows"});
  EXPECT_EQ(read.reading.boxes[0].rows, std::nullopt);
  EXPECT_EQ(read.reading.boxes[0].size_bytes, std::nullopt);
}

}  // namespace
}  // namespace headwater::ingest
