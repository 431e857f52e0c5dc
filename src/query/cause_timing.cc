// judge_timing: which slots were late, which are missing, which failed.

#include <algorithm>
#include <cmath>
#include <utility>

#include "query/cause_cadence.h"

namespace headwater::query::cause {
namespace {

// A job that fell silent longer ago than this was retired; its cadence is over.
constexpr Micros kSilence = model::kWeek;

class Judge {
 public:
  Judge(std::span<const RunPoint> points, const Slots& slots, const TimingQuestion& question)
      : points_(points), slots_(slots), question_(question) {}

  std::vector<Timing> run() {
    const auto& slots = slots_.slots;
    for (std::size_t i = 0; i <= slots.size(); ++i) {
      const bool tail = i == slots.size();
      if (!tail && last_active(slots[i]) < question_.from) continue;
      const auto before = std::span(slots).first(i);
      const std::optional<Cadence> cadence = learn_cadence(before, slots_.nominal);
      if (cadence) judge_gap(before, *cadence, tail ? nullptr : &slots[i]);
      if (tail) break;
      judge_failures(i, cadence);
      if (cadence) judge_slot(before.back(), *cadence, slots[i]);
    }
    return std::move(found_);
  }

 private:
  Micros last_active(const Slot& slot) const {
    const RunPoint& last = points_[slot.runs.back()];
    return last.end.value_or(question_.at);
  }
  Micros now() const { return std::min(question_.at, question_.heard); }

  void judge_slot(const Slot& previous, const Cadence& cadence, const Slot& slot) {
    Micros due = slot.basis + cadence.start_lag;
    if (!cadence.nominal) {
      const auto periods = std::llround(static_cast<double>(slot.basis - previous.basis) /
                                        static_cast<double>(cadence.period));
      due = previous.basis + std::max<std::int64_t>(1, periods) * cadence.period;
    }
    if (slot.start - due > cadence.start_tolerance) {
      add({Timing::Kind::kLate, due, slot.start, 1, slot.start - due, false, slot.runs, cadence});
      return;
    }
    const bool failed = std::any_of(slot.runs.begin(), slot.runs.end(), [this](std::size_t run) {
      return points_[run].state == RunPoint::State::kFailed;
    });
    if (failed) return;  // it is late because it failed
    const Micros end_due = slot.basis + cadence.done_lag;
    const Micros delay = slot.done.value_or(now()) - end_due;
    if (delay > cadence.done_tolerance) {
      add({Timing::Kind::kLateEnd, end_due, slot.done, 1, delay, false, slot.runs, cadence});
    }
  }

  // What was due between the last slot of `before` and `next` (or the moment asked about).
  void judge_gap(std::span<const Slot> before, const Cadence& cadence, const Slot* next) {
    const Slot& last = before.back();
    const Micros first_due = last.basis + cadence.period + cadence.start_lag;
    const Micros silence = std::max(kSilence, 3 * cadence.period);
    if (next == nullptr && question_.from - first_due > silence) return;
    Timing missing{Timing::Kind::kMissing, 0, {}, 0, 0, false, {last.runs.back()}, cadence};
    if (next != nullptr) missing.until = next->start;
    const Micros to = now();
    Micros skipped = std::max<Micros>(0, question_.from - first_due);
    skipped -= skipped % cadence.period;
    for (Micros due = first_due + skipped; due <= to; due += cadence.period) {
      const Micros basis = due - cadence.start_lag;
      if (next != nullptr && basis > next->basis - cadence.period / 2) break;
      if (due < question_.from || !expected_at(before, cadence, basis)) continue;
      if (to - due > cadence.missing_after()) {
        if (missing.count == 0) missing.due = due;
        ++missing.count;
        missing.delay = std::max(missing.delay, missing.until.value_or(to) - due);
        if (missing.count == kMaxMissing) break;
      } else if (next == nullptr && to - due > cadence.start_tolerance) {
        add({Timing::Kind::kLate, due, {}, 1, to - due, false, {last.runs.back()}, cadence});
      }
    }
    if (missing.count > 0) add(std::move(missing));
  }

  void judge_failures(std::size_t index, const std::optional<Cadence>& cadence) {
    const Slot& slot = slots_.slots[index];
    Timing failed{Timing::Kind::kFailed, 0, made_good(index), 1, 0, false, {}, cadence};
    for (const std::size_t run : slot.runs) {
      const RunPoint& p = points_[run];
      if (p.state != RunPoint::State::kFailed || !p.end || *p.end < question_.from) continue;
      if (failed.runs.empty()) failed.due = *p.end;
      failed.runs.push_back(run);
    }
    if (failed.runs.empty()) return;
    failed.recovered = failed.until.has_value();
    failed.delay = failed.until.value_or(question_.at) - failed.due;
    add(std::move(failed));
  }

  // Nothing replaces a failed interval but itself; without intervals any later run does.
  std::optional<Micros> made_good(std::size_t index) const {
    const auto& slots = slots_.slots;
    if (slots_.nominal || slots[index].done) return slots[index].done;
    for (std::size_t i = index + 1; i < slots.size(); ++i) {
      if (slots[i].done) return slots[i].done;
    }
    return std::nullopt;
  }

  void add(Timing timing) {
    for (Timing& known : found_) {
      if (known.kind != timing.kind || known.recovered != timing.recovered) continue;
      known.count += timing.count;
      known.delay = std::max(known.delay, timing.delay);
      known.until = timing.until;
      known.runs.insert(known.runs.end(), timing.runs.begin(), timing.runs.end());
      return;
    }
    found_.push_back(std::move(timing));
  }

  std::span<const RunPoint> points_;
  const Slots& slots_;
  const TimingQuestion& question_;
  std::vector<Timing> found_;
};

}  // namespace

std::vector<Timing> judge_timing(std::span<const RunPoint> points, const Slots& slots,
                                 const TimingQuestion& question) {
  return Judge(points, slots, question).run();
}

}  // namespace headwater::query::cause
