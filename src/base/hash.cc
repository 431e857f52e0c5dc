#include "base/hash.h"

#include <array>
#include <bit>
#include <cstring>

#include <xxhash.h>

namespace headwater::base {

static_assert(std::endian::native == std::endian::little);

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Hash128 hash128(std::string_view bytes) {
  const XXH128_hash_t h = XXH3_128bits(bytes.data(), bytes.size());
  return {h.high64, h.low64};
}

std::string to_hex(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) out[i] = kDigits[value & 15];
  return out;
}

std::string to_hex(const Hash128& hash) { return to_hex(hash.high) + to_hex(hash.low); }

Hasher& Hasher::field(std::string_view bytes) {
  field(static_cast<std::uint64_t>(bytes.size()));
  buffer_.append(bytes);
  return *this;
}

Hasher& Hasher::field(std::uint64_t value) {
  std::array<char, 8> raw{};
  std::memcpy(raw.data(), &value, raw.size());
  buffer_.append(raw.data(), raw.size());
  return *this;
}

}  // namespace headwater::base
