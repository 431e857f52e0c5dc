// Namespaces, datasets, jobs, runs and their versions as JSON. Field names are Marquez's where it
// has them. Pure functions that append one value.
#pragma once

#include "api/dto/json_writer.h"
#include "query/query.h"

namespace headwater::api::dto {

void write_namespace(JsonWriter& json, const storage::NamespaceRow& row);
void write_dataset(JsonWriter& json, const query::DatasetDetail& dataset);
void write_dataset_version(JsonWriter& json, const query::DatasetVersion& version);
void write_job(JsonWriter& json, const query::JobDetail& job);
void write_job_version(JsonWriter& json, const query::JobVersion& version);
void write_run(JsonWriter& json, const query::RunDetail& run);
// The data of a node with detail=summary.
void write_summary(JsonWriter& json, const query::NodeSummary& node);

}  // namespace headwater::api::dto
