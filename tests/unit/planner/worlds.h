// Engines with random histories, and what two states must have in common, for tests of the planner.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "planner/engine.h"
#include "planner/staleness.h"

namespace headwater::planner {

class MemoryHistory final : public History {
 public:
  void add(const Write& write) {
    auto& all = writes_[{write.dataset.value, write.place}];
    const auto later = [](const Write& a, const Write& b) {
      return std::tie(a.end, a.seq) < std::tie(b.end, b.seq);
    };
    all.insert(std::upper_bound(all.begin(), all.end(), write, later), write);
  }
  void add(Write write, std::int64_t last) {
    for (; write.place.index <= last; ++write.place.index) add(write);
  }
  base::Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) override {
    return writes_[{dataset.value, place}];
  }

 private:
  std::map<std::pair<std::uint32_t, Place>, std::vector<Write>> writes_;
};

inline std::shared_ptr<const Space> space_of(const std::string& json) {
  auto space = Space::parse(json, nullptr);
  EXPECT_TRUE(space) << json;
  return std::make_shared<const Space>(*std::move(space));
}

inline std::shared_ptr<const Space> days() {
  return space_of(
      R"({"dimensions":[{"name":"d","kind":"time","granularity":"day","start":"2025-12-20"}]})");
}
inline std::shared_ptr<const Space> hours() {
  return space_of(
      R"({"dimensions":[{"name":"h","kind":"time","granularity":"hour","start":"2026-01-25T00"}]})");
}
inline std::shared_ptr<const Space> regions() {
  return space_of(
      R"({"dimensions":[{"name":"d","kind":"time","granularity":"day","start":"2025-12-20"},)"
      R"({"name":"r","kind":"static","keys":["eu","us"]}]})");
}

inline Mapping mapping_of(MappingKind kind, std::int64_t from = 0, std::int64_t to = 0,
                          LaneRule lanes = LaneRule::kSame) {
  Mapping out;
  out.kind = kind;
  out.from = from;
  out.to = to;
  out.lanes = lanes;
  return out;
}

inline constexpr std::int64_t kBoundaryDay = 20480;  // 2026-01-27, where a block begins

// Datasets of every kind of mapping; the block boundary lies within.
//   1 days -> 2 identity, 3 window, 5 all, 6 last; 4 hours -> 3 rollup; 2 -> 5 identity;
//   3 -> 7 days that read their own yesterday; 8 regions <- 1 (every lane), 9 explicit <- 2;
//   10 hours <- 3 fan-out
struct World {
  MemoryHistory history;
  Engine engine{history};

  World() {
    for (std::uint32_t n = 1; n <= 10; ++n) {
      const DatasetNo dataset = engine.add_dataset(NodeId{100 + n});
      const auto space = n == 4 || n == 10 ? hours() : n == 8 ? regions() : days();
      EXPECT_TRUE(engine.set_space(dataset, space));
    }
    map(1, 2, mapping_of(MappingKind::kIdentity));
    map(1, 3, mapping_of(MappingKind::kWindow, -3, 1));
    map(4, 3, mapping_of(MappingKind::kRollup, -1, 0));
    map(1, 5, mapping_of(MappingKind::kAll));
    map(2, 5, mapping_of(MappingKind::kIdentity));
    map(1, 6, mapping_of(MappingKind::kLast));
    map(3, 7, mapping_of(MappingKind::kIdentity));
    map(7, 7, mapping_of(MappingKind::kWindow, -2, -1));
    map(1, 8, mapping_of(MappingKind::kIdentity, 0, 0, LaneRule::kAll));
    Mapping pairs = mapping_of(MappingKind::kExplicit);
    for (std::int64_t i = -20; i < 20; i += 3) {
      pairs.pairs.push_back({{0, kBoundaryDay + i}, {0, kBoundaryDay + i / 2}});
      pairs.pairs.push_back({{0, kBoundaryDay + i}, {0, kBoundaryDay - i}});
    }
    map(2, 9, std::move(pairs));
    map(3, 10, mapping_of(MappingKind::kFanOut, -1, 0));
    for (std::uint32_t job = 1; job <= 10; ++job) engine.set_code(NodeId{job}, CodeId{1});
  }
  void map(std::uint32_t up, std::uint32_t down, Mapping mapping) {
    const auto set = engine.set_mapping(DatasetNo{up}, DatasetNo{down}, std::move(mapping));
    EXPECT_TRUE(set) << up << " " << down;
  }
};

// A hundred and twenty datasets in four layers, so that there is work for several threads.
struct WideWorld {
  static constexpr std::uint32_t kLayer = 30;
  MemoryHistory history;
  Engine engine{history};

  WideWorld() {
    std::mt19937_64 random(5);
    for (std::uint32_t n = 1; n <= 4 * kLayer; ++n) {
      const DatasetNo dataset = engine.add_dataset(NodeId{200 + n});
      EXPECT_TRUE(engine.set_space(dataset, is_daily(n) ? days() : hours()));
      engine.set_code(NodeId{n}, CodeId{1});
    }
    for (std::uint32_t n = kLayer + 1; n <= 4 * kLayer; ++n) {
      const std::uint32_t layer = (n - 1) / kLayer;
      for (std::uint64_t k = 1 + random() % 3; k > 0; --k) {
        const auto up = static_cast<std::uint32_t>(1 + random() % (layer * kLayer));
        Mapping mapping = mapping_of(MappingKind::kWindow, -static_cast<int>(random() % 3), 0);
        if (is_daily(up) != is_daily(n)) {
          mapping.kind = is_daily(n) ? MappingKind::kRollup : MappingKind::kFanOut;
        } else if (random() % 4 == 0) {
          mapping = mapping_of(random() % 2 == 0 ? MappingKind::kAll : MappingKind::kLast);
        }
        EXPECT_TRUE(engine.set_mapping(DatasetNo{up}, DatasetNo{n}, mapping));
      }
    }
  }
  static bool is_daily(std::uint32_t n) { return n % 3 != 0; }

  // Some partitions of any of them; one in five arrives late.
  static std::pair<Write, std::int64_t> random_write(std::mt19937_64& random, model::Seq seq) {
    Write write;
    write.seq = seq;
    write.run = model::RunRow{static_cast<std::int64_t>(seq.value)};
    write.dataset = DatasetNo{static_cast<std::uint32_t>(1 + random() % (4 * kLayer))};
    write.job = NodeId{write.dataset.value};
    write.code = CodeId{random() % 8 == 0 ? 2U : 1U};
    const std::int64_t day = kBoundaryDay - 20 + static_cast<std::int64_t>(random() % 40);
    write.place.index = is_daily(write.dataset.value) ? day : day * 24;
    write.end = static_cast<Micros>(seq.value) * 10 -
                (random() % 5 == 0 ? static_cast<Micros>(random() % 900) : 0);
    write.start = write.end - static_cast<Micros>(random() % 30);
    write.out = 1 + random() % 5;
    return {write, write.place.index + static_cast<std::int64_t>(random() % 30)};
  }
};

// A write of a span somewhere around the boundary; one in three arrives late or began long ago.
inline std::pair<Write, std::int64_t> random_write(std::mt19937_64& random, model::Seq seq) {
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  Write write;
  write.seq = seq;
  write.run = model::RunRow{static_cast<std::int64_t>(seq.value)};
  write.dataset = DatasetNo{static_cast<std::uint32_t>(1 + below(10))};
  write.job = NodeId{write.dataset.value};
  write.code = CodeId{static_cast<std::uint32_t>(below(4))};
  if (write.dataset.value == 8) write.place.lane = static_cast<std::uint32_t>(below(2));
  const bool hourly = write.dataset.value == 4 || write.dataset.value == 10;
  const std::int64_t middle = hourly ? kBoundaryDay * 24 : kBoundaryDay;
  write.place.index = middle - 30 + below(50);
  write.end = static_cast<Micros>(seq.value) * 10 - (below(3) == 0 ? below(200) : 0);
  write.start = write.end - (below(3) == 0 ? below(300) : below(9));
  write.out = 1 + static_cast<std::uint64_t>(below(5));
  return {write, write.place.index + below(below(4) == 0 ? 40 : 6)};
}

inline void expect_same(const Block& a, const Block& b, bool palettes = true) {
  EXPECT_EQ(a.present, b.present);
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.code, b.code);
  EXPECT_EQ(a.tag, b.tag);
  EXPECT_EQ(a.unknown, b.unknown);
  EXPECT_EQ(a.running, b.running);
  EXPECT_EQ(a.failed, b.failed);
  EXPECT_EQ(a.sum, b.sum);
  EXPECT_EQ(a.count, b.count);
  EXPECT_EQ(a.max_start, b.max_start);
  EXPECT_EQ(a.max_end, b.max_end);
  for (std::size_t i = 0; i < static_cast<std::size_t>(kBlockSize); ++i) {
    ASSERT_EQ(a.out(i), b.out(i)) << i;
    ASSERT_EQ(a.difference(i), b.difference(i)) << i;
    if (palettes && a.present.get(i)) {
      ASSERT_EQ(a.attribute(i), b.attribute(i)) << i;
    }
  }
}

inline void expect_same(const State& a, const State& b) {
  ASSERT_EQ(a.dataset_count(), b.dataset_count());
  for (std::uint32_t n = 1; n <= a.dataset_count(); ++n) {
    const Segment& x = a.segment(DatasetNo{n});
    const Segment& y = b.segment(DatasetNo{n});
    ASSERT_EQ(x.lanes.size(), y.lanes.size()) << n;
    for (std::uint32_t l = 0; l < x.lanes.size(); ++l) {
      SCOPED_TRACE("dataset " + std::to_string(n) + " lane " + std::to_string(l));
      const Lane* const p = x.find(l);
      const Lane* const q = y.find(l);
      ASSERT_EQ(p == nullptr, q == nullptr);
      if (p == nullptr) continue;
      EXPECT_EQ(std::tie(p->sum, p->tag, p->count, p->max_start, p->max_end),
                std::tie(q->sum, q->tag, q->count, q->max_start, q->max_end));
      for (std::int64_t block = std::min(p->first, q->first); block < std::max(p->end(), q->end());
           ++block) {
        const Block* const one = p->find(block);
        const Block* const other = q->find(block);
        ASSERT_EQ(one == nullptr, other == nullptr);
        if (one != nullptr) expect_same(*one, *other);
      }
    }
  }
}

// What partitions are, however it was come by: blocks that have nothing count as none, and bounds
// of times may be wider.
inline void expect_alike(const Lane* a, const Lane* b) {
  static const Lane nothing;
  static const Block blank;
  const Lane& p = a == nullptr ? nothing : *a;
  const Lane& q = b == nullptr ? nothing : *b;
  EXPECT_EQ(p.sum, q.sum);
  EXPECT_EQ(p.count, q.count);
  if (p.count != 0) {
    EXPECT_EQ(p.tag, q.tag);
  }
  for (const Lane* lane : {&p, &q}) {
    for (std::int64_t number = lane->first; number < lane->end(); ++number) {
      const Block& x = p.find(number) == nullptr ? blank : *p.find(number);
      const Block& y = q.find(number) == nullptr ? blank : *q.find(number);
      for (std::size_t i = 0; i < static_cast<std::size_t>(kBlockSize); ++i) {
        const auto bits = [i](const Block& of) {
          return std::tuple(of.present.get(i), of.inputs.get(i), of.code.get(i), of.tag.get(i),
                            of.unknown.get(i), of.running.get(i), of.failed.get(i), of.out(i),
                            of.difference(i));
        };
        ASSERT_EQ(bits(x), bits(y)) << "index " << (number << kBlockBits) + static_cast<int>(i);
        if (x.present.get(i)) {
          ASSERT_EQ(x.attribute(i), y.attribute(i));
        }
      }
    }
  }
}

inline void expect_alike(const State& a, const State& b) {
  ASSERT_EQ(a.dataset_count(), b.dataset_count());
  for (std::uint32_t n = 1; n <= a.dataset_count(); ++n) {
    const Segment& x = a.segment(DatasetNo{n});
    const Segment& y = b.segment(DatasetNo{n});
    ASSERT_EQ(x.in.size(), y.in.size()) << n;
    for (std::uint32_t l = 0; l < std::max(x.lanes.size(), y.lanes.size()); ++l) {
      SCOPED_TRACE("dataset " + std::to_string(n) + " lane " + std::to_string(l));
      expect_alike(x.find(l), y.find(l));
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace headwater::planner
