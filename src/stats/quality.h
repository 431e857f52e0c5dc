// Quality: what the store holds of one dataset, as the series that monitors judge.
//
// make_profile_view() gives the writer the view that stores what events measure. QualityReader
// reads it back, as it was known at a record: what a run said last of a facet counts, whole, by
// event time.
//
// Thread-safety: QualityReader belongs to one request, as the reader and snapshot that it borrows.
// Errors: those of the store; kLimitExceeded names the limit. Cost: a look-up in the rows of each
// name of the dataset and of each job that writes it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"
#include "stats/anomalies.h"
#include "stats/monitor.h"
#include "storage/storage.h"
#include "storage/view.h"

namespace headwater::stats {

// The view of the log that profiles and the settings of monitors are. Beside make_view().
base::Result<std::unique_ptr<storage::View>> make_profile_view(storage::Store& store);

// Decision: {"decision", "author", "reason", "dataset": {"namespace", "name"}, "settings": {...}}.
inline constexpr std::string_view kPutMonitor = "stats.put_monitor";

inline constexpr std::size_t kMaxProfileRows = 100'000;  // of one dataset and interval
inline constexpr std::size_t kMaxRunsRead = 1000;        // newest ones of a job, for its cadence
// Before what is judged; less where that exceeds kMaxProfileRows.
inline constexpr Micros kHistory = Micros{120} * 86'400 * 1'000'000;

// What one run, or one dataset event, measured: of each facet the last.
struct Measured {
  Micros time = 0;  // of the last event that measured
  model::RunRow run;
  std::string run_id;
  model::NodeId job;
  model::ProfileRole role = model::ProfileRole::kWritten;
  std::uint8_t facets = 0;
  model::Volume volume, total;
  Micros updated = 0;  // 0: not said
  storage::RunState state = storage::RunState::kUnknown;
  Micros nominal_start = model::kOpenEnd, nominal_end = model::kOpenEnd;
  model::ProfileDetail detail;
  // Decides the weekday: the data's own day where it is known.
  Micros basis() const { return nominal_start != model::kOpenEnd ? nominal_start : time; }
  bool succeeded() const { return !run || state == storage::RunState::kCompleted; }
};

struct SettingsOf {
  MonitorSettings settings;
  std::string author, reason;  // of whoever set them last
  Micros at = 0;
  model::Seq seq;  // 0: nobody did
};

struct VolumeState {
  Verdict verdict;
  VolumeMeasure measure = VolumeMeasure::kRows;
  bool daily = false, per_partition = false;
  std::optional<Micros> time;  // of what was judged
  model::RunRow run;
};

// All monitors of one dataset. Of a monitor that is not enabled the state is kUnknown.
struct DatasetQuality {
  model::NodeId node;
  SettingsOf settings;
  Freshness freshness;
  VolumeState volume;
  SchemaState schema;
  Distribution distribution;
  std::optional<Micros> measured_at;  // of the distribution
  MonitorState state(MonitorKind kind) const;
  MonitorState worst() const;
};

class QualityReader {
 public:
  // `seq`: what was recorded later is not seen.
  QualityReader(storage::Reader& rows, const graph::Snapshot& graph, model::Seq seq)
      : rows_(rows), graph_(graph), seq_(seq) {}

  // Of a canonical dataset, by time, of times in [from, to).
  base::Result<std::vector<Measured>> measured(model::NodeId dataset, Micros from, Micros to,
                                               bool details);
  // The same, and as much of the history before `from` as the limit allows.
  base::Result<std::vector<Measured>> recent(model::NodeId dataset, Micros from, Micros to,
                                             bool details);
  // Completed writes that ended in [from, to], sorted: those of the jobs that write the dataset,
  // and those that measured it.
  base::Result<std::vector<Micros>> writes(model::NodeId dataset, Micros from, Micros to,
                                           std::span<const Measured> measured);
  base::Result<std::vector<SchemaVersion>> schemas(model::NodeId dataset);
  base::Result<SettingsOf> settings(model::NodeId dataset);
  base::Result<DatasetQuality> judge(model::NodeId dataset, Micros at);
  base::Result<std::vector<Anomaly>> anomalies(model::NodeId dataset, const Judged& when,
                                               std::span<const AnomalyKind> kinds);

  // Of a dataset: canonical, and not only a placeholder.
  static bool monitored(const graph::Snapshot& graph, model::NodeId node);

 private:
  std::vector<model::NodeId> names(model::NodeId canonical) const;
  base::Result<void> count_partitions(model::NodeId dataset, std::vector<VolumePoint>& points);
  base::Result<const std::vector<Micros>*> ends_of(model::NodeId job, Micros from, Micros to);
  base::Result<VolumeState> judge_volume(model::NodeId dataset, std::span<const Measured> measured,
                                         Micros at, const MonitorSetting& setting);

  storage::Reader& rows_;
  const graph::Snapshot& graph_;
  model::Seq seq_;
  std::optional<std::unordered_map<std::uint32_t, model::DatasetNo>> numbers_;  // by node
  std::optional<model::AttributeNameId> schema_name_;
  std::unordered_map<std::uint32_t, std::vector<Micros>> ends_;  // by job, of the interval
  std::pair<Micros, Micros> ends_of_{0, 0};
};

std::vector<VolumePoint> volume_points(std::span<const Measured> measured);
std::vector<ColumnsPoint> columns_points(std::span<const Measured> measured);

}  // namespace headwater::stats
