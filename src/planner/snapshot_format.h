// The file of the partition snapshot. Field by field: docs/formats-partition-snapshot.md. Private
// to planner.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "base/section_file.h"
#include "planner/segment.h"

namespace headwater::planner::snapshot {

// In the order of the file.
enum SectionId : std::uint32_t {
  kDatasets,
  kEdges,
  kLanes,
  kBlocks,
  kPalettes,
  kPagesOf,
  kDifferencesOf,
  kSectionCount,
};

struct Fields {
  std::uint64_t seq;
  std::uint64_t instance;  // hash of its id
  std::uint64_t record_high, record_low;
  std::uint64_t dataset_count, edge_count, lane_count, block_count, palette_count, page_count,
      difference_count;
};
static_assert(sizeof(Fields) == 88);

struct DatasetRecord {
  std::uint32_t node, edges, lanes, zero;
};
struct EdgeRecord {
  std::uint32_t upstream, zero;
  std::uint64_t mapping;  // hash
};
struct LaneRecord {
  std::uint32_t number, blocks;
};
struct BlockRecord {
  std::int64_t number;
  std::uint64_t sum;
  std::int64_t max_start, max_end;
  std::uint32_t palette;
  std::uint8_t pages, differences;  // a bit for each that is there
  std::uint16_t zero;
  std::array<std::uint64_t, kWords> present, running, failed;
};
using DifferencesRecord = std::array<std::uint64_t, kPageSize>;
struct PaletteRecord {
  std::uint32_t job, zero;
  std::int64_t code;
  std::uint64_t tag;
};
static_assert(sizeof(DatasetRecord) == 16 && sizeof(EdgeRecord) == 16 && sizeof(LaneRecord) == 8 &&
              sizeof(BlockRecord) == 40 + 3 * kWords * 8 && sizeof(PaletteRecord) == 24);
static_assert(sizeof(Page) == 10 * kPageSize && std::is_trivially_copyable_v<Page>);

// Of all that says which partitions are read, but their calendars.
std::uint64_t mapping_hash(const State& state, const Edge& edge);

inline base::SectionFormat format() {
  return {{'H', 'W', 'P', 'A', 'R', 'T', 'S', '\n'},
          1,
          kSectionCount,
          sizeof(Fields),
          "partition snapshot",
          "remove it to rebuild it from the tables"};
}

}  // namespace headwater::planner::snapshot
