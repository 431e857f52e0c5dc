// Leases on their way to a webhook: sent, sent again, given back.

#include "alerts/hand_off.h"

#include <map>
#include <set>

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "model/json.h"
#include "model/time.h"

namespace headwater::alerts {
namespace {

using base::ErrorCode;
using base::make_error;
using base::Result;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class FakeClock final : public base::Clock {
 public:
  base::Micros now() const override { return now_; }
  void pass_ms(std::int64_t ms) { now_ += ms * 1000; }
  base::Micros now_ = 1'790'000'000'000'000;
};

class FakeDesk final : public PlanDesk {
 public:
  explicit FakeDesk(const FakeClock& clock) : clock_(clock) {}

  Result<std::vector<HookedPlan>> plans() override {
    std::vector<HookedPlan> out;
    for (const auto& [id, work] : work_) {
      if (off_.contains(id) || paused_.contains(id)) continue;
      HookedPlan plan{model::Seq{id}, "https://x.example/" + std::to_string(id), kSecret, 0};
      for (const auto& [token, lease] : out_) plan.outstanding += lease.plan == plan.id ? 1 : 0;
      out.push_back(plan);
    }
    return out;
  }
  Result<std::vector<HandedLease>> held() override {
    std::vector<HandedLease> out;
    for (const auto& [token, lease] : out_) out.push_back(lease);
    return out;
  }
  Result<std::vector<HandedLease>> lease(model::Seq plan, std::int64_t count) override {
    ++lease_calls_;
    std::vector<HandedLease> out;
    const model::Seq seq{++seq_};
    for (std::uint32_t n = 1; n <= count && work_[plan.value] > 0; ++n, --work_[plan.value]) {
      HandedLease lease;
      lease.token = {seq, n};
      lease.plan = plan;
      lease.node_id = "dataset:ns:a";
      lease.first = lease.last = "n=1";
      lease.keys = {"n=1"};
      lease.task = n;
      lease.lease_ms = 60'000;
      lease.expires_at = clock_.now() + 60'000'000;
      out_[lease.token] = lease;
      out.push_back(lease);
    }
    return out;
  }
  Result<base::Micros> heartbeat(const HandedLease& lease) override {
    ++heartbeats_;
    if (!out_.contains(lease.token)) return make_error(ErrorCode::kLeaseLost, "lost");
    return out_[lease.token].expires_at = clock_.now() + 60'000'000;
  }
  Result<void> release(const HandedLease& lease, const std::string& message) override {
    if (out_.erase(lease.token) == 0) return make_error(ErrorCode::kLeaseLost, "lost");
    ++work_[lease.plan.value];
    released_.push_back(message);
    return {};
  }
  Result<void> turn_off(model::Seq plan, const std::string& reason) override {
    off_[plan.value] = reason;
    return {};
  }

  const FakeClock& clock_;
  std::map<std::uint64_t, int> work_;  // by plan: leases that could be given
  std::set<std::uint64_t> paused_;
  std::map<std::uint64_t, std::string> off_;
  std::map<planner::LeaseToken, HandedLease> out_;
  std::vector<std::string> released_;
  std::uint64_t seq_ = 100;
  int lease_calls_ = 0, heartbeats_ = 0;
};

class FakePoster final : public Poster {
 public:
  std::vector<PostAnswer> post(const std::vector<PostRequest>& requests) override {
    std::vector<PostAnswer> out;
    for (const PostRequest& request : requests) {
      sent_.push_back(request);
      out.push_back(answer_);
    }
    return out;
  }
  PostAnswer answer_{200};
  std::vector<PostRequest> sent_;
};

class HandOffTest : public ::testing::Test {
 protected:
  HandOffTest() { spdlog::set_level(spdlog::level::off); }
  HandOff make(int max_tries = 3) {
    HandOffOptions options;
    options.instance = "i1";
    options.max_tries = max_tries;
    options.max_leases = 4;
    return {desk, poster, clock, [this] { return random; }, options};
  }

  FakeClock clock;
  FakeDesk desk{clock};
  FakePoster poster;
  double random = 0.5;
};

TEST_F(HandOffTest, SendsEachLeaseOnceAndNoMoreThanAreAllowedOut) {
  desk.work_[7] = 6;
  HandOff hand_off = make();
  hand_off.tick();
  ASSERT_EQ(poster.sent_.size(), 4u);
  hand_off.tick();
  EXPECT_EQ(poster.sent_.size(), 4u);
  EXPECT_EQ(hand_off.waiting(), 0u);
  desk.out_.erase(desk.out_.begin());  // the receiver has completed one
  hand_off.tick();
  EXPECT_EQ(poster.sent_.size(), 5u);
  std::set<std::string> ids;
  for (const PostRequest& request : poster.sent_) ids.insert(request.id);
  EXPECT_EQ(ids.size(), 5u);
  EXPECT_EQ(desk.heartbeats_, 0);  // that is the receiver's from then on
}

TEST_F(HandOffTest, AMessageSaysWhatIsToBeDoneAndIsSigned) {
  desk.work_[7] = 1;
  make().tick();
  ASSERT_EQ(poster.sent_.size(), 1u);
  const PostRequest& request = poster.sent_[0];
  EXPECT_EQ(request.url, "https://x.example/7");
  EXPECT_EQ(request.id, "msg_i1_101-1");
  EXPECT_EQ(request.timestamp_s, clock.now() / 1'000'000);
  EXPECT_EQ(request.signature,
            signature(*secret_key(kSecret), request.id, request.timestamp_s, request.body));
  const model::JsonValue body{std::string_view(request.body)};
  EXPECT_EQ(body.get("type").string(), "plan.lease");
  EXPECT_EQ(body.get("timestamp").string(), model::format_time(clock.now()));
  EXPECT_EQ(body.get("data").get("token").string(), "101-1");
  EXPECT_EQ(body.get("data").get("plan").string(), "7");
  EXPECT_EQ(body.get("data").get("keys").text(), R"(["n=1"])");
  EXPECT_EQ(body.get("data").get("expires_at").string(),
            model::format_time(clock.now() + 60'000'000));
  EXPECT_EQ(request.body.find("whsec_"), std::string::npos);
}

TEST_F(HandOffTest, IsSentAgainWithTheSameIdAfterLongerAndLongerWaits) {
  desk.work_[7] = 1;
  poster.answer_ = {500};
  HandOff hand_off = make(4);
  hand_off.tick();
  for (const std::int64_t wait_ms : {1'000, 3'000, 9'000}) {
    const std::size_t before = poster.sent_.size();
    clock.pass_ms(wait_ms - 1);
    hand_off.tick();
    EXPECT_EQ(poster.sent_.size(), before) << wait_ms;
    clock.pass_ms(1);
    hand_off.tick();
    EXPECT_EQ(poster.sent_.size(), before + 1) << wait_ms;
  }
  for (const PostRequest& request : poster.sent_) {
    EXPECT_EQ(request.id, poster.sent_[0].id);
    EXPECT_EQ(request.body, poster.sent_[0].body);
  }
  EXPECT_NE(poster.sent_[1].timestamp_s, poster.sent_[0].timestamp_s);
  // The tries are used up.
  ASSERT_EQ(desk.released_.size(), 1u);
  EXPECT_NE(desk.released_[0].find("4 times; at last it answered 500"), std::string::npos);
  EXPECT_TRUE(desk.out_.empty());
}

TEST_F(HandOffTest, WaitsAreSpreadByAQuarter) {
  for (const auto& [drawn, wait_ms] : {std::pair(0.0, 750), std::pair(1.0, 1'250)}) {
    desk.work_[7] = 1;
    desk.out_.clear();
    poster = FakePoster();
    poster.answer_ = {500};
    random = drawn;
    HandOff hand_off = make();
    hand_off.tick();
    clock.pass_ms(wait_ms - 1);
    hand_off.tick();
    EXPECT_EQ(poster.sent_.size(), 1u);
    clock.pass_ms(1);
    hand_off.tick();
    EXPECT_EQ(poster.sent_.size(), 2u);
  }
}

TEST_F(HandOffTest, ThePlanRestsAfterALeaseWasGivenBack) {
  desk.work_[7] = 4;
  poster.answer_ = {0, {}, false, "no route"};
  HandOff hand_off = make(1);
  hand_off.tick();
  EXPECT_EQ(desk.released_.size(), 4u);
  EXPECT_EQ(desk.lease_calls_, 1);
  clock.pass_ms(59'999);
  hand_off.tick();
  EXPECT_EQ(desk.lease_calls_, 1);
  clock.pass_ms(1);
  hand_off.tick();
  EXPECT_EQ(desk.lease_calls_, 2);
  clock.pass_ms(119'999);
  hand_off.tick();
  EXPECT_EQ(desk.lease_calls_, 2);
  clock.pass_ms(1);
  poster.answer_ = {200};
  hand_off.tick();
  EXPECT_EQ(desk.lease_calls_, 3);
  EXPECT_EQ(desk.out_.size(), 4u);
}

TEST_F(HandOffTest, RetryAfterIsHonouredAndTheLeaseKeptAlive) {
  desk.work_[7] = 1;
  poster.answer_ = {503, 100};
  HandOff hand_off = make();
  hand_off.tick();
  for (int s = 1; s < 100; ++s) {
    clock.pass_ms(1'000);
    hand_off.tick();
    EXPECT_EQ(poster.sent_.size(), 1u);
  }
  EXPECT_GE(desk.heartbeats_, 3);
  clock.pass_ms(1'000);
  poster.answer_ = {200};
  hand_off.tick();
  EXPECT_EQ(poster.sent_.size(), 2u);
  EXPECT_EQ(hand_off.waiting(), 0u);
}

TEST_F(HandOffTest, RetryAfterHasALimit) {
  desk.work_[7] = 1;
  poster.answer_ = {429, 1'000'000};
  HandOff hand_off = make();
  hand_off.tick();
  clock.pass_ms(HandOffOptions::kMaxWaitMs);
  hand_off.tick();
  EXPECT_EQ(poster.sent_.size(), 2u);
}

TEST_F(HandOffTest, GoneTurnsTheWebhookOff) {
  desk.work_[7] = 3;
  desk.work_[8] = 1;
  poster.answer_ = {410};
  HandOff hand_off = make();
  hand_off.tick();
  EXPECT_EQ(desk.off_.size(), 2u);
  EXPECT_EQ(desk.released_.size(), 4u);
  clock.pass_ms(10'000'000);
  hand_off.tick();
  EXPECT_EQ(poster.sent_.size(), 4u);
}

TEST_F(HandOffTest, AnAddressThatIsNotAllowedIsNotTriedAgain) {
  desk.work_[7] = 1;
  poster.answer_ = {0, {}, true, "refused"};
  HandOff hand_off = make(5);
  hand_off.tick();
  ASSERT_EQ(desk.released_.size(), 1u);
  EXPECT_NE(desk.released_[0].find("webhooks.allow_hosts"), std::string::npos);
}

TEST_F(HandOffTest, ALeaseThatIsLostIsNotSent) {
  desk.work_[7] = 1;
  poster.answer_ = {503, 300};
  HandOff hand_off = make();
  hand_off.tick();
  desk.out_.clear();  // the plan was cancelled, or time ran on
  clock.pass_ms(31'000);
  hand_off.tick();
  EXPECT_EQ(hand_off.waiting(), 0u);
  clock.pass_ms(300'000);
  hand_off.tick();
  EXPECT_EQ(poster.sent_.size(), 1u);
}

TEST_F(HandOffTest, APausedPlanGetsItsLeasesBack) {
  desk.work_[7] = 1;
  poster.answer_ = {500};
  HandOff hand_off = make();
  hand_off.tick();
  desk.paused_.insert(7);
  hand_off.tick();
  EXPECT_EQ(desk.released_.size(), 1u);
  EXPECT_EQ(hand_off.waiting(), 0u);
}

TEST_F(HandOffTest, WhatIsOutIsSentAgainAfterARestart) {
  desk.work_[7] = 2;
  make().tick();
  ASSERT_EQ(poster.sent_.size(), 2u);
  HandOff again = make();
  again.tick();
  again.tick();
  ASSERT_EQ(poster.sent_.size(), 4u);
  EXPECT_EQ(poster.sent_[2].id, poster.sent_[0].id);  // whoever has it already can tell
  EXPECT_EQ(poster.sent_[3].id, poster.sent_[1].id);
}

}  // namespace
}  // namespace headwater::alerts
