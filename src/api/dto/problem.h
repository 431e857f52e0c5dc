// Problems: application/problem+json with the members that say where it went wrong.
//
// The base members are those of api/http/problem.h; these are added where they are known.
// Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"

namespace headwater::api::dto {

struct ProblemDetails {
  std::string instance;   // the id of the request
  std::string parameter;  // of the query or body
  std::string pointer;    // into the body
  std::optional<std::int64_t> limit, quarantine_seq, retry_after_s;
};

std::string problem_json(const base::Error& error, const ProblemDetails& details);

}  // namespace headwater::api::dto
