// Who reads what of upstream partitions. Private to planner.
#pragma once

#include <algorithm>
#include <vector>

#include "planner/segment.h"

namespace headwater::planner {

// Whether the dataset's partitions read others of its own.
inline bool reads_itself(const Segment& segment, DatasetNo dataset) {
  return std::any_of(segment.in.begin(), segment.in.end(), [&](const Edge& edge) {
    return edge.upstream == dataset && edge.reads->counts();
  });
}

// Whether every lane reads the same of every upstream lane.
inline bool lanes_alike(const Reads& reads) {
  return reads.mapping().lanes == LaneRule::kAll && !reads.is_explicit();
}

// Explicit: calls visit(pair) for the pairs of a block of the downstream lane, in order.
template <class Visit>
void each_pair(const Reads& reads, std::uint32_t lane, std::int64_t block, Visit visit) {
  const std::vector<Mapping::Pair>& pairs = reads.mapping().pairs;
  const std::int64_t base = block << kBlockBits;
  const Mapping::Pair least{{lane, base}, {0, INT64_MIN}};
  for (auto pair = std::lower_bound(pairs.begin(), pairs.end(), least);
       pair != pairs.end() && pair->downstream.lane == lane &&
       pair->downstream.index < base + kBlockSize;
       ++pair) {
    visit(*pair);
  }
}

// Calls visit(interval) for the downstream indexes that read something of `run`, in order. Not for
// uniform or explicit mappings. `run` must lie within what a calendar may be asked.
template <class Visit>
void each_reader(const Reads& reads, const Interval& run, Visit visit) {
  const Interval all{reads.downstream_of(run.first).first, reads.downstream_of(run.last).last};
  if (all.empty()) return;
  if (!reads.leaves_gaps()) return visit(all);
  std::int64_t begin = all.first;
  for (std::int64_t i = all.first; i <= all.last; ++i) {
    if (!reads.upstream_of(i).empty()) continue;
    if (begin < i) visit(Interval{begin, i - 1});
    begin = i + 1;
  }
  if (begin <= all.last) visit(Interval{begin, all.last});
}

// Sorted, and those that overlap or touch joined.
inline void join(std::vector<Interval>& intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.first < b.first; });
  std::size_t kept = 0;
  for (const Interval& next : intervals) {
    Interval* const last = kept == 0 ? nullptr : &intervals[kept - 1];
    if (last != nullptr && (last->last == INT64_MAX || next.first <= last->last + 1)) {
      last->last = std::max(last->last, next.last);
    } else {
      intervals[kept++] = next;
    }
  }
  intervals.resize(kept);
}

}  // namespace headwater::planner
