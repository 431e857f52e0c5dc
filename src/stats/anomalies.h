// Anomalies: what was unlike its own history, day by day, the gravest first.
//
// Pure functions over series; the numbers behind each are those of monitor.h. Days are UTC.
// severity = |z| (at most kMaxScoredZ) times size, and size is in [0, 1]: of a cost its share of
// the day's total, of a volume how much of the larger of value and expected is the difference, of a
// late write 1, of columns the share of checks that are odd, of a schema 1. It ranks; it is no
// probability. docs/quality-rules.md.
//
// Thread-safety: pure functions and plain values. Cost: as monitor.h, for each value in the
// interval.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "model/ids.h"
#include "model/measures.h"
#include "stats/ledger.h"
#include "stats/monitor.h"

namespace headwater::stats {

enum class AnomalyKind : std::uint8_t { kVolume, kFreshness, kCost, kSchema, kDistribution };
inline constexpr std::size_t kAnomalyKinds = 5;
std::string_view to_string(AnomalyKind kind);
std::optional<AnomalyKind> anomaly_named(std::string_view name);

inline constexpr double kMaxScoredZ = 50;

struct Anomaly {
  AnomalyKind kind = AnomalyKind::kVolume;
  model::NodeId node;
  std::int32_t day = 0;
  Micros at = 0;  // of the write, of when it was due, of the change; of a cost the day's start
  Verdict verdict;
  std::string measure;  // rows, slot_ms, a column's null_share ...
  std::string column;   // of a distribution, or of a schema the first column that broke
  model::RunRow run;    // that shows it, if one does
  double size = 0, severity = 0;
  double day_share = 0;  // of a cost: its part of the day's total
};

// By day, the newest first, then by severity, then by node and kind. `rank` of an item is its place
// among those of its day.
void sort_anomalies(std::vector<Anomaly>& anomalies);

struct Judged {
  Micros from = 0, to = 0;  // [from, to)
  Micros at = 0;            // what is after it is not known yet
};

// At most one a day, the gravest: `points` by time, of one dataset.
std::vector<Anomaly> volume_anomalies(model::NodeId node, std::span<const VolumePoint> points,
                                      const Judged& when, const MonitorSetting& setting);
std::vector<Anomaly> freshness_anomalies(model::NodeId node, std::span<const Micros> writes,
                                         const Judged& when, const MonitorSetting& setting);
std::vector<Anomaly> schema_anomalies(model::NodeId node, std::span<const SchemaVersion> versions,
                                      const Judged& when, const MonitorSetting& setting);
std::vector<Anomaly> distribution_anomalies(model::NodeId node,
                                            std::span<const ColumnsPoint> points,
                                            const Judged& when, const MonitorSetting& setting);

// What each node cost on each day on which it cost anything.
// Node 0: what belongs to none; it counts in the day's total only.
using DailyCosts = std::map<model::NodeId, std::map<std::int32_t, std::int64_t>>;
// Of the ledger's rows known at `seq`, of days in [first, last), by job or by dataset, under what
// they are called now. Cost: a pass over the ledger's times.
DailyCosts daily_costs(const LedgerSnapshot& ledger, const graph::Snapshot& graph, model::Seq seq,
                       model::Measure measure, bool by_job, std::int32_t first, std::int32_t last);
// Days in [first, last). The day `open`, which has not ended, is judged only as too much.
std::vector<Anomaly> cost_anomalies(const DailyCosts& costs, std::int32_t first, std::int32_t last,
                                    std::int32_t open, const MonitorSetting& setting);

}  // namespace headwater::stats
