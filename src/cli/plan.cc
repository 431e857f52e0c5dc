// headwater plan: plans of what is to be run again, for people and for schedulers.

#include <cstdlib>
#include <utility>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/plan_print.h"
#include "cli/server_ask.h"
#include "cli/table.h"

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;

namespace {

const std::string kPlans = "/api/v1/plans";

std::string plan_path(const PlanCommand& command) { return kPlans + "/" + path_part(command.plan); }

Result<void> print(const std::string& text) {
  HW_TRY(const auto output, Output::open("-"));
  HW_CHECK_OK(output->write(text));
  return output->close();
}

Result<std::string> author_of(const PlanCommand& command) {
  if (!command.author.empty()) return command.author;
  for (const char* name : {"HEADWATER_AUTHOR", "USER"}) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr && *value != '\0') return std::string(value);
  }
  return make_error(ErrorCode::kInvalidArgument, "Say who decides with --author.");
}

Result<ObjectText> signed_object(const PlanCommand& command) {
  HW_TRY(const std::string author, author_of(command));
  ObjectText out;
  out.text("author", author).text("reason", command.reason);
  return out;
}

// ---- bodies -------------------------------------------------------------------------------------

Result<std::string> creation_of(const PlanCommand& command) {
  HW_TRY(ObjectText body, signed_object(command));
  body.text("name", command.name).text("until", command.until);
  body.text("environment", command.environment);
  body.texts("changes", command.changes).texts("include", command.include);
  if (!command.nodes.empty()) {
    ObjectText scope;
    scope.texts("nodeIds", command.nodes).text("direction", command.direction);
    body.raw("scope", scope.str());
  } else if (!command.direction.empty()) {
    return make_error(ErrorCode::kInvalidArgument, "--direction needs a --node to start from.");
  }
  ObjectText budget;
  for (const auto& [name, value] : {std::pair("partitions", command.budget_partitions),
                                    std::pair("cost_micros", command.budget_cost_micros),
                                    std::pair("duration_ms", command.budget_duration_ms)}) {
    if (value >= 0) budget.number(name, value);
  }
  if (budget.str() != "{}") body.raw("budget", budget.str());
  for (const auto& [name, value] :
       {std::pair("max_partitions_per_task", command.partitions_per_task),
        std::pair("max_attempts", command.attempts), std::pair("lease_ms", command.lease_ms)}) {
    if (value > 0) body.number(name, value);
  }
  if (command.tolerance > 0) body.raw("tolerance", std::to_string(command.tolerance));
  if (!command.webhook.empty()) {
    ObjectText webhook;
    webhook.text("url", command.webhook).text("secret", command.webhook_secret);
    body.raw("webhook", webhook.str());
  }
  if (command.no_refresh) body.raw("refresh", "false");
  if (command.dry_run) body.raw("dry_run", "true");
  return body.str();
}

std::string lease_request(const PlanCommand& command) {
  ObjectText body;
  body.text("worker", command.worker).number("max_leases", command.max_leases);
  if (command.max_partitions > 0) body.number("max_partitions", command.max_partitions);
  if (command.lease_ms > 0) body.number("lease_ms", command.lease_ms);
  body.texts("jobs", command.jobs).text("request_id", command.request_id);
  return body.str();
}

std::string lease_result(const PlanCommand& command) {
  ObjectText body;
  body.text("state", command.state).texts("done", command.done).texts("failed", command.failed);
  body.text("run_id", command.run_id).text("message", command.message);
  return body.str();
}

// ---- verbs --------------------------------------------------------------------------------------

// One plan as the answer.
Result<int> show(HttpClient& client, const PlanCommand& command, const std::string& path,
                 const std::string* body = nullptr) {
  HW_TRY(const Document answer, ask_document(client, path, body));
  HW_CHECK_OK(print(command.json ? answer.body + "\n" : plan_text(JsonValue(answer.body))));
  return kOk;
}

// Every page of a list.
Result<int> list(HttpClient& client, const PlanCommand& command, const std::string& path,
                 std::string_view member,
                 std::string (*text)(const std::vector<std::string>& items)) {
  std::vector<std::string> items;
  HW_CHECK_OK(each_page(client, path, {{"state", command.state}, {"limit", "1000"}},
                        [&](const JsonValue& page) -> Result<void> {
                          page.get(member).elements(
                              [&](const JsonValue& item) { items.emplace_back(item.text()); });
                          return {};
                        }));
  if (!command.json) {
    HW_CHECK_OK(print(text(items)));
    return kOk;
  }
  std::string out = "{\"" + std::string(member) + "\":[";
  for (const std::string& item : items) out += (out.back() == '[' ? "\n" : ",\n") + item;
  HW_CHECK_OK(print(out + "]}\n"));
  return kOk;
}

Result<int> change_state(HttpClient& client, const PlanCommand& command) {
  HW_TRY(const ObjectText who, signed_object(command));
  const std::string body = who.str();
  return show(client, command, plan_path(command) + "/" + command.verb, &body);
}

Result<int> lease(HttpClient& client, const PlanCommand& command) {
  const std::string body = lease_request(command);
  HW_TRY(const Document answer, ask_document(client, plan_path(command) + "/leases", &body));
  const JsonValue json(answer.body);
  HW_CHECK_OK(print(command.json ? answer.body + "\n" : leases_text(json)));
  bool any = false;
  json.get("leases").elements([&any](const JsonValue&) { any = true; });
  if (any) return kOk;
  const std::string state = json.get("state").string().value_or("");
  return state == "done" || state == "cancelled" ? kPlanOver : kNothingNow;
}

Result<int> on_lease(HttpClient& client, const PlanCommand& command, const std::string& body) {
  const std::string path =
      plan_path(command) + "/leases/" + path_part(command.token) + "/" + command.verb;
  HW_TRY(const Document answer, ask_document(client, path, &body));
  const JsonValue json(answer.body);
  std::string text = answer.body + "\n";
  if (!command.json && command.verb == "heartbeat") {
    const bool answered = json.get("state").string() == "answered";
    text = answered ? "over: runs have told what became of it\n"
                    : "valid until " + json.get("expires_at").string().value_or("") + "\n";
  } else if (!command.json) {
    const JsonValue progress = json.get("progress");
    text = "task " + std::to_string(json.get("task").integer().value_or(0)) + ": " +
           std::to_string(progress.get("done").integer().value_or(0)) + " done, " +
           std::to_string(progress.get("failed").integer().value_or(0)) + " failed, " +
           std::to_string(progress.get("pending").integer().value_or(0)) + " pending\n";
  }
  HW_CHECK_OK(print(text));
  return kOk;
}

Result<int> run(HttpClient& client, const PlanCommand& command) {
  if (command.verb == "create") {
    HW_TRY(const std::string body, creation_of(command));
    return show(client, command, kPlans, &body);
  }
  if (command.verb == "list") return list(client, command, kPlans, "plans", plans_text);
  if (command.verb == "show") return show(client, command, plan_path(command));
  if (command.verb == "tasks") {
    return list(client, command, plan_path(command) + "/tasks", "tasks", tasks_text);
  }
  if (command.verb == "lease") return lease(client, command);
  if (command.verb == "heartbeat") {
    ObjectText body;
    if (command.lease_ms > 0) body.number("lease_ms", command.lease_ms);
    return on_lease(client, command, body.str());
  }
  if (command.verb == "complete") return on_lease(client, command, lease_result(command));
  return change_state(client, command);
}

}  // namespace

int plan(const base::Config& config, const PlanCommand& command) {
  HttpClient client(server_url(config, command.url));
  const Result<int> code = run(client, command);
  return code ? *code : exit_code_of(code.error());
}

}  // namespace headwater::cli
