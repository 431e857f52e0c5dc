#include "query/cause_text.h"

#include "model/duration.h"
#include "model/time.h"

namespace headwater::query::cause {

std::string text_of(Micros moment) {
  std::string text = model::format_time(moment).substr(0, 16);
  text[10] = ' ';
  return text + " UTC";
}

std::string length_text(Micros length) {
  if (length < model::kMinute) return std::to_string(length / 1'000'000) + " s";
  const std::int64_t days = length / model::kDay, hours = length % model::kDay / model::kHour,
                     minutes = length % model::kHour / model::kMinute;
  std::string out;
  if (days > 0) out += std::to_string(days) + (days == 1 ? " day" : " days");
  if (hours > 0) out += (out.empty() ? "" : " ") + std::to_string(hours) + " h";
  if (minutes > 0 && days == 0) out += (out.empty() ? "" : " ") + std::to_string(minutes) + " min";
  return out;
}

std::string count_text(std::int64_t count) {
  std::string digits = std::to_string(count);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string plural(std::size_t count, const std::string& one, const std::string& many) {
  return count_text(static_cast<std::int64_t>(count)) + " " + (count == 1 ? one : many);
}

std::string list_text(const std::vector<std::string>& items, std::size_t most) {
  std::string out;
  const std::size_t shown = std::min(items.size(), most);
  const std::size_t more = items.size() - shown;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) out += i + 1 == shown && more == 0 ? " and " : ", ";
    out += items[i];
  }
  if (more > 0) out += " and " + std::to_string(more) + " more";
  return out;
}

}  // namespace headwater::query::cause
