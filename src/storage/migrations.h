// Migrations: the files of schema/, embedded in the binary, applied in order, each once and in one
// transaction. The table `migration` keeps each one's checksum: a file that changed after it was
// applied is refused, and so is a database that a newer binary has migrated.
//
// Thread-safety: the connection's.
#pragma once

#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "storage/sqlite/connection.h"

namespace headwater::storage {

using base::Result;

struct Migration {
  int version = 0;        // dense from 1
  std::string_view name;  // the file's name without its ending
  const char* sql = nullptr;
};

// "HWTR": marks the database file as one of ours (PRAGMA application_id).
inline constexpr std::int64_t kApplicationId = 0x48575452;

// Those of schema/, in order.
std::span<const Migration> embedded_migrations();

// Brings the database up to the last migration. kInvalidConfig when it is not a Headwater database,
// is newer than `migrations`, or was made with other ones.
Result<void> migrate(sqlite::Connection& db, std::span<const Migration> migrations,
                     const base::Clock& clock);
// Only whether the database is empty or one that migrate() would take. Changes nothing.
Result<void> check_ours(sqlite::Connection& db, std::span<const Migration> migrations);
// Whether it is exactly up to date: for a database that is opened to be read. Changes nothing.
Result<void> verify_migrated(sqlite::Connection& db, std::span<const Migration> migrations);

}  // namespace headwater::storage
