#include "base/bounded_queue.h"

#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace headwater::base {
namespace {

using std::chrono::milliseconds;

std::chrono::steady_clock::time_point in_ms(int ms) {
  return std::chrono::steady_clock::now() + milliseconds(ms);
}

TEST(BoundedQueue, GivesItemsInTheOrderOfPush) {
  BoundedQueue<int> queue(100);
  for (const int n : {1, 2, 3, 4}) EXPECT_EQ(queue.push(n, 1), PushResult::kOk);
  EXPECT_EQ(queue.take(3, in_ms(0)), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(queue.take(3, in_ms(0)), (std::vector<int>{4}));
}

TEST(BoundedQueue, RefusesWhatExceedsItsWeight) {
  BoundedQueue<int> queue(10);
  EXPECT_EQ(queue.push(1, 6), PushResult::kOk);
  EXPECT_EQ(queue.push(2, 5), PushResult::kFull);
  EXPECT_EQ(queue.push(3, 4), PushResult::kOk);
  EXPECT_EQ(queue.take(1, in_ms(0)).size(), 1u);
  EXPECT_EQ(queue.push(2, 5), PushResult::kOk);
}

TEST(BoundedQueue, TakesAGiantWhenEmpty) {
  BoundedQueue<int> queue(10);
  EXPECT_EQ(queue.push(1, 50), PushResult::kOk);
  EXPECT_EQ(queue.push(2, 1), PushResult::kFull);
}

TEST(BoundedQueue, LeavesARefusedItemWithItsOwner) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  auto first = std::make_unique<int>(1), second = std::make_unique<int>(2);
  EXPECT_EQ(queue.push_from(first, 1), PushResult::kOk);
  EXPECT_EQ(first, nullptr);
  EXPECT_EQ(queue.push_from(second, 1), PushResult::kFull);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(*second, 2);
}

TEST(BoundedQueue, GivesNothingAtTheDeadline) {
  BoundedQueue<int> queue(10);
  EXPECT_TRUE(queue.take(1, in_ms(5)).empty());
}

TEST(BoundedQueue, DrainsAfterClose) {
  BoundedQueue<int> queue(10);
  EXPECT_EQ(queue.push(1, 1), PushResult::kOk);
  queue.close();
  EXPECT_EQ(queue.push(2, 1), PushResult::kClosed);
  EXPECT_FALSE(queue.closed_and_empty());
  EXPECT_EQ(queue.take(5, in_ms(1000)).size(), 1u);
  EXPECT_TRUE(queue.closed_and_empty());
  EXPECT_TRUE(queue.take(5, in_ms(60'000)).empty());  // does not wait
}

TEST(BoundedQueue, LosesNothingBetweenThreads) {
  constexpr int kProducers = 4, kEach = 5000;
  BoundedQueue<int> queue(64);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&queue, p] {
      for (int i = 0; i < kEach; ++i) {
        while (queue.push(p * kEach + i, 1) != PushResult::kOk) std::this_thread::yield();
      }
    });
  }
  std::vector<int> last(kProducers, -1);
  int taken = 0;
  while (taken < kProducers * kEach) {
    for (const int item : queue.take(16, in_ms(1000))) {
      int& before = last[static_cast<std::size_t>(item / kEach)];
      EXPECT_LT(before, item);  // each producer's items stay in order
      before = item;
      ++taken;
    }
  }
  for (auto& producer : producers) producer.join();
  EXPECT_EQ(queue.size(), 0u);
}

}  // namespace
}  // namespace headwater::base
