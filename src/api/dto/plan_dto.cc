#include "api/dto/plan_dto.h"

#include <array>
#include <charconv>
#include <map>
#include <vector>

#include "api/dto/partition_dto.h"
#include "base/hash.h"

namespace headwater::api::dto {

using planner::Estimate;
using planner::Omission;
using planner::PlanInfo;
using planner::PlanOptions;

namespace {

void write_end(JsonWriter& json, base::Micros end) {
  json.time_or_null(end == model::kOpenEnd ? std::nullopt : std::optional(end));
}

std::optional<std::string> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

void number_or_null(JsonWriter& json, std::string_view name, std::optional<std::int64_t> value) {
  json.key(name);
  if (value) {
    json.number(*value);
  } else {
    json.null();
  }
}

void percentile_members(JsonWriter& json, const Estimate& estimate) {
  const auto known = [](std::int64_t value) {
    return value == Estimate::kNotKnown ? std::nullopt : std::optional(value);
  };
  number_or_null(json, "p50", known(estimate.p50));
  number_or_null(json, "p90", known(estimate.p90));
}

void write_percentiles(JsonWriter& json, const Estimate& estimate) {
  json.begin_object();
  percentile_members(json, estimate);
  json.end_object();
}

void write_sampled(JsonWriter& json, const Estimate& estimate, bool basis, bool amount) {
  json.begin_object();
  percentile_members(json, estimate);
  json.key("samples").number(estimate.samples);
  if (basis) json.key("basis").text(to_string(estimate.basis));
  if (amount) json.key("currency").null();  // as the runs reported it, whatever it is
  json.end_object();
}

// The shortest text that reads back as the same number.
void write_number(JsonWriter& json, double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  json.raw({text.data(), static_cast<std::size_t>(end - text.data())});
}

std::string_view direction_text(PlanOptions::Direction direction) {
  switch (direction) {
    case PlanOptions::Direction::kNone: return "none";
    case PlanOptions::Direction::kDownstream: return "downstream";
    case PlanOptions::Direction::kUpstream: return "upstream";
  }
  return "none";
}

void write_scope(JsonWriter& json, const PlanOptions& options, const PlanNames& names) {
  json.key("scope");
  if (options.scope.empty()) {
    json.null();
    return;
  }
  json.begin_object().key("nodeIds").begin_array();
  for (const planner::DatasetNo dataset : options.scope) json.text(names.dataset(dataset));
  json.end_array().key("direction").text(direction_text(options.direction)).end_object();
}

void write_budget(JsonWriter& json, const PlanOptions& options) {
  json.key("budget");
  if (!options.budget_partitions && !options.budget_cost_micros && !options.budget_duration_ms) {
    json.null();
    return;
  }
  json.begin_object();
  number_or_null(json, "partitions", options.budget_partitions);
  number_or_null(json, "cost_micros", options.budget_cost_micros);
  number_or_null(json, "duration_ms", options.budget_duration_ms);
  json.end_object();
}

void write_options(JsonWriter& json, const PlanInfo& plan, const PlanNames& names) {
  const PlanOptions& options = plan.draft.options;
  json.key("options").begin_object().key("name").text_or_null(given(options.name));
  write_scope(json, options, names);
  json.key("changes").begin_array();
  for (const PlanOptions::Change& change : options.changes) {
    json.text(change_id_text({change.a, change.b}));
  }
  json.end_array().key("include").begin_array();
  if (options.stale) json.text("stale");
  if (options.missing) json.text("missing");
  if (options.maybe) json.text("maybe");
  json.end_array().key("refresh").boolean(options.refresh).key("until");
  write_end(json, options.until);
  write_budget(json, options);
  json.key("environment").text_or_null(given(options.environment));
  json.key("max_partitions_per_task").number(options.max_partitions_per_task);
  json.key("max_attempts").number(options.max_attempts);
  json.key("lease_ms").number(options.lease_ms).key("tolerance");
  write_number(json, options.tolerance);
  json.key("webhook");
  if (options.webhook_url.empty()) {
    json.null();
  } else {
    json.begin_object().key("url").text(options.webhook_url);
    json.key("off").text_or_null(plan.webhook_off).end_object();
  }
  json.key("author").text(options.author).key("reason").text_or_null(given(options.reason));
  json.end_object();
}

void write_totals(JsonWriter& json, const PlanInfo& plan) {
  const planner::PlanSummary& s = plan.summary;
  json.key("totals").begin_object().key("tasks").number(s.tasks);
  json.key("waves").number(static_cast<std::int64_t>(s.waves.size()));
  json.key("partitions").number(s.partitions).key("datasets").number(s.datasets);
  json.key("run").number(s.run).key("reuse").number(s.reuse).key("skip").number(s.skip);
  json.key("definite").number(s.definite).key("maybe").number(s.maybe).key("duration_ms");
  write_sampled(json, s.duration_ms, false, false);
  json.key("cost_micros");
  write_sampled(json, s.cost_micros, false, true);
  json.key("lower").number(plan.draft.lower).key("expected").number(plan.draft.expected);
  json.key("upper").number(plan.draft.upper).end_object();
}

void write_shape(JsonWriter& json, const PlanInfo& plan) {
  json.key("critical_path").begin_object().key("duration_ms");
  write_percentiles(json, plan.draft.critical_ms);
  json.key("tasks").begin_array();
  for (const std::uint32_t task : plan.draft.critical_path) json.number(task);
  json.end_array().end_object().key("waves").begin_array();
  for (const planner::PlanSummary::Wave& wave : plan.summary.waves) {
    json.begin_object().key("wave").number(wave.wave).key("tasks").number(wave.tasks);
    json.key("partitions").number(wave.partitions).key("duration_ms");
    write_percentiles(json, wave.duration_ms);
    json.end_object();
  }
  json.end_array();
}

// By dataset and reason; how many lists were cut short.
std::int64_t write_omissions(JsonWriter& json, const PlanInfo& plan, const PlanNames& names,
                             bool unrecoverable, std::size_t max_ranges) {
  using Key = std::pair<planner::DatasetNo, Omission::Why>;
  std::map<Key, std::vector<planner::Span>> lists;
  for (const Omission& omission : plan.draft.omissions) {
    if ((omission.why == Omission::Why::kUnrecoverable) != unrecoverable) continue;
    lists[{omission.dataset, omission.why}].push_back(omission.span);
  }
  std::int64_t cut = 0;
  json.begin_array();
  for (const auto& [key, spans] : lists) {
    json.begin_object().key("nodeId").text(names.dataset(key.first)).key("ranges").begin_array();
    for (std::size_t i = 0; i < spans.size() && i < max_ranges; ++i) {
      write_key_range(json, *names.state.segment(key.first).space, spans[i]);
    }
    if (spans.size() > max_ranges) ++cut;
    json.end_array().key("reason");
    json.text(key.second == Omission::Why::kBudget          ? "budget"
              : key.second == Omission::Why::kUnrecoverable ? "unrecoverable"
                                                            : "upstream_left_out");
    json.end_object();
  }
  json.end_array();
  return cut;
}

std::string_view reason_of(const planner::Task& task) {
  if (task.missing) return "missing";
  if (task.code && task.inputs) return "code_and_inputs";
  if (task.refresh) return "refresh";
  return task.code ? "code" : task.inputs ? "inputs" : "maybe";
}

}  // namespace

void write_progress(JsonWriter& json, const storage::PlanCounts& counts, std::int64_t pending) {
  json.begin_object().key("done").number(counts.done + counts.told);
  json.key("skipped").number(counts.skipped).key("running").number(counts.running);
  json.key("failed").number(counts.failed).key("blocked").number(counts.blocked);
  json.key("pending").number(pending).end_object();
}

namespace {

// Of a plan: what nothing of it keeps back, and what that waits for.
void write_waiting(JsonWriter& json, const storage::PlanRow& row) {
  json.key("waiting").begin_object().key("inputs").number(row.wait_inputs);
  json.key("quiet").number(row.wait_quiet).key("until");
  write_end(json, row.wakes_at);
  json.end_object();
}

void write_waiting(JsonWriter& json, const planner::TaskInfo& info, const PlanNames& names) {
  json.key("waiting").begin_array();
  for (const planner::TaskWait& wait : info.waiting) {
    json.begin_object().key("for").text(to_string(wait.why));
    json.key("nodeId").text(names.dataset(wait.upstream)).key("partitions").number(wait.partitions);
    json.key("first").text(names.key(info.task.dataset, {info.task.span.lane, wait.first}));
    json.key("until");
    write_end(json, wait.until);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void write_plan(JsonWriter& json, const PlanInfo& plan, const PlanNames& names,
                const PlanPage& page) {
  const storage::PlanRow& row = plan.row;
  json.begin_object().key("id");
  json.text_or_null(page.dry_run ? std::nullopt : std::optional(std::to_string(row.id.value)));
  json.key("name").text_or_null(given(plan.draft.options.name));
  json.key("state").text(to_string(plan.state()));
  json.key("outgrown").boolean(plan.outgrown());
  json.key("author").text(plan.draft.options.author);
  json.key("reason").text_or_null(given(plan.draft.options.reason));
  json.key("decided").begin_object().key("author").text(row.author);
  json.key("reason").text_or_null(given(row.reason)).end_object();
  json.key("created_at").time(row.created_at).key("updated_at").time(row.updated_at);
  json.key("seq").number(static_cast<std::int64_t>(page.seq.value));
  json.key("pinned").begin_object();
  json.key("seq").number(static_cast<std::int64_t>(plan.draft.pinned.value));
  json.key("evaluated_at").time(plan.draft.evaluated);
  json.key("decisions").number(plan.summary.decisions).end_object();
  json.key("environment").text_or_null(given(plan.draft.options.environment));
  write_options(json, plan, names);
  write_totals(json, plan);
  write_shape(json, plan);
  json.key("progress");
  write_progress(json, row.counts, plan.pending());
  write_waiting(json, row);
  json.key("left_out");
  std::int64_t cut = write_omissions(json, plan, names, false, page.max_ranges);
  json.key("unrecoverable");
  cut += write_omissions(json, plan, names, true, page.max_ranges);
  json.key("warnings").begin_array();
  for (const planner::PlanWarning& warning : plan.draft.warnings) {
    json.begin_object().key("nodeId");
    json.text_or_null(warning.dataset ? std::optional(names.dataset(warning.dataset))
                                      : std::nullopt);
    json.key("code").text(warning.code).key("message").text(warning.message).end_object();
  }
  json.end_array().key("complete").boolean(cut == 0).key("cut");
  if (cut == 0) {
    json.null();
  } else {
    json.begin_object().key("reason").text("max_ranges").key("frontier_count").number(cut);
    json.key("limit").number(static_cast<std::int64_t>(page.max_ranges)).end_object();
  }
  json.end_object();
}

void write_task(JsonWriter& json, const planner::TaskInfo& info, const PlanNames& names,
                base::Micros now) {
  const planner::Task& task = info.task;
  const auto key = [&](std::int64_t index) {
    return names.key(task.dataset, {task.span.lane, index});
  };
  json.begin_object().key("task").number(task.number).key("wave").number(task.wave);
  json.key("nodeId").text(names.dataset(task.dataset)).key("job");
  json.text_or_null(task.job ? std::optional(names.node(task.job)) : std::nullopt);
  json.key("action").text(to_string(task.action));
  json.key("first").text(key(task.span.first)).key("last").text(key(task.span.last));
  json.key("count").number(task.count()).key("definite").boolean(task.definite);
  json.key("reason").text(reason_of(task)).key("sequential").boolean(task.sequential);
  json.key("upstream").begin_array();
  for (const std::uint32_t upstream : task.upstream) json.number(upstream);
  json.end_array().key("duration_ms");
  write_sampled(json, task.duration_ms, true, false);
  json.key("cost_micros");
  write_sampled(json, task.cost_micros, true, true);
  json.key("deadline");
  write_end(json, task.deadline);
  json.key("probability");
  write_number(json, task.probability);
  json.key("state").text(to_string(info.state())).key("progress");
  write_progress(json, info.progress.counts, info.pending());
  write_waiting(json, info, names);
  json.key("attempts").number(info.progress.attempts).key("leases").begin_array();
  for (const storage::PlanLeaseRow& lease : info.leases) {
    if (lease.expires_at <= now) continue;
    json.begin_object().key("token").text(planner::to_text({lease.seq, lease.n}));
    json.key("worker").text(lease.worker).key("first").text(key(lease.first));
    json.key("last").text(key(lease.last)).key("expires_at").time(lease.expires_at).end_object();
  }
  json.end_array().end_object();
}

void write_lease_members(JsonWriter& json, const storage::PlanLeaseRow& lease,
                         const planner::Task& task, std::string_view environment,
                         const PlanNames& names) {
  const auto key = [&](std::int64_t index) {
    return names.key(task.dataset, {task.span.lane, index});
  };
  json.key("token").text(planner::to_text({lease.seq, lease.n}));
  json.key("plan").text(std::to_string(lease.plan.value)).key("task").number(lease.task);
  json.key("nodeId").text(names.dataset(task.dataset)).key("job");
  json.text_or_null(task.job ? std::optional(names.node(task.job)) : std::nullopt);
  json.key("first").text(key(lease.first)).key("last").text(key(lease.last));
  json.key("keys").begin_array();
  for (std::int64_t index = lease.first; index <= lease.last; ++index) json.text(key(index));
  json.end_array().key("count").number(lease.last - lease.first + 1);
  json.key("attempt").number(lease.attempt).key("expires_at").time(lease.expires_at);
  json.key("environment");
  json.text_or_null(given(std::string(environment)));
  json.key("desired").text(base::to_hex(lease.desired));
}

}  // namespace headwater::api::dto
