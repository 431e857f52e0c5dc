// Volumes and partitions: which runs wrote far more or less than the job usually does, and which
// wrote a partition again that was no longer its turn. Pure functions over what runs wrote.
//
// Thread-safety: pure. Cost: n log n per judged run in the kMaxVolumeSamples before it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "query/session.h"

namespace headwater::query::cause {

// What one completed run wrote to one dataset.
struct Written {
  std::size_t run = 0;  // index of its point
  Micros time = 0;      // its end
  Micros basis = 0;     // nominal start, else start: decides the day of the week
  std::optional<Micros> nominal_start, nominal_end;
  std::optional<std::int64_t> rows, bytes;
  std::vector<std::string> partitions;
  bool again = false;  // its nominal interval was done before, maybe longer ago than was read
};

inline constexpr std::size_t kMinVolumes = 5;         // fewer earlier runs: nothing is said
inline constexpr std::size_t kMinSameWeekday = 4;     // so many: only those are compared
inline constexpr std::size_t kMaxVolumeSamples = 64;  // newest earlier runs
inline constexpr double kJumpSigmas = 6;              // robust z-score in logarithms
inline constexpr double kJumpRatio = 1.3;             // and at least so many times more or less
inline constexpr double kLeastSigma = 0.05;           // a spread below 5 % counts as 5 %

struct VolumeJump {
  std::size_t run = 0;
  Micros time = 0;
  bool rows = true;  // else bytes
  std::int64_t value = 0;
  double usual = 0;  // per partition written times the partitions of this run
  double z = 0;
  std::size_t samples = 0;
  bool same_weekday = false;
  std::size_t more = 0;  // later runs in the window that jump too
};

// The first jump at or after `from`. `written` by time, all of one dataset and one job.
std::optional<VolumeJump> find_jump(std::span<const Written> written, Micros from);

struct Rewrite {
  Micros first = 0, last = 0;
  std::vector<std::size_t> runs;        // that rewrote
  std::vector<std::string> partitions;  // rewritten, in the order of their first writing
};

// Partitions written again at or after `from` although a newer one was there, and not as the job
// always does (the last days anew with every run). A run without partitions stands for its nominal
// interval. Of a run that does an interval again also those count that nobody here wrote before.
std::optional<Rewrite> find_rewrite(std::span<const Written> written, Micros from);

}  // namespace headwater::query::cause
