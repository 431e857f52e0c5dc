// Anomalies of cost and their order, and comparisons of measurements.

#include "stats/anomalies.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "stats/compare.h"

namespace headwater::stats {
namespace {

using model::NodeId;

constexpr std::int32_t kFirst = 20'700;

// Steady costs of two nodes for `count` days.
DailyCosts steady(std::int32_t count) {
  DailyCosts out;
  for (std::int32_t day = kFirst; day < kFirst + count; ++day) {
    out[NodeId{1}][day] = 1'000 + day % 3;
    out[NodeId{2}][day] = 100'000 + day % 5;
  }
  return out;
}

TEST(CostAnomalies, TheOneThatMattersMoreToTheDayComesFirst) {
  DailyCosts costs = steady(20);
  const std::int32_t last = kFirst + 20;
  costs[NodeId{1}][last] = 10'000;   // ten times as much, of little
  costs[NodeId{2}][last] = 300'000;  // three times as much, of almost all
  costs[NodeId{}][last] = 90'000;    // of none: in the total only
  const auto found = cost_anomalies(costs, kFirst, last + 1, last + 1, {});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].node, NodeId{2});
  EXPECT_EQ(found[1].node, NodeId{1});
  EXPECT_NEAR(found[0].day_share, 300'000.0 / 400'000, 1e-9);
  EXPECT_NEAR(*found[0].verdict.expected, 100'002, 3);
  EXPECT_GT(found[0].verdict.z, 5);
  EXPECT_GT(found[0].severity, found[1].severity);
}

TEST(CostAnomalies, ADayThatHasNotEndedIsJudgedOnlyAsTooMuch) {
  DailyCosts costs = steady(20);
  const std::int32_t today = kFirst + 20;
  costs[NodeId{1}][today] = 10;
  costs[NodeId{2}][today] = 900'000;
  const auto open = cost_anomalies(costs, kFirst, today + 1, today, {});
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].node, NodeId{2});
  EXPECT_EQ(cost_anomalies(costs, kFirst, today + 1, today + 1, {}).size(), 2u)
      << "once it is over";
}

TEST(CostAnomalies, DaysOutsideTheIntervalAreHistoryOnly) {
  DailyCosts costs = steady(20);
  costs[NodeId{1}][kFirst + 15] = 50'000;
  EXPECT_EQ(cost_anomalies(costs, kFirst + 16, kFirst + 20, kFirst + 20, {}).size(), 0u);
  EXPECT_EQ(cost_anomalies(costs, kFirst + 15, kFirst + 16, kFirst + 20, {}).size(), 1u);
}

Anomaly of(std::int32_t day, double severity, std::uint32_t node) {
  Anomaly out;
  out.day = day;
  out.severity = severity;
  out.node = NodeId{node};
  return out;
}

TEST(SortAnomalies, NewestDayThenGravestThenNode) {
  std::vector<Anomaly> all = {of(1, 9, 1), of(2, 1, 2), of(2, 3, 4), of(2, 3, 3)};
  sort_anomalies(all);
  std::vector<std::uint32_t> nodes;
  for (const Anomaly& one : all) nodes.push_back(one.node.value);
  EXPECT_EQ(nodes, (std::vector<std::uint32_t>{3, 4, 2, 1}));
}

Measured measured(std::int64_t rows, std::int64_t nulls) {
  Measured out;
  out.volume.rows = rows;
  model::ColumnProfile column;
  column.name = "a";
  column.nulls = nulls;
  out.detail.columns.push_back(column);
  return out;
}

TEST(CompareProfiles, WithinTheToleranceIsEqualAndOneSidedIsNotCompared) {
  const Measured left = measured(1'000, 10);
  Measured right = measured(1'010, 10);
  EXPECT_EQ(compare_profiles(&left, &right, 0.02).likeness, Likeness::kEqual);
  EXPECT_EQ(compare_profiles(&left, &right, 0.001).likeness, Likeness::kDiffers);
  right.volume.bytes = 5;
  const ProfileComparison found = compare_profiles(&left, &right, 0.02);
  EXPECT_EQ(found.compared, 2u);
  EXPECT_EQ(found.differences.size(), 3u);
  EXPECT_EQ(found.likeness, Likeness::kEqual);
  EXPECT_EQ(compare_profiles(&left, nullptr, 0).likeness, Likeness::kUnknown);
  // Ten percent points of nulls are ten percent points, of however few.
  right = measured(1'000, 110);
  EXPECT_EQ(compare_profiles(&left, &right, 0.05).beyond, 1u);
}

TEST(Likeness, OfPartsTheWorst) {
  using enum Likeness;
  EXPECT_EQ(joined({kUnknown, kEqual}), kEqual);
  EXPECT_EQ(joined({kEqual, kDiffers, kUnknown}), kDiffers);
  EXPECT_EQ(joined({kUnknown}), kUnknown);
}

}  // namespace
}  // namespace headwater::stats
