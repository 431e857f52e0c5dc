#include "graph/file_io.h"

#include <cstring>
#include <utility>

namespace headwater::graph::internal {

namespace {

// Between what every file of sections has in its header: the graph's own fields.
constexpr std::size_t kFieldBytes = offsetof(FileHeader, sections) - offsetof(FileHeader, seq);

base::SectionFormat format() {
  return {kMagic,      kFormatVersion,   kSectionCount,
          kFieldBytes, "graph snapshot", "remove it to rebuild it from the log"};
}

}  // namespace

base::Error corrupt(std::string detail) {
  return base::SectionReader(format()).corrupt(std::move(detail));
}

SectionWriter::SectionWriter(std::string path) : out_(format(), std::move(path)) {}

base::Result<void> SectionWriter::commit(const FileHeader& header) {
  return out_.commit(&header.seq);
}

SectionReader::SectionReader() : in_(format()) {}

base::Result<void> SectionReader::open(const std::string& path) {
  HW_CHECK_OK(in_.open(path));
  in_.fields(&header_.seq);
  header_.file_size = in_.file_size();
  static_assert(sizeof(Section) == sizeof(base::FileSection));
  for (std::uint32_t i = 0; i < kSectionCount; ++i) {
    std::memcpy(&header_.sections[i], &in_.section(i), sizeof(Section));
  }
  return {};
}

}  // namespace headwater::graph::internal
