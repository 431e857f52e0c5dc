#include "planner/key_text.h"

#include <fmt/format.h>

#include "model/duration.h"
#include "model/time.h"

namespace headwater::planner {
namespace {

using base::Micros;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // So many digits, no less.
  std::optional<std::int32_t> digits(std::size_t count) {
    std::int32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!at_digit()) return std::nullopt;
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  // "Z", "+01", "+0100", "+01:00", "+00:44:30".
  std::optional<Micros> offset() {
    if (take('Z')) return 0;
    const bool negative = take('-');
    if (!negative && !take('+')) return std::nullopt;
    const auto hours = digits(2);
    if (!hours) return std::nullopt;
    Micros total = *hours * model::kHour;
    for (const Micros unit : {model::kMinute, model::kMinute / 60}) {
      if (done()) break;
      take(':');
      const auto part = digits(2);
      if (!part) return std::nullopt;
      total += *part * unit;
    }
    return negative ? -total : total;
  }

 private:
  std::string_view rest_;
};

std::optional<Micros> date_of(int year, int month, int day) {
  const std::chrono::year_month_day date(std::chrono::year{year},
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * model::kDay;
}

std::optional<KeyText> read_moment(std::string_view text) {
  const auto time = model::parse_time(text);
  if (!time) return std::nullopt;
  KeyText key;
  key.form = KeyText::Form::kMoment;
  key.local_us = time->micros;
  key.has_zone = time->had_zone;
  return key;
}

std::optional<KeyText> read_week(Scanner& in, int year) {
  const auto week = in.digits(2);
  if (!week || !in.done()) return std::nullopt;
  KeyText key;
  key.form = KeyText::Form::kWeek;
  key.year = year;
  key.week = *week;
  return key;
}

// After the date.
std::optional<KeyText> read_hour(Scanner& in, Micros date) {
  const auto hour = in.digits(2);
  if (!hour || *hour > 23) return std::nullopt;
  KeyText key;
  key.form = KeyText::Form::kHour;
  key.local_us = date + *hour * model::kHour;
  if (in.done()) return key;
  key.offset_us = in.offset();
  if (!key.offset_us || !in.done()) return std::nullopt;
  return key;
}

}  // namespace

std::optional<KeyText> read_key(std::string_view text) {
  constexpr std::size_t kBeforeMinutes = 13;  // of "2026-10-01T05:00"
  if (text.size() > kBeforeMinutes && text[kBeforeMinutes] == ':') return read_moment(text);
  Scanner in(text);
  const auto year = in.digits(4);
  if (!year) return std::nullopt;
  const bool dashed = in.take('-');
  if (in.take('W')) return read_week(in, *year);
  const auto month = in.digits(2);
  if (!month) return std::nullopt;
  KeyText key;
  if (in.done()) {
    const auto first = date_of(*year, *month, 1);
    if (!first) return std::nullopt;
    key.form = KeyText::Form::kMonth;
    key.local_us = *first;
    return key;
  }
  if (dashed && !in.take('-')) return std::nullopt;
  const auto day = in.digits(2);
  if (!day) return std::nullopt;
  const auto date = date_of(*year, *month, *day);
  if (!date) return std::nullopt;
  key.local_us = *date;
  if (in.done()) return key;
  const bool marked = in.take('T') || in.take('t') || in.take(' ');
  if (!marked && (dashed || !in.at_digit())) return std::nullopt;
  return read_hour(in, *date);
}

std::string date_text(Micros local) {
  using namespace std::chrono;  // NOLINT: dates are unreadable without it
  const year_month_day date(floor<days>(sys_time<microseconds>(microseconds(local))));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string offset_text(Micros offset) {
  const Micros seconds = (offset < 0 ? -offset : offset) / 1'000'000;
  std::string text =
      fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', seconds / 3600, seconds / 60 % 60);
  if (seconds % 60 != 0) text += fmt::format(":{:02}", seconds % 60);
  return text;
}

}  // namespace headwater::planner
