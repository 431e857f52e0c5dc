#include "stats/apportion.h"

#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "stats/lines.h"

namespace headwater::stats {
namespace {

using Weights = std::vector<std::uint64_t>;
using Shares = std::vector<std::int64_t>;

Shares split_of(std::int64_t value, const Weights& weights) {
  Shares out;
  apportion(value, weights, out);
  return out;
}

TEST(Apportion, TheLargestRemaindersGetWhatIsLeft) {
  EXPECT_EQ(split_of(10, {3, 3, 3}), (Shares{4, 3, 3}));
  EXPECT_EQ(split_of(100, {1, 2, 4}), (Shares{14, 29, 57}));  // 14.29, 28.57, 57.14
  EXPECT_EQ(split_of(1, {1, 5, 5}), (Shares{0, 1, 0}));
}

TEST(Apportion, NegativeIsTheOpposite) {
  EXPECT_EQ(split_of(-10, {3, 3, 3}), (Shares{-4, -3, -3}));
  EXPECT_EQ(split_of(-100, {1, 2, 4}), (Shares{-14, -29, -57}));
}

TEST(Apportion, WithoutWeightAllIsTheFirsts) {
  EXPECT_EQ(split_of(7, {0, 0}), (Shares{7, 0}));
  EXPECT_EQ(split_of(0, {}), Shares{});
}

TEST(Apportion, LargeValuesAndWeightsStayExact) {
  const std::int64_t value = INT64_MAX - 1;
  const Weights weights{UINT64_MAX, UINT64_MAX / 3, 1, UINT64_MAX - 5};
  for (const std::int64_t sign : {1, -1}) {
    const Shares shares = split_of(sign * value, weights);
    EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), std::int64_t{0}), sign * value);
  }
  const Shares least = split_of(INT64_MIN, {1, 1});
  EXPECT_EQ(least, (Shares{INT64_MIN / 2, INT64_MIN / 2}));
}

TEST(Apportion, EqualSharesGiveTheFirstOnesMore) {
  EXPECT_EQ(equal_share(8, 3, 0), 3);
  EXPECT_EQ(equal_share(8, 3, 1), 3);
  EXPECT_EQ(equal_share(8, 3, 2), 2);
  EXPECT_EQ(equal_share(-8, 3, 0), -3);
  EXPECT_EQ(equal_share(-8, 3, 2), -2);
}

// One by one, and line by line, small and large.
TEST(Apportion, EqualPartsAreTheSameShares) {
  std::mt19937_64 random(3);
  std::vector<std::int64_t> line{0, 1, -1, 7, -7, INT64_MAX, INT64_MIN, INT64_MIN + 1};
  for (const std::size_t more : {0, 200}) {
    if (more == 0) {
      for (unsigned bit = 0; bit < 50; ++bit) {
        for (const std::int64_t near : {-1, 0, 1}) line.push_back((std::int64_t{1} << bit) + near);
      }
    } else {
      line.clear();  // without those that are too large for the other way
    }
    for (std::size_t i = 0; i < more; ++i) {
      const auto value = static_cast<std::int64_t>(random() >> (14 + random() % 40));
      line.push_back(random() % 2 == 0 ? value : -value);
    }
    for (const std::uint32_t parts : {1U, 2U, 3U, 7U, 10U, 64U, 1000U, 4294967295U}) {
      const EqualParts equal(parts);
      SplitLine split;
      split.split(equal, line.data(), line.size());
      for (const std::uint32_t part : {0U, 1U, 2U, 6U, 63U, parts - 1}) {
        if (part >= parts) continue;
        const std::int64_t* shares = split.of(part);
        for (std::size_t i = 0; i < line.size(); ++i) {
          ASSERT_EQ(equal.split(line[i]).of(part), equal_share(line[i], parts, part)) << line[i];
          ASSERT_EQ(shares[i], equal_share(line[i], parts, part)) << line[i] << " / " << parts;
        }
      }
    }
  }
}

}  // namespace
}  // namespace headwater::stats
