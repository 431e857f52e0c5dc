#include "query/cause_cadence.h"

#include <algorithm>
#include <map>
#include <utility>

#include "query/cause_stats.h"

namespace headwater::query::cause {
namespace {

using model::kDay;
using model::kWeek;

constexpr int kWeeksBack = 4, kDaysBack = 6;

bool near(double value, double wanted, double share) {
  return value >= wanted * (1 - share) && value <= wanted * (1 + share);
}

// The usual length of a nominal interval; 0 if none has an end.
Micros usual_length(std::span<const RunPoint> points) {
  std::vector<Micros> lengths;
  for (const RunPoint& p : points) {
    if (p.nominal_start && p.nominal_end) lengths.push_back(*p.nominal_end - *p.nominal_start);
  }
  return lengths.empty() ? 0 : median(std::move(lengths));
}

void add_attempt(Slot& slot, std::size_t index, const RunPoint& point) {
  slot.runs.push_back(index);
  if (point.state == RunPoint::State::kCompleted && !slot.done) slot.done = point.end;
}

Slots nominal_slots(std::span<const RunPoint> points) {
  Slots out;
  out.nominal = true;
  const Micros length = usual_length(points);
  std::map<Micros, Slot> by_interval;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const RunPoint& p = points[i];
    if (!p.nominal_start) continue;
    const Micros basis = p.nominal_end.value_or(*p.nominal_start);
    // Calendar months differ by a tenth; several intervals in one run by far more.
    const bool odd =
        p.nominal_end && length > 0 &&
        !near(static_cast<double>(basis - *p.nominal_start), static_cast<double>(length), 0.2);
    Slot& slot = by_interval[*p.nominal_start];
    if (odd || (slot.done && *slot.done <= p.start)) {
      out.reruns.push_back(i);
      continue;
    }
    if (slot.runs.empty()) {
      slot.basis = basis;
      slot.start = p.start;
    }
    add_attempt(slot, i, p);
  }
  for (auto& [interval, slot] : by_interval) {
    if (!slot.runs.empty()) out.slots.push_back(std::move(slot));
  }
  return out;
}

// A run soon after a failed one is another attempt at the same work.
Slots started_slots(std::span<const RunPoint> points) {
  std::vector<Micros> gaps;
  for (std::size_t i = 1; i < points.size(); ++i) {
    gaps.push_back(points[i].start - points[i - 1].start);
  }
  const Micros retry_within = gaps.size() < 3 ? model::kHour : median(std::move(gaps)) / 2;
  Slots out;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const RunPoint& p = points[i];
    const RunPoint* last = out.slots.empty() ? nullptr : &points[out.slots.back().runs.back()];
    const bool again = last != nullptr && last->state == RunPoint::State::kFailed && last->end &&
                       p.start - *last->end <= retry_within;
    if (!again) out.slots.push_back({p.start, p.start, {}, {}});
    add_attempt(out.slots.back(), i, p);
  }
  return out;
}

Micros tolerance(double sigma, Micros period) {
  const auto spread = static_cast<Micros>(6 * sigma);
  return std::min(period, std::max({spread, period / 24, kLeastTolerance}));
}

// Of the times `step` back that the history reaches, whether the job ran at half of them at least;
// nothing if it reaches none.
std::optional<bool> usual(std::span<const Slot> before, Micros basis, Micros step, int times,
                          Micros within) {
  int reached = 0, ran = 0;
  for (int k = 1; k <= times; ++k) {
    const Micros then = basis - k * step;
    if (then < before.front().basis - within) break;
    ++reached;
    const auto it =
        std::lower_bound(before.begin(), before.end(), then - within,
                         [](const Slot& slot, Micros time) { return slot.basis < time; });
    if (it != before.end() && it->basis <= then + within) ++ran;
  }
  if (reached == 0) return std::nullopt;
  return 2 * ran >= reached;
}

// Of a job that runs several times a day, when less than a day is known: whether half a day without
// a pause is.
bool around_the_clock(std::span<const Slot> slots, Micros period) {
  if (slots.back().basis - slots.front().basis < kDay / 2) return false;
  for (std::size_t i = 1; i < slots.size(); ++i) {
    if (slots[i].basis - slots[i - 1].basis > 3 * period) return false;
  }
  return true;
}

}  // namespace

Slots slots_of(std::span<const RunPoint> points) {
  const auto named = std::count_if(points.begin(), points.end(),
                                   [](const RunPoint& p) { return p.nominal_start.has_value(); });
  const bool nominal = named > 0 && 5 * static_cast<std::size_t>(named) >= 4 * points.size();
  return nominal ? nominal_slots(points) : started_slots(points);
}

std::optional<Cadence> learn_cadence(std::span<const Slot> slots, bool nominal) {
  if (slots.size() > kMaxSamples) slots = slots.last(kMaxSamples);
  if (slots.size() < kMinIntervals + 1) return std::nullopt;
  std::vector<Micros> intervals, start_lags, done_lags;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (i > 0) intervals.push_back(slots[i].basis - slots[i - 1].basis);
    start_lags.push_back(slots[i].start - slots[i].basis);
    if (slots[i].done) done_lags.push_back(*slots[i].done - slots[i].basis);
  }
  Cadence out;
  out.nominal = nominal;
  out.samples = intervals.size();
  out.period = median(intervals);
  if (out.period <= 0) return std::nullopt;
  const auto regular = std::count_if(intervals.begin(), intervals.end(), [&out](Micros interval) {
    return near(static_cast<double>(interval), static_cast<double>(out.period), 0.25);
  });
  if (4 * static_cast<std::size_t>(regular) < 3 * intervals.size()) return std::nullopt;
  out.start_lag = median(start_lags);
  const double start_sigma =
      nominal ? robust_sigma(start_lags, out.start_lag) : robust_sigma(intervals, out.period);
  out.start_tolerance = tolerance(start_sigma, out.period);
  if (done_lags.empty()) {
    out.done_lag = out.start_lag;
    out.done_tolerance = out.period;
  } else {
    out.done_lag = median(done_lags);
    out.done_tolerance = tolerance(robust_sigma(done_lags, out.done_lag), out.period);
  }
  return out;
}

bool expected_at(std::span<const Slot> before, const Cadence& cadence, Micros basis) {
  if (cadence.period > kWeek || before.empty()) return true;
  const Micros within = cadence.period / 2;
  const std::optional<bool> weekly = usual(before, basis, kWeek, kWeeksBack, within);
  if (weekly) return *weekly;
  if (cadence.period > kDay - kDay / 10) return true;
  const std::optional<bool> daily = usual(before, basis, kDay, kDaysBack, within);
  return daily.value_or(around_the_clock(before, cadence.period));
}

}  // namespace headwater::query::cause
