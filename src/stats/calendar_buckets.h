// Buckets: the pieces of time that an answer tells apart. Days, weeks from Monday on and months,
// all in UTC. Private to stats.
//
// Thread-safety: plain values. Errors: kLimitExceeded, if the days of an interval are too many.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "stats/ledger.h"

namespace headwater::stats {

enum class Period : std::uint8_t { kDaily, kWeekly, kMonthly };

// The first day of the period that the day is in.
std::int32_t start_of(Period period, std::int32_t day);
// The first day after it.
std::int32_t end_of(Period period, std::int32_t start);
// "2026-10-01", "2026-W40", "2026-10".
std::string period_text(Period period, std::int32_t start);

class Buckets {
 public:
  static constexpr std::int32_t kMaxDays = 40'000;  // limit max_days: more than a hundred years

  // All time is one bucket.
  Buckets() = default;
  // Of the days [first, end): those that no period of `periods` tells apart are one. With none, all
  // of them.
  static base::Result<Buckets> of(const std::vector<Period>& periods, std::int32_t first,
                                  std::int32_t end);

  bool one() const { return of_day_.empty(); }
  std::size_t size() const { return one() ? 1 : first_days_.size(); }
  // Of a day within the interval.
  std::uint32_t bucket(std::int32_t day) const {
    return one() ? 0 : of_day_[static_cast<std::size_t>(day - first_)];
  }
  std::int32_t first_day(std::uint32_t bucket) const { return first_days_[bucket]; }

 private:
  std::int32_t first_ = 0;
  std::vector<std::uint32_t> of_day_;
  std::vector<std::int32_t> first_days_;
};

}  // namespace headwater::stats
