// Facts: the cells of a question by who has them: as they were booked, or handed down to who used
// them. Private to stats.
//
// Nodes are those of the snapshot. Thread-safety: plain values. Errors: kCancelled, kLimitExceeded.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "stats/costs.h"
#include "stats/lines.h"
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
  // Instead of facts, if most sources have some in most buckets; what the rollups of the ground
  // have stays there. `of_pair`: the number of each pair's source.
  std::shared_ptr<const CellLines> lines;  // may be null
  std::vector<std::uint32_t> of_pair;
  Buckets buckets;
  bool inherited = false;
  Uses uses;  // of the direct view, where consumers were asked for
};

// Calls visit(source's number, line) for each source of `lines`, and more() now and then: until it
// is false. Sources that several pairs have become are the last.
template <class Visit, class More>
void each_line(const Facts& facts, Visit&& visit, More&& more) {
  std::vector<std::uint32_t> pairs(facts.sources.size());
  for (const std::uint32_t number : facts.of_pair) ++pairs[number];
  std::map<std::uint32_t, std::vector<std::int64_t>> folded;
  facts.lines->each(
      [&](std::uint32_t pair, std::span<const std::int64_t> line) {
        const std::uint32_t number = facts.of_pair[pair];
        if (pairs[number] == 1) return visit(number, line);
        std::vector<std::int64_t>& sums = folded[number];
        sums.resize(line.size());
        add_line(line.data(), line.size(), sums.data());
      },
      more);
  for (const auto& [number, line] : folded) visit(number, std::span<const std::int64_t>(line));
}

// What of it is there; `exactly`: without what adds up to zero. `facts`: at most so many, about.
struct Present {
  std::vector<bool> sources, buckets;
  std::size_t facts = 0;
};
Present present_in(const Facts& facts, bool exactly);

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
