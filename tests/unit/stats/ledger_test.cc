#include "stats/ledger.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace headwater::stats {
namespace {

constexpr std::uint64_t kNextChunk = std::uint64_t{1} << 33;  // a jump of seq that closes a chunk

LedgerRow row(std::uint64_t seq, Micros time) { return {Seq{seq}, time, NodeId{1}, NodeId{2}, {}}; }

TEST(Booked, IsOfNoRowsNothing) {
  Ledger ledger;
  EXPECT_FALSE(ledger.snapshot()->booked(model::kNeverSeq));
  ledger.append(row(5, kDay));
  EXPECT_FALSE(ledger.snapshot()->booked(model::kNeverSeq)) << "it is not published yet";
  ledger.publish();
  EXPECT_FALSE(ledger.snapshot()->booked(Seq{4}));
  EXPECT_EQ(ledger.snapshot()->booked(Seq{5}), (BookedTimes{kDay, kDay}));
}

TEST(Booked, WhatComesLaterIsNotOfASnapshotThoughItIsInTheSameChunk) {
  Ledger ledger;
  ledger.append(row(1, 3 * kDay));
  ledger.publish();
  const auto old = ledger.snapshot();
  ledger.append(row(2, -kDay));
  ledger.append(row(3, 9 * kDay));
  ledger.publish();
  EXPECT_EQ(old->booked(model::kNeverSeq), (BookedTimes{3 * kDay, 3 * kDay}));
  EXPECT_EQ(ledger.snapshot()->booked(Seq{2}), (BookedTimes{-kDay, 3 * kDay}));
  EXPECT_EQ(ledger.snapshot()->booked(model::kNeverSeq), (BookedTimes{-kDay, 9 * kDay}));
}

TEST(Booked, OfSeveralChunksIsThatOfTheirRowsAtEachRecord) {
  std::mt19937_64 random(11);
  Ledger ledger;
  std::vector<LedgerRow> rows;
  std::uint64_t seq = 0;
  for (int chunk = 0; chunk < 4; ++chunk, seq += kNextChunk) {
    for (int i = 0; i < 30; ++i) {
      seq += random() % 2;  // one record may have several rows
      rows.push_back(row(seq, static_cast<Micros>(random() % (90 * kDay)) - 30 * kDay));
      ledger.append(rows.back());
    }
  }
  ledger.publish();
  const auto snapshot = ledger.snapshot();
  ASSERT_EQ(snapshot->chunks(), 4u);
  for (const LedgerRow& at : rows) {
    BookedTimes expected{INT64_MAX, INT64_MIN};
    for (const LedgerRow& one : rows) {
      if (one.seq > at.seq) continue;
      expected = {std::min(expected.first, one.time), std::max(expected.last, one.time)};
    }
    EXPECT_EQ(snapshot->booked(at.seq), expected) << at.seq.value;
  }
}

}  // namespace
}  // namespace headwater::stats
