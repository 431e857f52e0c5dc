// Answers about plans, their tasks and leases. Pure functions that append to a JsonWriter. A
// webhook's secret is in none of them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/dto/json_writer.h"
#include "planner/plans.h"
#include "planner/state.h"

namespace headwater::api::dto {

// How datasets, jobs and keys are called.
struct PlanNames {
  const planner::State& state;
  std::function<std::string(model::NodeId)> node;

  std::string dataset(planner::DatasetNo number) const { return node(state.segment(number).node); }
  std::string key(planner::DatasetNo number, const planner::Place& place) const {
    return state.segment(number).space->text_of(place);
  }
};

struct PlanPage {
  model::Seq seq;                // the newest record that the answer knows of
  bool dry_run = false;          // it has no number
  std::size_t max_ranges = 100;  // of one list of what was left out
};
void write_plan(JsonWriter& json, const planner::PlanInfo& plan, const PlanNames& names,
                const PlanPage& page);
// Leases that had expired by `now` are not listed.
void write_task(JsonWriter& json, const planner::TaskInfo& task, const PlanNames& names,
                base::Micros now);
// The members of a Lease of the task.
void write_lease_members(JsonWriter& json, const storage::PlanLeaseRow& lease,
                         const planner::Task& task, std::string_view environment,
                         const PlanNames& names);
void write_progress(JsonWriter& json, const storage::PlanCounts& counts, std::int64_t pending);

}  // namespace headwater::api::dto
