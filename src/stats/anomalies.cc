#include "stats/anomalies.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace headwater::stats {
namespace {

constexpr std::array<std::string_view, kAnomalyKinds> kNames = {"volume", "freshness", "cost",
                                                                "schema", "distribution"};

bool odd(const Verdict& verdict) { return verdict.state >= MonitorState::kWarning; }

void score(Anomaly& anomaly, double size) {
  anomaly.size = std::clamp(size, 0.0, 1.0);
  anomaly.severity = std::min(std::abs(anomaly.verdict.z), kMaxScoredZ) * anomaly.size;
}

// How much of the larger one the difference is.
double relative_size(const Verdict& verdict) {
  const double value = verdict.value.value_or(0), expected = verdict.expected.value_or(0);
  const double larger = std::max(std::abs(value), std::abs(expected));
  return larger > 0 ? std::abs(value - expected) / larger : 0;
}

// Keeps of each day the gravest.
void add_worst(std::vector<Anomaly>& to, Anomaly anomaly) {
  const auto same = std::ranges::find(to, anomaly.day, &Anomaly::day);
  if (same == to.end()) {
    to.push_back(std::move(anomaly));
  } else if (anomaly.severity > same->severity) {
    *same = std::move(anomaly);
  }
}

}  // namespace

std::string_view to_string(AnomalyKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<AnomalyKind> anomaly_named(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<AnomalyKind>(i);
  }
  return std::nullopt;
}

void sort_anomalies(std::vector<Anomaly>& anomalies) {
  std::ranges::stable_sort(anomalies, [](const Anomaly& a, const Anomaly& b) {
    return std::tuple(b.day, b.severity, a.node, a.kind, a.column) <
           std::tuple(a.day, a.severity, b.node, b.kind, b.column);
  });
}

std::vector<Anomaly> volume_anomalies(model::NodeId node, std::span<const VolumePoint> points,
                                      const Judged& when, const MonitorSetting& setting) {
  std::vector<Anomaly> out;
  if (!setting.enabled) return out;
  const VolumeSeries series = volume_series(points, when.at);
  const ValueRules rules = volume_rules(setting.sensitivity);
  const std::span<const Sample> samples(series.samples);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const VolumePoint& point = points[series.points[i]];
    if (point.time < when.from || point.time >= when.to || point.time > when.at) continue;
    Anomaly one;
    one.verdict = judge_value(samples.first(i), samples[i], rules);
    if (!odd(one.verdict)) continue;
    one.kind = AnomalyKind::kVolume;
    one.node = node;
    one.day = day_of(point.time);
    one.at = point.time;
    one.measure = to_string(series.measure);
    one.run = point.run;
    score(one, relative_size(one.verdict));
    add_worst(out, std::move(one));
  }
  return out;
}

std::vector<Anomaly> freshness_anomalies(model::NodeId node, std::span<const Micros> writes,
                                         const Judged& when, const MonitorSetting& setting) {
  std::vector<Anomaly> out;
  if (!setting.enabled) return out;
  for (Missed& missed : missed_writes(writes, when.from, when.to, when.at, setting)) {
    Anomaly one;
    one.kind = AnomalyKind::kFreshness;
    one.node = node;
    one.day = day_of(missed.due);
    one.at = missed.due;
    one.measure = "age_seconds";
    one.verdict = missed.verdict;
    score(one, 1);
    add_worst(out, std::move(one));
  }
  return out;
}

std::vector<Anomaly> schema_anomalies(model::NodeId node, std::span<const SchemaVersion> versions,
                                      const Judged& when, const MonitorSetting& setting) {
  std::vector<Anomaly> out;
  if (!setting.enabled) return out;
  const SchemaVersion* before = nullptr;
  for (const SchemaVersion& version : versions) {
    if (version.fields.empty() || version.from > when.at) continue;
    const SchemaVersion* const last = std::exchange(before, &version);
    if (last == nullptr || version.from < when.from || version.from >= when.to) continue;
    const std::vector<SchemaChange> changes = compare_schemas(last->fields, version.fields);
    const std::size_t broken = breaking(changes);
    if (broken == 0) continue;
    Anomaly one;
    one.kind = AnomalyKind::kSchema;
    one.node = node;
    one.day = day_of(version.from);
    one.at = version.from;
    const auto first = std::ranges::find_if(
        changes, [](const SchemaChange& c) { return c.what != SchemaChange::What::kAdded; });
    one.measure = to_string(first->what);
    one.column = first->path;
    one.verdict.state = MonitorState::kFailing;
    one.verdict.value = static_cast<double>(broken);
    one.verdict.expected = one.verdict.low = one.verdict.high = 0;
    one.verdict.z = std::min(kMaxScoredZ, kSensitivity + static_cast<double>(broken) - 1);
    one.verdict.basis = Basis::kVersions;
    score(one, 1);
    add_worst(out, std::move(one));
  }
  return out;
}

std::vector<Anomaly> distribution_anomalies(model::NodeId node,
                                            std::span<const ColumnsPoint> points,
                                            const Judged& when, const MonitorSetting& setting) {
  std::vector<Anomaly> out;
  if (!setting.enabled) return out;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const ColumnsPoint& point = points[i];
    if (point.time < when.from || point.time >= when.to || point.time > when.at) continue;
    const Distribution found = judge_columns(points.first(i + 1), setting);
    if (found.unusual.empty()) continue;
    const ColumnVerdict& worst = found.unusual.front();
    Anomaly one;
    one.kind = AnomalyKind::kDistribution;
    one.node = node;
    one.day = day_of(point.time);
    one.at = point.time;
    one.measure = worst.measure;
    one.column = worst.column;
    one.verdict = worst.verdict;
    one.run = point.run;
    score(one, static_cast<double>(found.unusual.size()) / static_cast<double>(found.checks));
    add_worst(out, std::move(one));
  }
  return out;
}

namespace {

void add_costs(model::NodeId node, const std::map<std::int32_t, std::int64_t>& days,
               const std::map<std::int32_t, double>& totals, std::int32_t first, std::int32_t last,
               std::int32_t open, const MonitorSetting& setting, std::vector<Anomaly>& to) {
  const ValueRules rules = cost_rules(setting.sensitivity);
  std::vector<Sample> samples;
  for (const auto& [day, cost] : days) {
    if (day >= last || day > open) break;
    const Sample now{Micros{day} * kDay, static_cast<double>(cost)};
    if (day >= first) {
      Anomaly one;
      one.verdict = judge_value(samples, now, rules);
      const bool too_early = day == open && one.verdict.z < 0;
      if (odd(one.verdict) && !too_early) {
        const double total = totals.at(day);
        one.kind = AnomalyKind::kCost;
        one.node = node;
        one.day = day;
        one.at = now.basis;
        one.day_share = total > 0 ? now.value / total : 0;
        const double off = std::abs(now.value - one.verdict.expected.value_or(0));
        score(one, total > 0 ? off / std::max(total, off) : 0);
        to.push_back(std::move(one));
      }
    }
    samples.push_back(now);
  }
}

}  // namespace

DailyCosts daily_costs(const LedgerSnapshot& ledger, const graph::Snapshot& graph, model::Seq seq,
                       model::Measure measure, bool by_job, std::int32_t first, std::int32_t last) {
  std::unordered_map<std::uint64_t, std::int64_t> sums;  // by node and day
  for (std::size_t c = 0; c < ledger.chunks(); ++c) {
    const LedgerChunk& chunk = ledger.chunk(c);
    const std::int64_t* const values = chunk.column(measure);
    const bool beside = day_of(chunk.max_time()) < first || last <= day_of(chunk.min_time());
    if (values == nullptr || beside) continue;
    for (std::size_t row = 0; row < ledger.rows_of(c); ++row) {
      const std::int32_t day = day_of(chunk.times()[row]);
      if (values[row] == 0 || day < first || day >= last || chunk.seq(row) > seq) continue;
      const Pair pair = ledger.pair(chunk.pairs()[row]);
      const NodeId named = by_job ? pair.job : pair.dataset;
      const NodeId node = named ? graph.canonical(named) : named;
      sums[(std::uint64_t{node.value} << 32) | static_cast<std::uint32_t>(day)] += values[row];
    }
  }
  DailyCosts out;
  for (const auto& [key, sum] : sums) {
    if (sum > 0)
      out[NodeId{static_cast<std::uint32_t>(key >> 32)}]
         [static_cast<std::int32_t>(static_cast<std::uint32_t>(key))] = sum;
  }
  return out;
}

std::vector<Anomaly> cost_anomalies(const DailyCosts& costs, std::int32_t first, std::int32_t last,
                                    std::int32_t open, const MonitorSetting& setting) {
  std::map<std::int32_t, double> totals;
  for (const auto& [node, days] : costs) {
    for (const auto& [day, cost] : days) totals[day] += static_cast<double>(cost);
  }
  std::vector<Anomaly> out;
  for (const auto& [node, days] : costs) {
    if (!node) continue;
    add_costs(node, days, totals, first, last, open, setting, out);
  }
  sort_anomalies(out);
  return out;
}

}  // namespace headwater::stats
