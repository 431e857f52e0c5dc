// Sorting by whole numbers, and adding up what is equal. Private to stats.
//
// Thread-safety: pure functions. Cost: one pass for each 11 bits of the largest key, and as much
// memory again.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace headwater::stats {

template <class Key>
struct Keyed {
  Key key{};
  std::int64_t value = 0;
};
__extension__ typedef unsigned __int128 Wide;  // NOLINT: `using` takes no __extension__

// By key; equal keys keep their order.
template <class T>
void sort_by_key(std::vector<T>& items) {
  constexpr std::size_t kFew = 256;
  const auto before = [](const T& a, const T& b) { return a.key < b.key; };
  if (items.size() < kFew || std::is_sorted(items.begin(), items.end(), before)) {
    std::stable_sort(items.begin(), items.end(), before);
    return;
  }
  constexpr unsigned kBits = 11;
  constexpr std::size_t kPlaces = std::size_t{1} << kBits;
  auto used = items.front().key;
  for (const T& item : items) used |= item.key;
  std::vector<T> other(items.size());
  for (unsigned shift = 0; shift < 8 * sizeof(used) && (used >> shift) != 0; shift += kBits) {
    std::array<std::size_t, kPlaces + 1> place{};
    const auto digit = [shift](const T& item) {
      return static_cast<std::size_t>(item.key >> shift) & (kPlaces - 1);
    };
    for (const T& item : items) ++place[digit(item) + 1];
    for (std::size_t i = 1; i <= kPlaces; ++i) place[i] += place[i - 1];
    for (const T& item : items) other[place[digit(item)]++] = item;
    items.swap(other);
  }
}

// Sorted, each key once with the sum of its values. Sums of zero stay.
template <class Key>
void sort_and_add(std::vector<Keyed<Key>>& items) {
  sort_by_key(items);
  std::size_t size = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (size > 0 && items[size - 1].key == items[i].key) {
      items[size - 1].value += items[i].value;
    } else {
      items[size++] = items[i];
    }
  }
  items.resize(size);
}

}  // namespace headwater::stats
