// LockFile: one process per data directory, by flock on LOCK, which names its holder's pid.
//
// The kernel drops the lock when the holder ends, however it ends; the file itself stays and means
// nothing without the lock. Thread-safety: none needed; held from open to destruction.
// Not promised: protection on network file systems that do not implement flock.
#pragma once

#include <string>

#include "base/result.h"

namespace headwater::storage {

class LockFile {
 public:
  // kDataDirLocked, naming the holder, when another process (or another Store of this one) has it.
  static base::Result<LockFile> acquire(const std::string& directory);
  ~LockFile();
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&&) = delete;

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace headwater::storage
