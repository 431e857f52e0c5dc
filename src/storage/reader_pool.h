// ReaderPool: a bounded number of connections for reading, opened when first needed.
//
// Thread-safety: every method from any thread. Errors: kOverloaded when no connection came back
// within kWait; those of opening. Every lease is returned before the pool is destroyed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "storage/sqlite/connection.h"

namespace headwater::storage {

class ReaderPool {
 public:
  static constexpr std::chrono::seconds kWait{30};

  // options.cache_kib is of all connections together. The one that came back last is leased first,
  // so the first ones do most of the work and have the largest caches.
  ReaderPool(sqlite::ConnectionOptions options, int max_readers);
  ~ReaderPool();

  base::Result<std::unique_ptr<sqlite::Connection>> lease() EXCLUDES(mutex_);
  void give_back(std::unique_ptr<sqlite::Connection> connection) EXCLUDES(mutex_);

 private:
  // Takes a place; an idle connection with it if there is one.
  base::Result<std::unique_ptr<sqlite::Connection>> take_place() EXCLUDES(mutex_);

  // Of a connection that is opened as the n-th, from 0: an equal share of a half of all, and half
  // of what those before it left of the other.
  std::int64_t cache_kib_of(int n) const;

  const sqlite::ConnectionOptions options_;
  const int max_readers_;
  base::Mutex mutex_;
  base::CondVar returned_;
  int out_ GUARDED_BY(mutex_) = 0;
  int open_ GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<sqlite::Connection>> idle_ GUARDED_BY(mutex_);
};

}  // namespace headwater::storage
