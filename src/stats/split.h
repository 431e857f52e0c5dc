// split: an integer in shares by weight, so that the shares sum to it exactly.
//
// Each share is its weight's part rounded towards zero; what is left over goes, one unit each, to
// those with the largest remainders, of equal ones to the first. Negative values are split as their
// opposites. Weights are not negative; if all are zero they count as equal. Thread-safety: a pure
// function. Bounds: |value| and the sum of the weights below 2^63.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace headwater::stats {

inline std::vector<std::int64_t> split(std::int64_t value, std::span<const std::int64_t> weights) {
  __extension__ using Wide = __int128;
  std::vector<std::int64_t> out(weights.size());
  if (weights.empty()) return out;
  std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  const bool equal = sum == 0;
  if (equal) sum = static_cast<std::int64_t>(weights.size());
  const std::int64_t sign = value < 0 ? -1 : 1;
  std::vector<std::int64_t> remainders(weights.size());
  std::int64_t left = value * sign;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Wide product = Wide{value * sign} * (equal ? 1 : weights[i]);
    out[i] = static_cast<std::int64_t>(product / sum);
    remainders[i] = static_cast<std::int64_t>(product % sum);
    left -= out[i];
  }
  std::vector<std::uint32_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return remainders[a] > remainders[b]; });
  for (std::int64_t i = 0; i < left; ++i) ++out[order[static_cast<std::size_t>(i)]];
  for (std::int64_t& share : out) share *= sign;
  return out;
}

}  // namespace headwater::stats
