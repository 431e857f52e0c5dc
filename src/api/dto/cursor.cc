#include "api/dto/cursor.h"

#include <charconv>
#include <optional>

#include "api/dto/base64url.h"
#include "base/hash.h"

namespace headwater::api::dto {
namespace {

constexpr char kFormat = 1;
constexpr std::size_t kMaxText = 8192;
constexpr std::size_t kHeader = 9, kChecksum = 8;
constexpr std::uint64_t kSeed = 0x6865616477617465;

void put_fixed(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

std::uint64_t get_fixed(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  return value;
}

void put_varint(std::string& out, std::size_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

std::optional<std::size_t> take_varint(std::string_view& bytes) {
  std::size_t value = 0;
  for (int shift = 0; shift < 28 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::size_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

base::Error damaged() {
  return base::make_error(
      base::ErrorCode::kInvalidCursor,
      "The cursor is damaged. Pass next_cursor on as it is, or leave cursor out "
      "to start from the first page.");
}

}  // namespace

std::string encode_cursor(std::uint64_t binding, const CursorFields& fields) {
  std::string bytes(1, kFormat);
  put_fixed(bytes, binding);
  for (const std::string& field : fields) {
    put_varint(bytes, field.size());
    bytes += field;
  }
  put_fixed(bytes, base::hash64(bytes, kSeed));
  return base64url_encode(bytes);
}

base::Result<CursorFields> decode_cursor(std::string_view text, std::uint64_t binding) {
  if (text.size() > kMaxText) return damaged();
  const std::optional<std::string> bytes = base64url_decode(text);
  if (!bytes || bytes->size() < kHeader + kChecksum || bytes->front() != kFormat) return damaged();
  const std::string_view all(*bytes);
  const std::string_view signed_part = all.substr(0, all.size() - kChecksum);
  if (get_fixed(all.substr(signed_part.size())) != base::hash64(signed_part, kSeed)) {
    return damaged();
  }
  if (get_fixed(signed_part.substr(1)) != binding) {
    return base::make_error(base::ErrorCode::kInvalidCursor,
                            "The cursor belongs to another query. Keep the path and the filters "
                            "the same, or leave cursor out to start from the first page.");
  }
  CursorFields fields;
  std::string_view rest = signed_part.substr(kHeader);
  while (!rest.empty()) {
    const std::optional<std::size_t> size = take_varint(rest);
    if (!size || *size > rest.size()) return damaged();
    fields.emplace_back(rest.substr(0, *size));
    rest.remove_prefix(*size);
  }
  return fields;
}

std::string cursor_number(std::int64_t value) { return std::to_string(value); }

base::Result<std::int64_t> read_cursor_number(std::string_view field) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc{} || end != field.data() + field.size()) return damaged();
  return value;
}

}  // namespace headwater::api::dto
