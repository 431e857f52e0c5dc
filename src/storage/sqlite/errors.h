// What SQLite says, as an Error: the text tells the operator what to do, the detail names the
// statement and quotes SQLite. Thread-safety: pure function.
#pragma once

#include <string_view>

#include "base/error.h"

namespace headwater::storage::sqlite {

// `code` is an extended result code; `statement` the name in the catalogue.
base::Error map_error(int code, std::string_view statement, std::string_view sqlite_message);

}  // namespace headwater::storage::sqlite
