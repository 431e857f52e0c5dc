#include "cli/partition_options.h"

#include <string>

namespace headwater::cli {

namespace {

const char* const kUrlHelp = "The server; this machine's by default";

CLI::Option* url_option(CLI::App& command, std::string& url) {
  return command.add_option("--url", url, kUrlHelp)->envname("HEADWATER_URL");
}

class PlanVerbs {
 public:
  PlanVerbs(CLI::App& app, PlanCommand& plan) : app_(app), plan_(plan) {}

  void add_all() {
    app_.require_subcommand(1);
    add_create();
    CLI::App* const list = add("list", "All plans, the newest first", false);
    list->add_option("--state", plan_.state, "Only plans in this state")
        ->check(CLI::IsMember({"draft", "approved", "executing", "paused", "cancelled", "done"}));
    add("show", "One plan and how far it has come", true);
    CLI::App* const tasks = add("tasks", "The tasks of a plan", true);
    tasks->add_option("--state", plan_.state, "Only tasks in this state")
        ->check(CLI::IsMember({"pending", "ready", "leased", "done", "failed", "blocked"}));
    add_signed("approve", "Let its tasks be handed out");
    add_signed("pause", "Hand nothing out until it is resumed");
    add_signed("resume", "Hand tasks out again");
    add_signed("cancel", "Give it up for good; leases that are out are lost");
    add_lease();
  }

 private:
  CLI::App* add(const char* name, const char* help, bool one_plan) {
    CLI::App* const verb = app_.add_subcommand(name, help);
    verb->fallthrough();
    verb->callback([&plan = plan_, name] { plan.verb = name; });
    url_option(*verb, plan_.url);
    verb->add_flag("--json", plan_.json, "The server's answer as it is");
    if (one_plan) verb->add_option("plan", plan_.plan, "The number of the plan")->required();
    return verb;
  }

  CLI::App* add_signed(const char* name, const char* help) {
    CLI::App* const verb = add(name, help, true);
    sign(*verb);
    return verb;
  }

  void sign(CLI::App& verb) {
    verb.add_option("--author", plan_.author, "Who decides [HEADWATER_AUTHOR, else the user]");
    verb.add_option("--reason", plan_.reason, "Why");
  }

  void add_create() {
    CLI::App* const verb = add("create", "Plan what is to be run again; a draft", false);
    sign(*verb);
    verb->add_option("--node", plan_.nodes, "Where to start: a dataset or job; repeat it");
    verb->add_option("--direction", plan_.direction, "From there [downstream]")
        ->check(CLI::IsMember({"none", "downstream", "upstream"}));
    verb->add_option("--change", plan_.changes, "Only what this change makes stale; repeat it");
    verb->add_option("--include", plan_.include, "Which partitions; all three by default")
        ->delimiter(',')
        ->check(CLI::IsMember({"stale", "missing", "maybe"}));
    verb->add_flag("--no-refresh", plan_.no_refresh, "Without what is due for a refresh window");
    verb->add_option("--until", plan_.until, "Only partitions whose interval ended by then");
    verb->add_option("--budget-partitions", plan_.budget_partitions, "At most so many");
    verb->add_option("--budget-cost-micros", plan_.budget_cost_micros,
                     "At most so much, in millionths of the currency");
    verb->add_option("--budget-duration-ms", plan_.budget_duration_ms, "At most so much work");
    verb->add_option("--name", plan_.name, "For people");
    verb->add_option("--environment", plan_.environment, "Production if not given");
    verb->add_option("--partitions-per-task", plan_.partitions_per_task, "At most [100]");
    verb->add_option("--attempts", plan_.attempts, "Of one partition at most [3]");
    verb->add_option("--lease-ms", plan_.lease_ms, "Without a heartbeat [300000]");
    verb->add_option("--tolerance", plan_.tolerance, "Growth without new approval [1.5]");
    verb->add_option("--webhook", plan_.webhook, "Where work is announced");
    verb->add_option("--webhook-secret", plan_.webhook_secret, "Of its signature")
        ->envname("HEADWATER_WEBHOOK_SECRET");
    verb->add_flag("--dry-run", plan_.dry_run, "Show it and keep nothing");
  }

  void add_lease() {
    CLI::App* const lease = add("lease", "Take work from a plan", true);
    lease->add_option("--worker", plan_.worker, "Who takes it")->required();
    lease->add_option("--max", plan_.max_leases, "So many leases at most [1]");
    lease->add_option("--max-partitions", plan_.max_partitions, "Of one lease");
    lease->add_option("--lease-ms", plan_.lease_ms, "Instead of the plan's");
    lease->add_option("--job", plan_.jobs, "Only work of this job; repeat it");
    lease->add_option("--request-id", plan_.request_id, "The same id gives the same answer");
    CLI::App* const heartbeat = add("heartbeat", "Say that a lease is still worked on", true);
    heartbeat->add_option("token", plan_.token, "Of the lease")->required();
    heartbeat->add_option("--lease-ms", plan_.lease_ms, "Instead of the plan's");
    CLI::App* const complete = add("complete", "Say what became of a lease", true);
    complete->add_option("token", plan_.token, "Of the lease")->required();
    complete->add_option("--state", plan_.state, "completed, failed or released")
        ->required()
        ->check(CLI::IsMember({"completed", "failed", "released"}));
    complete->add_option("--done", plan_.done, "A partition that succeeded; repeat it");
    complete->add_option("--failed", plan_.failed, "A partition that failed; repeat it");
    complete->add_option("--run", plan_.run_id, "The run that did it");
    complete->add_option("--message", plan_.message, "What went wrong");
  }

  CLI::App& app_;
  PlanCommand& plan_;
};

}  // namespace

void add_stale_options(CLI::App& command, StaleOptions& options) {
  url_option(command, options.url);
  command.add_option("node", options.node, "A dataset or job; everything if not given");
  const auto scope = [&](const char* flag, const char* value, const char* help) {
    command.add_flag_callback(
        flag, [&options, value] { options.scope = value; }, help);
  };
  scope("--downstream", "downstream", "And all that reads it");
  scope("--upstream", "upstream", "And all that it reads");
  command.add_option("--status", options.status,
                     "Only datasets with partitions of one of these, with commas");
  command.add_option("--environment", options.environment, "Production if not given");
  command.add_flag("--ranges", options.ranges, "Which partitions, not only how many");
  command.add_flag("--all", options.all, "Datasets too that are as they should be");
  const auto format = [&](const char* flag, const char* value) {
    command.add_flag_callback(
        flag, [&options, value] { options.format = value; }, "As such");
  };
  format("--json", "json");
  format("--csv", "csv");
  command
      .add_option("--fail-on", options.fail_on,
                  "Exit code 1 if there are any of these, with commas")
      ->delimiter(',')
      ->check(CLI::IsMember(
          {"stale", "missing", "maybe", "failed", "orphaned", "unknown", "unrecoverable"}));
}

void add_compare_options(CLI::App& command, CompareOptions& options) {
  url_option(command, options.url);
  command.add_option("left", options.left, "A dataset")->required();
  command.add_option("right", options.right, "A dataset; the left one if absent");
  command.add_option("--left-as-of", options.left_as_of, "The left side as of this moment");
  command.add_option("--right-as-of", options.right_as_of, "The right side as of this moment");
  command.add_option("--left-environment", options.left_environment,
                     "The left side's partitions in this environment");
  command.add_option("--right-environment", options.right_environment,
                     "The right side's partitions in this environment");
  command.add_option("--tolerance", options.tolerance, "Measures this near are equal: 0.01 is 1 %");
  command.add_option("--parts", options.parts, "schema,profile,partitions; without: all");
  command.add_flag("--json", options.json, "The server's answer as it is");
}

void add_plan_verbs(CLI::App& command, PlanCommand& plan) { PlanVerbs(command, plan).add_all(); }

}  // namespace headwater::cli
