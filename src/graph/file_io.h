// Sequential reading and writing of a file in hashed sections: what snapshot_save.cc and
// snapshot_load.cc share. Thread-safety: plain owners of a descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <xxhash.h>

#include "base/result.h"
#include "graph/format.h"

namespace headwater::graph::internal {

// xxHash3 (64 bits) over pieces.
class StreamHash {
 public:
  StreamHash();
  void reset();
  void add(const void* data, std::size_t size);
  std::uint64_t value() const;

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
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

// Writes path + ".tmp" and puts it in place of `path` only when all of it is on disk. Errors are
// kept until commit, which removes the temporary file if there was one.
class SectionWriter {
 public:
  explicit SectionWriter(std::string path);
  ~SectionWriter();  // without commit, removes the temporary file

  void begin(SectionId id);
  void append(const void* data, std::size_t size_bytes);
  void end();
  // Completes the header (sections, size, hash), writes it, syncs, renames, syncs the directory.
  base::Result<void> commit(FileHeader header);

 private:
  void write_all(const void* data, std::size_t size_bytes);
  void flush();
  void fail(const char* what);
  base::Result<void> replace();

  std::string path_, temporary_;
  Descriptor file_;
  std::string failure_;
  std::vector<std::byte> buffer_;
  std::uint64_t offset_ = sizeof(FileHeader);
  StreamHash hash_;
  SectionId section_ = kSectionCount;
  std::array<Section, kSectionCount> sections_{};
  bool committed_ = false;
};

// Reads the sections in order; each must be read to its end.
class SectionReader {
 public:
  // kNotFound, kStorageUnavailable, or kStorageCorrupt if the header is not one of ours.
  base::Result<void> open(const std::string& path);
  const FileHeader& header() const { return header_; }

  // kStorageCorrupt unless the section has this size and lies where the last one ended.
  base::Result<void> begin(SectionId id, std::uint64_t size_bytes);
  base::Result<void> read(void* data, std::size_t size_bytes);
  base::Result<void> end();

 private:
  base::Result<void> read_all(void* data, std::size_t size_bytes);

  Descriptor file_;
  FileHeader header_{};
  std::uint64_t offset_ = sizeof(FileHeader);
  StreamHash hash_;
  SectionId section_ = kSectionCount;
};

base::Error corrupt(std::string detail);

}  // namespace headwater::graph::internal
