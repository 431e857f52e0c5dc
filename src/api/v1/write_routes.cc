// Everything that changes something: answered from the writer's thread once it is durable and
// visible.

#include <utility>

#include "api/dto/catalog_dto.h"
#include "api/dto/write_dto.h"
#include "api/v1/body.h"
#include "api/v1/decide.h"
#include "api/v1/parameters.h"
#include "api/v1/usage_reading.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;
using dto::JsonWriter;
using ingest::ReceiptStatus;
using model::NodeKind;

}  // namespace

Answer receipt_response(Context& context, const ingest::Receipt& receipt) {
  if (receipt.status == ReceiptStatus::kQuarantined) {
    context.details.pointer = receipt.pointer;
    context.details.quarantine_seq = static_cast<std::int64_t>(receipt.seq.value);
    const std::string where = receipt.pointer.empty() ? "" : receipt.pointer + " ";
    return make_error(ErrorCode::kInvalidEvent, where + receipt.reason);
  }
  JsonWriter json;
  dto::write_receipt(json, receipt);
  return json_response(json.take(), 201);
}

namespace {

Answer many_receipts(const ingest::BodyReceipt& body, bool receipts) {
  JsonWriter json;
  dto::write_batch_result(json, body, receipts);
  return json_response(json.take());
}

void post_lineage(const ContextPtr& context, Reply reply) {
  if (auto checked = check_media_type(context->request); !checked) {
    return respond(*context, *reply, std::move(checked).error());
  }
  std::string body = std::move(context->request.body);
  context->services.writes().submit(
      std::move(body), [context, reply = std::move(reply)](Result<ingest::BodyReceipt> done) {
        if (!done) return respond(*context, *reply, std::move(done).error());
        respond(*context, *reply,
                done->was_array ? many_receipts(*done, false)
                                : receipt_response(*context, done->events.front()));
      });
}

void post_batch(const ContextPtr& context, Reply reply) {
  auto receipts = flag_parameter(*context, "receipts", false);
  if (!receipts) return respond(*context, *reply, std::move(receipts).error());
  if (auto checked = check_media_type(context->request); !checked) {
    return respond(*context, *reply, std::move(checked).error());
  }
  const std::size_t first = context->request.body.find_first_not_of(" \t\r\n");
  const bool object = first != std::string::npos && context->request.body[first] == '{';
  if (object) {
    return respond(*context, *reply,
                   make_error(ErrorCode::kInvalidArgument,
                              "A batch is an array of events; send a single event to "
                              "/api/v1/lineage."));
  }
  std::string body = std::move(context->request.body);
  context->services.writes().submit(
      std::move(body),
      [context, reply = std::move(reply), receipts = *receipts](Result<ingest::BodyReceipt> done) {
        if (!done) return respond(*context, *reply, std::move(done).error());
        respond(*context, *reply, many_receipts(*done, receipts));
      });
}

void replay(const ContextPtr& context, Reply reply) {
  auto seq = seq_in_path(*context);
  if (!seq) return respond(*context, *reply, std::move(seq).error());
  const model::Seq wanted = *seq;
  context->services.writes().replay_quarantined(
      wanted, [context, wanted, reply = std::move(reply)](Result<ingest::Receipt> done) {
        if (!done) {
          context->details.quarantine_seq = static_cast<std::int64_t>(wanted.value);
          return respond(*context, *reply, std::move(done).error());
        }
        JsonWriter json;
        dto::write_receipt(json, *done);
        respond(*context, *reply, json_response(json.take()));
      });
}

// ---- decisions --------------------------------------------------------------------------------

Answer show_namespace(Context& context, const ingest::Receipt&) {
  HW_TRY(query::Session session, context.open());
  HW_TRY(const auto row, session.rows().find_namespace(context.parameter("namespace")));
  if (!row) return make_error(ErrorCode::kNotFound, "There is no namespace of this name.");
  JsonWriter json;
  dto::write_namespace(json, *row);
  return json_response(json.take());
}

void put_namespace(const ContextPtr& context, Reply reply) {
  auto body = json_object(*context);
  if (!body) return respond(*context, *reply, std::move(body).error());
  auto owner = text_member(*context, *body, "ownerName");
  if (!owner) return respond(*context, *reply, std::move(owner).error());
  auto description = text_member(*context, *body, "description");
  if (!description) return respond(*context, *reply, std::move(description).error());
  if (!*owner) {
    return respond(*context, *reply,
                   invalid_member(*context, "/ownerName", "is required and must be a string."));
  }
  ingest::Decision decision;
  decision.kind = ingest::Decision::Kind::kPutNamespace;
  decision.name_space = context->parameter("namespace");
  decision.owner = **owner;
  decision.description = description->value_or("");
  decide(context, std::move(reply), std::move(decision), show_namespace);
}

// Nothing is logged for what is not there.
Result<void> check_namespace(Context& context) {
  context.pinned = context.services.queries().published();
  HW_TRY(query::Session session, context.open());
  HW_TRY([[maybe_unused]] const auto row,
         query::find_namespace(session, context.parameter("namespace")));
  return {};
}

void delete_namespace(const ContextPtr& context, Reply reply) {
  if (auto there = check_namespace(*context); !there) {
    return respond(*context, *reply, std::move(there).error());
  }
  ingest::Decision decision;
  decision.kind = ingest::Decision::Kind::kDeleteNamespace;
  decision.name_space = context->parameter("namespace");
  decide(context, std::move(reply), std::move(decision), show_namespace);
}

// A job is answered as it was: afterwards it touches nothing. A dataset as it is then.
void delete_node(const ContextPtr& context, Reply reply, NodeKind kind) {
  context->pinned = context->services.queries().published();
  Answer before = show_node(*context, kind);
  if (!before) return respond(*context, *reply, std::move(before).error());
  ingest::Decision decision;
  decision.kind = kind == NodeKind::kJob ? ingest::Decision::Kind::kDeleteJob
                                         : ingest::Decision::Kind::kDeleteDataset;
  decision.name_space = context->parameter("namespace");
  decision.name = context->parameter(kind == NodeKind::kJob ? "job" : "dataset");
  decide(context, std::move(reply), std::move(decision),
         [kind, was = std::move(before->body)](Context& later, const ingest::Receipt&) -> Answer {
           if (kind == NodeKind::kJob) return json_response(was);
           return show_node(later, kind);
         });
}

}  // namespace

std::vector<ApiRoute> write_routes() {
  using http::Method;
  const auto write = [](Method method, std::string_view path, HandleReply handle) {
    return ApiRoute{method, path, {{}, shared(std::move(handle)), Pin::kNo}};
  };
  return {
      write(Method::kPost, "/api/v1/lineage", post_lineage),
      write(Method::kPost, "/api/v1/lineage/batch", post_batch),
      write(Method::kPost, "/api/v1/quarantine/{seq}/replay", replay),
      write(Method::kPut, "/api/v1/namespaces/{namespace}", put_namespace),
      write(Method::kDelete, "/api/v1/namespaces/{namespace}", delete_namespace),
      write(Method::kDelete, "/api/v1/namespaces/{namespace}/datasets/{dataset}",
            [](const ContextPtr& context, Reply reply) {
              delete_node(context, std::move(reply), NodeKind::kDataset);
            }),
      write(Method::kDelete, "/api/v1/namespaces/{namespace}/jobs/{job}",
            [](const ContextPtr& context, Reply reply) {
              delete_node(context, std::move(reply), NodeKind::kJob);
            }),
  };
}

}  // namespace headwater::api::v1
