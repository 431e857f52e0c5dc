// Profiles, monitors and anomalies as JSON. Pure functions that append to a JsonWriter.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/dto/json_writer.h"
#include "query/query.h"
#include "stats/anomalies.h"
#include "stats/quality.h"

namespace headwater::api::dto {

// Lists of one monitor: longer ones are counted whole and listed in part.
inline constexpr std::size_t kMaxListedColumns = 100;

void write_real(JsonWriter& json, double value);  // null if it is not finite
void write_real_or_null(JsonWriter& json, const std::optional<double>& value);
void write_count_or_null(JsonWriter& json, std::int64_t value);  // null below 0
// value, expected, low, high (each divided by `scale`), z, samples, basis.
void write_verdict(JsonWriter& json, const stats::Verdict& verdict, double scale = 1);
// `column`: only that one; empty: all.
void write_measured(JsonWriter& json, const query::Snapshot& graph, const stats::Measured& measured,
                    std::string_view column);
void write_quality(JsonWriter& json, const query::Snapshot& graph,
                   const stats::DatasetQuality& quality);
// `scale`: of a cost's measure.
void write_anomaly(JsonWriter& json, const query::Snapshot& graph, const stats::Anomaly& anomaly,
                   std::size_t rank, double scale, const std::optional<std::string>& run_id);

}  // namespace headwater::api::dto
