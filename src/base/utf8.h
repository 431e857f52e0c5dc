// UTF-8. Thread-safety: pure functions. Source: RFC 3629 (no overlong forms, no surrogates).
#pragma once

#include <cstddef>
#include <string_view>

namespace headwater::base {

// The position of the first byte that is not part of a well-formed sequence; text.size() if none.
std::size_t utf8_prefix(std::string_view text);
inline bool is_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }

}  // namespace headwater::base
