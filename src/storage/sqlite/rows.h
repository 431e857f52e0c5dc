// Rows from statements: one function per list of columns in catalogue.cc.
// Thread-safety: the connection's.
#pragma once

#include <cstdint>
#include <string_view>

#include "storage/rows.h"
#include "storage/sqlite/row.h"

namespace headwater::storage::sqlite {

// A log record as stored; `body` is valid until the next step.
struct StoredRecord {
  model::Seq seq;
  RecordKind kind = RecordKind::kEvent;
  Micros received_at = 0, event_time = 0;
  base::Hash128 hash;
  std::int64_t dictionary = 0, size = 0;
  std::string_view body;
};

StoredRecord read_record(Row& row);
QuarantineRow read_quarantine(Row& row);
NamespaceRow read_namespace(Row& row);
NodeRow read_node(Row& row);
NodePastRow read_node_past(Row& row);
RunPastRow read_run_past(Row& row);
EdgeRow read_edge(Row& row);
AttributeRow read_attribute(Row& row);
ObservationRow read_observation(Row& row);
RunRecordRow read_run_record(Row& row);
DeletionRow read_deletion(Row& row);
TipRow read_tip(Row& row);
DecisionRow read_decision(Row& row);
TagDefinitionRow read_tag_definition(Row& row);
RunInfo read_run(Row& row);
TransformationRow read_transformation(Row& row);
PartitionedRow read_partitioned(Row& row);
PartitionKeyRow read_partition_key(Row& row);
MaterializationRow read_materialization(Row& row);
RunPartitionRow read_run_partition(Row& row);
PlannerDocument read_planner_document(Row& row);
UsageDailyRow read_usage(Row& row);
UsageColumnRow read_usage_column(Row& row);
UsageQueryRow read_usage_query(Row& row);
LedgerRow read_ledger(Row& row);
PriceBookRow read_price_book(Row& row);
LedgerEntryRow read_ledger_entry(Row& row);
PlanRow read_plan(Row& row);
PlanBodyRow read_plan_body(Row& row);
PlanTaskRow read_plan_task(Row& row);
PlanProgressRow read_plan_progress(Row& row);
PlanLeaseRow read_plan_lease(Row& row);

}  // namespace headwater::storage::sqlite
