// What people set, as JSON. Pure functions that append one value.
#pragma once

#include "api/dto/json_writer.h"
#include "query/query.h"

namespace headwater::api::dto {

void write_annotations(JsonWriter& json, const query::Annotations& annotations);
void write_tag_definition(JsonWriter& json, const query::TagDefinition& tag);
void write_node_tag(JsonWriter& json, const query::Snapshot& graph, const query::NodeTag& tag);
// With what it says, by the names that it was given.
void write_decision(JsonWriter& json, const query::DecisionItem& item);

}  // namespace headwater::api::dto
