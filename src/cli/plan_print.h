// Plans, tasks and leases for people. Private to cli. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "model/json.h"

namespace headwater::cli {

std::string plan_text(const model::JsonValue& plan);
// Rows of a list; `plans` and `tasks` are documents of theirs.
std::string plans_text(const std::vector<std::string>& plans);
std::string tasks_text(const std::vector<std::string>& tasks);
std::string leases_text(const model::JsonValue& answer);

}  // namespace headwater::cli
