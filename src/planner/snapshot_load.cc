// Reads a partition snapshot, checking every number that is used as an index or a size.

#include <algorithm>
#include <bit>

#include "base/clones.h"
#include "base/hash.h"
#include "planner/snapshot.h"
#include "planner/snapshot_format.h"

namespace headwater::planner {

using base::Result;

namespace {

using namespace snapshot;  // NOLINT: of this file

constexpr std::int64_t kMaxBlock = kMaxInteger >> kBlockBits;  // time lies within as well

HW_CLONES std::uint16_t greatest(const std::uint16_t* numbers, std::size_t count) {
  std::uint16_t out = 0;
  for (std::size_t i = 0; i < count; ++i) out = std::max(out, numbers[i]);
  return out;
}

}  // namespace

struct SnapshotReader::Impl {
  using Blocks = std::vector<std::shared_ptr<Block>>;
  struct LoadedLane {
    std::uint32_t number = 0;
    std::int64_t first = 0;
    Blocks blocks;  // null: nothing there
  };

  base::SectionReader in{format()};
  Fields fields{};
  std::vector<DatasetRecord> datasets;
  std::vector<EdgeRecord> edges;
  std::vector<LaneRecord> lanes;
  std::vector<LoadedLane> loaded;

  template <class Record>
  Result<void> records(SectionId id, std::uint64_t count, std::vector<Record>& to) {
    HW_CHECK_OK(begin(id, count, sizeof(Record)));
    to.resize(static_cast<std::size_t>(count));
    HW_CHECK_OK(in.read(to.data(), to.size() * sizeof(Record)));
    return in.end();
  }

  // Nothing is allocated by a count before the file is known to be as large as it says.
  Result<void> begin(SectionId id, std::uint64_t count, std::size_t record_bytes) {
    if (count > in.file_size() / record_bytes) return in.corrupt("count of a section");
    return in.begin(id, count * record_bytes);
  }

  Result<void> load_columns();
  Result<void> load_blocks(LoadedLane& lane, std::uint32_t count);
  Result<void> load_palettes();
  Result<void> load_pages();
  Result<void> load_differences();
  template <class Visit>
  Result<void> each_block(Visit visit) {
    for (LoadedLane& lane : loaded) {
      for (const std::shared_ptr<Block>& block : lane.blocks) {
        if (block) HW_CHECK_OK(visit(*block));
      }
    }
    return {};
  }
  Result<std::vector<DatasetNo>> give(Engine& engine);
};

SnapshotReader::SnapshotReader() : impl_(std::make_shared<Impl>()) {}

Result<void> SnapshotReader::open(const std::string& path) {
  HW_CHECK_OK(impl_->in.open(path));
  impl_->in.fields(&impl_->fields);
  return {};
}

model::Seq SnapshotReader::seq() const { return model::Seq{impl_->fields.seq}; }

bool SnapshotReader::is_of(const SnapshotOrigin& origin) const {
  const Fields& fields = impl_->fields;
  return fields.instance == base::hash64(origin.instance) &&
         fields.record_high == origin.record.high && fields.record_low == origin.record.low;
}

Result<std::vector<DatasetNo>> SnapshotReader::load(Engine& engine) {
  Impl& impl = *impl_;
  HW_CHECK_OK(impl.records(kDatasets, impl.fields.dataset_count, impl.datasets));
  HW_CHECK_OK(impl.records(kEdges, impl.fields.edge_count, impl.edges));
  HW_CHECK_OK(impl.records(kLanes, impl.fields.lane_count, impl.lanes));
  std::uint64_t edges = 0, lanes = 0, blocks = 0;
  for (const DatasetRecord& record : impl.datasets) {
    edges += record.edges;
    lanes += record.lanes;
  }
  for (const LaneRecord& record : impl.lanes) blocks += record.blocks;
  if (edges != impl.fields.edge_count || lanes != impl.fields.lane_count ||
      blocks != impl.fields.block_count ||
      impl.datasets.size() > engine.working().dataset_count()) {
    return impl.in.corrupt("counts");
  }
  HW_CHECK_OK(impl.load_columns());
  return impl.give(engine);
}

// ---- columns
// -------------------------------------------------------------------------------------

Result<void> SnapshotReader::Impl::load_columns() {
  HW_CHECK_OK(begin(kBlocks, fields.block_count, sizeof(BlockRecord)));
  loaded.resize(lanes.size());
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    loaded[i].number = lanes[i].number;
    if (lanes[i].number >= kMaxLanes) return in.corrupt("number of a lane");
    HW_CHECK_OK(load_blocks(loaded[i], lanes[i].blocks));
  }
  HW_CHECK_OK(in.end());
  HW_CHECK_OK(load_palettes());
  HW_CHECK_OK(load_pages());
  return load_differences();
}

// Counts, until they are loaded, of what the block has in later sections: a palette of as many
// blank entries, pages that are blank.
Result<void> SnapshotReader::Impl::load_blocks(LoadedLane& lane, std::uint32_t count) {
  std::int64_t next = INT64_MIN;
  for (std::uint32_t i = 0; i < count; ++i) {
    BlockRecord record;
    HW_CHECK_OK(in.read(&record, sizeof record));
    if (lane.blocks.empty()) lane.first = next = record.number;
    if (record.number < next || record.number < -kMaxBlock || record.number > kMaxBlock ||
        record.number - lane.first >= Engine::kMaxSpan / kBlockSize ||
        record.palette > fields.palette_count || record.palette > UINT16_MAX + 1U) {
      return in.corrupt("a block");
    }
    next = record.number + 1;
    lane.blocks.resize(static_cast<std::size_t>(record.number - lane.first) + 1);
    auto block = std::make_shared<Block>();
    block->sum = record.sum;
    block->max_start = record.max_start;
    block->max_end = record.max_end;
    block->palette.resize(record.palette);
    for (std::size_t w = 0; w < kWords; ++w) {
      block->present.word(w) = record.present[w];
      block->running.set_word(w, record.running[w]);
      block->failed.set_word(w, record.failed[w]);
      block->count += static_cast<std::uint32_t>(std::popcount(record.present[w]));
      const bool page = (record.pages >> (w / kPageWords) & 1) != 0;
      if (record.present[w] != 0 && (!page || record.palette == 0)) return in.corrupt("a block");
    }
    for (std::size_t page = 0; page < kPages; ++page) {
      if ((record.pages >> page & 1) != 0) block->pages.own_page(page);
      if ((record.differences >> page & 1) != 0) block->differences[page] = made<Differences>();
    }
    lane.blocks.back() = std::move(block);
  }
  return {};
}

Result<void> SnapshotReader::Impl::load_palettes() {
  HW_CHECK_OK(begin(kPalettes, fields.palette_count, sizeof(PaletteRecord)));
  const auto load = [&](Block& block) -> Result<void> {
    for (Attribute& attribute : block.palette) {
      PaletteRecord record;
      HW_CHECK_OK(in.read(&record, sizeof record));
      attribute = {model::NodeId{record.job}, model::CodeId{record.code}, record.tag};
    }
    return {};
  };
  HW_CHECK_OK(each_block(load));
  return in.end();
}

Result<void> SnapshotReader::Impl::load_pages() {
  HW_CHECK_OK(begin(kPagesOf, fields.page_count, sizeof(Page)));
  const auto load = [&](Block& block) -> Result<void> {
    for (const std::shared_ptr<Page>& page : block.pages) {
      if (!page) continue;
      HW_CHECK_OK(in.read(page.get(), sizeof(Page)));
      if (greatest(page->attribute.data(), kPageSize) >=
          std::max<std::size_t>(block.palette.size(), 1)) {
        return in.corrupt("an attribute");
      }
    }
    return {};
  };
  HW_CHECK_OK(each_block(load));
  return in.end();
}

Result<void> SnapshotReader::Impl::load_differences() {
  HW_CHECK_OK(begin(kDifferencesOf, fields.difference_count, sizeof(DifferencesRecord)));
  const auto load = [&](Block& block) -> Result<void> {
    for (std::size_t page = 0; page < kPages; ++page) {
      if (!block.differences[page]) continue;
      DifferencesRecord record;
      HW_CHECK_OK(in.read(record.data(), sizeof record));
      block.differences[page]->assign(record.data());
      block.differences[page]->find(&block.inputs.word(page * kPageWords));
    }
    return {};
  };
  HW_CHECK_OK(each_block(load));
  return in.end();
}

// ---- into the engine
// -----------------------------------------------------------------------------

Result<std::vector<DatasetNo>> SnapshotReader::Impl::give(Engine& engine) {
  std::vector<DatasetNo> changed;
  std::size_t edge = 0, lane = 0;
  for (std::uint32_t n = 1; n <= datasets.size(); ++n) {
    const DatasetRecord& record = datasets[n - 1];
    const Segment& segment = engine.working().segment(DatasetNo{n});
    if (segment.node.value != record.node) return in.corrupt("a dataset");
    bool same = segment.in.size() == record.edges;
    for (std::uint32_t i = 0; i < record.edges; ++i, ++edge) {
      same = same && edges[edge].upstream == segment.in[i].upstream.value &&
             edges[edge].mapping == mapping_hash(engine.working(), segment.in[i]);
    }
    if (!same) changed.push_back(DatasetNo{n});
    for (std::uint32_t i = 0; i < record.lanes; ++i, ++lane) {
      if (i != 0 && loaded[lane].number <= loaded[lane - 1].number) return in.corrupt("lanes");
      engine.load(DatasetNo{n}, loaded[lane].number, loaded[lane].first,
                  std::move(loaded[lane].blocks));
    }
  }
  engine.finish_loading();
  return changed;
}

}  // namespace headwater::planner
