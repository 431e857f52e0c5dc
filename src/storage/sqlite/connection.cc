#include "storage/sqlite/connection.h"

#include "storage/sqlite/errors.h"

namespace headwater::storage::sqlite {
namespace {

using base::ErrorCode;

// Blobs and texts above this are refused when written and called damage when read.
constexpr int kMaxValueBytes = 1 << 30;

bool points_to_disk(int code) {
  switch (code & 0xff) {
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN: return true;
    default: return false;
  }
}

int open_flags(const ConnectionOptions& options) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (options.read_only) return flags | SQLITE_OPEN_READONLY;
  flags |= SQLITE_OPEN_READWRITE;
  return options.create ? flags | SQLITE_OPEN_CREATE : flags;
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionOptions& options) {
  sqlite3* db = nullptr;
  const char* vfs = options.vfs.empty() ? nullptr : options.vfs.c_str();
  const int code = sqlite3_open_v2(options.path.c_str(), &db, open_flags(options), vfs);
  // Even a failed open gives a handle that has to be closed, except without memory.
  std::unique_ptr<Connection> connection(new Connection(db));
  if (code != SQLITE_OK) return connection->error("connection.open", code);
  HW_CHECK_OK(connection->configure(options));
  return connection;
}

Connection::~Connection() {
  for (sqlite3_stmt* stmt : statements_) sqlite3_finalize(stmt);
  sqlite3_close(db_);
}

// No memory mapping: an I/O error or a truncated file behind a mapped page is a SIGBUS, not an
// error code, and the service has to go on reading when the disk fails. secure_delete is off
// because distributions switch it on; nothing here deletes secrets.
Result<void> Connection::configure(const ConnectionOptions& options) {
  sqlite3_busy_timeout(db_, options.busy_timeout_ms);
  sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, kMaxValueBytes);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  std::string settings =
      "PRAGMA mmap_size = 0; PRAGMA secure_delete = OFF;"
      "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;";
  settings += "PRAGMA cache_size = -" + std::to_string(options.cache_kib) + ";";
  settings += "PRAGMA wal_autocheckpoint = " + std::to_string(options.checkpoint_pages) + ";";
  settings += options.sync_full ? "PRAGMA synchronous = FULL;" : "PRAGMA synchronous = OFF;";
  return exec("connection.configure", settings.c_str());
}

Result<void> Connection::exec(std::string_view name, const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(name, code);
  return {};
}

Result<std::int64_t> Connection::exec_integer(std::string_view name, const char* sql) {
  std::int64_t value = 0;
  auto visit = [&](Row& row) {
    value = row.integer();
    return false;
  };
  HW_CHECK_OK(exec_each(name, sql, visit));
  return value;
}

Result<void> Connection::prepare(Sql id) {
  sqlite3_stmt*& stmt = statements_[static_cast<std::size_t>(id)];
  const int code =
      sqlite3_prepare_v3(db_, named(id).sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
  if (code != SQLITE_OK) return error(named(id).name, code);
  return {};
}

// A visitor that runs the statement it is called from would reset it under its caller.
Result<void> Connection::ready(Sql id) {
  sqlite3_stmt* stmt = statements_[static_cast<std::size_t>(id)];
  if (stmt == nullptr) return prepare(id);
  if (sqlite3_stmt_busy(stmt) != 0) return busy_error(id);
  return {};
}

base::Error Connection::busy_error(Sql id) {
  return base::make_error(ErrorCode::kInternal, "A query was started inside itself.",
                          "statement=" + std::string(named(id).name));
}

base::Error Connection::error(std::string_view name, int code) {
  if (points_to_disk(code)) suspect_ = true;
  return map_error(code, name, db_ != nullptr ? sqlite3_errmsg(db_) : "out of memory");
}

}  // namespace headwater::storage::sqlite
