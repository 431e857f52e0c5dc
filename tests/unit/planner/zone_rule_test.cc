#include "planner/zone_rule.h"

#include <gtest/gtest.h>

#include "model/time.h"

namespace headwater::planner {
namespace {

// "2026-03-29T01:00:00 +7200, ..."
std::string changes(std::string_view rule, int year) {
  const auto parsed = parse_zone_rule(rule);
  if (!parsed) return "refused";
  std::string out;
  for (const ClockChange& change : clock_changes(*parsed, year, year)) {
    out += model::format_time(change.at_s * 1'000'000).substr(0, 19) + " " +
           std::to_string(change.offset_s) + ";";
  }
  return out;
}

TEST(ZoneRule, FindsTheLastWeekdayOfAMonth) {
  EXPECT_EQ(changes("CET-1CEST,M3.5.0,M10.5.0/3", 2050),
            "2050-03-27T01:00:00 7200;2050-10-30T01:00:00 3600;");
}

TEST(ZoneRule, FindsTheNthWeekdayOfAMonth) {
  EXPECT_EQ(changes("EST5EDT,M3.2.0,M11.1.0", 2026),
            "2026-03-08T07:00:00 -14400;2026-11-01T06:00:00 -18000;");
}

TEST(ZoneRule, PutsTheSummerOfTheSouthAcrossTheYear) {
  EXPECT_EQ(changes("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2026),
            "2026-04-04T15:00:00 37800;2026-10-03T15:30:00 39600;");
}

TEST(ZoneRule, CountsHoursBeforeAndAfterTheDay) {
  EXPECT_EQ(changes("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026),
            "2026-03-29T01:00:00 -3600;2026-10-25T01:00:00 -7200;");
  EXPECT_EQ(changes("EET-2EEST,M3.4.4/50,M10.4.4/50", 2026),
            "2026-03-28T00:00:00 10800;2026-10-23T23:00:00 7200;");
}

TEST(ZoneRule, CountsDaysOfTheYearWithAndWithoutLeapDays) {
  EXPECT_EQ(changes("A0B,J60/0,J365/0", 2024), "2024-03-01T00:00:00 3600;2024-12-30T23:00:00 0;");
  EXPECT_EQ(changes("A0B,J59/0,J60/0", 2023), "2023-02-28T00:00:00 3600;2023-02-28T23:00:00 0;");
  EXPECT_EQ(changes("A0B,59/0,0/1", 2024), "2024-01-01T00:00:00 0;2024-02-29T00:00:00 3600;");
}

TEST(ZoneRule, EndsASummerBeforeTheNextBeginsAtTheSameInstant) {
  const auto rule = parse_zone_rule("XXX3EDT4,0/0,J365/23");
  ASSERT_TRUE(rule);
  const auto all = clock_changes(*rule, 2025, 2026);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[1].at_s, all[2].at_s);
  EXPECT_EQ(all[1].offset_s, -3 * 3600);
  EXPECT_EQ(all[2].offset_s, -4 * 3600);
}

TEST(ZoneRule, KnowsZonesWithoutSummerTime) {
  EXPECT_EQ(changes("UTC0", 2026), "");
  ASSERT_TRUE(parse_zone_rule("<+0545>-5:45"));
  EXPECT_EQ(parse_zone_rule("<+0545>-5:45")->offset_s, 5 * 3600 + 45 * 60);
  EXPECT_EQ(parse_zone_rule("AAA1:02:03")->offset_s, -3723);
}

TEST(ZoneRule, RefusesWhatIsNoRule) {
  for (const char* text : {"",
                           "CET",
                           "-1",
                           "<+01-1",
                           "CET-1CEST",
                           "CET-1CEST,",
                           "CET-1CEST,M3.5.0",
                           "CET-1CEST,M3.5.0,",
                           "CET-1CEST,M13.5.0,M10.5.0",
                           "CET-1CEST,M3.6.0,M10.5.0",
                           "CET-1CEST,M3.5.7,M10.5.0",
                           "CET-1CEST,M3.5,M10.5.0",
                           "CET-1CEST,J0,J1",
                           "CET-1CEST,366,1",
                           "CET-1CEST,M3.5.0/,M10.5.0",
                           "CET-1CEST,M3.5.0,M10.5.0x",
                           "CET-168",
                           "CET-1:60",
                           "CET-1CEST-M3.5.0,M10.5.0",
                           "CET--1"}) {
    EXPECT_FALSE(parse_zone_rule(text)) << text;
  }
}

}  // namespace
}  // namespace headwater::planner
