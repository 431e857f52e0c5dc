// A whole impact as NDJSON or CSV, piece by piece: beside the walk itself, memory is one piece.
//
// Each piece takes its own snapshot and reader at the same moment, so a client that reads slowly
// blocks nobody. Thread-safety and errors: as http::BodySource.
#pragma once

#include <memory>

#include "api/v1/impact_body.h"

namespace headwater::api::v1 {

struct ImpactDocument {
  query::Impact impact;
  query::ImpactSelection selection;
  query::Moment moment;  // pinned
  base::Micros as_of = 0;
  ImpactFormat format = ImpactFormat::kNdjson;
  bool evidence = false;
};

// With the headers that say how whole the answer is, and the first piece as its body.
Answer impact_stream(query::Service& service, std::shared_ptr<stats::Stats> stats,
                     ImpactDocument document);

}  // namespace headwater::api::v1
