// Which partitions one partition reads, from the table of mappings in docs/partition-rules.md and
// from nothing but where partitions begin.
#pragma once

#include <algorithm>
#include <cstdint>

#include "planner/mapping.h"
#include "planner/space.h"

namespace headwater::tests::partitions {

// The first partition that begins at `moment` or later.
inline std::int64_t first_from(const planner::Calendar& calendar, base::Micros moment) {
  std::int64_t at = calendar.index_of(moment);  // somewhere near
  while (calendar.start_of(at - 1) >= moment) --at;
  while (calendar.start_of(at) < moment) ++at;
  return at;
}

class NaiveReads {
 public:
  NaiveReads(const planner::Mapping& mapping, const planner::Space& upstream,
             const planner::Space& downstream, const planner::Place& place)
      : mapping_(mapping), upstream_(upstream), downstream_(downstream), place_(place) {
    const std::int64_t i = place.index;
    switch (mapping.kind) {
      case planner::MappingKind::kIdentity: first_ = last_ = i; break;
      case planner::MappingKind::kWindow:
        first_ = i + mapping.from;
        last_ = i + mapping.to;
        break;
      case planner::MappingKind::kRollup: {
        const planner::Calendar &up = *upstream.calendar(), &down = *downstream.calendar();
        first_ = first_from(up, down.start_of(i)) + mapping.from;
        last_ = first_from(up, down.start_of(i + 1)) - 1 + mapping.to;
        break;
      }
      case planner::MappingKind::kFanOut: {
        const planner::Calendar &up = *upstream.calendar(), &down = *downstream.calendar();
        const std::int64_t holds = first_from(up, down.start_of(i) + 1) - 1;
        first_ = holds + mapping.from;
        last_ = holds + mapping.to;
        break;
      }
      default: break;
    }
  }

  bool reads(const planner::Place& upstream) const {
    using planner::MappingKind;
    if (mapping_.kind == MappingKind::kAsOf) return false;
    if (mapping_.kind == MappingKind::kExplicit) {
      return std::any_of(mapping_.pairs.begin(), mapping_.pairs.end(), [&](const auto& pair) {
        return pair.downstream == place_ && pair.upstream == upstream;
      });
    }
    if (!reads_lane(upstream.lane)) return false;
    if (mapping_.kind == MappingKind::kAll || mapping_.kind == MappingKind::kLast) return true;
    return first_ <= upstream.index && upstream.index <= last_;
  }

 private:
  bool reads_lane(std::uint32_t lane) const {
    switch (mapping_.lanes) {
      case planner::LaneRule::kAll: return true;
      case planner::LaneRule::kSame: return lane == place_.lane;
      case planner::LaneRule::kProjected:
        return place_.lane < mapping_.projection.size() && mapping_.projection[place_.lane] == lane;
      case planner::LaneRule::kMatched:
        return agree(values_of(upstream_, lane), values_of(downstream_, place_.lane));
    }
    return false;
  }
  // What makes the lane, by dimension.
  static planner::KeyParts values_of(const planner::Space& space, std::uint32_t lane) {
    planner::KeyParts out = space.key_of({lane, 0});
    if (const planner::Dimension* const index = space.index_dimension()) out.erase(index->name);
    return out;
  }
  static bool agree(const planner::KeyParts& a, const planner::KeyParts& b) {
    return std::all_of(a.begin(), a.end(), [&b](const auto& part) {
      const auto other = b.find(part.first);
      return other == b.end() || other->second == part.second;
    });
  }

  const planner::Mapping& mapping_;
  const planner::Space &upstream_, &downstream_;
  const planner::Place place_;
  std::int64_t first_ = 0, last_ = -1;
};

}  // namespace headwater::tests::partitions
