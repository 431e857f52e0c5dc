// Column lineage: the columns around one column, dataset or job, and how they depend on each other.
// Rules: docs/column-lineage.md; the walk itself: query/column_walk.h.
//
// A column is a dataset and a path. Those that a schema or column lineage names at the moment are
// known; a dataset of which no column is known stands for itself. Nodes and edges are ordered and
// depend on nothing but the version.
//
// Errors: kNotFound, kInvalidNodeId; those of the store. Cost: linear in the edges touched, plus
// one schema for each dataset that is reached as a whole.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/column_walk.h"
#include "query/lineage.h"
#include "query/session.h"
#include "query/values.h"

namespace headwater::query {

// All columns that are known, with what schema and tags facets say of them: in the order of the
// schema, then by path those that only column lineage names.
Result<std::vector<FieldDetail>> columns_of(Session& session, NodeId dataset);
// A column of that path, or something in it or around it, is known; or nothing is known at all.
Result<bool> may_have_column(Session& session, NodeId dataset, std::string_view path);

// Where a walk begins: a column, all columns of a dataset, those of the outputs of a job.
struct ColumnRoot {
  std::string id;  // canonical
  std::vector<ColumnStart> starts;
};
Result<ColumnRoot> column_root(Session& session, std::string_view node_id);

struct ColumnRequest {
  ColumnRoot root;
  std::uint32_t depth = 20;  // in jobs
  Sides sides = Sides::kUpstream;
  model::EdgeKinds kinds = model::kColumnLineage;
  std::size_t max_nodes = 100'000;
  std::size_t max_datasets = SIZE_MAX;  // with the jobs between them
  std::function<bool()> cancelled;
};

struct ColumnNode {
  NodeId dataset;
  NodeId field;      // none if it is no node
  std::string path;  // empty: the dataset stands for itself
  std::uint32_t distance = 0;
  bool assumed = false;
};

// One end of an edge: a node of the answer, or the dataset with all its columns.
struct ColumnEnd {
  static constexpr std::uint32_t kAll = UINT32_MAX;
  NodeId dataset;
  std::uint32_t node = kAll;  // index
  auto operator<=>(const ColumnEnd&) const = default;
};

struct ColumnEdge {
  ColumnEnd source, target;
  bool indirect = false, assumed = false;
  NodeId via;  // the job, or the dataset that declares it; may be none
  std::vector<model::TransformationId> transformations;
};

struct ColumnAnswer {
  std::string root;
  std::vector<ColumnNode> nodes;  // by distance, dataset, path
  std::vector<ColumnEdge> edges;  // by source, target, kind, via
  Cut cut;
};

// What depends on a column through a whole dataset is spelt out for each of its columns while
// sources x columns are no more than this; beyond, one edge leads to the dataset.
inline constexpr std::size_t kMaxSpread = 10'000;

Result<ColumnAnswer> column_lineage(Session& session, const ColumnRequest& request);

// Columns whose values or rows a column is made of, as stated for it alone: not only those of an
// answer. By name.
struct ColumnSource {
  NodeId dataset;
  std::string path;  // empty: the whole dataset
  std::vector<model::TransformationId> transformations;
};
std::vector<ColumnSource> sources_of(const Snapshot& graph, NodeId field);

// What transformation ids stand for.
class Transformations {
 public:
  static Result<Transformations> read(Session& session);
  const storage::TransformationRow& at(model::TransformationId id) const;
  // True if there are some, and each hides the value.
  bool masked(const std::vector<model::TransformationId>& ids) const;

 private:
  std::vector<storage::TransformationRow> rows_;  // by id; of those not known all is empty
};

}  // namespace headwater::query
