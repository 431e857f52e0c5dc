// Files of the browser: a directory, read when asked for, never outside of it.
//
// Paths without a file fall back to index.html, since the pages route themselves; missing files
// under /assets are 404. Files under /assets carry a hash in their name and are cached for good,
// all others are asked for again. Thread-safety: any thread. Errors: kNotFound. Bounds: 16 MiB a
// file.
#pragma once

#include <string>
#include <vector>

#include "api/v1/context.h"

namespace headwater::api::v1 {

// `segments`: of the request's path, decoded.
Answer static_file(const std::string& directory, const std::vector<std::string>& segments);
// One file by its name in the directory.
Answer named_file(const std::string& directory, const std::string& name);

}  // namespace headwater::api::v1
