#include "planner/plan_decisions.h"

#include "model/json.h"

namespace headwater::planner {

using model::json_quote;

namespace {

std::string number(std::int64_t value) { return std::to_string(value); }

std::string head(std::string_view kind, std::string_view author) {
  return "{\"decision\":" + json_quote("planner." + std::string(kind)) +
         ",\"author\":" + json_quote(author);
}

std::string of_plan(std::string_view kind, model::Seq plan, std::string_view author) {
  return head(kind, author) + ",\"plan\":" + std::to_string(plan.value);
}

std::string optional(const std::optional<std::int64_t>& value) {
  return value ? number(*value) : "null";
}

template <class Values, class Text>
std::string list(const Values& values, Text text) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    out += text(value);
  }
  return out + "]";
}

std::string texts(const std::vector<std::string>& values) {
  return list(values, [](const std::string& value) { return json_quote(value); });
}

std::string_view kind_of(PlanMove move) {
  switch (move) {
    case PlanMove::kApprove: return "approve_plan";
    case PlanMove::kPause: return "pause_plan";
    case PlanMove::kResume: return "resume_plan";
    case PlanMove::kCancel: return "cancel_plan";
    case PlanMove::kRetry: return "retry_plan";
  }
  return "";
}

}  // namespace

std::string put_plan(const PlanDraft& draft) {
  return head("put_plan", draft.options.author) +
         ",\"reason\":" + json_quote(draft.options.reason) + ",\"plan\":" + encode(draft) + "}";
}

std::string move_plan(PlanMove move, model::Seq plan, std::string_view author,
                      std::string_view reason, const std::vector<std::uint32_t>& tasks) {
  return of_plan(kind_of(move), plan, author) + ",\"reason\":" + json_quote(reason) +
         ",\"tasks\":" + list(tasks, [](std::uint32_t task) { return number(task); }) + "}";
}

std::string refresh_plan(model::Seq plan, std::int64_t upper, std::string_view author,
                         std::string_view reason) {
  return of_plan("refresh_plan", plan, author) + ",\"upper\":" + number(upper) +
         ",\"reason\":" + json_quote(reason) + "}";
}

std::string turn_off_webhook(model::Seq plan, std::string_view author, std::string_view reason) {
  return of_plan("turn_off_webhook", plan, author) + ",\"reason\":" + json_quote(reason) + "}";
}

std::string lease_plan(model::Seq plan, const LeaseWish& wish) {
  return of_plan("lease", plan, wish.worker) + ",\"worker\":" + json_quote(wish.worker) +
         ",\"max_leases\":" + number(wish.max_leases) +
         ",\"max_partitions\":" + optional(wish.max_partitions) +
         ",\"lease_ms\":" + optional(wish.lease_ms) +
         ",\"jobs\":" + list(wish.jobs, [](NodeId job) { return number(job.value); }) +
         ",\"request_id\":" + json_quote(wish.request_id) + "}";
}

std::string heartbeat(model::Seq plan, std::string_view token, std::string_view worker,
                      std::optional<std::int64_t> lease_ms) {
  return of_plan("heartbeat", plan, worker) + ",\"lease\":" + json_quote(token) +
         ",\"lease_ms\":" + optional(lease_ms) + "}";
}

std::string complete_lease(model::Seq plan, std::string_view token, std::string_view worker,
                           const LeaseOutcome& outcome) {
  return of_plan("complete", plan, worker) + ",\"lease\":" + json_quote(token) +
         ",\"state\":" + json_quote(outcome.state) + ",\"done\":" + texts(outcome.done) +
         ",\"failed\":" + texts(outcome.failed) + ",\"run_id\":" + json_quote(outcome.run_id) +
         ",\"message\":" + json_quote(outcome.message) + "}";
}

std::string sweep_leases(std::string_view author) { return head("sweep", author) + "}"; }

}  // namespace headwater::planner
