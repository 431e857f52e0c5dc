// Facts: the cells of a question by who has them: as they were booked, or handed down to who used
// them. Private to stats.
//
// Nodes are those of the snapshot. Thread-safety: plain values. Errors: kCancelled, kLimitExceeded.
#pragma once

#include <cstdint>
#include <vector>

#include "stats/costs.h"
#include "stats/uses.h"

namespace headwater::stats {

// Direct: the job and the dataset it was booked to. Inherited: the dataset at the end of the line
// and who uses it (none: nobody), and the job that the cost comes from, where it was asked for, or
// if it has no output.
struct Source {
  NodeId job, dataset, consumer;
  bool operator==(const Source&) const = default;
};

// By the number of its source.
using Fact = Cell;

// Each source and bucket once, without those that are zero.
void add_up(std::vector<Fact>& facts);

struct Facts {
  std::vector<Source> sources;
  std::vector<Fact> facts;
  Buckets buckets;
  bool inherited = false;
  Uses uses;  // of the direct view, where consumers were asked for
};

// What an answer tells apart.
struct Wanted {
  std::vector<Period> periods;
  bool jobs = false;       // the inherited view: by the job that the cost comes from
  bool consumers = false;  // the direct view: by who used it
};

Result<Facts> facts_of(const CostGround& ground, const CostQuestion& question,
                       const Wanted& wanted);

// Of canonical jobs, in base units of kRuns: how much they ran.
Result<std::vector<std::pair<NodeId, std::int64_t>>> runs_of(const CostGround& ground,
                                                             const CostQuestion& question);

}  // namespace headwater::stats
