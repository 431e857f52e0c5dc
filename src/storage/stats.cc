// Reader and Writer: use, the ledger, price books.

#include "storage/reader_impl.h"
#include "storage/writer_impl.h"

namespace headwater::storage {

using sqlite::Row;
using sqlite::Sql;

Result<std::optional<std::int64_t>> Reader::find_stats_label(std::string_view text) {
  return impl_->db->one(
      Sql::kStatsLabelByText, [](Row& row) { return row.integer(); }, text);
}

Result<std::optional<std::string>> Reader::stats_label(std::int64_t id) {
  return impl_->db->one(
      Sql::kStatsLabelById, [](Row& row) { return row.text(); }, id);
}

Result<std::int64_t> Reader::high_stats_label() {
  HW_TRY(const auto high,
         impl_->db->one(Sql::kStatsLabelsHigh, [](Row& row) { return row.integer(); }));
  return high.value_or(0);
}

Result<void> Reader::scan_usage(const std::function<bool(const UsageDailyRow&)>& visit) {
  return impl_->db->each(Sql::kUsageScan, [&](Row& row) { return visit(sqlite::read_usage(row)); });
}

Result<std::vector<UsageDailyRow>> Reader::usage_of_dataset(model::NodeId dataset,
                                                            std::int32_t first, std::int32_t last) {
  return impl_->db->many(Sql::kUsageOfDataset, sqlite::read_usage, dataset, first, last);
}

Result<std::vector<UsageDailyRow>> Reader::usage_of_consumer(model::NodeId consumer,
                                                             std::int32_t first,
                                                             std::int32_t last) {
  return impl_->db->many(Sql::kUsageOfConsumer, sqlite::read_usage, consumer, first, last);
}

Result<std::vector<UsageColumnRow>> Reader::usage_columns(model::NodeId dataset, std::int32_t first,
                                                          std::int32_t last) {
  return impl_->db->many(Sql::kUsageColumnsOf, sqlite::read_usage_column, dataset, first, last);
}

Result<void> Reader::scan_usage_columns(const std::function<bool(const UsageColumnRow&)>& visit) {
  return impl_->db->each(Sql::kUsageColumnsScan,
                         [&](Row& row) { return visit(sqlite::read_usage_column(row)); });
}

Result<std::vector<UsageQueryRow>> Reader::usage_queries(model::NodeId dataset, std::int32_t first,
                                                         std::int32_t last) {
  return impl_->db->many(Sql::kUsageQueriesOf, sqlite::read_usage_query, dataset, first, last);
}

Result<void> Reader::scan_usage_queries(const std::function<bool(const UsageQueryRow&)>& visit) {
  return impl_->db->each(Sql::kUsageQueriesScan,
                         [&](Row& row) { return visit(sqlite::read_usage_query(row)); });
}

Result<void> Reader::scan_ledger(Seq after, const std::function<bool(const LedgerRow&)>& visit) {
  return impl_->db->each(
      Sql::kLedgerScan, [&](Row& row) { return visit(sqlite::read_ledger(row)); }, after);
}

Result<std::vector<LedgerRow>> Reader::ledger_of_run(model::RunRow run) {
  return impl_->db->many(Sql::kLedgerOfRun, sqlite::read_ledger, run);
}

Result<std::optional<std::string>> Reader::run_cost(model::RunRow run) {
  return impl_->db->one(
      Sql::kRunCostOf, [](Row& row) { return std::string(row.bytes()); }, run);
}

Result<void> Reader::scan_run_costs(
    model::RunRow after, const std::function<bool(model::RunRow, std::string_view state)>& visit) {
  return impl_->db->each(
      Sql::kRunCostScan,
      [&](Row& row) {
        const auto run = row.id<model::RunRow>();
        return visit(run, row.bytes());
      },
      after);
}

Result<std::vector<PriceBookRow>> Reader::price_books() {
  return impl_->db->many(Sql::kPriceBooks, sqlite::read_price_book);
}

Result<std::optional<LedgerEntryRow>> Reader::ledger_entry(std::string_view id) {
  return impl_->db->one(Sql::kLedgerEntryById, sqlite::read_ledger_entry, id);
}

Result<void> Reader::scan_ledger_entries(const std::function<bool(const LedgerEntryRow&)>& visit) {
  return impl_->db->each(Sql::kLedgerEntriesScan,
                         [&](Row& row) { return visit(sqlite::read_ledger_entry(row)); });
}

Result<void> Writer::insert_stats_label(std::int64_t id, std::string_view text) {
  return impl_->run(Sql::kStatsLabelInsert, id, text);
}

Result<void> Writer::add_usage(const UsageDailyRow& row) {
  return impl_->run(Sql::kUsageAdd, row.dataset, row.day, row.consumer, row.purpose, row.count,
                    row.last_time, row.seq);
}

Result<void> Writer::add_usage_column(const UsageColumnRow& row) {
  return impl_->run(Sql::kUsageColumnAdd, row.dataset, row.day, row.name, row.count);
}

Result<void> Writer::add_usage_query(const UsageQueryRow& row) {
  return impl_->run(Sql::kUsageQueryAdd, row.dataset, row.day, row.fingerprint, row.count,
                    row.duration_ms, row.bytes_scanned);
}

Result<void> Writer::insert_ledger(const LedgerRow& row) {
  const model::Quantities& q = row.quantities;
  static_assert(model::kMeasures == 13);
  return impl_->run(Sql::kLedgerInsert, row.seq, row.n, row.kind, row.time, row.run, row.job,
                    row.dataset, row.prices, q.at(0), q.at(1), q.at(2), q.at(3), q.at(4), q.at(5),
                    q.at(6), q.at(7), q.at(8), q.at(9), q.at(10), q.at(11), q.at(12));
}

Result<void> Writer::put_run_cost(model::RunRow run, std::string_view state) {
  return impl_->run(Sql::kRunCostPut, run, sqlite::Blob{state});
}

Result<void> Writer::insert_price_book(const PriceBookRow& row) {
  return impl_->run(Sql::kPriceBookInsert, row.seq, row.at, row.author, row.reason, row.body);
}

Result<void> Writer::put_ledger_entry(const LedgerEntryRow& row) {
  return impl_->run(Sql::kLedgerEntryPut, row.id, row.seq, row.body);
}

}  // namespace headwater::storage
