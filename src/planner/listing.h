// Listing: the partitions of one dataset, one by one, in order of lane and index.
//
// Thread-safety: pure functions. Cost: a pass over the words of the bits of what is asked for, to
// the end of the page.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "planner/staleness.h"

namespace headwater::planner {

struct ListQuery {
  DatasetNo dataset;
  std::optional<Selection> selection;       // none: all that is there, expected or under way
  std::optional<std::int64_t> first, last;  // none: from the first to the last there is
  std::optional<std::uint32_t> lane;        // none: all
  std::optional<Place> after;               // only those that follow
  std::size_t limit = 100;
};
// At most one more than `limit`, which says that there is a next page.
std::vector<Place> list_places(const Staleness& staleness, const ListQuery& query);

// The first and the last index of the lane that has something to say, trimmed to it; nothing if
// none has.
std::optional<Interval> bounds_of(const Staleness& staleness, DatasetNo dataset,
                                  std::uint32_t lane);

}  // namespace headwater::planner
