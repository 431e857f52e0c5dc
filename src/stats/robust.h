// Robust statistics: a middle and a spread that a few odd values do not move. Private to stats.
//
// Source: P. Rousseeuw and C. Croux, "Alternatives to the median absolute deviation", 1993, for the
// small-sample factors; B. Iglewicz and D. Hoaglin, "How to detect and handle outliers", 1993, for
// the score. Thread-safety: pure functions. Cost: O(n).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace headwater::stats {

// `values` is not empty. Of an even number the middle of the two in the middle.
inline double median(std::vector<double> values) {
  const std::size_t half = values.size() / 2;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(half);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// What the median distance from the median of n normal values is to be multiplied with, to be their
// standard deviation on average.
inline double mad_factor(std::size_t n) {
  constexpr std::array<double, 10> kSmall = {1,     1,     1.196, 1.495, 1.363,
                                             1.206, 1.200, 1.140, 1.129, 1.107};
  const auto count = static_cast<double>(n);
  return 1.4826 * (n < kSmall.size() ? kSmall[n] : count / (count - 0.8));
}

inline double robust_sigma(const std::vector<double>& values, double middle) {
  std::vector<double> distances;
  distances.reserve(values.size());
  for (const double value : values) distances.push_back(std::abs(value - middle));
  return mad_factor(values.size()) * median(std::move(distances));
}

// How much further than one value a new one lies from the median of n on average: the median
// itself is uncertain (its variance is pi/2 times that of a mean).
inline double prediction_factor(std::size_t n) {
  constexpr double kHalfPi = 1.5707963267948966;
  return n == 1 ? std::sqrt(2.0) : std::sqrt(1 + kHalfPi / static_cast<double>(n));
}

}  // namespace headwater::stats
