#include "base/crew.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace headwater::base {
namespace {

TEST(Crew, DoesEveryPartOnce) {
  for (const unsigned helpers : {0U, 1U, 3U}) {
    Crew crew(helpers);
    EXPECT_EQ(crew.size(), helpers + 1);
    for (const std::size_t parts : {0U, 1U, 2U, 7U, 1000U}) {
      std::vector<std::atomic<int>> done(parts);
      crew.run(parts, [&](std::size_t part) { ++done[part]; });
      for (const std::atomic<int>& times : done) EXPECT_EQ(times, 1);
    }
  }
}

TEST(Crew, HelpersWorkBesideTheCaller) {
  Crew crew(1);
  std::atomic<int> present{0};
  crew.run(2, [&](std::size_t) {
    ++present;  // each part waits for the other: with one thread this would never end
    while (present < 2) std::this_thread::yield();
  });
  EXPECT_EQ(present, 2);
}

TEST(Crew, CallersShareItAndPartsMayCallItAgain) {
  Crew crew(2);
  std::atomic<int> sum{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        crew.run(5, [&](std::size_t) {
          crew.run(3, [&](std::size_t part) { sum += static_cast<int>(part); });
        });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 4 * 50 * 5 * (0 + 1 + 2));
}

TEST(Crew, WhatIsLeftToItIsDoneByTheEnd) {
  for (const unsigned helpers : {0U, 1U, 3U}) {
    std::atomic<int> done{0};
    auto held = std::make_shared<int>(1);
    {
      Crew crew(helpers);
      for (int i = 0; i < 20; ++i) {
        crew.leave([&done, held] { ++done; });
      }
      crew.run(4, [](std::size_t) {});
    }
    EXPECT_EQ(done, 20);
    EXPECT_EQ(held.use_count(), 1);  // nothing of it is kept
  }
}

TEST(Crew, NoMoreIsLeftThanItTakes) {
  std::atomic<bool> goes_on{false};
  std::atomic<int> here{0};
  const std::thread::id self = std::this_thread::get_id();
  Crew crew(1);
  crew.leave([&] {
    while (!goes_on) std::this_thread::yield();
  });
  for (std::size_t i = 0; i < Crew::kMaxLeft + 3; ++i) {
    crew.leave([&] { here += std::this_thread::get_id() == self ? 1 : 0; });
  }
  EXPECT_GE(here, 3);
  EXPECT_LE(here, 4);  // if the helper has not taken the first yet
  goes_on = true;
}

TEST(Crew, MoreHelpersThanAllowedAreNotStarted) {
  EXPECT_EQ(Crew(1000).size(), Crew::kMaxHelpers + 1);
}

}  // namespace
}  // namespace headwater::base
