// Partitions of two datasets, moments or environments against each other, by their fingerprints.
//
// Thread-safety: belongs to one request. Errors: the store's; kLimitExceeded for more than
// kMaxComparedPartitions on a side.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "api/dto/json_writer.h"
#include "api/v1/partition_reading.h"
#include "stats/compare.h"

namespace headwater::api::v1 {

inline constexpr std::size_t kMaxComparedPartitions = 1'000'000;
inline constexpr std::size_t kMaxComparedRanges = 20;  // listed of each kind; all are counted

// One side: what stands in `state`, or of the rows what had been written by `as_of`.
struct PartitionSide {
  std::shared_ptr<const planner::State> state;
  planner::DatasetNo dataset;  // 0: it has no partitions
  std::optional<base::Micros> as_of;
};

struct PartitionComparison {
  enum What : std::size_t { kOnlyLeft, kOnlyRight, kDifferent, kEqual, kWhats };
  stats::Likeness likeness = stats::Likeness::kUnknown;
  std::array<std::int64_t, kWhats> counts{};
  // Named by the left side's space, but for lanes that only the right side has.
  struct Range {
    planner::Span span;
    std::shared_ptr<const planner::Space> space;
  };
  std::array<std::vector<Range>, kWhats> ranges;  // the first of each
};

Result<PartitionComparison> compare_partitions(storage::Reader& rows, model::Seq seq,
                                               const PartitionSide& left,
                                               const PartitionSide& right);
void write_partitions(dto::JsonWriter& json, const PartitionComparison& found);

}  // namespace headwater::api::v1
