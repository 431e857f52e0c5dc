#include "stats/popularity.h"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace headwater::stats {
namespace {

// All from scratch.
std::map<std::uint32_t, std::int64_t> totals(const std::vector<UsageRow>& rows, std::int32_t last) {
  std::map<std::uint32_t, std::int64_t> out;
  for (const UsageRow& row : rows) {
    if (last - Popularity::kDays < row.day && row.day <= last) out[row.dataset.value] += row.count;
  }
  std::erase_if(out, [](const auto& entry) { return entry.second == 0; });
  return out;
}

TEST(Popularity, EqualsACountFromScratchWhateverComesAndHoweverTimeMoves) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    UsageBook book;
    std::vector<UsageRow> rows;
    Popularity popularity;
    std::int32_t today = 100;
    for (int step = 0; step < 60; ++step) {
      for (std::uint64_t i = random() % 20; i > 0; --i) {
        const UsageRow row{Seq{rows.size() + 1},
                           NodeId{1 + static_cast<std::uint32_t>(random() % 12)},
                           NodeId{100},
                           today - static_cast<std::int32_t>(random() % 60) + 10,
                           0,
                           1 + static_cast<std::int64_t>(random() % 5)};
        rows.push_back(row);
        book.append(row);
      }
      book.publish();
      if (random() % 3 == 0) today += static_cast<std::int32_t>(random() % 40) - 8;
      State state;
      state.usage = book.snapshot();
      const Popularity::Moment moment{state, today, [](NodeId node) { return node; }, false};
      const auto expected = totals(rows, today);
      EXPECT_EQ(popularity.used(moment), static_cast<std::int64_t>(expected.size()));
      const auto page = popularity.page(moment, std::nullopt, 100);
      ASSERT_EQ(page.size(), expected.size());
      for (std::size_t i = 0; i < page.size(); ++i) {
        EXPECT_EQ(page[i].uses, expected.at(page[i].dataset.value));
        const auto better = std::count_if(expected.begin(), expected.end(),
                                          [&](const auto& e) { return e.second > page[i].uses; });
        const auto worse = std::count_if(expected.begin(), expected.end(),
                                         [&](const auto& e) { return e.second < page[i].uses; });
        EXPECT_EQ(page[i].rank, better + 1);
        EXPECT_EQ(page[i].fewer, worse);
        const auto one = popularity.of(moment, page[i].dataset);
        EXPECT_EQ(one.rank, page[i].rank);
        EXPECT_EQ(one.fewer, page[i].fewer);
        if (i > 0) {
          EXPECT_GE(page[i - 1].uses, page[i].uses);
        }
      }
      if (page.size() > 2) {
        const auto rest = popularity.page(moment, std::pair(page[1].uses, page[1].dataset), 100);
        ASSERT_EQ(rest.size(), page.size() - 2);
        EXPECT_EQ(rest[0].dataset, page[2].dataset);
        EXPECT_EQ(rest[0].rank, page[2].rank);
        EXPECT_EQ(rest[0].fewer, page[2].fewer);
      }
    }
  }
}

// Many rows at once, some before them and some after.
TEST(Popularity, ManyRowsAtOnceAreWhatTheyAreOneByOne) {
  std::mt19937_64 random(11);
  UsageBook book;
  std::vector<UsageRow> rows;
  Popularity popularity;
  State state;
  std::int32_t today = 3;  // days before 1970 are days too
  for (const std::size_t more : {100, 70'000, 500, 90'000, 1}) {
    for (std::size_t i = 0; i < more; ++i) {
      const UsageRow row{Seq{rows.size() + 1},
                         NodeId{1 + static_cast<std::uint32_t>(random() % 3'000)},
                         NodeId{5'000},
                         today - static_cast<std::int32_t>(random() % 50) + 5,
                         0,
                         1 + static_cast<std::int64_t>(random() % 5)};
      rows.push_back(row);
      book.append(row);
    }
    book.publish();
    state.usage = book.snapshot();
    for (const std::int32_t step : {0, 2, 40, -35}) {
      today += step;
      const Popularity::Moment moment{state, today, [](NodeId node) { return node; }, false};
      const auto expected = totals(rows, today);
      ASSERT_EQ(popularity.used(moment), static_cast<std::int64_t>(expected.size()));
      for (const Popularity::Standing& one : popularity.page(moment, std::nullopt, 5'000)) {
        ASSERT_EQ(one.uses, expected.at(one.dataset.value));
        const auto better = std::count_if(expected.begin(), expected.end(), [&](const auto& entry) {
          return entry.second > one.uses;
        });
        ASSERT_EQ(one.rank, better + 1);
      }
    }
  }
}

TEST(Popularity, DatasetsThatTurnOutToBeOneAreCountedAsOne) {
  UsageBook book;
  book.append({Seq{1}, NodeId{1}, NodeId{9}, 10, 0, 4});
  book.append({Seq{2}, NodeId{2}, NodeId{9}, 10, 0, 3});
  book.publish();
  State state;
  state.usage = book.snapshot();
  Popularity popularity;
  const auto same = [](NodeId node) { return node; };
  EXPECT_EQ(popularity.of({state, 10, same, false}, NodeId{1}).uses, 4);
  const auto one = [](NodeId) { return NodeId{1}; };
  EXPECT_EQ(popularity.of({state, 10, one, true}, NodeId{1}).uses, 7);
  EXPECT_EQ(popularity.used({state, 10, one, false}), 1);
}

}  // namespace
}  // namespace headwater::stats
