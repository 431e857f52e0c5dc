// Robust statistics: a median and a spread that a few odd values do not move.
//
// Thread-safety: pure functions. Cost: O(n).
#pragma once

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace headwater::query::cause {

// Of an even number of values the upper one. `values` is not empty.
template <class T>
T median(std::vector<T> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The median distance from the median, scaled to the standard deviation of a normal distribution.
template <class T>
double robust_sigma(const std::vector<T>& values, T middle) {
  std::vector<double> distances;
  distances.reserve(values.size());
  for (const T value : values) {
    distances.push_back(std::abs(static_cast<double>(value) - static_cast<double>(middle)));
  }
  return 1.4826 * median(std::move(distances));
}

}  // namespace headwater::query::cause
