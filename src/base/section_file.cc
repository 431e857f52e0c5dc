#include "base/section_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <xxhash.h>

#include "base/hash.h"

namespace headwater::base {

namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
constexpr std::size_t kDirectBytes = std::size_t{1} << 16;

struct Prefix {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t section_count;
  std::uint64_t file_size;
};
static_assert(sizeof(Prefix) == 24);

XXH3_state_t* xxh(void* state) { return static_cast<XXH3_state_t*>(state); }

std::string system_failure(const std::string& what) { return what + ": " + std::strerror(errno); }

Error unavailable(const SectionFormat& format, std::string detail) {
  return make_error(ErrorCode::kStorageUnavailable,
                    "the " + format.name + " cannot be read or written; see the server's log",
                    std::move(detail));
}

std::uint64_t header_hash(const std::vector<std::byte>& header) {
  return hash64({reinterpret_cast<const char*>(header.data()), header.size() - 8});
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

std::size_t SectionFormat::header_bytes() const {
  return sizeof(Prefix) + field_bytes + section_count * sizeof(FileSection) + sizeof(std::uint64_t);
}

StreamHash::StreamHash() : state_(XXH3_createState()) { reset(); }
StreamHash::~StreamHash() { XXH3_freeState(xxh(state_)); }
void StreamHash::reset() { XXH3_64bits_reset(xxh(state_)); }
void StreamHash::add(const void* data, std::size_t size_bytes) {
  XXH3_64bits_update(xxh(state_), data, size_bytes);
}
std::uint64_t StreamHash::value() const { return XXH3_64bits_digest(xxh(state_)); }

Descriptor::~Descriptor() { reset(-1); }
void Descriptor::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

// ---- SectionWriter ----------------------------------------------------------------------------

SectionWriter::SectionWriter(SectionFormat format, std::string path)
    : format_(std::move(format)),
      path_(std::move(path)),
      temporary_(path_ + ".tmp"),
      offset_(format_.header_bytes()),
      sections_(format_.section_count) {
  buffer_.reserve(kBufferBytes);
  file_.reset(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (file_.get() < 0) fail("open");
  const std::vector<std::byte> blank(format_.header_bytes());
  write_all(blank.data(), blank.size());
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

void SectionWriter::begin(std::uint32_t section) {
  section_ = section;
  sections_[section].offset = offset_;
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

Result<void> SectionWriter::commit(const void* fields) {
  std::vector<std::byte> header(format_.header_bytes());
  const Prefix prefix{format_.magic, format_.version, format_.section_count, offset_};
  std::byte* at = header.data();
  std::memcpy(at, &prefix, sizeof prefix);
  at += sizeof prefix;
  std::memcpy(at, fields, format_.field_bytes);
  at += format_.field_bytes;
  std::memcpy(at, sections_.data(), sections_.size() * sizeof(FileSection));
  const std::uint64_t hash = header_hash(header);
  std::memcpy(header.data() + header.size() - sizeof hash, &hash, sizeof hash);
  if (failure_.empty() && ::lseek(file_.get(), 0, SEEK_SET) != 0) fail("seek");
  write_all(header.data(), header.size());
  if (failure_.empty() && ::fsync(file_.get()) != 0) fail("fsync");
  if (!failure_.empty()) return unavailable(format_, failure_);
  return replace();
}

Result<void> SectionWriter::replace() {
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return unavailable(format_, system_failure("rename " + temporary_));
  }
  committed_ = true;
  const Descriptor directory(
      ::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) {
    return unavailable(format_, system_failure("fsync of the directory of " + path_));
  }
  return {};
}

// ---- SectionReader ----------------------------------------------------------------------------

SectionReader::SectionReader(SectionFormat format)
    : format_(std::move(format)),
      header_(format_.header_bytes()),
      offset_(format_.header_bytes()),
      sections_(format_.section_count) {}

Error SectionReader::corrupt(std::string detail) const {
  return make_error(ErrorCode::kStorageCorrupt,
                    "the " + format_.name + " is damaged; " + format_.remedy, std::move(detail));
}

Error SectionReader::other_version(std::uint32_t version, const std::string& path) const {
  return make_error(ErrorCode::kStorageCorrupt,
                    "the " + format_.name + " is of format " + std::to_string(version) +
                        " where format " + std::to_string(format_.version) + " is read; " +
                        format_.remedy,
                    path);
}

Result<void> SectionReader::open(const std::string& path) {
  file_.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file_.get() < 0) {
    if (errno != ENOENT) return unavailable(format_, system_failure("open " + path));
    return make_error(ErrorCode::kNotFound, "there is no " + format_.name, path);
  }
  struct stat info {};
  if (::fstat(file_.get(), &info) != 0) {
    return unavailable(format_, system_failure("stat " + path));
  }
  HW_CHECK_OK(read_all(header_.data(), header_.size()));
  Prefix prefix;
  std::memcpy(&prefix, header_.data(), sizeof prefix);
  std::uint64_t hash = 0;
  std::memcpy(&hash, header_.data() + header_.size() - sizeof hash, sizeof hash);
  if (prefix.magic != format_.magic) return corrupt("not a " + format_.name + ": " + path);
  // Before the checksum: the header of another version may be longer or shorter.
  if (prefix.version != format_.version) return other_version(prefix.version, path);
  if (hash != header_hash(header_)) return corrupt("header checksum of " + path);
  if (prefix.section_count != format_.section_count) return corrupt("sections of " + path);
  file_size_ = prefix.file_size;
  if (file_size_ != static_cast<std::uint64_t>(info.st_size)) return corrupt("size of " + path);
  std::memcpy(sections_.data(), header_.data() + sizeof(Prefix) + format_.field_bytes,
              sections_.size() * sizeof(FileSection));
  return {};
}

void SectionReader::fields(void* to) const {
  std::memcpy(to, header_.data() + sizeof(Prefix), format_.field_bytes);
}

Result<void> SectionReader::read_all(void* data, std::size_t size_bytes) {
  auto* bytes = static_cast<std::byte*>(data);
  while (size_bytes != 0) {
    const ssize_t got = ::read(file_.get(), bytes, size_bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unavailable(format_, system_failure("read"));
    if (got == 0) return corrupt("the file ends early");
    bytes += got;
    size_bytes -= static_cast<std::size_t>(got);
  }
  return {};
}

Result<void> SectionReader::begin(std::uint32_t number, std::uint64_t size_bytes) {
  const FileSection& section = sections_[number];
  if (section.offset != offset_ || section.size != size_bytes ||
      size_bytes > file_size_ - offset_) {
    return corrupt("bounds of section " + std::to_string(number));
  }
  section_ = number;
  ahead_ = 0;
  buffer_.clear();
  buffered_from_ = 0;
  hash_.reset();
  return {};
}

// Piece by piece, so that what is hashed is still in the cache.
Result<void> SectionReader::read_hashed(std::byte* data, std::size_t size_bytes) {
  while (size_bytes != 0) {
    const std::size_t piece = std::min(size_bytes, kBufferBytes / 2);
    HW_CHECK_OK(read_all(data, piece));
    hash_.add(data, piece);
    ahead_ += piece;
    data += piece;
    size_bytes -= piece;
  }
  return {};
}

// What is small comes from a buffer: a call of the system for each page would take longer.
Result<void> SectionReader::read(void* data, std::size_t size_bytes) {
  const FileSection& section = sections_[section_];
  if (size_bytes > section.offset + section.size - offset_) {
    return corrupt("end of section " + std::to_string(section_));
  }
  offset_ += size_bytes;
  auto* bytes = static_cast<std::byte*>(data);
  while (size_bytes != 0) {
    const std::size_t buffered = buffer_.size() - buffered_from_;
    if (buffered == 0 && size_bytes >= kDirectBytes) return read_hashed(bytes, size_bytes);
    if (buffered == 0) {
      buffer_.resize(static_cast<std::size_t>(
          std::min<std::uint64_t>(section.size - ahead_, kBufferBytes / 2)));
      buffered_from_ = 0;
      HW_CHECK_OK(read_hashed(buffer_.data(), buffer_.size()));
      continue;
    }
    const std::size_t piece = std::min(size_bytes, buffered);
    std::memcpy(bytes, buffer_.data() + buffered_from_, piece);
    buffered_from_ += piece;
    bytes += piece;
    size_bytes -= piece;
  }
  return {};
}

Result<void> SectionReader::end() {
  const FileSection& section = sections_[section_];
  if (offset_ != section.offset + section.size) {
    return corrupt("end of section " + std::to_string(section_));
  }
  if (hash_.value() != section.hash) {
    return corrupt("checksum of section " + std::to_string(section_));
  }
  if (section_ + 1 == format_.section_count && offset_ != file_size_) {
    return corrupt("bytes after the last section");
  }
  return {};
}

}  // namespace headwater::base
