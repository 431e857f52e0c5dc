// sync_path: fsync of a file or directory by its path. Thread-safety: any thread.
// Never for a file that SQLite has open in this process: closing it would drop SQLite's locks.
#pragma once

#include <string>

#include "base/result.h"

namespace headwater::storage {

base::Result<void> sync_path(const std::string& path);
// The directory that has the entry of `path`.
std::string parent_of(const std::string& path);

}  // namespace headwater::storage
