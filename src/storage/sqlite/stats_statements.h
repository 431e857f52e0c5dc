// The statements of use and cost. Private to catalogue.cc.
#pragma once

#include <array>

#include "storage/sqlite/catalogue.h"
#include "storage/sqlite/columns.h"

namespace headwater::storage::sqlite {

inline constexpr std::array kStatsStatements{
    NamedSql{Sql::kStatsLabelInsert, "stats_label.insert",
             "INSERT INTO stats_label (id, text) VALUES (?1, ?2)"},
    NamedSql{Sql::kStatsLabelByText, "stats_label.by_text",
             "SELECT id FROM stats_label WHERE text = ?1"},
    NamedSql{Sql::kStatsLabelById, "stats_label.by_id",
             "SELECT text FROM stats_label WHERE id = ?1"},
    NamedSql{Sql::kStatsLabelsHigh, "stats_label.high",
             "SELECT coalesce(max(id), 0) FROM stats_label"},
    NamedSql{Sql::kUsageAdd, "usage_daily.add",
             "INSERT INTO usage_daily (" HW_USAGE_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
             " ON CONFLICT (dataset, day, consumer, purpose) DO UPDATE SET"
             " count = count + excluded.count,"
             " last_time = max(last_time, excluded.last_time), seq = excluded.seq"},
    NamedSql{Sql::kUsageScan, "usage_daily.scan",
             "SELECT " HW_USAGE_COLUMNS
             " FROM usage_daily ORDER BY dataset, day, consumer, purpose"},
    NamedSql{Sql::kUsageOfDataset, "usage_daily.of_dataset",
             "SELECT " HW_USAGE_COLUMNS " FROM usage_daily WHERE dataset = ?1 AND day >= ?2"
             " AND day < ?3 ORDER BY day, consumer, purpose"},
    NamedSql{Sql::kUsageOfConsumer, "usage_daily.of_consumer",
             "SELECT " HW_USAGE_COLUMNS " FROM usage_daily WHERE consumer = ?1 AND day >= ?2"
             " AND day < ?3 ORDER BY day, dataset, purpose"},
    NamedSql{Sql::kUsageColumnAdd, "usage_column.add",
             "INSERT INTO usage_column (dataset, day, name, count) VALUES (?1, ?2, ?3, ?4)"
             " ON CONFLICT (dataset, day, name) DO UPDATE SET count = count + excluded.count"},
    NamedSql{Sql::kUsageColumnsOf, "usage_column.of_dataset",
             "SELECT dataset, day, name, count FROM usage_column WHERE dataset = ?1 AND day >= ?2"
             " AND day < ?3 ORDER BY day, name"},
    NamedSql{Sql::kUsageColumnsScan, "usage_column.scan",
             "SELECT dataset, day, name, count FROM usage_column ORDER BY dataset, day, name"},
    NamedSql{Sql::kUsageQueryAdd, "usage_query.add",
             "INSERT INTO usage_query (" HW_USAGE_QUERY_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
             " ON CONFLICT (dataset, day, fingerprint) DO UPDATE SET"
             " count = count + excluded.count, duration_ms = duration_ms + excluded.duration_ms,"
             " bytes_scanned = bytes_scanned + excluded.bytes_scanned"},
    NamedSql{Sql::kUsageQueriesOf, "usage_query.of_dataset",
             "SELECT " HW_USAGE_QUERY_COLUMNS " FROM usage_query WHERE dataset = ?1 AND day >= ?2"
             " AND day < ?3 ORDER BY day, fingerprint"},
    NamedSql{Sql::kUsageQueriesScan, "usage_query.scan",
             "SELECT " HW_USAGE_QUERY_COLUMNS
             " FROM usage_query ORDER BY dataset, day, fingerprint"},
    NamedSql{Sql::kLedgerInsert, "ledger.insert",
             "INSERT INTO ledger (" HW_LEDGER_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
             " ?17, ?18, ?19, ?20, ?21)"},
    NamedSql{Sql::kLedgerScan, "ledger.scan",
             "SELECT " HW_LEDGER_COLUMNS " FROM ledger WHERE seq > ?1 ORDER BY seq, n"},
    NamedSql{Sql::kLedgerOfRun, "ledger.of_run",
             "SELECT " HW_LEDGER_COLUMNS
             " FROM ledger WHERE run = ?1 AND run <> 0 ORDER BY seq, n"},
    NamedSql{Sql::kRunCostPut, "run_cost.put",
             "INSERT OR REPLACE INTO run_cost (run, state) VALUES (?1, ?2)"},
    NamedSql{Sql::kRunCostOf, "run_cost.of_run", "SELECT state FROM run_cost WHERE run = ?1"},
    NamedSql{Sql::kRunCostScan, "run_cost.scan",
             "SELECT run, state FROM run_cost WHERE run > ?1 ORDER BY run"},
    NamedSql{Sql::kPriceBookInsert, "price_book.insert",
             "INSERT INTO price_book (seq, at, author, reason, body) VALUES (?1, ?2, ?3, ?4, ?5)"},
    NamedSql{Sql::kPriceBooks, "price_book.list",
             "SELECT seq, at, author, reason, body FROM price_book ORDER BY seq"},
    NamedSql{Sql::kLedgerEntryPut, "ledger_entry.put",
             "INSERT OR REPLACE INTO ledger_entry (id, seq, body) VALUES (?1, ?2, ?3)"},
    NamedSql{Sql::kLedgerEntryById, "ledger_entry.by_id",
             "SELECT id, seq, body FROM ledger_entry WHERE id = ?1"},
    NamedSql{Sql::kLedgerEntriesScan, "ledger_entry.scan",
             "SELECT id, seq, body FROM ledger_entry ORDER BY id"},
};

}  // namespace headwater::storage::sqlite
