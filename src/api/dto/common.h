// Parts that several answers share. Pure functions that append to a JsonWriter.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/dto/json_writer.h"
#include "query/query.h"

namespace headwater::api::dto {

std::string_view run_state(storage::RunState state);  // as Marquez writes it
std::optional<storage::RunState> parse_run_state(std::string_view text);
std::string_view node_type(model::NodeKind kind);  // DATASET or JOB
std::string_view cut_reason(graph::CutReason reason);

void write_name(JsonWriter& json, const model::Name& name);
void write_names(JsonWriter& json, const std::vector<model::Name>& names);
void write_texts(JsonWriter& json, const std::vector<std::string>& texts);
void write_facets(JsonWriter& json, const std::vector<query::FacetText>& facets);
void write_version_id(JsonWriter& json, const query::VersionRef& ref);

// The last dotted part of a name, or all of it.
std::string_view simple_name(std::string_view name);

// The id of a node in its canonical form, null for none.
void write_node_or_null(JsonWriter& json, const query::Snapshot& graph, model::NodeId node);
// A PathStep: the two nodes that an edge joins, its kind and the job it goes via, if there is one.
void write_step(JsonWriter& json, const query::Snapshot& graph, model::EdgeId edge);
// Its members, for a step that says more; `via` none: null.
void write_step_members(JsonWriter& json, const query::Snapshot& graph, model::NodeId from,
                        model::NodeId to, model::EdgeKind kind, model::NodeId via);
void write_path(JsonWriter& json, const query::Snapshot& graph,
                const std::vector<model::EdgeId>& path);

// as_of, seq, complete, cut: what every graph answer says about itself.
void write_graph_head(JsonWriter& json, base::Micros as_of, model::Seq seq, const query::Cut& cut);

// totalCount and next_cursor, at the end of a list.
void write_list_end(JsonWriter& json, std::int64_t total, const std::optional<std::string>& next);

}  // namespace headwater::api::dto
