#include "planner/calendar.h"

#include <date/tz.h>
#include <gtest/gtest.h>

#include <random>

#include "model/duration.h"
#include "model/time.h"

namespace headwater::planner {
namespace {

using base::Micros;
using model::kDay;
using model::kHour;
using model::kMinute;

Calendar calendar(Granularity granularity, std::string_view zone) {
  auto made = Calendar::create(granularity, zone);
  EXPECT_TRUE(made) << zone;
  return *std::move(made);
}

Micros at(std::string_view text) { return model::parse_time(text)->micros; }

std::string starts_at(const Calendar& calendar, std::string_view key) {
  const auto index = calendar.parse(key);
  return index ? model::format_time(calendar.start_of(*index)).substr(0, 19)
               : index.error().message;
}

// "PT23H"
std::string lasts(const Calendar& calendar, std::string_view key) {
  const auto index = calendar.parse(key);
  if (!index) return index.error().message;
  return model::format_duration(calendar.start_of(*index + 1) - calendar.start_of(*index));
}

std::string refusal(const Calendar& calendar, std::string_view key) {
  const auto index = calendar.parse(key);
  return index ? "read as " + calendar.key_of(*index) : index.error().message;
}

TEST(Calendar, CountsFrom1970) {
  EXPECT_EQ(*calendar(Granularity::kHour, "UTC").parse("1970-01-01T00"), 0);
  EXPECT_EQ(*calendar(Granularity::kDay, "Europe/Berlin").parse("1970-01-01"), 0);
  EXPECT_EQ(*calendar(Granularity::kDay, "Europe/Berlin").parse("1969-12-31"), -1);
  EXPECT_EQ(calendar(Granularity::kWeek, "UTC").start_of(0), at("1969-12-29"));
  EXPECT_EQ(*calendar(Granularity::kMonth, "UTC").parse("1970-01"), 0);
  EXPECT_EQ(*calendar(Granularity::kMonth, "UTC").parse("1969-11"), -2);
}

TEST(Calendar, CutsDaysWhereTheZoneDoes) {
  const Calendar berlin = calendar(Granularity::kDay, "Europe/Berlin");
  EXPECT_EQ(starts_at(berlin, "2026-01-15"), "2026-01-14T23:00:00");
  EXPECT_EQ(starts_at(berlin, "2026-07-15"), "2026-07-14T22:00:00");
  EXPECT_EQ(berlin.key_of(berlin.index_of(at("2026-07-14T21:59:59.999999Z"))), "2026-07-14");
  EXPECT_EQ(berlin.key_of(berlin.index_of(at("2026-07-14T22:00:00Z"))), "2026-07-15");
  const Calendar kolkata = calendar(Granularity::kDay, "Asia/Kolkata");
  EXPECT_EQ(starts_at(kolkata, "2026-01-15"), "2026-01-14T18:30:00");
}

TEST(Calendar, GivesADayOf23HoursWhereClocksGoForward) {
  EXPECT_EQ(lasts(calendar(Granularity::kDay, "Europe/Berlin"), "2026-03-29"), "PT23H");
  EXPECT_EQ(lasts(calendar(Granularity::kDay, "America/New_York"), "2026-03-08"), "PT23H");
  EXPECT_EQ(lasts(calendar(Granularity::kDay, "Australia/Lord_Howe"), "2026-10-04"), "PT23H30M");
  EXPECT_EQ(lasts(calendar(Granularity::kDay, "Europe/Berlin"), "2026-03-28"), "P1D");
}

TEST(Calendar, GivesADayOf25HoursWhereClocksGoBack) {
  EXPECT_EQ(lasts(calendar(Granularity::kDay, "Europe/Berlin"), "2026-10-25"), "P1DT1H");
  EXPECT_EQ(lasts(calendar(Granularity::kDay, "America/New_York"), "2026-11-01"), "P1DT1H");
  EXPECT_EQ(lasts(calendar(Granularity::kDay, "Australia/Lord_Howe"), "2026-04-05"), "P1DT30M");
}

TEST(Calendar, GoesOnChangingClocksBeyondTheYearsThatAreListed) {
  const Calendar berlin = calendar(Granularity::kDay, "Europe/Berlin");
  EXPECT_EQ(lasts(berlin, "2037-03-29"), "PT23H");
  EXPECT_EQ(lasts(berlin, "2038-03-28"), "PT23H");
  EXPECT_EQ(lasts(berlin, "2050-03-27"), "PT23H");
  EXPECT_EQ(lasts(berlin, "2199-10-27"), "P1DT1H");
  EXPECT_EQ(starts_at(berlin, "2100-07-01"), "2100-06-30T22:00:00");
  EXPECT_EQ(starts_at(calendar(Granularity::kDay, "Australia/Sydney"), "2100-01-01"),
            "2099-12-31T13:00:00");
  EXPECT_EQ(starts_at(calendar(Granularity::kDay, "America/Sao_Paulo"), "2100-01-01"),
            "2100-01-01T03:00:00");
}

TEST(Calendar, BeginsADayWithoutMidnightAtItsFirstInstant) {
  const Calendar paulo = calendar(Granularity::kDay, "America/Sao_Paulo");
  EXPECT_EQ(starts_at(paulo, "2018-11-04"), "2018-11-04T03:00:00");
  EXPECT_EQ(lasts(paulo, "2018-11-04"), "PT23H");
  EXPECT_EQ(lasts(paulo, "2018-11-03"), "P1D");
  const Calendar beirut = calendar(Granularity::kDay, "Asia/Beirut");
  EXPECT_EQ(starts_at(beirut, "2026-03-29"), "2026-03-28T22:00:00");
  EXPECT_EQ(lasts(beirut, "2026-03-29"), "PT23H");
}

TEST(Calendar, BeginsADayOnceWhereClocksGoBackOverMidnight) {
  // At 00:01 of 2010-11-07 clocks went back to 23:01 of the day before.
  const Calendar johns = calendar(Granularity::kDay, "America/St_Johns");
  EXPECT_EQ(starts_at(johns, "2010-11-07"), "2010-11-07T02:30:00");
  EXPECT_EQ(johns.key_of(johns.index_of(at("2010-11-07T02:29:59Z"))), "2010-11-06");
  EXPECT_EQ(johns.key_of(johns.index_of(at("2010-11-07T03:00:00Z"))), "2010-11-07");
  // Before it, at midnight, to 23:00: that day does not begin before its midnight comes again.
  const Calendar paulo = calendar(Granularity::kDay, "America/Sao_Paulo");
  EXPECT_EQ(lasts(paulo, "2018-02-17"), "P1DT1H");
  EXPECT_EQ(starts_at(paulo, "2018-02-18"), "2018-02-18T03:00:00");
}

TEST(Calendar, LeavesADayEmptyThatTheZoneLeftOut) {
  const Calendar apia = calendar(Granularity::kDay, "Pacific/Apia");
  const std::int64_t left_out = *apia.parse("2011-12-30");
  EXPECT_EQ(apia.key_of(left_out), "2011-12-30");
  EXPECT_EQ(apia.start_of(left_out), at("2011-12-30T10:00:00Z"));
  EXPECT_EQ(apia.start_of(left_out + 1), apia.start_of(left_out));
  EXPECT_EQ(apia.index_of(apia.start_of(left_out)), left_out + 1);
  EXPECT_EQ(apia.index_of(apia.start_of(left_out) - 1), left_out - 1);
  EXPECT_EQ(lasts(calendar(Granularity::kWeek, "Pacific/Apia"), "2011-W52"), "P6D");
}

TEST(Calendar, CutsHoursThatAllLastAnHour) {
  for (const char* zone : {"Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"}) {
    const Calendar hours = calendar(Granularity::kHour, zone);
    const std::int64_t first = hours.index_of(at("2011-01-01T00:00:00Z"));
    const std::vector<Micros> starts = hours.starts(first, 2 * 366 * 24);
    for (std::size_t i = 1; i < starts.size(); ++i) ASSERT_EQ(starts[i] - starts[i - 1], kHour);
  }
}

TEST(Calendar, CutsHoursWhereTheZonesStandardTimeDoes) {
  EXPECT_EQ(starts_at(calendar(Granularity::kHour, "Asia/Kolkata"), "2026-01-15T05"),
            "2026-01-14T23:30:00");
  EXPECT_EQ(starts_at(calendar(Granularity::kHour, "Asia/Kathmandu"), "2026-01-15T05"),
            "2026-01-14T23:15:00");
  // Half an hour off until 1981.
  EXPECT_EQ(starts_at(calendar(Granularity::kHour, "Asia/Singapore"), "2026-01-15T05"),
            "2026-01-14T21:00:00");
  EXPECT_EQ(starts_at(calendar(Granularity::kHour, "Asia/Singapore"), "1975-01-15T05"),
            "1975-01-14T22:00:00");
  // Summer time moves by half an hour, hours do not.
  const Calendar howe = calendar(Granularity::kHour, "Australia/Lord_Howe");
  EXPECT_EQ(starts_at(howe, "2026-07-15T05"), "2026-07-14T18:30:00");
  EXPECT_EQ(starts_at(howe, "2026-01-15T05"), "2026-01-14T18:30:00");
  // Santiago began 1970 in summer time.
  EXPECT_EQ(calendar(Granularity::kHour, "America/Santiago").start_of(0),
            at("1970-01-01T04:00:00Z"));
}

TEST(Calendar, GivesALocalHourThatStandsTwiceTwoKeys) {
  const Calendar berlin = calendar(Granularity::kHour, "Europe/Berlin");
  const std::int64_t summer = berlin.index_of(at("2026-10-25T00:30:00Z"));
  const std::int64_t winter = berlin.index_of(at("2026-10-25T01:30:00Z"));
  EXPECT_EQ(winter, summer + 1);
  EXPECT_EQ(berlin.key_of(summer), "2026-10-25T02+02:00");
  EXPECT_EQ(berlin.key_of(winter), "2026-10-25T02+01:00");
  EXPECT_EQ(*berlin.parse("2026-10-25T02+02:00"), summer);
  EXPECT_EQ(*berlin.parse("2026-10-25T02+01:00"), winter);
  EXPECT_EQ(berlin.key_of(summer - 1), "2026-10-25T01");
  EXPECT_EQ(berlin.key_of(winter + 1), "2026-10-25T03");
  EXPECT_EQ(refusal(berlin, "2026-10-25T02"),
            "\"2026-10-25T02\" stands twice in Europe/Berlin; add +02:00 or +01:00.");
  EXPECT_EQ(refusal(berlin, "2026-10-25T02+03:00"),
            "The offset of \"2026-10-25T02+03:00\" is not that of Europe/Berlin, which is +02:00.");
}

TEST(Calendar, RefusesAnHourThatDoesNotExist) {
  const Calendar berlin = calendar(Granularity::kHour, "Europe/Berlin");
  EXPECT_EQ(*berlin.parse("2026-03-29T03"), *berlin.parse("2026-03-29T01") + 1);
  EXPECT_NE(refusal(berlin, "2026-03-29T02").find("clocks were put forward"), std::string::npos);
  EXPECT_NE(refusal(berlin, "2026-03-29T02:00:00").find("put forward"), std::string::npos);
}

TEST(Calendar, NumbersWeeksAsIso8601Does) {
  const Calendar weeks = calendar(Granularity::kWeek, "UTC");
  EXPECT_EQ(starts_at(weeks, "2026-W01"), "2025-12-29T00:00:00");
  EXPECT_EQ(weeks.key_of(weeks.index_of(at("2021-01-03"))), "2020-W53");
  EXPECT_EQ(weeks.key_of(weeks.index_of(at("2021-01-04"))), "2021-W01");
  EXPECT_EQ(weeks.key_of(weeks.index_of(at("2024-12-30"))), "2025-W01");
  EXPECT_EQ(weeks.key_of(weeks.index_of(at("2026-12-31"))), "2026-W53");
  EXPECT_EQ(weeks.key_of(weeks.index_of(at("1965-12-31"))), "1965-W52");
  EXPECT_EQ(*weeks.parse("2027-W01"), *weeks.parse("2026-W53") + 1);
  EXPECT_EQ(refusal(weeks, "2025-W53"),
            "\"2025-W53\" names no week: those of 2025 are W01 to W52.");
  EXPECT_EQ(refusal(weeks, "2026-W00"),
            "\"2026-W00\" names no week: those of 2026 are W01 to W53.");
}

TEST(Calendar, CutsMonthsOfEveryLength) {
  const Calendar months = calendar(Granularity::kMonth, "Europe/Berlin");
  EXPECT_EQ(lasts(months, "2026-03"), "P30DT23H");
  EXPECT_EQ(lasts(months, "2026-10"), "P31DT1H");
  EXPECT_EQ(lasts(months, "2024-02"), "P29D");
  EXPECT_EQ(lasts(months, "1900-02"), "P28D");
  EXPECT_EQ(lasts(months, "1969-12"), "P31D");
}

TEST(Calendar, ReadsOtherFormsOfItsKeys) {
  const Calendar days = calendar(Granularity::kDay, "Europe/Berlin");
  for (const char* key : {"20261001", "2026-10-01T00:00:00", "2026-10-01 00:00",
                          "2026-09-30T22:00:00Z", "2026-10-01T00:00:00+02:00"}) {
    EXPECT_EQ(refusal(days, key), "read as 2026-10-01");
  }
  const Calendar hours = calendar(Granularity::kHour, "Europe/Berlin");
  for (const char* key :
       {"2026100105", "2026-10-01 05", "20261001T05", "2026-10-01T03:00:00Z", "2026-10-01T03Z",
        "2026-10-01T05:00:00", "2026-10-01T05+02:00", "2026-10-01T05+0200", "2026-10-01T05+02"}) {
    EXPECT_EQ(refusal(hours, key), "read as 2026-10-01T05");
  }
  EXPECT_EQ(refusal(calendar(Granularity::kHour, "UTC"), "2026-10-01T05:00:00Z"),
            "read as 2026-10-01T05");
  EXPECT_EQ(refusal(calendar(Granularity::kMonth, "UTC"), "202610"), "read as 2026-10");
  EXPECT_EQ(refusal(calendar(Granularity::kMonth, "UTC"), "2026-10-01T00:00:00Z"),
            "read as 2026-10");
  EXPECT_EQ(refusal(calendar(Granularity::kWeek, "UTC"), "2026W40"), "read as 2026-W40");
  EXPECT_EQ(refusal(calendar(Granularity::kWeek, "UTC"), "2026-09-28T00:00:00Z"),
            "read as 2026-W40");
}

TEST(Calendar, RefusesAMomentAtWhichNothingBegins) {
  const Calendar days = calendar(Granularity::kDay, "Europe/Berlin");
  for (const char* key : {"2026-10-01T00:00:00Z", "2026-10-01T05:00:00", "2026-10-01T00:00:01"}) {
    EXPECT_EQ(refusal(days, key), "No day of Europe/Berlin begins at \"" + std::string(key) +
                                      "\"; write it like \"2026-10-01\".");
  }
  const Calendar hours = calendar(Granularity::kHour, "Asia/Kolkata");
  EXPECT_NE(refusal(hours, "2026-10-01T05:00:00Z").find("No hour of Asia/Kolkata"),
            std::string::npos);
  EXPECT_NE(refusal(hours, "2026-10-01T05:30:00").find("No hour"), std::string::npos);
  EXPECT_NE(refusal(calendar(Granularity::kMonth, "UTC"), "2026-10-02T00:00:00").find("No month"),
            std::string::npos);
}

TEST(Calendar, RefusesKeysOfOtherGranularitiesAndSaysWhatOneLooksLike) {
  const std::vector<std::pair<Granularity, std::string>> forms = {
      {Granularity::kHour, "2026-10-01T05"},
      {Granularity::kDay, "2026-10-01"},
      {Granularity::kWeek, "2026-W40"},
      {Granularity::kMonth, "2026-10"}};
  for (const auto& [granularity, example] : forms) {
    const Calendar cut = calendar(granularity, "UTC");
    for (const auto& [other, key] : forms) {
      const std::string expected =
          other == granularity ? "read as " + example
                               : "\"" + key + "\" names no " + std::string(to_string(granularity)) +
                                     "; write it like \"" + example + "\".";
      EXPECT_EQ(refusal(cut, key), expected);
    }
  }
}

TEST(Calendar, RefusesWhatIsNoDate) {
  const Calendar days = calendar(Granularity::kDay, "UTC");
  for (const char* key : {"", "2026", "2026-1-1", "2026-10-1", "2026-02-29", "2026-13-01",
                          "2026-00-10", "2026-10-00", "20261301", "2026-1001", "202610-01", "today",
                          "2026-10-01x", " 2026-10-01", "+2026-10-01", "2026-10-01T24:00:01"}) {
    EXPECT_NE(refusal(days, key).find("names no day; write it like"), std::string::npos) << key;
  }
  const Calendar hours = calendar(Granularity::kHour, "UTC");
  for (const char* key : {"2026-10-01T", "2026-10-01T24", "2026-10-01T5", "2026-10-0105",
                          "2026-10-01T05+", "2026-10-01T05+1", "2026-10-01T05x"}) {
    EXPECT_NE(refusal(hours, key).find("names no hour; write it like"), std::string::npos) << key;
  }
}

TEST(Calendar, RefusesYearsOutOfBounds) {
  const std::string outside = "lies outside the years 1900 to 2199";
  for (const char* key : {"1899-12-31", "2200-01-01", "0001-01-01", "9999-12-31"}) {
    EXPECT_NE(refusal(calendar(Granularity::kDay, "Asia/Tokyo"), key).find(outside),
              std::string::npos)
        << key;
  }
  for (const char* key : {"1899-12-31T23", "2200-01-01T00", "9999-12-31T23"}) {
    EXPECT_NE(refusal(calendar(Granularity::kHour, "Asia/Tokyo"), key).find(outside),
              std::string::npos)
        << key;
  }
  for (const char* key : {"1899-W52", "2200-W01", "0000-W01", "9999-W52"}) {
    EXPECT_NE(refusal(calendar(Granularity::kWeek, "Asia/Tokyo"), key).find(outside),
              std::string::npos)
        << key;
  }
}

TEST(Calendar, EndsWhereItsBoundsAre) {
  const auto bounds = [](Granularity granularity) {
    const Calendar cut = calendar(granularity, "Europe/Berlin");
    return cut.key_of(cut.min_index()) + " " + cut.key_of(cut.max_index());
  };
  EXPECT_EQ(bounds(Granularity::kHour), "1900-01-01T00 2199-12-31T23");
  EXPECT_EQ(bounds(Granularity::kDay), "1900-01-01 2199-12-31");
  EXPECT_EQ(bounds(Granularity::kWeek), "1900-W01 2199-W52");
  EXPECT_EQ(bounds(Granularity::kMonth), "1900-01 2199-12");
}

TEST(Calendar, TakesWhatIsOutsideForTheNearestInside) {
  constexpr Micros kFar = std::numeric_limits<Micros>::max();
  for (const auto granularity :
       {Granularity::kHour, Granularity::kDay, Granularity::kWeek, Granularity::kMonth}) {
    const Calendar cut = calendar(granularity, "America/New_York");
    EXPECT_EQ(cut.index_of(-kFar), cut.min_index());
    EXPECT_EQ(cut.index_of(kFar), cut.max_index());
    EXPECT_EQ(cut.start_of(-kFar), cut.start_of(cut.min_index()));
    EXPECT_EQ(cut.start_of(kFar), cut.start_of(cut.max_index() + 1));
    EXPECT_LT(cut.start_of(cut.max_index()), cut.start_of(kFar));
    EXPECT_EQ(cut.key_of(cut.max_index() + 1), cut.key_of(cut.max_index()));
  }
}

TEST(Calendar, RefusesAZoneThatIsNone) {
  for (const char* zone : {"", "Berlin", "europe/berlin", "../passwd", "Europe", "localtime",
                           "posix/UTC", "tzdata.zi", "+01:00", "UTC "}) {
    const auto made = Calendar::create(Granularity::kDay, zone);
    ASSERT_FALSE(made) << zone;
    EXPECT_EQ(made.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_NE(made.error().message.find("is no time zone; write an IANA name"), std::string::npos);
  }
}

TEST(Calendar, SaysWhatItIs) {
  const Calendar weeks = calendar(Granularity::kWeek, "Europe/Berlin");
  EXPECT_EQ(weeks.granularity(), Granularity::kWeek);
  EXPECT_EQ(weeks.zone(), "Europe/Berlin");
  EXPECT_EQ(to_string(Granularity::kMonth), "month");
  EXPECT_EQ(granularity_of("hour"), Granularity::kHour);
  EXPECT_EQ(granularity_of("Hour"), std::nullopt);
  // "2025b"
  const std::string version = Calendar::database_version();
  ASSERT_EQ(version.size(), 5u) << version;
  EXPECT_GE(version, "2020a");
}

// What is drawn at random, of every zone there is.
class CalendarOfAnyZone : public testing::Test {
 protected:
  std::string zone() {
    const auto& zones = date::get_tzdb().zones;
    for (;;) {
      const std::string& name = zones[random_() % zones.size()].name();
      if (name != "localtime") return name;
    }
  }
  std::int64_t number(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }

 private:
  std::mt19937_64 random_{20261001};
};

TEST_F(CalendarOfAnyZone, ReadsBackEveryKeyItWrites) {
  for (int round = 0; round < 400; ++round) {
    const auto granularity = static_cast<Granularity>(number(1, 4));
    const Calendar cut = calendar(granularity, zone());
    for (int i = 0; i < 50; ++i) {
      const std::int64_t index = number(cut.min_index(), cut.max_index());
      const std::string key = cut.key_of(index);
      const auto read = cut.parse(key);
      ASSERT_TRUE(read) << cut.zone() << ": " << read.error().message;
      ASSERT_EQ(*read, index) << cut.zone() << " " << key;
    }
  }
}

TEST_F(CalendarOfAnyZone, ReadsBackEveryHourAroundAChangeOfClocks) {
  for (int round = 0; round < 100; ++round) {
    const Calendar hours = calendar(Granularity::kHour, zone());
    const auto* zone = date::locate_zone(hours.zone());
    const std::chrono::seconds moment(number(-2'208'988'800, 2'145'916'800));
    const auto change = zone->get_info(date::sys_seconds(moment)).begin.time_since_epoch();
    if (change < std::chrono::seconds(-2'200'000'000)) continue;
    const std::int64_t middle = hours.index_of(std::chrono::microseconds(change).count());
    for (std::int64_t index = middle - 30; index < middle + 30; ++index) {
      const std::string key = hours.key_of(index);
      ASSERT_EQ(hours.parse(key).value(), index) << hours.zone() << " " << key;
    }
  }
}

TEST_F(CalendarOfAnyZone, HoldsEachInstantInThePartitionThatItFindsForIt) {
  for (int round = 0; round < 400; ++round) {
    const Calendar cut = calendar(static_cast<Granularity>(number(1, 4)), zone());
    const Micros first = cut.start_of(cut.min_index());
    const Micros end = cut.start_of(cut.max_index() + 1);
    for (int i = 0; i < 50; ++i) {
      const Micros instant = number(first, end - 1);
      const std::int64_t index = cut.index_of(instant);
      ASSERT_LE(cut.start_of(index), instant) << cut.zone();
      ASSERT_GT(cut.start_of(index + 1), instant) << cut.zone();
    }
  }
}

TEST_F(CalendarOfAnyZone, CutsDaysWhereTheDateLibraryDoes) {
  // The library's own changes of clocks end with 2037.
  const std::int64_t last = date::local_days(date::year{2037} / 10 / 1).time_since_epoch().count();
  for (int round = 0; round < 400; ++round) {
    const Calendar days = calendar(Granularity::kDay, zone());
    const auto* zone = date::locate_zone(days.zone());
    for (int i = 0; i < 50; ++i) {
      const std::int64_t index = number(days.min_index(), last);
      const date::local_days date{date::days(index)};
      const auto start = zone->to_sys(date, date::choose::earliest).time_since_epoch();
      ASSERT_EQ(days.start_of(index), std::chrono::microseconds(start).count())
          << days.zone() << " " << days.key_of(index);
      ASSERT_EQ(days.key_of(index), date::format("%F", date));
    }
  }
}

TEST_F(CalendarOfAnyZone, HoldsAnInstantInTheDayThatTheDateLibraryNames) {
  for (int i = 0; i < 20'000; ++i) {
    const Calendar days = calendar(Granularity::kDay, zone());
    const date::sys_seconds instant{std::chrono::seconds(number(-2'208'000'000, 2'139'000'000))};
    const auto local = date::make_zoned(days.zone(), instant).get_local_time();
    const std::int64_t index =
        days.index_of(std::chrono::microseconds(instant.time_since_epoch()).count());
    const std::int64_t named = date::floor<date::days>(local).time_since_epoch().count();
    // Minutes that come again after midnight are the only ones that belong to another day.
    const auto before = date::make_zoned(days.zone(), instant - std::chrono::hours(25));
    if (index != named) {
      ASSERT_EQ(index, named + 1) << days.zone();
      ASSERT_LT(local - before.get_local_time(), std::chrono::hours(25)) << days.zone();
    }
  }
}

TEST_F(CalendarOfAnyZone, GivesTablesOfTheSameStarts) {
  for (int round = 0; round < 100; ++round) {
    const Calendar cut = calendar(static_cast<Granularity>(number(1, 4)), zone());
    const std::int64_t first = number(cut.min_index() - 10, cut.max_index());
    const std::vector<Micros> starts = cut.starts(first, 500);
    ASSERT_EQ(starts.size(), 501u);
    for (std::int64_t i = 0; i <= 500; ++i) {
      ASSERT_EQ(starts[static_cast<std::size_t>(i)], cut.start_of(first + i)) << cut.zone();
    }
  }
  EXPECT_EQ(calendar(Granularity::kDay, "UTC").starts(7, 0), std::vector<Micros>{7 * kDay});
}

}  // namespace
}  // namespace headwater::planner
