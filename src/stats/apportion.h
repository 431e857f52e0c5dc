// Splitting a whole number by weights so that the shares add up to it exactly.
//
// The largest-remainder method (Hamilton): each share is rounded down, and the units that are left
// go to the largest remainders, of equal ones to the first. A negative value is split as its
// opposite is. So the same value and weights give the same shares, and each share is less than one
// unit away from the rational one. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace headwater::stats {

// shares[i] of weights[i]. With no weight above zero all of it is the first's; without any weights
// the value must be zero (asserted). Replaces what `shares` held.
void apportion(std::int64_t value, std::span<const std::uint64_t> weights,
               std::vector<std::int64_t>& shares);
// The i-th share of `parts` equal ones, above 0: the first ones get the units that are left.
std::int64_t equal_share(std::int64_t value, std::size_t parts, std::size_t i);

}  // namespace headwater::stats
