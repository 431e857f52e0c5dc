// Leases of plans: taken, kept alive, answered. docs/plan-execution.md.

#include <algorithm>
#include <utility>

#include "api/v1/body.h"
#include "api/v1/decide.h"
#include "api/v1/parameters.h"
#include "api/v1/plan_reading.h"
#include "api/v1/planner_body.h"
#include "planner/plan_decisions.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;
using dto::JsonWriter;
using model::JsonValue;
using planner::LeaseState;
using planner::LeaseWish;
using planner::PlanInfo;
using planner::PlanState;
using storage::PlanLeaseRow;
using Leases = std::vector<PlanLeaseRow>;

constexpr std::int64_t kLeastWaitMs = 1'000, kMostWaitMs = 30'000, kUsualWaitMs = 5'000;

bool absent(const JsonValue& value) { return !value.present() || value.is_null(); }

Result<std::string> limited(Context& context, std::string_view name,
                            std::optional<std::string> text, std::size_t most) {
  if (text.value_or("").size() <= most) return std::move(text).value_or("");
  context.details.pointer = "/" + std::string(name);
  context.details.limit = static_cast<std::int64_t>(most);
  return make_error(ErrorCode::kLimitExceeded,
                    std::string(name) + " may have " + std::to_string(most) + " bytes.");
}

Result<std::optional<std::int64_t>> number_or_null(Context& context, const JsonValue& body,
                                                   std::string_view name, std::int64_t least,
                                                   std::int64_t most) {
  if (absent(body.get(name))) return std::optional<std::int64_t>{};
  return number_member(context, body, name, least, most);
}

Result<std::vector<std::string>> texts_of(Context& context, const JsonValue& body,
                                          std::string_view name, std::size_t most) {
  std::vector<std::string> out;
  const JsonValue list = body.get(name);
  if (absent(list)) return out;
  const std::string pointer = "/" + std::string(name);
  bool good = list.is_array();
  list.elements([&](const JsonValue& value) {
    auto text = value.string();
    good = good && text;
    if (good && out.size() <= most) out.push_back(*std::move(text));
  });
  if (!good) {
    return invalid_member(context, pointer, std::string(name) + " must be a list of strings.");
  }
  if (out.size() <= most) return out;
  context.details.pointer = pointer;
  context.details.limit = static_cast<std::int64_t>(most);
  return make_error(ErrorCode::kLimitExceeded,
                    std::string(name) + " may name " + std::to_string(most) + ".");
}

// ---- taking -------------------------------------------------------------------------------------

Result<LeaseWish> read_wish(Context& context, const PlanReading& reading) {
  HW_TRY(const JsonValue body, json_object(context));
  LeaseWish out;
  HW_TRY(const std::string worker, required_text(context, body, "worker"));
  HW_TRY(out.worker, limited(context, "worker", worker, planner::kMaxWorkerBytes));
  HW_TRY(auto request, text_member(context, body, "request_id"));
  HW_TRY(out.request_id,
         limited(context, "request_id", std::move(request), planner::kMaxRequestBytes));
  HW_TRY(const auto leases,
         number_or_null(context, body, "max_leases", 1, planner::kMaxLeasesAtOnce));
  out.max_leases = leases.value_or(1);
  HW_TRY(out.max_partitions,
         number_or_null(context, body, "max_partitions", 1,
                        static_cast<std::int64_t>(planner::kMaxTaskPartitions)));
  HW_TRY(out.lease_ms,
         number_or_null(context, body, "lease_ms", planner::kMinLeaseMs, planner::kMaxLeaseMs));
  HW_TRY(const auto jobs, texts_of(context, body, "jobs", planner::kMaxLeaseJobs));
  for (const std::string& job : jobs) {
    context.details.pointer = "/jobs";
    HW_TRY(const query::NodeRef ref, query::parse_node_ref(job));
    HW_TRY(const model::NodeId node, query::resolve(reading.session.graph(), ref));
    const auto names = query::all_names(reading.session.graph(), node);
    out.jobs.insert(out.jobs.end(), names.begin(), names.end());
  }
  context.details.pointer.clear();
  std::ranges::sort(out.jobs);
  return out;
}

// Leases of the request that are still valid.
Result<Leases> valid_of_request(PlanReading& reading, model::Seq plan, const std::string& request,
                                base::Micros now) {
  if (request.empty()) return Leases{};
  HW_TRY(Leases rows, reading.rows().plan_leases_of_request(plan, request));
  std::erase_if(rows, [now](const PlanLeaseRow& row) {
    return static_cast<LeaseState>(row.state) != LeaseState::kValid || row.expires_at <= now;
  });
  return rows;
}

// When it makes sense to ask again; nothing when the plan is over.
Result<std::optional<std::int64_t>> wait_ms(PlanReading& reading, const PlanInfo& plan,
                                            bool handed_out, base::Micros now) {
  const PlanState state = plan.state();
  if (state == PlanState::kDone || state == PlanState::kCancelled) {
    return std::optional<std::int64_t>{};
  }
  if (handed_out) return std::optional<std::int64_t>(0);
  if (plan.row.ready > 0) return std::optional(kLeastWaitMs);
  HW_TRY(base::Micros expiry, reading.rows().first_lease_expiry(plan.row.id));
  expiry = std::min(expiry, plan.row.wakes_at);
  if (expiry == model::kOpenEnd) return std::optional(kUsualWaitMs);
  const std::int64_t until_ms = (expiry - now) / 1000 + 1;
  return std::optional(std::clamp(std::min(until_ms, kUsualWaitMs), kLeastWaitMs, kMostWaitMs));
}

Answer lease_answer(PlanReading& reading, const PlanInfo& plan, const Leases& leases,
                    base::Micros now) {
  HW_TRY(const auto wait, wait_ms(reading, plan, !leases.empty(), now));
  const dto::PlanNames names = reading.names();
  JsonWriter json;
  json.begin_object().key("leases").begin_array();
  for (const PlanLeaseRow& lease : leases) {
    HW_TRY(const planner::TaskInfo task,
           planner::find_task(reading.rows(), plan.row.id, lease.task));
    json.begin_object();
    dto::write_lease_members(json, lease, task.task, plan.draft.options.environment, names);
    json.end_object();
  }
  json.end_array().key("state").text(to_string(plan.state()));
  json.key("remaining").number(plan.remaining()).key("retry_after_ms");
  if (wait) {
    json.number(*wait);
  } else {
    json.null();
  }
  json.end_object();
  return json_response(json.take(), leases.empty() ? 200 : 201);
}

Answer show_leases(Context& context, const ingest::Receipt& receipt, model::Seq plan,
                   const std::string& request) {
  const base::Micros now = context.services.queries().clock().now();
  HW_TRY(PlanReading reading, open_plans(context));
  HW_TRY(const PlanInfo info, planner::find_plan(reading.rows(), plan));
  HW_TRY(Leases leases, reading.rows().plan_leases_of_record(receipt.seq));
  if (leases.empty()) {
    HW_TRY(leases, valid_of_request(reading, plan, request, now));
  }
  return lease_answer(reading, info, leases, now);
}

struct LeaseAsked {
  std::optional<http::Response> answer;  // there is no need to log anything
  model::Seq plan;
  LeaseWish wish;
};

Result<LeaseAsked> ask_lease(Context& context) {
  context.pinned = context.services.queries().published();
  const base::Micros now = context.services.queries().clock().now();
  HW_TRY(PlanReading reading, open_plans(context));
  LeaseAsked out;
  HW_TRY(out.wish, read_wish(context, reading));
  HW_TRY(const PlanInfo plan, plan_in_path(context, reading));
  out.plan = plan.row.id;
  HW_TRY(const Leases same, valid_of_request(reading, out.plan, out.wish.request_id, now));
  HW_TRY(const bool may, planner::may_lease(reading.rows(), plan, out.wish.jobs, now));
  if (!same.empty() || !may) {
    HW_TRY(out.answer, lease_answer(reading, plan, same, now));
  }
  return out;
}

void post_leases(const ContextPtr& context, Reply reply) {
  auto asked = ask_lease(*context);
  if (!asked) return respond(*context, *reply, std::move(asked).error());
  if (asked->answer) return respond(*context, *reply, *std::move(asked->answer));
  decide(context, std::move(reply), planner_decision(planner::lease_plan(asked->plan, asked->wish)),
         [plan = asked->plan, request = asked->wish.request_id](Context& later,
                                                                const ingest::Receipt& receipt) {
           return show_leases(later, receipt, plan, request);
         });
}

// ---- keeping alive, answering -------------------------------------------------------------------

struct NamedLease {
  PlanInfo plan;
  PlanLeaseRow lease;
};

Result<NamedLease> lease_in_path(Context& context, PlanReading& reading) {
  HW_TRY(PlanInfo plan, plan_in_path(context, reading));
  const std::string& text = context.parameter("token");
  const auto token = planner::parse_lease_token(text);
  std::optional<PlanLeaseRow> row;
  if (token) {
    HW_TRY(row, reading.rows().plan_lease(token->seq, token->n));
  }
  if (row && row->plan == plan.row.id) return NamedLease{std::move(plan), *std::move(row)};
  return make_error(ErrorCode::kNotFound, "The plan has no lease " + text.substr(0, 40) + ".");
}

Answer show_expiry(Context& context) {
  HW_TRY(PlanReading reading, open_plans(context));
  HW_TRY(const NamedLease named, lease_in_path(context, reading));
  JsonWriter json;
  json.begin_object().key("expires_at").time(named.lease.expires_at);
  json.key("state").text(to_string(static_cast<LeaseState>(named.lease.state))).end_object();
  return json_response(json.take());
}

Result<ingest::Decision> read_heartbeat(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(const auto lease_ms,
         number_or_null(context, body, "lease_ms", planner::kMinLeaseMs, planner::kMaxLeaseMs));
  context.pinned = context.services.queries().published();
  HW_TRY(PlanReading reading, open_plans(context));
  HW_TRY(const NamedLease named, lease_in_path(context, reading));
  return planner_decision(planner::heartbeat(named.plan.row.id, context.parameter("token"),
                                             named.lease.worker, lease_ms));
}

Answer show_completed(Context& context) {
  HW_TRY(PlanReading reading, open_plans(context));
  HW_TRY(const NamedLease named, lease_in_path(context, reading));
  HW_TRY(const planner::TaskInfo task,
         planner::find_task(reading.rows(), named.plan.row.id, named.lease.task));
  JsonWriter json;
  json.begin_object();
  dto::write_lease_members(json, named.lease, task.task, named.plan.draft.options.environment,
                           reading.names());
  json.key("state").text(to_string(static_cast<LeaseState>(named.lease.state)));
  json.key("progress");
  dto::write_progress(json, task.progress.counts, task.pending());
  json.end_object();
  return json_response(json.take());
}

Result<ingest::Decision> read_outcome(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  planner::LeaseOutcome outcome;
  HW_TRY(outcome.state, required_text(context, body, "state"));
  if (outcome.state != "completed" && outcome.state != "failed" && outcome.state != "released") {
    return invalid_member(context, "/state", "state must be completed, failed or released.");
  }
  HW_TRY(outcome.done, texts_of(context, body, "done", planner::kMaxTaskPartitions));
  HW_TRY(outcome.failed, texts_of(context, body, "failed", planner::kMaxTaskPartitions));
  HW_TRY(auto run, text_member(context, body, "run_id"));
  HW_TRY(outcome.run_id, limited(context, "run_id", std::move(run), planner::kMaxRunIdBytes));
  HW_TRY(auto message, text_member(context, body, "message"));
  HW_TRY(outcome.message,
         limited(context, "message", std::move(message), planner::kMaxMessageBytes));
  context.pinned = context.services.queries().published();
  HW_TRY(PlanReading reading, open_plans(context));
  HW_TRY(const NamedLease named, lease_in_path(context, reading));
  return planner_decision(planner::complete_lease(named.plan.row.id, context.parameter("token"),
                                                  named.lease.worker, outcome));
}

}  // namespace

std::vector<ApiRoute> lease_routes() {
  const auto post = [](std::string_view path, HandleReply handle) {
    return ApiRoute{http::Method::kPost, path, {{}, shared(std::move(handle)), Pin::kNo}};
  };
  return {post("/api/v1/plans/{id}/leases", post_leases),
          post("/api/v1/plans/{id}/leases/{token}/heartbeat",
               deciding(read_heartbeat, afterwards(show_expiry))),
          post("/api/v1/plans/{id}/leases/{token}/complete",
               deciding(read_outcome, afterwards(show_completed)))};
}

}  // namespace headwater::api::v1
