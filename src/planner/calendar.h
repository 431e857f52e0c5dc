// Calendar: partitions of time, as the calendar of a zone cuts it.
//
// A partition is an index, counted from 1970 in the zone; what is asked of it are its bounds as UTC
// instants and its key. Days, weeks (from Monday) and months are those of the local calendar: a day
// has 23 or 25 hours where clocks change, and none where a zone left it out. A day begins with the
// first instant of its date or of a later one: where clocks go back over midnight, the minutes of
// the old date that come again belong to the new day. Hours are hours that passed, all equally
// long, cut where the zone's standard time of 2020 cuts them: not that of 1970, since Singapore was
// half an hour off and Kathmandu a quarter; not that of today, since no partition may ever move.
//
// Index: day, days since 1970-01-01; week, weeks since that of 1969-12-29; month, months since
// 1970-01; hour, hours since 1970-01-01T00:00 of that standard time. Bounds: years 1900 to 2199, of
// weeks ISO 8601's years. An instant or index outside counts as the nearest inside; as the end of
// the last partition, max_index() + 1 has a start.
//
// Keys: "2026-10-01T05", "2026-10-01", "2026-W40", "2026-10". The key of an hour is the local hour
// in which it begins, with the offset where two begin in the same: "2026-10-25T02+01:00". Read as
// well: "20261001", "2026100105", "2026-10-01 05", "202610", "2026W40", and moments at which a
// partition begins: "2026-10-01T05:00:00Z", "2026-10-01 05:00:00" (local time).
//
// Source: IANA time zone database, through Howard Hinnant's date library.
// Thread-safety: a value; const methods from any thread. Errors: kInvalidArgument; kInternal if the
// system's time zone data cannot be read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace headwater::planner {

enum class Granularity : std::uint8_t { kHour = 1, kDay = 2, kWeek = 3, kMonth = 4 };
std::string_view to_string(Granularity granularity);  // "hour" ...
std::optional<Granularity> granularity_of(std::string_view text);

class Calendar {
 public:
  // `zone`: an IANA name ("Europe/Berlin"), or "UTC".
  static base::Result<Calendar> create(Granularity granularity, std::string_view zone);

  Granularity granularity() const;
  const std::string& zone() const;
  static std::string database_version();  // of the time zone database in use, "2024a"

  // The partition that holds the instant. O(log n) in the zone's changes at most, no allocation.
  std::int64_t index_of(base::Micros instant) const;
  // Its first instant; it ends where the next one begins. Never decreases with the index.
  base::Micros start_of(std::int64_t index) const;
  std::string key_of(std::int64_t index) const;
  // The error says what a key looks like, or what to add.
  base::Result<std::int64_t> parse(std::string_view key) const;

  // start_of(first), ... start_of(first + count): count + 1 instants, for tables. About 20 ns each.
  std::vector<base::Micros> starts(std::int64_t first, std::size_t count) const;

  // The smallest and greatest index within the bounds above.
  std::int64_t min_index() const;
  std::int64_t max_index() const;

 private:
  struct Impl;
  explicit Calendar(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace headwater::planner
