// libFuzzer: cursors that nobody made, and cursors that were made and changed.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/dto/base64url.h"
#include "api/dto/cursor.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headwater::api::dto;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto bytes = base64url_decode(text)) REQUIRE(base64url_encode(*bytes) == text);
  if (const auto fields = decode_cursor(text, 7)) REQUIRE(encode_cursor(7, *fields) == text);
  if (const auto number = read_cursor_number(text)) {
    REQUIRE(read_cursor_number(cursor_number(*number)).value() == *number);
  }
  if (size < 3 || size > 2000) return 0;
  const CursorFields fields = {std::string(text.substr(0, size / 3)),
                               std::string(text.substr(size / 3)), ""};
  std::string made = encode_cursor(data[0], fields);
  const auto back = decode_cursor(made, data[0]);
  REQUIRE(back && *back == fields);
  REQUIRE(!decode_cursor(made, data[0] + 1));
  char& changed = made[(data[1] * 256U + data[2]) % made.size()];
  changed = changed == 'A' ? 'B' : 'A';
  REQUIRE(!decode_cursor(made, data[0]));
  return 0;
}
