// Plan builder: works a plan out on the verdicts of one State.
//
// Rules: docs/plan-rules.md. The outcome is a function of the staleness, the sources and the
// options alone.
//
// Thread-safety: pure but for its sources, which belong to the calling thread. Errors:
// kInvalidArgument (an option out of its range, a dataset that there is not), kNotFound (a change
// that there is not), kLimitExceeded (beyond the limits of plan.h; the message says how to ask for
// less), kCancelled, those of the sources. Cost: a pass over the bits of the datasets in scope,
// then O(spans log spans); over single partitions only where datasets depend on their own past over
// others, and of explicit mappings.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/result.h"
#include "planner/cost_model.h"
#include "planner/history.h"
#include "planner/plan.h"
#include "planner/staleness.h"

namespace headwater::planner {

// A change of the inbox, as a plan needs it.
struct ChosenChange {
  // The partitions that are stale for it.
  std::vector<std::pair<DatasetNo, Span>> makes_stale;
  bool cut = false;  // there may be more, which were too many to look at
};

class ChangeSource {
 public:
  virtual ~ChangeSource() = default;
  // kNotFound: there is no such change.
  virtual base::Result<ChosenChange> change(const PlanOptions::Change& id) = 0;
};

// Whether what an earlier run wrote still stands somewhere, so that it can be put back in place of
// a run. Nobody is asked unless may_stand says so of the dataset.
class Standing {
 public:
  virtual ~Standing() = default;
  virtual bool may_stand(DatasetNo dataset) const = 0;
  virtual bool stands(const Write& write) const = 0;
};

struct PlanSources {
  History& history;
  CostModel& costs;
  ChangeSource* changes = nullptr;     // needed where the options choose changes
  const Standing* standing = nullptr;  // null: nothing stands
};

// kInvalidArgument names the option that is out of its range. What webhooks are allowed is not
// looked at.
base::Result<void> check_options(const PlanOptions& options);

base::Result<PlanDraft> make_plan(const Staleness& staleness, const PlanSources& sources,
                                  const PlanOptions& options,
                                  const std::function<bool()>& cancelled);

// Partitions of a dataset, for the order in which a plan is run.
struct InputSpan {
  DatasetNo dataset;
  Span span;
  bool operator==(const InputSpan&) const = default;
};
// What the partition reads, over all mappings that count, whatever is there. A partition of a plan
// may be run when everything of the plan that lies in these is settled. Of `last`: from the last
// partition that is present on, since the plan may add a later one.
std::vector<InputSpan> inputs_of(const State& state, DatasetNo dataset, const Place& place);

}  // namespace headwater::planner
