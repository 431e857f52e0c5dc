// What a plan consists of while it is worked out: runs of partitions, lane by lane. Private to
// planner.
//
// Thread-safety: plain values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "planner/ids.h"
#include "planner/mapping.h"
#include "planner/plan.h"

namespace headwater::planner {

// Partitions [first, last] of a lane that are alike in all the rest.
struct Piece {
  std::int64_t first = 0, last = -1;
  bool code = false, inputs = false, missing = false;  // why it is definite; none: it may become
  bool refresh = false;                                // or this; then none of these
  bool seed = false;                                   // what the plan is for, not only reached
  bool doomed = false;                                 // something that it reads has expired
  Action action = Action::kRun;
  NodeId job;

  bool definite() const { return code || inputs || missing || refresh; }
  std::int64_t count() const { return last - first + 1; }
  bool alike(const Piece& o) const {
    return code == o.code && inputs == o.inputs && missing == o.missing && refresh == o.refresh &&
           seed == o.seed && doomed == o.doomed && action == o.action && job == o.job;
  }
};
using Pieces = std::vector<Piece>;                         // sorted and apart
using LanePieces = std::vector<Pieces>;                    // by lane
using PlanSet = std::vector<LanePieces>;                   // by dataset - 1
using LaneIntervals = std::vector<std::vector<Interval>>;  // by lane; sorted and apart

inline void append(Pieces& pieces, const Piece& piece) {
  if (piece.first > piece.last) return;
  if (!pieces.empty() && pieces.back().last + 1 == piece.first && pieces.back().alike(piece)) {
    pieces.back().last = piece.last;
  } else {
    pieces.push_back(piece);
  }
}

// Calls visit(part, inside) for the parts of the piece that lie in one of the intervals and for
// those between, in order.
template <class Visit>
void each_part(const Piece& piece, const std::vector<Interval>& intervals, Visit visit) {
  std::int64_t at = piece.first;
  const auto part = [&](std::int64_t first, std::int64_t last, bool inside) {
    Piece out = piece;
    out.first = first;
    out.last = last;
    visit(out, inside);
  };
  for (auto it = std::lower_bound(
           intervals.begin(), intervals.end(), piece.first,
           [](const Interval&interval, std::int64_t index) { return interval.last < index; });
       it != intervals.end() && it->first <= piece.last && at <= piece.last; ++it) {
    if (at < it->first) part(at, it->first - 1, false);
    at = std::max(at, it->first);
    const std::int64_t last = std::min(piece.last, it->last);
    part(at, last, true);
    at = last + 1;
  }
  if (at <= piece.last) part(at, piece.last, false);
}

// How many partitions of the pieces lie in one of the intervals.
inline std::int64_t overlap(const Pieces& pieces, const std::vector<Interval>& intervals) {
  std::int64_t out = 0;
  for (const Piece& piece : pieces) {
    each_part(piece, intervals,
              [&](const Piece& part, bool inside) { out += inside ? part.count() : 0; });
  }
  return out;
}

// The first of a lane's pieces (or of anything with `last`) that ends at `index` or later.
template <class Values>
auto first_ending_at(Values& values, std::int64_t index) {
  return std::lower_bound(values.begin(), values.end(), index,
                          [](const auto& value, std::int64_t at) { return value.last < at; });
}

inline std::vector<Interval> intervals_of(const Pieces& pieces) {
  std::vector<Interval> out;
  for (const Piece& piece : pieces) {
    if (!out.empty() && out.back().last + 1 == piece.first) {
      out.back().last = piece.last;
    } else {
      out.push_back({piece.first, piece.last});
    }
  }
  return out;
}
inline LaneIntervals intervals_of(const LanePieces& lanes) {
  LaneIntervals out;
  for (const Pieces& pieces : lanes) out.push_back(intervals_of(pieces));
  return out;
}

}  // namespace headwater::planner
