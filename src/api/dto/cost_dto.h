// Answers about cost. Pure functions that append to a JsonWriter.
#pragma once

#include <string_view>

#include "api/dto/json_writer.h"
#include "query/query.h"
#include "stats/series.h"
#include "stats/sunburst.h"

namespace headwater::api::dto {

// measure, unit.
void write_measure(JsonWriter& json, model::Measure measure, std::string_view currency);
// name, key, and nodeId where it is one.
void write_arc_name(JsonWriter& json, const query::Snapshot& graph, const stats::ArcName& name);
// The root arc with all its parts. `compared`: with before and change.
void write_sunburst(JsonWriter& json, const query::Snapshot& graph, const stats::Sunburst& drawn,
                    bool compared);
void write_series(JsonWriter& json, const query::Snapshot& graph, const stats::Series& series);
// A part of a whole, with six digits; 0 of nothing.
void write_share(JsonWriter& json, std::string_view key, std::int64_t part, std::int64_t whole);
void write_ratio(JsonWriter& json, std::string_view key, double value);

}  // namespace headwater::api::dto
