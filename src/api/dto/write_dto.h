// Receipts and batch results as JSON. Pure functions.
#pragma once

#include <string>

#include "api/dto/json_writer.h"
#include "ingest/ingest.h"

namespace headwater::api::dto {

void write_receipt(JsonWriter& json, const ingest::Receipt& receipt);
// In the form of the OpenLineage specification, with `receipts` if asked for.
void write_batch_result(JsonWriter& json, const ingest::BodyReceipt& body, bool receipts);

}  // namespace headwater::api::dto
