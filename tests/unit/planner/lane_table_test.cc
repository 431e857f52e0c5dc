#include "planner/lane_table.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "planner/learn.h"

namespace headwater::planner {
namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

Space space(const std::string& dimensions) {
  auto made = Space::parse(R"({"dimensions":[)" + dimensions + "]}", nullptr);
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  return made ? *std::move(made) : Space();
}

const std::string kDay = R"({"name":"day","kind":"time","granularity":"day"})";
const std::string kHour = R"({"name":"hour","kind":"time","granularity":"hour"})";

std::string keys(const std::string& name, const std::string& list) {
  return R"(,{"name":")" + name + R"(","kind":"static","keys":[)" + list + "]}";
}

// (upstream, downstream) as either side says.
Pairs pairs(const Space& upstream, const Space& downstream) {
  const auto table = LaneTable::create(upstream, downstream);
  Pairs out, back;
  for (std::uint32_t down = 0; down < downstream.lane_count(); ++down) {
    table->each_upstream(down, [&](std::uint32_t up) { out.emplace_back(up, down); });
  }
  for (std::uint32_t up = 0; up < upstream.lane_count(); ++up) {
    table->each_downstream(up, [&](std::uint32_t down) { back.emplace_back(up, down); });
  }
  std::sort(out.begin(), out.end());
  std::sort(back.begin(), back.end());
  EXPECT_EQ(out, back);
  return out;
}

TEST(LaneTable, OneLaneBelongsToTheOther) {
  EXPECT_EQ(pairs(space(kDay), space(kHour)), (Pairs{{0, 0}}));
}

TEST(LaneTable, EqualKeysInEqualOrderKeepTheirNumbers) {
  const std::string stations = keys("station", R"("a","b")");
  EXPECT_EQ(pairs(space(kHour + stations), space(kDay + stations)), (Pairs{{0, 0}, {1, 1}}));
}

TEST(LaneTable, KeysAreMatchedByTheirTextNotByTheirNumber) {
  EXPECT_EQ(pairs(space(kDay + keys("station", R"("a","b","c")")),
                  space(kDay + keys("station", R"("c","a")"))),
            (Pairs{{0, 1}, {2, 0}}));
}

TEST(LaneTable, ADimensionOfOneSideRestrictsNothing) {
  const Space both = space(kDay + keys("station", R"("a","b")") + keys("unit", R"("x","y")"));
  const Space one = space(kDay + keys("unit", R"("y","x")"));
  EXPECT_EQ(pairs(both, one), (Pairs{{0, 1}, {1, 0}, {2, 1}, {3, 0}}));
  EXPECT_EQ(pairs(one, both), (Pairs{{0, 1}, {0, 3}, {1, 0}, {1, 2}}));
  EXPECT_EQ(pairs(both, space(kDay)), (Pairs{{0, 0}, {1, 0}, {2, 0}, {3, 0}}));
}

TEST(LaneTable, DimensionsWithoutACommonNameAllBelongTogether) {
  EXPECT_EQ(
      pairs(space(kDay + keys("station", R"("a","b")")), space(kDay + keys("region", R"("r")"))),
      (Pairs{{0, 0}, {1, 0}}));
}

TEST(LaneTable, IntegersAreMatchedByTheirValue) {
  const auto bucket = [](int start) {
    return R"(,{"name":"bucket","kind":"integer","start":)" + std::to_string(start) + R"(,"end":)" +
           std::to_string(start + 2) + "}";
  };
  EXPECT_EQ(pairs(space(kDay + bucket(0)), space(kDay + bucket(1))), (Pairs{{1, 0}}));
}

// ---- what runs suggest
// ---------------------------------------------------------------------------

TEST(Suggested, LanesThatAreReadAlikeAreMatched) {
  const Space up = space(kDay + keys("station", R"("a","b","c")"));
  const Space down = space(kDay + keys("station", R"("c","a","b")"));
  const auto mapping = suggested({{0, 8, 10}, {1, 8, 10}, {2, 8, 10}}, up,
                                 {{0, 10, 10}, {1, 10, 10}, {2, 10, 10}}, down);
  ASSERT_TRUE(mapping);
  EXPECT_EQ(mapping->kind, MappingKind::kWindow);
  EXPECT_EQ(mapping->lanes, LaneRule::kMatched);
  EXPECT_EQ(mapping->from, -2);
  EXPECT_EQ(mapping->to, 0);
}

TEST(Suggested, OneLaneOfManyIsMatched) {
  const Space up = space(kDay + keys("station", R"("a","b")"));
  const auto mapping = suggested({{1, 10, 10}}, up, {{1, 10, 10}}, up);
  ASSERT_TRUE(mapping);
  EXPECT_EQ(mapping->kind, MappingKind::kIdentity);
  EXPECT_EQ(mapping->lanes, LaneRule::kMatched);
}

TEST(Suggested, ALaneThatReadsAllOthersIsOfAll) {
  const Space up = space(kDay + keys("station", R"("a","b")"));
  const auto mapping = suggested({{0, 10, 10}, {1, 10, 10}}, up, {{0, 10, 10}}, up);
  ASSERT_TRUE(mapping);
  EXPECT_EQ(mapping->lanes, LaneRule::kAll);
}

TEST(Suggested, LanesThatAreReadDifferentlySuggestNothing) {
  const Space up = space(kDay + keys("station", R"("a","b")"));
  EXPECT_FALSE(suggested({{0, 9, 10}, {1, 10, 10}}, up, {{0, 10, 10}, {1, 10, 10}}, up));
  EXPECT_FALSE(suggested({{0, 10, 10}}, up, {{1, 10, 10}}, up));
}

}  // namespace
}  // namespace headwater::planner
