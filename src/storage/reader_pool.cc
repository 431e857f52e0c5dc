#include "storage/reader_pool.h"

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

Result<std::unique_ptr<Connection>> ReaderPool::lease() {
  HW_TRY(auto connection, take_place());
  if (connection) return connection;
  auto opened = Connection::open(options_);
  if (!opened) give_back(nullptr);
  return opened;
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) {
  if (connection && connection->suspect()) connection.reset();
  base::MutexLock lock(mutex_);
  --out_;
  if (connection) idle_.push_back(std::move(connection));
  returned_.notify_one();
}

}  // namespace headwater::storage
