#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <fstream>
#include <thread>

#include "tests/unit/storage/store_fixture.h"

namespace headwater::storage {
namespace {

using base::ErrorCode;

class StoreOpen : public StoreTest {};

TEST_F(StoreOpen, MakesItsDirectoryAndKeepsItsInstance) {
  const std::string nested = directory_.file("a/b");
  std::string instance;
  {
    auto store = must(Store::open(fast_options(nested)));
    EXPECT_EQ(store->directory(), nested);
    EXPECT_EQ(store->snapshot_path(), nested + "/graph.snapshot");
    EXPECT_GT(store->size_bytes(), 0);
    instance = store->instance_id();
    EXPECT_EQ(instance.size(), 32u);
  }
  EXPECT_EQ(must(Store::open(fast_options(nested)))->instance_id(), instance);
  EXPECT_NE(store_->instance_id(), instance);
}

TEST_F(StoreOpen, KeepsWhatWasCommittedOverAReopen) {
  append_events(20);
  reopen();
  EXPECT_EQ(must(lease().last_seq()), Seq{20});
  append_events(1);
  EXPECT_EQ(must(lease().log_record(Seq{21}))->body, event_body(21));
}

TEST_F(StoreOpen, LeavesOneFileBesideTheLockWhenItCloses) {
  append_events(20);
  must(lease().last_seq());
  store_->checkpoint();
  store_.reset();
  EXPECT_FALSE(std::filesystem::exists(directory_.file("headwater.db-wal")));
  EXPECT_FALSE(std::filesystem::exists(directory_.file("headwater.db-shm")));
}

TEST_F(StoreOpen, ForgetsWhatWasNotCommitted) {
  must(writer().begin());
  append(1, "lost");
  reopen();
  EXPECT_EQ(must(lease().last_seq()), Seq{0});
}

TEST_F(StoreOpen, SaysWhenThereIsNoStore) {
  StoreOptions options = fast_options(directory_.file("none"));
  options.create = false;
  for (const bool read_only : {true, false}) {
    options.read_only = read_only;
    const auto store = Store::open(options);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::kNotFound);
  }
  EXPECT_FALSE(std::filesystem::exists(options.directory));
}

TEST_F(StoreOpen, SaysWhenTheDirectoryCannotBeMade) {
  std::ofstream(directory_.file("file")) << "x";
  const auto store = Store::open(fast_options(directory_.file("file/below")));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kStorageUnavailable);
}

TEST_F(StoreOpen, RefusesASecondStoreOfTheSameDirectory) {
  const auto second = Store::open(fast_options(directory_.path()));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kDataDirLocked);
}

TEST_F(StoreOpen, NamesTheProcessThatHoldsTheDirectory) {
  const std::string wanted = "process " + std::to_string(getpid()) + ".";
  const pid_t child = fork();
  if (child == 0) {
    const auto second = Store::open(fast_options(directory_.path()));
    const bool right = !second && second.error().code == ErrorCode::kDataDirLocked &&
                       second.error().message.find(wanted) != std::string::npos;
    _exit(right ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(StoreOpen, TakesOverTheLockOfAProcessThatDied) {
  const std::string path = directory_.file("other");
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto store = Store::open(fast_options(path));
    const char done = store ? 'y' : 'n';
    (void)!write(ready[1], &done, 1);
    pause();
    _exit(0);
  }
  char done = 0;
  ASSERT_EQ(read(ready[0], &done, 1), 1);
  EXPECT_EQ(done, 'y');
  EXPECT_EQ(Store::open(fast_options(path)).error().code, ErrorCode::kDataDirLocked);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(Store::open(fast_options(path)).has_value());
  close(ready[0]);
  close(ready[1]);
}

TEST_F(StoreOpen, ReadsOnlyBesideAWriter) {
  append_events(3);
  StoreOptions options = fast_options(directory_.path());
  options.read_only = true;
  auto other = must(Store::open(options));
  EXPECT_EQ(must(must(other->reader()).last_seq()), Seq{3});
  append_events(2);
  EXPECT_EQ(must(must(other->reader()).last_seq()), Seq{5});
  EXPECT_TRUE(must(other->check({})).empty());
  other->checkpoint();
  EXPECT_EQ(other->instance_id(), store_->instance_id());
  other.reset();
  append_events(1);
  EXPECT_EQ(must(lease().last_seq()), Seq{6});
}

TEST_F(StoreOpen, ReadsOnlyWithoutAWriterAfterAKill) {
  append_events(3);
  std::filesystem::create_directories(directory_.file("copy"));
  for (const char* name : {"headwater.db", "headwater.db-wal"}) {
    std::filesystem::copy_file(directory_.file(name), directory_.file("copy/") + name);
  }
  StoreOptions options = fast_options(directory_.file("copy"));
  options.read_only = true;
  auto other = must(Store::open(options));
  EXPECT_EQ(must(must(other->reader()).last_seq()), Seq{3});
}

class Readers : public StoreTest {};

TEST_F(Readers, SeeOneStateFromBeginToEnd) {
  append_events(1);
  Reader pinned = lease();
  must(pinned.begin());
  EXPECT_EQ(must(pinned.last_seq()), Seq{1});
  append_events(1);
  store_->checkpoint();
  EXPECT_EQ(must(pinned.last_seq()), Seq{1});
  EXPECT_EQ(must(lease().last_seq()), Seq{2});
  pinned.end();
  EXPECT_EQ(must(pinned.last_seq()), Seq{2});
}

TEST_F(Readers, DoNotSeeWhatIsNotCommittedButTheWritersDoes) {
  must(writer().begin());
  append(1, "x");
  EXPECT_EQ(must(lease().last_seq()), Seq{0});
  EXPECT_EQ(must(writer().reader().last_seq()), Seq{1});
  writer().rollback();
  EXPECT_EQ(must(writer().reader().last_seq()), Seq{0});
}

TEST_F(Readers, AreMovedAndReturned) {
  for (int i = 0; i < 50; ++i) {
    Reader one = lease();
    Reader two = lease();
    one = std::move(two);
    must(one.last_seq());
    Reader three = std::move(one);
    must(three.last_seq());
  }
}

TEST_F(Readers, WaitForALeaseWhileAllAreOut) {
  std::vector<Reader> all;
  for (int i = 0; i < 4; ++i) all.push_back(lease());
  std::atomic<bool> got = false;
  std::thread waiting([&] {
    Reader fifth = lease();
    got = true;
    must(fifth.last_seq());
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(got);
  all.pop_back();
  waiting.join();
  EXPECT_TRUE(got);
}

// Each reader sees a dense log whose last record is there, and never less than before.
TEST_F(Readers, StayConsistentWhileTheWriterWritesAndCheckpointsRun) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      std::uint64_t last = 0;
      while (!stop) {
        Reader reader = lease();
        must(reader.begin());
        const auto seq = must(reader.last_seq());
        EXPECT_GE(seq.value, last);
        last = seq.value;
        EXPECT_EQ(must(reader.count_events(INT64_MIN, model::kOpenEnd)),
                  static_cast<std::int64_t>(last));
        if (last > 0) {
          EXPECT_EQ(must(reader.log_record(seq))->body, event_body(last));
        }
      }
    });
  }
  threads.emplace_back([&] {
    while (!stop) store_->checkpoint();
  });
  for (int i = 0; i < 100; ++i) append_events(7);
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(must(lease().last_seq()), Seq{700});
  EXPECT_TRUE(must(store_->check({})).empty());
}

class Wal : public StoreTest {
 protected:
  std::uint64_t wal_bytes() {
    return std::filesystem::file_size(directory_.file("headwater.db-wal"));
  }
  // About 8 MiB a call.
  void write_much() {
    must(writer().begin());
    std::uint64_t seq = must(writer().reader().last_seq()).value;
    for (int i = 0; i < 8; ++i) {
      std::string body(1 << 20, '\0');
      for (auto& c : body) c = static_cast<char>(random_());
      append(++seq, body);
    }
    must(writer().commit());
  }
  std::mt19937_64 random_{1};
};

TEST_F(Wal, IsEmptiedByCheckpointsWhenItIsLarge) {
  for (int i = 0; i < 9; ++i) write_much();
  EXPECT_GT(wal_bytes(), std::uint64_t{64} << 20);
  const auto before = store_->size_bytes();
  store_->checkpoint();
  EXPECT_EQ(wal_bytes(), 0u);
  EXPECT_LT(store_->size_bytes(), before + (80 << 20));
  EXPECT_EQ(must(lease().last_seq()), Seq{72});
}

// There is always a reader in the middle of something, and never a pause between two commits.
TEST_F(Wal, StaysBoundedUnderConstantReadsAndWrites) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      while (!stop) {
        Reader reader = lease();
        must(reader.begin());
        must(reader.last_seq());
        std::this_thread::sleep_for(std::chrono::milliseconds(7));
      }
    });
  }
  threads.emplace_back([&] {
    while (!stop) {
      store_->checkpoint();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  std::uint64_t largest = 0;
  for (int i = 0; i < 40; ++i) {
    write_much();
    largest = std::max(largest, wal_bytes());
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_LT(largest, std::uint64_t{200} << 20);
}

TEST_F(Wal, IsLimitedByTheWriterWhenNobodyCallsCheckpoint) {
  std::uint64_t largest = 0;
  for (int i = 0; i < 45; ++i) {
    write_much();
    largest = std::max(largest, wal_bytes());
  }
  EXPECT_LT(largest, std::uint64_t{300} << 20);
}

}  // namespace
}  // namespace headwater::storage
