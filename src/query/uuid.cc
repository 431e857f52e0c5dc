#include "query/uuid.h"

namespace headwater::query {

std::string uuid_of(const base::Hash128& hash) {
  base::Hash128 bits = hash;
  bits.high = (bits.high & ~std::uint64_t{0xF000}) | 0x8000;
  bits.low = (bits.low & ~(std::uint64_t{3} << 62)) | (std::uint64_t{2} << 62);
  std::string text = base::to_hex(bits);
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace headwater::query
