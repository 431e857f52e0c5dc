#include "storage/reader_pool.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace headwater::storage {

using base::Result;
using sqlite::Connection;

ReaderPool::ReaderPool(sqlite::ConnectionOptions options, int max_readers)
    : options_(std::move(options)), max_readers_(max_readers < 1 ? 1 : max_readers) {}

ReaderPool::~ReaderPool() {
  base::MutexLock lock(mutex_);
  assert(out_ == 0 && "a Reader outlives its Store");
}

Result<std::unique_ptr<Connection>> ReaderPool::take_place() {
  const auto deadline = std::chrono::steady_clock::now() + kWait;
  base::MutexLock lock(mutex_);
  while (out_ >= max_readers_) {
    if (returned_.wait_until(mutex_, deadline)) continue;
    return base::make_error(base::ErrorCode::kOverloaded,
                            "All " + std::to_string(max_readers_) +
                                " read connections are in use. Try again, or raise the limit of "
                                "readers.",
                            "no lease returned in time");
  }
  ++out_;
  if (idle_.empty()) return std::unique_ptr<Connection>();
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

std::int64_t ReaderPool::cache_kib_of(int n) const {
  constexpr std::int64_t kLeast = 512;
  const std::int64_t half = options_.cache_kib / 2;
  return std::max(kLeast, half / max_readers_) + (n < 32 ? half >> (n + 1) : 0);
}

Result<std::unique_ptr<Connection>> ReaderPool::lease() {
  HW_TRY(auto connection, take_place());
  if (connection) return connection;
  sqlite::ConnectionOptions options = options_;
  {
    base::MutexLock lock(mutex_);
    options.cache_kib = cache_kib_of(open_++);
  }
  auto opened = Connection::open(options);
  if (opened) return opened;
  base::MutexLock lock(mutex_);
  --out_;
  --open_;
  returned_.notify_one();
  return opened;
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) {
  if (connection->suspect()) connection.reset();
  base::MutexLock lock(mutex_);
  --out_;
  if (connection) {
    idle_.push_back(std::move(connection));
  } else {
    --open_;
  }
  returned_.notify_one();
}

}  // namespace headwater::storage
