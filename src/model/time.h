// Moments as text: RFC 3339 as emitters really write it.
//
// Thread-safety: pure functions. Unit: microseconds since the epoch.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace headwater::model {

struct ParsedTime {
  base::Micros micros = 0;
  bool had_zone = false;  // without zone or offset it was read as UTC
};

// Accepts a date alone, 'T', 't' or a space before the time, 0 to 9 fraction digits (those after
// the sixth are dropped), 'Z', an offset of +hh:mm, +hhmm or +hh, or no zone (read as UTC), and a
// leap second. Years 0001 to 9999. Anything else is nullopt. java.time's "[Zone/Name]" suffix after
// an offset is ignored.
std::optional<ParsedTime> parse_time(std::string_view text);

// "2026-10-01T00:00:00.000000Z". Years outside 0001-9999 are clamped to its ends.
std::string format_time(base::Micros micros);

}  // namespace headwater::model
