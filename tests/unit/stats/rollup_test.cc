#include "stats/rollup.h"

#include <random>
#include <span>

#include <gtest/gtest.h>

#include "stats/cells.h"
#include "tests/support/cost_world.h"

namespace headwater::stats {
namespace {

using tests::must;

constexpr std::uint64_t kNextChunk = std::uint64_t{1} << 33;  // a jump of seq that closes a chunk
constexpr Micros kHour = kDay / 24;

LedgerRow row(std::uint64_t seq, Micros time, std::uint32_t job, std::int64_t amount) {
  LedgerRow out{Seq{seq}, time, NodeId{job}, NodeId{100}, {}};
  out.quantities[model::Measure::kAmount] = amount;
  return out;
}

std::int64_t amount(const Rollups& rollups, std::int32_t day, std::uint32_t pair) {
  for (const auto& [number, totals] : rollups.days()) {
    if (number != day) continue;
    for (std::size_t i = 0; i < totals->pairs.size(); ++i) {
      if (totals->pairs[i] == pair) return totals->columns[index(model::Measure::kAmount)][i];
    }
  }
  return 0;
}

std::vector<std::int64_t> sums(const LedgerSnapshot& ledger, const Rollups* rollups,
                               const CellQuestion& question) {
  std::vector<std::int64_t> out(ledger.pairs());
  for (const Cell& cell : must(cells_of(ledger, rollups, Buckets{}, question))) {
    out[cell.number] = cell.value;
  }
  return out;
}

TEST(Rollup, HasClosedChunksByDayAndPairAndTakesInWhatClosesLater) {
  Ledger ledger;
  ledger.append(row(1, 5 * kDay, 1, 10));
  ledger.append(row(2, 5 * kDay + kHour, 1, 7));
  ledger.append(row(3, -1, 2, 3));  // the day before 1970
  ledger.publish();
  RollupKeeper keeper;
  EXPECT_EQ(keeper.upto(*ledger.snapshot())->chunks(), 0u);  // the only chunk is still open
  ledger.append(row(3 + kNextChunk, 5 * kDay, 2, 100));
  ledger.publish();
  const auto first = keeper.upto(*ledger.snapshot());
  EXPECT_EQ(first->chunks(), 1u);
  EXPECT_EQ(first->last(), Seq{3});
  EXPECT_EQ(amount(*first, 5, 0), 17);
  EXPECT_EQ(amount(*first, -1, 1), 3);
  EXPECT_EQ(amount(*first, 5, 1), 0);
  ledger.append(row(3 + 2 * kNextChunk, 6 * kDay, 1, 1));
  ledger.publish();
  const auto second = keeper.upto(*ledger.snapshot());
  EXPECT_EQ(second->chunks(), 2u);
  EXPECT_EQ(amount(*second, 5, 1), 100);
  EXPECT_EQ(amount(*second, 5, 0), 17);
  EXPECT_EQ(amount(*first, 5, 1), 0) << "the older one does not change";
  // A day that nothing was added to is the same one.
  EXPECT_EQ(first->days()[0].second, second->days()[0].second);
}

TEST(Rollup, StepByStepOrAtOnceAndFromRowsItIsTheSame) {
  std::mt19937_64 random(3);
  Ledger ledger;
  RollupKeeper stepwise;
  std::uint64_t seq = 1;
  for (int step = 0; step < 60; ++step) {
    for (int i = 0; i < 20; ++i) {
      const auto time = static_cast<Micros>(random() % (20 * kDay));
      ledger.append(row(seq++, time, 1 + static_cast<std::uint32_t>(random() % 5),
                        static_cast<std::int64_t>(random() % 1000) - 300));
    }
    seq += kNextChunk;
    ledger.publish();
    stepwise.upto(*ledger.snapshot());
  }
  const auto snapshot = ledger.snapshot();
  RollupKeeper at_once;
  const auto a = stepwise.upto(*snapshot), b = at_once.upto(*snapshot);
  ASSERT_EQ(a->days().size(), b->days().size());
  for (const Interval interval :
       {Interval{}, Interval{2 * kDay, 9 * kDay}, Interval{2 * kDay + kHour, 9 * kDay - kHour},
        Interval{2 * kDay + kHour, 2 * kDay + 5 * kHour}, Interval{7 * kDay, 7 * kDay}}) {
    CellQuestion question;
    question.interval = interval;
    const auto from_rows = sums(*snapshot, nullptr, question);
    EXPECT_EQ(sums(*snapshot, a.get(), question), from_rows);
    EXPECT_EQ(sums(*snapshot, b.get(), question), from_rows);
  }
}

std::vector<std::vector<std::int64_t>> lines(const CellTable& table, const LedgerSnapshot& ledger) {
  std::vector<std::vector<std::int64_t>> out(ledger.pairs());
  const auto visit = [&](std::uint32_t pair, std::span<const std::int64_t> line) {
    out[pair].assign(line.begin(), line.end());
  };
  table.lines->each(visit, [] { return true; });
  return out;
}

// Stretches of pairs that mostly have rows are blocks; what is added to a day later makes some of
// them whole, and some pairs come when a part of the days is closed.
TEST(Rollup, LinesOfDaysThatAreNearlyFullAreThoseOfTheRows) {
  for (const std::uint64_t percent : {40, 70, 80, 97, 100}) {
    std::mt19937_64 random(percent);
    Ledger ledger;
    RollupKeeper stepwise;
    std::uint64_t seq = 1;
    for (std::uint32_t step = 0; step < 6; ++step) {
      for (std::int32_t day = 0; day < 30; ++day) {
        for (std::uint32_t job = 1; job <= 150 + 20 * step; ++job) {
          if (random() % 100 >= percent / (1 + step)) continue;
          const Micros time = day * kDay + static_cast<Micros>(random() % kDay);
          const auto value = static_cast<std::int64_t>(random() % 1000) - 300;
          ledger.append(row(seq++, time, job, value));
        }
      }
      seq += kNextChunk;
      ledger.publish();
      stepwise.upto(*ledger.snapshot());
    }
    const auto snapshot = ledger.snapshot();
    const auto rollups = stepwise.upto(*snapshot);
    for (const Interval interval :
         {Interval{}, Interval{3 * kDay, 24 * kDay}, Interval{kDay + kHour, 20 * kDay + kHour}}) {
      CellQuestion question;
      question.interval = interval;
      const DaySpan days = days_within(*snapshot, interval);
      for (const Period period : {Period::kDaily, Period::kWeekly}) {
        const Buckets buckets = must(Buckets::of({period}, days.first, days.end));
        const CellTable rows = must(table_of(*snapshot, nullptr, buckets, question));
        const CellTable rolled = must(table_of(*snapshot, rollups.get(), buckets, question));
        ASSERT_TRUE(rows.lines && rolled.lines);
        EXPECT_EQ(lines(rolled, *snapshot), lines(rows, *snapshot)) << percent << " percent";
      }
    }
  }
}

TEST(Rollup, MostOfAStretchMakesItWholeWithTheRestAsZeros) {
  constexpr std::uint32_t kTogether = DayTotals::kTogether;
  Ledger ledger;
  std::uint64_t seq = 1;
  for (std::uint32_t job = 1; job <= 2 * kTogether; ++job) ledger.append(row(seq++, 0, job, 1));
  for (std::uint32_t job = 1; job <= 2 * kTogether; ++job) {
    const bool most = job <= kTogether ? job % 4 != 0 : job % 2 != 0;  // three quarters; half
    if (most) ledger.append(row(seq++, kDay, job, 1));
  }
  ledger.append(row(seq + kNextChunk, 0, 1, 1));
  ledger.publish();
  RollupKeeper keeper;
  const auto rollups = keeper.upto(*ledger.snapshot());
  const DayTotals& day = *rollups->days()[1].second;
  EXPECT_EQ(day.whole, (std::vector<bool>{true, false}));
  EXPECT_EQ(day.pairs.size(), kTogether + kTogether / 2);
  EXPECT_EQ(amount(*rollups, 1, 0), 1);
  EXPECT_EQ(amount(*rollups, 1, 3), 0);
  CellQuestion question;
  question.interval = {kDay, 2 * kDay};
  EXPECT_EQ(must(cells_of(*ledger.snapshot(), rollups.get(), Buckets{}, question)).size(),
            kTogether / 4 * 3 + kTogether / 2);
}

// A rollup may be made from a ledger that has more pairs already than the snapshot it is used with.
TEST(Rollup, HasNoPairsThatOnlyANewerSnapshotHas) {
  constexpr std::uint32_t kTogether = DayTotals::kTogether;
  Ledger ledger;
  std::uint64_t seq = 1;
  for (std::uint32_t job = 1; job < kTogether; ++job) ledger.append(row(seq++, kDay, job, 1));
  ledger.append(row(seq += kNextChunk, kDay, 1, 1));
  ledger.publish();
  const auto old = ledger.snapshot();
  ledger.append(row(++seq, kDay, kTogether, 1));  // the last of the stretch
  ledger.publish();
  RollupKeeper keeper;
  const auto rollups = keeper.upto(*ledger.snapshot());
  ASSERT_EQ(rollups->chunks(), 1u);
  for (const std::uint32_t pair : rollups->days()[0].second->pairs) EXPECT_LT(pair, old->pairs());
  EXPECT_EQ(sums(*old, rollups.get(), {}), sums(*old, nullptr, {}));
}

TEST(Rollup, WhatIsEndedEarlyIsKeptAsFarAsItCame) {
  Ledger ledger;
  for (std::uint64_t i = 0; i < 40; ++i) {
    ledger.append(row(1 + i * kNextChunk, kDay, 1, 1));
    ledger.publish();
  }
  RollupKeeper keeper;
  int asked = 0;
  const auto once = [&] { return ++asked > 1; };
  const auto part = keeper.upto(*ledger.snapshot(), once);
  EXPECT_GT(part->chunks(), 0u);
  EXPECT_LT(part->chunks(), 39u);
  EXPECT_EQ(amount(*part, 1, 0), static_cast<std::int64_t>(part->chunks()));
  EXPECT_EQ(keeper.upto(*ledger.snapshot(), [] { return true; }), part);
  EXPECT_EQ(amount(*keeper.upto(*ledger.snapshot()), 1, 0), 39);
}

TEST(Rollup, OneThatIsNewerThanTheSnapshotIsNotUsed) {
  Ledger ledger;
  ledger.append(row(1, kDay, 1, 10));
  ledger.publish();
  const auto old = ledger.snapshot();
  ledger.append(row(2, kDay, 1, 5));
  ledger.append(row(2 + kNextChunk, kDay, 1, 1));
  ledger.publish();
  RollupKeeper keeper;
  const auto rollups = keeper.upto(*ledger.snapshot());
  ASSERT_EQ(rollups->chunks(), 1u);
  EXPECT_EQ(sums(*old, rollups.get(), {}), std::vector<std::int64_t>{10});
  CellQuestion known;
  known.known_at = Seq{1};
  EXPECT_EQ(sums(*ledger.snapshot(), rollups.get(), known), std::vector<std::int64_t>{10});
}

TEST(Buckets, WeeksAreThoseOfIsoAndMonthsThoseOfTheCalendar) {
  const std::int32_t new_year = 20454;  // 2026-01-01, a Thursday
  EXPECT_EQ(period_text(Period::kDaily, new_year), "2026-01-01");
  EXPECT_EQ(start_of(Period::kWeekly, new_year), new_year - 3);
  EXPECT_EQ(period_text(Period::kWeekly, new_year - 3), "2026-W01");
  EXPECT_EQ(period_text(Period::kWeekly, new_year - 10), "2025-W52");
  EXPECT_EQ(start_of(Period::kMonthly, new_year + 40), new_year + 31);
  EXPECT_EQ(end_of(Period::kMonthly, new_year + 31), new_year + 59);
  EXPECT_EQ(period_text(Period::kMonthly, new_year + 31), "2026-02");
  EXPECT_EQ(start_of(Period::kWeekly, -1), -3);  // 1969-12-31 was a Wednesday
}

TEST(Buckets, TooManyDaysAreAnErrorThatNamesTheLimit) {
  const auto found = Buckets::of({Period::kDaily}, 0, Buckets::kMaxDays + 1);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, base::ErrorCode::kLimitExceeded);
  EXPECT_NE(found.error().message.find("max_days"), std::string::npos);
  EXPECT_TRUE(Buckets::of({Period::kDaily}, 0, Buckets::kMaxDays));
}

}  // namespace
}  // namespace headwater::stats
