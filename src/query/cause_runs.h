// Runs for cause: the newest runs of a job as they stood at a moment, and what each of them wrote.
//
// What a run wrote stands in its raw events: at most kMaxRecordsPerRun of them are read, the newest
// first, until one carries statistics or partitions. It is kept in the Service until the run gets
// another event. Thread-safety: as Session. Errors: those of the store.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "query/cause_cadence.h"
#include "query/cause_volumes.h"
#include "query/session.h"

namespace headwater::query::cause {

inline constexpr std::size_t kMaxRecordsPerRun = 4;
inline constexpr std::size_t kMaxPartitions = 10'000;  // of one run and dataset; more: not compared
// Before the window so many runs are read at least, and then on until they reach kHistory back or
// are kMaxHistoryRuns. Volumes are read of the newest kHistoryRuns only.
inline constexpr std::size_t kHistoryRuns = 64, kMaxHistoryRuns = 1000;
inline constexpr Micros kHistory = 8 * model::kDay;  // a week is learned from

struct RunOutput {
  NodeId dataset;  // as recorded, not canonical
  std::optional<std::int64_t> rows, bytes;
  std::vector<std::string> partitions;
};
struct RunOutputs {
  std::vector<RunOutput> outputs;
};

// The runs that had started at `at`, by start: all since `from` and the history before it. Takes
// what it reads off `budget`; nothing if that does not suffice.
Result<std::optional<std::vector<RunPoint>>> read_points(Session& session, NodeId job, Micros from,
                                                         Micros at, std::size_t& budget);

// Whether the run does a nominal interval, or one of several, that an earlier run completed. Looks
// into `points`, and for an interval before all of them at the runs that started soon after it.
Result<bool> done_before(Session& session, NodeId job, std::span<const RunPoint> points,
                         const RunPoint& point);

// The first line of the error that the run's events state, at most kMaxErrorBytes of it.
inline constexpr std::size_t kMaxErrorBytes = 1000;
Result<std::optional<std::string>> error_of(Session& session, model::RunRow run);

Result<std::shared_ptr<const RunOutputs>> outputs_of(Session& session, const RunPoint& point);

}  // namespace headwater::query::cause
