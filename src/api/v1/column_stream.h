// The answer of GET /column-lineage, piece by piece, as lineage_stream.h does it.
//
// Thread-safety and errors: as http::BodySource.
#pragma once

#include <memory>

#include "api/dto/json_writer.h"
#include "api/http/message.h"
#include "query/query.h"

namespace headwater::api::v1 {

struct ColumnDocument {
  query::ColumnAnswer answer;
  query::Transformations transformations;
  query::Moment moment;  // pinned
  base::Micros as_of = 0;
};

std::unique_ptr<http::BodySource> stream_columns(query::Service& service, ColumnDocument document);

// kind, transformations, masked, via, assumed: members of an edge of columns.
void write_column_edge(dto::JsonWriter& json, const query::Snapshot& graph,
                       const query::ColumnEdge& edge,
                       const query::Transformations& transformations);
// The id of one end.
std::string column_end_id(const query::Snapshot& graph, const query::ColumnAnswer& answer,
                          const query::ColumnEnd& end);

}  // namespace headwater::api::v1
