// The answer of GET /lineage, piece by piece: a graph of 100,000 nodes is never in memory as JSON.
//
// Between two pieces nothing is held but the list of nodes and edges: each piece takes its own
// snapshot and reader at the same moment, so a client that reads slowly blocks nobody.
// Thread-safety and errors: as http::BodySource.
#pragma once

#include <memory>

#include "api/dto/json_writer.h"
#include "api/http/message.h"
#include "query/query.h"

namespace headwater::api::v1 {

struct LineageDocument {
  query::LineageAnswer answer;
  query::Moment moment;  // pinned
  base::Micros as_of = 0;
  bool full = true;  // else detail=summary
};

std::unique_ptr<http::BodySource> stream_lineage(query::Service& service, LineageDocument document);

}  // namespace headwater::api::v1
