#include "model/time.h"

#include <gtest/gtest.h>

#include <string>

namespace headwater::model {
namespace {

constexpr base::Micros kSecond = 1'000'000;
constexpr base::Micros kNoon = 1'767'268'800 * kSecond;  // 2026-01-01T12:00:00Z

base::Micros micros(std::string_view text) {
  const auto time = parse_time(text);
  EXPECT_TRUE(time) << text;
  return time ? time->micros : -1;
}

TEST(ParseTime, ReadsEveryFormThatEmittersWrite) {
  for (const char* text :
       {"2026-01-01T12:00:00Z", "2026-01-01t12:00:00z", "2026-01-01 12:00:00Z", "2026-01-01T12:00Z",
        "2026-01-01T14:00:00+02:00", "2026-01-01T14:00:00+0200", "2026-01-01T14:00:00+02",
        "2026-01-01T06:30:00-05:30", "2026-01-01T12:00:00.Z0",
        "2026-01-01T13:00:00+01:00[Europe/Berlin]", "2026-01-01T12:00:00.000000000Z"}) {
    if (std::string_view(text).ends_with("Z0")) {
      EXPECT_FALSE(parse_time(text)) << text;
      continue;
    }
    EXPECT_EQ(micros(text), kNoon) << text;
    EXPECT_TRUE(parse_time(text)->had_zone) << text;
  }
}

TEST(ParseTime, ReadsNoZoneAsUtcAndSaysSo) {
  EXPECT_EQ(micros("2026-01-01T12:00:00"), kNoon);
  EXPECT_FALSE(parse_time("2026-01-01T12:00:00")->had_zone);
  EXPECT_EQ(micros("2026-01-01"), kNoon - 43'200 * kSecond);
  EXPECT_FALSE(parse_time("2026-01-01")->had_zone);
}

TEST(ParseTime, KeepsSixOfUpToNineFractionDigits) {
  const char* digits = "123456789";
  base::Micros expected = 0;
  for (int n = 1; n <= 9; ++n) {
    const std::string fraction(digits, static_cast<std::size_t>(n));
    base::Micros unit = 1;
    for (int i = n; i < 6; ++i) unit *= 10;
    expected = n <= 6 ? std::stoll(fraction) * unit : 123'456;
    EXPECT_EQ(micros("2026-01-01T12:00:00." + fraction + "Z"), kNoon + expected) << fraction;
  }
  EXPECT_FALSE(parse_time("2026-01-01T12:00:00.1234567890Z"));
  EXPECT_FALSE(parse_time("2026-01-01T12:00:00.Z"));
}

TEST(ParseTime, KnowsTheCalendar) {
  EXPECT_TRUE(parse_time("2024-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_time("2023-02-29T00:00:00Z"));
  EXPECT_TRUE(parse_time("2000-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_time("1900-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_time("2026-04-31T00:00:00Z"));
  EXPECT_FALSE(parse_time("2026-13-01T00:00:00Z"));
  EXPECT_FALSE(parse_time("0000-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_time("2026-01-01T24:00:00Z"));
  EXPECT_FALSE(parse_time("2026-01-01T23:60:00Z"));
  EXPECT_FALSE(parse_time("2026-01-01T23:59:61Z"));
  EXPECT_EQ(micros("2016-12-31T23:59:60Z"), micros("2017-01-01T00:00:00Z"));
}

TEST(ParseTime, RefusesWhatIsNoMoment) {
  for (const char* text : {"", "now", "1767268800", "2026-1-1T00:00:00Z", "2026-01-01T",
                           "2026-01-01Z", "2026-01-01T12:00:00ZZ", "2026-01-01T12:00:00 UTC",
                           "+2026-01-01", "2026-01-01T12:00:00+2:00", "2026-01-01T12:00:00+02:0",
                           "2026-01-01T12:00:00[Europe/Berlin]", " 2026-01-01T12:00:00Z"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(FormatTime, IsReadBackExactly) {
  for (const char* text :
       {"0001-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00.000000Z",
        "2026-02-28T23:59:59.000001Z", "9999-12-31T23:59:59.999999Z"}) {
    EXPECT_EQ(format_time(micros(text)), text);
  }
  EXPECT_EQ(format_time(INT64_MAX), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_time(INT64_MIN), "0001-01-01T00:00:00.000000Z");
}

}  // namespace
}  // namespace headwater::model
