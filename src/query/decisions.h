// Decisions of people, as the log keeps them, newest first.
//
// Thread-safety: belongs to one request, like its Session. Errors: those of the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/decision.h"
#include "query/annotations.h"
#include "query/session.h"

namespace headwater::query {

struct DecisionItem {
  storage::DecisionRow row;
  model::PeopleDecision decision;
};

struct DecisionListQuery {
  std::optional<Subject> about;  // a decision about two datasets is about either
  std::string author;            // empty: any
  std::optional<model::DecisionKind> kind;
  Seq before = model::kNeverSeq;
  std::size_t limit = 100;
};

struct DecisionPage {
  std::vector<DecisionItem> items;
  std::optional<Seq> next;  // `before` of the next page; none on the last
};

// Those known at the session's moment and taken by its as_of. Cost: one look-up in the log per
// item; of several filters the first of node, author and kind is looked up, the others are tried
// row by row.
Result<DecisionPage> list_decisions(Session& session, const DecisionListQuery& query);
// Nothing if that record is no such decision.
Result<std::optional<DecisionItem>> find_decision(Session& session, Seq seq);

}  // namespace headwater::query
