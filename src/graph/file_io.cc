#include "graph/file_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/hash.h"

namespace headwater::graph::internal {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

base::Error unavailable(std::string detail) {
  return base::make_error(base::ErrorCode::kStorageUnavailable,
                          "the graph snapshot cannot be read or written; see the server's log",
                          std::move(detail));
}

std::string system_failure(const std::string& what) { return what + ": " + std::strerror(errno); }

std::uint64_t header_hash(const FileHeader& header) {
  return base::hash64({reinterpret_cast<const char*>(&header), offsetof(FileHeader, hash)});
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

base::Error corrupt(std::string detail) {
  return base::make_error(base::ErrorCode::kStorageCorrupt,
                          "the graph snapshot is damaged; remove it to rebuild it from the log",
                          std::move(detail));
}

StreamHash::StreamHash() : state_(XXH3_createState()) { reset(); }
void StreamHash::reset() { XXH3_64bits_reset(state_.get()); }
void StreamHash::add(const void* data, std::size_t size) {
  XXH3_64bits_update(state_.get(), data, size);
}
std::uint64_t StreamHash::value() const { return XXH3_64bits_digest(state_.get()); }

Descriptor::~Descriptor() { reset(-1); }
void Descriptor::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

// ---- SectionWriter ----------------------------------------------------------------------------

SectionWriter::SectionWriter(std::string path)
    : path_(std::move(path)), temporary_(path_ + ".tmp") {
  buffer_.reserve(kBufferBytes);
  file_.reset(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (file_.get() < 0) fail("open");
  const FileHeader blank{};
  write_all(&blank, sizeof blank);
}

SectionWriter::~SectionWriter() {
  if (!committed_ && file_.get() >= 0) ::unlink(temporary_.c_str());
}

void SectionWriter::fail(const char* what) {
  if (failure_.empty()) failure_ = system_failure(std::string(what) + " " + temporary_);
}

void SectionWriter::write_all(const void* data, std::size_t size_bytes) {
  const auto* bytes = static_cast<const std::byte*>(data);
  while (size_bytes != 0 && failure_.empty()) {
    const ssize_t written = ::write(file_.get(), bytes, size_bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail("write");
    bytes += written;
    size_bytes -= static_cast<std::size_t>(written);
  }
}

void SectionWriter::flush() {
  hash_.add(buffer_.data(), buffer_.size());
  write_all(buffer_.data(), buffer_.size());
  buffer_.clear();
}

void SectionWriter::begin(SectionId id) {
  section_ = id;
  sections_[id].offset = offset_;
  hash_.reset();
}

void SectionWriter::append(const void* data, std::size_t size_bytes) {
  offset_ += size_bytes;
  if (buffer_.size() + size_bytes > kBufferBytes) flush();
  if (size_bytes >= kBufferBytes) {
    hash_.add(data, size_bytes);
    write_all(data, size_bytes);
    return;
  }
  const auto* bytes = static_cast<const std::byte*>(data);
  buffer_.insert(buffer_.end(), bytes, bytes + size_bytes);
}

void SectionWriter::end() {
  flush();
  sections_[section_].size = offset_ - sections_[section_].offset;
  sections_[section_].hash = hash_.value();
}

base::Result<void> SectionWriter::commit(FileHeader header) {
  header.magic = kMagic;
  header.version = kFormatVersion;
  header.section_count = kSectionCount;
  header.file_size = offset_;
  header.sections = sections_;
  header.hash = header_hash(header);
  if (failure_.empty() && ::lseek(file_.get(), 0, SEEK_SET) != 0) fail("seek");
  write_all(&header, sizeof header);
  if (failure_.empty() && ::fsync(file_.get()) != 0) fail("fsync");
  if (!failure_.empty()) return unavailable(failure_);
  return replace();
}

base::Result<void> SectionWriter::replace() {
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return unavailable(system_failure("rename " + temporary_));
  }
  committed_ = true;
  const Descriptor directory(
      ::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) {
    return unavailable(system_failure("fsync of the directory of " + path_));
  }
  return {};
}

// ---- SectionReader ----------------------------------------------------------------------------

base::Result<void> SectionReader::open(const std::string& path) {
  file_.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file_.get() < 0) {
    if (errno != ENOENT) return unavailable(system_failure("open " + path));
    return base::make_error(base::ErrorCode::kNotFound, "there is no graph snapshot", path);
  }
  struct stat info {};
  if (::fstat(file_.get(), &info) != 0) return unavailable(system_failure("stat " + path));
  HW_CHECK_OK(read_all(&header_, sizeof header_));
  if (header_.magic != kMagic) return corrupt("not a graph snapshot: " + path);
  if (header_.hash != header_hash(header_)) return corrupt("header checksum of " + path);
  if (header_.version != kFormatVersion || header_.section_count != kSectionCount) {
    return corrupt("format version " + std::to_string(header_.version) + " of " + path);
  }
  if (header_.file_size != static_cast<std::uint64_t>(info.st_size)) {
    return corrupt("size of " + path);
  }
  return {};
}

base::Result<void> SectionReader::read_all(void* data, std::size_t size_bytes) {
  auto* bytes = static_cast<std::byte*>(data);
  while (size_bytes != 0) {
    const ssize_t got = ::read(file_.get(), bytes, size_bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unavailable(system_failure("read"));
    if (got == 0) return corrupt("the file ends early");
    bytes += got;
    size_bytes -= static_cast<std::size_t>(got);
  }
  return {};
}

base::Result<void> SectionReader::begin(SectionId id, std::uint64_t size_bytes) {
  const Section& section = header_.sections[id];
  if (section.offset != offset_ || section.size != size_bytes ||
      size_bytes > header_.file_size - offset_) {
    return corrupt("bounds of section " + std::to_string(id));
  }
  section_ = id;
  hash_.reset();
  return {};
}

base::Result<void> SectionReader::read(void* data, std::size_t size_bytes) {
  // Piece by piece, so that what is hashed is still in the cache.
  auto* bytes = static_cast<std::byte*>(data);
  while (size_bytes != 0) {
    const std::size_t piece = std::min(size_bytes, kBufferBytes / 2);
    HW_CHECK_OK(read_all(bytes, piece));
    hash_.add(bytes, piece);
    bytes += piece;
    size_bytes -= piece;
    offset_ += piece;
  }
  return {};
}

base::Result<void> SectionReader::end() {
  const Section& section = header_.sections[section_];
  assert(offset_ == section.offset + section.size);
  if (hash_.value() != section.hash) {
    return corrupt("checksum of section " + std::to_string(section_));
  }
  if (section_ + 1U == kSectionCount && offset_ != header_.file_size) {
    return corrupt("bytes after the last section");
  }
  return {};
}

}  // namespace headwater::graph::internal
