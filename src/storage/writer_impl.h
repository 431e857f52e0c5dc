// What a Writer holds, and the states of its transaction:
//
//   idle   -- begin() ------------> open
//   open   -- commit() succeeds --> idle
//   open   -- commit() fails -----> idle, and in_doubt is set
//   open   -- a statement fails --> failed
//   failed -- rollback() ---------> idle       (open: the same)
//
// Invariant 1: no statement of the caller runs outside `open`.
// Invariant 2: while in_doubt, begin() opens nothing before the fence has been committed.
//
// Thread-safety: that of Writer.
#pragma once

#include <memory>

#include "storage/codec.h"
#include "storage/reader_impl.h"
#include "storage/sqlite/connection.h"
#include "storage/storage.h"
#include "storage/wal.h"

namespace headwater::storage {

struct Writer::Impl {
  enum class State { kIdle, kOpen, kFailed };

  Impl(sqlite::ConnectionOptions connection_options, std::unique_ptr<sqlite::Connection> connection,
       Codec& shared_codec, WalPressure& wal_pressure, std::size_t samples);

  Result<void> begin();
  Result<void> commit();
  void rollback() noexcept;
  Result<void> append_log(Seq seq, RecordKind kind, Micros received_at, Micros event_time,
                          const base::Hash128& hash, const Packed& body);
  Result<void> maybe_train_dictionary();

  // Runs a statement inside the transaction; an error closes it to all but rollback().
  template <class... Args>
  Result<void> run(sqlite::Sql id, const Args&... args) {
    if (state != State::kOpen) return not_open();
    auto done = db->run(id, args...);
    if (!done) state = State::kFailed;
    return done;
  }
  // The same for a change of exactly one row.
  template <class... Args>
  Result<void> change_one(sqlite::Sql id, const Args&... args) {
    HW_CHECK_OK(run(id, args...));
    if (db->changes() == 1) return {};
    state = State::kFailed;
    return no_such_row(id);
  }
  template <class Found>
  Result<std::optional<Found>> find(sqlite::Sql id, const auto&... args) {
    return db->one(
        id, [](sqlite::Row& row) { return row.id<Found>(); }, args...);
  }

  base::Error not_open() const;
  static base::Error no_such_row(sqlite::Sql id);
  Result<void> fence();
  Result<void> reopen();
  void relieve_wal();
  Result<Seq> committed_last_seq();
  Result<std::vector<std::string>> samples(Seq last);

  const sqlite::ConnectionOptions options;
  std::unique_ptr<sqlite::Connection> db;
  Codec& codec;
  WalPressure& pressure;
  Reader own_reader;
  State state = State::kIdle;
  bool in_doubt = false;
  bool broken = false;  // the connection could not roll back: a new one is needed
  Seq last_seq;         // of the open transaction
  std::size_t train_at;
};

}  // namespace headwater::storage
