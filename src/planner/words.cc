#include "planner/words.h"

#include "base/clones.h"
#include "planner/segment.h"

namespace headwater::planner {

HW_CLONES void nonzero_bits(const std::uint64_t* values, std::uint64_t* to) {
  for (std::size_t w = 0; w < kPageWords; ++w) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 64; ++i) word |= std::uint64_t{values[w * 64 + i] != 0} << i;
    to[w] = word;
  }
}

}  // namespace headwater::planner
