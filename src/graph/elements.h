// Elements: every node, name, edge, end, merge and past that was ever recorded, in the order of
// their ids.
//
// Append-only. The counts are published with release after the records they cover. Indexes start
// at 1. Thread-safety: the writer appends, any thread reads below a count it loaded.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "graph/chunked_array.h"
#include "graph/name_arena.h"
#include "graph/records.h"

namespace headwater::graph::internal {

// The hash by which NameTable finds a node: part of the snapshot file, so it never changes. For
// fields `parent` counts and the name space does not.
std::uint32_t name_tag(model::NodeKind kind, std::string_view name_space, std::uint32_t parent,
                       std::string_view name);

struct Elements {
  ChunkedArray<NodeRecord> nodes;
  ChunkedArray<NameSpaceRecord> name_spaces;  // indexes start at 0, the empty name space
  ChunkedArray<MergeRecord> merges;
  ChunkedArray<PastRecord> pasts;
  ChunkedArray<EdgeRecord> edges;
  ChunkedArray<EndRecord> ends;
  NameArena names;
  std::atomic<std::uint32_t> node_count{0}, name_space_count{0}, merge_count{0}, edge_count{0},
      end_count{0}, past_count{0};

  Elements() { name_spaces.ensure(0); }

  std::string_view name_of(const NodeRecord& node) const {
    return names.view(node.name_ref, node.name_size);
  }
  std::string_view name_space(std::uint32_t index) const {
    const NameSpaceRecord& record = name_spaces[index];
    return names.view(record.name_ref, record.name_size);
  }

  // Writer, once for each node: if it is a field of an earlier dataset, that knows it from now on.
  void link_field(std::uint32_t id);

  // How many nodes, how many edges were recorded up to `known_at`. O(log n), O(1) for the newest.
  std::uint32_t nodes_at(std::uint64_t known_at) const;
  std::uint32_t edges_at(std::uint64_t known_at) const;

  // What was known of the node at `known_at`, at which it was recorded.
  struct NodeFacts {
    std::int64_t first_seen;
    bool placeholder;
  };
  NodeFacts facts(const NodeRecord& node, std::uint64_t known_at) const;

  // True if the edge holds at (as_of, known_at). Requires that it was recorded at known_at.
  bool holds(const EdgeRecord& edge, std::int64_t as_of, std::uint64_t known_at) const;

  std::size_t node_bytes() const;
  std::size_t edge_bytes() const;
};

}  // namespace headwater::graph::internal
