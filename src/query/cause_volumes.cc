#include "query/cause_volumes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "model/duration.h"
#include "model/time.h"
#include "query/cause_stats.h"

namespace headwater::query::cause {
namespace {

// Runs that rewrote a partition of this age, of all before: from this share on it is their habit.
constexpr double kHabit = 0.25;

std::int64_t weekday(Micros time) {
  const Micros day = (time >= 0 ? time : time - model::kDay + 1) / model::kDay;
  return ((day % 7) + 7) % 7;
}

// A backfill of four partitions writes four times as much, which is no jump.
double parts(const Written& w) {
  return static_cast<double>(std::max<std::size_t>(1, w.partitions.size()));
}

double log_of(std::int64_t value, double parts) {
  return std::log(static_cast<double>(std::max<std::int64_t>(0, value)) / parts + 1);
}

std::optional<std::int64_t> value_of(const Written& w, bool rows) {
  return rows ? w.rows : w.bytes;
}

std::optional<VolumeJump> judge(std::span<const Written> before, const Written& w) {
  const bool rows = w.rows.has_value();
  const std::optional<std::int64_t> value = value_of(w, rows);
  if (!value) return std::nullopt;
  std::vector<double> all, same;
  for (auto it = before.rbegin(); it != before.rend() && all.size() < kMaxVolumeSamples; ++it) {
    const std::optional<std::int64_t> other = value_of(*it, rows);
    if (!other) continue;
    all.push_back(log_of(*other, parts(*it)));
    if (weekday(it->basis) == weekday(w.basis)) same.push_back(all.back());
  }
  if (all.size() < kMinVolumes) return std::nullopt;
  const bool weekdays = same.size() >= kMinSameWeekday;
  const std::vector<double>& samples = weekdays ? same : all;
  const double middle = median(samples);
  const double sigma = std::max(robust_sigma(samples, middle), kLeastSigma);
  const double step = log_of(*value, parts(w)) - middle;
  if (std::abs(step) < kJumpSigmas * sigma || std::abs(step) < std::log(kJumpRatio)) {
    return std::nullopt;
  }
  const double usual = (std::exp(middle) - 1) * parts(w);
  return VolumeJump{w.run, w.time, rows, *value, usual, step / sigma, samples.size(), weekdays, 0};
}

std::vector<std::string> parts_of(const Written& w) {
  if (!w.partitions.empty() || !w.nominal_start) return w.partitions;
  std::string interval = model::format_time(*w.nominal_start);
  if (w.nominal_end) interval += "/" + model::format_time(*w.nominal_end);
  return {std::move(interval)};
}

// The partitions of one dataset in the order in which they were first written: the age of one is
// how many came after it.
class Partitions {
 public:
  struct Old {
    std::string name;
    std::int64_t order = 0;  // -1: before all that was read
  };

  // What this run writes that is not the newest; then counts it as written.
  std::vector<Old> write(const Written& w) {
    std::vector<std::string> names = parts_of(w);
    std::sort(names.begin(), names.end());
    std::vector<Old> old;
    std::set<std::size_t> ages;
    std::vector<std::string> fresh;
    const std::size_t newest = order_.size();
    for (std::string& name : names) {
      const auto it = order_.find(name);
      if (it == order_.end() && w.again) {
        old.push_back({std::move(name), -1});
        continue;
      }
      if (it == order_.end()) {
        fresh.push_back(std::move(name));
        continue;
      }
      const std::size_t age = newest - 1 - it->second;
      ages.insert(age);
      if (age > 0 && !habitual(age)) {
        old.push_back({it->first, static_cast<std::int64_t>(it->second)});
      }
    }
    for (std::string& name : fresh) order_.emplace(std::move(name), order_.size());
    for (const std::size_t age : ages) ++runs_by_age_[age];
    ++runs_;
    return old;
  }

 private:
  bool habitual(std::size_t age) const {
    const auto it = runs_by_age_.find(age);
    return it != runs_by_age_.end() &&
           static_cast<double>(it->second) >= kHabit * static_cast<double>(runs_);
  }

  std::map<std::string, std::size_t> order_;
  std::map<std::size_t, std::size_t> runs_by_age_;
  std::size_t runs_ = 0;
};

}  // namespace

std::optional<VolumeJump> find_jump(std::span<const Written> written, Micros from) {
  std::optional<VolumeJump> first;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i].time < from) continue;
    std::optional<VolumeJump> jump = judge(written.first(i), written[i]);
    if (!jump) continue;
    if (first) {
      ++first->more;
    } else {
      first = jump;
    }
  }
  return first;
}

std::optional<Rewrite> find_rewrite(std::span<const Written> written, Micros from) {
  Partitions partitions;
  Rewrite out;
  std::set<std::pair<std::int64_t, std::string>> rewritten;
  for (const Written& w : written) {
    const std::vector<Partitions::Old> old = partitions.write(w);
    if (w.time < from || old.empty()) continue;
    if (out.runs.empty()) out.first = w.time;
    out.last = w.time;
    out.runs.push_back(w.run);
    for (const Partitions::Old& p : old) rewritten.emplace(p.order, p.name);
  }
  if (out.runs.empty()) return std::nullopt;
  for (const auto& [order, name] : rewritten) out.partitions.push_back(name);
  return out;
}

}  // namespace headwater::query::cause
