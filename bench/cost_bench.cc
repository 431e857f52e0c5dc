// Cost questions over ten million ledger rows, against one pass over the rows in memory: the time
// filter and the sum of the measure. CPU time. Counters: floor_ms, ratio.
//
//   cost_bench
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/clones.h"
#include "stats/costs.h"
#include "stats/series.h"
#include "stats/sunburst.h"

namespace {

using namespace headwater;  // NOLINT: a program of its own
using base::Micros;
using model::Measure;
using model::NodeId;
using model::Seq;
using stats::Dimension;

constexpr std::int32_t kFirstDay = 20'000, kDays = 365;
constexpr Micros kStart = Micros{kFirstDay} * stats::kDay, kLength = Micros{kDays} * stats::kDay;

template <class T>
T must(base::Result<T> result) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// Three owners of every job, of two hundred; none of every tenth.
class Owners : public stats::LabelSource {
 public:
  Owners(std::uint32_t first, std::uint32_t count) : first_(first), count_(count) {}
  Seq seq() const override { return Seq{1}; }
  Position position() const override { return {Seq{1}, 0}; }
  stats::Result<void> all(const Visit& visit) override {
    for (std::uint32_t i = 0; i < count_; ++i) {
      stats::LabelTexts texts;
      for (std::uint32_t k = 0; k < i % 3 + 1 && i % 10 != 0; ++k) {
        texts.owners.push_back("team-" + std::to_string((i * 7 + k * 31) % 200));
      }
      visit(NodeId{first_ + i}, texts);
    }
    return {};
  }
  stats::Result<void> changed_after(const Position&, const Visit&) override { return {}; }

 private:
  const std::uint32_t first_, count_;
};

// Job j reads three earlier datasets and writes its own two, in one of forty namespaces.
graph::Changes pipelines(std::uint32_t datasets, std::uint32_t jobs, std::uint32_t consumers) {
  graph::Changes out;
  out.seq = Seq{1};
  for (std::uint32_t i = 1; i <= datasets + jobs + consumers; ++i) {
    graph::NewNode node;
    node.id = NodeId{i};
    node.kind = i <= datasets          ? model::NodeKind::kDataset
                : i <= datasets + jobs ? model::NodeKind::kJob
                                       : model::NodeKind::kConsumer;
    node.name_space = "space-" + std::to_string(i % 40);
    node.name = "area.thing_" + std::to_string(i);
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
    edge.recorded_from = out.seq;
    out.edges.push_back(edge);
  };
  for (std::uint32_t j = 0; j < jobs; ++j) {
    const std::uint32_t job = datasets + 1 + j, own = 1 + 2 * j;
    for (int k = 0; k < 3; ++k) {
      add(1 + static_cast<std::uint32_t>(random() % own), job, model::EdgeKind::kReads);
    }
    add(job, own, model::EdgeKind::kWrites);
    add(job, own + 1, model::EdgeKind::kWrites);
  }
  return out;
}

// A warehouse that ran for a year: rows in the order of time, each job writing one of two datasets.
struct Warehouse {
  Warehouse(std::uint32_t jobs, std::size_t rows) {
    const std::uint32_t datasets = 2 * jobs, consumers = jobs / 10;
    graph.publish(pipelines(datasets, jobs, consumers));
    graph.compact();
    snapshot = std::make_unique<graph::Snapshot>(graph.snapshot());
    std::mt19937_64 random(11);
    for (std::size_t i = 0; i < rows; ++i) {
      const auto job = static_cast<std::uint32_t>(random() % jobs);
      stats::LedgerRow row;
      row.seq = Seq{i + 1};
      row.time = kStart + static_cast<Micros>(static_cast<double>(i) / static_cast<double>(rows) *
                                              static_cast<double>(kLength));
      row.job = NodeId{datasets + 1 + job};
      row.dataset = NodeId{1 + 2 * job + static_cast<std::uint32_t>(random() % 2)};
      row.quantities[Measure::kAmount] = static_cast<std::int64_t>(random() % 50'000'000);
      row.quantities[Measure::kBytesBilled] = static_cast<std::int64_t>(random() % (1ULL << 40));
      row.quantities[Measure::kDurationMs] = static_cast<std::int64_t>(random() % 3'600'000);
      row.quantities[Measure::kRuns] = model::kMicro;
      ledger.append(row);
    }
    ledger.publish();
    for (std::uint32_t i = 0; i < 5 * jobs; ++i) {
      usage.append({Seq{1}, NodeId{1 + static_cast<std::uint32_t>(random() % datasets)},
                    NodeId{datasets + jobs + 1 + static_cast<std::uint32_t>(random() % consumers)},
                    kFirstDay + static_cast<std::int32_t>(random() % kDays), 0,
                    static_cast<std::int64_t>(1 + random() % 20)});
    }
    usage.publish();
    auto state = std::make_shared<stats::State>();
    state->seq = Seq{rows};
    state->ledger = ledger.snapshot();
    state->usage = usage.snapshot();
    ground.state = state;
    ground.graph = snapshot.get();
    Owners owners(datasets + 1, jobs);
    ground.labels = must(labels.at(owners));
    rolled = ground;
    rolled.rollups = rollups.upto(*state->ledger);
  }

  graph::Graph graph;
  std::unique_ptr<graph::Snapshot> snapshot;
  stats::Ledger ledger;
  stats::UsageBook usage;
  stats::LabelKeeper labels;
  stats::RollupKeeper rollups;
  stats::CostGround ground, rolled;  // without and with rollups
};

const Warehouse& large() {
  static const Warehouse made(5'000, 10'000'000);
  return made;
}

HW_CLONES std::int64_t sum_between(const Micros* times, const std::int64_t* values,
                                   std::size_t rows, Micros from, Micros to) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    sum += times[i] >= from && times[i] < to ? values[i] : 0;
  }
  return sum;
}

// Eleven months of the year, from within a day to within a day.
constexpr stats::Interval kAsked{kStart + 15 * stats::kDay + 7'200'000'000,
                                 kStart + 350 * stats::kDay + 3'600'000'000};

double floor_ms(const Warehouse& of, Measure measure) {
  const double start = cpu_ms();
  std::int64_t sum = 0;
  const stats::LedgerSnapshot& ledger = *of.ground.state->ledger;
  for (std::size_t i = 0; i < ledger.chunks(); ++i) {
    const stats::LedgerChunk& chunk = ledger.chunk(i);
    sum += sum_between(chunk.times(), chunk.column(measure), ledger.rows_of(i), kAsked.from,
                       kAsked.to);
  }
  benchmark::DoNotOptimize(sum);
  return cpu_ms() - start;
}

double median(std::vector<double> of) {
  std::nth_element(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2), of.end());
  return of[of.size() / 2];
}

template <class Ask>
void run(benchmark::State& state, const Warehouse& of, Ask&& ask) {
  std::vector<double> floors, spent;
  for (auto _ : state) {
    state.PauseTiming();
    floors.push_back(floor_ms(of, Measure::kBytesBilled));
    state.ResumeTiming();
    const double start = cpu_ms();
    ask();
    spent.push_back(cpu_ms() - start);
  }
  state.counters["floor_ms"] = median(floors);
  state.counters["cpu_ms"] = median(spent);
  state.counters["ratio"] = median(spent) / median(floors);
}

stats::SunburstQuestion asked(std::vector<Dimension> by) {
  stats::SunburstQuestion out;
  out.costs.measure = Measure::kBytesBilled;
  out.costs.interval = kAsked;
  out.by = std::move(by);
  return out;
}

void draw(benchmark::State& state, const Warehouse& of, bool rolled,
          const stats::SunburstQuestion& question) {
  run(state, of, [&] {
    const stats::Sunburst drawn = must(sunburst(rolled ? of.rolled : of.ground, question));
    benchmark::DoNotOptimize(drawn.total);
  });
}

const std::vector<Dimension> kByJob{Dimension::kNamespace, Dimension::kJob};
constexpr auto kOwner = Dimension::kOwner, kJob = Dimension::kJob, kDay = Dimension::kDays;

void BM_SunburstOfRows(benchmark::State& state) { draw(state, large(), false, asked(kByJob)); }
void BM_Sunburst(benchmark::State& state) { draw(state, large(), true, asked(kByJob)); }
// The 3.1 million sums by pair and day, in every order that days can have among the rings.
void BM_SunburstByOwnerJobDay(benchmark::State& state) {
  draw(state, large(), true, asked({kOwner, kJob, kDay}));
}
void BM_SunburstByOwnerDayJob(benchmark::State& state) {
  draw(state, large(), true, asked({kOwner, kDay, kJob}));
}
void BM_SunburstByDayOwnerJob(benchmark::State& state) {
  draw(state, large(), true, asked({kDay, kOwner, kJob}));
}
void BM_SunburstByDay(benchmark::State& state) { draw(state, large(), true, asked({kDay})); }
void BM_SunburstByJobMonthOwnerDay(benchmark::State& state) {
  draw(state, large(), true, asked({kJob, Dimension::kMonths, kOwner, kDay}));
}
void BM_SunburstByDayMostArcs(benchmark::State& state) {
  stats::SunburstQuestion question = asked({kDay, kOwner, kJob});
  question.max_arcs = stats::SunburstQuestion::kMaxArcs;
  draw(state, large(), true, question);
}
// Half a year and the one before it.
void BM_SunburstByDayCompared(benchmark::State& state) {
  stats::SunburstQuestion question = asked({kOwner, kJob, kDay});
  const base::Micros middle = kAsked.from + (kAsked.to - kAsked.from) / 2;
  question.before = {kAsked.from, middle};
  question.costs.interval.from = middle;
  draw(state, large(), true, question);
}
// Cut in the middle by what was known: no rollup helps.
void BM_SunburstKnownAt(benchmark::State& state) {
  stats::SunburstQuestion question = asked(kByJob);
  question.costs.known_at = Seq{6'000'000};
  draw(state, large(), true, question);
}
void BM_SeriesByNamespace(benchmark::State& state) {
  stats::SeriesQuestion question;
  question.costs = asked({}).costs;
  question.by = Dimension::kNamespace;
  run(state, large(),
      [&] { benchmark::DoNotOptimize(must(series(large().rolled, question)).total.value); });
}
// All that is behind the first question: sums by day and pair.
void BM_Rollup(benchmark::State& state) {
  run(state, large(), [] {
    stats::RollupKeeper keeper;
    benchmark::DoNotOptimize(keeper.upto(*large().ground.state->ledger));
  });
}

// A hundred thousand datasets, two million rows.
const Warehouse& wide() {
  static const Warehouse made(50'000, 2'000'000);
  return made;
}
stats::SunburstQuestion inherited(std::vector<Dimension> by) {
  stats::SunburstQuestion out = asked(std::move(by));
  out.costs.view = stats::CostView::kInherited;
  return out;
}
void BM_Inherited(benchmark::State& state) {
  draw(state, wide(), true, inherited({Dimension::kConsumer, Dimension::kDataset}));
}
void BM_InheritedByMonth(benchmark::State& state) {
  stats::SunburstQuestion question = inherited({Dimension::kConsumer, Dimension::kMonths});
  question.costs.max_work = 1'000'000'000;
  draw(state, wide(), true, question);
}
void BM_DirectWide(benchmark::State& state) { draw(state, wide(), true, asked(kByJob)); }

BENCHMARK(BM_SunburstOfRows)
    ->Name("BM_SunburstOfRows/rows:10000000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SunburstKnownAt)
    ->Name("BM_SunburstKnownAt/rows:10000000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Sunburst)->Name("BM_Sunburst/rows:10000000")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SunburstByOwnerJobDay)
    ->Name("BM_SunburstByOwnerJobDay/rows:10000000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SunburstByOwnerDayJob)
    ->Name("BM_SunburstByOwnerDayJob/rows:10000000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SunburstByDayOwnerJob)
    ->Name("BM_SunburstByDayOwnerJob/rows:10000000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SunburstByDay)->Name("BM_SunburstByDay/rows:10000000")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SunburstByJobMonthOwnerDay)
    ->Name("BM_SunburstByJobMonthOwnerDay/rows:10000000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SunburstByDayMostArcs)
    ->Name("BM_SunburstByDayMostArcs/rows:10000000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SunburstByDayCompared)
    ->Name("BM_SunburstByDayCompared/rows:10000000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SeriesByNamespace)
    ->Name("BM_SeriesByNamespace/rows:10000000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Rollup)->Name("BM_Rollup/rows:10000000")->Unit(benchmark::kMillisecond)->Iterations(3);
BENCHMARK(BM_DirectWide)->Name("BM_DirectWide/datasets:100000")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Inherited)->Name("BM_Inherited/datasets:100000")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_InheritedByMonth)
    ->Name("BM_InheritedByMonth/datasets:100000")
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
