// The vocabulary of the graph: kinds of nodes and edges, and why an edge ended.
//
// The numbers are stored on disk (docs/formats.md): append, never renumber.
#pragma once

#include <cstdint>
#include <string_view>

namespace headwater::model {

enum class NodeKind : std::uint8_t { kDataset = 1, kField = 2, kJob = 3, kConsumer = 4 };

// Direction of every edge is the direction in which data or control flows.
enum class EdgeKind : std::uint8_t {
  kReads = 1,         // dataset -> job
  kWrites = 2,        // job -> dataset; data of all the job's inputs may be in it
  kWritesScoped = 3,  // job -> dataset whose sources the explicit lineage facet lists: see kFlow
  kFlow = 4,  // dataset|job -> dataset|job, from an explicit lineage facet, via a job if known
  kColumnDirect = 5,    // field -> field, value flows; via a job or the dataset that declared it
  kColumnIndirect = 6,  // field -> field or whole dataset: filter, join, group, sort ...
  kParent = 7,          // parent job -> job
  kControl = 8,         // job -> job, scheduling dependency
  kUses = 9,            // dataset -> consumer
};
inline constexpr int kEdgeKinds = 10;

// A set of edge kinds as a bit mask.
using EdgeKinds = std::uint32_t;
constexpr EdgeKinds mask(EdgeKind kind) { return EdgeKinds{1} << static_cast<unsigned>(kind); }
inline constexpr EdgeKinds kTableLineage = mask(EdgeKind::kReads) | mask(EdgeKind::kWrites) |
                                           mask(EdgeKind::kWritesScoped) | mask(EdgeKind::kFlow);
// And who uses the data in the end.
inline constexpr EdgeKinds kLineageAndUse = kTableLineage | mask(EdgeKind::kUses);
inline constexpr EdgeKinds kColumnLineage =
    mask(EdgeKind::kColumnDirect) | mask(EdgeKind::kColumnIndirect);

// Why an edge's valid interval ended.
enum class EndReason : std::uint8_t {
  kNone = 0,
  kCodeVersion = 1,  // a completed run under a new code version did not show it
  kNotSeen = 2,      // N completed runs under the same code version did not show it
  kDeclaration = 3,  // a JobEvent or DatasetEvent replaced it
  kSnapshot = 4,     // a COMPLETE_SNAPSHOT event of the run that showed it no longer does
  kDatasetDeleted = 5,
  kJobDeleted = 6,
};

std::string_view to_string(NodeKind kind);
std::string_view to_string(EdgeKind kind);
std::string_view to_string(EndReason reason);

}  // namespace headwater::model
