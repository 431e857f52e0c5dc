#include "api/v1/waiting_room.h"

#include <gtest/gtest.h>
#include <atomic>
#include <future>

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using model::Seq;
using std::chrono::milliseconds;
using Outcome = std::optional<base::Error>;

struct Room {
  std::atomic<std::uint64_t> published{5};
  WaitingRoom room{[this] { return Seq{published.load()}; }, 2, 2};

  std::future<Outcome> wait(std::uint64_t seq, milliseconds most = milliseconds(5000)) {
    auto done = std::make_shared<std::promise<Outcome>>();
    auto future = done->get_future();
    room.when_visible(Seq{seq}, std::chrono::steady_clock::now() + most,
                      [done](Outcome outcome) { done->set_value(std::move(outcome)); });
    return future;
  }
};

TEST(WaitingRoom, WhatIsVisibleGoesOnAtOnce) {
  Room room;
  auto future = room.wait(5);
  ASSERT_EQ(future.wait_for(milliseconds(0)), std::future_status::ready);
  EXPECT_FALSE(future.get());
}

TEST(WaitingRoom, GoesOnWhenTheNumberIsPublished) {
  Room room;
  auto future = room.wait(6);
  EXPECT_EQ(future.wait_for(milliseconds(20)), std::future_status::timeout);
  room.published = 6;
  EXPECT_FALSE(future.get());
}

TEST(WaitingRoom, SaysSoWhenTheTimeIsUp) {
  Room room;
  const Outcome outcome = room.wait(9, milliseconds(10)).get();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->code, ErrorCode::kSeqNotReached);
  EXPECT_EQ(room.room.waiting(), 0u);
}

TEST(WaitingRoom, RefusesMoreGuestsThanItHolds) {
  Room room;
  auto first = room.wait(9), second = room.wait(9);
  const Outcome third = room.wait(9).get();
  ASSERT_TRUE(third);
  EXPECT_EQ(third->code, ErrorCode::kOverloaded);
  room.room.close();
  EXPECT_EQ(first.get()->code, ErrorCode::kShuttingDown);
  EXPECT_EQ(second.get()->code, ErrorCode::kShuttingDown);
  EXPECT_EQ(room.wait(9).get()->code, ErrorCode::kShuttingDown);
}

TEST(WaitingRoom, WorkRunsElsewhereAndBesideGuests) {
  Room room;
  auto guest = room.wait(7);
  std::promise<std::thread::id> ran;
  room.room.post([&ran] { ran.set_value(std::this_thread::get_id()); });
  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
  room.published = 7;
  EXPECT_FALSE(guest.get());
}

}  // namespace
}  // namespace headwater::api::v1
