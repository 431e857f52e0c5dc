// The walks behind an impact. Private to query.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "query/columns.h"
#include "query/impact.h"

namespace headwater::query {

// A job that a walk of columns judges by how it uses one of them.
struct JobVerdict {
  NodeId job;
  std::uint32_t from = 0;  // the column's entry
  model::EdgeId edge;
  Severity severity = Severity::kDegraded;
  std::string_view rule;
};

// From all nodes (or columns) that are changed in one way at once: along tables or along columns.
struct Impact::Walk {
  ChangeKind kind = ChangeKind::kData;
  std::optional<graph::Reach> tables;
  std::optional<ColumnWalk> columns;
  std::vector<std::size_t> changes;  // of each start of `columns`
  std::vector<JobVerdict> verdicts;  // after the entries of `columns`
};

struct Verdict {
  Severity severity = Severity::kDegraded;
  std::string_view rule;
};

// How a job fares that uses a column whose type changes, and whether the type goes on.
struct RetypedUse {
  Verdict verdict;
  bool passes_on = false;
};
RetypedUse judge_retyped(const storage::TransformationRow& transformation, bool indirect);

// An entry of the walk of a change of columns: a job, or the dataset of a column.
Verdict judge_column_entry(ChangeKind kind, const ColumnEntry& entry, bool reads_the_change);

}  // namespace headwater::query
