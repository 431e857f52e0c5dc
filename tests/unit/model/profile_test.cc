#include "model/profile.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace headwater::model {
namespace {

ProfileDetail sample(std::mt19937& random) {
  ProfileDetail detail;
  const auto flip = [&] { return std::bernoulli_distribution(0.5)(random); };
  const auto some = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  for (int i = some(5); i > 0; --i) {
    ColumnProfile column;
    column.name = "column " + std::to_string(some(1000)) + std::string(1, '\0') + "\xC3\xA9";
    if (flip()) column.nulls = std::int64_t{some(1000)} << some(40);
    if (flip()) column.distinct = some(1000);
    if (flip()) column.count = some(1000) / 7.0;
    if (flip()) column.sum = -1e300 * some(9);
    if (flip()) column.min = -0.0;
    if (flip()) column.max = 1e-320;
    for (int q = some(3); q > 0; --q) column.quantiles.emplace_back(q / 4.0, some(100));
    detail.columns.push_back(column);
  }
  for (int i = some(3); i > 0; --i) detail.assertions.push_back({"a", "", "error", flip()});
  return detail;
}

TEST(ProfileDetail, WhatIsEncodedIsDecoded) {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    std::mt19937 random(seed);
    const ProfileDetail detail = sample(random);
    const auto again = decode_detail(encode_detail(detail));
    ASSERT_TRUE(again) << "seed " << seed;
    EXPECT_EQ(*again, detail) << "seed " << seed;
  }
  EXPECT_EQ(encode_detail({}), "");
}

TEST(ProfileDetail, DamagedBytesAreSaidToBe) {
  std::mt19937 random(3);
  ProfileDetail detail;
  while (detail.columns.empty()) detail = sample(random);
  const std::string bytes = encode_detail(detail);
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_detail(bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(decode_detail(bytes + "x"));
  EXPECT_FALSE(decode_detail("\xFFjunk"));
}

}  // namespace
}  // namespace headwater::model
