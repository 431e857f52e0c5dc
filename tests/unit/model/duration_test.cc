#include "model/duration.h"

#include <gtest/gtest.h>

namespace headwater::model {
namespace {

base::Micros read(std::string_view text) {
  const auto parsed = parse_duration(text);
  return parsed ? *parsed : -1;
}

std::string refusal(std::string_view text) {
  const auto parsed = parse_duration(text);
  return parsed ? "" : parsed.error().message;
}

TEST(Duration, ReadsEveryUnitOfFixedLength) {
  EXPECT_EQ(read("P2D"), 2 * kDay);
  EXPECT_EQ(read("PT6H"), 6 * kHour);
  EXPECT_EQ(read("P1W"), kWeek);
  EXPECT_EQ(read("P1DT12H"), kDay + 12 * kHour);
  EXPECT_EQ(read("P1W2DT3H4M5S"), kWeek + 2 * kDay + 3 * kHour + 4 * kMinute + 5'000'000);
  EXPECT_EQ(read("PT90M"), 90 * kMinute);
  EXPECT_EQ(read("PT0S"), 0);
}

TEST(Duration, RefusesYearsAndMonthsAndSaysWhy) {
  for (const char* text : {"P1Y", "P1M", "P1Y2D", "P2MT1H"}) {
    EXPECT_NE(refusal(text).find("years or months"), std::string::npos) << text;
  }
  EXPECT_EQ(refusal("PT1M"), "");
}

TEST(Duration, RefusesWhatIsNoDuration) {
  for (const char* text :
       {"", "P", "PT", "P1DT", "2D", "P2", "PD", "P-2D", "P2d", "P1.5D", "P1H", "PT1D", "P1D2W",
        "PT5M1H", "P1D1D", "PT1HT1M", "P2D ", "P 2D", "P99999999999999999999D"}) {
    EXPECT_NE(refusal(text).find("must be an ISO 8601 duration"), std::string::npos) << text;
  }
  EXPECT_NE(refusal("P999999999999999W").find("too long"), std::string::npos);
  EXPECT_NE(refusal("P106751991DT999999999H").find("too long"), std::string::npos);
}

TEST(Duration, WritesWhatItReads) {
  for (const char* text : {"P2D", "PT6H", "P1DT12H", "PT30M", "PT45S", "P14DT1M", "PT0S"}) {
    EXPECT_EQ(format_duration(read(text)), text);
  }
  EXPECT_EQ(format_duration(kWeek), "P7D");
  EXPECT_EQ(format_duration(1), "PT0S");
}

}  // namespace
}  // namespace headwater::model
