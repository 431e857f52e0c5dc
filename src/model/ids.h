// Ids: distinct types, so that a dataset is never passed where a run is wanted.
//
// Thread-safety: plain values.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

namespace headwater::model {

template <class Tag, class Rep>
struct Id {
  using rep = Rep;
  Rep value = 0;
  auto operator<=>(const Id&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
};

template <class IdType>
struct IdHash {
  std::size_t operator()(const IdType& id) const {
    return std::hash<typename IdType::rep>{}(id.value);
  }
};

// Position in the log, dense from 1. 0 is the empty log.
using Seq = Id<struct SeqTag, std::uint64_t>;
// Graph elements, dense from 1 in order of first record. 0 is none.
using NodeId = Id<struct NodeTag, std::uint32_t>;
using EdgeId = Id<struct EdgeTag, std::uint32_t>;
// Rows of tables, from 1; 0 is none.
using RunRow = Id<struct RunTag, std::int64_t>;
using NamespaceId = Id<struct NamespaceTag, std::uint32_t>;
using ContentId = Id<struct ContentTag, std::int64_t>;  // one facet value, by content
using BundleId = Id<struct BundleTag, std::int64_t>;    // the facets one event gave one entity
using EdgeSetId = Id<struct EdgeSetTag, std::int64_t>;  // the edges one event shows
using AttributeNameId = Id<struct AttrNameTag, std::int64_t>;
using CodeId = Id<struct CodeTag, std::int64_t>;  // a semantic code version
using ProducerId = Id<struct ProducerTag, std::int64_t>;
// A dataset that has partitions, dense from 1 in the order in which they were met.
using DatasetNo = Id<struct DatasetNoTag, std::uint32_t>;
using TransformationId = Id<struct TransformationTag, std::uint16_t>;

// The end of an interval that has not ended.
inline constexpr std::int64_t kOpenEnd = std::numeric_limits<std::int64_t>::max();
inline constexpr Seq kNeverSeq{std::numeric_limits<std::uint64_t>::max()};

}  // namespace headwater::model
