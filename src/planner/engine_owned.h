// Engine::each_owned, for the files that the engine is in. Private to planner.
#pragma once

#include <algorithm>

#include "planner/engine.h"
#include "planner/valid.h"

namespace headwater::planner {

template <class Visit>
base::Result<void> Engine::each_owned(DatasetNo dataset, std::uint32_t number,
                                      const Interval& interval, Visit visit) {
  const Lane* const found = working_.segment(dataset).find(number);
  if (found == nullptr || interval.empty() || found->blocks.empty()) return {};
  const std::int64_t from = std::max(block_of(interval.first), found->first);
  const std::int64_t to = std::min(block_of(interval.last), found->end() - 1);
  for (std::int64_t b = from; b <= to; ++b) {
    const Block* const there = working_.segment(dataset).find(number)->find(b);
    if (there == nullptr || there->count == 0) continue;
    const std::int64_t base = b << kBlockBits;
    const Span within{number, interval.first, interval.last};
    Block* block = nullptr;  // made ours with the first that is there
    for (std::size_t w = 0; w < kWords; ++w) {
      const std::int64_t at = base + static_cast<std::int64_t>(w * 64);
      std::uint64_t rest = span_word(within, at);
      if (rest == 0) continue;
      rest &= (block == nullptr ? *there : *block).present.word(w);
      if (rest != 0 && block == nullptr) block = &lane(dataset, number).grow(b);
      for (; rest != 0; rest &= rest - 1) HW_CHECK_OK(visit(*block, at + std::countr_zero(rest)));
    }
  }
  return {};
}

}  // namespace headwater::planner
