// Learning: spaces and mappings from the partitions that runs report. Private to planner.
//
// Rules: docs/partition-learning.md. Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/partition.h"
#include "planner/documents.h"
#include "planner/mapping.h"
#include "planner/space.h"

namespace headwater::planner {

// The space that a first report suggests, as JSON; nothing if the box has no values.
std::optional<std::string> learned_space(const model::PartitionBox& box);

// The partitions of a box, none or one span; numbers the lane and static keys if they are new.
// Errors, after which the space is what it was: kInvalidArgument where it cannot read the box,
// kLimitExceeded beyond kMaxReported.
inline constexpr std::int64_t kMaxReported = 1'000'000;
base::Result<std::vector<Span>> places_of(const model::PartitionBox& box, Space& space);

// The mapping that a run suggests which wrote `outputs` having read `inputs`; nothing if it
// suggests none. Spans are sorted and do not overlap.
std::optional<Mapping> suggested(const std::vector<Span>& inputs, const Space& upstream,
                                 const std::vector<Span>& outputs, const Space& downstream);
// Whether a run like that is what the mapping says; `lanes`: how many there are upstream.
bool agrees(const Reads& reads, std::uint32_t lanes, const std::vector<Span>& inputs,
            const std::vector<Span>& outputs);

// Sorted and joined.
std::vector<Span> joined(std::vector<Span> spans);

}  // namespace headwater::planner
