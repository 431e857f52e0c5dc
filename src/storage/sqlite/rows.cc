#include "storage/sqlite/rows.h"

namespace headwater::storage::sqlite {

// Braced initialisers evaluate from left to right, so the columns are read in their order.

StoredRecord read_record(Row& row) {
  return StoredRecord{.seq = row.seq(),
                      .kind = row.kind<RecordKind>(),
                      .received_at = row.integer(),
                      .event_time = row.integer(),
                      .hash = row.hash(),
                      .dictionary = row.integer(),
                      .size = row.integer(),
                      .body = row.bytes()};
}

QuarantineRow read_quarantine(Row& row) {
  return QuarantineRow{.seq = row.seq(),
                       .reason = row.text(),
                       .pointer = row.text(),
                       .producer = row.text(),
                       .replayed_as = row.seq()};
}

NamespaceRow read_namespace(Row& row) {
  return NamespaceRow{.id = row.id<model::NamespaceId>(),
                      .name = row.text(),
                      .owner = row.text(),
                      .description = row.text(),
                      .created_at = row.integer(),
                      .updated_at = row.integer(),
                      .deleted = row.flag()};
}

NodeRow read_node(Row& row) {
  return NodeRow{.id = row.id<model::NodeId>(),
                 .kind = row.kind<model::NodeKind>(),
                 .name_space = row.id<model::NamespaceId>(),
                 .parent = row.id<model::NodeId>(),
                 .name = row.text(),
                 .recorded = row.seq(),
                 .first_seen = row.integer(),
                 .placeholder = row.flag(),
                 .merged_into = row.id<model::NodeId>(),
                 .merged_seq = row.seq()};
}

NodePastRow read_node_past(Row& row) {
  return NodePastRow{.node = row.id<model::NodeId>(),
                     .recorded_to = row.seq(),
                     .first_seen = row.integer(),
                     .placeholder = row.flag()};
}

RunPastRow read_run_past(Row& row) {
  return RunPastRow{.job = row.id<model::NodeId>(),
                    .recorded_to = row.seq(),
                    .run = row.id<model::RunRow>(),
                    .first_time = row.integer()};
}

EdgeRow read_edge(Row& row) {
  return EdgeRow{.id = row.id<model::EdgeId>(),
                 .owner = row.id<model::NodeId>(),
                 .kind = row.kind<model::EdgeKind>(),
                 .src = row.id<model::NodeId>(),
                 .dst = row.id<model::NodeId>(),
                 .via = row.id<model::NodeId>(),
                 .detail = row.id<model::TransformationId>(),
                 .valid_from = row.integer(),
                 .valid_to = row.integer(),
                 .recorded_from = row.seq(),
                 .recorded_to = row.seq(),
                 .reason = row.kind<model::EndReason>()};
}

AttributeRow read_attribute(Row& row) {
  return AttributeRow{.id = row.integer(),
                      .owner = row.id<model::NodeId>(),
                      .name = row.id<model::AttributeNameId>(),
                      .content = row.id<model::ContentId>(),
                      .valid_from = row.integer(),
                      .valid_to = row.integer(),
                      .recorded_from = row.seq(),
                      .recorded_to = row.seq()};
}

ObservationRow read_observation(Row& row) {
  return ObservationRow{.owner = row.id<model::NodeId>(),
                        .time = row.integer(),
                        .rank = static_cast<std::int32_t>(row.integer()),
                        .tie = row.integer(),
                        .seq = row.seq(),
                        .run = row.id<model::RunRow>(),
                        .type = static_cast<std::int32_t>(row.integer()),
                        .flags = static_cast<std::int32_t>(row.integer()),
                        .code = row.id<model::CodeId>(),
                        .edge_set = row.id<model::EdgeSetId>(),
                        .bundle = row.id<model::BundleId>(),
                        .producer = row.id<model::ProducerId>()};
}

RunRecordRow read_run_record(Row& row) {
  return RunRecordRow{.time = row.integer(),
                      .rank = static_cast<std::int32_t>(row.integer()),
                      .tie = row.integer(),
                      .seq = row.seq()};
}

DeletionRow read_deletion(Row& row) {
  return DeletionRow{.dataset = row.id<model::NodeId>(),
                     .time = row.integer(),
                     .rank = static_cast<std::int32_t>(row.integer()),
                     .tie = row.integer(),
                     .seq = row.seq()};
}

TipRow read_tip(Row& row) {
  return TipRow{.owner = row.id<model::NodeId>(),
                .time = row.integer(),
                .rank = static_cast<std::int32_t>(row.integer()),
                .tie = row.integer(),
                .seq = row.seq(),
                .state = row.text()};
}

DecisionRow read_decision(Row& row) {
  return DecisionRow{.seq = row.seq(),
                     .kind = row.kind<model::DecisionKind>(),
                     .node = row.id<model::NodeId>(),
                     .other = row.id<model::NodeId>(),
                     .author = row.text(),
                     .at = row.integer()};
}

TagDefinitionRow read_tag_definition(Row& row) {
  return TagDefinitionRow{.seq = row.seq(),
                          .name = row.text(),
                          .at = row.integer(),
                          .description = row.text(),
                          .rule = {.downstream = row.flag(),
                                   .stop_masking = row.flag(),
                                   .stop_indirect = row.flag(),
                                   .stop_at_tag = row.text()},
                          .author = row.text()};
}

RunInfo read_run(Row& row) {
  return RunInfo{.id = row.id<model::RunRow>(),
                 .run_id = row.text(),
                 .job = row.id<model::NodeId>(),
                 .parent = row.id<model::RunRow>(),
                 .state = row.kind<RunState>(),
                 .started_at = row.integer(),
                 .ended_at = row.integer(),
                 .first_time = row.integer(),
                 .last_time = row.integer(),
                 .nominal_start = row.integer(),
                 .nominal_end = row.integer(),
                 .code = row.id<model::CodeId>(),
                 .recorded = row.seq(),
                 .updated = row.seq(),
                 .merge = row.text()};
}

TransformationRow read_transformation(Row& row) {
  return TransformationRow{.id = row.id<model::TransformationId>(),
                           .type = row.text(),
                           .subtype = row.text(),
                           .masking = row.flag()};
}

PartitionedRow read_partitioned(Row& row) {
  return PartitionedRow{.number = row.id<model::DatasetNo>(), .node = row.id<model::NodeId>()};
}

PartitionKeyRow read_partition_key(Row& row) {
  return PartitionKeyRow{.dataset = row.id<model::DatasetNo>(),
                         .number = static_cast<std::uint32_t>(row.integer()),
                         .text = row.text()};
}

MaterializationRow read_materialization(Row& row) {
  return MaterializationRow{.dataset = row.id<model::DatasetNo>(),
                            .lane = static_cast<std::uint32_t>(row.integer()),
                            .index = row.integer(),
                            .end = row.integer(),
                            .seq = row.seq(),
                            .start = row.integer(),
                            .job = row.id<model::NodeId>(),
                            .code = row.id<model::CodeId>(),
                            .out = static_cast<std::uint64_t>(row.integer()),
                            .reported_out = static_cast<std::uint64_t>(row.integer()),
                            .run = row.id<model::RunRow>()};
}

RunPartitionRow read_run_partition(Row& row) {
  return RunPartitionRow{.run = row.id<model::RunRow>(),
                         .output = row.flag(),
                         .dataset = row.id<model::DatasetNo>(),
                         .lane = static_cast<std::uint32_t>(row.integer()),
                         .first = row.integer(),
                         .last = row.integer(),
                         .seq = row.seq(),
                         .version = row.text(),
                         .rows = row.integer(),
                         .size_bytes = row.integer()};
}

PlannerDocument read_planner_document(Row& row) {
  return PlannerDocument{.kind = static_cast<std::int32_t>(row.integer()),
                         .a = row.integer(),
                         .b = row.integer(),
                         .seq = row.seq(),
                         .body = row.text()};
}

UsageDailyRow read_usage(Row& row) {
  return UsageDailyRow{.dataset = row.id<model::NodeId>(),
                       .day = static_cast<std::int32_t>(row.integer()),
                       .consumer = row.id<model::NodeId>(),
                       .purpose = row.integer(),
                       .count = row.integer(),
                       .last_time = row.integer(),
                       .seq = row.seq()};
}

UsageColumnRow read_usage_column(Row& row) {
  return UsageColumnRow{.dataset = row.id<model::NodeId>(),
                        .day = static_cast<std::int32_t>(row.integer()),
                        .name = row.integer(),
                        .count = row.integer()};
}

UsageQueryRow read_usage_query(Row& row) {
  return UsageQueryRow{.dataset = row.id<model::NodeId>(),
                       .day = static_cast<std::int32_t>(row.integer()),
                       .fingerprint = row.integer(),
                       .count = row.integer(),
                       .duration_ms = row.integer(),
                       .bytes_scanned = row.integer()};
}

LedgerRow read_ledger(Row& row) {
  LedgerRow out{.seq = row.seq(),
                .n = static_cast<std::uint32_t>(row.integer()),
                .kind = static_cast<std::int32_t>(row.integer()),
                .time = row.integer(),
                .run = row.id<model::RunRow>(),
                .job = row.id<model::NodeId>(),
                .dataset = row.id<model::NodeId>(),
                .prices = row.seq(),
                .quantities = {}};
  for (std::size_t i = 0; i < model::kMeasures; ++i) out.quantities.at(i) = row.integer();
  return out;
}

PriceBookRow read_price_book(Row& row) {
  return PriceBookRow{.seq = row.seq(),
                      .at = row.integer(),
                      .author = row.text(),
                      .reason = row.text(),
                      .body = row.text()};
}

LedgerEntryRow read_ledger_entry(Row& row) {
  return LedgerEntryRow{.id = row.text(), .seq = row.seq(), .body = row.text()};
}

namespace {

PlanCounts read_plan_counts(Row& row) {
  return PlanCounts{.done = row.integer(),
                    .told = row.integer(),
                    .skipped = row.integer(),
                    .running = row.integer(),
                    .failed = row.integer(),
                    .blocked = row.integer()};
}

PlanEstimate read_plan_estimate(Row& row) {
  return PlanEstimate{.p50 = row.integer(),
                      .p90 = row.integer(),
                      .samples = static_cast<std::uint32_t>(row.integer()),
                      .basis = static_cast<std::int32_t>(row.integer())};
}

}  // namespace

PlanRow read_plan(Row& row) {
  return PlanRow{.id = row.seq(),
                 .seq = row.seq(),
                 .state = static_cast<std::int32_t>(row.integer()),
                 .hold = static_cast<std::int32_t>(row.integer()),
                 .created_at = row.integer(),
                 .updated_at = row.integer(),
                 .upper = row.integer(),
                 .refreshed = row.integer(),
                 .total = row.integer(),
                 .counts = read_plan_counts(row),
                 .ready = row.integer(),
                 .author = row.text(),
                 .reason = row.text(),
                 .wait_inputs = row.integer(),
                 .wait_quiet = row.integer(),
                 .wakes_at = row.integer()};
}

PlanBodyRow read_plan_body(Row& row) {
  return PlanBodyRow{.plan = row.seq(), .body = row.text(), .summary = row.text()};
}

PlanTaskRow read_plan_task(Row& row) {
  return PlanTaskRow{.plan = row.seq(),
                     .number = static_cast<std::uint32_t>(row.integer()),
                     .wave = static_cast<std::uint32_t>(row.integer()),
                     .dataset = row.id<model::DatasetNo>(),
                     .lane = static_cast<std::uint32_t>(row.integer()),
                     .first = row.integer(),
                     .last = row.integer(),
                     .job = row.id<model::NodeId>(),
                     .action = static_cast<std::int32_t>(row.integer()),
                     .flags = static_cast<std::int32_t>(row.integer()),
                     .deadline = row.integer(),
                     .probability = row.integer(),
                     .duration_ms = read_plan_estimate(row),
                     .cost_micros = read_plan_estimate(row),
                     .upstream = row.text()};
}

PlanProgressRow read_plan_progress(Row& row) {
  return PlanProgressRow{.plan = row.seq(),
                         .number = static_cast<std::uint32_t>(row.integer()),
                         .seq = row.seq(),
                         .state = static_cast<std::int32_t>(row.integer()),
                         .ready = row.flag(),
                         .counts = read_plan_counts(row),
                         .attempts = static_cast<std::int32_t>(row.integer()),
                         .runs = row.text(),
                         .waits = row.text()};
}

PlanLeaseRow read_plan_lease(Row& row) {
  return PlanLeaseRow{.seq = row.seq(),
                      .n = static_cast<std::uint32_t>(row.integer()),
                      .plan = row.seq(),
                      .task = static_cast<std::uint32_t>(row.integer()),
                      .first = row.integer(),
                      .last = row.integer(),
                      .worker = row.text(),
                      .request = row.text(),
                      .given_at = row.integer(),
                      .expires_at = row.integer(),
                      .lease_ms = row.integer(),
                      .attempt = static_cast<std::int32_t>(row.integer()),
                      .desired = static_cast<std::uint64_t>(row.integer()),
                      .state = static_cast<std::int32_t>(row.integer()),
                      .ended_at = row.integer(),
                      .ended = row.seq(),
                      .run_id = row.text(),
                      .message = row.text()};
}

}  // namespace headwater::storage::sqlite
