// Emptying the WAL, and who does it.
//
// A passive checkpoint copies what it can beside readers and the writer. Under constant load it is
// never done at a moment when nobody reads or writes, so the file would grow for ever: now and then
// it has to be emptied while the writer waits. Another thread cannot get the writer's lock from a
// writer that begins again at once; it asks the writer instead, who empties the WAL between two
// transactions.
#pragma once

#include <atomic>
#include <cstdint>

#include "storage/sqlite/connection.h"

namespace headwater::storage {

// How long the writer shall wait for readers' older views when it next begins; 0: nothing to do.
// Thread-safety: any thread.
struct WalPressure {
  std::atomic<int> patience_ms{0};
};

// Waiting here is the writer's rule, for checkpoints and foreign programs.
inline constexpr int kWriterBusyMs = 30000;

// Copies the whole WAL and empties the file. False when readers or the writer did not let it within
// `patience_ms`. Afterwards the connection waits kWriterBusyMs again.
base::Result<bool> truncate_wal(sqlite::Connection& db, int patience_ms);

}  // namespace headwater::storage
