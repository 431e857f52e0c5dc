// CSV as RFC 4180 has it: rows end with CR LF, a cell with a comma, a quote or a line break is
// quoted, quotes inside are doubled. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headwater::api::dto {

// Appends one row. A cell that a spreadsheet would take for a formula (it begins with = + - @, a
// tab or a carriage return) gets an apostrophe before it.
void write_csv_row(std::string& out, const std::vector<std::string>& cells);

}  // namespace headwater::api::dto
