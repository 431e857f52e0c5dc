// Changes of the inbox and decisions on them, as JSON.
//
// Names are looked up by the caller: see ChangeNames. Pure functions that append to a JsonWriter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/dto/json_writer.h"
#include "api/dto/partition_dto.h"
#include "planner/planner.h"

namespace headwater::api::dto {

// What an item of the inbox names.
struct ChangeNames {
  std::string node, job;
  std::optional<std::string> from, to, run;
  std::vector<std::string> columns;  // node ids of fields
};

// The members of a PartitionChange up to the decision. At most `max_ranges` ranges.
void write_change_members(JsonWriter& json, const planner::State& state,
                          const planner::InboxItem& item, const ChangeNames& names,
                          std::size_t max_ranges);
// `dataset`: the node id of decision.what.dataset, if it names one.
void write_change_decision(JsonWriter& json, const planner::State& state,
                           const planner::ChangeDecision& decision,
                           const std::optional<std::string>& dataset);

}  // namespace headwater::api::dto
