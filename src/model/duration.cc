#include "model/duration.h"

#include <array>
#include <limits>
#include <optional>

namespace headwater::model {
namespace {

using base::Micros;

struct Unit {
  char letter;
  bool after_t;
  Micros micros;
};

constexpr Micros kSecond = 1'000'000;
constexpr std::array<Unit, 5> kUnits = {{{'W', false, kWeek},
                                         {'D', false, kDay},
                                         {'H', true, kHour},
                                         {'M', true, kMinute},
                                         {'S', true, kSecond}}};

base::Error refused(std::string message) {
  return base::make_error(base::ErrorCode::kInvalidArgument, std::move(message));
}

base::Error not_a_duration(std::string_view text) {
  return refused("must be an ISO 8601 duration like P2D, PT6H or P1DT12H, not \"" +
                 std::string(text) + "\".");
}

// The whole number that text starts with, taken off; nothing if there is none or it is too large.
std::optional<Micros> take_number(std::string_view& text) {
  Micros value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits > 17) return std::nullopt;
    value = value * 10 + (text[digits] - '0');
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

}  // namespace

base::Result<Micros> parse_duration(std::string_view text) {
  std::string_view rest = text;
  if (!rest.starts_with('P')) return not_a_duration(text);
  rest.remove_prefix(1);
  Micros total = 0;
  std::size_t next_unit = 0;
  bool after_t = false, any = false;
  while (!rest.empty()) {
    if (rest.front() == 'T' && !after_t) {
      after_t = true;
      rest.remove_prefix(1);
      if (rest.empty()) return not_a_duration(text);
    }
    const std::optional<Micros> number = take_number(rest);
    if (!number || rest.empty()) return not_a_duration(text);
    const char letter = rest.front();
    rest.remove_prefix(1);
    if (letter == 'Y' || (letter == 'M' && !after_t)) {
      return refused(
          "must not count years or months, which are not all equally long; write days (P30D), not "
          "\"" +
          std::string(text) + "\".");
    }
    while (next_unit < kUnits.size() &&
           (kUnits[next_unit].letter != letter || kUnits[next_unit].after_t != after_t)) {
      ++next_unit;
    }
    if (next_unit == kUnits.size()) return not_a_duration(text);
    const Micros unit = kUnits[next_unit++].micros;
    if (*number > (std::numeric_limits<Micros>::max() - total) / unit) {
      return refused("is too long: \"" + std::string(text) + "\".");
    }
    total += *number * unit;
    any = true;
  }
  if (!any) return not_a_duration(text);
  return total;
}

std::string format_duration(Micros micros) {
  std::string out = "P";
  bool after_t = false;
  for (const Unit& unit : kUnits) {
    // Weeks are written as days, so that a duration has one form only.
    if (unit.letter == 'W') continue;
    const Micros count = micros / unit.micros;
    if (count <= 0) continue;
    micros -= count * unit.micros;
    if (unit.after_t && !after_t) out += 'T';
    after_t = after_t || unit.after_t;
    out += std::to_string(count) + unit.letter;
  }
  return out == "P" ? "PT0S" : out;
}

}  // namespace headwater::model
