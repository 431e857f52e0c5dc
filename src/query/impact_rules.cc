// The rules of changes of columns. docs/impact-rules.md says why they are what they are.

#include <array>

#include "query/impact_walk.h"

namespace headwater::query {
namespace {

struct Rules {
  Verdict reader, downstream, assumed_reader, assumed_downstream;
};

constexpr Severity kBreaking = Severity::kBreaking, kDegraded = Severity::kDegraded;

constexpr Rules kDropped = {{kBreaking, "column_dropped.reader"},
                            {kDegraded, "column_dropped.downstream"},
                            {kBreaking, "column_dropped.assumed_reader"},
                            {kDegraded, "column_dropped.assumed_downstream"}};
constexpr Rules kRenamed = {{kBreaking, "column_renamed.reader"},
                            {kDegraded, "column_renamed.downstream"},
                            {kBreaking, "column_renamed.assumed_reader"},
                            {kDegraded, "column_renamed.assumed_downstream"}};
// What reads a retyped column as stated is judged by judge_retyped.
constexpr Rules kRetyped = {{kDegraded, "column_retyped.downstream"},
                            {kDegraded, "column_retyped.downstream"},
                            {kDegraded, "column_retyped.assumed_reader"},
                            {kDegraded, "column_retyped.assumed_downstream"}};
constexpr Rules kAdded = {{kDegraded, "column_added.reader"},
                          {kDegraded, "column_added.downstream"},
                          {kDegraded, "column_added.assumed_reader"},
                          {kDegraded, "column_added.assumed_downstream"}};

const Rules& rules_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kColumnRenamed: return kRenamed;
    case ChangeKind::kColumnRetyped: return kRetyped;
    case ChangeKind::kColumnAdded: return kAdded;
    default: return kDropped;
  }
}

}  // namespace

RetypedUse judge_retyped(const storage::TransformationRow& transformation, bool indirect) {
  const std::string& how = transformation.subtype;
  if (!indirect) {
    if (how == "IDENTITY" && !transformation.masking) {
      return {{kDegraded, "column_retyped.passed_on"}, true};
    }
    return {{kBreaking, "column_retyped.computed"}, false};
  }
  for (const std::string_view ordering : {"GROUP_BY", "SORT", "WINDOW"}) {
    if (how == ordering) return {{kDegraded, "column_retyped.ordered"}, false};
  }
  return {{kBreaking, "column_retyped.compared"}, false};
}

Verdict judge_column_entry(ChangeKind kind, const ColumnEntry& entry, bool reads_the_change) {
  const Rules& rules = rules_of(kind);
  const bool reader = reads_the_change && entry.kind == ColumnEntry::Kind::kJob;
  if (entry.assumed) return reader ? rules.assumed_reader : rules.assumed_downstream;
  return reader ? rules.reader : rules.downstream;
}

Verdict judge_consumer(ChangeKind kind, bool reads_the_change) {
  const Rules& rules = rules_of(kind);
  return reads_the_change ? rules.assumed_reader : rules.assumed_downstream;
}

}  // namespace headwater::query
