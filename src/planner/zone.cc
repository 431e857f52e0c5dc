#include "planner/zone.h"

#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <map>

#include "base/mutex.h"
#include "planner/zone_rule.h"

namespace headwater::planner {
namespace {

using base::Micros;
using date::sys_days;
using date::sys_seconds;

constexpr Micros kSecond = 1'000'000;
constexpr int kFirstYear = 1899, kLastYear = 2200;
// Where the date library looks as well.
constexpr const char* kDatabase = "/usr/share/zoneinfo/";
constexpr Micros kLongAgo = std::numeric_limits<Micros>::min() / 2;

// As Zone's table, with what is standard time; in seconds.
struct Change {
  std::int64_t at_s = 0, offset_s = 0;
  bool standard = true;
};

base::Error no_such_zone(std::string_view name) {
  return base::make_error(base::ErrorCode::kInvalidArgument,
                          "\"" + std::string(name) +
                              "\" is no time zone; write an IANA name like \"Europe/Berlin\", or "
                              "\"UTC\".");
}

base::Error unreadable(std::string_view name, std::string detail) {
  return base::make_error(base::ErrorCode::kInternal,
                          "The time zone \"" + std::string(name) +
                              "\" cannot be read; install the system's time zone data again.",
                          std::move(detail));
}

// "CET-1CEST,M3.5.0,M10.5.0/3" of "\nCET-1CEST,M3.5.0,M10.5.0/3\n" at the end of the zone's file.
std::string last_line(const std::string& zone) {
  std::ifstream file(kDatabase + zone, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!bytes.ends_with('\n')) return "";
  const std::size_t begin = bytes.rfind('\n', bytes.size() - 2);
  return begin == std::string::npos ? "" : bytes.substr(begin + 1, bytes.size() - begin - 2);
}

std::vector<Change> listed_changes(const date::time_zone& zone) {
  std::vector<Change> changes;
  const sys_seconds end = sys_days(date::year{kLastYear} / 12 / 31);
  sys_seconds at = sys_days(date::year{kFirstYear} / 1 / 1);
  while (at < end) {
    const date::sys_info info = zone.get_info(at);
    changes.push_back({info.begin.time_since_epoch().count(), info.offset.count(),
                       info.save == std::chrono::minutes(0)});
    at = info.end;
  }
  return changes;
}

// What the rule says after the last change that is listed.
void continue_by(const ZoneRule& rule, std::vector<Change>& changes) {
  const std::int64_t from = changes.back().at_s;
  for (const ClockChange& change : clock_changes(rule, kFirstYear, kLastYear)) {
    if (change.at_s > from) changes.push_back({change.at_s, change.offset_s, true});
  }
}

// Changes later than 2020 are not asked for what is standard time.
std::int64_t standard_offset_s(const std::vector<Change>& changes) {
  const sys_seconds moment = sys_days(date::year{2020} / 1 / 1);
  std::int64_t offset_s = changes.front().offset_s;
  for (const Change& change : changes) {
    if (change.at_s > moment.time_since_epoch().count()) break;
    if (change.standard) offset_s = change.offset_s;
  }
  return offset_s;
}

// The last entry that is not above x; the first entry must not be. Without branches to guess.
std::size_t last_up_to(const std::vector<Micros>& sorted, Micros x) {
  const Micros* base = sorted.data();
  for (std::size_t size = sorted.size(); size > 1;) {
    const std::size_t half = size / 2;
    base = base[half] <= x ? base + half : base;
    size -= half;
  }
  return static_cast<std::size_t>(base - sorted.data());
}

}  // namespace

void Zone::add(Micros from, Micros offset) {
  if (!from_.empty() && from_.back() >= from) {  // no time at all in between
    offset_.back() = offset;
    return;
  }
  if (!offset_.empty() && offset_.back() == offset) return;  // another name of the same clocks
  from_.push_back(from);
  offset_.push_back(offset);
}

void Zone::close() {
  Micros reach = std::numeric_limits<Micros>::min();
  for (std::size_t i = 0; i + 1 < from_.size(); ++i) {
    reach = std::max(reach, from_[i + 1] + offset_[i]);
    reach_.push_back(reach);
  }
  reach_.push_back(std::numeric_limits<Micros>::max());
}

base::Result<std::shared_ptr<const Zone>> Zone::load(std::string_view name) {
  // The machine's own zone is no name of one.
  if (name == "localtime") return no_such_zone(name);
  std::vector<Change> changes;
  try {
    const auto& zones = date::get_tzdb().zones;
    const bool known = std::any_of(zones.begin(), zones.end(),
                                   [name](const auto& zone) { return zone.name() == name; });
    if (!known) return no_such_zone(name);
    changes = listed_changes(*date::locate_zone(name));
  } catch (const std::exception& problem) {
    return unreadable(name, problem.what());
  }
  const auto zone = std::make_shared<Zone>();
  zone->name_ = name;
  zone->standard_offset_ = standard_offset_s(changes) * kSecond;
  const std::string line = last_line(zone->name_);
  const std::optional<ZoneRule> rule = parse_zone_rule(line);
  if (!rule) return unreadable(name, "the last line is \"" + line + "\"");
  continue_by(*rule, changes);
  changes.front().at_s = kLongAgo / kSecond;
  for (const Change& change : changes) zone->add(change.at_s * kSecond, change.offset_s * kSecond);
  zone->close();
  return std::shared_ptr<const Zone>(zone);
}

base::Result<std::shared_ptr<const Zone>> Zone::find(std::string_view name) {
  using Tables = std::map<std::string, std::shared_ptr<const Zone>, std::less<>>;
  static base::Guarded<Tables> tables;
  const auto known = tables.with([name](Tables& all) {
    const auto found = all.find(name);
    return found == all.end() ? nullptr : found->second;
  });
  if (known) return known;
  HW_TRY(auto zone, load(name));
  return tables.with(
      [&zone](Tables& all) { return all.emplace(zone->name(), zone).first->second; });
}

std::string Zone::database_version() {
  // The library does not know where Debian writes it: "# version 2024a".
  std::ifstream file(std::string(kDatabase) + "tzdata.zi");
  std::string hash, word, version;
  file >> hash >> word >> version;
  return file && word == "version" ? version : "unknown";
}

std::size_t Zone::period_at(Micros instant) const {
  return instant <= from_.front() ? 0 : last_up_to(from_, instant);
}

std::size_t Zone::period_passing(Micros local) const {
  return reach_.front() > local ? 0 : last_up_to(reach_, local) + 1;
}

Micros Zone::latest_local(Micros instant) const {
  const std::size_t i = period_at(instant);
  const Micros local = instant + offset_[i];
  // Up to the end of a period its reach is not quite reached.
  return i > 0 && local < reach_[i - 1] ? reach_[i - 1] - 1 : local;
}

}  // namespace headwater::planner
