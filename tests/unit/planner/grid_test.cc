// Labels of heat maps.

#include "planner/grid.h"

#include <gtest/gtest.h>

namespace headwater::planner {
namespace {

Space space_of(const std::string& dimension) {
  auto space = Space::parse(R"({"dimensions":[)" + dimension + "]}", nullptr);
  EXPECT_TRUE(space) << space.error().message;
  return *std::move(space);
}
Space time_of(const std::string& granularity, const std::string& zone = "UTC") {
  return space_of(R"({"name":"t","kind":"time","granularity":")" + granularity + R"(","zone":")" +
                  zone + "\"}");
}
std::int64_t index_of(const Space& space, const std::string& key) {
  return space.parse_text("t=" + key)->index;
}
std::string text_of(const std::vector<GridTick>& ticks) {
  std::string out;
  for (const GridTick& tick : ticks) {
    out += (out.empty() ? "" : " ") + std::to_string(tick.offset) + ":" + tick.label;
  }
  return out;
}
std::string ticks_between(const Space& space, const std::string& first, const std::string& last) {
  return text_of(ticks_of(space, index_of(space, first), index_of(space, last)));
}

TEST(GridTicks, ATimeIsCutWhereItsCalendarIs) {
  const Space days = time_of("day");
  EXPECT_EQ(ticks_between(days, "2026-10-01", "2026-10-03"),
            "0:2026-10-01 1:2026-10-02 2:2026-10-03");
  EXPECT_EQ(ticks_between(days, "2026-09-15", "2026-12-31"), "16:2026-10 47:2026-11 77:2026-12");
  EXPECT_EQ(ticks_between(days, "2026-10-01", "2026-10-31"),
            "4:2026-10-05 11:2026-10-12 18:2026-10-19 25:2026-10-26");
  EXPECT_EQ(ticks_between(days, "2024-01-01", "2026-12-31"),
            "0:2024-01 91:2024-04 182:2024-07 274:2024-10 366:2025-01 456:2025-04 547:2025-07 "
            "639:2025-10 731:2026-01 821:2026-04 912:2026-07 1004:2026-10");
  EXPECT_EQ(ticks_between(days, "2020-01-01", "2026-12-31").substr(0, 15), "0:2020 366:2021");
  const Space months = time_of("month");
  EXPECT_EQ(ticks_between(months, "2026-01", "2026-03"), "0:2026-01 1:2026-02 2:2026-03");
}

TEST(GridTicks, DaysOfHoursFollowTheZone) {
  const Space hours = time_of("hour", "Europe/Berlin");
  // Clocks go back on the 25th: that day has 25 hours.
  EXPECT_EQ(ticks_between(hours, "2026-10-24T00", "2026-10-26T05"),
            "0:2026-10-24 24:2026-10-25 49:2026-10-26");
}

TEST(GridTicks, IntegersAndKeysAreFew) {
  const Space buckets = space_of(R"({"name":"t","kind":"integer","start":0,"end":64})");
  EXPECT_EQ(text_of(ticks_of(buckets, 3, 63)), "7:10 17:20 27:30 37:40 47:50 57:60");
  const Space keys = space_of(R"({"name":"t","kind":"static","keys":["eu","us"]})");
  EXPECT_EQ(text_of(ticks_of(keys, 0, 1)), "0:eu 1:us");
  EXPECT_EQ(text_of(ticks_of(Space(), 0, 0)), "");
}

TEST(SpaceBounds, TheIndexAloneIsEnough) {
  auto space = Space::parse(R"({"dimensions":[
      {"name":"date","kind":"time","granularity":"day","start":"2026-10-01"},
      {"name":"region","kind":"static","keys":["eu","u,s"]}]})",
                            nullptr);
  ASSERT_TRUE(space);
  const auto alone = space->parse_bound("date=2026-10-02");
  ASSERT_TRUE(alone) << alone.error().message;
  EXPECT_FALSE(alone->lane);
  const auto whole = space->parse_bound("region=u%2Cs,date=2026-10-02");
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->lane, 1u);
  EXPECT_EQ(whole->index, alone->index);
  EXPECT_EQ(space->index_text(whole->index), "date=2026-10-02");
  EXPECT_EQ(space->lane_text(1), "region=u%2Cs");
  EXPECT_FALSE(space->parse_bound("region=eu")) << "a lane is no end of a range";
  EXPECT_FALSE(space->parse_bound("2026-10-02"));
  EXPECT_FALSE(space->parse_bound("date=soon"));
  EXPECT_EQ(Space().index_text(0), "");
  EXPECT_EQ(Space().parse_bound("")->index, 0);
}

}  // namespace
}  // namespace headwater::planner
