// Files of hashed sections, written whole or not at all: what snapshots of memory are kept in.
//
// Layout, little-endian: magic (8 bytes), version uint32, number of sections uint32, size of the
// file uint64, fields of the format's own, for each section (offset, size, hash) uint64 each, and
// the hash of the header so far; then the sections, each where the one before ends. Hashes are
// xxHash3 with 64 bits and seed 0. Every byte of the file is covered by one.
//
// Thread-safety: plain owners of a descriptor. Errors: kStorageUnavailable where the system
// refuses, kStorageCorrupt for what is not a whole file of the format, kNotFound.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace headwater::base {

struct SectionFormat {
  std::array<char, 8> magic;
  std::uint32_t version = 0;
  std::uint32_t section_count = 0;
  std::size_t field_bytes = 0;  // of the format's own fields in the header
  std::string name;             // "graph snapshot", for messages
  std::string remedy;           // what to do about a damaged one
  std::size_t header_bytes() const;
};

// xxHash3 (64 bits) over pieces.
class StreamHash {
 public:
  StreamHash();
  ~StreamHash();
  StreamHash(const StreamHash&) = delete;
  StreamHash& operator=(const StreamHash&) = delete;
  void reset();
  void add(const void* data, std::size_t size_bytes);
  std::uint64_t value() const;

 private:
  void* state_;
};

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  void reset(int fd);

 private:
  int fd_ = -1;
};

struct FileSection {
  std::uint64_t offset = 0, size = 0, hash = 0;
};

// Writes path + ".tmp" and puts it in place of `path` only when all of it is on disk. Errors are
// kept until commit, which removes the temporary file if there was one.
class SectionWriter {
 public:
  SectionWriter(SectionFormat format, std::string path);
  ~SectionWriter();  // without commit, removes the temporary file

  void begin(std::uint32_t section);  // in order of their numbers
  void append(const void* data, std::size_t size_bytes);
  void end();
  bool failed() const { return !failure_.empty(); }
  // Writes the header with the format's own fields, syncs, renames, syncs the directory.
  base::Result<void> commit(const void* fields);

 private:
  void write_all(const void* data, std::size_t size_bytes);
  void flush();
  void fail(const char* what);
  base::Result<void> replace();

  const SectionFormat format_;
  std::string path_, temporary_;
  Descriptor file_;
  std::string failure_;
  std::vector<std::byte> buffer_;
  std::uint64_t offset_;
  StreamHash hash_;
  std::uint32_t section_ = 0;
  std::vector<FileSection> sections_;
  bool committed_ = false;
};

// Reads the sections in order; each must be read to its end.
class SectionReader {
 public:
  explicit SectionReader(SectionFormat format);
  base::Result<void> open(const std::string& path);
  void fields(void* to) const;  // the format's own
  std::uint64_t file_size() const { return file_size_; }
  const FileSection& section(std::uint32_t number) const { return sections_[number]; }

  // kStorageCorrupt unless the section has this size and lies where the last one ended.
  base::Result<void> begin(std::uint32_t section, std::uint64_t size_bytes);
  base::Result<void> read(void* data, std::size_t size_bytes);
  base::Result<void> end();

  base::Error corrupt(std::string detail) const;

 private:
  base::Error other_version(std::uint32_t version, const std::string& path) const;
  base::Result<void> read_all(void* data, std::size_t size_bytes);
  base::Result<void> read_hashed(std::byte* data, std::size_t size_bytes);

  const SectionFormat format_;
  Descriptor file_;
  std::vector<std::byte> buffer_;  // read ahead, within the section; hashed
  std::size_t buffered_from_ = 0;
  std::uint64_t ahead_ = 0;  // bytes of the section that were read from the file
  std::vector<std::byte> header_;
  std::uint64_t file_size_ = 0, offset_ = 0;
  std::vector<FileSection> sections_;
  StreamHash hash_;
  std::uint32_t section_ = 0;
};

}  // namespace headwater::base
