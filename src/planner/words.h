// Words of bits that stand for partitions, 64 at a time. Private to planner.
#pragma once

#include <cstddef>
#include <cstdint>

namespace headwater::planner {

// Calls visit(word, mask) for the words of a block that hold offsets [low, high].
template <class Visit>
void each_word(std::size_t low, std::size_t high, Visit visit) {
  for (std::size_t w = low / 64; w <= high / 64; ++w) {
    std::uint64_t mask = ~std::uint64_t{0};
    if (w == low / 64) mask &= ~std::uint64_t{0} << (low % 64);
    if (w == high / 64) mask &= ~std::uint64_t{0} >> (63 - high % 64);
    visit(w, mask);
  }
}

// Of a page of values, which are not 0. to: kPageWords words.
void nonzero_bits(const std::uint64_t* values, std::uint64_t* to);

}  // namespace headwater::planner
