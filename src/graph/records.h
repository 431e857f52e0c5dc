// The records that nodes, edges, ends and merges are kept as, in memory and in the snapshot file
// (docs/formats-graph-snapshot.md): change one and the file's version changes. Links that a load
// finds again (aliases, next, fields, nested, past) are zero in the file.
//
// Fields marked "atomic" change after the record was published; they are read and written through
// load_acquire and store_release. All others are written once, before publication.
#pragma once

#include <cstdint>
#include <type_traits>

#include "model/graph_types.h"
#include "model/ids.h"

namespace headwater::graph::internal {

struct NodeRecord {
  std::uint64_t recorded;
  std::int64_t first_seen;  // atomic
  std::uint64_t name_ref;   // into NameArena
  std::uint32_t name_size;
  std::uint32_t name_space;
  std::uint32_t parent;
  std::uint32_t tag;      // hash of kind, name space or parent, and name
  std::uint32_t merge;    // atomic: the merge in which this node is the loser; 0 is none
  std::uint32_t aliases;  // atomic: the last merge in which this node is the winner; 0 is none
  std::uint8_t kind;
  std::uint8_t placeholder;  // atomic
  std::uint16_t nested;      // atomic; of a dataset: 1 if some field has a '.' in its path
  std::uint32_t fields;      // atomic; of a dataset its last field, of a field the one before
  std::uint32_t past;        // atomic: the last PastRecord of this node; 0 is none
  std::uint32_t zero32;
};
static_assert(sizeof(NodeRecord) == 64 && std::is_trivial_v<NodeRecord>);

// first_seen and placeholder of a node before `recorded_to`.
struct PastRecord {
  std::uint64_t recorded_to;
  std::int64_t first_seen;
  std::uint32_t node;
  std::uint32_t next;  // the one before, of the same node; 0 is none
  std::uint32_t placeholder;
  std::uint32_t zero32;
};
static_assert(sizeof(PastRecord) == 32 && std::is_trivial_v<PastRecord>);

struct NameSpaceRecord {
  std::uint64_t name_ref;
  std::uint64_t name_size;
};
static_assert(sizeof(NameSpaceRecord) == 16);

// `end` is 0 while the edge is open on both clocks, else the index of its EndRecord. A reader that
// pinned a version before the end was recorded gets the same answer whether or not it sees `end`.
struct EdgeRecord {
  std::uint32_t src, dst, via;
  std::uint32_t end;  // atomic
  std::int64_t valid_from;
  std::uint64_t packed;  // recorded_from : 40, kind : 8, detail : 16, from the low end
};
static_assert(sizeof(EdgeRecord) == 32 && std::is_trivial_v<EdgeRecord>);

inline constexpr std::uint64_t kMaxRecordedFrom = (std::uint64_t{1} << 40) - 1;

inline std::uint64_t pack(model::Seq recorded_from, model::EdgeKind kind,
                          model::TransformationId detail) {
  return recorded_from.value | std::uint64_t{static_cast<std::uint8_t>(kind)} << 40 |
         std::uint64_t{detail.value} << 48;
}
inline std::uint64_t recorded_from(const EdgeRecord& edge) {
  return edge.packed & kMaxRecordedFrom;
}
inline std::uint8_t kind_of(const EdgeRecord& edge) {
  return static_cast<std::uint8_t>(edge.packed >> 40);
}
inline std::uint16_t detail_of(const EdgeRecord& edge) {
  return static_cast<std::uint16_t>(edge.packed >> 48);
}

struct EndRecord {
  std::int64_t valid_to;
  std::uint64_t recorded_to;  // atomic
};
static_assert(sizeof(EndRecord) == 16);

struct MergeRecord {
  std::uint64_t recorded;
  std::uint32_t loser, winner;
  std::uint32_t next;  // the previous merge with the same winner; 0 is none
  std::uint32_t zero32;
};
static_assert(sizeof(MergeRecord) == 24);

// A coarse valid_from with the kind, four bytes instead of a look at the record. The coarse time is
// in steps of 16 s since 1970, clamped: monotone, so only equal stamps need the record.
inline constexpr unsigned kStampKindBits = 4;
static_assert(model::kEdgeKinds < 1 << kStampKindBits);

inline std::uint32_t coarse_time(std::int64_t micros) {
  constexpr std::int64_t kStep = 16'000'000;
  constexpr std::int64_t kLast = (std::int64_t{1} << (32 - kStampKindBits)) - 1;
  if (micros <= 0) return 0;
  const std::int64_t step = micros / kStep;
  return static_cast<std::uint32_t>(step < kLast ? step : kLast);
}
inline std::uint32_t stamp(std::int64_t valid_from, std::uint8_t kind) {
  return coarse_time(valid_from) << kStampKindBits | kind;
}
inline std::uint32_t stamp_kind(std::uint32_t value) {
  return value & ((1U << kStampKindBits) - 1);
}

}  // namespace headwater::graph::internal
