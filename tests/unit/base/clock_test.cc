#include "base/clock.h"

#include <chrono>

#include <gtest/gtest.h>

namespace headwater::base {
namespace {

TEST(SystemClock, CountsMicrosecondsSince1970) {
  const auto seconds = [] {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  const auto before = seconds();
  const Micros now = system_clock().now();
  EXPECT_GE(now / 1'000'000, before);
  EXPECT_LE(now / 1'000'000, seconds());
}

TEST(SystemClock, IsOne) { EXPECT_EQ(&system_clock(), &system_clock()); }

}  // namespace
}  // namespace headwater::base
