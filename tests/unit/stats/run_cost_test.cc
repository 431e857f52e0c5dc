#include "stats/run_cost.h"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "tests/support/harness.h"

namespace headwater::stats {
namespace {

using model::CostSource;
using model::Event;
using model::Measure;
using model::Quantities;
using tests::must;

// One event with what it says of cost; outputs are datasets 1, 2 ... of the event.
Event event_with(std::int64_t billed, std::vector<model::OutputSize> outputs) {
  Event event;
  event.kind = model::EventKind::kRun;
  if (billed >= 0) {
    Quantities q;
    q[Measure::kBytesBilled] = billed;
    event.costs.push_back({CostSource::kBigQuery, q, 0, {}});
  }
  event.outputs = std::move(outputs);
  return event;
}

const std::vector<NodeId> kDatasets{NodeId{11}, NodeId{12}, NodeId{13}};

Quantities sum_of(const std::vector<Booked>& rows) {
  Quantities sum;
  for (const Booked& row : rows) sum += row.quantities;
  return sum;
}

TEST(RunCost, IsSplitByBytesAndWhatWasWrittenIsItsOwn) {
  RunCost cost;
  cost.add(event_with(1000, {{0, 300, 3}, {1, 100, 9}}), {5, 2, 0}, kDatasets);
  const auto rows = rows_of(cost, {100, 50, {}}, PriceBook{}, {"ns", "job"});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].dataset, NodeId{11});
  EXPECT_EQ(rows[0].quantities[Measure::kBytesBilled], 750);
  EXPECT_EQ(rows[1].quantities[Measure::kBytesBilled], 250);
  EXPECT_EQ(rows[0].quantities[Measure::kBytesWritten], 300);
  EXPECT_EQ(rows[1].quantities[Measure::kRowsWritten], 9);
  EXPECT_EQ(sum_of(rows)[Measure::kRuns], model::kMicro);
  EXPECT_EQ(sum_of(rows)[Measure::kDurationMs], 50);
}

TEST(RunCost, WithoutOutputsItIsOneRowOfNoDataset) {
  RunCost cost;
  cost.add(event_with(77, {}), {5, 2, 0}, kDatasets);
  const auto rows = rows_of(cost, {100, 50, {}}, PriceBook{}, {"ns", "job"});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].dataset, NodeId{});
  EXPECT_EQ(rows[0].quantities[Measure::kBytesBilled], 77);
}

TEST(RunCost, ItsOwnFacetStandsBeforeThoseOfOthersMeasureByMeasure) {
  Event event = event_with(1000, {});
  Quantities own;
  own[Measure::kBytesBilled] = 5;
  event.costs.push_back({CostSource::kHeadwater, own, 1, "USD"});
  event.costs[0].quantities[Measure::kSlotMs] = 9;
  RunCost cost;
  cost.add(event, {5, 2, 0}, kDatasets);
  const auto rows = rows_of(cost, {100, 0, {}}, PriceBook{}, {"ns", "job"});
  EXPECT_EQ(rows[0].quantities[Measure::kBytesBilled], 5);
  EXPECT_EQ(rows[0].quantities[Measure::kSlotMs], 9);
  EXPECT_EQ(rows[0].quantities[Measure::kAmount], 1);
}

TEST(RunCost, TheOrderOfArrivalIsOfNoAccount) {
  std::vector<std::pair<Event, EventPosition>> events;
  events.emplace_back(event_with(-1, {{0, -1, -1}}), EventPosition{1, 0, 0});
  events.emplace_back(event_with(10, {{0, 5, 5}, {1, 7, 7}}), EventPosition{2, 1, 0});
  events.emplace_back(event_with(30, {{1, 9, 9}}), EventPosition{3, 2, 0});
  Event snapshot = event_with(20, {{2, 4, 4}});
  snapshot.complete_snapshot = snapshot.shows_io = true;
  events.emplace_back(snapshot, EventPosition{2, 1, 5});
  std::optional<RunCost> first;
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    RunCost cost;
    for (const std::size_t i : order) cost.add(events[i].first, events[i].second, kDatasets);
    if (!first) first = cost;
    EXPECT_EQ(cost, *first);
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(first->outputs.size(), 2U);  // what came before the snapshot is gone
  EXPECT_EQ(first->sources[0].quantities[Measure::kBytesBilled], 30);
}

TEST(RunCost, IsDueAtItsEndOrOnceSomethingWasReported) {
  storage::RunInfo run;
  RunCost cost;
  EXPECT_FALSE(cost.due(run));
  cost.add(event_with(1, {}), {7, 1, 0}, kDatasets);
  ASSERT_TRUE(cost.due(run));
  EXPECT_EQ(cost.due(run)->time, 7);
  run.started_at = 2'000;
  run.ended_at = 9'000;
  EXPECT_EQ(cost.due(run)->time, 9'000);
  EXPECT_EQ(cost.due(run)->duration_ms, 7);
}

TEST(RunCost, ComesBackFromItsBytesAndDamageIsTold) {
  RunCost cost;
  cost.add(event_with(1000, {{0, 300, 3}, {1, -1, -1}}), {5, 2, -77}, kDatasets);
  cost.sources[0].currency = "EUR";
  cost.booked = RunCost::Booking{1, 2, Seq{3}};
  const std::string bytes = encode(cost);
  ASSERT_TRUE(decode_run_cost(bytes));
  EXPECT_EQ(*decode_run_cost(bytes), cost);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_run_cost(std::string_view(bytes).substr(0, size)));
  }
  EXPECT_FALSE(decode_run_cost(bytes + "x"));
}

TEST(RunCost, ADifferenceAddedToWhatWasIsWhatIs) {
  const std::vector<Booked> before{{NodeId{1}, 10, {}}, {NodeId{2}, 10, {}}};
  std::vector<Booked> after{{NodeId{2}, 10, {}}, {NodeId{3}, 20, {}}};
  std::vector<Booked> old = before;
  old[0].quantities[Measure::kSlotMs] = 4;
  old[1].quantities[Measure::kSlotMs] = 6;
  after[0].quantities[Measure::kSlotMs] = 6;
  after[1].quantities[Measure::kSlotMs] = 5;
  const auto rows = difference(old, after);
  ASSERT_EQ(rows.size(), 2U);  // what stayed is not among them
  EXPECT_EQ(rows[0].dataset, NodeId{1});
  EXPECT_EQ(rows[0].quantities[Measure::kSlotMs], -4);
  EXPECT_EQ(rows[1].dataset, NodeId{3});
  EXPECT_EQ(rows[1].time, 20);
}

}  // namespace
}  // namespace headwater::stats
