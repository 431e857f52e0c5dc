#include "planner/mapping.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/property/planner/naive_reads.h"
#include "tests/support/harness.h"

namespace headwater::planner {
namespace {

using base::ErrorCode;
using tests::must;

Space time_space(const std::string& granularity, const std::string& zone = "UTC") {
  return must(Space::parse(R"({"dimensions":[{"name":"t","kind":"time","granularity":")" +
                               granularity + R"(","zone":")" + zone + "\"}]}",
                           nullptr));
}
Space keys() {
  return must(Space::parse(
      R"({"dimensions":[{"name":"r","kind":"static","keys":["eu","us","apac"]}]})", nullptr));
}
Space numbers() {
  return must(Space::parse(R"({"dimensions":[{"name":"b","kind":"integer","end":64}]})", nullptr));
}

Mapping mapping(MappingKind kind, std::int64_t from = 0, std::int64_t to = 0) {
  Mapping out;
  out.kind = kind;
  out.from = from;
  out.to = to;
  return out;
}
Reads reads(const Mapping& mapping, const Space& up, const Space& down) {
  return must(Reads::create(mapping, up, down));
}
std::int64_t index_of(const Space& space, const std::string& key) {
  return must(space.parse_text(key)).index;
}
ErrorCode refused(const Mapping& mapping, const Space& up, const Space& down) {
  const auto made = Reads::create(mapping, up, down);
  EXPECT_FALSE(made);
  return made ? ErrorCode::kInternal : made.error().code;
}

TEST(Reads, AWindowIsInUpstreamUnits) {
  const Reads week = reads(mapping(MappingKind::kWindow, -6, 0), time_space("day"),
                           time_space("day", "Europe/Berlin"));
  EXPECT_EQ(week.upstream_of(100), (Interval{94, 100}));
  EXPECT_EQ(week.downstream_of(100), (Interval{100, 106}));
  const Reads same = reads(mapping(MappingKind::kIdentity), numbers(), keys());
  EXPECT_EQ(same.upstream_of(7), (Interval{7, 7}));
  EXPECT_EQ(same.downstream_of(7), (Interval{7, 7}));
}

TEST(Reads, ADayOfHoursHasAsManyAsItsZoneGivesIt) {
  const Space hours = time_space("hour", "Europe/Berlin"),
              days = time_space("day", "Europe/Berlin");
  const Reads day = reads(mapping(MappingKind::kRollup), hours, days);
  const auto count = [&](const std::string& key) {
    const Interval read = day.upstream_of(index_of(days, key));
    return read.last - read.first + 1;
  };
  EXPECT_EQ(count("2026-03-28"), 24);
  EXPECT_EQ(count("2026-03-29"), 23);
  EXPECT_EQ(count("2026-10-25"), 25);
  const std::int64_t noon = index_of(hours, "2026-03-29T12");
  EXPECT_EQ(day.downstream_of(noon),
            (Interval{index_of(days, "2026-03-29"), index_of(days, "2026-03-29")}));
}

TEST(Reads, EveryHourOfADayReadsWhatFansOutToIt) {
  const Space days = time_space("day", "America/New_York");
  const Space hours = time_space("hour", "America/New_York");
  const Reads day = reads(mapping(MappingKind::kFanOut), days, hours);
  const std::int64_t of = index_of(days, "2026-11-01");  // of 25 hours
  const Interval readers = day.downstream_of(of);
  EXPECT_EQ(readers.last - readers.first + 1, 25);
  EXPECT_EQ(readers.first, index_of(hours, "2026-11-01T00"));
  for (std::int64_t hour = readers.first - 1; hour <= readers.last + 1; ++hour) {
    const bool inside = hour >= readers.first && hour <= readers.last;
    EXPECT_EQ(day.upstream_of(hour) == (Interval{of, of}), inside) << hour;
  }
}

TEST(Reads, WeeksAndMonthsAreMadeOfDays) {
  const Space days = time_space("day"), weeks = time_space("week"), months = time_space("month");
  const Reads week = reads(mapping(MappingKind::kRollup), days, weeks);
  EXPECT_EQ(week.upstream_of(index_of(weeks, "2026-W40")),
            (Interval{index_of(days, "2026-09-28"), index_of(days, "2026-10-04")}));
  const Reads month = reads(mapping(MappingKind::kRollup, -1, 1), days, months);
  EXPECT_EQ(month.upstream_of(index_of(months, "2026-02")),
            (Interval{index_of(days, "2026-01-31"), index_of(days, "2026-03-01")}));
  const Reads of_month = reads(mapping(MappingKind::kRollup), weeks, months);
  EXPECT_EQ(of_month.upstream_of(index_of(months, "2026-10")),
            (Interval{index_of(weeks, "2026-W41"), index_of(weeks, "2026-W44")}))
      << "weeks that begin in October";
}

TEST(Reads, WhereNothingBeginsUpstreamNothingIsRead) {
  const Space days = time_space("day"), weeks = time_space("week");
  const Reads turned = reads(mapping(MappingKind::kRollup), weeks, days);
  EXPECT_TRUE(turned.leaves_gaps());
  EXPECT_EQ(turned.upstream_of(index_of(days, "2026-09-28")).empty(), false) << "a Monday";
  EXPECT_TRUE(turned.upstream_of(index_of(days, "2026-09-29")).empty());
  EXPECT_FALSE(reads(mapping(MappingKind::kRollup), days, weeks).leaves_gaps());
  // The clocks of the Azores go forward over the beginning of a day in UTC.
  const Space azores = time_space("day", "Atlantic/Azores");
  const Reads other_zone = reads(mapping(MappingKind::kRollup), days, azores);
  EXPECT_TRUE(other_zone.leaves_gaps());
  EXPECT_TRUE(other_zone.upstream_of(index_of(azores, "2026-03-29")).empty());
  EXPECT_FALSE(other_zone.upstream_of(index_of(azores, "2026-03-28")).empty());
  EXPECT_FALSE(other_zone.upstream_of(index_of(azores, "2026-03-30")).empty());
}

TEST(Reads, ADayThatAZoneLeftOutBeginsWithTheNext) {
  const Space apia = time_space("day", "Pacific/Apia"), hours = time_space("hour", "Pacific/Apia");
  const std::int64_t gone = index_of(apia, "2011-12-31") - 1;
  const Reads day = reads(mapping(MappingKind::kRollup), hours, apia);
  EXPECT_TRUE(day.leaves_gaps());
  EXPECT_TRUE(day.upstream_of(gone).empty());
  EXPECT_FALSE(day.upstream_of(gone - 1).empty());
  const Reads turned = reads(mapping(MappingKind::kRollup), apia, hours);
  const std::int64_t hour = index_of(hours, "2011-12-31T00");
  EXPECT_EQ(turned.upstream_of(hour), (Interval{gone, gone + 1}));
  EXPECT_EQ(turned.downstream_of(gone), (Interval{hour, hour}));
}

// For every mapping of time, over a year of changing clocks: who reads what is the same from both
// sides, neither end ever decreases, and the interval is that of the table of the rules.
TEST(Reads, BothDirectionsAgreeWithTheRules) {
  const std::vector<Space> spaces = {
      time_space("hour"),  time_space("hour", "Australia/Lord_Howe"),
      time_space("day"),   time_space("day", "Europe/Berlin"),
      time_space("week"),  time_space("day", "Pacific/Apia"),
      time_space("month"), time_space("day", "Atlantic/Azores"),
  };
  for (const Space& up : spaces) {
    for (const Space& down : spaces) {
      for (const MappingKind kind : {MappingKind::kRollup, MappingKind::kFanOut}) {
        for (const auto& [from, to] : {std::pair(0, 0), std::pair(-2, 1), std::pair(3, 3)}) {
          const Mapping of = mapping(kind, from, to);
          const Reads both = reads(of, up, down);
          for (const base::Micros moment :
               {1'325'203'200'000'000, 1'774'742'400'000'000, 1'791'072'000'000'000}) {
            const std::int64_t middle = down.calendar()->index_of(moment);
            Interval before = both.upstream_of(middle - 41);
            for (std::int64_t i = middle - 40; i <= middle + 40; ++i) {
              const Interval read = both.upstream_of(i);
              ASSERT_GE(read.first, before.first);
              ASSERT_GE(read.last, before.last);
              before = read;
              const tests::partitions::NaiveReads naive(of, up, down, {0, i});
              for (std::int64_t u = read.first - 1; u <= read.last + 1; ++u) {
                const bool inside = read.first <= u && u <= read.last;
                ASSERT_EQ(naive.reads({0, u}), inside) << i << " " << u;
                const Interval readers = both.downstream_of(u);
                const bool back = readers.first <= i && i <= readers.last;
                ASSERT_TRUE(back || !inside) << i << " " << u;
                ASSERT_TRUE(inside || !back || both.leaves_gaps()) << i << " " << u;
              }
            }
          }
        }
      }
    }
  }
}

TEST(Reads, PairsAreFoundFromBothSides) {
  Mapping pairs = mapping(MappingKind::kExplicit);
  pairs.pairs = {{{0, 5}, {0, 1}}, {{1, 5}, {0, 1}}, {{0, 5}, {2, 7}}, {{0, 5}, {0, 1}}};
  const Reads both = reads(pairs, keys(), time_space("day"));
  EXPECT_TRUE(both.is_explicit());
  EXPECT_EQ(both.upstream_of(Place{0, 5}), (std::vector<Place>{{0, 1}, {2, 7}})) << "twice is once";
  EXPECT_EQ(both.downstream_of(Place{0, 1}), (std::vector<Place>{{0, 5}, {1, 5}}));
  EXPECT_TRUE(both.upstream_of(Place{0, 6}).empty());
  EXPECT_TRUE(both.downstream_of(Place{1, 1}).empty());
}

std::set<std::uint32_t> upstream_lanes(const Reads& reads, std::uint32_t lane) {
  std::set<std::uint32_t> out;
  reads.each_upstream_lane(lane, 3, [&](std::uint32_t read) { out.insert(read); });
  return out;
}
std::set<std::uint32_t> downstream_lanes(const Reads& reads, std::uint32_t lane) {
  std::set<std::uint32_t> out;
  reads.each_downstream_lane(lane, 3, [&](std::uint32_t reader) { out.insert(reader); });
  return out;
}
using Lanes = std::set<std::uint32_t>;

TEST(Reads, LanesAreReadByTheirRule) {
  Mapping of = mapping(MappingKind::kIdentity);
  EXPECT_EQ(upstream_lanes(reads(of, keys(), keys()), 2), Lanes{2});
  of.lanes = LaneRule::kAll;
  EXPECT_EQ(upstream_lanes(reads(of, keys(), keys()), 1), (Lanes{0, 1, 2}));
  EXPECT_EQ(downstream_lanes(reads(of, keys(), keys()), 1), (Lanes{0, 1, 2}));
  of.lanes = LaneRule::kProjected;
  of.projection = {2, 0, 2};
  EXPECT_EQ(upstream_lanes(reads(of, keys(), keys()), 0), Lanes{2});
  EXPECT_EQ(upstream_lanes(reads(of, keys(), keys()), 3), Lanes{}) << "beyond the list";
  EXPECT_EQ(downstream_lanes(reads(of, keys(), keys()), 2), (Lanes{0, 2}));
  EXPECT_EQ(downstream_lanes(reads(of, keys(), keys()), 1), Lanes{});
}

TEST(Reads, KindsSayWhatTheyAre) {
  for (const MappingKind kind : {MappingKind::kAll, MappingKind::kLast}) {
    EXPECT_TRUE(reads(mapping(kind), keys(), time_space("day")).uniform());
  }
  EXPECT_FALSE(reads(mapping(MappingKind::kAsOf), keys(), time_space("day")).counts());
  EXPECT_TRUE(reads(mapping(MappingKind::kAll), keys(), time_space("day")).counts());
  EXPECT_EQ(to_string(MappingKind::kFanOut), "fan_out");
}

TEST(Reads, WhatTheSpacesDoNotAllowIsRefused) {
  const Space days = time_space("day"), hours = time_space("hour");
  EXPECT_EQ(refused(mapping(MappingKind::kIdentity), hours, days), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused(mapping(MappingKind::kWindow, -1, 0), keys(), days),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused(mapping(MappingKind::kIdentity), days, Space()), ErrorCode::kInvalidArgument);
  for (const MappingKind kind : {MappingKind::kRollup, MappingKind::kFanOut}) {
    EXPECT_EQ(refused(mapping(kind), keys(), days), ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused(mapping(kind), days, numbers()), ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(refused(mapping(MappingKind::kWindow, 1, 0), days, days), ErrorCode::kInvalidArgument);
}

TEST(Reads, LimitsHaveAName) {
  const Space days = time_space("day");
  EXPECT_TRUE(Reads::create(mapping(MappingKind::kWindow, -kMaxOffset, kMaxOffset), days, days));
  EXPECT_EQ(refused(mapping(MappingKind::kWindow, -kMaxOffset - 1, 0), days, days),
            ErrorCode::kLimitExceeded);
  EXPECT_EQ(refused(mapping(MappingKind::kWindow, 0, kMaxOffset + 1), days, days),
            ErrorCode::kLimitExceeded);
  Mapping many = mapping(MappingKind::kExplicit);
  many.pairs.resize(kMaxPairs + 1);
  EXPECT_EQ(refused(many, days, days), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace headwater::planner
