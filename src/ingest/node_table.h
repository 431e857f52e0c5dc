// NodeTable: names to node ids for the writer, new ids included that are not committed yet.
//
// Committed nodes are looked up in the graph; those of the running batch in an overlay that publish
// moves into the graph and discard drops. Also knows which names are one dataset (merges).
// Thread-safety: none; the writer's.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"
#include "model/event.h"
#include "storage/storage.h"

namespace headwater::ingest {

using base::Micros;
using base::Result;
using model::NodeId;
using model::Seq;

class NodeTable {
 public:
  explicit NodeTable(graph::Graph& graph) : graph_(graph) {}

  // Reads what the graph does not have: namespaces; and which nodes are merged. At the start and
  // after a discard. O(nodes), in memory.
  Result<void> load(storage::Writer& writer);

  struct Mention {
    Micros time = 0;  // event time: the node's first_seen is the smallest
    Micros received_at = 0;
    Seq seq;
    bool placeholder = false;  // named by another only
  };
  // Finds or creates. A mention may lower first_seen or end being a placeholder.
  Result<NodeId> touch(const model::End& end, const Mention& mention, storage::Writer& writer);
  Result<NodeId> touch_field(NodeId dataset, std::string_view path, const Mention& mention,
                             storage::Writer& writer);
  Result<model::NamespaceId> name_space(std::string_view name, Micros received_at,
                                        storage::Writer& writer);
  Result<void> put_namespace(const storage::NamespaceRow& row, storage::Writer& writer);
  std::optional<storage::NamespaceRow> namespace_row(std::string_view name) const;

  std::optional<NodeId> find(model::NodeKind kind, std::string_view name_space,
                             std::string_view name) const;
  model::NodeKind kind(NodeId id) const;
  NodeId dataset_of(NodeId id) const;  // canonical; the node itself if it is no field
  NodeId canonical(NodeId id) const;
  bool any_merges() const { return !merged_into_.empty(); }
  // The canonical node first, then its other names. One element for most.
  std::vector<NodeId> members(NodeId canonical) const;
  // True if `a` names a merged dataset better than `b`. A function of the names alone: logical
  // names before storage paths (namespace file, s3, gs, hdfs ...; worst with a '/' in the name),
  // then by namespace and name.
  bool preferred(NodeId a, NodeId b) const;
  Result<void> merge(NodeId loser, NodeId winner, Seq seq, storage::Writer& writer);

  // Adds the owner of every committed edge, past or present, at one of `ends`.
  void collect_edge_owners(const std::vector<NodeId>& ends, std::set<NodeId>& owners) const;

  std::uint32_t created() const { return created_; }              // since load, for receipts
  bool is_new(NodeId id) const { return id.value > committed_; }  // of the running batch

  graph::Changes& changes() { return changes_; }
  void published();  // the changes are in the graph now

 private:
  struct Entry {
    model::NodeKind kind;
    std::string name_space, name;
    NodeId parent;
    Micros first_seen;
    bool placeholder;
    Seq recorded;
  };
  struct Facts {
    Micros first_seen;
    bool placeholder;
    Seq since;  // the record that said so
  };
  Result<NodeId> create(model::NodeKind kind, std::string_view ns, model::NamespaceId ns_id,
                        NodeId parent, std::string_view name, const Mention& mention,
                        storage::Writer& writer);
  Result<void> refresh(NodeId id, const Mention& mention, storage::Writer& writer);
  const graph::Snapshot& snapshot() const;
  std::pair<std::string_view, std::string_view> names(NodeId id) const;

  graph::Graph& graph_;
  mutable std::optional<graph::Snapshot> snapshot_;
  std::uint32_t committed_ = 0;
  std::uint32_t next_namespace_ = 1;
  std::uint32_t created_ = 0;
  std::vector<Entry> pending_;  // ids committed_+1 ...
  std::unordered_map<std::string, NodeId> pending_by_name_;
  std::unordered_map<std::uint32_t, Facts> touched_;
  std::unordered_map<std::string, storage::NamespaceRow> namespaces_;
  std::unordered_map<std::uint32_t, NodeId> merged_into_;
  std::unordered_map<std::uint32_t, std::vector<NodeId>> members_;
  graph::Changes changes_;
};

}  // namespace headwater::ingest
