// What the fault tests send: a fixed mix in which every kind of write occurs, in a fixed order.
//
// Thread-safety: constants.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "ingest/ingest.h"

namespace headwater::tests {

struct Step {
  std::string what;  // for messages
  std::variant<std::string, ingest::Decision> call;
};

// Steps that repeat an earlier one come after it.
const std::vector<Step>& steps();

// One RunEvent of job `job`, minute `minute`; `sql` is its code version.
std::string run_event(const std::string& type, const std::string& run, int minute,
                      const std::string& job, const std::string& inputs, const std::string& outputs,
                      const std::string& sql);
// "{namespace, name}" with optional facets.
std::string table(const std::string& name, const std::string& facets = "");

}  // namespace headwater::tests
