// Cadence: when a job usually runs, learned from its own runs, and which runs were late, are
// missing or failed. No store and no graph: pure functions over the runs as they stood.
//
// Runs are grouped into slots: one nominal interval, or where there are no nominal times one start
// with its retries. A slot's basis is the end of its nominal interval, or its first start.
// Nothing is called late or missing unless it was due by a cadence learned from the slots before
// it. Thread-safety: pure. Cost: n log n per judged slot in the kMaxSamples slots before it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/duration.h"
#include "query/session.h"

namespace headwater::query::cause {

// A run as it was known and as it stood at the moment asked about.
struct RunPoint {
  enum class State { kRunning, kCompleted, kFailed };  // an aborted run failed
  model::RunRow row;
  std::string id;
  Seq recorded, updated;
  Micros start = 0;
  std::optional<Micros> end;
  std::optional<Micros> nominal_start, nominal_end;
  State state = State::kRunning;
};

struct Slot {
  Micros basis = 0;
  Micros start = 0;               // of the first attempt
  std::optional<Micros> done;     // the first completion
  std::vector<std::size_t> runs;  // attempts until it was done, in order; indices of the points
};

struct Slots {
  bool nominal = false;     // bases are nominal times
  std::vector<Slot> slots;  // by basis
  // Runs of an interval that was done before, or that spans several: reprocessing, no cadence.
  std::vector<std::size_t> reruns;
};

// `points` by start. Nominal times count if at least four of five runs have them.
Slots slots_of(std::span<const RunPoint> points);

inline constexpr std::size_t kMinIntervals = 5;  // fewer: there is no cadence
inline constexpr std::size_t kMaxSamples = 64;   // newest slots that are learned from
// Of one gap so many missing runs are counted; the texts then say "at least".
inline constexpr std::size_t kMaxMissing = 1000;
inline constexpr Micros kLeastTolerance = Micros{5} * 60 * 1'000'000;

struct Cadence {
  Micros period = 0;                          // median of the intervals between bases
  Micros start_lag = 0, start_tolerance = 0;  // after the basis
  Micros done_lag = 0, done_tolerance = 0;    // after the basis
  std::size_t samples = 0;                    // intervals
  bool nominal = false;
  // Overdue by more than this is missing, not only late.
  Micros missing_after() const { return std::max(2 * start_tolerance, period / 8); }
};

// Nothing if there are too few slots or three of four intervals are not near their median.
std::optional<Cadence> learn_cadence(std::span<const Slot> slots, bool nominal);

// Whether a run with this basis is to be expected, being one period after another: not where the
// job did not run at that time of the week (or day) before. So nights and weekends are learned.
bool expected_at(std::span<const Slot> before, const Cadence& cadence, Micros basis);

struct Timing {
  enum class Kind { kLate, kLateEnd, kMissing, kFailed };
  Kind kind = Kind::kLate;
  Micros due = 0;               // when it ought to have started (kLateEnd: ended); kFailed: failed
  std::optional<Micros> until;  // when it did or was made good; nothing: not by then
  std::size_t count = 1;        // slots, of kMissing and kFailed
  Micros delay = 0;             // the longest
  bool recovered = false;       // kFailed: all of them completed in the end
  std::vector<std::size_t> runs;  // the ones that show it; of kMissing the last one before
  std::optional<Cadence> cadence;
};

struct TimingQuestion {
  Micros from = 0, at = 0;  // events within [from, at]
  Micros heard = 0;         // the newest event of any source: what is due later is not missing
};

// At most one of each kind and outcome, the first in time, with the others counted.
std::vector<Timing> judge_timing(std::span<const RunPoint> points, const Slots& slots,
                                 const TimingQuestion& question);

}  // namespace headwater::query::cause
