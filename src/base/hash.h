// Hash128 and the two hash functions used everywhere: xxHash3 with 64 and 128 bits.
//
// Not cryptographic: they tell apart, they do not authenticate. The functions are part of the
// on-disk formats (docs/formats.md), so they never change. Thread-safety: pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace headwater::base {

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Hash128&) const = default;
};

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);
Hash128 hash128(std::string_view bytes);
// 32 lower-case hex digits, high half first.
std::string to_hex(const Hash128& hash);
std::string to_hex(std::uint64_t value);  // 16 digits

// Feeds delimited fields into one 128-bit hash: ("ab","c") and ("a","bc") differ.
class Hasher {
 public:
  Hasher& field(std::string_view bytes);
  Hasher& field(std::uint64_t value);
  Hash128 finish() const { return hash128(buffer_); }

 private:
  std::string buffer_;
};

struct Hash128Hasher {
  std::size_t operator()(const Hash128& h) const { return static_cast<std::size_t>(h.low); }
};

}  // namespace headwater::base
