// EdgeSet: the edges that one event shows for one owner, by identity, and its byte form in the
// tables. Also the byte form of a bundle: the facets that one event gave one entity.
//
// Both are interned by content: a job that runs every hour with the same inputs and outputs has one
// edge set. Node ids are those of the names as sent; merges (NodeMerge) are applied when the graph
// is derived, never here. Thread-safety: pure functions and plain values.
// Errors: decoding damaged bytes is nullopt. Format: docs/formats.md.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/graph_types.h"
#include "model/ids.h"

namespace headwater::model {

struct EdgeKey {
  EdgeKind kind = EdgeKind::kReads;
  NodeId src, dst, via;
  TransformationId detail;
  auto operator<=>(const EdgeKey&) const = default;
};

struct EdgeKeyHash {
  std::size_t operator()(const EdgeKey& key) const;
};

// Which facet an edge rests on, strongest last. Kept beside each edge as its evidence.
enum class EvidenceFacet : std::uint8_t {
  kInputsOutputs = 0,
  kColumnLineageFacet = 1,
  kLineageFacet = 2,
  kParent = 3,
  kJobDependencies = 4,
  kLifecycle = 5,
};
std::string_view to_string(EvidenceFacet facet);

struct EdgeSet {
  struct Entry {
    EdgeKey key;
    EvidenceFacet facet = EvidenceFacet::kInputsOutputs;
    auto operator<=>(const Entry&) const = default;
  };
  std::vector<Entry> entries;  // sorted by key, no key twice
  // Datasets whose column lineage the event states completely, empty or not: sorted.
  std::vector<NodeId> covered;

  // Sorts, and keeps the strongest evidence of each key.
  void normalize();
  bool contains(const EdgeKey& key) const;
};

std::string encode_edge_set(const EdgeSet& set);
std::optional<EdgeSet> decode_edge_set(std::string_view bytes);

// (attribute, content); content 0 removes the attribute. Sorted by attribute.
using Bundle = std::vector<std::pair<AttributeNameId, ContentId>>;
std::string encode_bundle(const Bundle& bundle);
std::optional<Bundle> decode_bundle(std::string_view bytes);

}  // namespace headwater::model
