// Reader and Writer: partitions, what runs read and wrote of them, the planner's documents.

#include "storage/reader_impl.h"
#include "storage/writer_impl.h"

namespace headwater::storage {

using sqlite::Row;
using sqlite::Sql;

Result<std::vector<PartitionedRow>> Reader::partitioned() {
  return impl_->db->many(Sql::kPartitionedScan, sqlite::read_partitioned);
}

Result<std::vector<PartitionKeyRow>> Reader::partition_keys() {
  return impl_->db->many(Sql::kPartitionKeys, sqlite::read_partition_key);
}

Result<std::vector<MaterializationRow>> Reader::materializations(model::DatasetNo dataset,
                                                                 std::uint32_t lane,
                                                                 std::int64_t index) {
  return impl_->db->many(Sql::kMaterializationsOf, sqlite::read_materialization, dataset, lane,
                         index);
}

Result<std::vector<MaterializationRow>> Reader::materializations(model::DatasetNo dataset,
                                                                 std::uint32_t lane,
                                                                 std::int64_t first,
                                                                 std::int64_t last) {
  return impl_->db->many(Sql::kMaterializationsBetween, sqlite::read_materialization, dataset, lane,
                         first, last);
}

Result<std::vector<MaterializationRow>> Reader::newest_materializations(model::DatasetNo dataset,
                                                                        std::uint32_t lane,
                                                                        std::size_t limit) {
  return impl_->db->many(Sql::kMaterializationsNewest, sqlite::read_materialization, dataset, lane,
                         static_cast<std::int64_t>(limit));
}

Result<std::optional<Micros>> Reader::latest_materialization(model::DatasetNo dataset,
                                                             std::uint32_t lane, std::int64_t first,
                                                             std::int64_t last) {
  return impl_->db->one(
      Sql::kMaterializationsLatestEnd, [](Row& row) { return row.integer(); }, dataset, lane, first,
      last);
}

Result<void> Reader::scan_materializations(
    const std::function<bool(const MaterializationRow&)>& visit) {
  return impl_->db->each(Sql::kMaterializationsScan,
                         [&](Row& row) { return visit(sqlite::read_materialization(row)); });
}

Result<std::vector<RunPartitionRow>> Reader::run_partitions(model::RunRow run) {
  return impl_->db->many(Sql::kRunPartitionsOf, sqlite::read_run_partition, run);
}

Result<std::int64_t> Reader::count_run_outputs(model::RunRow run) {
  auto read = [](Row& row) { return row.integer(); };
  HW_TRY(const auto count, impl_->db->one(Sql::kRunOutputsCount, read, run));
  return count.value_or(0);
}

Result<std::vector<RunPartitionRow>> Reader::open_run_outputs() {
  return impl_->db->many(Sql::kRunOutputsOpen, sqlite::read_run_partition);
}

Result<void> Reader::scan_run_partitions(const std::function<bool(const RunPartitionRow&)>& visit) {
  return impl_->db->each(Sql::kRunPartitionsScan,
                         [&](Row& row) { return visit(sqlite::read_run_partition(row)); });
}

Result<std::optional<PlannerDocument>> Reader::planner_document(std::int32_t kind, std::int64_t a,
                                                                std::int64_t b) {
  return impl_->db->one(Sql::kPlannerDocument, sqlite::read_planner_document, kind, a, b);
}

Result<std::vector<PlannerDocument>> Reader::planner_documents(std::int32_t kind,
                                                               std::int64_t first,
                                                               std::int64_t last) {
  return impl_->db->many(Sql::kPlannerDocuments, sqlite::read_planner_document, kind, first, last);
}

Result<void> Writer::insert_partitioned(const PartitionedRow& row) {
  return impl_->run(Sql::kPartitionedInsert, row.number, row.node);
}

Result<void> Writer::insert_partition_key(const PartitionKeyRow& row) {
  return impl_->run(Sql::kPartitionKeyInsert, row.dataset, row.number, row.text);
}

Result<void> Writer::put_materialization(const MaterializationRow& row) {
  return impl_->run(Sql::kMaterializationUpsert, row.dataset, row.lane, row.index, row.end, row.seq,
                    row.start, row.job, row.code, row.out, row.reported_out, row.run);
}

Result<void> Writer::delete_materialization(const MaterializationRow& row) {
  return impl_->run(Sql::kMaterializationDelete, row.dataset, row.lane, row.index, row.end,
                    row.seq);
}

Result<void> Writer::put_run_partition(const RunPartitionRow& row) {
  return impl_->run(Sql::kRunPartitionUpsert, row.run, row.output, row.dataset, row.lane, row.first,
                    row.last, row.seq, row.version, row.rows, row.size_bytes);
}

Result<void> Writer::put_planner_document(const PlannerDocument& row) {
  return impl_->run(Sql::kPlannerDocumentUpsert, row.kind, row.a, row.b, row.seq, row.body);
}

Result<void> Writer::delete_planner_document(std::int32_t kind, std::int64_t a, std::int64_t b) {
  return impl_->run(Sql::kPlannerDocumentDelete, kind, a, b);
}

}  // namespace headwater::storage
