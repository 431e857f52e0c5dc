// Values against their history: volumes, costs, what is measured of columns.

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "model/duration.h"
#include "stats/monitor.h"
#include "stats/robust.h"

namespace headwater::stats {
namespace {

// A single value of the same weekday speaks of a season if it lies so far from all days.
constexpr double kSeason = 2;
constexpr Micros kTwoWeeks = 2 * model::kWeek;
// So many zeros of all are habit: then a zero says nothing, and other values are compared without.
constexpr double kZeroShare = 0.05;
constexpr std::size_t kMinZeros = 2;

std::int64_t day_of_micros(Micros time) {
  return time / model::kDay - (time % model::kDay < 0 ? 1 : 0);
}
std::size_t weekday(Micros time) {
  return static_cast<std::size_t>(((day_of_micros(time) % 7) + 7) % 7);
}

// Where values lie by one reference: its middle, and its spread for one further value.
struct Reference {
  double middle = 0, spread = 0;
};

class Judge {
 public:
  explicit Judge(const ValueRules& rules) : rules_(rules) {}

  Verdict run(std::span<const Sample> before, const Sample& now);

 private:
  double scaled(double value) const {
    return rules_.logarithmic ? std::log(std::max(0.0, value) + 1) : value;
  }
  double plain(double value) const { return rules_.logarithmic ? std::exp(value) - 1 : value; }
  double least_spread(double middle) const {
    if (!rules_.logarithmic) {
      return std::max(rules_.least_sigma * std::abs(middle), rules_.least_absolute);
    }
    const double rare = rules_.counts ? std::exp(-middle) : 0;
    return std::sqrt(rules_.least_sigma * rules_.least_sigma + rare);
  }
  double least_step(double middle) const {
    if (rules_.logarithmic) return rules_.least_step;
    return std::max(rules_.least_step * std::abs(middle), rules_.least_absolute_step);
  }
  double weekday_spread(const std::vector<double>& same) const;
  void split(std::span<const Sample> before, std::size_t day);
  void compare(double value, const std::vector<Reference>& references, Verdict& verdict) const;

  const ValueRules& rules_;
  std::vector<double> all_, same_;                 // the newest first
  std::array<std::vector<double>, 7> by_weekday_;  // of the kMaxSamples newest
  Micros oldest_ = 0, newest_ = 0;
};

void Judge::split(std::span<const Sample> before, std::size_t day) {
  for (auto it = before.rbegin(); it != before.rend(); ++it) {
    const double value = scaled(it->value);
    const std::size_t its_day = weekday(it->basis);
    if (all_.size() < kMaxAllDays) all_.push_back(value);
    if (its_day == day && same_.size() < kMaxWeekday) same_.push_back(value);
    by_weekday_[its_day].push_back(value);
  }
  if (before.empty()) return;
  oldest_ = before.front().basis;
  newest_ = before.back().basis;
}

// The spread within weekdays, over all of them: that of four values alone is small by chance.
double Judge::weekday_spread(const std::vector<double>& same) const {
  std::vector<double> distances;
  for (const std::vector<double>& values : by_weekday_) {
    if (values.size() < 2) continue;
    const double middle = median(values);
    const auto n = static_cast<double>(values.size());
    for (const double value : values) {
      distances.push_back(std::abs(value - middle) * std::sqrt(n / (n - 1)));
    }
  }
  const double pooled =
      distances.empty() ? 0 : mad_factor(distances.size()) * median(std::move(distances));
  return std::max(robust_sigma(same, median(same)), pooled);
}

// Ok is what lies between references too: a value between a weekday's and all days' is not odd.
void Judge::compare(double value, const std::vector<Reference>& references,
                    Verdict& verdict) const {
  const double warning = rules_.sensitivity * kWarningShare;
  double low = 0, high = 0, z = 0;
  for (std::size_t i = 0; i < references.size(); ++i) {
    const Reference& r = references[i];
    const double range = std::max(warning * r.spread, least_step(r.middle));
    const double own = (value - r.middle) / r.spread;
    low = i == 0 ? r.middle - range : std::min(low, r.middle - range);
    high = i == 0 ? r.middle + range : std::max(high, r.middle + range);
    if (i == 0 || (own * z > 0 && std::abs(own) < std::abs(z))) {
      z = own;
    } else if (own * z <= 0) {
      z = 0;
    }
  }
  verdict.low = std::max(plain(low), rules_.logarithmic ? 0.0 : plain(low));
  verdict.high = plain(high);
  verdict.z = std::clamp(z, -kMaxZ, kMaxZ);
  verdict.state = MonitorState::kOk;
  if (value >= low && value <= high) return;
  const bool fails = std::abs(z) >= rules_.sensitivity;
  verdict.state = fails ? MonitorState::kFailing : MonitorState::kWarning;
}

Verdict Judge::run(std::span<const Sample> before, const Sample& now) {
  Verdict verdict;
  verdict.value = now.value;
  split(before, weekday(now.basis));
  verdict.samples = all_.size();
  if (same_.size() >= kMinWeekday) {
    const double middle = median(same_);
    const double spread = std::max(weekday_spread(same_), least_spread(middle));
    verdict.basis = Basis::kWeekday;
    verdict.samples = same_.size();
    verdict.expected = plain(middle);
    compare(scaled(now.value), {{middle, spread * prediction_factor(same_.size())}}, verdict);
    return verdict;
  }
  const bool week_unseen = same_.empty() && newest_ - oldest_ < kTwoWeeks;
  if (all_.size() < kMinSamples || week_unseen) {
    verdict.state = MonitorState::kLearning;
    return verdict;
  }
  const double middle = median(all_);
  const double spread = std::max(robust_sigma(all_, middle), least_spread(middle));
  verdict.basis = Basis::kAllDays;
  verdict.expected = plain(middle);
  std::vector<Reference> references = {{middle, spread * prediction_factor(all_.size())}};
  for (const double value : same_) {
    if (std::abs(value - middle) > kSeason * spread) {
      references.push_back({value, spread * prediction_factor(1)});
    }
  }
  compare(scaled(now.value), references, verdict);
  return verdict;
}

}  // namespace

ValueRules volume_rules(double sensitivity) {
  ValueRules rules;
  rules.counts = true;
  rules.sensitivity = sensitivity;
  return rules;
}

ValueRules cost_rules(double sensitivity) {
  ValueRules rules;
  rules.least_sigma = 0.1;
  rules.least_step = 0.4055;  // half as much again
  rules.sensitivity = sensitivity;
  return rules;
}

Verdict judge_value(std::span<const Sample> before, const Sample& now, const ValueRules& rules) {
  if (before.size() > kMaxSamples) before = before.last(kMaxSamples);
  if (!rules.logarithmic) return Judge(rules).run(before, now);
  const auto is_zero = [](const Sample& sample) { return sample.value <= 0; };
  const auto zeros = static_cast<std::size_t>(std::count_if(before.begin(), before.end(), is_zero));
  if (zeros < kMinZeros ||
      static_cast<double>(zeros) < kZeroShare * static_cast<double>(before.size())) {
    return Judge(rules).run(before, now);
  }
  if (is_zero(now)) {
    Verdict verdict;
    verdict.state = MonitorState::kOk;
    verdict.value = verdict.expected = verdict.low = verdict.high = 0;
    verdict.samples = before.size();
    verdict.basis = Basis::kAllDays;
    return verdict;
  }
  std::vector<Sample> others;
  std::copy_if(before.begin(), before.end(), std::back_inserter(others),
               [&](const Sample& sample) { return !is_zero(sample); });
  return Judge(rules).run(others, now);
}

// ---- volume -------------------------------------------------------------------------------------

namespace {

std::int64_t measured(const VolumePoint& point, VolumeMeasure measure) {
  switch (measure) {
    case VolumeMeasure::kRows: return point.written.rows;
    case VolumeMeasure::kBytes: return point.written.bytes;
    case VolumeMeasure::kTotalRows: return point.total.rows;
    case VolumeMeasure::kTotalBytes: return point.total.bytes;
  }
  return -1;
}

// The first that the newest point which says anything says.
VolumeMeasure measure_of(std::span<const VolumePoint> points) {
  for (auto it = points.rbegin(); it != points.rend(); ++it) {
    for (const VolumeMeasure measure : {VolumeMeasure::kRows, VolumeMeasure::kBytes,
                                        VolumeMeasure::kTotalRows, VolumeMeasure::kTotalBytes}) {
      if (measured(*it, measure) >= 0) return measure;
    }
  }
  return VolumeMeasure::kRows;
}

bool written_often(const std::map<std::int64_t, std::size_t>& writes_by_day) {
  std::vector<double> counts;
  for (const auto& [day, count] : writes_by_day) counts.push_back(static_cast<double>(count));
  return !counts.empty() && median(std::move(counts)) > static_cast<double>(kWritesPerDay);
}

}  // namespace

std::string_view to_string(VolumeMeasure measure) {
  switch (measure) {
    case VolumeMeasure::kRows: return "rows";
    case VolumeMeasure::kBytes: return "bytes";
    case VolumeMeasure::kTotalRows: return "total_rows";
    case VolumeMeasure::kTotalBytes: return "total_bytes";
  }
  return "rows";
}

VolumeSeries volume_series(std::span<const VolumePoint> points, Micros at) {
  VolumeSeries out;
  out.measure = measure_of(points);
  std::map<std::int64_t, std::size_t> writes_by_day;
  for (const VolumePoint& point : points) {
    if (measured(point, out.measure) >= 0) ++writes_by_day[day_of_micros(point.time)];
  }
  const bool sums = out.measure == VolumeMeasure::kRows || out.measure == VolumeMeasure::kBytes;
  out.daily = sums && written_often(writes_by_day);
  std::optional<std::int64_t> day;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const VolumePoint& point = points[i];
    const std::int64_t value = measured(point, out.measure);
    if (value < 0) continue;
    const std::int64_t its_day = day_of_micros(point.time);
    if (!out.daily) {
      const auto parts = static_cast<double>(sums ? std::max<std::int64_t>(1, point.parts) : 1);
      out.per_partition |= parts > 1;
      out.samples.push_back({point.basis, static_cast<double>(value) / parts});
      out.points.push_back(i);
    } else if (its_day >= day_of_micros(at)) {
      break;
    } else if (day == its_day) {
      out.samples.back().value += static_cast<double>(value);
      out.points.back() = i;
    } else {
      day = its_day;
      out.samples.push_back({its_day * model::kDay, static_cast<double>(value)});
      out.points.push_back(i);
    }
  }
  return out;
}

}  // namespace headwater::stats
