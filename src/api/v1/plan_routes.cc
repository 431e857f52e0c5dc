// Plans: made, listed, decided about. docs/plan-execution.md.

#include <utility>

#include "api/v1/body.h"
#include "api/v1/decide.h"
#include "api/v1/pages.h"
#include "api/v1/partition_query.h"
#include "api/v1/plan_body.h"
#include "api/v1/plan_reading.h"
#include "api/v1/planner_body.h"
#include "planner/environment.h"
#include "planner/plan_decisions.h"
#include "planner/plan_sources.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;
using dto::JsonWriter;
using model::JsonValue;
using planner::PlanInfo;

Result<std::size_t> max_ranges(Context& context) {
  HW_TRY(const std::int64_t most,
         number_parameter(context, "max_ranges", kDefaultRanges, {0, kMaxRanges}));
  return static_cast<std::size_t>(most);
}

Answer plan_response(Context& context, PlanReading& reading, const PlanInfo& plan, int status) {
  HW_TRY(const std::size_t ranges, max_ranges(context));
  JsonWriter json;
  dto::write_plan(json, plan, reading.names(), {reading.seq, false, ranges});
  return json_response(json.take(), status);
}

Answer show_plan(Context& context, model::Seq id, int status) {
  HW_TRY(PlanReading reading, open_plans(context));
  HW_TRY(const PlanInfo plan, planner::find_plan(reading.rows(), id));
  return plan_response(context, reading, plan, status);
}

// ---- making one ---------------------------------------------------------------------------------

// The reading is of the environment from here on.
Result<void> enter(Context& context, PartitionReading& reading, const std::string& environment) {
  if (environment.empty()) return {};
  storage::Reader& rows = reading.session.rows();
  context.details.pointer = "/environment";
  HW_TRY(reading.environment, planner::find_environment(rows, environment));
  context.details.pointer.clear();
  HW_TRY(reading.environment_writes,
         planner::environment_writes(rows, reading.environment->number));
  HW_TRY(reading.state, planner::environment_state(*reading.state, rows, *reading.environment));
  return {};
}

Result<planner::PlanDraft> work_out(Context& context, PartitionReading& reading,
                                    const JsonValue& body) {
  HW_TRY(const planner::PlanOptions options, read_plan_options(context, body, reading));
  HW_CHECK_OK(enter(context, reading, options.environment));
  HW_TRY(const auto staleness, staleness_of(context, reading));
  planner::StoredSources stored(reading.session.rows(), staleness,
                                context.services.dependencies.planner->changes());
  const planner::PlanSources sources = stored.sources();
  const auto history = reading.history();
  return planner::make_plan(*staleness,
                            {*history, sources.costs, sources.changes, sources.standing}, options,
                            [cancel = context.cancel] { return cancel.cancelled(); });
}

// What it would be, had it been kept at this moment.
Answer show_dry(Context& context, PartitionReading& reading, planner::PlanDraft draft) {
  HW_TRY(const std::size_t ranges, max_ranges(context));
  PlanInfo plan;
  plan.summary = planner::summarize(draft.tasks);
  HW_TRY(plan.summary.decisions, planner::decisions_in_force(reading.session.rows(), draft.pinned));
  plan.row.created_at = plan.row.updated_at = context.services.queries().clock().now();
  plan.row.upper = draft.upper;
  plan.row.total = plan.summary.partitions;
  plan.row.author = draft.options.author;
  plan.row.reason = draft.options.reason;
  plan.draft = std::move(draft);
  const dto::PlanNames names{*reading.state, [&reading](model::NodeId node) {
                               return reading.name_of(reading.session.graph().canonical(node));
                             }};
  JsonWriter json;
  dto::write_plan(json, plan, names, {context.pinned, true, ranges});
  return json_response(json.take());
}

void post_plan(const ContextPtr& context, Reply reply) {
  struct Asked {
    bool dry_run = false;
    planner::PlanDraft draft;
    std::optional<PartitionReading> reading;
  };
  const auto ask = [&]() -> Result<Asked> {
    HW_TRY(const JsonValue body, json_object(*context));
    Asked out;
    const JsonValue dry_run = body.get("dry_run");
    if (dry_run.present() && !dry_run.boolean()) {
      return invalid_member(*context, "/dry_run", "dry_run must be true or false.");
    }
    out.dry_run = dry_run.boolean().value_or(false);
    HW_CHECK_OK(max_ranges(*context));
    context->pinned = context->services.queries().published();
    HW_TRY(out.reading, open_partitions(*context));
    HW_TRY(out.draft, work_out(*context, *out.reading, body));
    return out;
  };
  auto asked = ask();
  if (!asked) return respond(*context, *reply, std::move(asked).error());
  if (asked->dry_run) {
    return respond(*context, *reply, show_dry(*context, *asked->reading, std::move(asked->draft)));
  }
  asked->reading.reset();
  decide(context, std::move(reply), planner_decision(planner::put_plan(asked->draft)),
         [](Context& later, const ingest::Receipt& receipt) {
           return show_plan(later, receipt.seq, 201);
         });
}

// ---- reading ------------------------------------------------------------------------------------

Answer get_plan(Context& context) {
  HW_TRY(PlanReading reading, open_plans(context));
  HW_TRY(const PlanInfo plan, plan_in_path(context, reading));
  return plan_response(context, reading, plan, 200);
}

Answer get_plans(Context& context) {
  HW_TRY(Paging paging, next_paging(context, 1));
  HW_TRY(const std::size_t ranges, max_ranges(context));
  std::optional<planner::PlanState> state;
  if (const std::string* text = context.request.query_value("state")) {
    state = planner::plan_state(*text);
    if (!state) {
      return invalid_parameter(context, "state",
                               "must be draft, approved, executing, paused, cancelled or done.");
    }
  }
  model::Seq before = model::kNeverSeq;
  if (paging.after) {
    const auto number = dto::read_cursor_number(paging.after->front());
    if (!number) return wrong_cursor(context);
    before = model::Seq{static_cast<std::uint64_t>(*number)};
  }
  HW_TRY(PlanReading reading, open_plans(context));
  // One more tells whether there are more.
  HW_TRY(auto plans, planner::list_plans(reading.rows(), state, before, paging.page.limit + 1));
  std::optional<model::Seq> next;
  if (plans.size() > paging.page.limit) {
    plans.pop_back();
    next = plans.back().row.id;
  }
  const dto::PlanNames names = reading.names();
  JsonWriter json;
  json.begin_object().key("plans").begin_array();
  for (const PlanInfo& plan : plans)
    dto::write_plan(json, plan, names, {reading.seq, false, ranges});
  json.end_array().key("next");
  json.text_or_null(next_cursor(paging, next, [](model::Seq seq) {
    return dto::CursorFields{dto::cursor_number(static_cast<std::int64_t>(seq.value))};
  }));
  json.end_object();
  return json_response(json.take());
}

Answer get_tasks(Context& context) {
  HW_TRY(Paging paging, next_paging(context, 1));
  std::optional<planner::TaskState> state;
  if (const std::string* text = context.request.query_value("state")) {
    state = planner::task_state(*text);
    if (!state) {
      return invalid_parameter(context, "state",
                               "must be pending, ready, leased, done, failed or blocked.");
    }
  }
  std::uint32_t after = 0;
  if (paging.after) {
    const auto number = dto::read_cursor_number(paging.after->front());
    if (!number || *number < 0 || *number > UINT32_MAX) return wrong_cursor(context);
    after = static_cast<std::uint32_t>(*number);
  }
  HW_TRY(PlanReading reading, open_plans(context));
  HW_TRY(const PlanInfo plan, plan_in_path(context, reading));
  HW_TRY(auto tasks,
         planner::list_tasks(reading.rows(), plan.row.id, state, after, paging.page.limit + 1));
  std::optional<std::uint32_t> next;
  if (tasks.size() > paging.page.limit) {
    tasks.pop_back();
    next = tasks.back().task.number;
  }
  const dto::PlanNames names = reading.names();
  const base::Micros now = context.services.queries().clock().now();
  JsonWriter json;
  json.begin_object().key("tasks").begin_array();
  for (const planner::TaskInfo& task : tasks) dto::write_task(json, task, names, now);
  json.end_array().key("next");
  json.text_or_null(next_cursor(paging, next, [](std::uint32_t number) {
    return dto::CursorFields{dto::cursor_number(number)};
  }));
  json.end_object();
  return json_response(json.take());
}

// ---- decisions ----------------------------------------------------------------------------------

// `tasks`, of a retry.
Result<std::vector<std::uint32_t>> task_numbers(Context& context, const JsonValue& body) {
  std::vector<std::uint32_t> out;
  const JsonValue tasks = body.get("tasks");
  if (!tasks.present() || tasks.is_null()) return out;
  bool good = tasks.is_array();
  tasks.elements([&](const JsonValue& number) {
    const std::int64_t value = number.integer().value_or(0);
    good = good && value >= 1 && value <= static_cast<std::int64_t>(planner::kMaxPlanTasks);
    if (good) out.push_back(static_cast<std::uint32_t>(value));
  });
  if (good) return out;
  return invalid_member(context, "/tasks", "tasks must be numbers of tasks of the plan.");
}

Result<ingest::Decision> read_move(Context& context, planner::PlanMove move, model::Seq* id) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(const Signed who, signed_body(context, body));
  std::vector<std::uint32_t> tasks;
  if (move == planner::PlanMove::kRetry) {
    HW_TRY(tasks, task_numbers(context, body));
  }
  context.pinned = context.services.queries().published();
  HW_TRY(PlanReading reading, open_plans(context));
  HW_TRY(const PlanInfo plan, plan_in_path(context, reading));
  *id = plan.row.id;
  return planner_decision(planner::move_plan(move, plan.row.id, who.author, who.reason, tasks));
}

HandleReply post_move(planner::PlanMove move) {
  return [move](const ContextPtr& context, Reply reply) {
    model::Seq id;
    auto decision = read_move(*context, move, &id);
    if (!decision) return respond(*context, *reply, std::move(decision).error());
    decide(context, std::move(reply), *std::move(decision),
           [id](Context& later, const ingest::Receipt&) { return show_plan(later, id, 200); });
  };
}

}  // namespace

std::vector<ApiRoute> plan_routes() {
  using http::Method;
  using planner::PlanMove;
  const auto get = [](std::string_view path, Handle handle) {
    return ApiRoute{Method::kGet, path, {std::move(handle), {}, Pin::kYes}};
  };
  const auto post = [](std::string_view path, HandleReply handle) {
    return ApiRoute{Method::kPost, path, {{}, shared(std::move(handle)), Pin::kNo}};
  };
  return {post("/api/v1/plans", post_plan),
          get("/api/v1/plans", get_plans),
          get("/api/v1/plans/{id}", get_plan),
          get("/api/v1/plans/{id}/tasks", get_tasks),
          post("/api/v1/plans/{id}/approve", post_move(PlanMove::kApprove)),
          post("/api/v1/plans/{id}/pause", post_move(PlanMove::kPause)),
          post("/api/v1/plans/{id}/resume", post_move(PlanMove::kResume)),
          post("/api/v1/plans/{id}/cancel", post_move(PlanMove::kCancel)),
          post("/api/v1/plans/{id}/retry", post_move(PlanMove::kRetry))};
}

}  // namespace headwater::api::v1
