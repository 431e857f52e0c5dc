#include "cli/impact_print.h"

#include <algorithm>
#include <utility>

#include "model/json.h"

namespace headwater::cli {

using base::Result;
using model::JsonValue;

namespace {

constexpr std::size_t kRowsForWidths = 200;
constexpr std::size_t kWidest = 72;  // of a column; longer cells push the rest to the right
constexpr std::size_t kShownSteps = 3;

// Without the kind of node before it.
std::string short_id(const std::string& id) {
  for (const std::string_view prefix : {"datasetField:", "dataset:", "job:"}) {
    if (id.starts_with(prefix)) return id.substr(prefix.size());
  }
  return id;
}

std::string path_summary(const JsonValue& path) {
  std::vector<std::string> stops;
  path.elements([&](const JsonValue& step) {
    if (stops.empty()) stops.push_back(short_id(step.get("from").string().value_or("")));
    const bool assumed = step.get("assumed").boolean().value_or(false);
    stops.push_back((assumed ? "(assumed) " : "") + short_id(step.get("to").string().value_or("")));
  });
  std::string out;
  for (std::size_t i = 0; i < stops.size(); ++i) {
    const bool middle = i > 0 && i + kShownSteps - 1 < stops.size();
    if (middle && i > 1) continue;
    if (i > 0) out += " > ";
    out += middle ? "... " + std::to_string(stops.size() - kShownSteps) + " more" : stops[i];
  }
  return out;
}

std::string joined(const JsonValue& texts) {
  std::string out;
  texts.elements([&](const JsonValue& text) {
    out += (out.empty() ? "" : ", ") + text.string().value_or("");
  });
  return out;
}

std::string count_of(const JsonValue& summary, const char* name) {
  return std::to_string(summary.get(name).integer().value_or(0));
}

}  // namespace

Result<void> Lines::take(std::string_view bytes) {
  for (std::size_t end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
    rest_.append(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
    HW_CHECK_OK(each_(rest_));
    rest_.clear();
  }
  rest_.append(bytes);
  return {};
}

Result<void> ImpactTable::line(std::string_view json) {
  const JsonValue line(json);
  const std::string kind = line.get("line").string().value_or("");
  if (kind == "summary") return summary(json);
  if (kind != "affected") return {};
  std::string severity = line.get("severity").string().value_or("");
  if (line.get("assumed").boolean().value_or(false)) severity += " ?";
  Row row = {std::move(severity), std::to_string(line.get("distance").integer().value_or(0)),
             line.get("nodeId").string().value_or(""), joined(line.get("owners")),
             path_summary(line.get("path"))};
  if (fixed_) return print_row(row);
  rows_.push_back(std::move(row));
  return rows_.size() < kRowsForWidths ? Result<void>{} : flush();
}

Result<void> ImpactTable::flush() {
  if (fixed_ || rows_.empty()) return {};
  fixed_ = true;
  rows_.insert(rows_.begin(), {"SEVERITY", "DIST", "NODE", "OWNERS", "PATH"});
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths_[i] = std::max(widths_[i], std::min(row[i].size(), kWidest));
    }
  }
  for (const Row& row : rows_) HW_CHECK_OK(print_row(row));
  rows_.clear();
  return {};
}

Result<void> ImpactTable::print_row(const Row& row) {
  std::string text;
  for (std::size_t i = 0; i < row.size(); ++i) {
    text += row[i];
    if (i + 1 == row.size()) break;
    text.append(row[i].size() < widths_[i] ? widths_[i] - row[i].size() : 0, ' ').append("  ");
  }
  while (text.ends_with(' ')) text.pop_back();
  return print_(text + "\n");
}

Result<void> ImpactTable::summary(std::string_view json) {
  HW_CHECK_OK(flush());
  const JsonValue line(json);
  const JsonValue counts = line.get("summary");
  std::string text = fixed_ ? "\n" : "";
  text += count_of(counts, "breaking") + " breaking, " + count_of(counts, "degraded") +
          " degraded, " + count_of(counts, "recompute") +
          " to recompute: " + count_of(counts, "jobs") + " jobs, " + count_of(counts, "datasets") +
          " datasets, " + count_of(counts, "consumers") + " consumers; as of " +
          line.get("as_of").string().value_or("") + ", seq " +
          std::to_string(line.get("seq").integer().value_or(0)) + "\n";
  if (!line.get("complete").boolean().value_or(false)) {
    text += "NOT COMPLETE: cut by " + line.get("cut").get("reason").string().value_or("") + "\n";
  }
  return print_(text);
}

Result<void> ImpactDocumentText::line(std::string_view json) {
  const std::string kind = JsonValue(json).get("line").string().value_or("");
  // Members after the first, which names the line.
  const std::string_view members = json.substr(std::min(json.find(','), json.size() - 1) + 1);
  if (kind == "head") {
    return print_("{" + std::string(members.substr(0, members.size() - 1)) + ",\"affected\":[");
  }
  if (kind == "affected") {
    const std::string text = (any_ ? ",\n{" : "\n{") + std::string(members);
    any_ = true;
    return print_(text);
  }
  return print_("]," + std::string(members) + "\n");
}

}  // namespace headwater::cli
