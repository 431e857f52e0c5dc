#include "query/ahead.h"

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace headwater::query {
namespace {

using Numbers = Ahead<std::size_t>;

// Of each number of the list: none, one or two items, which say which number and which of its
// items.
void gather_all(std::size_t begin, std::size_t end, Numbers::Items& out) {
  for (std::size_t i = begin; i < end; ++i) {
    for (std::size_t n = 0; n < i % 3; ++n) out.push_back(2 * i + n);
  }
}

std::vector<std::unique_ptr<base::Crew>> crews() {
  std::vector<std::unique_ptr<base::Crew>> out(1);  // none
  for (const unsigned helpers : {0U, 1U, 3U}) out.push_back(std::make_unique<base::Crew>(helpers));
  return out;
}

TEST(Ahead, AppliesEveryItemInOrderWithAndWithoutHelpers) {
  for (const auto& crew : crews()) {
    Numbers ahead;  // several runs, each of another length
    for (const std::size_t count :
         {std::size_t{0}, std::size_t{1}, Numbers::kChunk, Numbers::kWorthAHelper - 1,
          Numbers::kWorthAHelper, 200 * Numbers::kChunk + 7, Numbers::kWorthAHelper + 1}) {
      Numbers::Items wanted, got;
      gather_all(0, count, wanted);
      ahead.run(
          crew.get(), count,
          [](std::size_t, std::size_t begin, std::size_t end, Numbers::Items& out) {
            gather_all(begin, end, out);
          },
          [&](const Numbers::Items& items) {
            got.insert(got.end(), items.begin(), items.end());
            return true;
          });
      EXPECT_EQ(got, wanted) << count;
    }
  }
}

TEST(Ahead, CallsOfOnePartGoInTheOrderOfTheList) {
  base::Crew crew(1);
  Numbers ahead;
  for (int round = 0; round < 20; ++round) {
    std::array<std::size_t, 2> next{};
    std::array<bool, 2> ordered{true, true};
    ahead.run(
        &crew, 100 * Numbers::kChunk,
        [&](std::size_t part, std::size_t begin, std::size_t end, Numbers::Items&) {
          ordered[part] = ordered[part] && begin >= next[part];
          next[part] = end;
        },
        [](const Numbers::Items&) { return true; });
    EXPECT_TRUE(ordered[0] && ordered[1]);
  }
}

TEST(Ahead, GoesNoFurtherAheadThanItHasSlots) {
  base::Crew crew(1);
  Numbers ahead;
  std::atomic<std::size_t> applied{0};
  std::atomic<bool> within{true};
  ahead.run(
      &crew, 10 * Numbers::kSlots * Numbers::kChunk,
      [&](std::size_t, std::size_t begin, std::size_t, Numbers::Items&) {
        if (begin / Numbers::kChunk >= applied + Numbers::kSlots) within = false;
      },
      [&](const Numbers::Items&) {
        ++applied;
        return true;
      });
  EXPECT_TRUE(within);
  EXPECT_EQ(applied, 10 * Numbers::kSlots);
}

TEST(Ahead, EndsWhereApplySaysSo) {
  for (const auto& crew : crews()) {
    Numbers ahead;
    for (const std::size_t last : {std::size_t{1}, std::size_t{5}, std::size_t{40}}) {
      std::size_t calls = 0;
      ahead.run(
          crew.get(), 100 * Numbers::kChunk,
          [](std::size_t, std::size_t begin, std::size_t end, Numbers::Items& out) {
            gather_all(begin, end, out);
          },
          [&](const Numbers::Items&) { return ++calls < last; });
      EXPECT_EQ(calls, last);
    }
  }
}

}  // namespace
}  // namespace headwater::query
