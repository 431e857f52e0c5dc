// Annotations: what people said of a dataset, a job or a field, united with what producers send.
//
// A decision outlives events: a tag or an owner that a person gave stays whatever producers send,
// and one that a person took away stays away though producers go on sending it. A person's
// description stands before that of a producer. Rules: docs/decisions.md.
//
// Thread-safety: belongs to one request, like its Session. Errors: those of the store.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/attributes.h"
#include "query/session.h"
#include "query/values.h"

namespace headwater::query {

// What people said that held at `as_of`. No query beyond the contents of what held.
Result<Annotations> read_annotations(Session& session, const Attributes& attributes, Micros as_of);
// The same of the fields of a dataset, by path; only of those of which anything was said. Costs
// nothing for a dataset of whose fields people never said anything.
Result<std::map<std::string, Annotations>> field_annotations(Session& session, NodeId dataset,
                                                             const Attributes& attributes,
                                                             Micros as_of);

// Sorted.
std::vector<std::string> unite_tags(const std::vector<std::string>& sent, const Annotations& by);
// Those that producers send first, in their order.
std::vector<std::string> unite_owners(const std::vector<std::string>& sent, const Annotations& by);

// What a decision or a question about tags is about. A column that only a schema names is no node
// of the graph (yet): `field` is then none.
struct Subject {
  NodeKind kind = NodeKind::kDataset;
  NodeId node;       // canonical; of a field its dataset
  NodeId field;      // kField only
  std::string path;  // kField only
};
// kInvalidNodeId, kNotFound.
Result<Subject> find_subject(Session& session, std::string_view node_id);
// A field of a dataset that is a node of the graph or a column of the schema. kNotFound.
Result<Subject> find_field_subject(Session& session, NodeId dataset, std::string_view path);
std::string format_subject(const Snapshot& graph, const Subject& subject);

// Datasets that a person said are not one, as pairs (smaller id first) of canonical nodes, sorted.
// Linear in the number of such decisions.
Result<std::vector<std::pair<NodeId, NodeId>>> rejected_joins(Session& session);

}  // namespace headwater::query
