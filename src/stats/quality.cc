#include "stats/quality.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "graph/graph_inl.h"
#include "model/json.h"

namespace headwater::stats {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::NodeId;
using storage::ProfileRow;

namespace {

// A run may measure early and end late.
constexpr Micros kRunSpan = Micros{7} * 86'400 * 1'000'000;

constexpr Micros kShortHistory = Micros{8} * 86'400 * 1'000'000;

constexpr model::EdgeKinds kWriters =
    model::mask(model::EdgeKind::kWrites) | model::mask(model::EdgeKind::kWritesScoped);

void take(const ProfileRow& row, model::ProfileDetail detail, Measured& to) {
  to.time = row.time;
  to.facets |= row.facets;
  if ((row.facets & model::kHasStatistics) != 0) to.volume = row.volume;
  if ((row.facets & model::kHasMetrics) != 0) {
    to.total = row.total;
    to.updated = row.updated;
    to.detail.columns = std::move(detail.columns);
  }
  if ((row.facets & model::kHasAssertions) != 0) {
    to.detail.assertions = std::move(detail.assertions);
  }
}

Measured begin(const ProfileRow& row) {
  Measured out;
  out.run = row.run;
  out.run_id = row.run_id;
  out.job = row.job;
  out.role = row.role;
  out.state = row.run_state;
  out.nominal_start = row.nominal_start;
  out.nominal_end = row.nominal_end;
  return out;
}

}  // namespace

MonitorState DatasetQuality::state(MonitorKind kind) const {
  if (!settings.settings[kind].enabled) return MonitorState::kUnknown;
  switch (kind) {
    case MonitorKind::kFreshness: return freshness.verdict.state;
    case MonitorKind::kVolume: return volume.verdict.state;
    case MonitorKind::kSchema: return schema.verdict.state;
    case MonitorKind::kDistribution: return distribution.state;
  }
  return MonitorState::kUnknown;
}

MonitorState DatasetQuality::worst() const {
  MonitorState out = MonitorState::kUnknown;
  for (std::size_t i = 0; i < kMonitorKinds; ++i) {
    out = std::max(out, state(static_cast<MonitorKind>(i)));
  }
  return out;
}

bool QualityReader::monitored(const graph::Snapshot& graph, NodeId node) {
  if (graph.kind_of(node) != model::NodeKind::kDataset || graph.canonical(node) != node) {
    return false;
  }
  if (!graph.node(node).placeholder) return true;
  const auto others = graph.aliases(node);
  return std::ranges::any_of(others, [&](NodeId n) { return !graph.node(n).placeholder; });
}

std::vector<NodeId> QualityReader::names(NodeId canonical) const {
  std::vector<NodeId> out = graph_.aliases(canonical);
  out.push_back(canonical);
  return out;
}

Result<std::vector<Measured>> QualityReader::measured(NodeId dataset, Micros from, Micros to,
                                                      bool details) {
  std::vector<ProfileRow> rows;
  const Micros since = from > INT64_MIN + kRunSpan ? from - kRunSpan : from;
  for (const NodeId name : names(dataset)) {
    HW_TRY(auto own,
           details ? rows_.profiles(name, since, to) : rows_.profile_volumes(name, since, to));
    std::erase_if(own, [&](const ProfileRow& row) { return row.seq > seq_; });
    std::ranges::move(own, std::back_inserter(rows));
    if (rows.size() > kMaxProfileRows) {
      return make_error(ErrorCode::kLimitExceeded,
                        "The dataset was measured more than 100,000 times in this interval (limit "
                        "profiles.max_rows). Ask for a shorter one.");
    }
  }
  std::ranges::sort(rows, {}, [](const ProfileRow& row) {
    return std::tuple(row.time, row.tie, row.run, row.role);
  });
  std::vector<Measured> out;
  std::map<std::pair<std::int64_t, model::ProfileRole>, std::size_t> at;
  for (const ProfileRow& row : rows) {
    auto detail = model::decode_detail(row.detail);
    if (!detail) {
      return make_error(ErrorCode::kStorageCorrupt, "A profile's detail cannot be read.",
                        "seq " + std::to_string(row.seq.value));
    }
    const auto [place, is_new] = at.try_emplace({row.run.value, row.role}, out.size());
    if (is_new || !row.run) {
      place->second = out.size();
      out.push_back(begin(row));
    }
    take(row, *std::move(detail), out[place->second]);
  }
  std::erase_if(out, [&](const Measured& m) { return m.time < from; });
  std::ranges::stable_sort(out, {}, [](const Measured& m) { return std::tuple(m.time, m.run); });
  return out;
}

Result<std::vector<Measured>> QualityReader::recent(NodeId dataset, Micros from, Micros to,
                                                    bool details) {
  for (Micros history = kHistory; history > kShortHistory; history /= 4) {
    auto found = measured(dataset, from - history, to, details);
    if (found || found.error().code != ErrorCode::kLimitExceeded) return found;
  }
  return measured(dataset, from - kShortHistory, to, details);
}

Result<const std::vector<Micros>*> QualityReader::ends_of(NodeId job, Micros from, Micros to) {
  if (ends_of_ != std::pair(from, to)) {
    ends_.clear();
    ends_of_ = {from, to};
  }
  const auto [place, is_new] = ends_.try_emplace(job.value);
  if (!is_new) return &place->second;
  const Micros until = to == INT64_MAX ? to : to + 1;
  std::optional<std::pair<Micros, model::RunRow>> before = {{until, model::RunRow{0}}};
  constexpr std::size_t kPage = 100;
  std::vector<Micros> ends;
  for (std::size_t read = 0; before && read < kMaxRunsRead; read += kPage) {
    HW_TRY(const auto runs, rows_.runs_of_job(job, before, kPage));
    before.reset();
    for (const storage::RunInfo& run : runs) {
      if (run.recorded > seq_ || run.state != storage::RunState::kCompleted) continue;
      if (run.ended_at >= from && run.ended_at <= to) ends.push_back(run.ended_at);
    }
    if (runs.size() == kPage && runs.back().first_time >= from) {
      before = {{runs.back().first_time, runs.back().id}};
    }
  }
  std::vector<Micros>& kept = ends_[job.value];
  kept = std::move(ends);
  return &kept;
}

Result<std::vector<Micros>> QualityReader::writes(NodeId dataset, Micros from, Micros to,
                                                  std::span<const Measured> measured) {
  std::vector<Micros> out;
  for (const graph::Neighbor& writer :
       graph_.neighbors(dataset, graph::Direction::kUpstream, kWriters)) {
    HW_TRY(const auto* ends, ends_of(writer.node, from, to));
    out.insert(out.end(), ends->begin(), ends->end());
  }
  if (out.empty()) {
    for (const Measured& m : measured) {
      const bool wrote = m.role == model::ProfileRole::kWritten && m.run && m.succeeded();
      if (wrote && m.time >= from && m.time <= to) out.push_back(m.time);
    }
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<std::vector<SchemaVersion>> QualityReader::schemas(NodeId dataset) {
  if (!schema_name_) {
    HW_TRY(const auto id, rows_.find_attribute_name("schema"));
    schema_name_ = id.value_or(model::AttributeNameId{});
  }
  std::vector<SchemaVersion> out;
  if (!*schema_name_) return out;
  for (const NodeId name : names(dataset)) {
    HW_TRY(const auto rows, rows_.attributes_of_owner(name, false));
    for (const storage::AttributeRow& row : rows) {
      const bool known = row.recorded_from <= seq_ && seq_ < row.recorded_to;
      if (row.name != *schema_name_ || !known || !row.content) continue;
      HW_TRY(const auto text, rows_.content(row.content));
      if (text) out.push_back({row.valid_from, read_schema(*text)});
    }
  }
  std::ranges::stable_sort(out, {}, &SchemaVersion::from);
  return out;
}

// Of several names the last decision counts.
Result<SettingsOf> QualityReader::settings(NodeId dataset) {
  SettingsOf out;
  for (const NodeId name : names(dataset)) {
    HW_TRY(const auto row, rows_.monitor_setting(name));
    if (!row || row->seq > seq_ || row->seq <= out.seq) continue;
    const model::JsonValue body(row->body);
    out = {};
    HW_CHECK_OK(read_settings(body.get("settings"), out.settings));
    out.author = body.get("author").string().value_or("");
    out.reason = body.get("reason").string().value_or("");
    out.at = row->at;
    out.seq = row->seq;
  }
  return out;
}

// A backfill of four partitions writes four times as much, which is no jump.
Result<void> QualityReader::count_partitions(NodeId dataset, std::vector<VolumePoint>& points) {
  if (!numbers_) {
    HW_TRY(const auto all, rows_.partitioned());
    numbers_.emplace();
    for (const storage::PartitionedRow& row : all) numbers_->emplace(row.node.value, row.number);
  }
  std::set<model::DatasetNo> own;
  for (const NodeId name : names(dataset)) {
    const auto it = numbers_->find(name.value);
    if (it != numbers_->end()) own.insert(it->second);
  }
  if (own.empty()) return {};
  for (VolumePoint& point : points) {
    if (!point.run) continue;
    HW_TRY(const auto parts, rows_.run_partitions(point.run));
    std::int64_t count = 0;
    for (const storage::RunPartitionRow& row : parts) {
      if (row.output && own.contains(row.dataset)) count += row.last - row.first + 1;
    }
    point.parts = std::max<std::int64_t>(1, count);
  }
  return {};
}

Result<VolumeState> QualityReader::judge_volume(NodeId dataset, std::span<const Measured> measured,
                                                Micros at, const MonitorSetting& setting) {
  std::vector<VolumePoint> points = volume_points(measured);
  VolumeState out;
  for (const bool again : {false, true}) {
    const VolumeSeries series = volume_series(points, at);
    if (series.samples.empty()) return out;
    const std::span<const Sample> samples(series.samples);
    const VolumePoint& last = points[series.points.back()];
    out = {judge_value(samples.first(samples.size() - 1), samples.back(),
                       volume_rules(setting.sensitivity)),
           series.measure,
           series.daily,
           series.per_partition,
           last.time,
           last.run};
    if (again || out.verdict.state < MonitorState::kWarning) return out;
    HW_CHECK_OK(count_partitions(dataset, points));
  }
  return out;
}

Result<DatasetQuality> QualityReader::judge(NodeId dataset, Micros at) {
  DatasetQuality out;
  out.node = dataset;
  HW_TRY(out.settings, settings(dataset));
  const MonitorSettings& how = out.settings.settings;
  const Micros from = at - kHistory;
  HW_TRY(const auto volumes, recent(dataset, at, at + 1, how[MonitorKind::kDistribution].enabled));
  if (how[MonitorKind::kFreshness].enabled) {
    HW_TRY(const auto ends, writes(dataset, from, at, volumes));
    out.freshness = judge_freshness(ends, at, how[MonitorKind::kFreshness]);
  }
  if (how[MonitorKind::kVolume].enabled) {
    HW_TRY(out.volume, judge_volume(dataset, volumes, at, how[MonitorKind::kVolume]));
  }
  if (how[MonitorKind::kSchema].enabled) {
    HW_TRY(const auto versions, schemas(dataset));
    out.schema = judge_schema(versions, at, how[MonitorKind::kSchema]);
  }
  if (how[MonitorKind::kDistribution].enabled) {
    const std::vector<ColumnsPoint> points = columns_points(volumes);
    out.distribution = judge_columns(points, how[MonitorKind::kDistribution]);
    if (!points.empty()) out.measured_at = points.back().time;
  }
  return out;
}

Result<std::vector<Anomaly>> QualityReader::anomalies(NodeId dataset, const Judged& when,
                                                      std::span<const AnomalyKind> kinds) {
  std::vector<Anomaly> out;
  const auto add = [&](std::vector<Anomaly> found) {
    std::ranges::move(found, std::back_inserter(out));
  };
  const auto wanted = [&](AnomalyKind kind) {
    return std::ranges::find(kinds, kind) != kinds.end();
  };
  HW_TRY(const SettingsOf how, settings(dataset));
  const Micros from = when.from - kHistory, until = std::min(when.to, when.at);
  const bool columns = wanted(AnomalyKind::kDistribution);
  std::vector<Measured> points;
  if (columns || wanted(AnomalyKind::kVolume) || wanted(AnomalyKind::kFreshness)) {
    HW_TRY(points, recent(dataset, when.from, until + 1, columns));
  }
  if (wanted(AnomalyKind::kVolume)) {
    const MonitorSetting& setting = how.settings[MonitorKind::kVolume];
    std::vector<VolumePoint> volumes = volume_points(points);
    auto found = volume_anomalies(dataset, volumes, when, setting);
    if (!found.empty()) {
      HW_CHECK_OK(count_partitions(dataset, volumes));
      found = volume_anomalies(dataset, volumes, when, setting);
    }
    add(std::move(found));
  }
  if (wanted(AnomalyKind::kFreshness)) {
    // Also what came after the interval: it ends the last gap in it.
    HW_TRY(const auto ends, writes(dataset, from, when.at, points));
    add(freshness_anomalies(dataset, ends, when, how.settings[MonitorKind::kFreshness]));
  }
  if (wanted(AnomalyKind::kSchema)) {
    HW_TRY(const auto versions, schemas(dataset));
    add(schema_anomalies(dataset, versions, when, how.settings[MonitorKind::kSchema]));
  }
  if (columns) {
    add(distribution_anomalies(dataset, columns_points(points), when,
                               how.settings[MonitorKind::kDistribution]));
  }
  return out;
}

std::vector<VolumePoint> volume_points(std::span<const Measured> measured) {
  std::vector<VolumePoint> out;
  for (const Measured& m : measured) {
    if (!m.succeeded()) continue;
    VolumePoint point;
    point.time = m.time;
    point.basis = m.basis();
    point.total = m.total;
    point.run = m.run;
    if (m.role == model::ProfileRole::kWritten) point.written = m.volume;
    out.push_back(point);
  }
  return out;
}

// Of the role that measured last: what a reader samples is not what a writer counts.
std::vector<ColumnsPoint> columns_points(std::span<const Measured> measured) {
  std::vector<ColumnsPoint> out;
  std::optional<model::ProfileRole> role;
  for (auto it = measured.rbegin(); it != measured.rend(); ++it) {
    if (it->detail.columns.empty() || !it->succeeded()) continue;
    if (!role) role = it->role;
    if (it->role != *role) continue;
    ColumnsPoint point;
    point.time = it->time;
    point.basis = it->basis();
    point.rows = it->total.rows >= 0 ? it->total.rows : it->volume.rows;
    point.columns = it->detail.columns;
    point.run = it->run;
    out.push_back(std::move(point));
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace headwater::stats
