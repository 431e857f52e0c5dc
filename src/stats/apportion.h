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

// The same shares for many values, without a division for each.
class EqualParts {
 public:
  // Each part gets `share`, and the first `more` of them `unit` as well.
  struct Split {
    std::int64_t share = 0, unit = 1;
    std::uint32_t more = 0;
    std::int64_t of(std::uint32_t i) const { return share + (i < more ? unit : 0); }
  };

  explicit EqualParts(std::uint32_t parts = 1) : parts_(parts), inverse_(UINT64_MAX / parts) {}
  std::uint32_t parts() const { return parts_; }
  Split split(std::int64_t value) const {
    if (parts_ == 1) return {value, 1, 0};
    const bool negative = value < 0;
    const auto size =
        negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    // Never above the quotient, and below it by at most one.
    auto share = static_cast<std::uint64_t>(Product{size} * inverse_ >> 64);
    std::uint64_t left = size - share * parts_;
    if (left >= parts_) {
      ++share;
      left -= parts_;
    }
    return {static_cast<std::int64_t>(negative ? 0 - share : share), negative ? -1 : 1,
            static_cast<std::uint32_t>(left)};
  }

 private:
  __extension__ typedef unsigned __int128 Product;  // NOLINT: `using` takes no __extension__
  std::uint32_t parts_;
  std::uint64_t inverse_;
};

}  // namespace headwater::stats
