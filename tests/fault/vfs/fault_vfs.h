// FaultVfs: SQLite's default VFS with a disk that does what a test says.
//
//   FaultVfs disk("faulty");
//   options.vfs = disk.name();                      // of a Store
//   disk.arm({.ops = kSync, .at = 3});              // the third sync from now fails, once
//   ...
//   disk.stop(Stop::kPowerLoss);                    // from now on every call fails
//   store.reset();                                  // handles close without effect
//   disk.resume();                                  // files are what was synced; open again
//
// What it keeps: for each file the bytes of its last successful sync, and which ranges were written
// since. Real syncs are left out, so tests are fast; what is durable is what this class remembers.
// A failing write puts down the first half of its bytes. A file that was never synced is gone after
// a power loss; a deletion is durable at once.
//
// Thread-safety: every method from any thread. It must outlive every connection that uses it.
#pragma once

#include <sqlite3.h>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace headwater::fault {

enum Op : unsigned {
  kOpen = 1,
  kRead = 2,
  kWrite = 4,
  kSync = 8,
  kTruncate = 16,
  kDelete = 32,
  kShm = 64,  // mapping the index that connections share; it grows with the WAL
};
// All that changes a disk.
inline constexpr unsigned kChanges = kOpen | kWrite | kSync | kTruncate | kDelete | kShm;

struct Fault {
  unsigned ops = kChanges;
  std::int64_t at = 1;      // counted over calls of these kinds since arm(); 1 is the next
  bool persistent = false;  // and every one after it
};

enum class Stop {
  kKill,       // the process dies: what was written is in the files
  kPowerLoss,  // the machine dies: only what was synced is
  kTornPower,  // the machine dies: what was synced, and any of the writes since (by the seed)
};

class FaultVfs {
 public:
  explicit FaultVfs(std::string name, std::uint64_t seed = 1);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  const std::string& name() const { return name_; }

  void arm(const Fault& fault) EXCLUDES(mutex_);
  void disarm() EXCLUDES(mutex_);
  bool fired() EXCLUDES(mutex_);          // since arm()
  std::int64_t calls() EXCLUDES(mutex_);  // of the armed kinds since arm()
  std::int64_t syncs() EXCLUDES(mutex_);  // successful ones since construction

  // The disk takes this many more bytes, then says that it is full. Negative: no limit.
  void set_free_bytes(std::int64_t bytes) EXCLUDES(mutex_);

  void stop(Stop kind) EXCLUDES(mutex_);
  // Every handle has to be closed by now.
  void resume() EXCLUDES(mutex_);

  struct File;     // one open handle
  struct Content;  // what is known of one path

  // For the VFS's functions.
  int enter(Op op, const File* file) EXCLUDES(mutex_);
  void opened(File& file, const char* path, bool existed) EXCLUDES(mutex_);
  void closed() EXCLUDES(mutex_);
  int write(File& file, const void* data, int bytes, sqlite3_int64 offset) EXCLUDES(mutex_);
  int truncate(File& file, sqlite3_int64 size) EXCLUDES(mutex_);
  int sync(File& file) EXCLUDES(mutex_);
  int remove(const char* path, int sync_directory) EXCLUDES(mutex_);
  bool dead(const File& file) EXCLUDES(mutex_);
  sqlite3_vfs& real() { return *real_; }

 private:
  bool fails(Op op) REQUIRES(mutex_);
  void restore(const std::string& path, Content& content) REQUIRES(mutex_);

  const std::string name_;
  sqlite3_vfs* const real_;
  sqlite3_vfs vfs_{};

  base::Mutex mutex_;
  Fault fault_ GUARDED_BY(mutex_);
  bool armed_ GUARDED_BY(mutex_) = false;
  bool fired_ GUARDED_BY(mutex_) = false;
  bool stopped_ GUARDED_BY(mutex_) = false;
  Stop stop_ GUARDED_BY(mutex_) = Stop::kKill;
  std::int64_t calls_ GUARDED_BY(mutex_) = 0;
  std::int64_t syncs_ GUARDED_BY(mutex_) = 0;
  std::int64_t free_bytes_ GUARDED_BY(mutex_) = -1;
  std::int64_t handles_ GUARDED_BY(mutex_) = 0;
  std::uint64_t random_ GUARDED_BY(mutex_);
  std::uint64_t epoch_ GUARDED_BY(mutex_) = 0;  // of handles; those of an older one are dead
  std::map<std::string, std::unique_ptr<Content>> contents_ GUARDED_BY(mutex_);
};

}  // namespace headwater::fault
