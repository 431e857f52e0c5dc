// What-if of a dropped column and column lineage in a large warehouse, by turns with a floor: a
// bare walk over a CSR array of the column edges, with a bitmap, from the same column.
//
//   impact_bench                                      200,000 jobs, 2 M columns, 5 M column edges
//   impact_bench --benchmark_filter=jobs:20000        a tenth
//
// Counters: floor_ns and ratio (medians), affected (nodes), columns (reached).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph_inl.h"
#include "query/query.h"

namespace {

using namespace headwater;  // NOLINT: a program of its own
using model::EdgeKind;
using model::NodeId;

constexpr std::uint32_t kColumns = 5;  // of each dataset
constexpr base::Micros kStart = 1'700'000'000'000'000;

// Two datasets a job, each with five columns of two or three sources. Jobs read one to three
// datasets from shortly before, or one of a few that everybody reads.
class Warehouse {
 public:
  explicit Warehouse(std::uint32_t jobs) : jobs_(jobs), random_(11) {
    for (std::uint32_t i = 0; i < datasets(); ++i) {
      add(graph::NodeKind::kDataset, "table" + std::to_string(i), 0);
    }
    for (std::uint32_t i = 0; i < datasets(); ++i) {
      for (std::uint32_t c = 0; c < kColumns; ++c) {
        add(graph::NodeKind::kField, "column" + std::to_string(c), dataset(i).value);
      }
    }
    for (std::uint32_t i = 0; i < jobs_; ++i) add_job(i);
    changes_.seq = model::Seq{1};
    graph.publish(changes_);
    graph.compact();
    changes_ = {};
  }

  std::uint32_t datasets() const { return 2 * jobs_; }
  static NodeId dataset(std::uint32_t i) { return NodeId{i + 1}; }
  NodeId column(std::uint32_t i, std::uint32_t c) const {
    return NodeId{datasets() + i * kColumns + c + 1};
  }

  // The column from which most columns are reached.
  std::pair<std::uint32_t, std::uint32_t> worst() {
    const graph::Snapshot now = graph.snapshot();
    std::pair<std::uint32_t, std::uint32_t> best{0, 0};
    std::size_t most = 0;
    for (std::uint32_t i = 0; i < std::min(datasets(), 40U); ++i) {
      for (std::uint32_t c = 0; c < kColumns; ++c) {
        std::vector<std::uint64_t> bitmap(now.node_count() / 64 + 1);
        const NodeId start = column(i, c);
        const std::size_t reached = graph::closure(now, {&start, 1}, graph::Direction::kDownstream,
                                                   model::kColumnLineage, bitmap);
        if (reached > most) {
          most = reached;
          best = {i, c};
        }
      }
    }
    return best;
  }

  graph::Graph graph;

 private:
  void add(graph::NodeKind kind, std::string name, std::uint32_t parent) {
    graph::NewNode node;
    node.id = NodeId{static_cast<std::uint32_t>(changes_.nodes.size()) + 1};
    node.kind = kind;
    if (kind != graph::NodeKind::kField) node.name_space = "warehouse";
    node.name = std::move(name);
    node.parent = NodeId{parent};
    node.recorded = model::Seq{1};
    node.first_seen = kStart;
    changes_.nodes.push_back(std::move(node));
  }
  void link(NodeId from, NodeId to, EdgeKind kind, NodeId via = {}) {
    graph::NewEdge edge;
    edge.id = model::EdgeId{static_cast<std::uint32_t>(changes_.edges.size()) + 1};
    edge.src = from;
    edge.dst = to;
    edge.via = via;
    edge.kind = kind;
    edge.valid_from = kStart;
    edge.recorded_from = model::Seq{1};
    changes_.edges.push_back(edge);
  }

  std::uint32_t input_of(std::uint32_t output) {
    const std::uint32_t hubs = std::max(1U, datasets() / 10'000);
    if (output == 0 || random_() % 10 == 0) return static_cast<std::uint32_t>(random_() % hubs);
    const std::uint32_t near = std::max(1U, datasets() / 20);
    const std::uint32_t back = 1 + static_cast<std::uint32_t>(random_() % std::min(near, output));
    return output - back;
  }

  void add_job(std::uint32_t i) {
    add(graph::NodeKind::kJob, "job" + std::to_string(i), 0);
    const NodeId job{static_cast<std::uint32_t>(changes_.nodes.size())};
    std::vector<std::uint32_t> inputs(1 + random_() % 3);
    for (std::uint32_t& input : inputs) input = input_of(2 * i);
    std::sort(inputs.begin(), inputs.end());
    inputs.erase(std::unique(inputs.begin(), inputs.end()), inputs.end());
    for (const std::uint32_t input : inputs) link(dataset(input), job, EdgeKind::kReads);
    for (const std::uint32_t output : {2 * i, 2 * i + 1}) {
      link(job, dataset(output), EdgeKind::kWrites);
      for (std::uint32_t c = 0; c < kColumns; ++c) {
        for (std::uint64_t n = 2 + random_() % 2; n > 0; --n) {
          const std::uint32_t input = inputs[random_() % inputs.size()];
          const auto from = static_cast<std::uint32_t>(random_() % kColumns);
          const EdgeKind kind =
              random_() % 4 == 0 ? EdgeKind::kColumnIndirect : EdgeKind::kColumnDirect;
          link(column(input, from), column(output, c), kind, job);
        }
      }
    }
  }

  const std::uint32_t jobs_;
  std::mt19937_64 random_;
  graph::Changes changes_;
};

// The column edges as a bare CSR array.
class Floor {
 public:
  explicit Floor(const graph::Snapshot& now) : first_(now.node_count() + 2) {
    for (std::uint32_t id = 1; id <= now.node_count(); ++id) {
      first_[id] = static_cast<std::uint32_t>(peers_.size());
      now.for_each(NodeId{id}, graph::Direction::kDownstream, model::kColumnLineage,
                   [&](const graph::Neighbor& to) {
                     peers_.push_back(to.node.value);
                     return true;
                   });
    }
    first_[now.node_count() + 1] = static_cast<std::uint32_t>(peers_.size());
  }
  std::size_t walk(NodeId start) const {
    std::vector<std::uint64_t> seen(first_.size() / 64 + 1);
    std::vector<std::uint32_t> queue{start.value};
    seen[start.value / 64] |= std::uint64_t{1} << start.value % 64;
    for (std::size_t at = 0; at < queue.size(); ++at) {
      for (std::uint32_t i = first_[queue[at]]; i < first_[queue[at] + 1]; ++i) {
        const std::uint32_t peer = peers_[i];
        const std::uint64_t bit = std::uint64_t{1} << peer % 64;
        if ((seen[peer / 64] & bit) != 0) continue;
        seen[peer / 64] |= bit;
        queue.push_back(peer);
      }
    }
    return queue.size();
  }

 private:
  std::vector<std::uint32_t> first_, peers_;
};

// Everything that a question needs; made once for each size.
struct World {
  explicit World(std::uint32_t jobs) : warehouse(jobs), floor(warehouse.graph.snapshot()) {
    std::string pattern = (std::filesystem::temp_directory_path() / "hw-bench-XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
    storage::StoreOptions options;
    options.directory = directory;
    options.sync_full = false;
    store = std::move(storage::Store::open(options)).value();
    service = std::make_unique<query::Service>(*store, warehouse.graph, base::system_clock());
    worst = warehouse.worst();
  }
  ~World() {
    service.reset();
    store.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }
  static World& of(std::uint32_t jobs) {
    static std::unique_ptr<World> world;
    static std::uint32_t size = 0;
    if (size != jobs) {
      world.reset();
      world = std::make_unique<World>(jobs);
      size = jobs;
    }
    return *world;
  }

  Warehouse warehouse;
  Floor floor;
  std::string directory;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<query::Service> service;
  std::pair<std::uint32_t, std::uint32_t> worst;
};

// Of this thread, so that what else runs on the machine counts less.
double cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

constexpr std::size_t kFloors = 16;  // enough for a median

template <class Question>
void by_turns(benchmark::State& state, World& world, Question&& question) {
  const NodeId start = world.warehouse.column(world.worst.first, world.worst.second);
  std::vector<double> own, floor;
  std::size_t reached = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    double from = cpu_ns();
    if (floor.size() < kFloors) {
      reached = world.floor.walk(start);
      floor.push_back(cpu_ns() - from);
    }
    from = cpu_ns();
    question();
    own.push_back(cpu_ns() - from);
    state.SetIterationTime(own.back() / 1e9);
  }
  state.counters["columns"] = static_cast<double>(reached);
  state.counters["floor_ns"] = median(floor);
  state.counters["ratio"] = median(own) / median(floor);
}

void BM_DroppedColumn(benchmark::State& state) {
  World& world = World::of(static_cast<std::uint32_t>(state.range(0)));
  std::size_t affected = 0;
  by_turns(state, world, [&] {
    query::Session session = std::move(world.service->open()).value();
    query::ImpactRequest request;
    request.max_nodes = static_cast<std::size_t>(state.range(1));
    query::Change change;
    change.kind = query::ChangeKind::kColumnDropped;
    change.node = Warehouse::dataset(world.worst.first);
    change.column = "column" + std::to_string(world.worst.second);
    request.changes.push_back(change);
    const query::Impact impact = std::move(query::Impact::of(session, request)).value();
    affected = impact.affected().size();
  });
  state.counters["affected"] = static_cast<double>(affected);
}
BENCHMARK(BM_DroppedColumn)
    ->ArgNames({"jobs", "max_nodes"})
    ->Args({20'000, 10'000'000})
    ->Args({200'000, 100'000})
    ->Args({200'000, 10'000'000})
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime();

void BM_ColumnLineageAtDepth10(benchmark::State& state) {
  World& world = World::of(static_cast<std::uint32_t>(state.range(0)));
  std::mt19937 random(3);
  by_turns(state, world, [&] {
    query::Session session = std::move(world.service->open()).value();
    const graph::Snapshot& now = session.graph();
    const NodeId column = world.warehouse.column(
        static_cast<std::uint32_t>(random() % world.warehouse.datasets()), 0);
    query::ColumnRequest request;
    request.root = std::move(query::column_root(session, query::format_node(now, column))).value();
    request.depth = 10;
    request.max_nodes = 1000;
    benchmark::DoNotOptimize(std::move(query::column_lineage(session, request)).value());
  });
}
BENCHMARK(BM_ColumnLineageAtDepth10)
    ->ArgNames({"jobs"})
    ->Args({200'000})
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime();

}  // namespace

BENCHMARK_MAIN();
