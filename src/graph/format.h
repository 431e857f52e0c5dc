// The header of the snapshot file. Field by field: docs/formats-graph-snapshot.md.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace headwater::graph::internal {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

inline constexpr std::array<char, 8> kMagic = {'H', 'W', 'G', 'R', 'A', 'P', 'H', '\n'};
inline constexpr std::uint32_t kFormatVersion = 3;

// In the order of the file.
enum SectionId : unsigned {
  kNameChunks,  // one size a chunk
  kNames,
  kNameSpaces,
  kNodes,
  kMerges,
  kPasts,
  kEnds,
  kEdges,
  kPackedOut,                  // the first of kPackedSections for edges by source
  kPackedIn = kPackedOut + 4,  // the same for edges by target
  kSectionCount = kPackedIn + 4,
};

// The adjacency in one direction, as offsets from kPackedOut or kPackedIn.
enum PackedSectionId : unsigned {
  kHeads,
  kEndedBegins,
  kEntries,
  kEdgeWords,
  kPackedSections,
};
static_assert(kPackedIn - kPackedOut == kPackedSections);

// side: 0 is out, 1 is in.
constexpr SectionId packed_section(unsigned side, PackedSectionId what) {
  return static_cast<SectionId>(kPackedOut + side * kPackedSections + what);
}

struct Section {
  std::uint64_t offset;
  std::uint64_t size;
  std::uint64_t hash;  // xxHash3, 64 bits
};

struct FileHeader {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t section_count;
  std::uint64_t file_size;
  std::uint64_t seq;
  std::int64_t latest_event_time;
  std::uint32_t node_count;
  std::uint32_t name_space_count;
  std::uint32_t merge_count;
  std::uint32_t end_count;
  std::uint32_t edge_count;
  std::uint32_t name_chunk_count;
  std::uint32_t packed_node_count;
  std::uint32_t packed_edge_count;
  std::uint32_t past_count;
  std::uint32_t zero32;
  std::uint64_t packed_seq;
  std::array<Section, kSectionCount> sections;
  std::uint64_t hash;  // of all bytes before
};
static_assert(sizeof(FileHeader) == 480 && std::is_trivially_copyable_v<FileHeader>);

}  // namespace headwater::graph::internal
