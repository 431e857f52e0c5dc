#include "stats/apportion.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "stats/radix.h"

namespace headwater::stats {
namespace {

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

std::int64_t with_sign(std::uint64_t share, bool negative) {
  return static_cast<std::int64_t>(negative ? 0 - share : share);
}

// T holds every product of the value and a weight.
template <class T>
void apportion_in(std::uint64_t value, std::span<const std::uint64_t> weights, T all, bool negative,
                  std::vector<std::int64_t>& shares) {
  std::vector<T> remainders(weights.size());
  std::uint64_t left = value;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const T product = static_cast<T>(value) * static_cast<T>(weights[i]);
    const auto share = static_cast<std::uint64_t>(product / all);
    remainders[i] = product % all;
    shares[i] = with_sign(share, negative);
    left -= share;
  }
  if (left == 0) return;
  std::vector<std::uint32_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    return remainders[a] != remainders[b] ? remainders[a] > remainders[b] : a < b;
  };
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(left);
  std::nth_element(order.begin(), end - 1, order.end(), before);
  for (auto it = order.begin(); it != end; ++it) shares[*it] += negative ? -1 : 1;
}

}  // namespace

void apportion(std::int64_t value, std::span<const std::uint64_t> weights,
               std::vector<std::int64_t>& shares) {
  assert(value == 0 || !weights.empty());
  shares.assign(weights.size(), 0);
  if (value == 0) return;
  Wide all = 0;
  std::uint64_t largest = 0;
  for (const std::uint64_t weight : weights) {
    all += weight;
    largest = std::max(largest, weight);
  }
  if (all == 0 || weights.size() == 1) {
    shares[0] = value;
    return;
  }
  const std::uint64_t size = magnitude(value);
  if (all <= UINT64_MAX && static_cast<Wide>(size) * largest <= UINT64_MAX) {
    apportion_in<std::uint64_t>(size, weights, static_cast<std::uint64_t>(all), value < 0, shares);
  } else {
    apportion_in<Wide>(size, weights, all, value < 0, shares);
  }
}

std::int64_t equal_share(std::int64_t value, std::size_t parts, std::size_t i) {
  const std::uint64_t size = magnitude(value);
  const std::uint64_t share = size / parts + (i < size % parts ? 1 : 0);
  return with_sign(share, value < 0);
}

}  // namespace headwater::stats
