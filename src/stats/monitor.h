// Monitors: whether a dataset is as fresh, as large, shaped and distributed as it usually is.
//
// Everything here is a pure function of a history and a moment: no store, no clock. What is usual
// is a median and a robust spread, of the same weekday where enough weeks are known. Each verdict
// carries the numbers it rests on. Rules and the choice of every constant: docs/quality-rules.md.
//
// Thread-safety: pure functions and plain values. Cost: O(n) in the kMaxSamples values before a
// judged one, O(n log n) to sort. Units: values in those of the series; ages in seconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "model/json.h"
#include "model/profile.h"

namespace headwater::stats {

using base::Micros;

enum class MonitorKind : std::uint8_t { kFreshness, kVolume, kSchema, kDistribution };
inline constexpr std::size_t kMonitorKinds = 4;
std::string_view to_string(MonitorKind kind);
std::optional<MonitorKind> monitor_named(std::string_view name);

// In the order of how bad: the state of several is the largest.
enum class MonitorState : std::uint8_t { kUnknown, kLearning, kOk, kWarning, kFailing };
std::string_view to_string(MonitorState state);
std::optional<MonitorState> state_named(std::string_view name);

// What a verdict compares with.
enum class Basis : std::uint8_t {
  kNone,      // nothing is known
  kWeekday,   // values of the same weekday (of gaps: after the same time of the week)
  kAllDays,   // all values, since of that weekday too few are known
  kDeclared,  // a setting
  kVersions,  // of the schema
};
std::string_view to_string(Basis basis);

inline constexpr double kSensitivity = 5;       // robust z from which on it is failing
inline constexpr double kWarningShare = 0.7;    // of that: a warning (3.5)
inline constexpr std::size_t kMinSamples = 7;   // of all days: less is learning
inline constexpr std::size_t kMinWeekday = 4;   // of the same weekday: enough by themselves
inline constexpr std::size_t kMaxWeekday = 8;   // newest ones of the same weekday
inline constexpr std::size_t kMaxAllDays = 28;  // newest ones of all days
inline constexpr std::size_t kMaxSamples = 56;  // newest ones at all
inline constexpr double kMaxZ = 1000;           // larger ones are this

struct MonitorSetting {
  bool enabled = true;
  double sensitivity = kSensitivity;
  // Of freshness: older is failing, whatever was learned. Of schema: how long a break is failing.
  std::optional<Micros> max_age;
  bool operator==(const MonitorSetting&) const = default;
};

struct MonitorSettings {
  MonitorSetting of[kMonitorKinds];
  const MonitorSetting& operator[](MonitorKind kind) const {
    return of[static_cast<std::size_t>(kind)];
  }
  MonitorSetting& operator[](MonitorKind kind) { return of[static_cast<std::size_t>(kind)]; }
};
inline constexpr double kMinSensitivity = 1, kMaxSensitivity = 100;
// Members of `json` named as monitors are put in place of those in `settings`. kInvalidArgument
// says which member and what to do.
base::Result<void> read_settings(const model::JsonValue& json, MonitorSettings& settings);
// A JSON object that read_settings() reads.
std::string write_settings(const MonitorSettings& settings);

struct Verdict {
  MonitorState state = MonitorState::kUnknown;
  // What was seen and what is usual; low and high are the range within which it is ok.
  std::optional<double> value, expected, low, high;
  double z = 0;             // robust: how many spreads beyond or below; negative is below
  std::size_t samples = 0;  // that expected rests on
  Basis basis = Basis::kNone;
};

// ---- values -------------------------------------------------------------------------------------

struct Sample {
  Micros basis = 0;  // decides the weekday (UTC)
  double value = 0;
};

// What kind of value it is, and how much of a change is worth a word.
struct ValueRules {
  bool logarithmic = true;     // of volumes: twice as much is as odd as half as much
  bool counts = false;         // as counts of rare things, a spread of at least their square root
  double least_sigma = 0.05;   // of the logarithm; else of |expected|
  double least_absolute = 0;   // of a spread that is not logarithmic
  double least_step = 0.2624;  // nearer to expected is ok: of the logarithm, else of |expected|
  double least_absolute_step = 0;
  double sensitivity = kSensitivity;
};
ValueRules volume_rules(double sensitivity);
ValueRules cost_rules(double sensitivity);

// `before` by time, `now` after them.
Verdict judge_value(std::span<const Sample> before, const Sample& now, const ValueRules& rules);

// ---- volume -------------------------------------------------------------------------------------

enum class VolumeMeasure : std::uint8_t { kRows, kBytes, kTotalRows, kTotalBytes };
std::string_view to_string(VolumeMeasure measure);

// What a completed run wrote, or how large the dataset was found.
struct VolumePoint {
  Micros time = 0, basis = 0;
  model::Volume written, total;
  model::RunRow run;
  std::int64_t parts = 1;  // partitions written; values are compared per partition
};

// What is judged: single writes, or whole days (UTC) of a dataset that is written more than
// kWritesPerDay times on most days.
inline constexpr std::size_t kWritesPerDay = 2;
struct VolumeSeries {
  VolumeMeasure measure = VolumeMeasure::kRows;
  bool daily = false, per_partition = false;
  std::vector<Sample> samples;      // by time
  std::vector<std::size_t> points;  // of each sample: index of its (last) point
};
// `points` by time. A day that has not ended at `at` is left out of daily sums.
VolumeSeries volume_series(std::span<const VolumePoint> points, Micros at);

// ---- freshness ----------------------------------------------------------------------------------

inline constexpr std::size_t kMinGaps = 5;  // and kMinSpan: less is learning
inline constexpr Micros kMinSpan = Micros{7} * 86'400 * 1'000'000;
inline constexpr std::size_t kMaxMissed = 1000;                     // of one gap
inline constexpr Micros kLeastDelay = Micros{15} * 60 * 1'000'000;  // less is never failing

struct Freshness {
  Verdict verdict;                  // in seconds since the last write
  std::optional<Micros> last, due;  // due: when the next write was to be expected
};
// `writes`: ends of successful ones up to `at`, sorted.
Freshness judge_freshness(std::span<const Micros> writes, Micros at, const MonitorSetting& setting);

// Every write that was due within [from, to) and is overdue at `at` or was at the next write.
struct Missed {
  Micros due = 0, last = 0;
  Verdict verdict;
};
std::vector<Missed> missed_writes(std::span<const Micros> writes, Micros from, Micros to, Micros at,
                                  const MonitorSetting& setting);

// ---- schema -------------------------------------------------------------------------------------

struct SchemaField {
  std::string path, type;  // nested fields are dotted paths
  bool operator==(const SchemaField&) const = default;
};
// In the order of the facet; none if it says no fields.
std::vector<SchemaField> read_schema(std::string_view facet);

struct SchemaChange {
  enum class What : std::uint8_t { kAdded, kDropped, kRetyped };
  What what = What::kAdded;
  std::string path, before, after;  // types
};
std::string_view to_string(SchemaChange::What what);
// Sorted by path. Types are the same up to case and white space.
std::vector<SchemaChange> compare_schemas(std::span<const SchemaField> before,
                                          std::span<const SchemaField> after);
std::size_t breaking(std::span<const SchemaChange> changes);  // dropped or retyped

struct SchemaVersion {
  Micros from = 0;  // when it began to hold
  std::vector<SchemaField> fields;
};
inline constexpr Micros kSchemaWindow = Micros{7} * 86'400 * 1'000'000;
struct SchemaState {
  Verdict verdict;  // value: breaking changes within the window
  std::vector<SchemaChange> changes;
  std::optional<Micros> changed_at;
};
// `versions` by time: what held at the beginning of the window against what holds at `at`.
SchemaState judge_schema(std::span<const SchemaVersion> versions, Micros at,
                         const MonitorSetting& setting);

// ---- distribution -------------------------------------------------------------------------------

// What one run, or observation, found of the columns.
struct ColumnsPoint {
  Micros time = 0, basis = 0;
  std::int64_t rows = -1;                     // of what was measured; -1: not known
  std::vector<model::ColumnProfile> columns;  // sorted by name
  model::RunRow run;
};

// Nothing if what it takes was not said.
std::optional<double> null_share(const model::ColumnProfile& column, std::int64_t rows);
std::optional<double> mean_of(const model::ColumnProfile& column);

struct ColumnVerdict {
  std::string column;
  std::string measure;  // null_share, distinct, mean, or p25 and the like
  Verdict verdict;
};
struct Distribution {
  MonitorState state = MonitorState::kUnknown;
  std::size_t checks = 0;              // that were made
  std::size_t learning = 0;            // of them
  double sensitivity = kSensitivity;   // what it came to with so many checks
  std::vector<ColumnVerdict> unusual;  // warning or failing, the oddest first
};
// The last of `points` against those before it.
Distribution judge_columns(std::span<const ColumnsPoint> points, const MonitorSetting& setting);

}  // namespace headwater::stats
