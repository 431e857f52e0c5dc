#include "planner/rescan_sums.h"

#include "tests/unit/planner/worlds.h"

namespace headwater::planner {
namespace {

using Digests = std::vector<std::vector<ReadDigests::Lane>>;

std::shared_ptr<const Space> space_by(const std::string& granularity, const std::string& keys,
                                      const std::string& zone = "UTC") {
  const std::string start = granularity == "hour" ? "2026-01-01T00" : "2026-01-01";
  return space_of(R"({"dimensions":[{"name":"t","kind":"time","granularity":")" + granularity +
                  R"(","zone":")" + zone + R"(","start":")" + start + "\"}" + keys + "]}");
}

const std::string kRegions = R"(,{"name":"r","kind":"static","keys":["eu","us","as"]})";
const std::string kShops = R"(,{"name":"s","kind":"static","keys":["web","app"]})";

// Lanes and mappings of every kind, over several blocks of hours and pages of days.
class ReaderSumsTest : public testing::Test {
 protected:
  struct None final : History {
    base::Result<std::vector<Write>> writes(DatasetNo, const Place&) override {
      return std::vector<Write>{};
    }
  };

  ReaderSumsTest() {
    const auto hours = space_by("hour", ""), days = space_by("day", "");
    const auto by_region = space_by("day", kRegions);
    for (const auto& space :
         {hours, hours, hours, days, hours, by_region, hours, space_by("day", kRegions + kShops),
          by_region, days, by_region, days, space_by("day", "", "Europe/Berlin"), days}) {
      EXPECT_TRUE(engine_.set_space(engine_.add_dataset(NodeId{100}), space));
    }
    map(1, 2, mapping_of(MappingKind::kIdentity));
    map(1, 3, mapping_of(MappingKind::kWindow, -5000, 30));
    map(2, 3, mapping_of(MappingKind::kWindow, -7, 0));
    map(2, 5, mapping_of(MappingKind::kWindow, -3, 5));
    map(2, 7, mapping_of(MappingKind::kWindow, 2, 16));
    map(1, 4, mapping_of(MappingKind::kRollup, -1, 0));
    map(4, 5, mapping_of(MappingKind::kFanOut, -1, 1));
    map(1, 6, mapping_of(MappingKind::kRollup, 0, 0, LaneRule::kAll));
    map(6, 7, mapping_of(MappingKind::kFanOut, 0, 0, LaneRule::kAll));
    map(6, 8, mapping_of(MappingKind::kIdentity, 0, 0, LaneRule::kMatched));
    map(8, 9, mapping_of(MappingKind::kWindow, -2, 0, LaneRule::kMatched));
    map(6, 10, mapping_of(MappingKind::kIdentity, 0, 0, LaneRule::kMatched));
    Mapping projected = mapping_of(MappingKind::kIdentity, 0, 0, LaneRule::kProjected);
    projected.projection = {2, 0};
    map(6, 11, projected);
    Mapping pairs = mapping_of(MappingKind::kExplicit);
    for (std::int64_t i = 0; i < 900; i += 7) {
      pairs.pairs.push_back({{0, kDay + i}, {0, kDay + i / 2}});
      pairs.pairs.push_back({{0, kDay + i}, {0, kDay + 400 - i}});
    }
    map(4, 12, std::move(pairs));
    map(1, 13, mapping_of(MappingKind::kRollup));
    map(4, 14, mapping_of(MappingKind::kIdentity));
    map(14, 14, mapping_of(MappingKind::kWindow, -2, -1));
  }

  void map(std::uint32_t up, std::uint32_t down, Mapping mapping) {
    EXPECT_TRUE(engine_.set_mapping(DatasetNo{up}, DatasetNo{down}, std::move(mapping)))
        << up << " " << down;
  }

  // One in `gaps` is not there; 0: all are.
  void fill(std::mt19937_64& random, std::uint64_t gaps) {
    for (std::uint32_t n = 1; n <= engine_.working().dataset_count(); ++n) {
      const DatasetNo dataset{n};
      const Space& space = *engine_.working().segment(dataset).space;
      const bool hourly = space.calendar()->granularity() == Granularity::kHour;
      const std::int64_t first = hourly ? kDay * 24 : kDay, count = hourly ? 9000 : 1500;
      for (std::uint32_t lane = 0; lane < space.lane_count(); ++lane) {
        std::vector<std::shared_ptr<Block>> blocks(
            static_cast<std::size_t>(block_of(first + count) - block_of(first)) + 1);
        for (std::int64_t i = first; i < first + count; ++i) {
          if (gaps != 0 && random() % gaps == 0) continue;
          Block& block = own(blocks[static_cast<std::size_t>(block_of(i) - block_of(first))]);
          block.pages.own_page(offset_of(i) / kPageSize).out[offset_of(i) % kPageSize] =
              random() | 1;
          block.present.set(offset_of(i), true);
        }
        for (std::size_t b = 0; b < blocks.size(); ++b) {
          if (blocks[b]) settle(*blocks[b], lane, block_of(first) + static_cast<std::int64_t>(b));
        }
        engine_.load(dataset, lane, block_of(first), std::move(blocks));
      }
    }
  }

  Digests found() {
    ReadDigests digests(engine_.working());
    IntervalTables tables;
    const auto sums = std::make_unique<ReaderSums>(engine_.working(), tables, digests);
    const auto cells = std::make_unique<BlockCells>();
    for (std::uint32_t n = 1; n <= engine_.working().dataset_count(); ++n) {
      const Segment& segment = engine_.working().segment(DatasetNo{n});
      sums->begin(DatasetNo{n});
      for (std::int64_t b = segment.lanes[0]->first; b < segment.lanes[0]->end(); ++b) {
        for (std::uint32_t lane = 0; lane < segment.lanes.size(); ++lane) {
          const Block* const block = segment.find(lane)->find(b);
          if (block == nullptr) continue;
          cells->find(lane, b, *block, nullptr);
          sums->add_block(lane, b, *cells);
        }
        sums->end_block(b);
      }
    }
    return digests.take();
  }

  // The same partition by partition, as the rules have it.
  Digests expected() const {
    Digests out;
    for (std::uint32_t n = 1; n <= engine_.working().dataset_count(); ++n) {
      const Segment& segment = engine_.working().segment(DatasetNo{n});
      auto& lanes = out.emplace_back(segment.lanes.size());
      for (std::uint32_t number = 0; number < segment.lanes.size(); ++number) {
        const Lane& lane = *segment.find(number);
        lanes[number].resize(lane.blocks.size() * kPages);
        each_present(lane, INT64_MIN, INT64_MAX, [&](std::int64_t index) {
          const std::size_t offset = offset_of(index);
          const auto block = static_cast<std::size_t>(block_of(index) - lane.first);
          lanes[number][block * kPages + offset / kPageSize] +=
              (2 * (offset % kPageSize) + 1) * read(segment, {number, index});
        });
      }
    }
    return out;
  }

  std::uint64_t read(const Segment& segment, const Place& place) const {
    std::uint64_t out = 0;
    for (const Edge& edge : segment.in) {
      const Segment& upstream = engine_.working().segment(edge.upstream);
      if (edge.reads->is_explicit()) {
        for (const Place& one : edge.reads->upstream_of(place)) {
          out += edge.factor * cell(one, upstream.find(one.lane)->out(one.index));
        }
        continue;
      }
      const Interval interval = edge.reads->upstream_of(place.index);
      edge.reads->each_upstream_lane(place.lane, upstream.lane_count(), [&](std::uint32_t lane) {
        if (upstream.find(lane) == nullptr) return;
        each_present(*upstream.find(lane), interval.first, interval.last, [&](std::int64_t i) {
          out += edge.factor * cell({lane, i}, upstream.find(lane)->out(i));
        });
      });
    }
    return out;
  }

  static constexpr std::int64_t kDay = 20454;  // 2026-01-01
  None history_;
  Engine engine_{history_};
};

TEST_F(ReaderSumsTest, AreThoseOfEachPartitionByItself) {
  for (const std::uint64_t gaps : {0, 2, 700}) {
    SCOPED_TRACE("gaps " + std::to_string(gaps));
    std::mt19937_64 random(gaps + 1);
    fill(random, gaps);
    const Digests got = found(), want = expected();
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t n = 0; n < got.size(); ++n) {
      EXPECT_EQ(got[n], want[n]) << "dataset " << n + 1;
      std::uint64_t some = 0;
      for (const ReadDigests::Lane& lane : want[n]) {
        for (const std::uint64_t digest : lane) some |= digest;
      }
      EXPECT_EQ(some == 0, n == 0) << "dataset " << n + 1;
    }
  }
}

// What is upstream may be cut otherwise than what is downstream, and lie elsewhere.
TEST_F(ReaderSumsTest, OfLanesThatAreNotThereAreNone) {
  std::mt19937_64 random(9);
  fill(random, 3);
  engine_.load(DatasetNo{6}, 1, block_of(kDay), {});
  engine_.load(DatasetNo{3}, 0, block_of(kDay * 24) + 2, {});
  engine_.load(DatasetNo{9}, 2, block_of(kDay), {nullptr});
  const Digests got = found(), want = expected();
  for (std::size_t n = 0; n < got.size(); ++n) EXPECT_EQ(got[n], want[n]) << "dataset " << n + 1;
}

}  // namespace
}  // namespace headwater::planner
