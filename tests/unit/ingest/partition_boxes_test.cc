#include "ingest/partition_boxes.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace headwater::ingest {
namespace {

using model::DimensionBounds;
using model::PartitionBox;

char order(std::string_view a, std::string_view b) {
  const auto sign = [](std::optional<std::strong_ordering> found) {
    return !found ? '?' : *found < 0 ? '<' : *found > 0 ? '>' : '=';
  };
  const char there = sign(compare_values(a, b)), back = sign(compare_values(b, a));
  const char turned = there == '<' ? '>' : there == '>' ? '<' : there;
  EXPECT_EQ(back, turned) << a << " and " << b;
  return there;
}

TEST(CompareValues, NumbersOfAnySizeAsNumbers) {
  EXPECT_EQ(order("9", "10"), '<');
  EXPECT_EQ(order("-9", "-10"), '>');
  EXPECT_EQ(order("-1", "+1"), '<');
  EXPECT_EQ(order("007", "7"), '=');
  EXPECT_EQ(order("-0", "0"), '=');
  EXPECT_EQ(order("99999999999999999999999", "100000000000000000000000"), '<');
}

TEST(CompareValues, DatesAndMomentsAsSuch) {
  EXPECT_EQ(order("2026-10-01", "2026-10-02"), '<');
  EXPECT_EQ(order("2026-10-01T05", "2026-10-01T06"), '<');
  EXPECT_EQ(order("2026-10-01T05:00", "2026-10-01 05:30"), '<');
  EXPECT_EQ(order("2026-10", "2026-11"), '<');
  EXPECT_EQ(order("2026-10-01T00:00:00Z", "2026-10-01T02:00:00+02:00"), '=');
  EXPECT_EQ(order("2026-10-01T00:00:00Z", "2026-09-30T23:00:00-02:00"), '<');
  EXPECT_EQ(order("2026-10-01T05", "2026-10-01 05"), '=');
  EXPECT_EQ(order("2026-09", "2026-10-01"), '<') << "no day of September is in October";
}

TEST(CompareValues, WhatWouldBeAGuessIsNotTold) {
  EXPECT_EQ(order("2026-10-01", "2026-10-01T05"), '?') << "an hour of the day";
  EXPECT_EQ(order("2026-10", "2026-10-01"), '?');
  EXPECT_EQ(order("2026-10-01", "20261001"), '?');
  EXPECT_EQ(order("1.5", "2"), '?');
  EXPECT_EQ(order("10/01/2026", "11/01/2026"), '?');
  EXPECT_EQ(order("eu", "1"), '?');
  EXPECT_EQ(order("1.5", "1.5"), '=') << "equal texts are equal";
}

TEST(CompareValues, TextsByteByByte) {
  EXPECT_EQ(order("eu", "us"), '<');
  EXPECT_EQ(order("", "a"), '<');
  EXPECT_EQ(order("Z", "a"), '<');
}

DimensionBounds value(std::string name, std::string is) { return {std::move(name), is, is}; }
DimensionBounds at_least(std::string name, std::string is) { return {std::move(name), is, {}}; }
DimensionBounds below(std::string name, std::string is) {
  return {std::move(name), {}, std::move(is), true, false};
}
PartitionBox box(std::vector<DimensionBounds> bounds) {
  PartitionBox out;
  out.bounds = std::move(bounds);
  return out;
}

std::string told(const CommonBox& common) {
  if (!common.box) return common.decided ? "nothing" : "who knows";
  std::string out;
  for (const DimensionBounds& b : common.box->bounds) {
    out += b.dimension + (b.lower_included ? "[" : "(") + b.lower.value_or("") + "," +
           b.upper.value_or("") + (b.upper_included ? "]" : ")");
  }
  return out;
}

TEST(CommonBox, IsWhatBothAllow) {
  EXPECT_EQ(told(common_box(box({at_least("d", "3")}), box({below("d", "10")}))), "d[3,10)");
  EXPECT_EQ(told(common_box(box({at_least("d", "3")}), box({at_least("d", "20")}))), "d[20,]");
  EXPECT_EQ(told(common_box(box({below("d", "3")}), box({below("d", "20")}))), "d[,3)");
  EXPECT_EQ(told(common_box(box({value("a", "1")}), box({value("b", "2")}))), "a[1,1]b[2,2]");
  EXPECT_EQ(told(common_box(box({value("b", "1")}), box({value("a", "2")}))), "a[2,2]b[1,1]");
  EXPECT_EQ(told(common_box(box({value("d", "07")}), box({at_least("d", "7")}))), "d[07,07]");
  EXPECT_EQ(told(common_box(box({value("d", "07")}), box({value("d", "7")}))), "d[07,07]")
      << "one value, spelled once";
}

TEST(CommonBox, BoundsThatMeet) {
  EXPECT_EQ(told(common_box(box({at_least("d", "3")}), box({below("d", "3")}))), "nothing");
  const DimensionBounds up_to{"d", {}, "3"};
  EXPECT_EQ(told(common_box(box({at_least("d", "3")}), box({up_to}))), "d[3,3]");
  EXPECT_EQ(told(common_box(box({up_to}), box({below("d", "3")}))), "d[,3)")
      << "an end that one of the two leaves out";
  EXPECT_EQ(told(common_box(box({value("d", "3")}), box({value("d", "4")}))), "nothing");
}

TEST(CommonBox, OneDimensionWithoutACommonValueIsEnough) {
  const PartitionBox a = box({value("a", "2026-10-01"), value("b", "1")});
  EXPECT_EQ(told(common_box(a, box({value("a", "20261001"), value("b", "1")}))), "who knows");
  EXPECT_EQ(told(common_box(a, box({value("a", "20261001"), value("b", "2")}))), "nothing");
}

}  // namespace
}  // namespace headwater::ingest
