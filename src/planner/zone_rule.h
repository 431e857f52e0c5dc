// ZoneRule: the rule by which a zone's clocks change for ever, from the last line of its TZif file.
//
// The date library reads a zone's changes as they are listed, and those end with the year 2037;
// what comes after is only in that line, "CET-1CEST,M3.5.0,M10.5.0/3".
//
// Source: RFC 9636, section 3.3 (POSIX's TZ variable, hours from -167 to 167).
// Thread-safety: pure functions and plain values. Units: seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace headwater::planner {

// A day of each year, and a time of it.
struct YearlyMoment {
  enum class Day : std::uint8_t {
    kWeekday,      // `day` (0: Sunday) of the month's week 1 to 4, or of its last (5)
    kWithoutLeap,  // 1 to 365, and 29 February is never counted
    kOfYear,       // 0 to 365
  };
  Day kind = Day::kWeekday;
  std::int32_t month = 1, week = 1, day = 0;
  std::int64_t time_s = 0;  // since that day's 00:00, by the clocks in force before
};

struct ClockChange {
  std::int64_t at_s = 0;      // since the epoch, UTC
  std::int64_t offset_s = 0;  // local time less UTC, from then on
};

struct ZoneRule {
  struct Summer {
    std::int64_t offset_s = 0;
    YearlyMoment begin, end;
  };
  std::int64_t offset_s = 0;  // of the standard time
  std::optional<Summer> summer;
};

// Nothing if the text is no such line.
std::optional<ZoneRule> parse_zone_rule(std::string_view text);

// Of the years [first, last], in the order of time; empty without summer time.
std::vector<ClockChange> clock_changes(const ZoneRule& rule, int first, int last);

}  // namespace headwater::planner
