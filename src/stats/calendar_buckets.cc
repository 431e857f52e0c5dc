#include "stats/calendar_buckets.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace headwater::stats {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

sys_days as_days(std::int32_t day) { return sys_days{std::chrono::days{day}}; }
std::int32_t number(sys_days day) {
  return static_cast<std::int32_t>(day.time_since_epoch().count());
}

}  // namespace

std::int32_t start_of(Period period, std::int32_t day) {
  if (period == Period::kDaily) return day;
  if (period == Period::kMonthly) {
    const year_month_day date{as_days(day)};
    return number(sys_days{date.year() / date.month() / 1});
  }
  const std::chrono::weekday weekday{as_days(day)};
  return day - static_cast<std::int32_t>(weekday.iso_encoding()) + 1;
}

std::int32_t end_of(Period period, std::int32_t start) {
  if (period == Period::kDaily) return start + 1;
  if (period == Period::kWeekly) return start + 7;
  const year_month_day date{as_days(start)};
  return number(sys_days{(date.year() / date.month() + std::chrono::months{1}) / 1});
}

std::string period_text(Period period, std::int32_t start) {
  std::array<char, 48> text{};
  // The year of a week is that of its Thursday.
  const year_month_day date{as_days(period == Period::kWeekly ? start + 3 : start)};
  const int year = static_cast<int>(date.year());
  const auto month = static_cast<unsigned>(date.month()), day = static_cast<unsigned>(date.day());
  if (period == Period::kDaily) {
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", year, month, day);
  } else if (period == Period::kMonthly) {
    std::snprintf(text.data(), text.size(), "%04d-%02u", year, month);
  } else {
    const std::int32_t into = start + 3 - number(sys_days{date.year() / std::chrono::January / 1});
    std::snprintf(text.data(), text.size(), "%04d-W%02d", year, into / 7 + 1);
  }
  return text.data();
}

base::Result<Buckets> Buckets::of(const std::vector<Period>& periods, std::int32_t first,
                                  std::int32_t end) {
  Buckets out;
  if (periods.empty() || end <= first) return out;
  if (std::int64_t{end} - first > kMaxDays) {
    return base::make_error(base::ErrorCode::kLimitExceeded,
                            "The interval has more than " + std::to_string(kMaxDays) +
                                " days (limit max_days). Ask for a shorter one, or not by time.");
  }
  out.first_ = first;
  out.of_day_.reserve(static_cast<std::size_t>(end - first));
  for (std::int32_t day = first; day < end; ++day) {
    const bool fresh = day == first || std::ranges::any_of(periods, [day](Period period) {
                         return start_of(period, day) == day;
                       });
    if (fresh) out.first_days_.push_back(day);
    out.of_day_.push_back(static_cast<std::uint32_t>(out.first_days_.size() - 1));
  }
  return out;
}

}  // namespace headwater::stats
