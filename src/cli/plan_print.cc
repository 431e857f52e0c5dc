#include "cli/plan_print.h"

#include <cstdio>

#include "cli/table.h"

namespace headwater::cli {

using model::JsonValue;

namespace {

std::string text_of(const JsonValue& json, std::string_view name) {
  return json.get(name).string().value_or("");
}

std::int64_t number_of(const JsonValue& json, std::string_view name) {
  return json.get(name).integer().value_or(0);
}

std::string count_text(const JsonValue& json, std::string_view name) {
  return std::to_string(number_of(json, name));
}

// "12 min (p90 20 min, 14 runs)"
std::string durations_text(const JsonValue& duration) {
  const auto p50 = duration.get("p50").integer(), p90 = duration.get("p90").integer();
  if (!p50) return "not known";
  std::string out = duration_text(*p50);
  if (p90) out += " (p90 " + duration_text(*p90);
  if (const auto samples = duration.get("samples").integer(); samples && p90) {
    out += ", " + std::to_string(*samples) + " runs";
  }
  return p90 ? out + ")" : out;
}

std::string amount_text(const JsonValue& cost) {
  const auto p50 = cost.get("p50").integer();
  if (!p50) return "not known";
  char text[48];
  std::snprintf(text, sizeof text, "%.2f", static_cast<double>(*p50) / 1e6);
  const std::string currency = text_of(cost, "currency");
  return text + (currency.empty() ? "" : " " + currency);
}

std::string range_text(const JsonValue& range) {
  const std::string first = text_of(range, "first"), last = text_of(range, "last");
  return first == last ? first : first + " .. " + last;
}

// Of `left_out` and `unrecoverable`.
std::string omitted_text(const char* title, const JsonValue& omitted) {
  Table table({title, "PARTITIONS", "REASON"});
  omitted.elements([&](const JsonValue& one) {
    one.get("ranges").elements([&](const JsonValue& range) {
      table.add({short_id(text_of(one, "nodeId")), range_text(range), text_of(one, "reason")});
    });
  });
  return table.empty() ? "" : "\n" + table.text();
}

std::string waves_text(const JsonValue& waves) {
  Table table({">WAVE", ">TASKS", ">PARTITIONS", "DURATION"});
  waves.elements([&](const JsonValue& wave) {
    table.add({count_text(wave, "wave"), count_text(wave, "tasks"), count_text(wave, "partitions"),
               durations_text(wave.get("duration_ms"))});
  });
  return table.empty() ? "" : "\n" + table.text();
}

std::string progress_text(const JsonValue& progress) {
  std::string out;
  for (const char* name : {"done", "skipped", "running", "failed", "blocked", "pending"}) {
    if (number_of(progress, name) == 0) continue;
    out += (out.empty() ? "" : ", ") + count_text(progress, name) + " " + name;
  }
  return out.empty() ? "nothing to do" : out;
}

// What the plan itself does not keep back; nothing where nothing waits.
std::string waiting_text(const JsonValue& waiting) {
  std::string out;
  if (number_of(waiting, "inputs") != 0) out = count_text(waiting, "inputs") + " for inputs";
  if (number_of(waiting, "quiet") != 0) {
    out += (out.empty() ? "" : ", ") + count_text(waiting, "quiet") + " for a quiet period";
    const std::string until = text_of(waiting, "until");
    if (!until.empty()) out += " (the first ends " + until + ")";
  }
  return out.empty() ? "" : "waiting: " + out + "\n";
}

// "inputs of orders (3)" and so on.
std::string waiting_for_text(const JsonValue& waiting) {
  std::string out;
  waiting.elements([&](const JsonValue& wait) {
    out += (out.empty() ? "" : ", ") + text_of(wait, "for") + " of " +
           short_id(text_of(wait, "nodeId")) + " (" + count_text(wait, "partitions") + ")";
    const std::string until = text_of(wait, "until");
    if (!until.empty()) out += " until " + until;
  });
  return out;
}

}  // namespace

std::string plan_text(const JsonValue& plan) {
  const JsonValue totals = plan.get("totals");
  const std::string id = text_of(plan, "id"), name = text_of(plan, "name");
  std::string out = (id.empty() ? "dry run" : "plan " + id) + ": " + text_of(plan, "state");
  if (!name.empty()) out += ", " + name;
  out += "\n" + count_text(totals, "partitions") + " partitions of " +
         count_text(totals, "datasets") + " datasets in " + count_text(totals, "tasks") +
         " tasks, " + count_text(totals, "waves") + " waves: " + count_text(totals, "run") +
         " to run, " + count_text(totals, "reuse") + " to reuse, " + count_text(totals, "skip") +
         " to skip\n";
  out += "to be run: " + count_text(totals, "lower") + " for certain, " +
         count_text(totals, "expected") + " expected, " + count_text(totals, "upper") +
         " at most\n";
  out += "duration: " + durations_text(totals.get("duration_ms")) + " of work, " +
         durations_text(plan.get("critical_path").get("duration_ms")) +
         " along the critical path\ncost: " + amount_text(totals.get("cost_micros")) + "\n";
  out += "progress: " + progress_text(plan.get("progress")) + "\n";
  out += waiting_text(plan.get("waiting"));
  out += waves_text(plan.get("waves"));
  out += omitted_text("LEFT OUT", plan.get("left_out"));
  out += omitted_text("UNRECOVERABLE", plan.get("unrecoverable"));
  Table warnings({"WARNING", "DATASET", ""});
  plan.get("warnings").elements([&](const JsonValue& warning) {
    warnings.add({text_of(warning, "code"), short_id(text_of(warning, "nodeId")),
                  text_of(warning, "message")});
  });
  if (!warnings.empty()) out += "\n" + warnings.text();
  if (plan.get("complete").boolean().value_or(true)) return out;
  return out + "\nNOT COMPLETE: cut by " + text_of(plan.get("cut"), "reason") + "\n";
}

std::string plans_text(const std::vector<std::string>& plans) {
  Table table({"PLAN", "STATE", "NAME", ">TASKS", ">PARTITIONS", "PROGRESS", "AUTHOR"});
  for (const std::string& text : plans) {
    const JsonValue plan(text);
    table.add({text_of(plan, "id"), text_of(plan, "state"), text_of(plan, "name"),
               count_text(plan.get("totals"), "tasks"),
               count_text(plan.get("totals"), "partitions"), progress_text(plan.get("progress")),
               text_of(plan, "author")});
  }
  return table.text();
}

std::string tasks_text(const std::vector<std::string>& tasks) {
  Table table({">TASK", ">WAVE", "STATE", "ACTION", "DATASET", "PARTITIONS", ">COUNT", "REASON",
               "DURATION", "WAITS FOR"});
  for (const std::string& text : tasks) {
    const JsonValue task(text);
    table.add({count_text(task, "task"), count_text(task, "wave"), text_of(task, "state"),
               text_of(task, "action"), short_id(text_of(task, "nodeId")), range_text(task),
               count_text(task, "count"), text_of(task, "reason"),
               durations_text(task.get("duration_ms")), waiting_for_text(task.get("waiting"))});
  }
  return table.text();
}

std::string leases_text(const JsonValue& answer) {
  Table table({"TOKEN", ">TASK", "DATASET", "PARTITIONS", ">COUNT", ">ATTEMPT", "EXPIRES"});
  answer.get("leases").elements([&](const JsonValue& lease) {
    table.add({text_of(lease, "token"), count_text(lease, "task"),
               short_id(text_of(lease, "nodeId")), range_text(lease), count_text(lease, "count"),
               count_text(lease, "attempt"), text_of(lease, "expires_at")});
  });
  std::string out = table.empty() ? "" : table.text() + "\n";
  out += "plan " + text_of(answer, "state") + ", " + count_text(answer, "remaining") +
         " partitions remain";
  if (const auto wait = answer.get("retry_after_ms").integer(); wait && table.empty()) {
    out += "; ask again in " + duration_text(*wait);
  }
  return out + "\n";
}

}  // namespace headwater::cli
