#include "storage/wal.h"

namespace headwater::storage {

base::Result<bool> truncate_wal(sqlite::Connection& db, int patience_ms) {
  sqlite3_busy_timeout(db.handle(), patience_ms);
  auto busy = db.exec_integer("checkpoint.truncate", "PRAGMA wal_checkpoint(TRUNCATE)");
  sqlite3_busy_timeout(db.handle(), kWriterBusyMs);
  HW_TRY(const std::int64_t refused, std::move(busy));
  return refused == 0;
}

}  // namespace headwater::storage
