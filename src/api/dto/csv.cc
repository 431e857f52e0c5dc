#include "api/dto/csv.h"

namespace headwater::api::dto {
namespace {

bool looks_like_formula(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
}

void write_cell(std::string& out, std::string_view cell) {
  const bool guarded = looks_like_formula(cell);
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    if (guarded) out.push_back('\'');
    out.append(cell);
    return;
  }
  out.push_back('"');
  if (guarded) out.push_back('\'');
  for (const char c : cell) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace

void write_csv_row(std::string& out, const std::vector<std::string>& cells) {
  bool first = true;
  for (const std::string& cell : cells) {
    if (!first) out.push_back(',');
    first = false;
    write_cell(out, cell);
  }
  out += "\r\n";
}

}  // namespace headwater::api::dto
