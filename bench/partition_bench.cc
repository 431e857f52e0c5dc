// Partitions by the hundred million, against floors measured in the same process.
//
//   partition_bench [--partitions=100000000] [--datasets=1000] [--file=PATH] [--only=PART]
//
// PART: code, plan, summary, write, scattered, rescan or start; else all of them.
// Times are of this thread's processor time, since other processes on the machine then count
// little; each is the median of its rounds, with the largest beside it. The floors: comparing two
// columns of u64 (what a full rescan cannot do without), reading the snapshot's bytes into fresh
// memory.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/clones.h"
#include "bench/partition_world.h"
#include "planner/plan_builder.h"
#include "planner/rescan.h"
#include "planner/snapshot.h"
#include "planner/staleness.h"

namespace headwater::bench {
namespace {

using planner::Counts;
using planner::Staleness;

struct Arguments {
  Shape shape{100'000'000, 1000};
  std::string file, only;
};

Arguments arguments(int argc, char** argv) {
  Arguments out;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::size_t equals = argument.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = argument.substr(0, equals), value = argument.substr(equals + 1);
    if (name == "--partitions") out.shape.partitions = std::atoll(value.data());
    if (name == "--datasets")
      out.shape.datasets = static_cast<std::uint32_t>(std::atoi(value.data()));
    if (name == "--file") out.file = value;
    if (name == "--only") out.only = value;
  }
  return out;
}

// ---- measuring
// -----------------------------------------------------------------------------------

double thread_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

template <class F>
double milliseconds(F&& f) {
  const double start = thread_ms();
  f();
  return thread_ms() - start;
}

template <class F>
double clock_ms(F&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

struct Times {
  std::vector<double> all;
  double median() {
    std::sort(all.begin(), all.end());
    return all.empty() ? 0 : all[all.size() / 2];
  }
  double most() { return all.empty() ? 0 : *std::max_element(all.begin(), all.end()); }
};

std::uint64_t resident_bytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  unsigned long long size = 0, resident = 0;
  const int read = std::fscanf(file, "%llu %llu", &size, &resident);
  std::fclose(file);
  return read == 2 ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

void line(const char* what, double value, const char* unit, const char* more = "") {
  std::printf("%-52s %10.3f %-14s %s\n", what, value, unit, more);
  std::fflush(stdout);
}

void line(const char* what, Times times, const char* budget) {
  char more[100];
  std::snprintf(more, sizeof more, "most %.3f, %zu rounds, budget %s", times.most(),
                times.all.size(), budget);
  line(what, times.median(), "ms", more);
}

// ---- floor
// ---------------------------------------------------------------------------------------

HW_CLONES std::uint64_t unequal(const std::uint64_t* a, const std::uint64_t* b, std::size_t n) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < n; ++i) out += a[i] != b[i];
  return out;
}

// Per 10^8 partitions scaled to as many as there are: two columns of 10^9 do not fit beside them.
double compare_two_columns(std::uint64_t partitions) {
  const std::size_t n = std::min<std::uint64_t>(partitions, 100'000'000);
  std::vector<std::uint64_t> a(n, 1), b(n, 1);
  b[n / 2] = 2;
  Times times;
  for (int round = 0; round < 7; ++round) {
    times.all.push_back(milliseconds([&] {
      if (unequal(a.data(), b.data(), n) != 1) std::abort();
    }));
  }
  return times.median() * static_cast<double>(partitions) / static_cast<double>(n);
}

void read_whole(const std::string& path) {
  const std::size_t size = std::filesystem::file_size(path);
  void* const memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  const int fd = ::open(path.c_str(), O_RDONLY);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(fd, static_cast<char*>(memory) + done,
                               std::min<std::size_t>(size - done, std::size_t{1} << 20));
    if (got <= 0) std::abort();
    done += static_cast<std::size_t>(got);
  }
  ::close(fd);
  ::munmap(memory, size);
}

// Every partition takes a second and costs nothing that is known.
class FlatCosts final : public planner::CostModel {
 public:
  base::Result<planner::DatasetCosts> of(DatasetNo dataset) override {
    static_cast<void>(dataset);
    planner::DatasetCosts out;
    out.duration = {1'000'000, 2'000'000, 10, planner::Basis::kDataset};
    return out;
  }
};

// ---- what is measured
// ----------------------------------------------------------------------------

class Bench {
 public:
  explicit Bench(const Arguments& given) : given_(given) {}

  void run() {
    load();
    verdict();  // which all others begin with
    if (wanted("code")) code_change();
    if (wanted("plan")) plan();
    if (wanted("summary")) summary();
    if (wanted("write")) one_percent();
    if (wanted("scattered")) scattered();
    if (wanted("rescan")) rescan();
    if (wanted("start")) start();
  }

 private:
  bool wanted(std::string_view part) const { return given_.only.empty() || given_.only == part; }

  std::shared_ptr<const Staleness> compute(base::Crew* crew = nullptr) {
    return Staleness::compute(world_->engine().state(), world_->now(), {}, known_.get(), crew);
  }
  Counts total(const Staleness& staleness) const {
    Counts out;
    for (std::uint32_t n = 1; n <= world_->datasets(); ++n) out += staleness.counts(DatasetNo{n});
    return out;
  }
  void print_total(const char* what) const {
    const Counts all = total(*known_);
    std::printf(
        "  %s: %llu present, %llu missing, %llu stale, %llu maybe\n", what,
        static_cast<unsigned long long>(all.present), static_cast<unsigned long long>(all.missing),
        static_cast<unsigned long long>(all.stale), static_cast<unsigned long long>(all.maybe));
  }

  void load() {
    floor_ms_ = compare_two_columns(static_cast<std::uint64_t>(given_.shape.partitions));
    const std::uint64_t before = resident_bytes();
    const double ms = milliseconds([&] { world_ = std::make_unique<World>(given_.shape); });
    const auto n = static_cast<double>(world_->partitions());
    std::printf("%u datasets, %zu mappings, %.0f partitions\n", world_->datasets(), world_->edges(),
                n);
    line("floor: comparing two columns of u64", floor_ms_, "ms");
    line("made and loaded in columns", ms / 1e3, "s");
    line("memory, all in", static_cast<double>(resident_bytes() - before) / n, "bytes a partition",
         "budget 20");
  }

  void verdict() {
    const std::uint64_t before = resident_bytes();
    Times times;
    for (int round = 0; round < 3; ++round) {
      known_.reset();
      times.all.push_back(milliseconds([&] { known_ = compute(); }));
    }
    line("verdicts from scratch", times, "none");
    line("  kept of them",
         static_cast<double>(resident_bytes() - before) / static_cast<double>(world_->partitions()),
         "bytes a partition");
    print_total("loaded");
  }

  // Of one job, in turn from each layer, and back again.
  void code_change() {
    Times times, publish;
    std::uint64_t maybe = 0;
    for (std::uint32_t round = 0; round < 40; ++round) {
      const NodeId job = World::job_of(DatasetNo{1 + round / 2 * (world_->datasets() / 20)});
      const CodeId code{round % 2 == 0 ? 2 : 1};
      times.all.push_back(milliseconds([&] {
        world_->engine().set_code(job, code);
        world_->engine().publish(model::Seq{++seq_});
        known_ = compute();
      }));
      maybe = std::max(maybe, total(*known_).maybe);
    }
    line("verdicts after one change of code", times, "50");
    std::printf("  at most %llu partitions became maybe\n", static_cast<unsigned long long>(maybe));
  }

  void summary() {
    Times counts, spans, minute, hour;
    for (int round = 0; round < 20; ++round) {
      counts.all.push_back(milliseconds([&] { checked_ += total(*known_).stale; }));
      spans.all.push_back(milliseconds([&] {
        planner::Selection selection;
        selection.stale = selection.missing = true;
        for (std::uint32_t n = 1; n <= world_->datasets(); ++n) {
          bool more = false;
          checked_ += known_->spans(DatasetNo{n}, selection, 10, &more).size();
        }
      }));
    }
    line("summary: counts of all datasets", counts, "10");
    line("summary: the first 10 ranges of each", spans, "10");
    constexpr base::Micros kMinute = 60'000'000;
    auto later = known_;
    for (int round = 1; round <= 90; ++round) {
      const bool on_the_hour = round % 60 == 0;
      (on_the_hour ? hour : minute).all.push_back(milliseconds([&] {
        later = Staleness::compute(world_->engine().state(), world_->now() + round * kMinute, {},
                                   later.get());
      }));
    }
    line("summary: the next minute", minute, "10");
    line("summary: an hour later, of all hours one more", hour, "10");
  }

  // One hundredth of each dataset, in one run of neighbours, by runs in no order: by all
  // processors, which the clock tells, and by this thread alone.
  void one_percent() {
    base::Crew crew;
    std::mt19937_64 random(11);
    Parts together, alone;
    for (int round = 0; round < 3; ++round) {
      one_percent(&crew, random, together);
      one_percent(nullptr, random, alone);
    }
    line("1 % written, and verdicts, all processors, clock", together.both, "100");
    line("  of which writing", together.write, "none");
    line("  of which verdicts", together.verdicts, "none");
    line("  then, to let go of the version before", together.let_go, "none");
    line("1 % written, and verdicts, by one thread", alone.both, "none");
    line("  of which writing", alone.write, "none");
    line("  of which verdicts", alone.verdicts, "none");
    line("  then, to let go of the version before", alone.let_go, "none");
    print_total("then");
  }

  struct Parts {
    Times write, verdicts, let_go, both;
  };
  // `crew`: by the clock; null: processor time of one thread.
  void one_percent(base::Crew* crew, std::mt19937_64& random, Parts& out) {
    const auto timed = [crew](const auto& work) {
      return crew == nullptr ? milliseconds(work) : clock_ms(work);
    };
    const auto writes = some_writes(random);
    out.write.all.push_back(timed([&] {
      if (crew != nullptr) world_->engine().tell_together(*crew);
      for (const auto& [one, last] : writes) check(world_->engine().write(one, last));
      check(world_->engine().told());
      world_->engine().publish(model::Seq{++seq_});
    }));
    auto before = known_;
    out.verdicts.all.push_back(timed([&] { known_ = compute(crew); }));
    out.let_go.all.push_back(timed([&] { before.reset(); }));  // the server leaves it to a helper
    out.both.all.push_back(out.write.all.back() + out.verdicts.all.back());
  }

  std::vector<std::pair<Write, std::int64_t>> some_writes(std::mt19937_64& random) {
    std::vector<std::uint32_t> order;
    for (std::uint32_t n = 1; n <= world_->datasets(); ++n) order.push_back(n);
    std::shuffle(order.begin(), order.end(), random);
    std::vector<std::pair<Write, std::int64_t>> out;
    for (const std::uint32_t n : order) add_writes(DatasetNo{n}, random, out);
    std::uint64_t written = 0;
    for (const auto& [one, last] : out) {
      world_->history().add(one, last);
      written += static_cast<std::uint64_t>(last - one.place.index + 1);
    }
    if (written < world_->partitions() / 101) std::abort();
    return out;
  }

  void add_writes(DatasetNo dataset, std::mt19937_64& random,
                  std::vector<std::pair<Write, std::int64_t>>& to) {
    const Span span = world_->span_of(dataset);
    const std::int64_t in_lane = span.last - span.first + 1;
    const std::int64_t wanted =
        std::max<std::int64_t>(1, in_lane * world_->lanes_of(dataset) / 100);
    const std::int64_t length = std::min(wanted, in_lane);
    clock_ += 100;
    for (std::int64_t done = 0, lane = 0; done < wanted; done += length, ++lane) {
      Write one;
      one.dataset = dataset;
      one.job = World::job_of(dataset);
      one.code = CodeId{1};
      one.place = {static_cast<std::uint32_t>(lane),
                   span.first + static_cast<std::int64_t>(
                                    random() % static_cast<std::uint64_t>(in_lane - length + 1))};
      one.start = world_->now() + clock_;
      one.end = one.start + 50;
      one.out = random() | 1;
      one.seq = model::Seq{seq_ + 1};
      to.emplace_back(one, one.place.index + length - 1);
    }
  }

  // One by one, anywhere: each copies a page and a block for readers, and those of its readers.
  void scattered() {
    std::mt19937_64 random(13);
    constexpr int kWrites = 20'000;
    double ms = 0;
    for (int i = 0; i < kWrites; ++i) {
      const DatasetNo dataset{static_cast<std::uint32_t>(1 + random() % world_->datasets())};
      const Span span = world_->span_of(dataset);
      Write one;
      one.dataset = dataset;
      one.job = World::job_of(dataset);
      one.code = CodeId{1};
      one.place.index =
          span.first +
          static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(span.last - span.first));
      clock_ += 100;
      one.start = world_->now() + clock_;
      one.end = one.start + 50;
      one.out = random() | 1;
      one.seq = model::Seq{seq_ + 1};
      world_->history().add(one, one.place.index);
      ms += milliseconds([&] { check(world_->engine().write(one)); });
    }
    line("one partition anywhere, version by version", ms * 1e3 / kWrites, "us a write");
    world_->engine().publish(model::Seq{++seq_});
    line("  and verdicts after all of them", milliseconds([&] { known_ = compute(); }), "ms");
  }

  // Against the one before, as a scrubber does.
  void rescan() {
    // Once more: the pace of a machine changes while all else is measured.
    floor_ms_ = compare_two_columns(static_cast<std::uint64_t>(given_.shape.partitions));
    line("floor: comparing two columns of u64, now", floor_ms_, "ms");
    Times times;
    std::shared_ptr<const planner::Rescan> before;
    for (int round = 0; round < 3; ++round) {
      times.all.push_back(milliseconds(
          [&] { before = planner::Rescan::run(world_->engine().state(), before.get(), {}); }));
    }
    char budget[100];
    std::snprintf(budget, sizeof budget, "3 x floor; it is %.2f x", times.median() / floor_ms_);
    line("full rescan", times, budget);
    base::Crew crew;
    Times together;
    for (int round = 0; round < 3; ++round) {
      together.all.push_back(clock_ms([&] {
        before = planner::Rescan::run(world_->engine().state(), before.get(), {}, &crew);
      }));
    }
    std::snprintf(budget, sizeof budget, "none; by the clock, it is %.2f x",
                  together.median() / floor_ms_);
    line("  by all processors", together, budget);
    std::printf("  %llu partitions, %llu pages compared, %llu faults\n",
                static_cast<unsigned long long>(before->partitions()),
                static_cast<unsigned long long>(before->compared()),
                static_cast<unsigned long long>(before->fault_count()));
    for (const auto& fault : before->faults()) {
      std::printf("  fault: %u/%u/%lld %s\n", fault.dataset.value, fault.lane,
                  static_cast<long long>(fault.block), fault.what.c_str());
    }
  }

  // Of whatever is stale or may become so downstream of the dataset that reaches closest to a
  // tenth.
  void plan() {
    std::uint64_t best = 0;
    planner::PlanOptions options;
    const std::uint64_t wanted = world_->partitions() / 10;
    for (std::uint32_t n = 1; n <= world_->datasets() / 2; ++n) {
      const std::uint64_t reached = dirty_below(DatasetNo{n});
      const auto off = [&](std::uint64_t count) {
        return count > wanted ? count - wanted : wanted - count;
      };
      if (best != 0 && off(best) <= off(reached)) continue;
      best = reached;
      options.scope = {DatasetNo{n}};
    }
    options.max_partitions_per_task = static_cast<std::int64_t>(world_->partitions() / 9'000);
    Times times;
    std::size_t tasks = 0;
    std::int64_t upper = 0;
    std::string refused;  // what is stale lies scattered: each range is a task
    for (int round = 0; round < 3; ++round) {
      FlatCosts costs;
      times.all.push_back(milliseconds([&] {
        const auto draft = planner::make_plan(*known_, {world_->history(), costs}, options, {});
        if (!draft) {
          refused = draft.error().message;
          return;
        }
        tasks = draft->tasks.size();
        upper = draft->upper;
      }));
    }
    line("plan of a change", times, "1000");
    if (refused.empty()) {
      std::printf("  %lld partitions in %zu tasks\n", static_cast<long long>(upper), tasks);
    } else {
      std::printf("  refused: %s\n", refused.c_str());
    }
  }

  // Stale, missing or maybe in the dataset and downstream of it.
  std::uint64_t dirty_below(DatasetNo from) const {
    std::vector<bool> seen(world_->datasets() + 1);
    std::vector<DatasetNo> stack{from};
    seen[from.value] = true;
    std::uint64_t out = 0;
    while (!stack.empty()) {
      const DatasetNo at = stack.back();
      stack.pop_back();
      const Counts& counts = known_->counts(at);
      out += counts.stale + counts.missing + counts.maybe;
      for (const planner::Edge& edge : known_->state().segment(at).out) {
        if (seen[edge.downstream.value]) continue;
        seen[edge.downstream.value] = true;
        stack.push_back(edge.downstream);
      }
    }
    return out;
  }

  void start() {
    const std::string path =
        given_.file.empty() ? "partition_bench." + std::to_string(::getpid()) : given_.file;
    auto state = world_->engine().state();
    const planner::SnapshotOrigin origin{"bench", {1, 2}};
    line("snapshot: saving",
         milliseconds([&] { check(planner::save_snapshot(*state, origin, path)); }) / 1e3,
         "s of CPU");
    const auto size = static_cast<double>(std::filesystem::file_size(path));
    line("snapshot: size", size / static_cast<double>(world_->partitions()), "bytes a partition");
    state.reset();
    known_.reset();
    world_->forget();
    Times loads, floors, verdicts;
    for (int round = 0; round < 3; ++round) {
      floors.all.push_back(milliseconds([&] { read_whole(path); }));
      planner::Engine engine(world_->history());
      world_->wire(engine);
      loads.all.push_back(milliseconds([&] {
        planner::SnapshotReader file;
        check(file.open(path));
        const auto loaded = file.load(engine);
        if (!loaded) std::abort();
        engine.publish(file.seq());
      }));
      verdicts.all.push_back(
          milliseconds([&] { known_ = Staleness::compute(engine.state(), world_->now(), {}); }));
      known_.reset();
    }
    std::remove(path.c_str());
    line("floor: reading the file into fresh memory", floors, "");
    char budget[100];
    std::snprintf(budget, sizeof budget, "4 x floor; it is %.2f x",
                  loads.median() / floors.median());
    line("start: loading the snapshot", loads, budget);
    line("  and the first verdicts", verdicts, "none");
  }

  static void check(const base::Result<void>& done) {
    if (done) return;
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    std::exit(1);
  }

  const Arguments given_;
  double floor_ms_ = 0;
  std::unique_ptr<World> world_;
  std::shared_ptr<const Staleness> known_;
  std::uint64_t seq_ = 1, checked_ = 0;
  base::Micros clock_ = 0;
};

}  // namespace
}  // namespace headwater::bench

int main(int argc, char** argv) {
  headwater::bench::Bench(headwater::bench::arguments(argc, argv)).run();
  return 0;
}
