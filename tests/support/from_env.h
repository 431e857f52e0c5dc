// Numbers that say how a random test runs: HW_SEED=n, HW_HISTORIES=n.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace headwater::tests {

inline std::uint64_t from_env(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

}  // namespace headwater::tests
