// Changes as the command line names them, as the body of POST /impact. Private to cli.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace headwater::cli {

// KIND:NODEID, and with the kind: dataset_late:NODEID:UNTIL, column_dropped:NODEID:COLUMN,
// column_added:NODEID:COLUMN, column_renamed:NODEID:COLUMN:TO, column_retyped:NODEID:COLUMN:TO,
// where TO may be empty. Ids hold colons, so columns are read from the end; "%3A" is a colon inside
// one. A datasetField id has its column in it. As one JSON object. kInvalidArgument says what is
// missing.
base::Result<std::string> change_json(const std::string& text);

// The text of the "changes" member: of --change each, and of a file that holds an array of changes
// or an object with one.
base::Result<std::string> changes_json(const std::vector<std::string>& changes,
                                       const std::string& file_text);

}  // namespace headwater::cli
