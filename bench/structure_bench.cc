// Questions about the whole graph: cycles, dominators, importance, paths and the diff of
// everything, each against a floor measured in the same process: one pass over all edges that hold,
// through the same view. Counters: floor_ms, ratio.
//
//   structure_bench
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "graph/boost_view.h"
#include "query/query.h"

namespace {

using namespace headwater;  // NOLINT: a program of its own
using base::Micros;
using query::NodeId;

constexpr std::uint32_t kDatasets = 400'000, kJobs = 200'000, kReadsOfJob = 5;
constexpr std::uint32_t kBack = 20'000;  // how far back a job reads
constexpr Micros kLast = 1'000;

template <class T>
T must(base::Result<T> result) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

// Job j reads five earlier datasets and writes its own two.
graph::Changes pipelines() {
  graph::Changes out;
  out.seq = model::Seq{1};
  for (std::uint32_t i = 1; i <= kDatasets + kJobs; ++i) {
    graph::NewNode node;
    node.id = NodeId{i};
    node.kind = i <= kDatasets ? model::NodeKind::kDataset : model::NodeKind::kJob;
    node.name_space = "warehouse";
    node.name = "area.table_" + std::to_string(i);
    node.recorded = out.seq;
    out.nodes.push_back(std::move(node));
  }
  std::mt19937_64 random(7);
  const auto add = [&](std::uint32_t src, std::uint32_t dst, model::EdgeKind kind) {
    graph::NewEdge edge;
    edge.id = model::EdgeId{static_cast<std::uint32_t>(out.edges.size()) + 1};
    edge.src = NodeId{src};
    edge.dst = NodeId{dst};
    edge.kind = kind;
    edge.valid_from = static_cast<Micros>(random() % kLast);
    edge.recorded_from = out.seq;
    out.edges.push_back(edge);
  };
  for (std::uint32_t j = 0; j < kJobs; ++j) {
    const std::uint32_t job = kDatasets + 1 + j, own = 1 + 2 * j;
    for (std::uint32_t k = 0; k < kReadsOfJob; ++k) {
      const auto back = 1 + static_cast<std::uint32_t>(random() % kBack);
      const auto any = 1 + static_cast<std::uint32_t>(random() % own);
      add(own > back ? own - back : any, job, model::EdgeKind::kReads);
    }
    add(job, own, model::EdgeKind::kWrites);
    add(job, own + 1, model::EdgeKind::kWrites);
  }
  return out;
}

struct Setting {
  Setting() : directory(std::filesystem::temp_directory_path() / "headwater-structure-bench") {
    std::filesystem::remove_all(directory);
    storage::StoreOptions options;
    options.directory = directory.string();
    options.sync_full = false;
    store = must(storage::Store::open(options));
    graph.publish(pipelines());
    graph.compact();
  }
  ~Setting() {
    store.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }
  double floor_ms() const {
    const auto start = std::chrono::steady_clock::now();
    const graph::Snapshot snapshot = graph.snapshot();
    const graph::BoostView view(snapshot, model::kTableLineage);
    std::uint64_t sum = 0;
    for (std::uint32_t id = 1; id <= num_vertices(view); ++id) {
      const auto range = out_edges(id, view);
      for (auto it = range.first; it != range.second; ++it) sum += (*it).target;
    }
    benchmark::DoNotOptimize(sum);
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
  }

  std::filesystem::path directory;
  std::unique_ptr<storage::Store> store;
  graph::Graph graph;
};

Setting& setting() {
  static Setting made;
  return made;
}

template <class Ask>
void run(benchmark::State& state, Ask&& ask) {
  double floor = 0, spent = 0;
  for (auto _ : state) {
    state.PauseTiming();
    floor += setting().floor_ms();
    // A service of its own: nothing is kept from the round before.
    query::Service service(*setting().store, setting().graph, base::system_clock());
    query::Session session = must(service.open());
    const auto start = std::chrono::steady_clock::now();
    state.ResumeTiming();
    ask(session);
    state.PauseTiming();
    spent +=
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    state.ResumeTiming();
  }
  state.counters["floor_ms"] = floor / static_cast<double>(state.iterations());
  state.counters["ratio"] = spent / floor;
}

void BM_Cycles(benchmark::State& state) {
  run(state, [](query::Session& session) { (void)must(query::cycles(session, {})); });
}
void BM_Dominators(benchmark::State& state) {
  run(state, [](query::Session& session) { (void)must(query::dominators(session, {})); });
}
void BM_Importance(benchmark::State& state) {
  run(state, [](query::Session& session) { (void)must(query::importance(session, {})); });
}
// From the first dataset to the last, all the way through.
void BM_Paths(benchmark::State& state) {
  query::PathsRequest request;
  request.from = {NodeId{1}};
  request.to = {NodeId{kDatasets}};
  request.k = static_cast<std::size_t>(state.range(0));
  run(state, [&](query::Session& session) { (void)must(query::find_paths(session, request)); });
}
// The share of the edges that came in between, in parts of a thousand.
void BM_DiffOfEverything(benchmark::State& state) {
  query::DiffRequest request;
  request.from = kLast - 1 - state.range(0);
  run(state, [&](query::Session& session) { (void)must(query::diff(session, request)); });
}

BENCHMARK(BM_Cycles)->Name("BM_Cycles/nodes:600000/edges:1400000")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Dominators)
    ->Name("BM_Dominators/nodes:600000/edges:1400000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Importance)
    ->Name("BM_Importance/nodes:600000/edges:1400000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Paths)->ArgName("k")->Arg(1)->Arg(10)->Arg(100)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_DiffOfEverything)->ArgName("permille")->Arg(0)->Arg(10)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
