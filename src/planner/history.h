// History: every materialization of a partition, which the engine asks for where its columns do not
// suffice: what arrives late, what was replaced while a run was under way, and causes.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "planner/ids.h"
#include "planner/space.h"

namespace headwater::planner {

// One materialization. `start` is not after `end`; without a known start it is the end.
struct Write {
  DatasetNo dataset;
  Place place;
  model::NodeId job;
  model::CodeId code;  // 0: not versioned
  base::Micros start = 0, end = 0;
  std::uint64_t out = 0;  // never 0
  model::Seq seq;
  model::RunRow run;
  bool branch = false;  // of an environment, which alone sees it
  bool operator==(const Write&) const = default;
};

// When the run began that wrote what is current of a partition.
struct Started {
  std::int64_t index = 0;
  base::Micros start = 0;
};

class History {
 public:
  virtual ~History() = default;
  // By (end, seq). Thread-safety and errors: the implementation's.
  virtual base::Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) = 0;
  // Of the partitions [first, last] of a lane that have a current materialization, in order.
  virtual base::Result<std::vector<Started>> starts(DatasetNo dataset, std::uint32_t lane,
                                                    std::int64_t first, std::int64_t last) {
    std::vector<Started> out;
    for (std::int64_t i = first; i <= last; ++i) {
      HW_TRY(const auto all, writes(dataset, {lane, i}));
      if (!all.empty()) out.push_back({i, all.back().start});
    }
    return out;
  }
};

// The fingerprint at a moment: of the last write that ended by then; 0 if none had.
inline std::uint64_t out_at(const std::vector<Write>& writes, base::Micros at) {
  std::uint64_t out = 0;
  for (const Write& write : writes) {
    if (write.end <= at) out = write.out;
  }
  return out;
}

}  // namespace headwater::planner
