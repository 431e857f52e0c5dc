// What a Store holds. Thread-safety: that of Store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "storage/codec.h"
#include "storage/lock_file.h"
#include "storage/reader_pool.h"
#include "storage/sqlite/connection.h"
#include "storage/storage.h"
#include "storage/wal.h"

namespace headwater::storage {

struct Store::Impl {
  StoreOptions options;
  std::optional<LockFile> lock;
  std::string instance_id;
  mutable Codec codec;  // learns dictionaries of other processes while reading
  WalPressure pressure;
  // Destroyed from the end: the writer closes last, since only a connection that writes can move
  // the WAL into the database and remove it.
  std::unique_ptr<Writer> writer;
  std::unique_ptr<ReaderPool> pool;

  // Lent to the one thread that runs a checkpoint; no lock is held meanwhile.
  struct Checkpointer {
    bool running = false;
    std::unique_ptr<sqlite::Connection> connection;
  };
  base::Guarded<Checkpointer> checkpointer;

  std::string database_path() const { return options.directory + "/headwater.db"; }
  sqlite::ConnectionOptions connection_options() const;
  std::int64_t wal_bytes() const;
  Result<void> open_for_writing();
  Result<void> open_for_reading();
  Result<void> load(sqlite::Connection& db);
  void run_checkpoint(sqlite::Connection& db);
  Result<void> copy_to(Reader reading, const StoreOptions& target,
                       const std::function<void(double)>& progress) const;
};

}  // namespace headwater::storage
