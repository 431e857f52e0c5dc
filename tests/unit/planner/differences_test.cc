#include "planner/differences.h"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace headwater::planner {
namespace {

using Values = std::array<std::uint64_t, kPageSize>;

void expect_same(const Differences& page, const Values& want) {
  Values got;
  page.read(got.data());
  ASSERT_EQ(got, want);
  std::array<std::uint64_t, kPageSize / 64> words;
  page.find(words.data());
  for (std::size_t i = 0; i < kPageSize; ++i) {
    ASSERT_EQ(page.at(i), want[i]) << i;
    ASSERT_EQ((words[i / 64] >> (i % 64) & 1) != 0, want[i] != 0) << i;
  }
}

// Against a plain array, with few values so that runs meet and cancel, up to whole columns.
TEST(Differences, AreThoseOfAPlainArray) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    const std::size_t longest = seed % 2 == 0 ? 60 : 3;  // short runs are many
    const auto value = [&] { return std::uint64_t{0} - below(3); };
    Differences page;
    Values want{};
    for (int step = 0; step < 400; ++step) {
      const std::size_t what = below(10);
      if (what < 3) {
        const std::size_t i = below(kPageSize);
        want[i] = value();
        page.set(i, want[i]);
      } else if (what == 3) {
        const std::size_t first = below(kPageSize), end = first + below(kPageSize - first) + 1;
        if (below(4) != 0) continue;
        std::fill(want.data() + first, want.data() + end, 0);
        page.clear(first, end);
      } else if (what < 9) {
        std::vector<Differences::Run> runs;
        const std::uint64_t factor = 2 * below(3) + 1;
        for (std::size_t at = below(kPageSize); at < kPageSize && below(8) != 0;) {
          const std::size_t end = std::min(kPageSize, at + 1 + below(longest));
          runs.push_back(
              {value(), static_cast<std::uint16_t>(at), static_cast<std::uint16_t>(end)});
          for (std::size_t i = at; i < end; ++i) want[i] += factor * runs.back().value;
          at = end + below(3);
        }
        page.add(runs, factor);
      } else {
        Values added{};
        for (std::size_t n = below(longest * 2); n > 0; --n) added[below(kPageSize)] = value();
        for (std::size_t i = 0; i < kPageSize; ++i) want[i] += 5 * added[i];
        page.add(added.data(), 5);
      }
      expect_same(page, want);
      if (HasFatalFailure()) return;
    }
    Differences copy;
    copy.assign(want.data());
    expect_same(copy, want);
  }
}

TEST(Differences, OfNothingAreNone) {
  expect_same(Differences(), Values{});
  Differences page;
  page.add({{7, 0, 512}}, 3);
  page.add({{std::uint64_t{0} - 21, 0, 512}}, 1);
  expect_same(page, Values{});
}

}  // namespace
}  // namespace headwater::planner
