// The versioned graph against floors measured in the same process, by turns with what is measured
// so that a noisy machine disturbs both alike. Counters: floor_ns and ratio (medians), or bytes.
//
//   graph_bench                                        everything
//   graph_bench --benchmark_filter=edges:100000/       small
//
// The floors: a bare walk over a CSR array with bitmap and prefetch (closures), the same with
// levels (lineage), reading the file into fresh memory (load; skim_ns: through one small buffer).
// "unpacked" is the percentage of edges published since the last compaction: at most 11 in service.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <boost/graph/breadth_first_search.hpp>

#include "graph/blocks.h"
#include "graph/boost_view.h"
#include "graph/graph.h"
#include "graph/graph_inl.h"

namespace {

using namespace headwater::graph;  // NOLINT: a program of its own
namespace model = headwater::model;

constexpr Micros kDay = 86'400'000'000;
constexpr Micros kFirstDay = 1'700'000'000'000'000;
constexpr int kDays = 1000;
constexpr Micros kHalfTime = kFirstDay + kDay * kDays / 2 + 1;

struct Shape {
  std::uint32_t datasets = 0, jobs = 0, edges = 0;
  std::uint32_t nodes() const { return datasets + jobs; }
};

// Datasets 1..datasets, then jobs. Half of the edges reads, half writes. As pipelines have stages,
// most edges lead ahead by a twentieth of the ids at most; one in ten leads anywhere.
struct Source {
  explicit Source(Shape given) : shape(given), random(7) {}

  NewEdge edge(std::uint32_t id) {
    const bool reads = random() % 2 == 0;
    const std::uint64_t from = random() % kParts;
    const std::uint64_t to = random() % 10 == 0
                                 ? random() % kParts
                                 : std::min(from + random() % (kParts / 20), kParts - 1);
    const auto in = [](std::uint64_t part, std::uint32_t count) {
      return static_cast<std::uint32_t>(part * count / kParts);
    };
    NewEdge edge;
    edge.id = EdgeId{id};
    edge.src =
        NodeId{reads ? 1 + in(from, shape.datasets) : shape.datasets + 1 + in(from, shape.jobs)};
    edge.dst = NodeId{reads ? shape.datasets + 1 + in(to, shape.jobs) : 1 + in(to, shape.datasets)};
    edge.kind = reads ? EdgeKind::kReads : EdgeKind::kWrites;
    edge.valid_from = kFirstDay + static_cast<Micros>(random() % kDays) * kDay;
    edge.recorded_from = Seq{id};
    return edge;
  }

  static constexpr std::uint64_t kParts = std::uint64_t{1} << 31;
  Shape shape;
  std::mt19937_64 random;
};

// `unpacked` percent of the edges are published after the compaction.
std::unique_ptr<Graph> make_graph(Shape shape, std::int64_t unpacked) {
  auto graph = std::make_unique<Graph>(GraphOptions{.min_compaction = std::size_t{1} << 40});
  Changes changes{.seq = Seq{shape.edges + 1}};
  char name[64];
  for (std::uint32_t id = 1; id <= shape.nodes(); ++id) {
    const bool dataset = id <= shape.datasets;
    std::snprintf(name, sizeof name, "warehouse.schema_%u.%s_%09u", id % 97,
                  dataset ? "table" : "job", id);
    NewNode node;
    node.id = NodeId{id};
    node.kind = dataset ? NodeKind::kDataset : NodeKind::kJob;
    node.name_space = "postgres://db.example.com:5432";
    node.name = name;
    node.recorded = Seq{1};
    changes.nodes.push_back(std::move(node));
    if (changes.nodes.size() == 100'000 || id == shape.nodes()) {
      graph->publish(changes);
      changes.nodes.clear();
    }
  }
  Source source(shape);
  const auto packed = static_cast<std::uint32_t>(shape.edges * (100 - unpacked) / 100);
  for (std::uint32_t id = 1; id <= shape.edges; ++id) {
    changes.edges.push_back(source.edge(id));
    if (changes.edges.size() < 100'000 && id != packed && id != shape.edges) continue;
    graph->publish(changes);
    changes.edges.clear();
    if (id == packed) graph->compact();
  }
  return graph;
}

Shape shape_of(std::int64_t edges) {
  const auto count = static_cast<std::uint32_t>(edges);
  if (edges == 1'500'000) return {400'000, 200'000, count};  // a large company
  return {count * 3 / 20, count / 20, count};                // 10 M edges: 2 M nodes
}

// ---- floors -----------------------------------------------------------------------------------

struct Csr {
  std::vector<std::uint32_t> begin, peers;

  Csr(const Snapshot& snapshot, std::uint32_t node_count) : begin(node_count + 2, 0) {
    for (std::uint32_t id = 1; id <= node_count; ++id) {
      begin[id] = static_cast<std::uint32_t>(peers.size());
      snapshot.for_each(NodeId{id}, Direction::kDownstream, ~EdgeKinds{0}, [&](const Neighbor& n) {
        peers.push_back(n.node.value);
        return true;
      });
    }
    begin[node_count + 1] = static_cast<std::uint32_t>(peers.size());
  }

  // How many nodes can be reached within `levels`.
  std::size_t walk(const std::vector<NodeId>& starts, std::vector<std::uint64_t>& bitmap,
                   std::uint32_t levels) const {
    bitmap.assign(begin.size() / 64 + 1, 0);
    std::vector<std::uint32_t> found;
    found.reserve(begin.size());
    const auto mark = [&](std::uint32_t node) {
      const std::uint64_t bit = std::uint64_t{1} << (node & 63);
      if ((bitmap[node >> 6] & bit) != 0) return;
      bitmap[node >> 6] |= bit;
      found.push_back(node);
    };
    for (const NodeId start : starts) mark(start.value);
    std::size_t level_end = found.size();
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (i == level_end) {
        if (--levels == 0) break;
        level_end = found.size();
      }
      if (i + 32 < found.size()) __builtin_prefetch(&begin[found[i + 32]]);
      if (i + 16 < found.size()) __builtin_prefetch(&peers[begin[found[i + 16]]]);
      const std::uint32_t node = found[i];
      for (std::uint32_t e = begin[node]; e < begin[node + 1]; ++e) mark(peers[e]);
    }
    return found.size();
  }
};

struct Bench {
  Bench(Shape given, std::int64_t unpacked) : shape(given), graph(make_graph(given, unpacked)) {
    const Snapshot now = graph->snapshot();
    csr = std::make_unique<Csr>(now, shape.nodes());
    for (std::uint32_t i = 1; i <= 100; ++i) starts.push_back(NodeId{i * (shape.datasets / 5000)});
  }
  Shape shape;
  std::unique_ptr<Graph> graph;
  std::unique_ptr<Csr> csr;
  std::vector<NodeId> starts;  // among the first fiftieth of the datasets
};

// One graph at a time stays in memory.
Bench& bench(std::int64_t edges, std::int64_t unpacked = 0) {
  static std::pair<std::int64_t, std::int64_t> last_key;
  static std::unique_ptr<Bench> last;
  const std::pair key(edges, unpacked);
  if (last == nullptr || last_key != key) {
    last.reset();
    last = std::make_unique<Bench>(shape_of(edges), unpacked);
    last_key = key;
  }
  return *last;
}

// Of this thread's processor time: other processes on the machine count little.
double thread_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <class F>
double nanoseconds(F&& f) {
  const double start = thread_ns();
  f();
  return thread_ns() - start;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

// Runs floor and subject by turns; reports the medians and their ratio.
template <class Floor, class Subject>
void compare(benchmark::State& state, Floor&& floor, Subject&& subject) {
  std::vector<double> floors, subjects, ratios;
  for (auto _ : state) {
    floors.push_back(nanoseconds(floor));
    subjects.push_back(nanoseconds(subject));
    ratios.push_back(subjects.back() / floors.back());
    state.SetIterationTime(subjects.back() * 1e-9);
  }
  state.counters["floor_ns"] = median(floors);
  state.counters["median_ns"] = median(subjects);
  state.counters["ratio"] = median(ratios);
  state.counters["best_ratio"] = *std::min_element(subjects.begin(), subjects.end()) /
                                 *std::min_element(floors.begin(), floors.end());
}

std::size_t close_over(const Bench& b, Moment moment, std::vector<std::uint64_t>& bitmap) {
  return closure(b.graph->snapshot(moment), b.starts, Direction::kDownstream, model::kTableLineage,
                 bitmap);
}

// ---- closures ---------------------------------------------------------------------------------

void BM_Closure(benchmark::State& state) {
  const Bench& b = bench(state.range(0), state.range(1));
  std::vector<std::uint64_t> bitmap, floor_bitmap;
  std::size_t reached = 0, floor_reached = 0;
  compare(
      state, [&] { floor_reached = b.csr->walk(b.starts, floor_bitmap, UINT32_MAX); },
      [&] { reached = close_over(b, {}, bitmap); });
  state.counters["reached"] = static_cast<double>(reached);
  if (reached != floor_reached) state.SkipWithError("the floor reached another set");
}

// The floor is the closure of now: the budget is 1.5.
void BM_ClosureAsOf(benchmark::State& state) {
  const Bench& b = bench(state.range(0), state.range(1));
  std::vector<std::uint64_t> bitmap;
  std::size_t reached = 0;
  const Micros as_of = state.range(2) == 100 ? kFirstDay + kDay * kDays : kHalfTime;
  compare(
      state, [&] { close_over(b, {}, bitmap); },
      [&] { reached = close_over(b, {.as_of = as_of}, bitmap); });
  state.counters["reached"] = static_cast<double>(reached);
}

void BM_BoostBreadthFirst(benchmark::State& state) {
  const Bench& b = bench(state.range(0));
  std::vector<std::uint64_t> bitmap;
  const Snapshot snapshot = b.graph->snapshot();
  const BoostView view(snapshot, model::kTableLineage);
  compare(
      state, [&] { b.csr->walk({b.starts[50]}, bitmap, UINT32_MAX); },
      [&] {
        boost::breadth_first_search(view, b.starts[50].value,
                                    boost::vertex_index_map(get(boost::vertex_index, view)));
      });
}

// ---- lineage ----------------------------------------------------------------------------------

// As a page of lineage asks for it: to depth 10, at most 10,000 nodes.
void BM_LineageDepth10(benchmark::State& state) {
  const Bench& b = bench(state.range(0));
  std::vector<std::uint64_t> bitmap;
  std::mt19937_64 random(11);
  std::vector<double> times;
  std::size_t nodes = 0;
  NodeId start{1};
  const auto subject = [&] {
    const Snapshot snapshot = b.graph->snapshot();
    const ReachOptions options{.max_distance = 10, .max_nodes = 10'000};
    nodes = std::max(nodes, reach(snapshot, {&start, 1}, options).nodes.size());
  };
  compare(
      state,
      [&] {
        start = NodeId{static_cast<std::uint32_t>(1 + random() % b.shape.datasets)};
        b.csr->walk({start}, bitmap, 20);
      },
      [&] { times.push_back(nanoseconds(subject)); });
  std::sort(times.begin(), times.end());
  state.counters["p99_ns"] = times[times.size() * 99 / 100];
  state.counters["largest"] = static_cast<double>(nodes);
}

// ---- files and memory -------------------------------------------------------------------------

std::string file_path() {
  const char* directory = std::getenv("TMPDIR");
  return std::string(directory == nullptr ? "/tmp" : directory) + "/graph_bench_" +
         std::to_string(::getpid()) + ".snapshot";
}

// The whole file into fresh memory of the kind that the graph uses: what a start cannot do without.
void read_whole(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY);
  struct stat info {};
  if (::fstat(fd, &info) != 0) std::abort();
  const auto size = static_cast<std::size_t>(info.st_size);
  const internal::Block memory(size, internal::Pages::kHuge);
  std::size_t at = 0;
  while (at < size) {
    const ssize_t got = ::read(fd, static_cast<char*>(memory.data()) + at, size - at);
    if (got <= 0) std::abort();
    at += static_cast<std::size_t>(got);
  }
  ::close(fd);
}

// Through one buffer that stays in the cache: no memory is filled at all.
void skim_whole(const std::string& path) {
  static std::vector<char> buffer(1 << 20);
  const int fd = ::open(path.c_str(), O_RDONLY);
  while (::read(fd, buffer.data(), buffer.size()) > 0) benchmark::DoNotOptimize(buffer[0]);
  ::close(fd);
}

void BM_Load(benchmark::State& state) {
  const std::string path = file_path();
  if (!bench(state.range(0), state.range(1)).graph->save(path))
    return state.SkipWithError("save failed");
  std::unique_ptr<Graph> graph;
  compare(
      state, [&] { read_whole(path); },
      [&] {
        graph = std::make_unique<Graph>();
        if (!graph->load(path)) std::abort();
      });
  state.counters["skim_ns"] = nanoseconds([&] { skim_whole(path); });
  struct stat info {};
  ::stat(path.c_str(), &info);
  state.counters["file_bytes"] = static_cast<double>(info.st_size);
  std::remove(path.c_str());
}

void BM_Memory(benchmark::State& state) {
  const Bench& b = bench(state.range(0));
  MemoryUse use;
  for (auto _ : state) {
    use = b.graph->memory();
    state.SetIterationTime(1e-9);
  }
  state.counters["bytes_per_edge"] =
      static_cast<double>(use.edge_bytes) / static_cast<double>(use.edges);
  state.counters["bytes_per_node"] =
      static_cast<double>(use.node_bytes) / static_cast<double>(use.nodes);
}

// One change set of a hundred edges onto the graph, compaction apart.
void BM_Publish(benchmark::State& state) {
  Graph graph(GraphOptions{.min_compaction = std::size_t{1} << 40});
  const Shape shape = shape_of(state.range(0));
  Changes changes{.seq = Seq{1}};
  for (std::uint32_t id = 1; id <= shape.nodes(); ++id) {
    NewNode node;
    node.id = NodeId{id};
    node.name = std::to_string(id);
    node.recorded = Seq{1};
    changes.nodes.push_back(std::move(node));
  }
  graph.publish(changes);
  Source source(shape);
  std::uint32_t id = 0;
  for (auto _ : state) {
    changes = Changes{.seq = Seq{2 + id}};
    for (int i = 0; i < 100; ++i) {
      changes.edges.push_back(source.edge(++id));
      changes.edges.back().recorded_from = changes.seq;
    }
    state.SetIterationTime(nanoseconds([&] { graph.publish(changes); }) * 1e-9);
  }
  state.SetItemsProcessed(state.iterations() * 100);
}

}  // namespace

BENCHMARK(BM_LineageDepth10)->ArgName("edges")->Arg(1'500'000)->UseManualTime()->Iterations(3000);
BENCHMARK(BM_Publish)->ArgName("edges")->Arg(1'000'000)->UseManualTime()->Iterations(20000);
BENCHMARK(BM_Closure)
    ->ArgNames({"edges", "unpacked"})
    ->Args({100'000, 0})
    ->Args({10'000'000, 0})
    ->UseManualTime()
    ->Iterations(15);
BENCHMARK(BM_ClosureAsOf)
    ->ArgNames({"edges", "unpacked", "percent"})
    ->Args({10'000'000, 0, 50})
    ->Args({10'000'000, 0, 100})
    ->UseManualTime()
    ->Iterations(15);
BENCHMARK(BM_BoostBreadthFirst)->ArgName("edges")->Arg(10'000'000)->UseManualTime()->Iterations(5);
BENCHMARK(BM_Memory)->ArgNames({"edges"})->Arg(10'000'000)->UseManualTime()->Iterations(1);
BENCHMARK(BM_Load)
    ->ArgNames({"edges", "unpacked"})
    ->Args({10'000'000, 0})
    ->Args({10'000'000, 11})
    ->UseManualTime()
    ->Iterations(9);
BENCHMARK(BM_Closure)
    ->ArgNames({"edges", "unpacked"})
    ->Args({10'000'000, 11})
    ->UseManualTime()
    ->Iterations(15);
BENCHMARK(BM_ClosureAsOf)
    ->ArgNames({"edges", "unpacked", "percent"})
    ->Args({10'000'000, 11, 100})
    ->UseManualTime()
    ->Iterations(15);

BENCHMARK_MAIN();
