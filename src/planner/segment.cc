#include "planner/segment.h"

#include <algorithm>

namespace headwater::planner {

namespace {

std::uint64_t mix(std::uint64_t x) {  // the finalizer of SplitMix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;

}  // namespace

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

std::uint64_t cell(const Place& place, std::uint64_t out) {
  if (out == 0) return 0;
  const auto index = static_cast<std::uint64_t>(place.index);
  const std::uint64_t value =
      mix(out + mix(index * kGolden + place.lane * 0xd1b54a32d192ed03ULL + kGolden));
  return value == 0 ? 1 : value;
}

std::uint64_t factor_of(DatasetNo upstream, DatasetNo downstream) {
  const std::uint64_t both = (std::uint64_t{upstream.value} << 32) | downstream.value;
  return mix(both + kGolden) | 1;
}

}  // namespace headwater::planner
