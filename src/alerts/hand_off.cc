#include "alerts/hand_off.h"

#include <algorithm>

#include "base/log.h"
#include "model/json.h"
#include "model/time.h"

namespace headwater::alerts {

using base::ErrorCode;
using model::json_quote;
using planner::LeaseToken;

namespace {

constexpr base::Micros kMs = 1'000, kSecond = 1'000'000;
constexpr int kGone = 410;

bool is_success(int status) { return status >= 200 && status < 300; }

const HookedPlan* find(const std::vector<HookedPlan>& plans, model::Seq id) {
  const auto at = std::ranges::find(plans, id, &HookedPlan::id);
  return at == plans.end() ? nullptr : &*at;
}

std::string text_or_null(const std::string& text) {
  return text.empty() ? "null" : json_quote(text);
}

std::string outcome_of(const PostAnswer& answer) {
  if (answer.refused) return "its address is not a public one; see webhooks.allow_hosts";
  return answer.status != 0 ? "it answered " + std::to_string(answer.status) : answer.error;
}

}  // namespace

std::string message_of(const HandedLease& lease, base::Micros at) {
  std::string keys;
  for (const std::string& key : lease.keys) keys += (keys.empty() ? "" : ",") + json_quote(key);
  return "{\"type\":\"plan.lease\",\"timestamp\":" + json_quote(model::format_time(at)) +
         ",\"data\":{\"token\":" + json_quote(planner::to_text(lease.token)) +
         ",\"plan\":" + json_quote(std::to_string(lease.plan.value)) +
         ",\"plan_name\":" + text_or_null(lease.plan_name) +
         ",\"task\":" + std::to_string(lease.task) + ",\"nodeId\":" + json_quote(lease.node_id) +
         ",\"job\":" + text_or_null(lease.job) + ",\"first\":" + json_quote(lease.first) +
         ",\"last\":" + json_quote(lease.last) + ",\"keys\":[" + keys +
         "],\"count\":" + std::to_string(lease.keys.size()) +
         ",\"attempt\":" + std::to_string(lease.attempt) +
         ",\"lease_ms\":" + std::to_string(lease.lease_ms) +
         ",\"expires_at\":" + json_quote(model::format_time(lease.expires_at)) +
         ",\"environment\":" + text_or_null(lease.environment) +
         ",\"desired\":" + json_quote(lease.desired) + "}}";
}

HandOff::HandOff(PlanDesk& desk, Poster& poster, const base::Clock& clock,
                 std::function<double()> random, HandOffOptions options)
    : desk_(desk),
      poster_(poster),
      clock_(clock),
      random_(std::move(random)),
      options_(std::move(options)) {}

// A quarter earlier or later.
base::Micros HandOff::later(std::int64_t wait_ms) {
  const double spread = 0.75 + 0.5 * random_();
  return clock_.now() + static_cast<base::Micros>(static_cast<double>(wait_ms * kMs) * spread);
}

void HandOff::add(HandedLease lease) {
  Message message{std::move(lease), "", 0, clock_.now()};
  message.body = message_of(message.lease, clock_.now());
  const LeaseToken token = message.lease.token;
  messages_.insert_or_assign(token, std::move(message));
}

void HandOff::tick() {
  const auto plans = desk_.plans();
  if (!plans) {
    HW_LOG_WARN("webhook.no_plans", "error=\"{}\"", plans.error().message);
    return;
  }
  if (!took_up_) take_up();
  std::vector<LeaseToken> closed;  // of plans that are over, paused or off
  for (const auto& [token, message] : messages_) {
    if (find(*plans, message.lease.plan) == nullptr) closed.push_back(token);
  }
  for (const LeaseToken& token : closed) give_back(token, "Its plan hands nothing out now.");
  std::erase_if(
      rests_, [&](const auto& entry) { return find(*plans, model::Seq{entry.first}) == nullptr; });
  take_new(*plans);
  send_due(*plans);
  keep_alive();
}

void HandOff::take_up() {
  auto held = desk_.held();
  if (!held) return;
  took_up_ = true;
  for (HandedLease& lease : *held) add(std::move(lease));
}

void HandOff::take_new(const std::vector<HookedPlan>& plans) {
  for (const HookedPlan& plan : plans) {
    const auto resting = rests_.find(plan.id.value);
    if (resting != rests_.end() && clock_.now() < resting->second.until) continue;
    const std::int64_t room = options_.max_leases - plan.outstanding;
    if (room <= 0) continue;
    auto leases = desk_.lease(plan.id, room);
    if (!leases) {
      HW_LOG_WARN("webhook.no_lease", "plan={} error=\"{}\"", plan.id.value,
                  leases.error().message);
      continue;
    }
    for (HandedLease& lease : *leases) add(std::move(lease));
  }
}

void HandOff::send_due(const std::vector<HookedPlan>& plans) {
  std::vector<LeaseToken> tokens;
  std::vector<PostRequest> requests;
  for (auto& [token, message] : messages_) {
    if (message.due > clock_.now()) continue;
    const HookedPlan& plan = *find(plans, message.lease.plan);
    const auto key = secret_key(plan.secret);
    PostRequest request;
    request.url = plan.url;
    request.id = "msg_" + options_.instance + "_" + planner::to_text(token);
    request.timestamp_s = clock_.now() / kSecond;
    request.body = message.body;
    request.signature = key ? signature(*key, request.id, request.timestamp_s, request.body) : "";
    tokens.push_back(token);
    requests.push_back(std::move(request));
  }
  if (requests.empty()) return;
  const std::vector<PostAnswer> answers = poster_.post(requests);
  for (std::size_t i = 0; i < tokens.size(); ++i) take_answer(tokens[i], answers[i]);
}

void HandOff::take_answer(const LeaseToken& token, const PostAnswer& answer) {
  const auto at = messages_.find(token);
  if (at == messages_.end()) return;  // its plan has been turned off meanwhile
  Message& message = at->second;
  const model::Seq plan = message.lease.plan;
  if (is_success(answer.status)) {
    rests_.erase(plan.value);
    messages_.erase(at);
    return;
  }
  ++message.tries;
  HW_LOG_WARN("webhook.not_taken", "plan={} lease={} try={} why=\"{}\"", plan.value,
              planner::to_text(token), message.tries, outcome_of(answer));
  if (answer.status == kGone) {
    std::vector<LeaseToken> of_plan;
    for (const auto& [other, waiting] : messages_) {
      if (waiting.lease.plan == plan) of_plan.push_back(other);
    }
    for (const LeaseToken& other : of_plan) give_back(other, "The webhook is gone (410).");
    const auto off = desk_.turn_off(plan, "It answered 410 Gone.");
    if (!off) HW_LOG_WARN("webhook.not_off", "error=\"{}\"", off.error().message);
    return rest(plan);
  }
  if (answer.refused || message.tries >= options_.max_tries) {
    give_back(token, "The webhook was tried " + std::to_string(message.tries) + " times; at last " +
                         outcome_of(answer) + ".");
    return rest(plan);
  }
  std::int64_t wait_ms = options_.first_wait_ms;
  for (int i = 1; i < message.tries; ++i) wait_ms *= HandOffOptions::kGrowth;
  message.due = later(std::min(wait_ms, HandOffOptions::kMaxWaitMs));
  if (answer.retry_after_s) {
    const std::int64_t asked_ms =
        std::min(*answer.retry_after_s, HandOffOptions::kMaxWaitMs / 1000) * 1000;
    message.due = std::max(message.due, clock_.now() + asked_ms * kMs);
  }
}

void HandOff::give_back(const LeaseToken& token, const std::string& why) {
  const auto at = messages_.find(token);
  const auto done = desk_.release(at->second.lease, why);
  if (!done && done.error().code != ErrorCode::kLeaseLost) {
    HW_LOG_WARN("webhook.not_released", "lease={} error=\"{}\"", planner::to_text(token),
                done.error().message);
  }
  messages_.erase(at);
}

// The next lease of the plan is taken later, and later each time.
void HandOff::rest(model::Seq plan) {
  Rest& rest = rests_[plan.value];
  if (clock_.now() < rest.until) return;  // another lease of it said so already
  rest.wait_ms = rest.wait_ms == 0 ? 60 * options_.first_wait_ms
                                   : std::min(2 * rest.wait_ms, HandOffOptions::kMaxWaitMs);
  rest.until = later(rest.wait_ms);
}

// A lease that waits for its message is half way to its end: on with it.
void HandOff::keep_alive() {
  for (auto at = messages_.begin(); at != messages_.end();) {
    HandedLease& lease = at->second.lease;
    if (lease.expires_at - clock_.now() > lease.lease_ms * kMs / 2) {
      ++at;
      continue;
    }
    const auto until = desk_.heartbeat(lease);
    const bool lost = !until && (until.error().code == ErrorCode::kLeaseLost ||
                                 until.error().code == ErrorCode::kNotFound);
    if (until) lease.expires_at = *until;
    at = lost ? messages_.erase(at) : std::next(at);
  }
}

}  // namespace headwater::alerts
