#include "stats/apportion.h"

#include <numeric>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace headwater::stats
