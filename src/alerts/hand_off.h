// HandOff: takes leases of plans that name a webhook, and hands them to it.
//
//   taken --2xx--> the receiver's: it heartbeats and completes by the token
//     |  \--no answer, another status--> waits, longer each time, its lease kept alive --> again
//     |          \--tries are used up--> given back; the plan rests for a while
//     \--410--> the plan's webhook is off, its leases are given back
//
// What is sent is at least once: after a restart leases that are out are sent again, with the ids
// that they had. Waits are random by a quarter, so that receivers which were away are not met by
// all at once. Retry-After of an answer that is no success is honoured, up to kMaxWaitMs.
//
// Thread-safety: one thread. Clock and randomness are injected. Errors of the desk are logged and
// met again at the next tick.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerts/webhook.h"
#include "base/clock.h"
#include "base/result.h"
#include "planner/leases.h"

namespace headwater::alerts {

// What the receiver is told.
struct HandedLease {
  planner::LeaseToken token;
  model::Seq plan;
  std::string plan_name, node_id, job, first, last, environment, desired;
  std::vector<std::string> keys;
  std::uint32_t task = 0;
  std::int32_t attempt = 1;
  std::int64_t lease_ms = 0;
  base::Micros expires_at = 0;
};

struct HookedPlan {
  model::Seq id;
  std::string url, secret;
  std::int64_t outstanding = 0;  // of its leases that this has taken and that have not ended
};

// Plans, as far as they are handed off.
class PlanDesk {
 public:
  virtual ~PlanDesk() = default;
  // Those that are approved or executing and whose webhook is on.
  virtual base::Result<std::vector<HookedPlan>> plans() = 0;
  // Valid leases that were taken here before, of plans whose webhook is on.
  virtual base::Result<std::vector<HandedLease>> held() = 0;
  virtual base::Result<std::vector<HandedLease>> lease(model::Seq plan, std::int64_t count) = 0;
  // Until when it is valid now. kLeaseLost, kNotFound: no more.
  virtual base::Result<base::Micros> heartbeat(const HandedLease& lease) = 0;
  virtual base::Result<void> release(const HandedLease& lease, const std::string& message) = 0;
  virtual base::Result<void> turn_off(model::Seq plan, const std::string& reason) = 0;
};

struct HandOffOptions {
  std::string instance;          // of the store: ids of messages begin with it
  int max_tries = 6;             // of one message
  std::int64_t max_leases = 16;  // of one plan that are out at once
  std::int64_t first_wait_ms = 1'000;
  static constexpr std::int64_t kMaxWaitMs = 600'000;
  static constexpr std::int64_t kGrowth = 3;
};

class HandOff {
 public:
  // random(): evenly from 0 to 1. All of these outlive it.
  HandOff(PlanDesk& desk, Poster& poster, const base::Clock& clock, std::function<double()> random,
          HandOffOptions options);

  // One round: takes what there is, sends what is due, keeps alive what waits.
  void tick();
  // Messages that wait to be sent or sent again.
  std::size_t waiting() const { return messages_.size(); }

 private:
  struct Message {
    HandedLease lease;
    std::string body;
    int tries = 0;
    base::Micros due = 0;
  };
  struct Rest {
    base::Micros until = 0;
    std::int64_t wait_ms = 0;
  };

  void take_up();
  void take_new(const std::vector<HookedPlan>& plans);
  void keep_alive();
  void send_due(const std::vector<HookedPlan>& plans);
  void take_answer(const planner::LeaseToken& token, const PostAnswer& answer);
  void give_back(const planner::LeaseToken& token, const std::string& why);
  void rest(model::Seq plan);
  void add(HandedLease lease);
  base::Micros later(std::int64_t wait_ms);

  PlanDesk& desk_;
  Poster& poster_;
  const base::Clock& clock_;
  std::function<double()> random_;
  HandOffOptions options_;
  bool took_up_ = false;
  std::map<planner::LeaseToken, Message> messages_;
  std::map<std::uint64_t, Rest> rests_;  // by plan
};

// The body of a message.
std::string message_of(const HandedLease& lease, base::Micros at);

}  // namespace headwater::alerts
