// The walks behind an impact. Private to query.
#pragma once

#include <optional>
#include <vector>

#include "query/columns.h"
#include "query/impact.h"

namespace headwater::query {

// Who a walk of columns finds beside its entries: a job, judged by how it uses one of them, or a
// consumer of their dataset.
struct UserVerdict {
  NodeId user;
  std::uint32_t from = 0;  // the column's entry
  model::EdgeId edge;
  Severity severity = Severity::kDegraded;
  ImpactRule rule;
};

// From all nodes (or columns) that are changed in one way at once: along tables or along columns.
struct Impact::Walk {
  ChangeKind kind = ChangeKind::kData;
  std::optional<graph::Reach> tables;
  std::optional<ColumnWalk> columns;
  std::vector<std::size_t> changes;   // of each start of `columns`
  std::vector<UserVerdict> verdicts;  // after the entries of `columns`
};

struct Verdict {
  Severity severity = Severity::kDegraded;
  ImpactRule rule;
};

// How a job fares that uses a column whose type changes, and whether the type goes on.
struct RetypedUse {
  Verdict verdict;
  bool passes_on = false;
};
RetypedUse judge_retyped(const storage::TransformationRow& transformation, bool indirect);

// An entry of the walk of a change of columns: a job, or the dataset of a column.
Verdict judge_column_entry(ChangeKind kind, const ColumnEntry& entry, bool reads_the_change);
// A consumer of the changed dataset, or of one that the change reaches.
Verdict judge_consumer(ChangeKind kind, bool reads_the_change);

}  // namespace headwater::query
