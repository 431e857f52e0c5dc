// Mapping: which partitions of an upstream dataset a partition of a downstream one reads.
//
// Rules: docs/partition-rules.md. A mapping is a value as it was declared or learned; Reads is the
// mapping between two spaces, ready to be asked.
//
// Thread-safety: values; const methods from any thread. Errors: kInvalidArgument for a mapping that
// its two spaces do not allow; the message says what would be. Not to be asked of an index outside
// of the calendar's bounds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "planner/lane_table.h"
#include "planner/space.h"
#include "planner/wait_policy.h"

namespace headwater::planner {

enum class MappingKind : std::uint8_t {
  kIdentity = 1,
  kWindow = 2,
  kRollup = 3,
  kFanOut = 4,
  kAll = 5,
  kLast = 6,
  kExplicit = 7,
  kAsOf = 8,
};
std::string_view to_string(MappingKind kind);  // "identity", "fan_out" ...

// kSame: of the same number; kMatched: of the same values in the dimensions that both have.
enum class LaneRule : std::uint8_t { kSame = 1, kAll = 2, kProjected = 3, kMatched = 4 };

struct Mapping {
  MappingKind kind = MappingKind::kIdentity;
  // In upstream units; of kWindow, kRollup and kFanOut. Bounds: +-kMaxOffset, from <= to.
  std::int64_t from = 0, to = 0;
  LaneRule lanes = LaneRule::kSame;
  std::vector<std::uint32_t> projection;  // kProjected: the upstream lane of each downstream lane
  struct Pair {
    Place downstream, upstream;
    auto operator<=>(const Pair&) const = default;
  };
  std::vector<Pair> pairs;  // kExplicit
  WaitPolicy wait;          // of a declared one
  bool operator==(const Mapping&) const = default;
};

inline constexpr std::int64_t kMaxOffset = 1'000'000;
inline constexpr std::size_t kMaxPairs = 1'000'000;

// Indexes [first, last]; empty if last < first.
struct Interval {
  std::int64_t first = 0, last = -1;
  bool empty() const { return last < first; }
  bool operator==(const Interval&) const = default;
};

class Reads {
 public:
  static base::Result<Reads> create(Mapping mapping, const Space& upstream,
                                    const Space& downstream);

  const Mapping& mapping() const { return mapping_; }
  // Every partition of a lane reads the same: kAll and kLast. Then there are no intervals.
  bool uniform() const {
    return mapping_.kind == MappingKind::kAll || mapping_.kind == MappingKind::kLast;
  }
  bool counts() const { return mapping_.kind != MappingKind::kAsOf; }
  bool is_explicit() const { return mapping_.kind == MappingKind::kExplicit; }

  // What downstream index `i` reads, and who reads upstream index `u`, whatever is there. Both ends
  // never decrease. Not for uniform or explicit mappings.
  Interval upstream_of(std::int64_t i) const;
  Interval downstream_of(std::int64_t u) const;
  // Some downstream index may read nothing though its neighbours do: where a zone left out a day,
  // or where what is upstream is not finer.
  bool leaves_gaps() const { return leaves_gaps_; }
  // Explicit: one by one, sorted.
  std::vector<Place> upstream_of(const Place& downstream) const;
  std::vector<Place> downstream_of(const Place& upstream) const;

  // Calls visit(lane) for the upstream lanes that a downstream lane reads, of `count` that there
  // are; and the other way.
  template <class Visit>
  void each_upstream_lane(std::uint32_t downstream, std::uint32_t count, Visit visit) const {
    if (mapping_.lanes == LaneRule::kAll) {
      for (std::uint32_t lane = 0; lane < count; ++lane) visit(lane);
    } else if (mapping_.lanes == LaneRule::kSame) {
      visit(downstream);
    } else if (mapping_.lanes == LaneRule::kMatched) {
      table_->each_upstream(downstream, visit);
    } else if (downstream < mapping_.projection.size()) {
      visit(mapping_.projection[downstream]);
    }
  }
  template <class Visit>
  void each_downstream_lane(std::uint32_t upstream, std::uint32_t count, Visit visit) const {
    if (mapping_.lanes == LaneRule::kAll) {
      for (std::uint32_t lane = 0; lane < count; ++lane) visit(lane);
    } else if (mapping_.lanes == LaneRule::kSame) {
      visit(upstream);
    } else if (mapping_.lanes == LaneRule::kMatched) {
      table_->each_downstream(upstream, visit);
    } else {
      for (std::uint32_t lane = 0; lane < mapping_.projection.size(); ++lane) {
        if (mapping_.projection[lane] == upstream) visit(lane);
      }
    }
  }

 private:
  Mapping mapping_;  // pairs by downstream
  std::vector<Mapping::Pair> by_upstream_;
  std::optional<Calendar> upstream_, downstream_;
  std::shared_ptr<const LaneTable> table_;  // kMatched
  bool leaves_gaps_ = false;
};

}  // namespace headwater::planner
