// PlanSummary: what the tasks of a plan sum up to, kept beside it so that lists need not read them.
//
// Thread-safety: values and pure functions. Durations in milliseconds, amounts in millionths.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "planner/plan.h"

namespace headwater::planner {

struct PlanSummary {
  std::uint32_t tasks = 0, datasets = 0;
  std::int64_t partitions = 0, run = 0, reuse = 0, skip = 0, definite = 0, maybe = 0;
  // Sums over the tasks of which something is known; -1 where that is none.
  Estimate duration_ms, cost_micros;
  struct Wave {
    std::uint32_t wave = 0, tasks = 0;
    std::int64_t partitions = 0;
    Estimate duration_ms;  // of its longest task: they may run side by side
    bool operator==(const Wave&) const = default;
  };
  std::vector<Wave> waves;
  std::int64_t decisions = 0;  // on changes, in force when it was worked out
  bool operator==(const PlanSummary&) const = default;
};

PlanSummary summarize(const std::vector<Task>& tasks);
std::string encode(const PlanSummary& summary);
PlanSummary decode_summary(std::string_view json);  // trusts the text

}  // namespace headwater::planner
