// Parameters that questions about partitions share. Errors: those of parameters.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "api/v1/parameters.h"
#include "api/v1/partition_reading.h"

namespace headwater::api::v1 {

inline constexpr std::int64_t kMaxRanges = 10'000, kDefaultRanges = 100;

// What `status` may name; in the contract's order.
struct PartitionStatus {
  std::string_view name;
  bool planner::Selection::*selects;
  std::uint64_t planner::Counts::*counts;
};
// `status`, each once; empty if it is not there.
Result<std::vector<const PartitionStatus*>> status_parameter(Context& context);
const PartitionStatus& stale_status();
const PartitionStatus& maybe_status();
planner::Selection selection_of(const PartitionStatus& status);
planner::Selection selection_of(const std::vector<const PartitionStatus*>& statuses);

// `first` and `last`, in the space; with a lane if they name one, which must be the same.
struct KeyBounds {
  std::optional<std::int64_t> first, last;
  std::optional<std::uint32_t> lane;
};
Result<KeyBounds> bounds_parameters(Context& context, const planner::Space& space);

// limit and cursor; the contract's name of the next page is `next`.
Result<Paging> next_paging(Context& context, std::size_t fields);

}  // namespace headwater::api::v1
