// Errors on the wire: application/problem+json (RFC 9457), one writer for server and handlers.
//
//   {"type":"/docs/errors/not-found","title":"Not found","status":404,
//    "detail":"No dataset has this name.","code":"not-found"}
//
// Only Error::message is sent; Error::detail stays in the process. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>

#include "api/http/message.h"
#include "base/error.h"

namespace headwater::api::http {

// `status` replaces the one of the error table where the wire knows a finer one (414, 431, 408).
std::string problem_json(const base::Error& error, std::optional<int> status = std::nullopt);

// 429 and 503 carry Retry-After: 1.
Response problem_response(const base::Error& error, std::optional<int> status = std::nullopt);

}  // namespace headwater::api::http
