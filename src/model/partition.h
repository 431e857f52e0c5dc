// Partitions as events report them: which part of a dataset a run read or wrote.
//
// A subset is a union of boxes; a box bounds some dimensions, each by a value or an interval of
// values in the dataset's own spelling. What is left unbounded is unrestricted. Which partitions
// that comes to depends on the dataset's space, and is the planner's to say.
//
// Source: the subset facets of OpenLineage (BaseSubsetDatasetFacet 1-0-0), headwater_partitions.
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace headwater::model {

struct DimensionBounds {
  std::string dimension;  // empty: the facet names none (a date in a path, an identifier alone)
  std::optional<std::string> lower, upper;  // both: an interval; equal and included: one value
  bool lower_included = true, upper_included = true;
  bool is_value() const { return lower && upper && *lower == *upper; }
  bool operator==(const DimensionBounds&) const = default;
};

struct PartitionBox {
  std::vector<DimensionBounds> bounds;  // sorted by dimension, no dimension twice
  std::string data_version;             // of the content; empty: not said
  std::optional<std::int64_t> rows, size_bytes;
  bool operator==(const PartitionBox&) const = default;
};

// What a run event says of one of its inputs or outputs. Boxes never hold more than was said. An
// output that no facet cuts is listed without boxes: all of it was written. An input without boxes
// has a facet: nothing of it was read, or (not complete) who knows what.
struct ReportedSubset {
  std::int32_t dataset = -1;        // index in Event::datasets
  bool output = false;              // written, else read
  std::vector<PartitionBox> boxes;  // no two alike
  // False: a part of what was said could not be read, so there may be more than the boxes.
  bool complete = true;
  std::string data_version;  // of a whole output, by its version facet; empty: not said
  bool whole() const { return output && complete && boxes.empty(); }
  bool operator==(const ReportedSubset&) const = default;
};

}  // namespace headwater::model
