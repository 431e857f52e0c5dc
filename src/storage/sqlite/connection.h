// Connection: one SQLite connection and its prepared statements, each prepared once, at first use.
//
// Thread-safety: one thread at a time; the owner sees to that (SQLite's own mutexes are off).
// Errors: as map_error says. A statement is always reset before its function returns, so a text
// that was bound never outlives its caller, and no read lock is left behind.
#pragma once

#include <sqlite3.h>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "storage/sqlite/catalogue.h"
#include "storage/sqlite/row.h"

namespace headwater::storage::sqlite {

using base::Result;

struct ConnectionOptions {
  std::string path = {};
  std::string vfs = {};
  bool create = false;
  bool read_only = false;
  bool sync_full = true;
  std::int64_t cache_kib = 2048;
  int busy_timeout_ms = 10000;
  int checkpoint_pages = 0;  // a commit that leaves this many pages in the WAL checkpoints; 0: none
};

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const ConnectionOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* handle() { return db_; }
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  // An I/O error or damage was met: the pool opens a new connection instead of using this again.
  bool suspect() const { return suspect_; }
  int changes() const { return sqlite3_changes(db_); }

  // SQL that is not in the catalogue: settings, migrations. `name` appears in errors.
  Result<void> exec(std::string_view name, const char* sql);
  Result<std::int64_t> exec_integer(std::string_view name, const char* sql);
  // Every row of a statement outside the catalogue, prepared for this call.
  template <class Visit>
  Result<void> exec_each(std::string_view name, const char* sql, Visit&& visit);

  // Runs a statement that returns no row.
  template <class... Args>
  Result<void> run(Sql id, const Args&... args);
  // Calls visit(Row&) -> bool or Result<bool> for each row until it says false.
  template <class Visit, class... Args>
  Result<void> each(Sql id, Visit&& visit, const Args&... args);
  // The first row as read(Row&) -> T or Result<T>, or nothing.
  template <class Read, class... Args>
  auto one(Sql id, Read&& read, const Args&... args);
  // All rows.
  template <class Read, class... Args>
  auto many(Sql id, Read&& read, const Args&... args);

  base::Error error(std::string_view name, int code);

 private:
  explicit Connection(sqlite3* db) : db_(db) {}
  Result<void> configure(const ConnectionOptions& options);
  Result<void> prepare(Sql id);
  base::Error busy_error(Sql id);
  Result<void> ready(Sql id);
  template <class... Args>
  static int bind_all([[maybe_unused]] sqlite3_stmt* stmt, const Args&... args);
  template <class Visit>
  Result<void> walk(std::string_view name, sqlite3_stmt* stmt, int code, Visit&& visit);

  sqlite3* db_ = nullptr;
  bool suspect_ = false;
  std::array<sqlite3_stmt*, kStatements> statements_{};
};

template <class T>
struct ResultValue {
  using type = T;
};
template <class T>
struct ResultValue<Result<T>> {
  using type = T;
};

template <class... Args>
int Connection::bind_all([[maybe_unused]] sqlite3_stmt* stmt, const Args&... args) {
  [[maybe_unused]] int index = 0;
  int code = SQLITE_OK;
  ((code = code == SQLITE_OK ? bind_value(stmt, ++index, args) : code), ...);
  return code;
}

template <class... Args>
Result<void> Connection::run(Sql id, const Args&... args) {
  HW_CHECK_OK(ready(id));
  sqlite3_stmt* stmt = statements_[static_cast<std::size_t>(id)];
  int code = bind_all(stmt, args...);
  if (code == SQLITE_OK) code = sqlite3_step(stmt);
  if (code == SQLITE_DONE) {
    sqlite3_reset(stmt);
    return {};
  }
  base::Error failure = error(named(id).name, code);
  sqlite3_reset(stmt);
  return failure;
}

// Steps to the end, to an error or to the visitor's false; resets in every case.
template <class Visit>
Result<void> Connection::walk(std::string_view name, sqlite3_stmt* stmt, int code, Visit&& visit) {
  struct Reset {
    sqlite3_stmt* stmt;
    ~Reset() { sqlite3_reset(stmt); }
  } const reset{stmt};
  if (code != SQLITE_OK) return error(name, code);
  while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
    Row row(stmt);
    if constexpr (std::is_same_v<std::invoke_result_t<Visit&, Row&>, bool>) {
      if (!visit(row)) return {};
    } else {
      HW_TRY(const bool more, visit(row));
      if (!more) return {};
    }
  }
  if (code != SQLITE_DONE) return error(name, code);
  return {};
}

template <class Visit, class... Args>
Result<void> Connection::each(Sql id, Visit&& visit, const Args&... args) {
  HW_CHECK_OK(ready(id));
  sqlite3_stmt* stmt = statements_[static_cast<std::size_t>(id)];
  return walk(named(id).name, stmt, bind_all(stmt, args...), std::forward<Visit>(visit));
}

template <class Visit>
Result<void> Connection::exec_each(std::string_view name, const char* sql, Visit&& visit) {
  sqlite3_stmt* stmt = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql, -1, 0, &stmt, nullptr);
  if (code != SQLITE_OK) return error(name, code);
  auto result = walk(name, stmt, SQLITE_OK, std::forward<Visit>(visit));
  sqlite3_finalize(stmt);
  return result;
}

template <class Read, class... Args>
auto Connection::one(Sql id, Read&& read, const Args&... args) {
  using Value = typename ResultValue<std::invoke_result_t<Read&, Row&>>::type;
  std::optional<Value> found;
  auto visit = [&](Row& row) -> Result<bool> {
    Result<Value> value = read(row);
    if (!value) return std::move(value).error();
    found = std::move(value).value();
    return false;
  };
  auto done = each(id, visit, args...);
  if (!done) return Result<std::optional<Value>>(std::move(done).error());
  return Result<std::optional<Value>>(std::move(found));
}

template <class Read, class... Args>
auto Connection::many(Sql id, Read&& read, const Args&... args) {
  using Value = typename ResultValue<std::invoke_result_t<Read&, Row&>>::type;
  std::vector<Value> found;
  auto visit = [&](Row& row) -> Result<bool> {
    Result<Value> value = read(row);
    if (!value) return std::move(value).error();
    found.push_back(std::move(value).value());
    return true;
  };
  auto done = each(id, visit, args...);
  if (!done) return Result<std::vector<Value>>(std::move(done).error());
  return Result<std::vector<Value>>(std::move(found));
}

}  // namespace headwater::storage::sqlite
