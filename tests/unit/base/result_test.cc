#include "base/result.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace headwater::base {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return make_error(ErrorCode::kInvalidArgument, "odd", "n=" + std::to_string(n));
  return n / 2;
}

Result<std::string> quarter(int n) {
  HW_TRY(const int once, half(n));
  HW_TRY(const int twice, half(once));
  return std::to_string(twice);
}

Result<void> check_even(int n) {
  HW_CHECK_OK(half(n));
  return {};
}

TEST(Result, HoldsAValueOrAnError) {
  const auto good = half(4);
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 2);
  const auto bad = half(3);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(bad.error().message, "odd");
  EXPECT_EQ(bad.error().detail, "n=3");
}

TEST(Result, TryPassesTheFirstErrorOn) {
  EXPECT_EQ(quarter(8).value(), "2");
  EXPECT_EQ(quarter(6).error().detail, "n=3");
  EXPECT_EQ(quarter(5).error().detail, "n=5");
}

TEST(Result, OfNothingSaysOnlyWhetherItWentWell) {
  EXPECT_TRUE(check_even(2));
  EXPECT_FALSE(check_even(1));
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(made).value();
  EXPECT_EQ(*taken, 7);
}

TEST(Error, EveryCodeHasARowAndAStatus) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    const ErrorInfo& info = error_info(static_cast<ErrorCode>(i));
    EXPECT_EQ(static_cast<int>(info.code), i);
    EXPECT_FALSE(info.name.empty());
    EXPECT_FALSE(info.title.empty());
    EXPECT_GE(info.http_status, 400);
    EXPECT_LT(info.http_status, 600);
  }
}

}  // namespace
}  // namespace headwater::base
