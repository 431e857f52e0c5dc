// The verdicts on one block, as words of bits, and how they are counted. Private to planner.
#pragma once

#include <array>
#include <cstdint>

#include "planner/segment.h"

namespace headwater::planner {

using BlockBits = std::array<std::uint64_t, kWords>;

// Invariants: orphaned is part of present; code, inputs, stale and unknown are not orphaned; stale
// is code or inputs; unknown is not stale; missing is not present.
struct BlockWords {
  BlockBits present{}, orphaned{}, code{}, inputs{}, stale{}, unknown{}, running{}, failed{},
      missing{};
  // Of which it makes sense to say that they may become stale.
  std::uint64_t relevant(std::size_t w) const { return (present[w] & ~orphaned[w]) | missing[w]; }
};

struct BlockCounts {
  std::uint32_t present = 0, missing = 0, orphaned = 0, stale = 0, unknown = 0, by_code = 0,
                by_inputs = 0, maybe = 0, running = 0, failed = 0;
};

// `block` may be null; `expected`: what is expected of the lane.
BlockWords words_of(const Space& space, std::uint32_t lane, std::int64_t number, const Block* block,
                    const Span& expected);
// What else of a block must run again or may have to; each may be null.
struct DirtyBits {
  const Bits* missing = nullptr;
  const Bits* maybe = nullptr;
  bool all_maybe = false;  // of what is there and the space has
};
// With what is stale.
BlockBits dirty_of(const Space& space, std::uint32_t lane, std::int64_t number, const Block* block,
                   const DirtyBits& more);
// present: without what is orphaned; maybe: of what is neither stale nor missing.
BlockCounts count(const BlockWords& words, const BlockBits& maybe);

}  // namespace headwater::planner
