// Dimensions of a space as JSON, and what of them may change.
//
// Thread-safety: pure functions. Errors: kInvalidArgument, naming the member and what is allowed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "planner/space.h"

namespace headwater::planner {

// `json`: valid JSON, of the form at the top of space.h. Members one by one; what they come to
// together is Space::create's to check.
base::Result<std::vector<Dimension>> read_dimensions(std::string_view json);
std::string dimensions_json(const std::vector<Dimension>& dimensions);

// `after`, whose names differ, with the order and the static keys' numbers of `before`.
base::Result<std::vector<Dimension>> replace_dimensions(const std::vector<Dimension>& before,
                                                        std::vector<Dimension> after);

}  // namespace headwater::planner
