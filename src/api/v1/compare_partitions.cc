#include "api/v1/compare_partitions.h"

#include <map>
#include <string>

#include "api/dto/partition_dto.h"

namespace headwater::api::v1 {
namespace {

using planner::DatasetNo;
using planner::Space;
using planner::Span;

// Fingerprints of what is there, by index.
using Prints = std::map<std::int64_t, std::uint64_t>;

base::Error too_many() {
  return base::make_error(
      base::ErrorCode::kLimitExceeded,
      "A side has more than 1,000,000 partitions (limit "
      "compare.max_partitions). Leave partitions out with parts=schema,profile.");
}

std::shared_ptr<const Space> space_of(const PartitionSide& side) {
  return side.state->segment(side.dataset).space;
}

Result<void> add_standing(const planner::Lane& lane, std::size_t& left, Prints& to) {
  for (std::int64_t block = lane.first; block < lane.end(); ++block) {
    const planner::Block* const there = lane.find(block);
    if (there == nullptr) continue;
    for (std::size_t i = 0; i < static_cast<std::size_t>(planner::kBlockSize); ++i) {
      if (!there->present.get(i)) continue;
      if (left-- == 0) return too_many();
      to.emplace((block << planner::kBlockBits) + static_cast<std::int64_t>(i), there->out(i));
    }
  }
  return {};
}

// By lane, as text.
Result<std::map<std::string, std::pair<std::uint32_t, Prints>>> prints_of(
    storage::Reader& rows, model::Seq seq, const PartitionSide& side) {
  std::map<std::string, std::pair<std::uint32_t, Prints>> out;
  if (!side.dataset) return out;
  const planner::Segment& segment = side.state->segment(side.dataset);
  std::size_t left = kMaxComparedPartitions;
  for (std::uint32_t lane = 0; lane < segment.lane_count(); ++lane) {
    Prints prints;
    if (side.as_of) {
      HW_TRY(const auto writes, rows.materializations(side.dataset, lane, INT64_MIN, INT64_MAX));
      for (const storage::MaterializationRow& write : writes) {
        if (write.end > *side.as_of || write.seq > seq) continue;
        if (prints.insert_or_assign(write.index, write.out).second && left-- == 0) {
          return too_many();
        }
      }
    } else if (const planner::Lane* const standing = segment.find(lane)) {
      HW_CHECK_OK(add_standing(*standing, left, prints));
    }
    if (!prints.empty()) out[segment.space->lane_text(lane)] = {lane, std::move(prints)};
  }
  return out;
}

// The right side's partitions by the indexes that the left side's space gives them.
Result<Prints> aligned(const Prints& right, const Space& from, const Space& to) {
  const auto same = [&](std::int64_t index) {
    return from.index_text(index) == to.index_text(index);
  };
  if (right.empty() || (same(right.begin()->first) && same(right.rbegin()->first))) return right;
  Prints out;
  for (const auto& [index, print] : right) {
    const auto bound = to.parse_bound(from.index_text(index));
    if (!bound) return bound.error();
    out.emplace(bound->index, print);
  }
  return out;
}

using SpacePtr = std::shared_ptr<const Space>;

void add(PartitionComparison& to, PartitionComparison::What what, std::uint32_t lane,
         std::int64_t index, const SpacePtr& space) {
  ++to.counts[what];
  auto& ranges = to.ranges[what];
  const bool goes_on = !ranges.empty() && ranges.back().space == space &&
                       ranges.back().span.lane == lane && ranges.back().span.last + 1 == index;
  if (goes_on) {
    ranges.back().span.last = index;
  } else if (ranges.size() < kMaxComparedRanges) {
    ranges.push_back({{lane, index, index}, space});
  }
}

void compare_lane(std::uint32_t lane, const Prints& left, const Prints& right,
                  const SpacePtr& space, PartitionComparison& to) {
  using What = PartitionComparison::What;
  auto a = left.begin();
  auto b = right.begin();
  while (a != left.end() || b != right.end()) {
    if (b == right.end() || (a != left.end() && a->first < b->first)) {
      add(to, What::kOnlyLeft, lane, (a++)->first, space);
    } else if (a == left.end() || b->first < a->first) {
      add(to, What::kOnlyRight, lane, (b++)->first, space);
    } else {
      add(to, a->second == b->second ? What::kEqual : What::kDifferent, lane, a->first, space);
      ++a;
      ++b;
    }
  }
}

}  // namespace

Result<PartitionComparison> compare_partitions(storage::Reader& rows, model::Seq seq,
                                               const PartitionSide& left,
                                               const PartitionSide& right) {
  using What = PartitionComparison::What;
  PartitionComparison out;
  HW_TRY(auto ours, prints_of(rows, seq, left));
  HW_TRY(auto theirs, prints_of(rows, seq, right));
  for (const auto& [name, lane] : ours) {
    const auto other = theirs.find(name);
    Prints right_prints;
    if (other != theirs.end()) {
      HW_TRY(right_prints, aligned(other->second.second, *space_of(right), *space_of(left)));
      theirs.erase(other);
    }
    compare_lane(lane.first, lane.second, right_prints, space_of(left), out);
  }
  for (const auto& [name, lane] : theirs) {
    for (const auto& [index, print] : lane.second) {
      add(out, What::kOnlyRight, lane.first, index, space_of(right));
    }
  }
  const bool same =
      out.counts[What::kOnlyLeft] + out.counts[What::kOnlyRight] + out.counts[What::kDifferent] ==
      0;
  if (!same) {
    out.likeness = stats::Likeness::kDiffers;
  } else if (out.counts[What::kEqual] > 0) {
    out.likeness = stats::Likeness::kEqual;
  }
  return out;
}

void write_partitions(dto::JsonWriter& json, const PartitionComparison& found) {
  using What = PartitionComparison::What;
  json.begin_object().key("verdict").text(to_string(found.likeness));
  const std::pair<What, std::string_view> parts[] = {{What::kEqual, "equal"},
                                                     {What::kDifferent, "different"},
                                                     {What::kOnlyLeft, "only_left"},
                                                     {What::kOnlyRight, "only_right"}};
  for (const auto& [what, name] : parts) {
    json.key(name).begin_object().key("count").number(found.counts[what]);
    json.key("ranges").begin_array();
    for (const auto& range : found.ranges[what]) {
      dto::write_key_range(json, *range.space, range.span);
    }
    json.end_array().end_object();
  }
  json.end_object();
}

}  // namespace headwater::api::v1
