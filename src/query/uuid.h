// Name-based UUIDs: the same content has the same version id on every machine and after every
// replay.
//
// Layout of RFC 9562 version 8 (custom): the 128-bit content hash of base/hash.h with version and
// variant bits set. Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/hash.h"

namespace headwater::query {

// "xxxxxxxx-xxxx-8xxx-yxxx-xxxxxxxxxxxx".
std::string uuid_of(const base::Hash128& hash);

}  // namespace headwater::query
