// A store in a directory of its own, and rows to put into it.
#pragma once

#include <gtest/gtest.h>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "storage/storage.h"

namespace headwater::storage {

// A directory that is there while the test runs; in memory where the system offers that, because
// what is tested here is never the speed of the disk.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::random_device device;
    std::error_code ignored;
    const std::filesystem::path memory = "/dev/shm";
    path_ =
        (std::filesystem::is_directory(memory, ignored) ? memory
                                                        : std::filesystem::temp_directory_path()) /
        ("headwater_storage_" + std::to_string(device()) + std::to_string(device()));
    std::filesystem::create_directories(path_);
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  std::string path() const { return path_.string(); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

template <class T>
T must(base::Result<T> result) {
  EXPECT_TRUE(result) << (result ? "" : result.error().message + " | " + result.error().detail);
  if (!result) throw std::runtime_error("unexpected error");
  return std::move(result).value();
}
inline void must(base::Result<void> result) {
  EXPECT_TRUE(result) << (result ? "" : result.error().message + " | " + result.error().detail);
  if (!result) throw std::runtime_error("unexpected error");
}

inline StoreOptions fast_options(const std::string& directory) {
  StoreOptions options;
  options.directory = directory;
  options.max_readers = 4;
  options.sync_full = false;
  return options;
}

// Like an event of a producer: some text that repeats, some that does not.
inline std::string event_body(std::uint64_t i) {
  const std::string n = std::to_string(i * 2654435761u);
  return R"({"eventType":"COMPLETE","eventTime":"2026-01-02T03:04:05Z","run":{"runId":")" + n +
         R"("},"job":{"namespace":"warehouse","name":"daily_orders_)" + std::to_string(i % 97) +
         R"("},"inputs":[{"namespace":"s3://lake","name":"raw/orders"}],"outputs":[{"namespace":)"
         R"("s3://lake","name":"clean/orders"}],"producer":"https://example.com/producer"})";
}

// Failing disks are the point of some tests: what is logged about them is noise here.
inline const bool kQuiet = [] {
  spdlog::set_level(spdlog::level::off);
  return true;
}();

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() { open(fast_options(directory_.path())); }
  void open(const StoreOptions& options) {
    store_.reset();
    store_ = must(Store::open(options));
  }
  void reopen() { open(); }
  Writer& writer() { return store_->writer(); }
  Reader lease() { return must(store_->reader()); }

  // Inside an open transaction.
  void append(std::uint64_t seq, const std::string& body, RecordKind kind = RecordKind::kEvent,
              Micros event_time = 0) {
    must(writer().append_log(Seq{seq}, kind, 1000, event_time, base::hash128(body),
                             store_->pack(body)));
  }
  // `count` events after the last, in one transaction.
  void append_events(std::uint64_t count) {
    must(writer().begin());
    const std::uint64_t last = must(writer().reader().last_seq()).value;
    for (std::uint64_t i = last + 1; i <= last + count; ++i) {
      append(i, event_body(i), RecordKind::kEvent, static_cast<Micros>(i));
    }
    must(writer().commit());
  }

  ScratchDirectory directory_;
  std::unique_ptr<Store> store_;
};

}  // namespace headwater::storage
