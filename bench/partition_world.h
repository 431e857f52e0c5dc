// A warehouse of partitions, made up and loaded in columns, for partition_bench.
//
// Datasets in ten layers: hours, or days of 24 regions. Each reads one to three of the layer above
// over identities, windows, rollups of hours to days, and here and there `all`. Everything is
// current but for one page in forty, which is stale for its inputs. Seeds are fixed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "planner/engine.h"

namespace headwater::bench {

using planner::CodeId;
using planner::DatasetNo;
using planner::NodeId;
using planner::Place;
using planner::Span;
using planner::Write;

// The writes with which the world was loaded, by rule, and those that came since.
class WorldHistory final : public planner::History {
 public:
  void add(const Write& write, std::int64_t last);
  base::Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) override;
  static Write loaded(DatasetNo dataset, const Place& place, std::uint32_t layer);
  std::vector<std::uint32_t> layers;  // by dataset - 1

 private:
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::pair<Write, std::int64_t>>>
      later_;  // by dataset and lane
};

struct Shape {
  std::int64_t partitions = 0;
  std::uint32_t datasets = 1000;
};

class World {
 public:
  explicit World(const Shape& shape);

  planner::Engine& engine() { return *engine_; }
  WorldHistory& history() { return history_; }
  std::uint32_t datasets() const { return static_cast<std::uint32_t>(kinds_.size()); }
  std::uint64_t partitions() const { return loaded_; }
  std::size_t edges() const { return edges_; }
  static NodeId job_of(DatasetNo dataset) { return NodeId{dataset.value + 1'000'000}; }
  // Indexes [first, last] of each of the dataset's lanes.
  Span span_of(DatasetNo dataset) const;
  std::uint32_t lanes_of(DatasetNo dataset) const;
  std::uint32_t layer_of(DatasetNo dataset) const { return history_.layers[dataset.value - 1]; }
  // The first moment after everything that was loaded.
  base::Micros now() const;
  // Gives the partitions up, to make room for others.
  void forget() { engine_.reset(); }
  // Spaces and mappings without partitions, in another engine.
  void wire(planner::Engine& engine) const;

 private:
  enum class Kind { kHours, kDays };
  struct Reads {
    std::uint32_t upstream, downstream;
    planner::Mapping mapping;
  };
  void load(DatasetNo dataset);
  std::uint64_t tag_of(DatasetNo dataset, std::uint32_t lane) const;

  Shape shape_;
  std::vector<Kind> kinds_;
  std::vector<Reads> reads_;
  std::shared_ptr<const planner::Space> hours_, days_;
  std::int64_t hour_count_ = 0, day_count_ = 0;
  WorldHistory history_;
  std::unique_ptr<planner::Engine> engine_;
  std::uint64_t loaded_ = 0;
  std::size_t edges_ = 0;
};

}  // namespace headwater::bench
