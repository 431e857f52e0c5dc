// Request targets and what is in them, private to api/http.
//
// Pure functions over untrusted text; linear time, no recursion. Errors are kInvalidArgument.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "base/result.h"

namespace headwater::api::http {

struct Target {
  std::string authority;  // "host:port" of the absolute form, else ""
  bool absolute = false;
  bool asterisk = false;  // "*", for OPTIONS
  std::string path;       // still encoded; "/" if the absolute form has none
  std::vector<std::string> segments;
  Fields query;
};

// RFC 9112 section 3.2: origin form, absolute form with http or https, or "*".
base::Result<Target> parse_target(std::string_view target);

// Undoes %XX; refuses a truncated or non-hex escape, NUL, and what is not UTF-8 afterwards.
base::Result<std::string> percent_decode(std::string_view text, bool plus_is_space);

// "a=1&b" is {a,1},{b,""}; empty parts are skipped.
base::Result<Fields> parse_query(std::string_view text);

// "/a/b%2Fc/" is {a, b/c}; "/" is {}; "/a//b" keeps the empty segment.
base::Result<std::vector<std::string>> split_path(std::string_view path);

}  // namespace headwater::api::http
