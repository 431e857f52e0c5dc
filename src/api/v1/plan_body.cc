#include "api/v1/plan_body.h"

#include <algorithm>
#include <utility>

#include "alerts/webhook.h"
#include "api/dto/partition_dto.h"
#include "api/v1/body.h"
#include "api/v1/planner_body.h"
#include "model/time.h"
#include "planner/plan_builder.h"

namespace headwater::api::v1 {

namespace {

using base::ErrorCode;
using base::make_error;
using model::JsonValue;
using planner::PlanOptions;

bool absent(const JsonValue& value) { return !value.present() || value.is_null(); }

base::Error too_many(Context& context, std::string_view pointer, std::size_t most) {
  context.details.pointer = pointer;
  context.details.limit = static_cast<std::int64_t>(most);
  return make_error(ErrorCode::kLimitExceeded,
                    std::string(pointer.substr(1)) + " may name " + std::to_string(most) + ".");
}

// The texts of an array.
Result<std::vector<std::string>> text_list(Context& context, const JsonValue& list,
                                           std::string_view pointer, std::size_t most) {
  std::vector<std::string> out;
  if (absent(list)) return out;
  bool texts = list.is_array();
  list.elements([&](const JsonValue& value) {
    auto text = value.string();
    texts = texts && text;
    if (texts && out.size() <= most) out.push_back(*std::move(text));
  });
  if (!texts) {
    return invalid_member(context, pointer,
                          std::string(pointer.substr(1)) + " must be a list of strings.");
  }
  if (out.size() > most) return too_many(context, pointer, most);
  return out;
}

Result<void> read_scope(Context& context, const JsonValue& body, const PartitionReading& reading,
                        PlanOptions& out) {
  const JsonValue scope = body.get("scope");
  if (absent(scope)) return {};
  if (!scope.is_object()) return invalid_member(context, "/scope", "scope must be an object.");
  HW_TRY(const auto nodes,
         text_list(context, scope.get("nodeIds"), "/scope/nodeIds", kMaxPlanNodes));
  if (nodes.empty()) {
    return invalid_member(context, "/scope/nodeIds",
                          "scope must name a node; leave scope out for everything.");
  }
  for (const std::string& node : nodes) {
    context.details.pointer = "/scope/nodeIds";
    HW_TRY(const PartitionSubject subject, find_partition_subject(reading, node, true));
    if (subject.datasets.empty()) {
      return make_error(ErrorCode::kNotFound, "Nothing is known of partitions of " + node + ".");
    }
    out.scope.insert(out.scope.end(), subject.datasets.begin(), subject.datasets.end());
  }
  context.details.pointer.clear();
  std::ranges::sort(out.scope);
  out.scope.erase(std::unique(out.scope.begin(), out.scope.end()), out.scope.end());
  const JsonValue direction = scope.get("direction");
  const std::string text = absent(direction) ? "downstream" : direction.string().value_or("");
  if (text != "none" && text != "downstream" && text != "upstream") {
    return invalid_member(context, "/scope/direction",
                          "direction must be none, downstream or upstream.");
  }
  out.direction = text == "none"         ? PlanOptions::Direction::kNone
                  : text == "downstream" ? PlanOptions::Direction::kDownstream
                                         : PlanOptions::Direction::kUpstream;
  return {};
}

Result<void> read_choice(Context& context, const JsonValue& body, PlanOptions& out) {
  HW_TRY(const auto changes, text_list(context, body.get("changes"), "/changes", kMaxPlanChanges));
  for (const std::string& text : changes) {
    const auto id = dto::read_change_id(text);
    if (!id) {
      return invalid_member(
          context, "/changes",
          "A change is a number, or two with a dot between, not " + text.substr(0, 100) + ".");
    }
    out.changes.push_back({id->seq, id->part});
  }
  HW_TRY(const auto include, text_list(context, body.get("include"), "/include", 3));
  if (!absent(body.get("include"))) out.stale = out.missing = out.maybe = false;
  for (const std::string& text : include) {
    bool* const to = text == "stale"     ? &out.stale
                     : text == "missing" ? &out.missing
                     : text == "maybe"   ? &out.maybe
                                         : nullptr;
    if (to == nullptr) {
      return invalid_member(context, "/include", "include may name stale, missing and maybe.");
    }
    *to = true;
  }
  const JsonValue refresh = body.get("refresh");
  if (!absent(refresh)) {
    const auto value = refresh.boolean();
    if (!value) return invalid_member(context, "/refresh", "refresh must be true or false.");
    out.refresh = *value;
  }
  HW_TRY(const auto until, text_member(context, body, "until"));
  if (!until) return {};
  const auto moment = model::parse_time(*until);
  if (!moment) {
    return invalid_member(context, "/until", "until must be a moment like 2026-11-01T00:00:00Z.");
  }
  out.until = moment->micros;
  return {};
}

Result<void> read_budget(Context& context, const JsonValue& body, PlanOptions& out) {
  const JsonValue budget = body.get("budget");
  if (absent(budget)) return {};
  if (!budget.is_object()) return invalid_member(context, "/budget", "budget must be an object.");
  for (const auto& [name, to] : {std::pair("partitions", &out.budget_partitions),
                                 std::pair("cost_micros", &out.budget_cost_micros),
                                 std::pair("duration_ms", &out.budget_duration_ms)}) {
    if (absent(budget.get(name))) continue;
    HW_TRY(*to, number_member(context, budget, name, 0, planner::kMaxPlanBudget));
  }
  return {};
}

Result<void> read_execution(Context& context, const JsonValue& body, PlanOptions& out) {
  HW_TRY(const auto partitions,
         number_member(context, body, "max_partitions_per_task", 1,
                       static_cast<std::int64_t>(planner::kMaxTaskPartitions)));
  out.max_partitions_per_task = partitions.value_or(out.max_partitions_per_task);
  HW_TRY(const auto attempts,
         number_member(context, body, "max_attempts", 1, planner::kMaxPlanAttempts));
  out.max_attempts = static_cast<std::int32_t>(attempts.value_or(out.max_attempts));
  HW_TRY(const auto lease_ms,
         number_member(context, body, "lease_ms", planner::kMinLeaseMs, planner::kMaxLeaseMs));
  out.lease_ms = lease_ms.value_or(out.lease_ms);
  const JsonValue tolerance = body.get("tolerance");
  if (absent(tolerance)) return {};
  const auto value = tolerance.number();
  if (!value) return invalid_member(context, "/tolerance", "tolerance must be a number from 1.");
  out.tolerance = *value;
  return {};
}

Result<void> read_webhook(Context& context, const JsonValue& body, PlanOptions& out) {
  const JsonValue webhook = body.get("webhook");
  if (absent(webhook)) return {};
  const auto url = webhook.get("url").string(), secret = webhook.get("secret").string();
  if (!url || !secret) {
    return invalid_member(context, "/webhook", "webhook must be {\"url\", \"secret\"}.");
  }
  context.details.pointer = "/webhook/url";
  HW_CHECK_OK(alerts::check_url(*url));
  context.details.pointer = "/webhook/secret";
  HW_CHECK_OK(alerts::secret_key(*secret));
  context.details.pointer.clear();
  out.webhook_url = *url;
  out.webhook_secret = *secret;
  return {};
}

}  // namespace

Result<PlanOptions> read_plan_options(Context& context, const JsonValue& body,
                                      const PartitionReading& reading) {
  PlanOptions out;
  HW_TRY(const Signed who, signed_body(context, body));
  out.author = who.author;
  out.reason = who.reason;
  HW_TRY(const auto name, text_member(context, body, "name"));
  out.name = name.value_or("");
  if (out.name.size() > kMaxPlanNameBytes) return too_many(context, "/name", kMaxPlanNameBytes);
  HW_TRY(const auto environment, text_member(context, body, "environment"));
  out.environment = environment.value_or("");
  HW_CHECK_OK(read_scope(context, body, reading, out));
  HW_CHECK_OK(read_choice(context, body, out));
  HW_CHECK_OK(read_budget(context, body, out));
  HW_CHECK_OK(read_execution(context, body, out));
  HW_CHECK_OK(read_webhook(context, body, out));
  HW_CHECK_OK(planner::check_options(out));
  return out;
}

}  // namespace headwater::api::v1
