// The shapes of the facets that Headwater reads: which members must be there, and of which type.
//
// RapidJSON's validator speaks draft 4 and ignores much of what the facets' schemas (2020-12) use,
// so the rules stand here as a table. Source: the facet schemas of OpenLineage 2-0-2.
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/json.h"

namespace headwater::ingest {

enum class FacetPlace { kRun, kJob, kDataset, kInput, kOutput };

struct FacetFault {
  std::string pointer;  // below the facet
  std::string message;
};

// True for facets that have rules or whose content is used somewhere in Headwater.
bool known_facet(FacetPlace place, std::string_view name);

// The first rule that the facet breaks; nullopt when it is well formed or has no rules.
std::optional<FacetFault> check_facet(FacetPlace place, std::string_view name,
                                      const model::JsonValue& facet);

}  // namespace headwater::ingest
