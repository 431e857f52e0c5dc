// The versioned graph in memory: every node and edge that ever was recorded, with two clocks.
//
// A version is a number: readers pin a `Seq` and see exactly the elements recorded up to it, with
// no lock and no copy, while the one writer goes on. `as_of` (valid time) asks when it was so,
// `known_at` (recorded time) when it was known.
//
// Thread-safety: `publish`, `load`, `compact` and everything marked "writer" from one thread at a
// time; everything else from any thread, lock-free. A Snapshot keeps what it reads alive.
// Errors: publish cannot fail (out of memory ends the process). Programmer errors assert.
// Bounds: 2^32-2 nodes, 2^32-2 edges. Cost: an edge takes at most 64 bytes, a node at most 200, all
// in (measured by memory(), kept by the benchmark).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/graph_types.h"
#include "model/ids.h"

namespace headwater::graph {

namespace internal {
struct Pin;
struct View;
}  // namespace internal

using base::Micros;
using model::EdgeId;
using model::EdgeKind;
using model::EdgeKinds;
using model::NodeId;
using model::NodeKind;
using model::Seq;

// ---- what the writer hands over ---------------------------------------------------------------

struct NewNode {
  NodeId id;  // must be the next id
  NodeKind kind = NodeKind::kDataset;
  std::string name_space;    // empty for fields
  std::string name;          // for a field: its dotted path
  NodeId parent = {};        // a field's dataset, else none
  Seq recorded;              // not smaller than that of the node before
  Micros first_seen = 0;     // smallest event time that names it
  bool placeholder = false;  // only named by others so far
};

// From `recorded` on the node is known so; until then it was known as it stood. At most one for a
// node and a seq; applied in order.
struct NodeUpdate {
  NodeId id;
  Micros first_seen = 0;
  bool placeholder = false;
  Seq recorded;
};

// While loading: what a node was known as before the record `recorded_to`. Of one node in the order
// of recorded_to, after the node itself.
struct NodePast {
  NodeId id;
  Micros first_seen = 0;
  bool placeholder = false;
  Seq recorded_to;
};

// One version of an edge: valid in [valid_from, valid_to), recorded in [recorded_from,
// recorded_to). recorded_from is not smaller than that of the edge before, and below 2^40.
struct NewEdge {
  EdgeId id;  // must be the next id
  NodeId src, dst;
  NodeId via = {};  // the job (or declaring dataset) for kFlow and column edges, else none
  EdgeKind kind = EdgeKind::kReads;
  model::TransformationId detail = {};  // column edges only
  Micros valid_from = 0;
  Micros valid_to = model::kOpenEnd;
  Seq recorded_from;
  Seq recorded_to = model::kNeverSeq;  // not never: only while loading
};

struct EdgeClose {  // from `recorded_to` on, this version is no longer what is known; once an edge
  EdgeId id;
  Seq recorded_to;
};

// From `recorded` on, `loser` is another name of `winner`. Chains are allowed, cycles are not, and
// a node loses at most once. Only names are merged: the writer closes the loser's edges and records
// them at the winner, retroactively if it keeps their valid_from.
struct NodeMerge {
  NodeId loser, winner;
  Seq recorded;
};

struct Changes {
  // Visible after publish; not smaller than any seq within, and those are all larger than what was
  // published before: what readers may have pinned is never rewritten. (An empty graph may be
  // filled from storage in several calls with one seq: nodes and edges, ended ones too, but no
  // closes.)
  Seq seq;
  std::vector<NewNode> nodes = {};
  std::vector<NodePast> node_pasts = {};
  std::vector<NodeUpdate> node_updates = {};
  std::vector<NewEdge> edges = {};
  std::vector<EdgeClose> closes = {};
  std::vector<NodeMerge> merges = {};
};

// ---- what readers see -------------------------------------------------------------------------

struct NodeInfo {
  NodeKind kind = NodeKind::kDataset;
  std::string_view name_space;  // lives as long as the Graph
  std::string_view name;
  NodeId parent;
  Seq recorded;
  Micros first_seen = 0;
  bool placeholder = false;
};

struct EdgeInfo {
  NodeId src, dst, via;
  EdgeKind kind = EdgeKind::kReads;
  model::TransformationId detail;
  Micros valid_from = 0;
  Micros valid_to = model::kOpenEnd;
  Seq recorded_from;
  Seq recorded_to = model::kNeverSeq;
};

enum class Direction { kDownstream, kUpstream };

// Which version of the graph. kLatest as `as_of` means: everything that has not ended, even when
// an emitter's clock is ahead of ours.
inline constexpr Micros kLatest = model::kOpenEnd;
struct Moment {
  Micros as_of = kLatest;
  Seq known_at = model::kNeverSeq;  // never: whatever is published when the snapshot is taken
};

struct Neighbor {
  NodeId node;
  EdgeId edge;
  EdgeKind kind;
};

class Graph;

// A pinned, immutable version. Cheap to take (no allocation) and to move; take one per request and
// do not keep it for minutes, since memory that it may read is not freed meanwhile.
class Snapshot {
 public:
  ~Snapshot();
  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) noexcept;

  Moment moment() const;  // known_at is never kNeverSeq here
  Seq seq() const { return moment().known_at; }

  std::size_t node_count() const;  // ids 1..node_count() are recorded at known_at
  std::size_t edge_count() const;  // the same for edges, ended ones included
  // The node with this name, or none. Follows no merge: see canonical().
  NodeId find(NodeKind kind, std::string_view name_space, std::string_view name) const;
  NodeId find_field(NodeId dataset, std::string_view path) const;

  // Below, an id must be recorded at known_at: asserted.
  // The node that `id` stands for at known_at.
  NodeId canonical(NodeId id) const;
  // All other names of canonical node `id` at known_at.
  std::vector<NodeId> aliases(NodeId id) const;
  NodeInfo node(NodeId id) const;
  EdgeInfo edge(EdgeId id) const;  // recorded_to is kNeverSeq if it was recorded after known_at

  // Single facts of node() and edge(), for inner loops. Defined in graph_inl.h.
  NodeKind kind_of(NodeId id) const;
  NodeId parent_of(NodeId id) const;
  NodeId via_of(EdgeId id) const;
  model::TransformationId detail_of(EdgeId id) const;

  // Hints for walks: what is said of a node or an edge, or the edges of a node, are asked for soon
  // (`near`: very soon; costs a look-up that should have been hinted at before).
  void prefetch(NodeId id) const;
  void prefetch(EdgeId id) const;
  void prefetch_edges(NodeId id, Direction direction, bool near) const;

  // Calls visit(NodeId) for the fields that are nodes under `dataset` itself (fields of its other
  // names are under those, until a merge gives them twins here), newest first, until it returns
  // false. Fields are nodes if column lineage ever named them; a schema alone makes none. Defined
  // in graph_inl.h.
  template <class Visit>
  void for_each_field(NodeId dataset, Visit&& visit) const;
  // False if none of its fields has a '.' in its path. May say true for a field recorded later.
  bool has_nested_fields(NodeId dataset) const;

  // Edges of `id` that hold at this moment, of `kinds`, in a stable order (by edge id).
  // Calls visit(Neighbor) until it returns false. Defined in graph_inl.h.
  template <class Visit>
  void for_each(NodeId id, Direction direction, EdgeKinds kinds, Visit&& visit) const;
  // The same downstream, visit(const Neighbor&, NodeId via): the node that the edge goes through,
  // or none, lies beside it, so this is cheaper than via_of for each.
  template <class Visit>
  void for_each_through(NodeId id, EdgeKinds kinds, Visit&& visit) const;
  std::vector<Neighbor> neighbors(NodeId id, Direction direction, EdgeKinds kinds) const;

  // Every version of every edge at `id` that was recorded at known_at, ended ones included.
  std::vector<EdgeId> history(NodeId id, Direction direction) const;

  // For this module's own algorithms.
  const internal::View& view() const;

 private:
  friend class Graph;
  explicit Snapshot(internal::Pin* pin);
  internal::Pin* pin_;
};

// ---- traversal --------------------------------------------------------------------------------

// Table-level lineage. A job is crossed from its inputs to its outputs, except that an output whose
// sources an explicit lineage facet lists (kWritesScoped) is reached only along kFlow edges: the
// job is reported, its other data is not passed on. From a start job every output is followed.
// In other words: a path may use a kWritesScoped edge only at its job end, where the path starts
// (downstream) or stops (upstream). So upstream a job can be reported near, over a scoped output,
// and crossed farther away, over another output: its inputs then count from the crossing.
// kFlow edges lead from source to target; the job they go via is reported only if its own kReads
// and kWrites edges reach it.
// Distance counts jobs: a start has 0; crossing into a job adds one, leaving it adds none; a kFlow
// edge adds one. Of kinds that are not table lineage, kUses adds none, the others one.
struct ReachOptions {
  Direction direction = Direction::kDownstream;
  std::uint32_t max_distance = UINT32_MAX;
  std::size_t max_nodes = SIZE_MAX;      // named limit: the answer is cut and says so
  std::function<bool()> cancelled = {};  // polled every few thousand nodes; may be empty
  EdgeKinds kinds = model::kTableLineage;
};

struct Reached {
  NodeId node;
  std::uint32_t distance;
  EdgeId by;  // the edge of one shortest path that leads here; none for a start
};

// The last three are of questions above this module, never of a traversal.
enum class CutReason {
  kNone,
  kMaxDistance,
  kMaxNodes,
  kCancelled,
  kMaxWork,
  kMaxChanges,
  kMaxRuns,
};

struct Reach {
  std::vector<Reached> nodes;  // by distance, then by node id; starts first
  // Upstream: jobs that were reported before they were crossed, and how; by node id.
  std::vector<Reached> crossed_later;
  CutReason cut = CutReason::kNone;
  std::size_t frontier = 0;  // nodes of the answer that were not followed, or not along all edges
  bool complete() const { return cut == CutReason::kNone; }
};

// Breadth-first from `starts` (canonical nodes). O(edges touched). Reaching max_distance cuts only
// if something lies beyond it.
Reach reach(const Snapshot& snapshot, std::span<const NodeId> starts, const ReachOptions& options);

// The edges from a start to reach.nodes[index], in order from the start. Empty for a start.
std::vector<EdgeId> path_to(const Snapshot& snapshot, const Reach& reach, std::size_t index,
                            Direction direction);

// Marks every node reachable along `kinds` in a bitmap, ignoring scoping: the fast closure.
// Returns the number of nodes marked, starts included. bitmap has node_count()+1 bits.
std::size_t closure(const Snapshot& snapshot, std::span<const NodeId> starts, Direction direction,
                    EdgeKinds kinds, std::vector<std::uint64_t>& bitmap);

// ---- the graph --------------------------------------------------------------------------------

// Capacity, not what is filled. While the adjacency is packed anew in the background, its successor
// comes on top (about 24 bytes an edge, 32 a node).
struct MemoryUse {
  std::size_t node_bytes = 0;     // names, lookup and adjacency headers included
  std::size_t edge_bytes = 0;     // adjacency in both directions included
  std::size_t retired_bytes = 0;  // replaced, but a snapshot may still read it
  std::size_t nodes = 0, edges = 0;
};

struct GraphOptions {
  // Compaction starts when the changes since the last exceed both this and an eighth of its edges.
  std::size_t min_compaction = 65536;
};

class Graph {
 public:
  explicit Graph(GraphOptions options = {});
  ~Graph();  // requires that no snapshot is left
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // Writer. All of `changes` becomes visible at once, under changes.seq.
  void publish(const Changes& changes) noexcept;
  Seq published() const;
  std::size_t node_count() const;  // writer: the last id given out
  std::size_t edge_count() const;  // writer
  // The largest finite valid_from seen: "now" is never before what has been reported. 0 if none.
  Micros latest_event_time() const;

  // A known_at beyond published() means published().
  Snapshot snapshot(Moment moment = {}) const;

  // Folds what was appended since the last compaction into the packed adjacency. publish calls it
  // by itself in the background when worthwhile; a call here waits for it. Writer.
  void compact();

  // Saves everything up to published() (fsynced, renamed into place), and loads it into an empty
  // graph. A damaged file is kStorageCorrupt and leaves the graph empty, a missing one kNotFound;
  // what the disk refuses is kStorageUnavailable and leaves an earlier file untouched. One save to
  // a path at a time: it writes to path + ".tmp" first. Format: docs/formats-graph-snapshot.md.
  base::Result<void> save(const std::string& path) const;  // any thread
  base::Result<Seq> load(const std::string& path);         // writer, on an empty graph

  MemoryUse memory() const;

 private:
  friend class Snapshot;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headwater::graph
