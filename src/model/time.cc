#include "model/time.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace headwater::model {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

// Days since the epoch of a proleptic Gregorian date, and back: eras of 400 years, March first.
constexpr std::int64_t days_from_civil(std::int64_t y, int m, int d) {
  y -= m <= 2 ? 1 : 0;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t yoe = y - era * 400;
  const std::int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  const std::int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

struct Civil {
  std::int64_t year;
  int month, day;
};

constexpr Civil civil_from_days(std::int64_t z) {
  z += 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const std::int64_t doe = z - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int mp = static_cast<int>((5 * doy + 2) / 153);
  const int day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  const int month = mp < 10 ? mp + 3 : mp - 9;
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr bool leap_year(int y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }

int days_in_month(int y, int m) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return m == 2 && leap_year(y) ? 29 : kDays[static_cast<std::size_t>(m - 1)];
}

// The last `count` decimal digits of `value`.
void put_digits(std::string& text, std::size_t at, std::size_t count, std::int64_t value) {
  for (std::size_t i = count; i-- > 0; value /= 10) {
    text[at + i] = static_cast<char>('0' + value % 10);
  }
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  bool done() const { return at_ == text_.size(); }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_any(std::string_view set) {
    if (done() || set.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  bool digit_next() const { return !done() && text_[at_] >= '0' && text_[at_] <= '9'; }
  // Exactly `n` digits, or -1.
  int digits(int n) {
    int value = 0;
    for (int i = 0; i < n; ++i) {
      if (!digit_next()) return -1;
      value = value * 10 + (text_[at_++] - '0');
    }
    return value;
  }
  std::string_view rest() const { return text_.substr(at_); }
  void skip_all() { at_ = text_.size(); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::int64_t> parse_date(Cursor& in) {
  const int y = in.digits(4);
  if (y < 1 || !in.take('-')) return std::nullopt;
  const int m = in.digits(2);
  if (m < 1 || m > 12 || !in.take('-')) return std::nullopt;
  const int d = in.digits(2);
  if (d < 1 || d > days_in_month(y, m)) return std::nullopt;
  return days_from_civil(y, m, d);
}

std::optional<std::int64_t> parse_fraction(Cursor& in) {
  if (!in.take_any(".,")) return 0;
  std::int64_t micros = 0;
  int count = 0;
  for (; in.digit_next() && count < 9; ++count) {
    const int digit = in.digits(1);
    if (count < 6) micros = micros * 10 + digit;
  }
  if (count == 0 || in.digit_next()) return std::nullopt;
  for (int i = count; i < 6; ++i) micros *= 10;
  return micros;
}

std::optional<std::int64_t> parse_clock(Cursor& in) {
  const int h = in.digits(2);
  if (h < 0 || h > 23 || !in.take(':')) return std::nullopt;
  const int m = in.digits(2);
  if (m < 0 || m > 59) return std::nullopt;
  int s = 0;
  if (in.take(':')) {
    s = in.digits(2);
    if (s < 0 || s > 60) return std::nullopt;
  }
  const auto fraction = parse_fraction(in);
  if (!fraction) return std::nullopt;
  return (h * 3600 + m * 60 + s) * kMicrosPerSecond + *fraction;
}

// Seconds east of UTC; `zone` tells whether there was any.
std::optional<int> parse_offset(Cursor& in, bool& zone) {
  zone = true;
  if (in.take_any("Zz")) return 0;
  const bool plus = in.take('+');
  if (!plus && !in.take('-')) {
    zone = false;
    return 0;
  }
  const int h = in.digits(2);
  if (h < 0 || h > 23) return std::nullopt;
  const bool colon = in.take(':');
  int m = 0;
  if (colon || in.digit_next()) m = in.digits(2);
  if (m < 0 || m > 59) return std::nullopt;
  const int seconds = h * 3600 + m * 60;
  return plus ? seconds : -seconds;
}

}  // namespace

std::optional<ParsedTime> parse_time(std::string_view text) {
  Cursor in(text);
  const auto days = parse_date(in);
  if (!days) return std::nullopt;
  ParsedTime out;
  out.micros = *days * kSecondsPerDay * kMicrosPerSecond;
  if (in.done()) return out;
  if (!in.take_any("Tt ")) return std::nullopt;
  const auto clock = parse_clock(in);
  if (!clock) return std::nullopt;
  const auto offset = parse_offset(in, out.had_zone);
  if (!offset) return std::nullopt;
  const std::string_view rest = in.rest();
  if (out.had_zone && rest.size() > 2 && rest.front() == '[' && rest.back() == ']') in.skip_all();
  if (!in.done()) return std::nullopt;
  out.micros += *clock - *offset * kMicrosPerSecond;
  return out;
}

std::string format_time(base::Micros micros) {
  constexpr base::Micros kMin = days_from_civil(1, 1, 1) * kSecondsPerDay * kMicrosPerSecond;
  constexpr base::Micros kMax =
      days_from_civil(10000, 1, 1) * kSecondsPerDay * kMicrosPerSecond - 1;
  micros = std::clamp(micros, kMin, kMax);
  constexpr std::int64_t kPerDay = kSecondsPerDay * kMicrosPerSecond;
  std::int64_t days = micros / kPerDay;
  std::int64_t rest = micros % kPerDay;
  if (rest < 0) {
    rest += kPerDay;
    --days;
  }
  const Civil date = civil_from_days(days);
  const std::int64_t seconds = rest / kMicrosPerSecond;
  std::string out = "0000-00-00T00:00:00.000000Z";
  put_digits(out, 0, 4, date.year);
  put_digits(out, 5, 2, date.month);
  put_digits(out, 8, 2, date.day);
  put_digits(out, 11, 2, seconds / 3600);
  put_digits(out, 14, 2, seconds / 60 % 60);
  put_digits(out, 17, 2, seconds % 60);
  put_digits(out, 20, 6, rest % kMicrosPerSecond);
  return out;
}

}  // namespace headwater::model
