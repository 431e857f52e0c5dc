#include "bench/partition_world.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace headwater::bench {

namespace {

using planner::Block;
using planner::kBlockBits;
using planner::kBlockSize;
using planner::kPages;
using planner::kPageSize;
using planner::Mapping;
using planner::MappingKind;

constexpr std::uint32_t kLayers = 10, kRegions = 24;
constexpr std::int64_t kFirstDay = 16'436;  // 2015-01-01
constexpr base::Micros kHour = 3'600'000'000, kStep = 1'000'000;
constexpr std::size_t kStaleEvery = 40;  // pages

std::uint64_t hash(std::uint64_t x) { return planner::mix(x * 0x9e3779b97f4a7c15ULL + 1) | 1; }

template <class T>
T must(base::Result<T> result) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

std::shared_ptr<const planner::Space> space(const char* json) {
  return std::make_shared<const planner::Space>(must(planner::Space::parse(json, nullptr)));
}

std::shared_ptr<const planner::Space> days() {
  std::string keys;
  for (std::uint32_t i = 0; i < kRegions; ++i) {
    keys += (i == 0 ? "\"r" : ",\"r") + std::to_string(i) + "\"";
  }
  const std::string json =
      R"({"dimensions":[{"name":"day","kind":"time","granularity":"day","start":"2015-01-01"},)"
      R"({"name":"region","kind":"static","keys":[)" +
      keys + "]}]}";
  return space(json.c_str());
}

}  // namespace

void WorldHistory::add(const Write& write, std::int64_t last) {
  later_[{write.dataset.value, write.place.lane}].emplace_back(write, last);
}

Write WorldHistory::loaded(DatasetNo dataset, const Place& place, std::uint32_t layer) {
  Write out;
  out.dataset = dataset;
  out.place = place;
  out.job = World::job_of(dataset);
  out.code = CodeId{1};
  out.start = 2 * kStep * layer + 1;
  out.end = out.start + kStep;
  out.out = hash(dataset.value * 0x100000001ULL + place.lane * 0x1000003ULL +
                 static_cast<std::uint64_t>(place.index));
  out.seq = model::Seq{1};
  return out;
}

base::Result<std::vector<Write>> WorldHistory::writes(DatasetNo dataset, const Place& place) {
  std::vector<Write> out{loaded(dataset, place, layers[dataset.value - 1])};
  const auto at = later_.find({dataset.value, place.lane});
  if (at == later_.end()) return out;
  for (const auto& [write, last] : at->second) {
    if (place.index < write.place.index || last < place.index) continue;
    out.push_back(write);
    out.back().place = place;
  }
  return out;
}

World::World(const Shape& shape) : shape_(shape) {
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
  hours_ = space(R"({"dimensions":[{"name":"hour","kind":"time","granularity":"hour",)"
                 R"("start":"2015-01-01T00"}]})");
  days_ = days();
  day_count_ = shape.partitions / shape.datasets / kRegions;
  hour_count_ = day_count_ * 24;
  const std::uint32_t layer_size = (shape.datasets + kLayers - 1) / kLayers;
  for (std::uint32_t n = 0; n < shape.datasets; ++n) {
    const std::uint32_t layer = n / layer_size;
    history_.layers.push_back(layer);
    kinds_.push_back(below(10) < (layer < 5 ? 9 : 3) ? Kind::kHours : Kind::kDays);
    std::vector<std::uint32_t> above;
    for (std::uint32_t k = layer == 0 ? 0 : 1 + below(3); k > 0; --k) {
      above.push_back((layer - 1) * layer_size + below(layer_size));
    }
    std::sort(above.begin(), above.end());
    above.erase(std::unique(above.begin(), above.end()), above.end());
    for (const std::uint32_t up : above) {
      Reads reads{up + 1, n + 1, {}};
      if (kinds_[up] == kinds_[n]) {
        const std::uint32_t which = below(100);
        if (which < 28) {
          reads.mapping.kind = MappingKind::kWindow;
          reads.mapping.from = -static_cast<std::int64_t>(1 + below(7));
        } else if (which < 30) {
          reads.mapping.kind = MappingKind::kAll;
        }
      } else {
        const bool rolls_up = kinds_[n] == Kind::kDays;
        reads.mapping.kind = rolls_up ? MappingKind::kRollup : MappingKind::kFanOut;
        reads.mapping.lanes = planner::LaneRule::kAll;
      }
      reads_.push_back(std::move(reads));
    }
  }
  edges_ = reads_.size();
  engine_ = std::make_unique<planner::Engine>(history_);
  wire(*engine_);
  for (std::uint32_t n = 1; n <= shape.datasets; ++n) load(DatasetNo{n});
  engine_->finish_loading();
  engine_->publish(model::Seq{1});
}

void World::wire(planner::Engine& engine) const {
  for (std::uint32_t n = 1; n <= kinds_.size(); ++n) {
    const DatasetNo dataset = engine.add_dataset(NodeId{n});
    must(engine.set_space(dataset, kinds_[n - 1] == Kind::kHours ? hours_ : days_));
    engine.set_code(job_of(dataset), CodeId{1});
  }
  for (const Reads& reads : reads_) {
    must(engine.set_mapping(DatasetNo{reads.upstream}, DatasetNo{reads.downstream}, reads.mapping));
  }
}

Span World::span_of(DatasetNo dataset) const {
  const bool hourly = kinds_[dataset.value - 1] == Kind::kHours;
  const std::int64_t first = hourly ? kFirstDay * 24 : kFirstDay;
  return {0, first, first + (hourly ? hour_count_ : day_count_) - 1};
}

std::uint32_t World::lanes_of(DatasetNo dataset) const {
  return kinds_[dataset.value - 1] == Kind::kHours ? 1 : kRegions;
}

base::Micros World::now() const { return (kFirstDay + day_count_) * 24 * kHour; }

// What its `all` mappings read, so that it is current.
std::uint64_t World::tag_of(DatasetNo dataset, std::uint32_t number) const {
  std::uint64_t out = 0;
  for (const planner::Edge& edge : engine_->working().segment(dataset).in) {
    const planner::Lane* const lane = engine_->working().segment(edge.upstream).find(number);
    if (edge.reads->uniform() && lane != nullptr) out += edge.factor * lane->sum;
  }
  return out;
}

void World::load(DatasetNo dataset) {
  const Span span = span_of(dataset);
  std::size_t page_count = dataset.value;
  for (std::uint32_t lane = 0; lane < lanes_of(dataset); ++lane) {
    const std::int64_t first_block = planner::block_of(span.first);
    const std::uint64_t tag = tag_of(dataset, lane);
    std::vector<std::shared_ptr<Block>> blocks;
    for (std::int64_t b = first_block; b <= planner::block_of(span.last); ++b) {
      auto block = std::make_shared<Block>();
      const Write sample = WorldHistory::loaded(dataset, {lane, 0}, layer_of(dataset));
      block->palette.push_back({sample.job, sample.code, tag});
      block->max_start = sample.start;
      block->max_end = sample.end;
      for (std::size_t i = 0; i < static_cast<std::size_t>(kBlockSize); ++i) {
        const std::int64_t index = (b << kBlockBits) + static_cast<std::int64_t>(i);
        if (index < span.first || index > span.last) continue;
        block->pages.own_page(i / kPageSize).out[i % kPageSize] =
            WorldHistory::loaded(dataset, {lane, index}, layer_of(dataset)).out;
        block->present.set(i, true);
        ++loaded_;
      }
      for (std::size_t page = 0; page < kPages; ++page) {
        if (!block->pages[page] || ++page_count % kStaleEvery != 0) continue;
        std::array<std::uint64_t, kPageSize> values{};
        for (std::size_t i = 0; i < kPageSize / 2; ++i) {
          if (block->present.get(page * kPageSize + i)) values[i] = hash(i + page_count);
        }
        planner::own(block->differences[page]).assign(values.data());
      }
      planner::settle(*block, lane, b);
      blocks.push_back(std::move(block));
    }
    engine_->load(dataset, lane, first_block, std::move(blocks));
  }
}

}  // namespace headwater::bench
