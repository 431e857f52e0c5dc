#include "storage/reader_pool.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <memory>
#include <vector>

#include "tests/unit/storage/store_fixture.h"

namespace headwater::storage {
namespace {

std::int64_t cache_kib(sqlite::Connection& connection) {
  return -must(connection.exec_integer("test", "PRAGMA cache_size"));
}

TEST_F(StoreTest, ReadersShareOneCacheAndTheFirstHasMost) {
  constexpr std::int64_t kAll = 64 * 1024;
  constexpr int kReaders = 16;
  sqlite::ConnectionOptions options;
  options.path = directory_.file("headwater.db");
  options.read_only = true;
  options.cache_kib = kAll;
  ReaderPool pool(options, kReaders);
  std::vector<std::unique_ptr<sqlite::Connection>> leased;
  std::vector<std::int64_t> caches;
  std::int64_t sum = 0;
  for (int i = 0; i < kReaders; ++i) {
    leased.push_back(must(pool.lease()));
    caches.push_back(cache_kib(*leased.back()));
    sum += caches.back();
  }
  EXPECT_TRUE(std::is_sorted(caches.rbegin(), caches.rend()));
  EXPECT_GE(caches.front(), kAll / 4);
  EXPECT_GE(caches.back(), kAll / 2 / kReaders);
  EXPECT_LE(sum, kAll);
  // What is given back last is leased first.
  while (!leased.empty()) {
    pool.give_back(std::move(leased.back()));
    leased.pop_back();
  }
  auto again = must(pool.lease());
  EXPECT_EQ(cache_kib(*again), caches.front());
  pool.give_back(std::move(again));
}

}  // namespace
}  // namespace headwater::storage
