#include "planner/plan_rows.h"

#include <cmath>
#include <string>

#include "model/json.h"

namespace headwater::planner {

namespace {

constexpr double kMillion = 1e6;
constexpr int kDefinite = 1, kCode = 2, kInputs = 4, kMissing = 8, kSequential = 16, kRefresh = 32;

int flags_of(const Task& task) {
  return (task.definite ? kDefinite : 0) | (task.code ? kCode : 0) | (task.inputs ? kInputs : 0) |
         (task.missing ? kMissing : 0) | (task.sequential ? kSequential : 0) |
         (task.refresh ? kRefresh : 0);
}

storage::PlanEstimate row_of(const Estimate& estimate) {
  return {estimate.p50, estimate.p90, estimate.samples, static_cast<std::int32_t>(estimate.basis)};
}

Estimate estimate_of(const storage::PlanEstimate& row) {
  return {row.p50, row.p90, row.samples, static_cast<Basis>(row.basis)};
}

}  // namespace

storage::PlanTaskRow row_of(model::Seq plan, const Task& task) {
  storage::PlanTaskRow row;
  row.plan = plan;
  row.number = task.number;
  row.wave = task.wave;
  row.dataset = task.dataset;
  row.lane = task.span.lane;
  row.first = task.span.first;
  row.last = task.span.last;
  row.job = task.job;
  row.action = static_cast<std::int32_t>(task.action);
  row.flags = flags_of(task);
  row.deadline = task.deadline;
  row.probability = std::llround(task.probability * kMillion);
  row.duration_ms = row_of(task.duration_ms);
  row.cost_micros = row_of(task.cost_micros);
  for (const std::uint32_t number : task.upstream) {
    row.upstream += (row.upstream.empty() ? "" : ",") + std::to_string(number);
  }
  row.upstream = "[" + row.upstream + "]";
  return row;
}

Task task_of(const storage::PlanTaskRow& row) {
  Task out;
  out.number = row.number;
  out.wave = row.wave;
  out.dataset = row.dataset;
  out.job = row.job;
  out.span = {row.lane, row.first, row.last};
  out.action = static_cast<Action>(row.action);
  out.definite = (row.flags & kDefinite) != 0;
  out.code = (row.flags & kCode) != 0;
  out.inputs = (row.flags & kInputs) != 0;
  out.missing = (row.flags & kMissing) != 0;
  out.sequential = (row.flags & kSequential) != 0;
  out.refresh = (row.flags & kRefresh) != 0;
  model::JsonValue(row.upstream).elements([&](const model::JsonValue& number) {
    out.upstream.push_back(static_cast<std::uint32_t>(number.integer().value_or(0)));
  });
  out.duration_ms = estimate_of(row.duration_ms);
  out.cost_micros = estimate_of(row.cost_micros);
  out.deadline = row.deadline;
  out.probability = static_cast<double>(row.probability) / kMillion;
  return out;
}

}  // namespace headwater::planner
