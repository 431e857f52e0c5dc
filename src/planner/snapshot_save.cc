#include "planner/snapshot.h"

#include "base/hash.h"
#include "planner/snapshot_format.h"

namespace headwater::planner {

using base::Result;

std::uint64_t snapshot::mapping_hash(const State& state, const Edge& edge) {
  const Mapping& mapping = edge.reads->mapping();
  base::Hasher hash;
  hash.field(edge.factor).field(static_cast<std::uint64_t>(mapping.kind));
  hash.field(static_cast<std::uint64_t>(mapping.from))
      .field(static_cast<std::uint64_t>(mapping.to));
  hash.field(static_cast<std::uint64_t>(mapping.lanes)).field(mapping.projection.size());
  for (const std::uint32_t lane : mapping.projection) hash.field(lane);
  for (const Mapping::Pair& pair : mapping.pairs) {
    hash.field(pair.downstream.lane).field(static_cast<std::uint64_t>(pair.downstream.index));
    hash.field(pair.upstream.lane).field(static_cast<std::uint64_t>(pair.upstream.index));
  }
  if (mapping.lanes == LaneRule::kMatched) {
    for (const DatasetNo side : {edge.upstream, edge.downstream}) {
      const std::vector<std::string_view> names = state.segment(side).space->lane_names();
      hash.field(names.size());
      for (const std::string_view name : names) hash.field(name);
    }
  }
  return hash.finish().low;
}

namespace {

using namespace snapshot;  // NOLINT: of this file

class SnapshotSaver {
 public:
  SnapshotSaver(const State& state, const std::string& path)
      : state_(state), out_(format(), path) {}

  Result<void> save(const SnapshotOrigin& origin) {
    fields_.seq = state_.seq().value;
    fields_.instance = base::hash64(origin.instance);
    fields_.record_high = origin.record.high;
    fields_.record_low = origin.record.low;
    save_datasets();
    save_edges();
    save_lanes();
    save_blocks();
    save_palettes();
    save_pages();
    return out_.commit(&fields_);
  }

 private:
  template <class Visit>
  void each_dataset(Visit visit) {
    for (std::uint32_t n = 1; n <= state_.dataset_count(); ++n) {
      visit(state_.segment(DatasetNo{n}));
    }
  }
  // Calls visit(number, lane) for the lanes that are there.
  template <class Visit>
  static void each_lane(const Segment& segment, Visit visit) {
    for (std::uint32_t number = 0; number < segment.lanes.size(); ++number) {
      if (segment.lanes[number]) visit(number, *segment.lanes[number]);
    }
  }
  template <class Visit>
  void each_block(Visit visit) {
    each_dataset([&](const Segment& segment) {
      each_lane(segment, [&](std::uint32_t, const Lane& lane) {
        for (std::int64_t b = lane.first; b < lane.end() && !out_.failed(); ++b) {
          if (lane.find(b) != nullptr) visit(b, *lane.find(b));
        }
      });
    });
  }
  template <class Record>
  void put(const Record& record, std::uint64_t& count) {
    out_.append(&record, sizeof record);
    ++count;
  }

  void save_datasets() {
    out_.begin(kDatasets);
    each_dataset([&](const Segment& segment) {
      DatasetRecord record{segment.node.value, static_cast<std::uint32_t>(segment.in.size()), 0, 0};
      each_lane(segment, [&](std::uint32_t, const Lane&) { ++record.lanes; });
      put(record, fields_.dataset_count);
    });
    out_.end();
  }

  void save_edges() {
    out_.begin(kEdges);
    each_dataset([&](const Segment& segment) {
      for (const Edge& edge : segment.in) {
        put(EdgeRecord{edge.upstream.value, 0, mapping_hash(state_, edge)}, fields_.edge_count);
      }
    });
    out_.end();
  }

  void save_lanes() {
    out_.begin(kLanes);
    each_dataset([&](const Segment& segment) {
      each_lane(segment, [&](std::uint32_t number, const Lane& lane) {
        LaneRecord record{number, 0};
        for (const auto& block : lane.blocks) record.blocks += block ? 1 : 0;
        put(record, fields_.lane_count);
      });
    });
    out_.end();
  }

  void save_blocks() {
    out_.begin(kBlocks);
    each_block([&](std::int64_t number, const Block& block) {
      BlockRecord record{};
      record.number = number;
      record.sum = block.sum;
      record.max_start = block.max_start;
      record.max_end = block.max_end;
      record.palette = static_cast<std::uint32_t>(block.palette.size());
      for (std::size_t page = 0; page < kPages; ++page) {
        const auto bit = static_cast<std::uint8_t>(1U << page);
        if (block.pages[page]) record.pages = static_cast<std::uint8_t>(record.pages | bit);
        if (!block.differences[page]) continue;
        record.differences = static_cast<std::uint8_t>(record.differences | bit);
      }
      for (std::size_t w = 0; w < kWords; ++w) {
        record.present[w] = block.present.word(w);
        record.running[w] = block.running.word(w);
        record.failed[w] = block.failed.word(w);
      }
      put(record, fields_.block_count);
    });
    out_.end();
  }

  void save_palettes() {
    out_.begin(kPalettes);
    each_block([&](std::int64_t, const Block& block) {
      for (const Attribute& attribute : block.palette) {
        put(PaletteRecord{attribute.job.value, 0, attribute.code.value, attribute.tag},
            fields_.palette_count);
      }
    });
    out_.end();
  }

  void save_pages() {
    out_.begin(kPagesOf);
    each_block([&](std::int64_t, const Block& block) {
      for (const auto& page : block.pages) {
        if (page) put(*page, fields_.page_count);
      }
    });
    out_.end();
    out_.begin(kDifferencesOf);
    each_block([&](std::int64_t, const Block& block) {
      for (const auto& page : block.differences) {
        if (!page) continue;
        DifferencesRecord record;
        page->read(record.data());
        put(record, fields_.difference_count);
      }
    });
    out_.end();
  }

  const State& state_;
  base::SectionWriter out_;
  Fields fields_{};
};

}  // namespace

Result<void> save_snapshot(const State& state, const SnapshotOrigin& origin,
                           const std::string& path) {
  return SnapshotSaver(state, path).save(origin);
}

}  // namespace headwater::planner
