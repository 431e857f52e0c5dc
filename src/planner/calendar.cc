#include "planner/calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "model/duration.h"
#include "planner/key_text.h"
#include "planner/zone.h"

namespace headwater::planner {
namespace {

using base::Micros;
using model::kDay;
using model::kHour;

constexpr int kFirstYear = 1900, kLastYear = 2199;
constexpr std::array<std::string_view, 4> kNames = {"hour", "day", "week", "month"};
constexpr std::array<std::string_view, 4> kExamples = {"2026-10-01T05", "2026-10-01", "2026-W40",
                                                       "2026-10"};

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

constexpr std::int64_t days_of(int year, unsigned month, unsigned day) {
  using namespace std::chrono;  // NOLINT: dates are unreadable without it
  const year_month_day date(std::chrono::year{year}, std::chrono::month(month),
                            std::chrono::day(day));
  return sys_days(date).time_since_epoch().count();
}

constexpr std::chrono::year_month_day date_of(std::int64_t days) {
  return std::chrono::sys_days(std::chrono::days(days));
}

constexpr std::int64_t month_of_day(std::int64_t days) {
  const auto date = date_of(days);
  return (static_cast<int>(date.year()) - 1970) * 12 +
         static_cast<std::int64_t>(static_cast<unsigned>(date.month())) - 1;
}

// 1970-01-01 was a Thursday: the Thursday of a week, which its year goes by, is day 7 * index.
constexpr std::int64_t week_of_day(std::int64_t days) { return floor_div(days + 3, 7); }
constexpr std::int64_t monday_of(std::int64_t week) { return week * 7 - 3; }
constexpr std::int64_t first_week_of(int year) { return week_of_day(days_of(year, 1, 4)); }

constexpr std::int64_t first_day_of_month(std::int64_t index) {
  const std::int64_t year = floor_div(index, 12);
  return days_of(static_cast<int>(1970 + year), static_cast<unsigned>(index - year * 12 + 1), 1);
}

constexpr Micros kBegin = days_of(kFirstYear, 1, 1) * kDay;
constexpr Micros kEnd = days_of(kLastYear + 1, 1, 1) * kDay;

base::Error refused(std::string message) {
  return base::make_error(base::ErrorCode::kInvalidArgument, std::move(message));
}

}  // namespace

std::string_view to_string(Granularity granularity) {
  return kNames[static_cast<std::size_t>(granularity) - 1];
}

std::optional<Granularity> granularity_of(std::string_view text) {
  const auto found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Granularity>(found - kNames.begin() + 1);
}

struct Calendar::Impl {
  Granularity granularity;
  std::shared_ptr<const Zone> zone;
  std::int64_t min = 0, max = 0;

  // An hour that begins in a local hour.
  struct LocalHour {
    std::int64_t index = 0;
    Micros offset = 0;
  };

  void set_bounds();
  std::int64_t index_of_local(Micros local) const;  // not of hours
  Micros local_start(std::int64_t index) const;     // not of hours
  Micros hour_start(std::int64_t index) const { return index * kHour - zone->standard_offset(); }
  std::int64_t hour_of(Micros instant) const {
    return floor_div(instant + zone->standard_offset(), kHour);
  }
  std::vector<LocalHour> hours_in(Micros local_hour) const;
  std::string hour_key(std::int64_t index) const;

  base::Result<std::int64_t> find(const KeyText& key, std::string_view text) const;
  base::Result<std::int64_t> find_hour(const KeyText& key, std::string_view text) const;
  base::Result<std::int64_t> find_week(const KeyText& key, std::string_view text) const;
  base::Result<std::int64_t> find_moment(const KeyText& key, std::string_view text) const;
  base::Error no_key(std::string_view text) const;
  base::Error begins_nothing(std::string_view text) const;
};

void Calendar::Impl::set_bounds() {
  switch (granularity) {
    case Granularity::kHour:
      min = hour_of(zone->first_instant(kBegin) + kHour - 1);
      max = hour_of(zone->first_instant(kEnd) - 1);
      return;
    case Granularity::kWeek:
      min = first_week_of(kFirstYear);
      max = first_week_of(kLastYear + 1) - 1;
      return;
    case Granularity::kDay:
    case Granularity::kMonth:
      min = index_of_local(kBegin);
      max = index_of_local(kEnd - 1);
      return;
  }
}

std::int64_t Calendar::Impl::index_of_local(Micros local) const {
  const std::int64_t days = floor_div(local, kDay);
  if (granularity == Granularity::kDay) return days;
  return granularity == Granularity::kWeek ? week_of_day(days) : month_of_day(days);
}

Micros Calendar::Impl::local_start(std::int64_t index) const {
  if (granularity == Granularity::kDay) return index * kDay;
  return (granularity == Granularity::kWeek ? monday_of(index) : first_day_of_month(index)) * kDay;
}

std::vector<Calendar::Impl::LocalHour> Calendar::Impl::hours_in(Micros local_hour) const {
  constexpr Micros kFarthest = kDay + 2 * kHour;  // local time from UTC, at most
  std::vector<LocalHour> found;
  const std::size_t last = zone->period_at(local_hour + kFarthest);
  for (std::size_t i = zone->period_at(local_hour - kFarthest); i <= last; ++i) {
    const Zone::Period period = zone->period(i);
    // The one hour that begins within [local_hour, local_hour + 1 h) by the period's clocks.
    const std::int64_t index = hour_of(local_hour - period.offset + kHour - 1);
    const Micros start = hour_start(index);
    if (start >= period.from && start < period.to) found.push_back({index, period.offset});
  }
  return found;
}

std::string Calendar::Impl::hour_key(std::int64_t index) const {
  const Micros start = hour_start(index);
  const Micros offset = zone->offset_at(start);
  const Micros local_hour = floor_div(start + offset, kHour) * kHour;
  std::string key = fmt::format("{}T{:02}", date_text(local_hour),
                                floor_div(local_hour, kHour) - floor_div(local_hour, kDay) * 24);
  if (hours_in(local_hour).size() > 1) key += offset_text(offset);
  return key;
}

base::Error Calendar::Impl::no_key(std::string_view text) const {
  return refused(fmt::format("\"{}\" names no {}; write it like \"{}\".", text,
                             to_string(granularity),
                             kExamples[static_cast<std::size_t>(granularity) - 1]));
}

base::Error Calendar::Impl::begins_nothing(std::string_view text) const {
  return refused(fmt::format("No {} of {} begins at \"{}\"; write it like \"{}\".",
                             to_string(granularity), zone->name(), text,
                             kExamples[static_cast<std::size_t>(granularity) - 1]));
}

base::Result<std::int64_t> Calendar::Impl::find_hour(const KeyText& key,
                                                     std::string_view text) const {
  if (key.offset_us == 0 && text.ends_with('Z')) {  // an instant, whatever the clocks show
    KeyText moment = key;
    moment.has_zone = true;
    return find_moment(moment, text);
  }
  const std::vector<LocalHour> hours = hours_in(key.local_us);
  if (hours.empty()) {
    return refused(fmt::format(
        "No hour of {} begins in \"{}\": clocks were put forward; write the one before or after.",
        zone->name(), text));
  }
  if (!key.offset_us) {
    if (hours.size() == 1) return hours.front().index;
    return refused(fmt::format("\"{}\" stands twice in {}; add {} or {}.", text, zone->name(),
                               offset_text(hours.front().offset), offset_text(hours[1].offset)));
  }
  for (const LocalHour& hour : hours) {
    if (hour.offset == *key.offset_us) return hour.index;
  }
  return refused(fmt::format("The offset of \"{}\" is not that of {}, which is {}.", text,
                             zone->name(), offset_text(hours.front().offset)));
}

base::Result<std::int64_t> Calendar::Impl::find_week(const KeyText& key,
                                                     std::string_view text) const {
  const std::int64_t first = first_week_of(key.year);
  const std::int64_t index = first + key.week - 1;
  if (key.week < 1 || index >= first_week_of(key.year + 1)) {
    return refused(fmt::format("\"{}\" names no week: those of {} are W01 to W{}.", text, key.year,
                               first_week_of(key.year + 1) - first));
  }
  return index;
}

base::Result<std::int64_t> Calendar::Impl::find_moment(const KeyText& key,
                                                       std::string_view text) const {
  if (granularity == Granularity::kHour) {
    if (key.has_zone) {
      const std::int64_t index = hour_of(key.local_us);
      if (hour_start(index) != key.local_us) return begins_nothing(text);
      return index;
    }
    if (key.local_us % kHour != 0) return begins_nothing(text);
    return find_hour(key, text);
  }
  const Micros local = key.has_zone ? zone->latest_local(key.local_us) : key.local_us;
  const std::int64_t index = index_of_local(local);
  const bool begins = key.has_zone ? zone->first_instant(local_start(index)) == key.local_us
                                   : local_start(index) == local;
  if (!begins) return begins_nothing(text);
  return index;
}

base::Result<std::int64_t> Calendar::Impl::find(const KeyText& key, std::string_view text) const {
  using Form = KeyText::Form;
  constexpr std::array<Form, 4> kForms = {Form::kHour, Form::kDay, Form::kWeek, Form::kMonth};
  if (key.form == Form::kMoment) return find_moment(key, text);
  if (key.form != kForms[static_cast<std::size_t>(granularity) - 1]) return no_key(text);
  if (key.form == Form::kHour) return find_hour(key, text);
  if (key.form == Form::kWeek) return find_week(key, text);
  return index_of_local(key.local_us);
}

base::Result<Calendar> Calendar::create(Granularity granularity, std::string_view zone) {
  auto impl = std::make_shared<Impl>();
  impl->granularity = granularity;
  HW_TRY(impl->zone, Zone::find(zone));
  impl->set_bounds();
  return Calendar(std::move(impl));
}

Granularity Calendar::granularity() const { return impl_->granularity; }
const std::string& Calendar::zone() const { return impl_->zone->name(); }
std::string Calendar::database_version() { return Zone::database_version(); }
std::int64_t Calendar::min_index() const { return impl_->min; }
std::int64_t Calendar::max_index() const { return impl_->max; }

std::int64_t Calendar::index_of(Micros instant) const {
  // Far outside the bounds, but not so far that sums overflow.
  const Micros within = std::clamp(instant, kBegin - 30 * kDay, kEnd + 30 * kDay);
  const std::int64_t index = impl_->granularity == Granularity::kHour
                                 ? impl_->hour_of(within)
                                 : impl_->index_of_local(impl_->zone->latest_local(within));
  return std::clamp(index, impl_->min, impl_->max);
}

Micros Calendar::start_of(std::int64_t index) const {
  const std::int64_t within = std::clamp(index, impl_->min, impl_->max + 1);
  if (impl_->granularity == Granularity::kHour) return impl_->hour_start(within);
  return impl_->zone->first_instant(impl_->local_start(within));
}

std::vector<Micros> Calendar::starts(std::int64_t first, std::size_t count) const {
  std::vector<Micros> out(count + 1);
  if (impl_->granularity == Granularity::kHour) {
    for (std::size_t i = 0; i <= count; ++i)
      out[i] = start_of(first + static_cast<std::int64_t>(i));
    return out;
  }
  const Zone& zone = *impl_->zone;
  std::size_t passing = 0;
  for (std::size_t i = 0; i <= count; ++i) {
    const std::int64_t index =
        std::clamp(first + static_cast<std::int64_t>(i), impl_->min, impl_->max + 1);
    const Micros local = impl_->local_start(index);
    if (i == 0) passing = zone.period_passing(local);
    while (zone.reach(passing) <= local) ++passing;
    out[i] = zone.first_instant(local, passing);
  }
  return out;
}

std::string Calendar::key_of(std::int64_t index) const {
  const std::int64_t within = std::clamp(index, impl_->min, impl_->max);
  switch (impl_->granularity) {
    case Granularity::kHour: return impl_->hour_key(within);
    case Granularity::kDay: return date_text(impl_->local_start(within));
    case Granularity::kMonth: return date_text(impl_->local_start(within)).substr(0, 7);
    case Granularity::kWeek: break;
  }
  const int year = static_cast<int>(date_of(within * 7).year());
  return fmt::format("{:04}-W{:02}", year, within - first_week_of(year) + 1);
}

base::Result<std::int64_t> Calendar::parse(std::string_view key) const {
  const std::optional<KeyText> text = read_key(key);
  if (!text) return impl_->no_key(key);
  HW_TRY(const std::int64_t index, impl_->find(*text, key));
  if (index < impl_->min || index > impl_->max) {
    return refused(
        fmt::format("\"{}\" lies outside the years {} to {}.", key, kFirstYear, kLastYear));
  }
  return index;
}

}  // namespace headwater::planner
