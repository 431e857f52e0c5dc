// What a request for an impact asks for: its body, checked.
//
// Errors: kInvalidArgument, kLimitExceeded, kInvalidNodeId, kNotFound, with the member's pointer.
#pragma once

#include <cstdint>

#include "api/v1/context.h"
#include "model/json.h"
#include "query/query.h"

namespace headwater::api::v1 {

enum class ImpactFormat { kJson, kNdjson, kCsv };

struct ImpactQuery {
  query::ImpactRequest request;
  query::ImpactFilter filter;
  ImpactFormat format = ImpactFormat::kJson;
  bool evidence = false;
  bool by_weight = false;    // the heaviest first (impact_figures.h), not the nearest
  std::size_t limit = 1000;  // of a page
};

Result<ImpactQuery> read_impact(Context& context, query::Session& session,
                                const model::JsonValue& body);

// The hash of everything that chooses or orders what is listed.
std::uint64_t impact_binding(const http::Request& request, const model::JsonValue& body);

}  // namespace headwater::api::v1
