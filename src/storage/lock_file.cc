#include "storage/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace headwater::storage {
namespace {

using base::ErrorCode;

std::string holder(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t got = pread(descriptor, text.data(), text.size(), 0);
  if (got <= 0) return "another process";
  std::string_view pid(text.data(), static_cast<std::size_t>(got));
  return "process " + std::string(pid.substr(0, pid.find('\n')));
}

base::Error locked(const std::string& directory, int descriptor) {
  const std::string who = holder(descriptor);
  return base::make_error(ErrorCode::kDataDirLocked,
                          "The data directory " + directory + " is in use by " + who +
                              ". Stop it, or give this one a directory of its own.",
                          "flock on LOCK refused");
}

base::Error failed(const std::string& directory, const char* what) {
  return base::make_error(ErrorCode::kStorageUnavailable,
                          "The data directory " + directory +
                              " cannot be locked: check its owner, its permissions and free space.",
                          std::string(what) + ": " + std::strerror(errno));
}

bool write_pid(int descriptor) {
  const std::string text = std::to_string(getpid()) + "\n";
  return ftruncate(descriptor, 0) == 0 &&
         pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace

base::Result<LockFile> LockFile::acquire(const std::string& directory) {
  const std::string path = directory + "/LOCK";
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed(directory, "open LOCK");
  LockFile lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return locked(directory, descriptor);
    return failed(directory, "flock LOCK");
  }
  // The pid only informs: on a full disk the lock holds all the same.
  (void)write_pid(descriptor);
  return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_(other.descriptor_) {
  other.descriptor_ = -1;
}

LockFile::~LockFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace headwater::storage
