#include "planner/plan.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "model/json.h"

namespace headwater::planner {

using model::json_quote;
using model::JsonValue;

std::string_view to_string(Basis basis) {
  switch (basis) {
    case Basis::kNone: return "none";
    case Basis::kDataset: return "dataset";
    case Basis::kKind: return "kind";
    case Basis::kAll: return "all";
  }
  return "none";
}

std::string_view to_string(Action action) {
  switch (action) {
    case Action::kRun: return "run";
    case Action::kReuse: return "reuse";
    case Action::kSkip: return "skip";
  }
  return "run";
}

std::string_view to_string(PlanState state) {
  switch (state) {
    case PlanState::kDraft: return "draft";
    case PlanState::kApproved: return "approved";
    case PlanState::kExecuting: return "executing";
    case PlanState::kPaused: return "paused";
    case PlanState::kCancelled: return "cancelled";
    case PlanState::kDone: return "done";
  }
  return "draft";
}

// ---- writing
// -------------------------------------------------------------------------------------

namespace {

// Tasks and what is left out are many: each is an array, whose places have a fixed meaning.

class Writer {
 public:
  template <class... Args>
  void format(fmt::format_string<Args...> pattern, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), pattern, std::forward<Args>(args)...);
  }
  template <class Values, class Each>
  void list(const Values& values, Each each) {
    out_.push_back('[');
    bool first = true;
    for (const auto& value : values) {
      if (!std::exchange(first, false)) out_.push_back(',');
      each(value);
    }
    out_.push_back(']');
  }
  std::string take() { return fmt::to_string(out_); }

 private:
  fmt::memory_buffer out_;
};

void write(Writer& to, const Estimate& estimate) {
  to.format("[{},{},{},{}]", estimate.p50, estimate.p90, estimate.samples,
            static_cast<int>(estimate.basis));
}

int flags_of(const Task& task) {
  return (task.definite ? 1 : 0) | (task.code ? 2 : 0) | (task.inputs ? 4 : 0) |
         (task.missing ? 8 : 0) | (task.sequential ? 16 : 0) | (task.refresh ? 32 : 0);
}

void write(Writer& to, const Task& task) {
  to.format("[{},{},{},{},{},{},{},{},{},", task.number, task.wave, task.dataset.value,
            task.job.value, task.span.lane, task.span.first, task.span.last,
            static_cast<int>(task.action), flags_of(task));
  to.list(task.upstream, [&](std::uint32_t number) { to.format("{}", number); });
  to.format(",");
  write(to, task.duration_ms);
  to.format(",");
  write(to, task.cost_micros);
  to.format(",{},{}]", task.deadline, task.probability);
}

std::string optional(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "null";
}

void write(Writer& to, const PlanOptions& o) {
  to.format(R"({{"name":{},"environment":{},"scope":)", json_quote(o.name),
            json_quote(o.environment));
  to.list(o.scope, [&](DatasetNo dataset) { to.format("{}", dataset.value); });
  to.format(R"(,"direction":{},"changes":)", static_cast<int>(o.direction));
  to.list(o.changes, [&](const PlanOptions::Change& c) { to.format("[{},{}]", c.a, c.b); });
  to.format(R"(,"stale":{},"missing":{},"maybe":{},"until":{})", o.stale, o.missing, o.maybe,
            o.until);
  if (o.refresh) to.format(R"(,"refresh":true)");  // older ones, which have none, stay as they are
  to.format(R"(,"budget_partitions":{},"budget_cost_micros":{},"budget_duration_ms":{})",
            optional(o.budget_partitions), optional(o.budget_cost_micros),
            optional(o.budget_duration_ms));
  to.format(R"(,"max_partitions_per_task":{},"max_attempts":{},"lease_ms":{},"tolerance":{})",
            o.max_partitions_per_task, o.max_attempts, o.lease_ms, o.tolerance);
  to.format(R"(,"webhook_url":{},"webhook_secret":{},"author":{},"reason":{}}})",
            json_quote(o.webhook_url), json_quote(o.webhook_secret), json_quote(o.author),
            json_quote(o.reason));
}

}  // namespace

std::string encode(const PlanDraft& draft) {
  Writer to;
  to.format(R"({{"options":)");
  write(to, draft.options);
  to.format(R"(,"pinned":{},"evaluated":{},"lower":{},"expected":{},"upper":{})",
            draft.pinned.value, draft.evaluated, draft.lower, draft.expected, draft.upper);
  to.format(R"(,"critical_path":)");
  to.list(draft.critical_path, [&](std::uint32_t number) { to.format("{}", number); });
  to.format(R"(,"critical_ms":)");
  write(to, draft.critical_ms);
  to.format(R"(,"tasks":)");
  to.list(draft.tasks, [&](const Task& task) { write(to, task); });
  to.format(R"(,"omissions":)");
  to.list(draft.omissions, [&](const Omission& o) {
    to.format("[{},{},{},{},{}]", static_cast<int>(o.why), o.dataset.value, o.span.lane,
              o.span.first, o.span.last);
  });
  to.format(R"(,"warnings":)");
  to.list(draft.warnings, [&](const PlanWarning& warning) {
    to.format("[{},{},{}]", warning.dataset.value, json_quote(warning.code),
              json_quote(warning.message));
  });
  to.format("}}");
  return to.take();
}

// ---- reading
// -------------------------------------------------------------------------------------

namespace {

std::uint32_t small(std::int64_t value) { return static_cast<std::uint32_t>(value); }

std::vector<JsonValue> elements(const JsonValue& array) {
  std::vector<JsonValue> out;
  array.elements([&](const JsonValue& value) { out.push_back(value); });
  return out;
}

// `count` of them; what is absent is absent.
std::vector<JsonValue> elements(const JsonValue& array, std::size_t count) {
  std::vector<JsonValue> out = elements(array);
  out.resize(count);
  return out;
}

std::int64_t integer(const JsonValue& value) { return value.integer().value_or(0); }
std::string text(const JsonValue& value) { return value.string().value_or(""); }

std::vector<std::uint32_t> numbers(const JsonValue& array) {
  std::vector<std::uint32_t> out;
  array.elements([&](const JsonValue& value) { out.push_back(small(integer(value))); });
  return out;
}

Estimate read_estimate(const JsonValue& array) {
  const auto parts = elements(array, 4);
  return {integer(parts[0]), integer(parts[1]), small(integer(parts[2])),
          static_cast<Basis>(integer(parts[3]))};
}

Task read_task(const JsonValue& array) {
  const auto parts = elements(array, 14);
  Task out;
  out.number = small(integer(parts[0]));
  out.wave = small(integer(parts[1]));
  out.dataset = DatasetNo{small(integer(parts[2]))};
  out.job = NodeId{small(integer(parts[3]))};
  out.span = {small(integer(parts[4])), integer(parts[5]), integer(parts[6])};
  out.action = static_cast<Action>(integer(parts[7]));
  const std::int64_t flags = integer(parts[8]);
  out.definite = (flags & 1) != 0;
  out.code = (flags & 2) != 0;
  out.inputs = (flags & 4) != 0;
  out.missing = (flags & 8) != 0;
  out.sequential = (flags & 16) != 0;
  out.refresh = (flags & 32) != 0;
  out.upstream = numbers(parts[9]);
  out.duration_ms = read_estimate(parts[10]);
  out.cost_micros = read_estimate(parts[11]);
  out.deadline = integer(parts[12]);
  out.probability = parts[13].number().value_or(1);
  return out;
}

PlanOptions read_options(const JsonValue& json) {
  const auto get = [&](std::string_view name) { return json.get(name); };
  PlanOptions out;
  out.name = text(get("name"));
  out.environment = text(get("environment"));
  for (const std::uint32_t number : numbers(get("scope"))) out.scope.push_back(DatasetNo{number});
  out.direction = static_cast<PlanOptions::Direction>(integer(get("direction")));
  get("changes").elements([&](const JsonValue& change) {
    const auto parts = elements(change, 2);
    out.changes.push_back({integer(parts[0]), integer(parts[1])});
  });
  out.stale = get("stale").boolean().value_or(true);
  out.refresh = get("refresh").boolean().value_or(false);  // older ones have no such tasks
  out.missing = get("missing").boolean().value_or(true);
  out.maybe = get("maybe").boolean().value_or(true);
  out.until = integer(get("until"));
  out.budget_partitions = get("budget_partitions").integer();
  out.budget_cost_micros = get("budget_cost_micros").integer();
  out.budget_duration_ms = get("budget_duration_ms").integer();
  out.max_partitions_per_task = integer(get("max_partitions_per_task"));
  out.max_attempts = static_cast<std::int32_t>(integer(get("max_attempts")));
  out.lease_ms = integer(get("lease_ms"));
  out.tolerance = get("tolerance").number().value_or(0);
  out.webhook_url = text(get("webhook_url"));
  out.webhook_secret = text(get("webhook_secret"));
  out.author = text(get("author"));
  out.reason = text(get("reason"));
  return out;
}

}  // namespace

PlanDraft decode_draft(std::string_view json) {
  const model::JsonDocument document(json);
  const JsonValue root = document.root();
  PlanDraft out;
  out.options = read_options(root.get("options"));
  out.pinned = model::Seq{static_cast<std::uint64_t>(integer(root.get("pinned")))};
  out.evaluated = integer(root.get("evaluated"));
  out.lower = integer(root.get("lower"));
  out.expected = integer(root.get("expected"));
  out.upper = integer(root.get("upper"));
  out.critical_path = numbers(root.get("critical_path"));
  out.critical_ms = read_estimate(root.get("critical_ms"));
  root.get("tasks").elements([&](const JsonValue& task) { out.tasks.push_back(read_task(task)); });
  root.get("omissions").elements([&](const JsonValue& omission) {
    const auto parts = elements(omission, 5);
    out.omissions.push_back({static_cast<Omission::Why>(integer(parts[0])),
                             DatasetNo{small(integer(parts[1]))},
                             {small(integer(parts[2])), integer(parts[3]), integer(parts[4])}});
  });
  root.get("warnings").elements([&](const JsonValue& warning) {
    const auto parts = elements(warning, 3);
    out.warnings.push_back({DatasetNo{small(integer(parts[0]))}, text(parts[1]), text(parts[2])});
  });
  return out;
}

}  // namespace headwater::planner
