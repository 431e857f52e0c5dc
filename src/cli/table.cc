#include "cli/table.h"

#include <algorithm>
#include <cstdio>

namespace headwater::cli {

namespace {

constexpr std::size_t kWidest = 72;

}  // namespace

Table::Table(std::vector<std::string> names) {
  for (std::string& name : names) {
    right_.push_back(name.starts_with('>'));
    if (right_.back()) name.erase(0, 1);
  }
  rows_.push_back(std::move(names));
}

std::string Table::text() const {
  std::vector<std::size_t> widths(right_.size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], std::min(row[i].size(), kWidest));
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] > row[i].size() ? widths[i] - row[i].size() : 0, ' ');
      line += (i > 0 ? "  " : "") + (right_[i] ? blanks + row[i] : row[i] + blanks);
    }
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string short_id(const std::string& node_id) {
  for (const std::string_view prefix : {"datasetField:", "dataset:", "job:"}) {
    if (node_id.starts_with(prefix)) return node_id.substr(prefix.size());
  }
  return node_id;
}

std::string duration_text(std::int64_t milliseconds) {
  if (milliseconds < 0) return "?";
  const std::int64_t seconds = milliseconds / 1000;
  const auto two = [](std::int64_t large, const char* unit, std::int64_t small, const char* part) {
    std::string out = std::to_string(large) + " " + unit;
    if (small > 0) out += " " + std::to_string(small) + " " + part;
    return out;
  };
  if (seconds >= 86'400) return two(seconds / 86'400, "d", seconds % 86'400 / 3600, "h");
  if (seconds >= 3600) return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
  if (seconds >= 60) return two(seconds / 60, "min", seconds % 60, "s");
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(milliseconds) / 1000);
  return text;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace headwater::cli
