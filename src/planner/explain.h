// Why a partition is stale: the change that started it, and the way from there.
//
// Rules: docs/partition-rules.md, "Root cause". Looked up when asked, in the history.
// Thread-safety: that of the history. Errors: the history's. Cost: the writes of every partition
// that is read on the way; a way has at most kMaxSteps steps, or fewer if asked.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "planner/history.h"
#include "planner/state.h"

namespace headwater::planner {

enum class RootKind : std::uint8_t { kCode = 1, kData = 2, kDependency = 3 };

// A partition on the way, and the write of it that made what reads it stale.
struct Culprit {
  DatasetNo dataset;
  Place place;
  Write write;
};

struct Explanation {
  RootKind kind = RootKind::kCode;  // why the partition itself is stale
  std::vector<Culprit> way;         // upstream, step by step; empty: it is its own code
  // The end of the way: a change of code (of `job`, from and to), or else the last culprit's write.
  bool root_is_code = false;
  model::NodeId job;
  model::CodeId from, to;
  bool cut = false;  // the way is longer than asked for
  static constexpr std::size_t kMaxSteps = 1000;
};

// Nothing if it is not stale.
base::Result<std::optional<Explanation>> explain(const State& state, History& history,
                                                 DatasetNo dataset, const Place& place,
                                                 std::size_t max_steps = Explanation::kMaxSteps);

}  // namespace headwater::planner
