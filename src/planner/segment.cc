#include "planner/segment.h"

#include <numeric>

#include "base/clones.h"

namespace headwater::planner {

std::optional<std::int64_t> Lane::last_present() const {
  for (std::size_t b = blocks.size(); b-- > 0;) {
    if (!blocks[b] || blocks[b]->count == 0) continue;
    for (std::size_t w = kWords; w-- > 0;) {
      const std::uint64_t word = blocks[b]->present.word(w);
      if (word == 0) continue;
      const auto bit = static_cast<std::int64_t>(w * 64) + 63 - std::countl_zero(word);
      return ((first + static_cast<std::int64_t>(b)) << kBlockBits) + bit;
    }
  }
  return std::nullopt;
}

Block& Lane::grow(std::int64_t block) {
  if (blocks.empty()) first = block;
  if (block < first) {
    blocks.insert(blocks.begin(), static_cast<std::size_t>(first - block), nullptr);
    first = block;
  }
  if (block >= end()) blocks.resize(static_cast<std::size_t>(block - first) + 1);
  return own(blocks[static_cast<std::size_t>(block - first)]);
}

HW_CLONES void cells(const Place& place, const std::uint64_t* __restrict out, std::size_t count,
                     std::uint64_t* __restrict to) {
  std::uint64_t position = position_of(place);
  for (std::size_t i = 0; i < count; ++i, position += kIndexStep) to[i] = cell_at(position, out[i]);
}

void settle(Block& block, std::uint32_t lane, std::int64_t number) {
  block.sum = 0;
  block.count = 0;
  std::array<std::uint64_t, kPageSize> page_cells;
  for (std::size_t p = 0; p < kPages; ++p) {
    const std::size_t base = p * kPageSize;
    if (block.pages[p]) {
      cells({lane, (number << kBlockBits) + static_cast<std::int64_t>(base)},
            block.pages[p]->out.data(), kPageSize, page_cells.data());
      block.sum = std::accumulate(page_cells.begin(), page_cells.end(), block.sum);
    }
    for (std::size_t w = base / 64; w < (base + kPageSize) / 64; ++w) {
      block.count += static_cast<std::uint32_t>(std::popcount(block.present.word(w)));
      block.inputs.word(w) = 0;
    }
    if (block.differences[p]) {
      block.differences[p]->find(&block.inputs.word(base / 64));
    }
  }
}

std::uint64_t factor_of(DatasetNo upstream, DatasetNo downstream) {
  const std::uint64_t both = (std::uint64_t{upstream.value} << 32) | downstream.value;
  return mix(both + 0x9e3779b97f4a7c15ULL) | 1;
}

}  // namespace headwater::planner
