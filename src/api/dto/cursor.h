// Cursors: where a list goes on, in a form that only the query that made it accepts.
//
// base64url of: format byte 1, binding (8 bytes), fields (each a length as varint, then its bytes),
// checksum (8 bytes, over all before it). Opaque to clients, no secret: it names only what the page
// showed. Pure functions. Errors: kInvalidCursor, which says whether the text is damaged or belongs
// to another query. Bounds: 8 KiB of text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headwater::api::dto {

using CursorFields = std::vector<std::string>;

// `binding`: a hash of the path and the filters.
std::string encode_cursor(std::uint64_t binding, const CursorFields& fields);
base::Result<CursorFields> decode_cursor(std::string_view text, std::uint64_t binding);

// Numbers inside of fields.
std::string cursor_number(std::int64_t value);
base::Result<std::int64_t> read_cursor_number(std::string_view field);

}  // namespace headwater::api::dto
