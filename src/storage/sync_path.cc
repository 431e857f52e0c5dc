#include "storage/sync_path.h"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace headwater::storage {

base::Result<void> sync_path(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
  const int failure = errno;
  if (descriptor >= 0) close(descriptor);
  if (synced) return {};
  return base::make_error(
      base::ErrorCode::kStorageUnavailable,
      "The disk did not confirm that " + path + " is stored: look at the disk, then try again.",
      std::string("fsync: ") + std::strerror(failure));
}

std::string parent_of(const std::string& path) {
  std::filesystem::path at(path);
  if (!at.has_filename()) at = at.parent_path();  // a trailing slash
  const std::string parent = at.parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace headwater::storage
