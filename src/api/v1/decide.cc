#include "api/v1/decide.h"

#include <utility>

#include "api/dto/catalog_dto.h"

namespace headwater::api::v1 {

using model::NodeKind;

HandleAsync shared(HandleReply handle) {
  return [handle = std::move(handle)](ContextPtr context, http::Responder responder) {
    handle(context, std::make_shared<http::Responder>(std::move(responder)));
  };
}

void decide(const ContextPtr& context, Reply reply, ingest::Decision decision, Show show) {
  context->services.writes().decide(
      std::move(decision),
      [context, reply = std::move(reply), show = std::move(show)](Result<ingest::Receipt> done) {
        if (!done) return respond(*context, *reply, std::move(done).error());
        context->services.waiting_room.post([context, reply, show, receipt = *std::move(done)] {
          context->pinned = context->services.queries().published();
          respond(*context, *reply, show(*context, receipt));
        });
      });
}

HandleReply deciding(ReadDecision read, Show show) {
  return [read = std::move(read), show = std::move(show)](const ContextPtr& context, Reply reply) {
    auto decision = read(*context);
    if (!decision) return respond(*context, *reply, std::move(decision).error());
    decide(context, std::move(reply), *std::move(decision), show);
  };
}

Show afterwards(Answer (*show)(Context&)) {
  return [show](Context& context, const ingest::Receipt&) { return show(context); };
}

Answer show_node(Context& context, NodeKind kind) {
  HW_TRY(query::Session session, context.open());
  HW_TRY(const auto node,
         query::find_named(session, kind, context.parameter("namespace"),
                           context.parameter(kind == NodeKind::kJob ? "job" : "dataset")));
  dto::JsonWriter json;
  if (kind == NodeKind::kJob) {
    HW_TRY(const auto job, query::job_detail(session, node, 1));
    dto::write_job(json, job);
  } else {
    HW_TRY(const auto dataset, query::dataset_detail(session, node));
    dto::write_dataset(json, dataset);
  }
  return json_response(json.take());
}

}  // namespace headwater::api::v1
