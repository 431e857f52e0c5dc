// Spaces as JSON, for the tests of spaces.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "planner/space.h"

namespace headwater::planner {

inline constexpr std::string_view kDate =
    R"({"name":"date","kind":"time","granularity":"day","zone":"Europe/Berlin",)"
    R"("start":"2024-01-01","close_offset":"PT6H"})";
inline constexpr std::string_view kRegion =
    R"({"name":"region","kind":"static","keys":["eu","us"]})";
inline constexpr std::string_view kBucket =
    R"({"name":"bucket","kind":"integer","start":0,"end":30,"step":10})";

inline std::string json(const std::vector<std::string_view>& dimensions) {
  std::string out;
  for (const std::string_view dimension : dimensions) {
    out += (out.empty() ? "" : ",") + std::string(dimension);
  }
  return "{\"dimensions\":[" + out + "]}";
}

inline Space parsed(std::string_view text, const Space* before = nullptr) {
  auto space = Space::parse(text, before);
  EXPECT_TRUE(space) << text << ": " << (space ? "" : space.error().message);
  return space ? *std::move(space) : Space();
}

inline Space made(const std::vector<std::string_view>& dimensions) {
  return parsed(json(dimensions));
}

inline std::string refusal(std::string_view text, const Space* before = nullptr) {
  const auto space = Space::parse(text, before);
  return space ? "taken" : space.error().message;
}

}  // namespace headwater::planner
