// Node ids as text: "dataset:NS:NAME", "job:NS:NAME", "datasetField:NS:DATASET:FIELD", "run:ID".
//
// Namespaces and names may hold any character, ':' included, so a text can be split in several
// ways. It is resolved against what exists:
//   1. every split of the text as it stands; if several exist, the one with the longest namespace
//      (namespaces are the part that carries schemes and ports: "postgres://host:5432");
//   2. otherwise the same with "%3A" read as ':' and "%25" as '%' inside the parts.
// A caller that needs certainty writes every ':' inside a part as "%3A" and every '%' as "%25".
//
// Thread-safety: pure functions over a snapshot. Cost: one look-up per split; at most 64 colons.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/session.h"

namespace headwater::query {

enum class RefKind { kDataset, kJob, kField, kRun, kConsumer };

// A text whose form is right; nothing looked up yet.
struct NodeRef {
  RefKind kind = RefKind::kDataset;
  std::string text;  // what follows the prefix; for a run its id
};

// kInvalidNodeId when the form is wrong.
Result<NodeRef> parse_node_ref(std::string_view text);

// The canonical node. kNotFound if nothing of that name was recorded and seen at its moment. Not
// for runs (kInvalidNodeId).
Result<NodeId> resolve(const Snapshot& snapshot, const NodeRef& ref);

// Every reading of a field's text whose dataset is recorded, the best first, whether or not the
// column is a node. Empty if there is none.
struct ColumnName {
  NodeId dataset;  // canonical
  std::string path;
};
std::vector<ColumnName> column_readings(const Snapshot& snapshot, const NodeRef& ref);
// "%3A" and "%25" read, nothing else: a text that is percent-encoded altogether has been decoded by
// the wire.
std::string unescape_part(std::string_view text);

// The id of a node in plain form.
std::string format_node(const Snapshot& snapshot, NodeId node);

// The canonical node and then its other names.
std::vector<NodeId> all_names(const Snapshot& snapshot, NodeId canonical);
// The smallest time of an event that names it, by any of its names.
Micros first_seen(const Snapshot& snapshot, NodeId canonical);
// True if the canonical node, or another name of it, had been seen at the snapshot's as_of.
bool was_seen(const Snapshot& snapshot, NodeId canonical);
std::string format_node(NodeKind kind, std::string_view name_space, std::string_view name);
// The id of a column that need not be a node.
std::string format_column(const Snapshot& snapshot, NodeId dataset, std::string_view path);

}  // namespace headwater::query
