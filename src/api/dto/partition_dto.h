// Answers about partitions, changes and decisions on them. Pure functions that append to a
// JsonWriter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/dto/json_writer.h"
#include "planner/planner.h"

namespace headwater::api::dto {

// Why an answer about partitions is not complete.
struct PartitionCut {
  std::string_view reason;  // empty: it is complete
  std::int64_t left_out = 0, limit = 0;
};

// seq, evaluated_at, complete, cut.
void write_partition_head(JsonWriter& json, model::Seq seq, base::Micros evaluated_at,
                          const PartitionCut& cut);
// `refresh_due`: told where it was counted.
void write_counts(JsonWriter& json, const planner::Counts& counts,
                  std::optional<std::int64_t> refresh_due = {});
// A PartitionRange; a lane is named where the space has several.
void write_range(JsonWriter& json, const planner::Space& space, const planner::Span& span,
                 std::string_view status);
// A KeyRange.
void write_key_range(JsonWriter& json, const planner::Space& space, const planner::Span& span);

// The members of a PartitionVerdict; what wrote it comes last.
void write_verdict_members(JsonWriter& json, const planner::Space& space,
                           const planner::Place& place, const planner::Verdict& verdict);
struct LastWrite {
  std::optional<std::string> job, run;
  std::optional<base::Micros> started_at, ended_at;
};
void write_last_write_members(JsonWriter& json, const LastWrite& write);

std::string change_id_text(const planner::ChangeId& id);  // "1042", "1042.7"
std::optional<planner::ChangeId> read_change_id(std::string_view text);

}  // namespace headwater::api::dto
