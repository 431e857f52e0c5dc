// Sunburst: cost by dimensions, one ring below the other, in any order; two intervals compared.
//
// Arcs are shown the largest first, by their magnitude on either side, an arc never without the one
// around it, until max_arcs are; what is left of an arc's parts is in its `other`, exactly. So on
// every arc the parts and the other add up to it, and so do those of the interval before.
//
// Thread-safety: pure function of what never changes. Errors: those of costs.h; kNotFound if
// nothing is at the path; limit max_arcs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stats/costs.h"

namespace headwater::stats {

struct SunburstQuestion {
  static constexpr std::size_t kMaxArcs = 20'000;  // of max_arcs

  CostQuestion costs;
  std::vector<Dimension> by;      // distinct, at least one
  std::vector<std::string> path;  // keys of arcs of the first rings, the outermost last: the root
  std::size_t depth = SIZE_MAX;   // rings below the root
  std::size_t max_arcs = 1'000;
  std::optional<Interval> before;  // what is compared with
};

struct Arc {
  ArcName name;  // of the root of all: means nothing
  std::int64_t value = 0, before = 0;
  std::uint32_t first = 0, count = 0;  // its parts in Sunburst::arcs, the largest first
  std::uint64_t others = 0;            // parts that are not shown
  std::int64_t other = 0, other_before = 0;
};

struct Sunburst {
  std::int64_t total = 0, total_before = 0;  // of the question, whatever the path
  std::vector<ArcName> path;
  std::vector<Arc> arcs;      // the root first
  std::uint64_t others = 0;   // arcs that were left out beside those shown; 0: all are shown
  std::size_t bytes() const;  // about
};

// `before`: the ground of the interval compared with, whose lineage hands its cost down; named by
// `ground`. Null: that of `ground`.
Result<Sunburst> sunburst(const CostGround& ground, const SunburstQuestion& question,
                          const CostGround* before = nullptr);

}  // namespace headwater::stats
