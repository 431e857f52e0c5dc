// Keys of partitions of time, as text: their forms, without a calendar behind them.
//
// Thread-safety: pure functions and plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace headwater::planner {

struct KeyText {
  enum class Form : std::uint8_t {
    kHour,    // "2026-10-01T05", "2026-10-01 05", "20261001T05", "2026100105"; with an offset or Z
    kDay,     // "2026-10-01", "20261001"
    kWeek,    // "2026-W40", "2026W40"
    kMonth,   // "2026-10", "202610"
    kMoment,  // with minutes at least: what model::parse_time reads
  };
  Form form = Form::kDay;
  std::int32_t year = 0, week = 0;  // the year of a week is that of ISO 8601
  // Local time at its beginning, read as if it were UTC; not of weeks. Of moments with a zone it is
  // the instant.
  base::Micros local_us = 0;
  bool has_zone = false;                  // kMoment
  std::optional<base::Micros> offset_us;  // kHour
};

// Nothing if it is none of these, or a date that does not exist.
std::optional<KeyText> read_key(std::string_view text);

// "2026-10-01", of a local time.
std::string date_text(base::Micros local);
// "+01:00", "-00:44:30".
std::string offset_text(base::Micros offset);

}  // namespace headwater::planner
