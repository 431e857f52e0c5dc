#include "query/cause_cadence.h"

#include <gtest/gtest.h>

namespace headwater::query::cause {
namespace {

using model::kDay;
using model::kHour;
using model::kMinute;
using State = RunPoint::State;

constexpr Micros kMonday = Micros{1'791'158'400} * 1'000'000;  // 2026-10-05T00:00:00Z

struct History {
  std::vector<RunPoint> points;

  RunPoint& run(Micros start, Micros length = 10 * kMinute, State state = State::kCompleted) {
    RunPoint point;
    point.id = "r" + std::to_string(points.size());
    point.start = start;
    if (state != State::kRunning) point.end = start + length;
    point.state = state;
    points.push_back(point);
    return points.back();
  }
  // The run of the day that began at `day`, two hours after its end, a little off each time.
  RunPoint& daily(Micros day, Micros later = 0, State state = State::kCompleted) {
    const auto jitter = static_cast<Micros>(points.size() % 3) * kMinute;
    RunPoint& point = run(day + kDay + 2 * kHour + jitter + later, 10 * kMinute, state);
    point.nominal_start = day;
    point.nominal_end = day + kDay;
    return point;
  }
  void days(int from, int to) {
    for (int day = from; day < to; ++day) daily(kMonday + day * kDay);
  }
  std::vector<Timing> judge(Micros at, Micros window = 2 * kDay, Micros heard = INT64_MAX) const {
    return judge_timing(points, slots_of(points), {at - window, at, heard});
  }
};

std::size_t count(const std::vector<Timing>& found, Timing::Kind kind) {
  return static_cast<std::size_t>(std::count_if(
      found.begin(), found.end(), [kind](const Timing& t) { return t.kind == kind; }));
}

// When the run of the day is usually through.
Micros morning_after(int day) { return kMonday + (day + 1) * kDay + 3 * kHour; }

TEST(CauseCadence, LearnsThePeriodAndTheUsualLag) {
  History history;
  history.days(0, 10);
  const Slots slots = slots_of(history.points);
  EXPECT_TRUE(slots.nominal);
  const auto cadence = learn_cadence(slots.slots, slots.nominal);
  ASSERT_TRUE(cadence);
  EXPECT_EQ(cadence->period, kDay);
  EXPECT_EQ(cadence->samples, 9u);
  EXPECT_NEAR(static_cast<double>(cadence->start_lag), static_cast<double>(2 * kHour + kMinute),
              static_cast<double>(kMinute));
  EXPECT_EQ(cadence->start_tolerance, kDay / 24) << "never tighter than a part of the period";
}

TEST(CauseCadence, FewRunsTeachNothing) {
  History history;
  history.days(0, 5);  // four intervals
  EXPECT_FALSE(learn_cadence(slots_of(history.points).slots, true));
  EXPECT_TRUE(history.judge(morning_after(8), 7 * kDay).empty());
}

TEST(CauseCadence, IrregularJobsAreNeverLateOrMissing) {
  History history;
  Micros at = kMonday;
  for (const int hours : {1, 9, 2, 30, 4, 70, 1, 12, 3, 44, 8, 20}) {
    at += hours * kHour;
    history.run(at);
  }
  EXPECT_FALSE(learn_cadence(slots_of(history.points).slots, false));
  EXPECT_TRUE(history.judge(at + 20 * kDay, 19 * kDay).empty());
}

TEST(CauseCadence, AJobThatStoppedIsMissingFromTheFirstRunThatDidNotCome) {
  History history;
  history.days(0, 10);
  const auto found = history.judge(morning_after(11) + 6 * kHour);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Timing::Kind::kMissing);
  EXPECT_EQ(found[0].count, 2u);
  EXPECT_FALSE(found[0].until);
  EXPECT_NEAR(static_cast<double>(found[0].due),
              static_cast<double>(kMonday + 11 * kDay + 2 * kHour),
              static_cast<double>(5 * kMinute));
}

TEST(CauseCadence, BeforeItIsMissingItIsLateAndBeforeThatNothing) {
  History history;
  history.days(0, 10);
  const Micros due = kMonday + 11 * kDay + 2 * kHour;
  EXPECT_TRUE(history.judge(due + 30 * kMinute).empty());
  const auto late = history.judge(due + 2 * kHour);
  ASSERT_EQ(late.size(), 1u);
  EXPECT_EQ(late[0].kind, Timing::Kind::kLate);
  EXPECT_FALSE(late[0].until);
  EXPECT_EQ(history.judge(due + 4 * kHour)[0].kind, Timing::Kind::kMissing);
}

TEST(CauseCadence, SilenceOfEveryoneIsNobodysMissingRun) {
  History history;
  history.days(0, 10);
  EXPECT_TRUE(history.judge(morning_after(11), 2 * kDay, morning_after(9)).empty());
}

TEST(CauseCadence, AJobThatIsLongGoneWasRetired) {
  History history;
  history.days(0, 10);
  EXPECT_FALSE(history.judge(morning_after(16)).empty());
  EXPECT_TRUE(history.judge(morning_after(30)).empty());
}

TEST(CauseCadence, ALateRunIsLateByItsDelayAndMissingNoMore) {
  History history;
  history.days(0, 10);
  history.daily(kMonday + 10 * kDay, 9 * kHour);
  const auto found = history.judge(morning_after(10) + 12 * kHour);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Timing::Kind::kLate);
  EXPECT_NEAR(static_cast<double>(found[0].delay), static_cast<double>(9 * kHour),
              static_cast<double>(5 * kMinute));
  EXPECT_EQ(found[0].until, history.points.back().start);
}

TEST(CauseCadence, ARunThatTookFarTooLongEndedLate) {
  History history;
  history.days(0, 10);
  RunPoint& slow = history.daily(kMonday + 10 * kDay);
  slow.end = slow.start + 7 * kHour;
  auto found = history.judge(morning_after(10) + 12 * kHour);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Timing::Kind::kLateEnd);
  slow.end.reset();
  slow.state = State::kRunning;
  found = history.judge(morning_after(10) + 5 * kHour);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Timing::Kind::kLateEnd);
  EXPECT_FALSE(found[0].until);
}

TEST(CauseCadence, WeekendsOfAWorkdayJobAreNotMissing) {
  History history;
  for (int day = 0; day < 33; ++day) {
    if (day % 7 < 5) history.daily(kMonday + day * kDay);
  }
  // Day 32 is a Friday; the next run is that of the Monday after.
  EXPECT_TRUE(history.judge(morning_after(34)).empty());
  const auto found = history.judge(morning_after(35) + 6 * kHour);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Timing::Kind::kMissing);
  EXPECT_EQ(found[0].count, 1u);
}

TEST(CauseCadence, NightsOfAnHourlyWorkingHoursJobAreNotMissing) {
  History history;
  for (int day = 0; day < 5; ++day) {
    for (int hour = 8; hour < 18; ++hour) history.run(kMonday + day * kDay + hour * kHour);
  }
  const Micros evening = kMonday + 4 * kDay + 17 * kHour;
  EXPECT_TRUE(history.judge(evening + 10 * kHour).empty());
  const auto found = history.judge(evening + 19 * kHour, 12 * kHour);
  EXPECT_EQ(count(found, Timing::Kind::kMissing), 1u) << "the next morning it is";
}

TEST(CauseCadence, RunsWithoutNominalTimesAreJudgedByTheirStarts) {
  History history;
  for (int hour = 0; hour < 48; ++hour) history.run(kMonday + hour * kHour + (hour % 4) * kMinute);
  const Micros last = history.points.back().start;
  EXPECT_FALSE(slots_of(history.points).nominal);
  EXPECT_TRUE(history.judge(last + 50 * kMinute).empty());
  const auto found = history.judge(last + 3 * kHour + 40 * kMinute, 12 * kHour);
  ASSERT_EQ(count(found, Timing::Kind::kMissing), 1u);
}

TEST(CauseCadence, AMicroBatchThatStoppedIsMissingBeforeADayIsKnown) {
  History history;
  for (int i = 0; i < 13 * 60; i += 5) history.run(kMonday + i * kMinute, kMinute);
  const Micros last = history.points.back().start;
  EXPECT_EQ(count(history.judge(last + kHour, kHour), Timing::Kind::kMissing), 1u);
  history.points.erase(history.points.begin() + 60, history.points.begin() + 110);
  EXPECT_EQ(count(history.judge(last + kHour, kHour), Timing::Kind::kMissing), 0u)
      << "it is known to pause";
}

TEST(CauseCadence, CountingMissingRunsHasABound) {
  History history;
  for (int i = 0; i < 26 * 60; i += 2) history.run(kMonday + i * kMinute, kMinute);
  const Micros last = history.points.back().start;
  const auto found = history.judge(last + 3 * kDay, 3 * kDay);
  ASSERT_EQ(count(found, Timing::Kind::kMissing), 1u);
  EXPECT_EQ(found[0].count, kMaxMissing);
}

TEST(CauseCadence, ABackfillIsNoCadence) {
  History history;
  history.days(0, 10);
  RunPoint& again = history.run(morning_after(9) + 5 * kHour);
  again.nominal_start = kMonday + 3 * kDay;
  again.nominal_end = kMonday + 4 * kDay;
  RunPoint& many = history.run(morning_after(9) + 6 * kHour);
  many.nominal_start = kMonday + 4 * kDay;
  many.nominal_end = kMonday + 8 * kDay;
  const Slots slots = slots_of(history.points);
  EXPECT_EQ(slots.slots.size(), 10u);
  EXPECT_EQ(slots.reruns, (std::vector<std::size_t>{10, 11}));
  EXPECT_TRUE(history.judge(morning_after(9) + 12 * kHour).empty());
}

TEST(CauseCadence, AFailureThatWasRetriedIsRecovered) {
  History history;
  history.days(0, 10);
  history.daily(kMonday + 10 * kDay, 0, State::kFailed);
  auto found = history.judge(morning_after(10));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Timing::Kind::kFailed);
  EXPECT_FALSE(found[0].recovered);
  history.daily(kMonday + 10 * kDay, 20 * kMinute);
  found = history.judge(morning_after(10));
  ASSERT_EQ(found.size(), 1u) << "and not late beside it";
  EXPECT_TRUE(found[0].recovered);
  EXPECT_EQ(found[0].until, history.points.back().end);
}

TEST(CauseCadence, OnlyTheSameIntervalMakesGoodWhatFailed) {
  History history;
  history.days(0, 10);
  history.daily(kMonday + 10 * kDay, 0, State::kFailed);
  history.daily(kMonday + 11 * kDay);
  const auto found = history.judge(morning_after(11));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_FALSE(found[0].recovered);

  History plain;
  for (int day = 0; day < 10; ++day) plain.run(kMonday + day * kDay);
  plain.run(kMonday + 10 * kDay, kMinute, State::kFailed);
  plain.run(kMonday + 11 * kDay);
  const auto by_start = plain.judge(kMonday + 11 * kDay + kHour);
  ASSERT_EQ(by_start.size(), 1u);
  EXPECT_TRUE(by_start[0].recovered) << "without intervals the next run does";
}

TEST(CauseCadence, OneLateRunDoesNotMoveWhatIsUsual) {
  History history;
  history.days(0, 5);
  history.daily(kMonday + 5 * kDay, 20 * kHour);
  history.days(6, 12);
  history.daily(kMonday + 12 * kDay, 5 * kHour);
  const auto found = history.judge(morning_after(12) + 6 * kHour, kDay);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, Timing::Kind::kLate);
}

}  // namespace
}  // namespace headwater::query::cause
