#include "planner/zone_rule.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace headwater::planner {
namespace {

constexpr std::int64_t kHourS = 3600;
constexpr std::int64_t kDayS = 24 * kHourS;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<std::int32_t> number(std::int32_t least, std::int32_t most) {
    std::int32_t value = 0;
    const char* const end = rest_.data() + rest_.size();
    const auto [stop, error] = std::from_chars(rest_.data(), end, value);
    if (error != std::errc() || rest_.front() == '-' || value < least || value > most) {
      return std::nullopt;
    }
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return value;
  }
  // "CET" or "<+0530>".
  bool abbreviation() {
    const bool quoted = take('<');
    const std::size_t size =
        std::min(rest_.find_first_of(quoted ? ">" : "+-0123456789,"), rest_.size());
    rest_.remove_prefix(size);
    return size > 0 && (!quoted || take('>'));
  }
  // [+-]hh[:mm[:ss]]
  std::optional<std::int64_t> time() {
    const bool negative = take('-');
    if (!negative) take('+');
    const auto hours = number(0, 167);
    if (!hours) return std::nullopt;
    std::int64_t seconds = *hours * kHourS;
    for (const std::int64_t unit : {60, 1}) {
      if (!take(':')) break;
      const auto part = number(0, 59);
      if (!part) return std::nullopt;
      seconds += *part * unit;
    }
    return negative ? -seconds : seconds;
  }

 private:
  std::string_view rest_;
};

std::optional<YearlyMoment> weekday_of_month(Scanner& in) {
  const auto month = in.number(1, 12);
  if (!month || !in.take('.')) return std::nullopt;
  const auto week = in.number(1, 5);
  if (!week || !in.take('.')) return std::nullopt;
  const auto day = in.number(0, 6);
  if (!day) return std::nullopt;
  return YearlyMoment{YearlyMoment::Day::kWeekday, *month, *week, *day, 0};
}

std::optional<YearlyMoment> yearly_moment(Scanner& in) {
  std::optional<YearlyMoment> moment;
  if (in.take('M')) {
    moment = weekday_of_month(in);
  } else {
    const bool without_leap = in.take('J');
    const auto day = in.number(without_leap ? 1 : 0, 365);
    if (!day) return std::nullopt;
    using Day = YearlyMoment::Day;
    moment = YearlyMoment{without_leap ? Day::kWithoutLeap : Day::kOfYear, 1, 1, *day, 0};
  }
  if (!moment) return std::nullopt;
  const auto time = in.take('/') ? in.time() : 2 * kHourS;
  if (!time) return std::nullopt;
  moment->time_s = *time;
  return moment;
}

// By the clocks in force before it.
std::int64_t local_seconds(const YearlyMoment& moment, int number) {
  using namespace std::chrono;  // NOLINT: dates are unreadable without it
  const year y{number};
  sys_days date = y / January / 1;
  if (moment.kind == YearlyMoment::Day::kWeekday) {
    const year_month of = y / month(static_cast<unsigned>(moment.month));
    const weekday day(static_cast<unsigned>(moment.day));
    date = moment.week == 5 ? sys_days(of / day[last])
                            : sys_days(of / day[static_cast<unsigned>(moment.week)]);
  } else if (moment.kind == YearlyMoment::Day::kOfYear) {
    date += days(moment.day);
  } else {
    date += days(moment.day - (y.is_leap() && moment.day >= 60 ? 0 : 1));
  }
  return date.time_since_epoch().count() * kDayS + moment.time_s;
}

}  // namespace

std::optional<ZoneRule> parse_zone_rule(std::string_view text) {
  Scanner in(text);
  if (!in.abbreviation()) return std::nullopt;
  const auto west = in.time();  // POSIX counts to the west
  if (!west) return std::nullopt;
  ZoneRule rule{-*west, std::nullopt};
  if (in.done()) return rule;
  if (!in.abbreviation()) return std::nullopt;
  ZoneRule::Summer summer;
  summer.offset_s = rule.offset_s + kHourS;
  if (!in.take(',')) {
    const auto summer_west = in.time();
    if (!summer_west || !in.take(',')) return std::nullopt;
    summer.offset_s = -*summer_west;
  }
  const auto begin = yearly_moment(in);
  if (!begin || !in.take(',')) return std::nullopt;
  const auto end = yearly_moment(in);
  if (!end || !in.done()) return std::nullopt;
  summer.begin = *begin;
  summer.end = *end;
  rule.summer = summer;
  return rule;
}

std::vector<ClockChange> clock_changes(const ZoneRule& rule, int first, int last) {
  std::vector<ClockChange> changes;
  if (!rule.summer) return changes;
  for (int year = first; year <= last; ++year) {
    const std::int64_t begin = local_seconds(rule.summer->begin, year) - rule.offset_s;
    const std::int64_t end = local_seconds(rule.summer->end, year) - rule.summer->offset_s;
    changes.push_back({begin, rule.summer->offset_s});
    changes.push_back({end, rule.offset_s});
  }
  // Stable: where summer time ends as the next one begins, the beginning stands last.
  std::stable_sort(changes.begin(), changes.end(),
                   [](const ClockChange& a, const ClockChange& b) { return a.at_s < b.at_s; });
  return changes;
}

}  // namespace headwater::planner
