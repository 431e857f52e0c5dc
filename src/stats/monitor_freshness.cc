// Freshness: how long after one write the next is to be expected.

#include <algorithm>
#include <cstdlib>

#include "model/duration.h"
#include "stats/monitor.h"
#include "stats/robust.h"

namespace headwater::stats {
namespace {

constexpr double kSecond = 1e6;
constexpr double kLeastSpread = 0.05;  // of the gap: a quarter late is failing at the usual 5
// Gaps count as of the same time of the week if they begin so near to it, or half a gap.
constexpr Micros kLeastNear = 30 * model::kMinute, kMostNear = 12 * model::kHour;

struct Cadence {
  bool known = false;
  double expected = 0, spread = 0, longest = 0;  // seconds
  std::size_t samples = 0;
  Basis basis = Basis::kNone;
};

double seconds(Micros micros) { return static_cast<double>(micros) / kSecond; }

Micros week_distance(Micros a, Micros b) {
  const Micros apart = std::abs(a - b) % model::kWeek;
  return std::min(apart, model::kWeek - apart);
}

// From the gaps between the writes, to what follows the last of them.
Cadence learn(std::span<const Micros> writes) {
  Cadence out;
  if (writes.size() < kMinGaps + 1 || writes.back() - writes.front() < kMinSpan) return out;
  std::vector<double> all;
  for (std::size_t i = writes.size() - 1; i > 0 && all.size() < kMaxAllDays; --i) {
    all.push_back(seconds(writes[i] - writes[i - 1]));
  }
  const double middle = median(all);
  const Micros near = std::clamp(static_cast<Micros>(middle * kSecond / 2), kLeastNear, kMostNear);
  std::vector<double> same;
  for (std::size_t i = writes.size() - 1; i > 0 && same.size() < kMaxWeekday; --i) {
    if (week_distance(writes[i - 1], writes.back()) > near) continue;
    same.push_back(seconds(writes[i] - writes[i - 1]));
  }
  out.known = true;
  if (same.size() >= kMinWeekday) {
    out.basis = Basis::kWeekday;
    out.expected = median(same);
    out.samples = same.size();
    out.spread = robust_sigma(same, out.expected);
  } else {
    // Weekends and nights are not told apart yet: the longest gap of late is one to be expected.
    out.basis = Basis::kAllDays;
    out.expected = middle;
    out.samples = all.size();
    out.spread = robust_sigma(all, middle);
    out.longest = *std::max_element(all.begin(), all.end());
  }
  out.spread = std::max(out.spread, kLeastSpread * out.expected);
  return out;
}

// After how many seconds `share` of failing is reached.
double limit(const Cadence& cadence, double sensitivity, double share) {
  const double late = std::max(sensitivity * share * cadence.spread, seconds(kLeastDelay) * share);
  return std::max(cadence.expected + late, cadence.longest * (1 + kLeastSpread));
}

void judge_age(const Cadence& cadence, double age, const MonitorSetting& setting,
               Verdict& verdict) {
  verdict.value = age;
  verdict.samples = cadence.samples;
  verdict.basis = cadence.basis;
  verdict.state = MonitorState::kLearning;
  if (cadence.known) {
    verdict.expected = cadence.expected;
    verdict.low = 0;
    verdict.high = limit(cadence, setting.sensitivity, kWarningShare);
    verdict.z = std::clamp((age - cadence.expected) / cadence.spread, -kMaxZ, kMaxZ);
    const bool fails = age > limit(cadence, setting.sensitivity, 1);
    verdict.state = fails                 ? MonitorState::kFailing
                    : age > *verdict.high ? MonitorState::kWarning
                                          : MonitorState::kOk;
  }
  if (!setting.max_age) return;
  const double most = seconds(*setting.max_age);
  if (cadence.known && *verdict.high <= most && verdict.state != MonitorState::kFailing) return;
  verdict.basis = Basis::kDeclared;
  verdict.high = most;
  verdict.low = 0;
  verdict.state = age > most ? MonitorState::kFailing : MonitorState::kOk;
}

}  // namespace

Freshness judge_freshness(std::span<const Micros> writes, Micros at,
                          const MonitorSetting& setting) {
  Freshness out;
  while (!writes.empty() && writes.back() > at) writes = writes.first(writes.size() - 1);
  if (writes.empty()) return out;
  const Cadence cadence = learn(writes);
  out.last = writes.back();
  if (cadence.known) {
    const double expected = std::max(cadence.expected, cadence.longest);
    out.due = writes.back() + static_cast<Micros>(expected * kSecond);
  } else if (setting.max_age) {
    out.due = writes.back() + *setting.max_age;
  }
  judge_age(cadence, seconds(at - writes.back()), setting, out.verdict);
  return out;
}

std::vector<Missed> missed_writes(std::span<const Micros> writes, Micros from, Micros to, Micros at,
                                  const MonitorSetting& setting) {
  std::vector<Missed> out;
  for (std::size_t i = 0; i < writes.size() && writes[i] <= at; ++i) {
    const Micros next = i + 1 < writes.size() ? std::min(writes[i + 1], at) : at;
    // A gap that ended before the interval, or began after it, has nothing due in it.
    if (next < from || writes[i] >= to) continue;
    const Freshness now = judge_freshness(writes.first(i + 1), next, setting);
    if (now.verdict.state != MonitorState::kFailing || !now.due) continue;
    const Micros step = *now.due - writes[i];
    const Micros late = next - step / 4;  // what the next write makes good was not missed
    std::size_t count = 0;
    for (Micros due = *now.due; due <= late && due < to && count < kMaxMissed; due += step) {
      ++count;
      if (due >= from) out.push_back({due, writes[i], now.verdict});
    }
  }
  return out;
}

}  // namespace headwater::stats
