// LaneTable: which lanes of two spaces belong together. Private to planner.
//
// Those whose dimensions of the same name, the indexes' apart, have the same values: a dimension
// that one side alone has restricts nothing. Without a common one every lane belongs to every
// other.
//
// Thread-safety: a value; const methods from any thread. Cost of create(): O(lanes); of asking:
// none. Memory: nothing where equal numbers have equal values, which is what most spaces come to.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "planner/space.h"

namespace headwater::planner {

class LaneTable {
 public:
  static std::shared_ptr<const LaneTable> create(const Space& upstream, const Space& downstream);

  template <class Visit>
  void each_upstream(std::uint32_t downstream, Visit visit) const {
    each(downstream_, upstream_, downstream, visit);
  }
  template <class Visit>
  void each_downstream(std::uint32_t upstream, Visit visit) const {
    each(upstream_, downstream_, upstream, visit);
  }

 private:
  // One side's lanes, by the values of the common dimensions.
  struct Side {
    std::vector<std::uint32_t> group;               // of each lane; kNone: it has no values yet
    std::vector<std::vector<std::uint32_t>> lanes;  // of each group
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;

  template <class Visit>
  void each(const Side& from, const Side& to, std::uint32_t lane, Visit visit) const {
    if (is_identity_) {
      if (lane < count_) visit(lane);
      return;
    }
    if (lane >= from.group.size() || from.group[lane] == kNone) return;
    const std::uint32_t group = from.group[lane];
    if (group >= to.lanes.size()) return;
    for (const std::uint32_t other : to.lanes[group]) visit(other);
  }
  static bool alike(const Space& upstream, const Space& downstream);
  static Side side_of(const Space& space, const std::vector<std::string>& common,
                      std::map<std::string, std::uint32_t>& groups);

  bool is_identity_ = false;
  std::uint32_t count_ = 0;  // lanes that both have; of an identity
  Side upstream_, downstream_;
};

}  // namespace headwater::planner
