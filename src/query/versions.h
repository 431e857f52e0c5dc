// Versions by content. A dataset's version is its schema (paths and types of fields, in order); a
// job's is its code, its inputs and its outputs. What returns to an earlier content returns to the
// earlier version, and a run that changes nothing makes none.
//
// Ids are name-based (query/uuid.h), so replays and other machines give the same ones. Versions
// list what was known at the session's moment. Errors: those of the store.
// Cost: a dataset's list is linear in its schema changes; a job's in its edge versions x its edges.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/session.h"
#include "query/values.h"

namespace headwater::query {

// A version and when it held; the newest interval decides the order of lists.
struct VersionSpan {
  std::string id;
  Micros first_from = 0;  // its creation
  Micros last_from = 0, last_to = model::kOpenEnd;
};

std::string dataset_version_id(const Name& dataset, std::string_view schema_facet);
// The same for a schema by its content, 0 for none; kept in the Service.
Result<std::string> dataset_version_of(Session& session, NodeId dataset, model::ContentId schema);
std::string job_version_id(const Name& job, std::string_view code, const std::vector<Name>& inputs,
                           const std::vector<Name>& outputs);

Result<std::string> dataset_version_at(Session& session, NodeId dataset, Micros as_of);
Result<std::string> job_version_at(Session& session, NodeId job, Micros as_of);

// Newest first. Empty for a node that never showed any content.
Result<std::vector<VersionSpan>> dataset_version_spans(Session& session, NodeId dataset);
Result<std::vector<VersionSpan>> job_version_spans(Session& session, NodeId job);

// Datasets that a job reads (upstream) or writes at `as_of`, sorted by name.
std::vector<Name> job_datasets(const Session& session, NodeId job, graph::Direction direction,
                               Micros as_of);

Name name_of(const Snapshot& snapshot, NodeId node);

}  // namespace headwater::query
