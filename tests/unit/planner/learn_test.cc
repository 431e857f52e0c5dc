#include "planner/learn.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "model/json.h"
#include "tests/support/harness.h"

namespace headwater::planner {
namespace {

using base::ErrorCode;
using model::DimensionBounds;
using model::PartitionBox;
using tests::must;

PartitionBox box(const std::vector<std::pair<std::string, std::string>>& values) {
  PartitionBox out;
  for (const auto& [name, value] : values) out.bounds.push_back({name, value, value});
  return out;
}

// "date:day region:static", or "none".
std::string learned(const std::vector<std::pair<std::string, std::string>>& values) {
  const auto json = learned_space(box(values));
  if (!json) return "none";
  EXPECT_TRUE(Space::parse(*json, nullptr)) << *json;
  std::string out;
  model::JsonValue(*json).get("dimensions").elements([&](const model::JsonValue& dimension) {
    out += out.empty() ? "" : " ";
    out += *dimension.get("name").string() + ":";
    out += dimension.get("granularity").string().value_or(*dimension.get("kind").string());
  });
  return out;
}

TEST(LearnedSpace, TakesTimeForWhatItLooksLike) {
  EXPECT_EQ(learned({{"date", "2026-10-01"}}), "date:day");
  EXPECT_EQ(learned({{"date", "20261001"}}), "date:day");
  EXPECT_EQ(learned({{"hour", "2026-10-01T05"}}), "hour:hour");
  EXPECT_EQ(learned({{"hour", "2026100105"}}), "hour:hour");
  EXPECT_EQ(learned({{"w", "2026-W40"}}), "w:week");
  EXPECT_EQ(learned({{"m", "2026-10"}}), "m:month");
  EXPECT_EQ(learned({{"", "2026-10-01"}}), "partition:day") << "a dimension without a name";
}

TEST(LearnedSpace, TakesTheRestForStaticKeys) {
  EXPECT_EQ(learned({{"region", "eu"}}), "region:static");
  EXPECT_EQ(learned({{"bucket", "7"}}), "bucket:static");
  EXPECT_EQ(learned({{"n", "202610"}}), "n:static") << "a number may be anything";
  EXPECT_EQ(learned({{"n", "99999999"}}), "n:static") << "no date";
  EXPECT_EQ(learned({{"date", "2026-10-01"}, {"region", "eu"}}), "date:day region:static");
  EXPECT_EQ(learned({{"date", "2026-10-01"}, {"loaded", "2026-10-02"}}), "date:day loaded:static")
      << "one dimension of time";
}

TEST(LearnedSpace, NeedsValues) {
  EXPECT_EQ(learned({}), "none");
  PartitionBox open;
  open.bounds.push_back({"date", {}, {}});
  EXPECT_FALSE(learned_space(open));
  open.bounds[0].lower = "2026-10-01";
  EXPECT_TRUE(learned_space(open)) << "one end is enough to see what it is";
}

Space product() {
  return must(Space::parse(R"({"dimensions":[{"name":"date","kind":"time","granularity":"day"},)"
                           R"({"name":"region","kind":"static","keys":["eu"]}]})",
                           nullptr));
}

TEST(PlacesOf, AValueIsAPartitionAndNumbersWhatIsNew) {
  Space space = product();
  const auto first = must(places_of(box({{"date", "1970-01-02"}, {"region", "eu"}}), space));
  EXPECT_EQ(first, (std::vector<Span>{{0, 1, 1}}));
  const auto fresh = must(places_of(box({{"date", "1970-01-02"}, {"region", "us"}}), space));
  EXPECT_EQ(fresh, (std::vector<Span>{{1, 1, 1}}));
  EXPECT_EQ(space.lane_count(), 2u);
}

PartitionBox interval(const std::string& lower, const std::string& upper,
                      const std::string& region = "eu") {
  PartitionBox out = box({{"date", lower}, {"region", region}});
  out.bounds[0].upper = upper;
  return out;
}

TEST(PlacesOf, AnIntervalHasTheEndsThatAreSaid) {
  Space space = product();
  PartitionBox days = interval("1970-01-02", "1970-01-05");
  EXPECT_EQ(must(places_of(days, space)), (std::vector<Span>{{0, 1, 4}}));
  days.bounds[0].upper_included = false;
  EXPECT_EQ(must(places_of(days, space)), (std::vector<Span>{{0, 1, 3}}));
  days.bounds[0].lower_included = false;
  EXPECT_EQ(must(places_of(days, space)), (std::vector<Span>{{0, 2, 3}}));
}

TEST(PlacesOf, AnIntervalOfNothingNumbersNothing) {
  Space space = product();
  PartitionBox days = interval("1970-01-02", "1970-01-03", "us");
  days.bounds[0].lower_included = days.bounds[0].upper_included = false;
  EXPECT_TRUE(must(places_of(days, space)).empty());
  EXPECT_EQ(space.lane_count(), 1u);
  days.bounds[0].lower_included = true;
  EXPECT_EQ(must(places_of(days, space)), (std::vector<Span>{{1, 1, 1}}));
  EXPECT_EQ(space.lane_count(), 2u);
}

TEST(PlacesOf, AFailureLeavesTheSpaceAsItWas) {
  Space space = product();
  const auto error = [&](const PartitionBox& of) {
    const auto found = places_of(of, space);
    EXPECT_FALSE(found);
    EXPECT_EQ(space.lane_count(), 1u);
    return found ? ErrorCode::kInternal : found.error().code;
  };
  EXPECT_EQ(error(interval("1970-01-02", "tomorrow", "us")), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error(interval("1970-01-02", "9999-01-01", "us")), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error(box({{"date", "1970-01-02"}})), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error(box({{"date", "1970-W01"}, {"region", "us"}})), ErrorCode::kInvalidArgument);
  PartitionBox open = interval("1970-01-02", "1970-01-03", "us");
  open.bounds[0].upper.reset();
  EXPECT_EQ(error(open), ErrorCode::kInvalidArgument) << "without an end";
  PartitionBox regions = box({{"date", "1970-01-02"}, {"region", "eu"}});
  regions.bounds[1].upper = "us";
  EXPECT_EQ(error(regions), ErrorCode::kInvalidArgument) << "an interval of static keys";
}

TEST(PlacesOf, LimitsHaveAName) {
  Space numbers = must(Space::parse(R"({"dimensions":[{"name":"b","kind":"integer"}]})", nullptr));
  PartitionBox many = box({{"b", "0"}});
  many.bounds[0].upper = std::to_string(kMaxReported - 1);
  EXPECT_EQ(must(places_of(many, numbers)), (std::vector<Span>{{0, 0, kMaxReported - 1}}));
  many.bounds[0].upper = std::to_string(kMaxReported);
  const auto beyond = places_of(many, numbers);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::kLimitExceeded);
}

Space time_space(const std::string& granularity) {
  return must(Space::parse(
      R"({"dimensions":[{"name":"t","kind":"time","granularity":")" + granularity + "\"}]}",
      nullptr));
}

// "window -1 0", or "none".
std::string suggestion(const std::vector<Span>& inputs, const Space& up,
                       const std::vector<Span>& outputs, const Space& down) {
  const auto mapping = suggested(inputs, up, outputs, down);
  if (!mapping) return "none";
  std::string out(to_string(mapping->kind));
  if (mapping->kind != MappingKind::kIdentity) {
    out += " " + std::to_string(mapping->from) + " " + std::to_string(mapping->to);
  }
  return out;
}

TEST(Suggested, DaysOfDays) {
  const Space days = time_space("day");
  EXPECT_EQ(suggestion({{0, 10, 10}}, days, {{0, 10, 10}}, days), "identity");
  EXPECT_EQ(suggestion({{0, 4, 10}}, days, {{0, 10, 10}}, days), "window -6 0");
  EXPECT_EQ(suggestion({{0, 4, 12}}, days, {{0, 10, 12}}, days), "window -6 0")
      << "three days in one run";
  EXPECT_EQ(suggestion({{0, 9, 9}}, days, {{0, 10, 10}}, days), "window -1 -1");
  EXPECT_EQ(suggestion({{0, 10, 10}}, days, {{0, 10, 12}}, days), "none") << "less than it wrote";
  EXPECT_EQ(suggestion({{0, 8, 8}, {0, 10, 10}}, days, {{0, 10, 10}}, days), "none")
      << "no interval";
  EXPECT_EQ(suggestion({}, days, {{0, 10, 10}}, days), "none");
}

TEST(Suggested, FinerAndCoarserTime) {
  const Space hours = time_space("hour"), days = time_space("day");
  EXPECT_EQ(suggestion({{0, 240, 263}}, hours, {{0, 10, 10}}, days), "rollup 0 0");
  EXPECT_EQ(suggestion({{0, 238, 263}}, hours, {{0, 10, 10}}, days), "rollup -2 0");
  EXPECT_EQ(suggestion({{0, 10, 10}}, days, {{0, 245, 245}}, hours), "fan_out 0 0");
  EXPECT_EQ(suggestion({{0, 9, 10}}, days, {{0, 245, 245}}, hours), "fan_out -1 0");
}

TEST(Suggested, OtherIndexes) {
  const Space keys = must(
      Space::parse(R"({"dimensions":[{"name":"r","kind":"static","keys":["a","b"]}]})", nullptr));
  EXPECT_EQ(suggestion({{0, 1, 1}}, keys, {{0, 1, 1}}, keys), "identity");
  EXPECT_EQ(suggestion({{0, 0, 0}}, keys, {{0, 1, 1}}, keys), "none");
  EXPECT_EQ(suggestion({{0, 1, 1}}, keys, {{0, 1, 1}}, time_space("day")), "none");
}

TEST(Agrees, IsExactly) {
  const Space days = time_space("day");
  Mapping week;
  week.kind = MappingKind::kWindow;
  week.from = -6;
  const Reads reads = must(Reads::create(week, days, days));
  EXPECT_TRUE(agrees(reads, 1, {{0, 4, 10}}, {{0, 10, 10}}));
  EXPECT_TRUE(agrees(reads, 1, {{0, 4, 11}}, {{0, 10, 11}}));
  EXPECT_TRUE(agrees(reads, 1, {{0, 4, 10}, {0, 94, 100}}, {{0, 10, 10}, {0, 100, 100}}));
  EXPECT_FALSE(agrees(reads, 1, {{0, 5, 10}}, {{0, 10, 10}})) << "less";
  EXPECT_FALSE(agrees(reads, 1, {{0, 3, 10}}, {{0, 10, 10}})) << "more";
  EXPECT_FALSE(agrees(reads, 1, {}, {{0, 10, 10}}));
  Mapping all;
  all.kind = MappingKind::kAll;
  EXPECT_FALSE(agrees(must(Reads::create(all, days, days)), 1, {{0, 4, 10}}, {{0, 10, 10}}))
      << "no run shows it";
}

TEST(Joined, SortsAndJoins) {
  EXPECT_EQ(joined({{1, 5, 6}, {0, 3, 4}, {0, 5, 5}, {0, 8, 9}, {0, 1, 9}}),
            (std::vector<Span>{{0, 1, 9}, {1, 5, 6}}));
  EXPECT_TRUE(joined({}).empty());
}

}  // namespace
}  // namespace headwater::planner
