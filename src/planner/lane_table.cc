#include "planner/lane_table.h"

#include <algorithm>
#include <set>

namespace headwater::planner {

namespace {

// The dimensions that make the lane.
std::vector<const Dimension*> lane_dimensions(const Space& space) {
  std::vector<const Dimension*> out;
  for (const Dimension& dimension : space.dimensions()) {
    if (&dimension != space.index_dimension()) out.push_back(&dimension);
  }
  return out;
}

// Equal numbers mean equal values, as far as both have them.
bool counts_alike(const Dimension& a, const Dimension& b) {
  if (a.name != b.name || a.kind != b.kind) return false;
  if (a.kind == Dimension::Kind::kInteger) return a.start == b.start && a.step == b.step;
  const std::size_t both = std::min(a.keys.size(), b.keys.size());
  for (std::size_t i = 0; i < both; ++i) {
    if (a.keys[i].text != b.keys[i].text) return false;
  }
  return true;
}

std::string text_of(const Dimension& dimension, std::int64_t number) {
  return dimension.kind == Dimension::Kind::kInteger
             ? std::to_string(dimension.start + number * dimension.step)
             : dimension.keys[static_cast<std::size_t>(number)].text;
}

}  // namespace

bool LaneTable::alike(const Space& upstream, const Space& downstream) {
  const auto up = lane_dimensions(upstream), down = lane_dimensions(downstream);
  if (up.size() != down.size()) return false;
  for (std::size_t i = 0; i < up.size(); ++i) {
    if (!counts_alike(*up[i], *down[i])) return false;
  }
  const std::uint32_t both = std::min(upstream.lane_count(), downstream.lane_count());
  for (std::uint32_t lane = 0; lane < both; ++lane) {
    if (upstream.lane_values(lane) != downstream.lane_values(lane)) return false;
  }
  // What one side has beyond must have no partner under another number: there is none left.
  return true;
}

LaneTable::Side LaneTable::side_of(const Space& space, const std::vector<std::string>& common,
                                   std::map<std::string, std::uint32_t>& groups) {
  Side out;
  const std::vector<const Dimension*> dimensions = lane_dimensions(space);
  for (std::uint32_t lane = 0; lane < space.lane_count(); ++lane) {
    const std::vector<std::int64_t> numbers = space.lane_values(lane);
    if (numbers.size() != dimensions.size()) {
      out.group.push_back(kNone);
      continue;
    }
    std::string values;
    for (const std::string& name : common) {
      const auto at = std::ranges::find(dimensions, name, &Dimension::name);
      const std::string value =
          text_of(**at, numbers[static_cast<std::size_t>(at - dimensions.begin())]);
      values += std::to_string(value.size()) + ":" + value;
    }
    const auto [at, is_new] = groups.emplace(values, static_cast<std::uint32_t>(groups.size()));
    out.group.push_back(at->second);
  }
  for (std::uint32_t lane = 0; lane < out.group.size(); ++lane) {
    const std::uint32_t group = out.group[lane];
    if (group == kNone) continue;
    if (out.lanes.size() <= group) out.lanes.resize(group + std::size_t{1});
    out.lanes[group].push_back(lane);
  }
  return out;
}

std::shared_ptr<const LaneTable> LaneTable::create(const Space& upstream, const Space& downstream) {
  auto out = std::make_shared<LaneTable>();
  const std::size_t both = std::min(upstream.lane_count(), downstream.lane_count());
  if (alike(upstream, downstream)) {
    out->is_identity_ = true;
    out->count_ = static_cast<std::uint32_t>(both);
    return out;
  }
  std::set<std::string> up_names;
  for (const Dimension* dimension : lane_dimensions(upstream)) up_names.insert(dimension->name);
  std::vector<std::string> common;
  for (const Dimension* dimension : lane_dimensions(downstream)) {
    if (up_names.contains(dimension->name)) common.push_back(dimension->name);
  }
  std::map<std::string, std::uint32_t> groups;
  out->upstream_ = side_of(upstream, common, groups);
  out->downstream_ = side_of(downstream, common, groups);
  return out;
}

}  // namespace headwater::planner
