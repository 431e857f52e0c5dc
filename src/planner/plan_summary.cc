#include "planner/plan_summary.h"

#include <algorithm>
#include <set>

#include "model/json.h"

namespace headwater::planner {

using model::JsonValue;

namespace {

void add(Estimate& to, const Estimate& one) {
  if (one.p50 < 0) return;
  to.p50 = std::max<std::int64_t>(to.p50, 0) + one.p50;
  to.p90 = std::max<std::int64_t>(to.p90, 0) + one.p90;
  to.samples += one.samples;
}

void longest(Estimate& to, const Estimate& one) {
  to.p50 = std::max(to.p50, one.p50);
  to.p90 = std::max(to.p90, one.p90);
  to.samples += one.samples;
}

std::string numbers(std::initializer_list<std::int64_t> values) {
  std::string out = "[";
  for (const std::int64_t value : values)
    out += (out.size() > 1 ? "," : "") + std::to_string(value);
  return out + "]";
}

std::vector<std::int64_t> read_numbers(const JsonValue& array, std::size_t count) {
  std::vector<std::int64_t> out;
  array.elements([&](const JsonValue& value) { out.push_back(value.integer().value_or(0)); });
  out.resize(count);
  return out;
}

std::string text(const Estimate& estimate) {
  return numbers({estimate.p50, estimate.p90, estimate.samples});
}

Estimate read_estimate(const JsonValue& array) {
  const auto parts = read_numbers(array, 3);
  return {parts[0], parts[1], static_cast<std::uint32_t>(parts[2]), Basis::kNone};
}

}  // namespace

PlanSummary summarize(const std::vector<Task>& tasks) {
  PlanSummary out;
  out.tasks = static_cast<std::uint32_t>(tasks.size());
  std::set<std::uint32_t> datasets;
  for (const Task& task : tasks) {
    const std::int64_t n = task.count();
    datasets.insert(task.dataset.value);
    out.partitions += n;
    (task.action == Action::kRun     ? out.run
     : task.action == Action::kReuse ? out.reuse
                                     : out.skip) += n;
    (task.definite ? out.definite : out.maybe) += n;
    add(out.duration_ms, task.duration_ms);
    add(out.cost_micros, task.cost_micros);
    if (out.waves.size() < task.wave) out.waves.resize(task.wave);
    PlanSummary::Wave& wave = out.waves[task.wave - 1];
    wave.wave = task.wave;
    ++wave.tasks;
    wave.partitions += n;
    longest(wave.duration_ms, task.duration_ms);
  }
  out.datasets = static_cast<std::uint32_t>(datasets.size());
  return out;
}

std::string encode(const PlanSummary& s) {
  std::string out =
      "{\"totals\":" +
      numbers({s.tasks, s.datasets, s.partitions, s.run, s.reuse, s.skip, s.definite, s.maybe}) +
      ",\"duration_ms\":" + text(s.duration_ms) + ",\"cost_micros\":" + text(s.cost_micros) +
      ",\"waves\":[";
  for (const PlanSummary::Wave& wave : s.waves) {
    out += out.back() == '[' ? "" : ",";
    out += "[" + std::to_string(wave.wave) + "," + std::to_string(wave.tasks) + "," +
           std::to_string(wave.partitions) + "," + text(wave.duration_ms) + "]";
  }
  return out + "],\"decisions\":" + std::to_string(s.decisions) + "}";
}

PlanSummary decode_summary(std::string_view json) {
  const JsonValue root(json);
  PlanSummary out;
  const auto totals = read_numbers(root.get("totals"), 8);
  out.tasks = static_cast<std::uint32_t>(totals[0]);
  out.datasets = static_cast<std::uint32_t>(totals[1]);
  out.partitions = totals[2];
  out.run = totals[3];
  out.reuse = totals[4];
  out.skip = totals[5];
  out.definite = totals[6];
  out.maybe = totals[7];
  out.duration_ms = read_estimate(root.get("duration_ms"));
  out.cost_micros = read_estimate(root.get("cost_micros"));
  out.decisions = root.get("decisions").integer().value_or(0);
  root.get("waves").elements([&](const JsonValue& value) {
    std::vector<JsonValue> parts;
    value.elements([&](const JsonValue& part) { parts.push_back(part); });
    parts.resize(4);
    PlanSummary::Wave wave;
    wave.wave = static_cast<std::uint32_t>(parts[0].integer().value_or(0));
    wave.tasks = static_cast<std::uint32_t>(parts[1].integer().value_or(0));
    wave.partitions = parts[2].integer().value_or(0);
    wave.duration_ms = read_estimate(parts[3]);
    out.waves.push_back(wave);
  });
  return out;
}

}  // namespace headwater::planner
