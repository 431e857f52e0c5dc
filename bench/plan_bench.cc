// A plan for a change of code at the head of a thousand datasets: 10,000 partitions each, in a
// hundred layers of ten, each dataset reading two of the layer above. The floor: one pass over the
// bits of all of them, which is what counting the verdicts takes.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "planner/engine.h"
#include "planner/plan_builder.h"

namespace headwater::planner {
namespace {

class NoHistory final : public History {
 public:
  base::Result<std::vector<Write>> writes(DatasetNo, const Place&) override {
    return std::vector<Write>{};
  }
};

class EvenCosts final : public CostModel {
 public:
  base::Result<DatasetCosts> of(DatasetNo) override {
    DatasetCosts out;
    out.duration = {1'000'000, 3'000'000, 20, Basis::kDataset};
    return out;
  }
};

constexpr std::int64_t kDatasets = 1000, kLayer = 10;

struct World {
  NoHistory history;
  Engine engine{history};
  Micros now = 0;
  std::int64_t partitions = 0;  // of each dataset

  explicit World(std::int64_t all) : partitions(all / kDatasets) {
    auto space = std::make_shared<const Space>(
        Space::parse(R"({"dimensions":[{"name":"hour","kind":"time","granularity":"hour",)"
                     R"("start":"2020-01-01T00"}]})",
                     nullptr)
            .value());
    const std::int64_t first = space->calendar()->parse("2020-01-01T00").value();
    now = space->calendar()->start_of(first + partitions);
    for (std::int64_t d = 0; d < kDatasets; ++d) add(space, first, d);
    engine.publish(model::Seq{1});
  }

  void add(const std::shared_ptr<const Space>& space, std::int64_t first, std::int64_t d) {
    const DatasetNo dataset = engine.add_dataset();
    bool done = engine.set_space(dataset, space).has_value();
    const NodeId job{dataset.value};
    engine.set_code(job, CodeId{1});
    for (std::int64_t k = 0; d >= kLayer && k < 2; ++k) {
      const std::int64_t above = d - d % kLayer - kLayer + (d + k) % kLayer;
      Mapping mapping;
      mapping.kind = k == 0 ? MappingKind::kIdentity : MappingKind::kWindow;
      mapping.from = k == 0 ? 0 : -23;
      const DatasetNo upstream{static_cast<std::uint32_t>(above + 1)};
      done = done && engine.set_mapping(upstream, dataset, mapping).has_value();
    }
    // Each dataset later than those that it reads: nothing is looked up in the history.
    for (std::int64_t i = first; i < first + partitions; ++i) {
      const Micros end = d * partitions + i;
      done = done && engine
                         .write({dataset,
                                 {0, i},
                                 job,
                                 CodeId{1},
                                 end,
                                 end,
                                 static_cast<std::uint64_t>(end),
                                 model::Seq{1},
                                 {}})
                         .has_value();
    }
    if (!done) std::abort();
  }
};

void BM_Plan(benchmark::State& state) {
  World world(state.range(0));
  for (std::int64_t d = 0; d < kLayer; ++d) {
    world.engine.set_code(NodeId{static_cast<std::uint32_t>(d + 1)}, CodeId{2});
  }
  world.engine.publish(model::Seq{2});
  const auto staleness = Staleness::compute(world.engine.state(), world.now, {});
  EvenCosts costs;
  PlanOptions options;
  options.max_partitions_per_task = state.range(1);
  std::size_t tasks = 0;
  std::int64_t upper = 0;
  for (auto _ : state) {
    const auto draft = make_plan(*staleness, {world.history, costs}, options, {});
    if (!draft) state.SkipWithError(draft.error().message.c_str());
    tasks = draft ? draft->tasks.size() : 0;
    upper = draft ? draft->upper : 0;
    benchmark::DoNotOptimize(draft);
  }
  state.counters["tasks"] = static_cast<double>(tasks);
  state.counters["partitions"] = static_cast<double>(upper);
}

void BM_PlanFloor(benchmark::State& state) {
  World world(state.range(0));
  world.engine.set_code(NodeId{1}, CodeId{2});
  world.engine.publish(model::Seq{2});
  for (auto _ : state) {
    benchmark::DoNotOptimize(Staleness::compute(world.engine.state(), world.now, {}));
  }
}

BENCHMARK(BM_PlanFloor)->ArgName("partitions")->Arg(10'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Plan)
    ->ArgNames({"partitions", "a_task"})
    ->Args({1'000'000, 1000})
    ->Args({10'000'000, 1000})
    ->Args({10'000'000, 120})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace headwater::planner

BENCHMARK_MAIN();
