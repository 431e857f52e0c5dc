#include "tests/fault/vfs/fault_vfs.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace headwater::fault {

namespace fs = std::filesystem;

struct FaultVfs::Content {
  bool survives = false;  // a power loss leaves `durable`, not nothing
  std::string durable;
  std::vector<std::pair<std::int64_t, std::int64_t>> unsynced;  // offset, bytes
  std::int64_t smallest = 0;                                    // size reached since the last sync
};

// The file of the real VFS follows in the same allocation.
struct FaultVfs::File {
  sqlite3_file base;
  FaultVfs* disk;
  Content* content;  // null for SQLite's own temporary files
  std::uint64_t epoch;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

namespace {

using File = FaultVfs::File;

File& self(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
FaultVfs& self(sqlite3_vfs* vfs) { return *static_cast<FaultVfs*>(vfs->pAppData); }

int error_code(Op op) {
  switch (op) {
    case kOpen: return SQLITE_CANTOPEN;
    case kRead: return SQLITE_IOERR_READ;
    case kWrite: return SQLITE_IOERR_WRITE;
    case kSync: return SQLITE_IOERR_FSYNC;
    case kTruncate: return SQLITE_IOERR_TRUNCATE;
    case kDelete: return SQLITE_IOERR_DELETE;
    case kShm: return SQLITE_IOERR_SHMSIZE;
  }
  return SQLITE_IOERR;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::int64_t size_of(sqlite3_file* real) {
  sqlite3_int64 size = 0;
  return real->pMethods->xFileSize(real, &size) == SQLITE_OK ? size : 0;
}

int file_close(sqlite3_file* file) {
  File& f = self(file);
  const int code = f.real()->pMethods->xClose(f.real());
  f.disk->closed();
  return code;
}

int file_read(sqlite3_file* file, void* to, int bytes, sqlite3_int64 offset) {
  File& f = self(file);
  if (const int code = f.disk->enter(kRead, &f); code != SQLITE_OK) return code;
  return f.real()->pMethods->xRead(f.real(), to, bytes, offset);
}

int file_write(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset) {
  return self(file).disk->write(self(file), data, bytes, offset);
}
int file_truncate(sqlite3_file* file, sqlite3_int64 size) {
  return self(file).disk->truncate(self(file), size);
}
int file_sync(sqlite3_file* file, int) { return self(file).disk->sync(self(file)); }

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  File& f = self(file);
  if (f.disk->dead(f)) return SQLITE_IOERR_FSTAT;
  return f.real()->pMethods->xFileSize(f.real(), size);
}
int file_lock(sqlite3_file* file, int level) {
  File& f = self(file);
  if (f.disk->dead(f)) return SQLITE_IOERR_LOCK;
  return f.real()->pMethods->xLock(f.real(), level);
}
int file_unlock(sqlite3_file* file, int level) {
  File& f = self(file);
  return f.real()->pMethods->xUnlock(f.real(), level);
}
int file_reserved(sqlite3_file* file, int* out) {
  File& f = self(file);
  return f.real()->pMethods->xCheckReservedLock(f.real(), out);
}
int file_control(sqlite3_file* file, int what, void* argument) {
  File& f = self(file);
  return f.real()->pMethods->xFileControl(f.real(), what, argument);
}
int file_sector(sqlite3_file* file) {
  File& f = self(file);
  return f.real()->pMethods->xSectorSize(f.real());
}
int file_device(sqlite3_file* file) {
  File& f = self(file);
  return f.real()->pMethods->xDeviceCharacteristics(f.real());
}
int file_shm_map(sqlite3_file* file, int page, int bytes, int extend, void volatile** out) {
  File& f = self(file);
  if (const int code = f.disk->enter(kShm, &f); code != SQLITE_OK) return code;
  return f.real()->pMethods->xShmMap(f.real(), page, bytes, extend, out);
}
int file_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  File& f = self(file);
  if ((flags & SQLITE_SHM_UNLOCK) == 0 && f.disk->dead(f)) return SQLITE_IOERR_SHMLOCK;
  return f.real()->pMethods->xShmLock(f.real(), offset, count, flags);
}
void file_shm_barrier(sqlite3_file* file) {
  File& f = self(file);
  f.real()->pMethods->xShmBarrier(f.real());
}
int file_shm_unmap(sqlite3_file* file, int remove) {
  File& f = self(file);
  return f.real()->pMethods->xShmUnmap(f.real(), f.disk->dead(f) ? 0 : remove);
}

// Version 2: with shared memory, without memory-mapped pages.
constexpr sqlite3_io_methods kMethods{.iVersion = 2,
                                      .xClose = file_close,
                                      .xRead = file_read,
                                      .xWrite = file_write,
                                      .xTruncate = file_truncate,
                                      .xSync = file_sync,
                                      .xFileSize = file_size,
                                      .xLock = file_lock,
                                      .xUnlock = file_unlock,
                                      .xCheckReservedLock = file_reserved,
                                      .xFileControl = file_control,
                                      .xSectorSize = file_sector,
                                      .xDeviceCharacteristics = file_device,
                                      .xShmMap = file_shm_map,
                                      .xShmLock = file_shm_lock,
                                      .xShmBarrier = file_shm_barrier,
                                      .xShmUnmap = file_shm_unmap,
                                      .xFetch = nullptr,
                                      .xUnfetch = nullptr};

int vfs_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
  FaultVfs& disk = self(vfs);
  File& f = self(file);
  f.base.pMethods = nullptr;
  f.disk = &disk;
  f.content = nullptr;
  if (const int code = disk.enter(kOpen, nullptr); code != SQLITE_OK) return code;
  std::error_code ignored;
  const bool existed = path != nullptr && fs::exists(path, ignored);
  const int code = disk.real().xOpen(&disk.real(), path, f.real(), flags, out);
  if (code != SQLITE_OK) {
    if (f.real()->pMethods != nullptr) f.real()->pMethods->xClose(f.real());
    return code;
  }
  disk.opened(f, path, existed);
  f.base.pMethods = &kMethods;
  return SQLITE_OK;
}

int vfs_delete(sqlite3_vfs* vfs, const char* path, int sync_directory) {
  return self(vfs).remove(path, sync_directory);
}
int vfs_access(sqlite3_vfs* vfs, const char* path, int flags, int* out) {
  return self(vfs).real().xAccess(&self(vfs).real(), path, flags, out);
}
int vfs_full_path(sqlite3_vfs* vfs, const char* path, int bytes, char* out) {
  return self(vfs).real().xFullPathname(&self(vfs).real(), path, bytes, out);
}
int vfs_randomness(sqlite3_vfs* vfs, int bytes, char* out) {
  return self(vfs).real().xRandomness(&self(vfs).real(), bytes, out);
}
int vfs_sleep(sqlite3_vfs* vfs, int microseconds) {
  return self(vfs).real().xSleep(&self(vfs).real(), microseconds);
}
int vfs_time(sqlite3_vfs* vfs, double* out) {
  return self(vfs).real().xCurrentTime(&self(vfs).real(), out);
}
int vfs_time64(sqlite3_vfs* vfs, sqlite3_int64* out) {
  return self(vfs).real().xCurrentTimeInt64(&self(vfs).real(), out);
}
int vfs_last_error(sqlite3_vfs* vfs, int bytes, char* out) {
  return self(vfs).real().xGetLastError(&self(vfs).real(), bytes, out);
}

}  // namespace

FaultVfs::FaultVfs(std::string name, std::uint64_t seed)
    : name_(std::move(name)), real_(sqlite3_vfs_find(nullptr)), random_(seed) {
  vfs_.iVersion = 2;
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.mxPathname = real_->mxPathname;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = vfs_open;
  vfs_.xDelete = vfs_delete;
  vfs_.xAccess = vfs_access;
  vfs_.xFullPathname = vfs_full_path;
  vfs_.xRandomness = vfs_randomness;
  vfs_.xSleep = vfs_sleep;
  vfs_.xCurrentTime = vfs_time;
  vfs_.xCurrentTimeInt64 = vfs_time64;
  vfs_.xGetLastError = vfs_last_error;
  sqlite3_vfs_register(&vfs_, 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&vfs_); }

void FaultVfs::arm(const Fault& fault) {
  base::MutexLock lock(mutex_);
  fault_ = fault;
  armed_ = true;
  fired_ = false;
  calls_ = 0;
}

void FaultVfs::disarm() {
  base::MutexLock lock(mutex_);
  armed_ = false;
}

bool FaultVfs::fired() {
  base::MutexLock lock(mutex_);
  return fired_;
}

std::int64_t FaultVfs::calls() {
  base::MutexLock lock(mutex_);
  return calls_;
}

std::int64_t FaultVfs::syncs() {
  base::MutexLock lock(mutex_);
  return syncs_;
}

void FaultVfs::set_free_bytes(std::int64_t bytes) {
  base::MutexLock lock(mutex_);
  free_bytes_ = bytes;
}

bool FaultVfs::fails(Op op) {
  if (!armed_ || (fault_.ops & op) == 0) return false;
  ++calls_;
  if (calls_ < fault_.at || (calls_ > fault_.at && !fault_.persistent)) return false;
  fired_ = true;
  return true;
}

int FaultVfs::enter(Op op, const File* file) {
  base::MutexLock lock(mutex_);
  if (stopped_ || (file != nullptr && file->epoch != epoch_)) return error_code(op);
  return fails(op) ? error_code(op) : SQLITE_OK;
}

bool FaultVfs::dead(const File& file) {
  base::MutexLock lock(mutex_);
  return stopped_ || file.epoch != epoch_;
}

void FaultVfs::opened(File& file, const char* path, bool existed) {
  base::MutexLock lock(mutex_);
  ++handles_;
  file.epoch = epoch_;
  if (path == nullptr) return;
  auto& content = contents_[path];
  if (!content) {
    content = std::make_unique<Content>();
    content->survives = existed;
    if (existed) content->durable = read_file(path);
    content->smallest = static_cast<std::int64_t>(content->durable.size());
  }
  file.content = content.get();
}

void FaultVfs::closed() {
  base::MutexLock lock(mutex_);
  --handles_;
}

int FaultVfs::write(File& file, const void* data, int bytes, sqlite3_int64 offset) {
  base::MutexLock lock(mutex_);
  if (stopped_ || file.epoch != epoch_) return SQLITE_IOERR_WRITE;
  int code = SQLITE_OK;
  if (fails(kWrite)) code = SQLITE_IOERR_WRITE;
  const std::int64_t growth = std::max<std::int64_t>(0, offset + bytes - size_of(file.real()));
  if (code == SQLITE_OK && free_bytes_ >= 0 && growth > free_bytes_) code = SQLITE_FULL;
  const int written = code == SQLITE_OK ? bytes : bytes / 2;
  if (code == SQLITE_OK && free_bytes_ >= 0) free_bytes_ -= growth;
  if (file.content != nullptr) file.content->unsynced.emplace_back(offset, written);
  const int wrote = file.real()->pMethods->xWrite(file.real(), data, written, offset);
  return code != SQLITE_OK ? code : wrote;
}

int FaultVfs::truncate(File& file, sqlite3_int64 size) {
  base::MutexLock lock(mutex_);
  if (stopped_ || file.epoch != epoch_ || fails(kTruncate)) return SQLITE_IOERR_TRUNCATE;
  const std::int64_t before = size_of(file.real());
  if (free_bytes_ >= 0 && before > size) free_bytes_ += before - size;
  if (file.content != nullptr) {
    file.content->smallest = std::min<std::int64_t>(file.content->smallest, size);
  }
  return file.real()->pMethods->xTruncate(file.real(), size);
}

int FaultVfs::sync(File& file) {
  base::MutexLock lock(mutex_);
  if (stopped_ || file.epoch != epoch_) return SQLITE_IOERR_FSYNC;
  // After a failed sync the kernel takes the pages for clean: a later sync does not write them.
  // What was written is then neither durable nor pending; it stays in the file until power is lost.
  if (fails(kSync)) {
    if (file.content != nullptr) file.content->unsynced.clear();
    return SQLITE_IOERR_FSYNC;
  }
  ++syncs_;
  if (file.content == nullptr) return SQLITE_OK;
  Content& content = *file.content;
  const std::int64_t size = size_of(file.real());
  content.durable.resize(static_cast<std::size_t>(std::min<std::int64_t>(content.smallest, size)));
  content.durable.resize(static_cast<std::size_t>(size), '\0');
  for (const auto& [offset, bytes] : content.unsynced) {
    const std::int64_t length = std::min(bytes, size - offset);
    if (length <= 0) continue;
    file.real()->pMethods->xRead(file.real(), content.durable.data() + offset,
                                 static_cast<int>(length), offset);
  }
  content.survives = true;
  content.unsynced.clear();
  content.smallest = size;
  return SQLITE_OK;
}

int FaultVfs::remove(const char* path, int sync_directory) {
  base::MutexLock lock(mutex_);
  if (stopped_ || fails(kDelete)) return SQLITE_IOERR_DELETE;
  std::error_code ignored;
  const auto size = fs::file_size(path, ignored);
  const int code = real_->xDelete(real_, path, sync_directory);
  if (code != SQLITE_OK) return code;
  if (free_bytes_ >= 0 && !ignored) free_bytes_ += static_cast<std::int64_t>(size);
  if (const auto found = contents_.find(path); found != contents_.end()) {
    *found->second = Content{};  // a handle may still point to it
  }
  return code;
}

void FaultVfs::stop(Stop kind) {
  base::MutexLock lock(mutex_);
  stopped_ = true;
  stop_ = kind;
  ++epoch_;
}

// The durable bytes, under kTornPower with some of the later writes on top.
void FaultVfs::restore(const std::string& path, Content& content) {
  std::error_code ignored;
  std::string bytes = content.durable;
  if (stop_ == Stop::kTornPower && fs::exists(path, ignored)) {
    const std::string written = read_file(path);
    for (const auto& [offset, length] : content.unsynced) {
      random_ = random_ * 6364136223846793005u + 1442695040888963407u;
      const auto from = static_cast<std::size_t>(offset);
      if ((random_ >> 63) == 0 || from >= written.size()) continue;
      const std::string part = written.substr(from, static_cast<std::size_t>(length));
      if (bytes.size() < from + part.size()) bytes.resize(from + part.size(), '\0');
      bytes.replace(from, part.size(), part);
      content.survives = true;
    }
  }
  if (!content.survives) {
    fs::remove(path, ignored);
    return;
  }
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

void FaultVfs::resume() {
  base::MutexLock lock(mutex_);
  assert(handles_ == 0 && "a connection is still open");
  if (stopped_ && stop_ != Stop::kKill) {
    for (auto& [path, content] : contents_) {
      restore(path, *content);
      std::error_code ignored;
      fs::remove(path + "-shm", ignored);
    }
  }
  // After a kill the files stay as written, still unsynced: the next loss of power may take it.
  if (stopped_ && stop_ != Stop::kKill) contents_.clear();
  stopped_ = false;
  armed_ = false;
  free_bytes_ = -1;
}

}  // namespace headwater::fault
