// Durations as text: ISO 8601, of units that always last equally long.
//
// Thread-safety: pure functions. Unit: microseconds.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace headwater::model {

inline constexpr base::Micros kMinute = base::Micros{60} * 1'000'000;
inline constexpr base::Micros kHour = 60 * kMinute;
inline constexpr base::Micros kDay = 24 * kHour;
inline constexpr base::Micros kWeek = 7 * kDay;

// "P2D", "PT6H", "P1W", "P1DT12H", "PT30M", "PT45S": whole numbers, each unit at most once and in
// order, in capitals. Weeks may stand beside other units. Errors: kInvalidArgument, whose message
// goes on after a name ("must be ..."), also for years and months, which last differently long, and
// for what exceeds 292,000 years.
base::Result<base::Micros> parse_duration(std::string_view text);

// The shortest of that form: "P1DT12H". Parts of a second are left out; "PT0S" if nothing is left.
std::string format_duration(base::Micros micros);

}  // namespace headwater::model
