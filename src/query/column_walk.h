// ColumnWalk: from some columns along column lineage, to everything that they feed or that feeds
// them. What GET /column-lineage shows and what POST /impact judges. Rules: docs/column-lineage.md.
//
// A walk enters fields, whole datasets and jobs. First it goes along what is stated (column edges),
// as far as that leads; then along what is assumed: a job that states no column lineage for an
// output passes every field of its inputs to every field of that output. So what is entered as
// assumed is reached in no other way. A whole dataset stands for all its fields, those without a
// node included, so that two wide tables cost their widths and not the product.
//
// Distance counts jobs, as in table lineage. Nested fields: what happens to `a` happens to all
// `a.…`, and what happens to `a.b` concerns who reads `a` as well, but not `a.c`.
//
// Thread-safety: a value; the snapshot is borrowed by the functions that take it and must be of the
// version that was walked. Errors: none; an answer that is cut says so.
// Cost: linear in the edges touched. Memory: 16 bytes for each entry, 8 for each dataset, and a
// byte for each node of the graph, of which untouched pages take none; while it walks for an impact
// four more bytes a node (query/scratch.h), and half a byte. The entries'
// memory is kept for the next walk (query/kept.h). Bounds: 2^28 jobs on a path.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/crew.h"
#include "graph/graph.h"
#include "query/kept.h"
#include "query/session.h"

namespace headwater::query {

// Zeros, of which only the pages that are written take memory and time.
template <class T>
class SparseZeros {
 public:
  explicit SparseZeros(std::size_t size)
      : values_(static_cast<T*>(std::calloc(size == 0 ? 1 : size, sizeof(T)))) {
    if (values_ == nullptr) std::abort();
  }
  T& operator[](NodeId id) { return values_.get()[id.value]; }
  const T& operator[](NodeId id) const { return values_.get()[id.value]; }
  void prefetch(NodeId id) const { __builtin_prefetch(&values_.get()[id.value]); }

 private:
  struct Free {
    void operator()(T* values) const { std::free(values); }
  };
  std::unique_ptr<T, Free> values_;
};

// A column, whether or not it is a node. No path: all columns of the dataset.
struct ColumnStart {
  NodeId dataset;  // canonical
  std::string path;
};

struct ColumnEntry {
  enum class Kind : std::uint8_t {
    kStart = 0,  // node: the dataset; first of its chain
    kField,      // the field and all below it
    kPart,       // a field of which only something below it is entered
    kDataset,    // all fields of the dataset
    kJob
  };
  NodeId node;
  std::uint32_t from = 0;  // the entry that led here; itself for a start
  model::EdgeId by;        // the edge that led here; none within a dataset
  std::uint32_t distance : 28 = 0;
  Kind kind : 3 = Kind::kField;
  bool assumed : 1 = false;

  static constexpr std::uint32_t kMaxDistance = (std::uint32_t{1} << 28) - 1;
  static ColumnEntry make(NodeId node, std::uint32_t from, model::EdgeId by, std::uint32_t distance,
                          Kind kind, bool assumed) {
    ColumnEntry entry;
    entry.node = node;
    entry.from = from;
    entry.by = by;
    entry.distance = distance & kMaxDistance;
    entry.kind = kind;
    entry.assumed = assumed;
    return entry;
  }
};
static_assert(sizeof(ColumnEntry) == 16);

struct ColumnWalkOptions {
  graph::Direction direction = graph::Direction::kDownstream;
  model::EdgeKinds kinds = model::kColumnLineage;
  bool assume = true;  // follow gaps
  bool jobs = false;   // enter the jobs that stated edges go through
  // Enter jobs that read a start's dataset without naming any column of it, though they state
  // column lineage. Downstream only; needs `assume` and `jobs`.
  bool silent_readers = false;
  std::uint32_t max_distance = UINT32_MAX;
  std::size_t max_fields = SIZE_MAX;     // fields that are nodes
  std::size_t max_tables = SIZE_MAX;     // datasets and jobs, those of the starts included
  std::function<bool()> cancelled = {};  // polled every few thousand entries
  base::Crew* crew = nullptr;            // helps where much is to be looked up; may be null
  // Whether to follow a stated edge of an entry, which is entries()[index]; sees each such edge
  // once.
  std::function<bool(std::uint32_t index, const ColumnEntry& from, const graph::Neighbor& to)>
      follow = {};
};

class ColumnWalk {
 public:
  static ColumnWalk run(const Snapshot& graph, const std::vector<ColumnStart>& starts,
                        const ColumnWalkOptions& options);

  // The stated ones by distance, then the assumed ones by distance. Starts are the first ones, in
  // the order given.
  const std::vector<ColumnEntry>& entries() const { return *entries_; }
  std::size_t starts() const { return starts_; }
  // A field: entered, or part of what is. A dataset: entered as a whole.
  bool entered(NodeId node) const { return (state_[node] & (kField | kPart | kWhole)) != 0; }
  // Any column of the dataset was entered.
  bool touched(NodeId dataset) const { return (state_[dataset] & kTouched) != 0; }
  // Datasets of which a column was entered, and the first entry of each; one that is touched nearer
  // by as assumed stands a second time, behind the stated ones.
  struct Table {
    NodeId dataset;
    std::uint32_t entry = 0;
  };
  const std::vector<Table>& tables() const { return tables_; }
  // The entries that are jobs.
  const std::vector<std::uint32_t>& jobs() const { return jobs_; }
  // Flow edges along which columns were assumed to go without a job between.
  const std::vector<model::EdgeId>& assumed_flows() const { return assumed_flows_; }

  graph::CutReason cut() const { return cut_; }
  std::size_t frontier() const { return frontier_; }
  std::size_t limit() const { return limit_; }  // that cut it

 private:
  friend class ColumnEntering;
  friend class ColumnFollowing;
  friend class ColumnGaps;
  friend class ColumnWalker;
  // What a node's byte says; kField and kPart of fields, kWhole, kTouched and kGapsDue of datasets,
  // kVia and kGap of jobs.
  enum State : std::uint8_t {
    kField = 1,
    kPart = 2,
    kWhole = 4,
    kTouched = 8,
    kVia = 16,
    kGap = 32,
    kGapsDue = 64,  // of a dataset: its gaps were followed, or are about to be
  };
  // Room for all (a field may be entered as a part and then whole, a job over a stated edge and
  // then over a gap): entries must stay where they are while they are looked up ahead.
  ColumnWalk(std::size_t node_count, std::size_t starts)
      : entries_(2 * node_count + starts), state_(node_count + 1) {}

  KeptVector<ColumnEntry> entries_;
  SparseZeros<std::uint8_t> state_;
  std::vector<Table> tables_;
  std::vector<std::uint32_t> jobs_;
  std::vector<model::EdgeId> assumed_flows_;
  std::size_t starts_ = 0;
  graph::CutReason cut_ = graph::CutReason::kNone;
  std::size_t frontier_ = 0, limit_ = 0;
};

}  // namespace headwater::query
