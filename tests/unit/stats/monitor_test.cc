// Monitors against made-up histories: what a season, a trend, noise, zeros and a short history do
// to the verdicts, and that what is really odd is found. Seeds are printed with each failure.

#include "stats/monitor.h"

#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/duration.h"

namespace headwater::stats {
namespace {

using model::kDay;
using model::kHour;

constexpr Micros kMonday = Micros{20'731} * kDay;  // 2026-10-05

struct Rates {
  std::size_t judged = 0, flagged = 0, failing = 0;
};

// Each value against those before it.
Rates judge_all(const std::vector<Sample>& samples, const ValueRules& rules) {
  Rates out;
  const std::span<const Sample> all(samples);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Verdict v = judge_value(all.first(i), all[i], rules);
    if (v.state < MonitorState::kOk) continue;
    ++out.judged;
    out.flagged += v.state >= MonitorState::kWarning ? 1 : 0;
    out.failing += v.state == MonitorState::kFailing ? 1 : 0;
  }
  return out;
}

using Value = std::function<std::optional<double>(int day, std::mt19937& random)>;

double noise(std::mt19937& random, double sigma) {
  return std::exp(std::normal_distribution<double>(0, sigma)(random));
}

// Many series of one kind: how many of their days are flagged that have nothing odd.
void expect_quiet(const std::string& kind, const Value& value, double most_flagged,
                  double most_failing, std::size_t least_judged) {
  Rates sum;
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    std::mt19937 random(seed);
    const double level = std::exp(std::uniform_real_distribution<double>(2, 16)(random));
    std::vector<Sample> samples;
    for (int day = 0; day < 90; ++day) {
      const auto share = value(day, random);
      if (share) samples.push_back({kMonday + day * kDay, std::round(level * *share)});
    }
    for (const ValueRules& rules : {volume_rules(kSensitivity), cost_rules(kSensitivity)}) {
      const Rates one = judge_all(samples, rules);
      sum.judged += one.judged;
      sum.flagged += one.flagged;
      sum.failing += one.failing;
    }
  }
  std::printf("%-22s %6zu judged, %5.3f %% flagged, %5.3f %% failing (seeds 1 to 100)\n",
              kind.c_str(), sum.judged,
              100.0 * static_cast<double>(sum.flagged) / static_cast<double>(sum.judged),
              100.0 * static_cast<double>(sum.failing) / static_cast<double>(sum.judged));
  const auto judged = static_cast<double>(sum.judged);
  EXPECT_GE(sum.judged, least_judged) << kind;
  EXPECT_LE(static_cast<double>(sum.flagged), most_flagged * judged) << kind;
  EXPECT_LE(static_cast<double>(sum.failing), most_failing * judged) << kind;
}

TEST(JudgeValue, IsQuietOnSeriesWithoutAnythingOdd) {
  const auto weekend = [](int day) { return day % 7 >= 5; };
  expect_quiet(
      "weekday season",
      [&](int day, std::mt19937& random) -> std::optional<double> {
        return (weekend(day) ? 0.1 : 1) * noise(random, 0.1);
      },
      0.01, 0.001, 15'000);
  expect_quiet(
      "trend of 1 % a day",
      [](int day, std::mt19937& random) -> std::optional<double> {
        return std::exp(0.01 * day) * noise(random, 0.1);
      },
      0.01, 0.001, 15'000);
  expect_quiet(
      "constant", [](int, std::mt19937&) -> std::optional<double> { return 1; }, 0, 0, 15'000);
  expect_quiet(
      "noise of 30 %",
      [](int, std::mt19937& random) -> std::optional<double> { return noise(random, 0.3); }, 0.01,
      0.001, 15'000);
  expect_quiet(
      "half of it zero",
      [](int, std::mt19937& random) -> std::optional<double> {
        if (std::bernoulli_distribution(0.5)(random)) return 0;
        return noise(random, 0.1);
      },
      0.01, 0.005, 15'000);
  expect_quiet(
      "weekly",
      [](int day, std::mt19937& random) -> std::optional<double> {
        if (day % 7 != 2) return std::nullopt;
        return noise(random, 0.1);
      },
      0.01, 0.001, 1'500);
  expect_quiet(
      "working days only",
      [&](int day, std::mt19937& random) -> std::optional<double> {
        if (weekend(day)) return std::nullopt;
        return noise(random, 0.1);
      },
      0.01, 0.001, 10'000);
}

TEST(JudgeValue, HeavyTailsAreFlaggedSeldom) {
  expect_quiet(
      "heavy tails (t3)",
      [](int, std::mt19937& random) -> std::optional<double> {
        return std::exp(0.1 * std::student_t_distribution<double>(3)(random));
      },
      0.03, 0.015, 15'000);
}

std::vector<Sample> days(int count, const std::function<double(int)>& value) {
  std::vector<Sample> out;
  for (int day = 0; day < count; ++day) out.push_back({kMonday + day * kDay, value(day)});
  return out;
}

TEST(JudgeValue, FindsADropBehindAWeekdaySeason) {
  const auto season = [](int day) { return day % 7 >= 5 ? 1'000.0 : 10'000.0; };
  const auto before = days(42, season);  // six weeks; day 42 is a Monday
  const Verdict monday = judge_value(before, {kMonday + 42 * kDay, 1'000}, volume_rules(5));
  EXPECT_EQ(monday.state, MonitorState::kFailing);
  EXPECT_EQ(monday.basis, Basis::kWeekday);
  EXPECT_EQ(monday.samples, 6u);
  EXPECT_NEAR(*monday.expected, 10'000, 1);
  EXPECT_LT(monday.z, -5);
  const auto until_saturday = days(47, season);
  const Verdict saturday =
      judge_value(until_saturday, {kMonday + 47 * kDay, 1'000}, volume_rules(5));
  EXPECT_EQ(saturday.state, MonitorState::kOk);
  EXPECT_NEAR(*saturday.expected, 1'000, 1);
}

TEST(JudgeValue, DoesNotTakeTheSecondWeekendForADrop) {
  const auto season = [](int day) { return day % 7 >= 5 ? 1'000.0 : 10'000.0; };
  const auto before = days(12, season);  // day 12 is the second Saturday
  const Verdict saturday = judge_value(before, {kMonday + 12 * kDay, 1'050}, volume_rules(5));
  EXPECT_EQ(saturday.basis, Basis::kAllDays);
  EXPECT_EQ(saturday.state, MonitorState::kOk);
  const Verdict empty = judge_value(before, {kMonday + 12 * kDay, 20}, volume_rules(5));
  EXPECT_EQ(empty.state, MonitorState::kFailing) << "far below last Saturday too";
}

TEST(JudgeValue, LearnsUntilAWeekIsKnown) {
  const auto before = days(6, [](int) { return 100.0; });
  EXPECT_EQ(judge_value(before, {kMonday + 6 * kDay, 5}, volume_rules(5)).state,
            MonitorState::kLearning);
  // Seven working days, and then the first Saturday.
  std::vector<Sample> working;
  for (const int day : {0, 1, 2, 3, 4, 7, 8, 9, 10, 11}) {
    working.push_back({kMonday + day * kDay, 100});
  }
  EXPECT_EQ(judge_value(working, {kMonday + 12 * kDay, 5}, volume_rules(5)).state,
            MonitorState::kLearning);
}

TEST(JudgeValue, AConstantSeriesHasARangeAndNoiseInsideItIsOk) {
  const auto before = days(28, [](int) { return 1'000'000.0; });
  const Micros next = kMonday + 28 * kDay;
  const Verdict near = judge_value(before, {next, 1'200'000}, volume_rules(5));
  EXPECT_EQ(near.state, MonitorState::kOk);
  EXPECT_LE(*near.low, 1'000'000 / 1.29);
  EXPECT_GE(*near.high, 1'000'000 * 1.29);
  EXPECT_EQ(judge_value(before, {next, 2'000'000}, volume_rules(5)).state, MonitorState::kFailing);
  EXPECT_EQ(judge_value(before, {next, 0}, volume_rules(5)).state, MonitorState::kFailing);
}

TEST(JudgeValue, SmallCountsVaryByTheirSquareRoot) {
  const auto before = days(28, [](int) { return 3.0; });
  EXPECT_EQ(judge_value(before, {kMonday + 28 * kDay, 7}, volume_rules(5)).state,
            MonitorState::kOk);
  EXPECT_EQ(judge_value(before, {kMonday + 28 * kDay, 300}, volume_rules(5)).state,
            MonitorState::kFailing);
}

TEST(JudgeValue, SensitivityMovesTheRange) {
  const auto before = days(28, [](int day) { return 1'000.0 + 100 * (day % 3); });
  const Sample now{kMonday + 28 * kDay, 1'900};
  EXPECT_EQ(judge_value(before, now, volume_rules(3)).state, MonitorState::kFailing);
  EXPECT_EQ(judge_value(before, now, volume_rules(20)).state, MonitorState::kOk);
}

// ---- volume series ------------------------------------------------------------------------------

TEST(VolumeSeries, SumsDaysOfWhatIsWrittenEveryHourAndLeavesTheOpenOneOut) {
  std::vector<VolumePoint> points;
  for (int hour = 0; hour < 24 * 3 + 5; ++hour) {
    VolumePoint p;
    p.time = p.basis = kMonday + hour * kHour;
    p.written.rows = 10;
    points.push_back(p);
  }
  const VolumeSeries series = volume_series(points, points.back().time);
  EXPECT_TRUE(series.daily);
  ASSERT_EQ(series.samples.size(), 3u);
  for (const Sample& sample : series.samples) EXPECT_EQ(sample.value, 240);
}

TEST(VolumeSeries, ComparesPerPartitionWhereARunWroteSeveral) {
  std::vector<VolumePoint> points(2);
  points[0].time = points[0].basis = kMonday;
  points[0].written.rows = 100;
  points[1].time = points[1].basis = kMonday + kDay;
  points[1].written.rows = 400;
  points[1].parts = 4;
  const VolumeSeries series = volume_series(points, kMonday + kDay);
  EXPECT_TRUE(series.per_partition);
  EXPECT_EQ(series.samples[1].value, 100);
}

TEST(VolumeSeries, TakesBytesOrTotalsWhereNoRowsAreKnown) {
  std::vector<VolumePoint> points(1);
  points[0].total.bytes = 7;
  EXPECT_EQ(volume_series(points, kMonday).measure, VolumeMeasure::kTotalBytes);
  points[0].written.bytes = 5;
  EXPECT_EQ(volume_series(points, kMonday).measure, VolumeMeasure::kBytes);
}

// ---- freshness ----------------------------------------------------------------------------------

std::vector<Micros> writes(int days, const std::function<bool(int)>& on, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<Micros> jitter(0, 20 * model::kMinute);
  std::vector<Micros> out;
  for (int day = 0; day < days; ++day) {
    if (on(day)) out.push_back(kMonday + day * kDay + 2 * kHour + jitter(random));
  }
  return out;
}

TEST(JudgeFreshness, ADailyWriteIsLateAfterAQuarterOfADay) {
  const auto all = writes(
      20, [](int) { return true; }, 1);
  const Micros due = all.back() + kDay;
  EXPECT_EQ(judge_freshness(all, due, {}).verdict.state, MonitorState::kOk);
  EXPECT_EQ(judge_freshness(all, due + 3 * kHour, {}).verdict.state, MonitorState::kOk);
  EXPECT_EQ(judge_freshness(all, due + 5 * kHour, {}).verdict.state, MonitorState::kWarning);
  const Freshness late = judge_freshness(all, due + 7 * kHour, {});
  EXPECT_EQ(late.verdict.state, MonitorState::kFailing);
  EXPECT_NEAR(*late.verdict.expected, 86'400, 1'800);
  EXPECT_NEAR(static_cast<double>(*late.due), static_cast<double>(due), 1.8e9);
}

TEST(JudgeFreshness, LearnsThatNothingComesAtWeekends) {
  const auto working = [](int day) { return day % 7 < 5; };
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    const auto all = writes(70, working, seed);
    // No gap of a working week is late, from the first verdict on.
    EXPECT_TRUE(missed_writes(all, kMonday, all.back(), all.back(), {}).empty()) << seed;
    const Micros friday = all.back();
    EXPECT_EQ(judge_freshness(all, friday + 2 * kDay, {}).verdict.state, MonitorState::kOk) << seed;
    const Freshness monday = judge_freshness(all, friday + 4 * kDay, {});
    EXPECT_EQ(monday.verdict.state, MonitorState::kFailing) << seed;
    EXPECT_EQ(monday.verdict.basis, Basis::kWeekday) << seed;
  }
}

TEST(JudgeFreshness, LearnsThatNothingComesAtNight) {
  std::vector<Micros> all;
  for (int hour = 0; hour < 24 * 40; ++hour) {
    if (hour % 24 >= 8 && hour % 24 <= 18) all.push_back(kMonday + hour * kHour);
  }
  EXPECT_TRUE(missed_writes(all, kMonday, all.back(), all.back(), {}).empty());
  const Micros evening = all.back();  // the last of a day
  EXPECT_EQ(judge_freshness(all, evening + 10 * kHour, {}).verdict.state, MonitorState::kOk);
  EXPECT_EQ(judge_freshness(all, evening + 20 * kHour, {}).verdict.state, MonitorState::kFailing);
  all.push_back(evening + 14 * kHour);  // the next morning
  EXPECT_EQ(judge_freshness(all, all.back() + 3 * kHour, {}).verdict.state, MonitorState::kFailing);
}

TEST(JudgeFreshness, LearnsBeforeAWeekIsKnownUnlessAnAgeIsDeclared) {
  const auto all = writes(
      6, [](int) { return true; }, 1);
  const Micros at = all.back() + 10 * kDay;
  EXPECT_EQ(judge_freshness(all, at, {}).verdict.state, MonitorState::kLearning);
  const MonitorSetting declared{true, kSensitivity, 2 * kDay};
  const Freshness late = judge_freshness(all, at, declared);
  EXPECT_EQ(late.verdict.state, MonitorState::kFailing);
  EXPECT_EQ(late.verdict.basis, Basis::kDeclared);
  EXPECT_EQ(judge_freshness({}, at, declared).verdict.state, MonitorState::kUnknown);
}

TEST(MissedWrites, NamesEveryDayOfAStopAndNoneAfterItWentOn) {
  auto all = writes(
      30, [](int day) { return day < 20 || day >= 23; }, 1);
  const Micros end = all.back();
  const auto missed = missed_writes(all, kMonday, end, end, {});
  std::vector<std::int64_t> on;
  for (const Missed& one : missed) on.push_back((one.due - kMonday) / kDay);
  EXPECT_EQ(on, (std::vector<std::int64_t>{20, 21, 22}));
  all.resize(20);  // it never went on
  const auto until_now = missed_writes(all, kMonday, end, kMonday + 22 * kDay + 12 * kHour, {});
  EXPECT_EQ(until_now.size(), 3u);
}

TEST(MissedWrites, TheAgeIsThatAtTheNextWriteAndTwentyLeastSpreadsAreOneGapTooMuch) {
  std::vector<Micros> all;
  for (const int day : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11}) all.push_back(kMonday + day * kDay);
  const auto ended = missed_writes(all, kMonday, all.back() + 1, all.back() + kHour, {});
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].due, kMonday + 10 * kDay);
  EXPECT_EQ(ended[0].verdict.value, 2 * 86'400.0) << "until the write that came, not until now";
  EXPECT_DOUBLE_EQ(ended[0].verdict.z, 20) << "a spread is at least 5 % of the gap";
  // It is no cap: while nothing comes both go on, up to kMaxZ.
  all.pop_back();
  const auto goes_on = missed_writes(all, kMonday, kMonday + 60 * kDay, kMonday + 12 * kDay, {});
  ASSERT_EQ(goes_on.size(), 2u);
  for (const Missed& one : goes_on) {
    EXPECT_EQ(one.verdict.value, 3 * 86'400.0);
    EXPECT_DOUBLE_EQ(one.verdict.z, 40);
  }
  EXPECT_EQ(judge_freshness(all, kMonday + 900 * kDay, {}).verdict.z, kMaxZ);
}

// ---- schema -------------------------------------------------------------------------------------

SchemaVersion version(int day, std::vector<SchemaField> fields) {
  return {kMonday + day * kDay, std::move(fields)};
}

TEST(JudgeSchema, FailsForAWeekAfterAColumnWentOrChanged) {
  const std::vector<SchemaVersion> all = {version(0, {{"id", "INT64"}, {"at", "DATE"}}),
                                          version(10, {{"at", "TIMESTAMP"}, {"new", "STRING"}})};
  const SchemaState soon = judge_schema(all, kMonday + 12 * kDay, {});
  EXPECT_EQ(soon.verdict.state, MonitorState::kFailing);
  EXPECT_EQ(*soon.verdict.value, 2);
  ASSERT_EQ(soon.changes.size(), 3u);
  EXPECT_EQ(soon.changes[0].what, SchemaChange::What::kRetyped);
  EXPECT_EQ(soon.changes[1].what, SchemaChange::What::kDropped);
  EXPECT_EQ(soon.changes[2].what, SchemaChange::What::kAdded);
  EXPECT_EQ(judge_schema(all, kMonday + 18 * kDay, {}).verdict.state, MonitorState::kOk);
  EXPECT_EQ(judge_schema(all, kMonday + 5 * kDay, {}).verdict.state, MonitorState::kOk);
  EXPECT_EQ(judge_schema({}, kMonday, {}).verdict.state, MonitorState::kUnknown);
}

TEST(JudgeSchema, AColumnThatCameBackIsNoBreak) {
  const std::vector<SchemaVersion> all = {version(0, {{"id", "int64"}, {"at", "DATE"}}),
                                          version(10, {{"at", "DATE"}}),
                                          version(11, {{"at", "date"}, {"id", "INT64"}})};
  EXPECT_EQ(judge_schema(all, kMonday + 12 * kDay, {}).verdict.state, MonitorState::kOk);
}

TEST(ReadSchema, NestedFieldsAreDottedPaths) {
  const auto fields = read_schema(
      R"({"fields":[{"name":"a","type":"STRUCT","fields":[{"name":"b","type":"INT64"}]}]})");
  EXPECT_EQ(fields, (std::vector<SchemaField>{{"a", "STRUCT"}, {"a.b", "INT64"}}));
}

// ---- distribution -------------------------------------------------------------------------------

ColumnsPoint columns(int day, double nulls, double mean) {
  ColumnsPoint point;
  point.time = point.basis = kMonday + day * kDay;
  point.rows = 10'000;
  model::ColumnProfile c;
  c.name = "amount";
  c.nulls = static_cast<std::int64_t>(nulls * 10'000);
  c.distinct = 500;
  c.count = 10'000 - static_cast<double>(c.nulls);
  c.sum = mean * *c.count;
  c.quantiles = {{0.5, mean * 0.9}};
  point.columns.push_back(c);
  return point;
}

TEST(JudgeColumns, FindsNullsAndAShiftedMeanAndIsQuietElse) {
  std::mt19937 random(7);
  std::normal_distribution<double> vary(0, 1);
  std::vector<ColumnsPoint> points;
  for (int day = 0; day < 40; ++day) {
    points.push_back(columns(day, 0.02 + 0.002 * vary(random), 50 + vary(random)));
    EXPECT_LE(judge_columns(points, {}).unusual.size(), 0u) << "day " << day << ", seed 7";
  }
  points.push_back(columns(40, 0.5, 50));
  const Distribution nulls = judge_columns(points, {});
  EXPECT_EQ(nulls.state, MonitorState::kFailing);
  EXPECT_EQ(nulls.checks, 4u);
  ASSERT_EQ(nulls.unusual.size(), 1u);
  EXPECT_EQ(nulls.unusual[0].measure, "null_share");
  points.back() = columns(40, 0.02, 5'000);
  const Distribution shifted = judge_columns(points, {});
  ASSERT_EQ(shifted.unusual.size(), 2u);  // its mean and its median
  EXPECT_EQ(shifted.unusual[0].column, "amount");
}

TEST(JudgeColumns, ManyColumnsWidenTheRange) {
  ColumnsPoint wide;
  for (int i = 0; i < 100; ++i) {
    model::ColumnProfile c;
    c.name = "c" + std::to_string(1000 + i);
    c.distinct = 10;
    wide.columns.push_back(c);
  }
  const std::vector<ColumnsPoint> points = {wide};
  const Distribution d = judge_columns(points, {});
  EXPECT_EQ(d.checks, 100u);
  EXPECT_EQ(d.learning, 100u);
  EXPECT_NEAR(d.sensitivity, kSensitivity * 1.4, 1e-9);
}

// ---- settings -----------------------------------------------------------------------------------

TEST(Settings, WhatIsWrittenIsReadAndWhatIsNotNamedStays) {
  MonitorSettings settings;
  settings[MonitorKind::kVolume].sensitivity = 8;
  const std::string text =
      R"({"freshness":{"max_age":"PT36H"},"schema":{"enabled":false,"sensitivity":6.5}})";
  ASSERT_TRUE(read_settings(model::JsonValue(text), settings));
  EXPECT_EQ(settings[MonitorKind::kVolume].sensitivity, 8);
  EXPECT_EQ(settings[MonitorKind::kFreshness].max_age, 36 * kHour);
  EXPECT_FALSE(settings[MonitorKind::kSchema].enabled);
  MonitorSettings again;
  ASSERT_TRUE(read_settings(model::JsonValue(write_settings(settings)), again));
  for (std::size_t i = 0; i < kMonitorKinds; ++i) EXPECT_EQ(again.of[i], settings.of[i]) << i;
}

TEST(Settings, SaysWhatIsWrong) {
  for (const char* bad :
       {R"({"volume":true})", R"({"volume":{"sensitivity":0}})", R"({"volume":{"enabled":1}})",
        R"({"volume":{"max_age":"P1D"}})", R"({"freshness":{"max_age":"1 day"}})",
        R"({"freshness":{"max_age":"PT0S"}})"}) {
    MonitorSettings settings;
    const auto read = read_settings(model::JsonValue(bad), settings);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, base::ErrorCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace headwater::stats
