// The snapshot's file: base/section_file.h with the graph's header. Thread-safety: plain owners.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/section_file.h"
#include "graph/format.h"

namespace headwater::graph::internal {

// Writes path + ".tmp" and puts it in place of `path` only when all of it is on disk. Errors are
// kept until commit.
class SectionWriter {
 public:
  explicit SectionWriter(std::string path);
  void begin(SectionId id) { out_.begin(id); }
  void append(const void* data, std::size_t size_bytes) { out_.append(data, size_bytes); }
  void end() { out_.end(); }
  // Completes the header (sections, size, hash).
  base::Result<void> commit(const FileHeader& header);

 private:
  base::SectionWriter out_;
};

// Reads the sections in order; each must be read to its end.
class SectionReader {
 public:
  SectionReader();
  // kNotFound, kStorageUnavailable, or kStorageCorrupt if the header is not one of ours.
  base::Result<void> open(const std::string& path);
  const FileHeader& header() const { return header_; }

  // kStorageCorrupt unless the section has this size and lies where the last one ended.
  base::Result<void> begin(SectionId id, std::uint64_t size_bytes) {
    return in_.begin(id, size_bytes);
  }
  base::Result<void> read(void* data, std::size_t size_bytes) { return in_.read(data, size_bytes); }
  base::Result<void> end() { return in_.end(); }

 private:
  base::SectionReader in_;
  FileHeader header_{};
};

base::Error corrupt(std::string detail);

}  // namespace headwater::graph::internal
