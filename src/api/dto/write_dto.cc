#include "api/dto/write_dto.h"

#include <algorithm>

#include "api/dto/common.h"

namespace headwater::api::dto {
namespace {

using ingest::Receipt;
using ingest::ReceiptStatus;

std::string_view status_text(ReceiptStatus status) {
  switch (status) {
    case ReceiptStatus::kStored: return "stored";
    case ReceiptStatus::kMerged: return "merged";
    case ReceiptStatus::kDuplicate: return "duplicate";
    case ReceiptStatus::kQuarantined: return "quarantined";
  }
  return "stored";
}

std::int64_t seq_number(model::Seq seq) { return static_cast<std::int64_t>(seq.value); }

std::int64_t count(const ingest::BodyReceipt& body, ReceiptStatus status) {
  return std::count_if(body.events.begin(), body.events.end(),
                       [status](const Receipt& receipt) { return receipt.status == status; });
}

// What was refused stays refused: a fault of the event, not of the moment.
void write_failed(JsonWriter& json, const ingest::BodyReceipt& body) {
  json.begin_array();
  for (std::size_t i = 0; i < body.events.size(); ++i) {
    const Receipt& receipt = body.events[i];
    if (receipt.status != ReceiptStatus::kQuarantined) continue;
    json.begin_object().key("index").number(static_cast<std::int64_t>(i));
    json.key("reason").text(receipt.reason);
    json.key("retriable").boolean(false);
    json.key("quarantine_seq").number(seq_number(receipt.seq)).end_object();
  }
  json.end_array();
}

}  // namespace

void write_receipt(JsonWriter& json, const Receipt& receipt) {
  json.begin_object().key("seq").number(seq_number(receipt.seq));
  json.key("status").text(status_text(receipt.status));
  json.key("event_kind");
  if (receipt.status == ReceiptStatus::kQuarantined) {
    json.null();
  } else {
    json.text(model::to_string(receipt.kind));
  }
  json.key("facets_used");
  write_texts(json, receipt.facets_used);
  json.key("facets_kept");
  write_texts(json, receipt.facets_kept);
  json.key("warnings").begin_array();
  for (const model::Warning& warning : receipt.warnings) {
    json.begin_object().key("code").text(warning.code);
    json.key("pointer").text(warning.pointer);
    json.key("message").text(warning.message).end_object();
  }
  json.end_array();
  json.key("nodes_added").number(receipt.nodes_added);
  json.key("edges_added").number(receipt.edges_added);
  json.key("edges_retired").number(receipt.edges_retired).end_object();
}

void write_batch_result(JsonWriter& json, const ingest::BodyReceipt& body, bool receipts) {
  const auto received = static_cast<std::int64_t>(body.events.size());
  const std::int64_t failed = count(body, ReceiptStatus::kQuarantined);
  model::Seq highest;
  for (const Receipt& receipt : body.events) highest = std::max(highest, receipt.seq);
  json.begin_object().key("status").text(failed == 0 ? "success" : "partial_success");
  json.key("summary").begin_object();
  json.key("received").number(received);
  json.key("successful").number(received - failed);
  json.key("failed").number(failed);
  json.key("retriable").number(0);
  json.key("non_retriable").number(failed).end_object();
  json.key("failed_events");
  write_failed(json, body);
  json.key("duplicates").number(count(body, ReceiptStatus::kDuplicate));
  json.key("seq").number(seq_number(highest));
  if (receipts) {
    json.key("receipts").begin_array();
    for (const Receipt& receipt : body.events) write_receipt(json, receipt);
    json.end_array();
  }
  json.end_object();
}

}  // namespace headwater::api::dto
