#include "stats/costs.h"

#include <algorithm>

#include "stats/uses.h"

namespace headwater::stats {
namespace {

constexpr std::array<std::string_view, 6> kAbsentNames = {
    "", "(no owner)", "(untagged)", "(no output)", "(unattributed)", "(not used)"};

bool known(const graph::Snapshot& graph, NodeId node) {
  return node.value != 0 && node.value <= graph.node_count();
}

std::string escaped(const std::string& text) {
  const bool special = !text.empty() && (text.front() == '(' || text.front() == '\\');
  return special ? "\\" + text : text;
}

}  // namespace

std::optional<Dimension> dimension_named(std::string_view name) {
  const auto it = std::ranges::find(kDimensionNames, name);
  if (it == kDimensionNames.end()) return std::nullopt;
  return static_cast<Dimension>(it - kDimensionNames.begin());
}

std::optional<Period> period_of(Dimension dimension) {
  if (dimension == Dimension::kDays) return Period::kDaily;
  if (dimension == Dimension::kWeeks) return Period::kWeekly;
  if (dimension == Dimension::kMonths) return Period::kMonthly;
  return std::nullopt;
}

std::string display_name(const graph::Snapshot& graph, const ArcName& name) {
  if (name.absent != Absent::kNot) {
    return std::string(kAbsentNames[static_cast<std::size_t>(name.absent)]);
  }
  if (const std::optional<Period> period = period_of(name.dimension)) {
    return period_text(*period, name.day);
  }
  if (name.node.value == 0) return name.text;
  return known(graph, name.node) ? std::string(graph.node(name.node).name)
                                 : std::to_string(name.node.value);
}

std::string key_of(const graph::Snapshot& graph, const ArcName& name) {
  if (name.absent != Absent::kNot || period_of(name.dimension)) return display_name(graph, name);
  if (name.node.value == 0) return escaped(name.text);
  std::string out(name.dimension == Dimension::kJob       ? "job:"
                  : name.dimension == Dimension::kDataset ? "dataset:"
                                                          : "consumer:");
  if (!known(graph, name.node)) return out + std::to_string(name.node.value);
  const graph::NodeInfo info = graph.node(name.node);
  return out.append(info.name_space).append(":").append(info.name);
}

}  // namespace headwater::stats
