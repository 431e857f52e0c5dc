#include "storage/migrations.h"

#include <map>
#include <random>
#include <string>

#include "base/hash.h"
#include "base/log.h"

namespace headwater::storage {
namespace {

using base::ErrorCode;

std::string checksum(const Migration& migration) {
  return base::to_hex(base::hash128(migration.sql));
}

base::Error refused(std::string message, std::string detail) {
  return base::make_error(ErrorCode::kInvalidConfig, std::move(message), std::move(detail));
}

base::Error newer(std::int64_t found, std::int64_t known) {
  return refused("This data directory was written by a newer Headwater (format " +
                     std::to_string(found) + ", this one knows up to " + std::to_string(known) +
                     "). Start the newer version, or restore a backup that this one made.",
                 "user_version is beyond the last migration");
}

Result<std::map<std::int64_t, std::string>> applied_checksums(sqlite::Connection& db) {
  std::map<std::int64_t, std::string> found;
  auto visit = [&](sqlite::Row& row) {
    const std::int64_t version = row.integer();
    found[version] = row.text();
    return true;
  };
  HW_CHECK_OK(db.exec_each("migration.list", "SELECT version, checksum FROM migration", visit));
  return found;
}

// The format version, 0 for an empty file; every migration up to it is the one applied.
Result<std::int64_t> verified_version(sqlite::Connection& db,
                                      std::span<const Migration> migrations) {
  HW_TRY(const auto version, db.exec_integer("migration.version", "PRAGMA user_version"));
  HW_TRY(const auto application, db.exec_integer("migration.mark", "PRAGMA application_id"));
  HW_TRY(const auto tables,
         db.exec_integer("migration.tables", "SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && version == 0 && tables == 0) return 0;
  if (application != kApplicationId) {
    return refused(
        "headwater.db in the data directory is not a Headwater database. Move it away, "
        "or choose another directory.",
        "application_id=" + std::to_string(application));
  }
  const auto known = static_cast<std::int64_t>(migrations.size());
  if (version > known) return newer(version, known);
  HW_TRY(const auto applied, applied_checksums(db));
  for (const Migration& migration : migrations.first(static_cast<std::size_t>(version))) {
    const auto found = applied.find(migration.version);
    if (found != applied.end() && found->second == checksum(migration)) continue;
    return refused("Migration " + std::string(migration.name) +
                       " is not the one this data directory was made with. Run the Headwater that "
                       "made it, or restore a backup: a merged migration never changes.",
                   "stored checksum " +
                       (found == applied.end() ? std::string("missing") : found->second) +
                       ", embedded " + checksum(migration));
  }
  return version;
}

// Distinguishes copies and restores of a store; drawn once, so no replay depends on it.
std::string new_instance_id() {
  std::random_device device;
  base::Hasher hasher;
  for (int i = 0; i < 8; ++i) hasher.field(device());
  return base::to_hex(hasher.finish());
}

Result<void> initialise(sqlite::Connection& db, base::Micros now) {
  const std::string sql = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                          ";"
                          "INSERT INTO meta (key, value) VALUES ('format_version', 0),"
                          " ('instance_id', '" +
                          new_instance_id() + "'), ('created_at', " + std::to_string(now) +
                          "), ('fence', 0)";
  return db.exec("meta.initialise", sql.c_str());
}

Result<void> apply(sqlite::Connection& db, const Migration& migration, base::Micros now) {
  HW_CHECK_OK(db.exec(migration.name, migration.sql));
  if (migration.version == 1) HW_CHECK_OK(initialise(db, now));
  const std::string version = std::to_string(migration.version);
  const std::string sql = "INSERT INTO migration (version, name, checksum, applied_at) VALUES (" +
                          version + ", '" + std::string(migration.name) + "', '" +
                          checksum(migration) + "', " + std::to_string(now) +
                          "); UPDATE meta SET value = " + version +
                          " WHERE key = 'format_version'; PRAGMA user_version = " + version;
  return db.exec("migration.record", sql.c_str());
}

Result<void> apply_in_transaction(sqlite::Connection& db, const Migration& migration,
                                  base::Micros now) {
  HW_CHECK_OK(db.run(sqlite::Sql::kBeginImmediate));
  auto done = apply(db, migration, now);
  if (done) done = db.run(sqlite::Sql::kCommit);
  if (!done && db.in_transaction()) (void)db.run(sqlite::Sql::kRollback);
  return done;
}

}  // namespace

Result<void> migrate(sqlite::Connection& db, std::span<const Migration> migrations,
                     const base::Clock& clock) {
  HW_TRY(const auto version, verified_version(db, migrations));
  for (const Migration& migration : migrations.subspan(static_cast<std::size_t>(version))) {
    HW_CHECK_OK(apply_in_transaction(db, migration, clock.now()));
    HW_LOG_INFO("storage.migrated", "version={} name={}", migration.version, migration.name);
  }
  return {};
}

Result<void> check_ours(sqlite::Connection& db, std::span<const Migration> migrations) {
  HW_TRY([[maybe_unused]] const auto version, verified_version(db, migrations));
  return {};
}

Result<void> verify_migrated(sqlite::Connection& db, std::span<const Migration> migrations) {
  HW_TRY(const auto version, verified_version(db, migrations));
  if (version == static_cast<std::int64_t>(migrations.size())) return {};
  return refused(
      "The data directory has an older format than this Headwater reads. Start the "
      "server on it once: that brings it up to date.",
      "user_version=" + std::to_string(version));
}

}  // namespace headwater::storage
