#include "api/dto/quality_dto.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "api/dto/common.h"
#include "model/duration.h"

namespace headwater::api::dto {

using model::ProfileRole;
using stats::MonitorKind;

namespace {

std::string_view role_name(ProfileRole role) {
  switch (role) {
    case ProfileRole::kWritten: return "written";
    case ProfileRole::kRead: return "read";
    case ProfileRole::kObserved: return "observed";
  }
  return "observed";
}

std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::string(text.data(), end) : "0";
}

void write_column(JsonWriter& json, const model::ColumnProfile& column, std::int64_t rows) {
  json.begin_object().key("name").text(column.name).key("nulls");
  write_count_or_null(json, column.nulls);
  json.key("null_share");
  write_real_or_null(json, stats::null_share(column, rows));
  json.key("distinct");
  write_count_or_null(json, column.distinct);
  const std::pair<std::string_view, std::optional<double>> members[] = {
      {"count", column.count},
      {"sum", column.sum},
      {"mean", stats::mean_of(column)},
      {"min", column.min},
      {"max", column.max}};
  for (const auto& [name, value] : members) {
    json.key(name);
    write_real_or_null(json, value);
  }
  json.key("quantiles").begin_array();
  for (const auto& [share, value] : column.quantiles) {
    json.begin_object().key("share");
    write_real(json, share);
    json.key("value");
    write_real(json, value);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_volume(JsonWriter& json, const model::Volume& volume) {
  json.key("rows");
  write_count_or_null(json, volume.rows);
  json.key("bytes");
  write_count_or_null(json, volume.bytes);
  json.key("files");
  write_count_or_null(json, volume.files);
}

std::optional<base::Micros> known(base::Micros time) {
  return time == model::kOpenEnd || time == 0 ? std::nullopt : std::optional(time);
}

// Status and settings, with which every monitor begins.
void begin_monitor(JsonWriter& json, const stats::DatasetQuality& quality, MonitorKind kind) {
  const stats::MonitorSetting& setting = quality.settings.settings[kind];
  json.key(to_string(kind)).begin_object().key("status").text(to_string(quality.state(kind)));
  json.key("enabled").boolean(setting.enabled).key("sensitivity");
  write_real(json, setting.sensitivity);
  json.key("max_age");
  json.text_or_null(setting.max_age ? std::optional(model::format_duration(*setting.max_age))
                                    : std::nullopt);
}

void write_changes(JsonWriter& json, const stats::SchemaState& schema) {
  json.key("changed_at").time_or_null(schema.changed_at).key("changes").begin_array();
  for (std::size_t i = 0; i < std::min(schema.changes.size(), kMaxListedColumns); ++i) {
    const stats::SchemaChange& change = schema.changes[i];
    json.begin_object().key("column").text(change.path).key("change").text(to_string(change.what));
    json.key("before");
    json.text_or_null(change.before.empty() ? std::nullopt : std::optional(change.before));
    json.key("after");
    json.text_or_null(change.after.empty() ? std::nullopt : std::optional(change.after));
    json.end_object();
  }
  json.end_array();
  json.key("changes_total").number(static_cast<std::int64_t>(schema.changes.size()));
}

void write_distribution(JsonWriter& json, const stats::Distribution& found) {
  json.key("checks").number(static_cast<std::int64_t>(found.checks));
  json.key("learning").number(static_cast<std::int64_t>(found.learning));
  json.key("sensitivity_used");
  write_real(json, found.sensitivity);
  json.key("columns").begin_array();
  for (std::size_t i = 0; i < std::min(found.unusual.size(), kMaxListedColumns); ++i) {
    const stats::ColumnVerdict& one = found.unusual[i];
    json.begin_object().key("column").text(one.column).key("measure").text(one.measure);
    json.key("status").text(to_string(one.verdict.state));
    write_verdict(json, one.verdict);
    json.end_object();
  }
  json.end_array();
  json.key("columns_total").number(static_cast<std::int64_t>(found.unusual.size()));
}

void write_setting(JsonWriter& json, const stats::SettingsOf& settings) {
  json.key("setting");
  if (!settings.seq) {
    json.null();
    return;
  }
  json.begin_object().key("author").text(settings.author).key("reason");
  json.text_or_null(settings.reason.empty() ? std::nullopt : std::optional(settings.reason));
  json.key("at").time(settings.at);
  json.key("seq").number(static_cast<std::int64_t>(settings.seq.value)).end_object();
}

}  // namespace

void write_real(JsonWriter& json, double value) {
  if (!std::isfinite(value)) {
    json.null();
  } else {
    json.verbatim(number_text(value));
  }
}

void write_real_or_null(JsonWriter& json, const std::optional<double>& value) {
  if (value) {
    write_real(json, *value);
  } else {
    json.null();
  }
}

void write_count_or_null(JsonWriter& json, std::int64_t value) {
  if (value < 0) {
    json.null();
  } else {
    json.number(value);
  }
}

void write_verdict(JsonWriter& json, const stats::Verdict& verdict, double scale) {
  const std::pair<std::string_view, std::optional<double>> members[] = {
      {"value", verdict.value},
      {"expected", verdict.expected},
      {"low", verdict.low},
      {"high", verdict.high}};
  for (const auto& [name, value] : members) {
    json.key(name);
    write_real_or_null(json, value ? std::optional(*value / scale) : std::nullopt);
  }
  json.key("z");
  write_real(json, verdict.z);
  json.key("samples").number(static_cast<std::int64_t>(verdict.samples));
  json.key("basis").text(to_string(verdict.basis));
}

void write_measured(JsonWriter& json, const query::Snapshot& graph, const stats::Measured& measured,
                    std::string_view column) {
  json.begin_object().key("time").time(measured.time).key("role").text(role_name(measured.role));
  json.key("run_id");
  json.text_or_null(measured.run ? std::optional(measured.run_id) : std::nullopt);
  json.key("job");
  write_node_or_null(json, graph, measured.job);
  json.key("run_state");
  json.text_or_null(measured.run ? std::optional(std::string(run_state(measured.state)))
                                 : std::nullopt);
  json.key("nominal_start").time_or_null(known(measured.nominal_start));
  json.key("nominal_end").time_or_null(known(measured.nominal_end));
  write_volume(json, measured.volume);
  json.key("total").begin_object();
  write_volume(json, measured.total);
  json.key("updated").time_or_null(known(measured.updated)).end_object();
  const std::int64_t rows = measured.total.rows >= 0 ? measured.total.rows : measured.volume.rows;
  json.key("columns").begin_array();
  for (const model::ColumnProfile& one : measured.detail.columns) {
    if (column.empty() || one.name == column) write_column(json, one, rows);
  }
  json.end_array().key("assertions").begin_array();
  for (const model::Assertion& one : measured.detail.assertions) {
    if (!column.empty() && one.column != column) continue;
    json.begin_object().key("assertion").text(one.assertion).key("column");
    json.text_or_null(one.column.empty() ? std::nullopt : std::optional(one.column));
    json.key("severity");
    json.text_or_null(one.severity.empty() ? std::nullopt : std::optional(one.severity));
    json.key("success").boolean(one.success).end_object();
  }
  json.end_array().end_object();
}

void write_quality(JsonWriter& json, const query::Snapshot& graph,
                   const stats::DatasetQuality& quality) {
  json.begin_object().key("nodeId").text(query::format_node(graph, quality.node));
  json.key("status").text(to_string(quality.worst())).key("monitors").begin_object();
  begin_monitor(json, quality, MonitorKind::kFreshness);
  write_verdict(json, quality.freshness.verdict);
  json.key("last_write").time_or_null(quality.freshness.last);
  json.key("due").time_or_null(quality.freshness.due).end_object();
  begin_monitor(json, quality, MonitorKind::kVolume);
  write_verdict(json, quality.volume.verdict);
  json.key("measure").text(to_string(quality.volume.measure));
  json.key("daily").boolean(quality.volume.daily);
  json.key("per_partition").boolean(quality.volume.per_partition);
  json.key("time").time_or_null(quality.volume.time).end_object();
  begin_monitor(json, quality, MonitorKind::kSchema);
  write_verdict(json, quality.schema.verdict);
  write_changes(json, quality.schema);
  json.end_object();
  begin_monitor(json, quality, MonitorKind::kDistribution);
  json.key("time").time_or_null(quality.measured_at);
  write_distribution(json, quality.distribution);
  json.end_object().end_object();
  write_setting(json, quality.settings);
  json.end_object();
}

void write_anomaly(JsonWriter& json, const query::Snapshot& graph, const stats::Anomaly& anomaly,
                   std::size_t rank, double scale, const std::optional<std::string>& run_id) {
  const bool cost = anomaly.kind == stats::AnomalyKind::kCost;
  json.begin_object().key("day").text(stats::day_text(anomaly.day));
  json.key("rank").number(static_cast<std::int64_t>(rank));
  json.key("kind").text(to_string(anomaly.kind));
  json.key("nodeId").text(query::format_node(graph, anomaly.node));
  json.key("status").text(to_string(anomaly.verdict.state)).key("at").time(anomaly.at);
  json.key("measure").text(anomaly.measure).key("column");
  json.text_or_null(anomaly.column.empty() ? std::nullopt : std::optional(anomaly.column));
  write_verdict(json, anomaly.verdict, cost ? scale : 1);
  json.key("size");
  write_real(json, anomaly.size);
  json.key("severity");
  write_real(json, anomaly.severity);
  json.key("day_share");
  write_real_or_null(json, cost ? std::optional(anomaly.day_share) : std::nullopt);
  json.key("run_id").text_or_null(run_id).end_object();
}

}  // namespace headwater::api::dto
