// Decisions: handing one to the writer, and what its answer shows.
//
// Handlers of writes keep the responder; `Reply` is what they keep it in, since callbacks are
// copied and an answer is given once. Thread-safety: as Context.
#pragma once

#include <functional>
#include <memory>

#include "api/v1/context.h"
#include "ingest/ingest.h"

namespace headwater::api::v1 {

using Reply = std::shared_ptr<http::Responder>;
using HandleReply = std::function<void(const ContextPtr&, Reply)>;

HandleAsync shared(HandleReply handle);

// The thing as it is afterwards. Runs off the writer's thread, with the newest version pinned,
// which holds the decision.
using Show = std::function<Answer(Context&, const ingest::Receipt&)>;
void decide(const ContextPtr& context, Reply reply, ingest::Decision decision, Show show);
// A handler that hands over what `read` makes of the request, or answers its error.
using ReadDecision = std::function<Result<ingest::Decision>(Context&)>;
HandleReply deciding(ReadDecision read, Show show);
// What the same path shows when it is asked.
Show afterwards(Answer (*show)(Context&));

// The dataset or job that the path names.
Answer show_node(Context& context, model::NodeKind kind);

}  // namespace headwater::api::v1
