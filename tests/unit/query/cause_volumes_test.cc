#include "query/cause_volumes.h"

#include <gtest/gtest.h>

#include "model/duration.h"

namespace headwater::query::cause {
namespace {

using model::kDay;

constexpr Micros kMonday = Micros{1'791'158'400} * 1'000'000;

struct History {
  std::vector<Written> written;

  Written& day(int day, std::optional<std::int64_t> rows,
               std::vector<std::string> partitions = {}) {
    Written w;
    w.run = written.size();
    w.basis = kMonday + day * kDay;
    w.time = w.basis + kDay;
    w.rows = rows;
    w.partitions = std::move(partitions);
    written.push_back(std::move(w));
    return written.back();
  }
  void usual(int days) {
    for (int i = 0; i < days; ++i) day(i, 1000 + 10 * (i % 5), {name(i)});
  }
  static std::string name(int day) { return std::to_string(20261000 + day); }
  Micros from_last() const { return written.back().time; }
};

TEST(CauseVolumes, ADropAndARiseAreJumps) {
  for (const std::int64_t rows : {80, 0, 5000}) {
    History history;
    history.usual(10);
    history.day(10, rows);
    const auto jump = find_jump(history.written, history.from_last());
    ASSERT_TRUE(jump) << rows;
    EXPECT_EQ(jump->value, rows);
    EXPECT_EQ(jump->samples, 10u);
    EXPECT_NEAR(jump->usual, 1020, 25);
    EXPECT_EQ(jump->z > 0, rows > 1000);
  }
}

TEST(CauseVolumes, WhatIsWithinTheUsualIsNone) {
  History history;
  history.usual(10);
  history.day(10, 1200);
  EXPECT_FALSE(find_jump(history.written, history.from_last()))
      << "far beyond the spread, but less than the least ratio";
  History wild;
  for (int i = 0; i < 12; ++i) wild.day(i, i % 2 == 0 ? 100 : 900);
  wild.day(12, 2500);
  EXPECT_FALSE(find_jump(wild.written, wild.from_last())) << "where the volume always varies";
}

TEST(CauseVolumes, FewEarlierRunsSayNothing) {
  History history;
  history.usual(4);
  history.day(4, 1);
  EXPECT_FALSE(find_jump(history.written, history.from_last()));
  history.written.pop_back();
  history.day(4, 1000);
  history.day(5, 1);
  EXPECT_TRUE(find_jump(history.written, history.from_last()));
}

TEST(CauseVolumes, AQuietSundayIsUsualWhereSundaysAreQuiet) {
  History history;
  for (int i = 0; i < 42; ++i) history.day(i, i % 7 == 6 ? 100 : 1000);
  for (int i = 36; i < 42; ++i)
    EXPECT_FALSE(find_jump(std::span(history.written).first(static_cast<std::size_t>(i) + 1),
                           history.written[static_cast<std::size_t>(i)].time))
        << i;
  history.day(42, 100);  // a Monday
  const auto jump = find_jump(history.written, history.from_last());
  ASSERT_TRUE(jump);
  EXPECT_TRUE(jump->same_weekday);
  EXPECT_EQ(jump->samples, 6u);
}

TEST(CauseVolumes, SeveralPartitionsAtOnceAreMeasuredEach) {
  History history;
  history.usual(10);
  history.day(10, 4000, {"a", "b", "c", "d"});
  EXPECT_FALSE(find_jump(history.written, history.from_last()));
}

TEST(CauseVolumes, BytesCountWhereRowsAreNotTold) {
  History history;
  for (int i = 0; i < 8; ++i) history.day(i, std::nullopt).bytes = 5000 + i;
  history.day(8, std::nullopt).bytes = 100;
  const auto jump = find_jump(history.written, history.from_last());
  ASSERT_TRUE(jump);
  EXPECT_FALSE(jump->rows);
  history.written.back().bytes.reset();
  EXPECT_FALSE(find_jump(history.written, history.from_last()));
}

TEST(CauseVolumes, LaterJumpsAreCountedWithTheFirst) {
  History history;
  history.usual(10);
  history.day(10, 50);
  const Micros from = history.from_last();
  history.day(11, 40);
  const auto jump = find_jump(history.written, from);
  ASSERT_TRUE(jump);
  EXPECT_EQ(jump->value, 50);
  EXPECT_EQ(jump->more, 1u);
  EXPECT_EQ(find_jump(history.written, from + 1)->value, 40);
}

TEST(CauseRewrites, AnOldPartitionWrittenAgainIsOne) {
  History history;
  history.usual(10);
  history.day(10, 1000, {History::name(4)});
  const auto rewrite = find_rewrite(history.written, history.from_last());
  ASSERT_TRUE(rewrite);
  EXPECT_EQ(rewrite->partitions, std::vector<std::string>{History::name(4)});
  EXPECT_EQ(rewrite->runs, std::vector<std::size_t>{10});
  EXPECT_FALSE(find_rewrite(history.written, history.from_last() + 1));
}

TEST(CauseRewrites, ABackfillIsOneCauseWithAllItsPartitions) {
  History history;
  history.usual(10);
  const Micros from = history.from_last() + 1;
  for (int i = 1; i < 5; ++i) history.day(10, 1000, {History::name(i)});
  const auto rewrite = find_rewrite(history.written, from);
  ASSERT_TRUE(rewrite);
  EXPECT_EQ(rewrite->partitions.size(), 4u);
  EXPECT_EQ(rewrite->runs.size(), 4u);
}

TEST(CauseRewrites, TheNewestPartitionAgainIsARetry) {
  History history;
  history.usual(10);
  history.day(10, 1000, {History::name(9)});
  EXPECT_FALSE(find_rewrite(history.written, 0));
}

TEST(CauseRewrites, WhatAJobAlwaysRewritesIsItsHabit) {
  History history;
  for (int i = 3; i < 20; ++i) {
    history.day(i, 1000, {History::name(i), History::name(i - 1), History::name(i - 2)});
  }
  EXPECT_FALSE(find_rewrite(history.written, history.written[8].time));
  history.day(20, 1000, {History::name(20), History::name(19), History::name(12)});
  const auto rewrite = find_rewrite(history.written, history.from_last());
  ASSERT_TRUE(rewrite);
  EXPECT_EQ(rewrite->partitions, std::vector<std::string>{History::name(12)});
}

TEST(CauseRewrites, AnIntervalDoneLongAgoIsOldThoughNobodyHereWroteIt) {
  History history;
  history.usual(10);
  history.day(10, 1000, {"19990101"});
  EXPECT_FALSE(find_rewrite(history.written, history.from_last())) << "a first writing";
  history.written.back().again = true;
  history.written.back().partitions.push_back(History::name(2));
  const auto rewrite = find_rewrite(history.written, history.from_last());
  ASSERT_TRUE(rewrite);
  EXPECT_EQ(rewrite->partitions, (std::vector<std::string>{"19990101", History::name(2)}));
}

TEST(CauseRewrites, ANominalIntervalStandsForWhatHasNoPartitions) {
  History history;
  for (int i = 0; i < 6; ++i) {
    Written& w = history.day(i, 1000);
    w.nominal_start = w.basis;
  }
  history.day(6, 1000).nominal_start = kMonday + 2 * kDay;
  const auto rewrite = find_rewrite(history.written, history.from_last());
  ASSERT_TRUE(rewrite);
  EXPECT_EQ(rewrite->partitions, std::vector<std::string>{"2026-10-07T00:00:00.000000Z"});
}

}  // namespace
}  // namespace headwater::query::cause
