// base64url without padding (RFC 4648, section 5). Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headwater::api::dto {

std::string base64url_encode(std::string_view bytes);
// Strict: no padding, no other characters, no bits beyond the last byte. So each text that decodes
// is the one that encodes to the same bytes.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace headwater::api::dto
