// Plan: what is to be run again, in which order, at what expense; and how far it has come.
//
// Rules: docs/plan-rules.md. A plan is worked out once, on one State, and logged with its tasks;
// what happens to it afterwards are records of the log as well.
//
// A task is a range of partitions of one lane that are run alike. Dependencies are those of
// partitions: a partition may be run as soon as every partition of the plan that it reads is
// settled (done or skipped), whatever else of its task still waits. The tasks' own `upstream` say
// the same in short, for people and for the critical path.
//
// Invariants: (1) tasks are numbered from 1 by (wave, dataset, lane, first). (2) No partition is in
// two tasks, and none both in a task and left out. (3) Every task of `upstream` has a smaller wave.
// (4) A sequential task is run from its first partition to its last, one at a time. (5) lower <=
// expected <= upper.
//
// Thread-safety: plain values. Durations in milliseconds, amounts in millionths of the currency.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "planner/ids.h"
#include "planner/space.h"

namespace headwater::planner {

inline constexpr std::size_t kMaxPlanTasks = 100'000;
inline constexpr std::size_t kMaxTaskPartitions = 1'000'000;
inline constexpr std::size_t kMaxPlanLinks = 1'000'000;  // of `upstream`, all tasks together
inline constexpr std::size_t kMaxPlanSpans = 1'000'000;  // of partitions, while it is worked out
inline constexpr std::size_t kMaxPlanOmissions = 100'000;
inline constexpr std::int64_t kMaxPlanAttempts = 100;
inline constexpr std::int64_t kMinLeaseMs = 1'000, kMaxLeaseMs = 7 * 24 * 3'600'000;
inline constexpr std::int64_t kMaxPlanBudget = 1'000'000'000'000'000;
inline constexpr double kMaxPlanTolerance = 1'000;

// Where an estimate comes from: runs that wrote this dataset; runs that wrote datasets of its kind,
// that is of the same granularity and with mappings of the same kinds; or all there are.
enum class Basis : std::uint8_t { kNone = 0, kDataset = 1, kKind = 2, kAll = 3 };
std::string_view to_string(Basis basis);  // "dataset" ...

// Nearest-rank percentiles of the samples, times the partitions they are for. -1: not known.
struct Estimate {
  static constexpr std::int64_t kNotKnown = -1;
  std::int64_t p50 = -1, p90 = -1;
  std::uint32_t samples = 0;
  Basis basis = Basis::kNone;
  bool operator==(const Estimate&) const = default;
};

enum class Action : std::uint8_t { kRun = 1, kReuse = 2, kSkip = 3 };
std::string_view to_string(Action action);

struct Task {
  std::uint32_t number = 0;
  std::uint32_t wave = 1;
  DatasetNo dataset;
  NodeId job;  // that wrote it last, or the dataset where nobody has it; 0: neither
  Span span;
  Action action = Action::kRun;
  bool definite = true;  // stale or missing as of the plan; else it may become stale
  bool code = false, inputs = false, missing = false;  // why, of a definite one
  bool refresh = false;                 // or because it is due for refresh: then none of these
  bool sequential = false;              // each partition reads the one before
  std::vector<std::uint32_t> upstream;  // numbers of tasks, sorted
  Estimate duration_ms, cost_micros;
  base::Micros deadline = INT64_MAX;  // to begin, before an input expires; INT64_MAX: none
  double probability = 1;             // that it will have to run
  std::int64_t count() const { return span.last - span.first + 1; }
  bool operator==(const Task&) const = default;
};

// What is not in the tasks, and why.
struct Omission {
  enum class Why : std::uint8_t { kBudget = 1, kUnrecoverable = 2, kUpstreamLeftOut = 3 };
  Why why = Why::kBudget;
  DatasetNo dataset;
  Span span;
  bool operator==(const Omission&) const = default;
};

// What a person should know before approving. One a dataset and code; docs/plan-rules.md lists the
// codes: not_recomputable, unknown_code, unknown_version, unknown_job, no_samples, reads_outside,
// reads_unrecoverable, deadline_passed; changes_cut and not_compared, which have no dataset.
struct PlanWarning {
  DatasetNo dataset;
  std::string code, message;
  bool operator==(const PlanWarning&) const = default;
};

struct PlanOptions {
  std::string name, environment;
  std::vector<DatasetNo> scope;  // empty: everything
  enum class Direction : std::uint8_t { kNone = 0, kDownstream = 1, kUpstream = 2 };
  Direction direction = Direction::kDownstream;
  struct Change {
    std::int64_t a = 0, b = 0;  // as in DocumentKind::kChange
    bool operator==(const Change&) const = default;
  };
  std::vector<Change> changes;  // empty: whatever the reason
  bool stale = true, missing = true, maybe = true;
  bool refresh = true;             // what is due for refresh, unless changes are chosen
  base::Micros until = INT64_MAX;  // partitions whose interval ended by then; kOpenEnd: all
  std::optional<std::int64_t> budget_partitions, budget_cost_micros, budget_duration_ms;
  std::int64_t max_partitions_per_task = 100;
  std::int32_t max_attempts = 3;
  std::int64_t lease_ms = 300'000;
  double tolerance = 1.5;  // beyond upper * tolerance it asks for approval again
  std::string webhook_url, webhook_secret;
  std::string author, reason;
  bool operator==(const PlanOptions&) const = default;
};

struct PlanDraft {
  PlanOptions options;
  model::Seq pinned;           // of the State that it was worked out on
  base::Micros evaluated = 0;  // the moment that "now" was
  std::vector<Task> tasks;
  std::vector<Omission> omissions;
  std::vector<PlanWarning> warnings;
  // Partitions that will have to be run: for certain, by learned probabilities, at most.
  std::int64_t lower = 0, expected = 0, upper = 0;
  std::vector<std::uint32_t> critical_path;  // tasks, first to last
  Estimate critical_ms;                      // along it
  bool operator==(const PlanDraft&) const = default;
};

enum class PlanState : std::uint8_t {
  kDraft = 1,
  kApproved = 2,  // nothing has been handed out yet
  kExecuting = 3,
  kPaused = 4,
  kCancelled = 5,
  kDone = 6,
};
std::string_view to_string(PlanState state);

// The draft as it is logged and stored: one JSON object, canonical. decode trusts the text.
std::string encode(const PlanDraft& draft);
PlanDraft decode_draft(std::string_view json);

}  // namespace headwater::planner
