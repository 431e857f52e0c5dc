// Boxes of partitions: how values compare, and what two boxes have in common.
//
// Values are texts in their dataset's own spelling, so that two of them compare only where their
// spelling says how: integers of any size as numbers, dates and moments of ISO 8601 as such, texts
// that begin like no number byte by byte. A day and an hour of it, a fraction, 10/01/2026: that
// would be a guess. Thread-safety: pure functions. Cost: linear in the values' lengths.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

#include "model/partition.h"

namespace headwater::ingest {

// nullopt: it cannot be told. Equal texts are equal, whatever they are.
std::optional<std::strong_ordering> compare_values(std::string_view a, std::string_view b);

// The partitions that are in both of two boxes.
struct CommonBox {
  std::optional<model::PartitionBox> box;  // none: they have nothing in common, or
  bool decided = true;                     // it cannot be told
};
// Of the bounds alone; what the boxes say of their content is left out.
CommonBox common_box(const model::PartitionBox& a, const model::PartitionBox& b);

}  // namespace headwater::ingest
