// Engine::each_owned, for the files that the engine is in. Private to planner.
#pragma once

#include <algorithm>
#include <vector>

#include "planner/engine.h"

namespace headwater::planner {

template <class Visit>
base::Result<void> Engine::each_owned(DatasetNo dataset, std::uint32_t number,
                                      const Interval& interval, Visit visit) {
  const Lane* const found = working_.segment(dataset).find(number);
  if (found == nullptr || interval.empty() || found->blocks.empty()) return {};
  const std::int64_t from = std::max(block_of(interval.first), found->first);
  const std::int64_t to = std::min(block_of(interval.last), found->end() - 1);
  for (std::int64_t b = from; b <= to; ++b) {
    std::vector<std::int64_t> indexes;
    const std::int64_t base = b << kBlockBits;
    each_present(*working_.segment(dataset).find(number), std::max(interval.first, base),
                 std::min(interval.last, base + kBlockSize - 1),
                 [&indexes](std::int64_t index) { indexes.push_back(index); });
    if (indexes.empty()) continue;
    Block& block = lane(dataset, number).grow(b);
    for (const std::int64_t index : indexes) HW_CHECK_OK(visit(block, index));
  }
  return {};
}

}  // namespace headwater::planner
