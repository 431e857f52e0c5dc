// Ingest in process: no HTTP, so that pipeline, writer and disk are seen alone.
//
//   ingest_bench [--dir=.] [--events=20000] [--rounds=5] [--only=name] [--corpora=folder]
//                [--no-floor]
//
// Each benchmark is run in turns with its floor (bench/ingest_floor.h) on the same disk; the ratio
// is the median over the rounds, since absolute times on a shared machine mean little. "Of CPU" is
// the same of the processor time of all threads: what remains true when others use the machine.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/log.h"
#include "bench/ingest_events.h"
#include "bench/ingest_floor.h"
#include "bench/ingest_run.h"

namespace headwater::bench {
namespace {

constexpr std::size_t kWarmUp = 4000;  // events: every shape is known, the dictionary trained

struct Options {
  std::string directory = ".", only, corpora;
  std::size_t events = 20000, rounds = 5;
  bool floor = true;  // false: for a profiler
};

struct Sample {
  Cost cost;
  double batch = 0, apply_share = 0, commit_share = 0;
};

// `submitters` threads hand over bodies of `body` events as fast as they are taken.
Cost submit_all(IngestRun& run, std::vector<std::string>& bodies, std::size_t submitters) {
  const Stopwatch watch;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < submitters; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < bodies.size(); i += submitters) run.send(std::move(bodies[i]));
    });
  }
  for (std::thread& thread : threads) thread.join();
  run.drain();
  return watch.stop();
}

Sample run_pipeline(const Options& options, const std::vector<std::string>& events,
                    std::size_t body, std::size_t submitters) {
  const ScratchDirectory scratch(options.directory);
  IngestRun run(scratch.path(), true);
  for (std::size_t at = 0; at < kWarmUp; at += 500) {
    run.send_waiting(json_array(events, at, std::min<std::size_t>(500, kWarmUp - at)));
  }
  std::vector<std::string> bodies;
  for (std::size_t at = kWarmUp; at < events.size(); at += body) {
    bodies.push_back(body == 1 ? events[at] : json_array(events, at, body));
  }
  const auto before = run.stats();
  Sample out;
  out.cost = submit_all(run, bodies, submitters);
  const auto after = run.stats();
  const double micros = out.cost.seconds * 1e6;
  const auto grown = [](std::uint64_t from, std::uint64_t to) {
    return static_cast<double>(to - from);
  };
  out.batch = grown(before.events, after.events) / grown(before.batches, after.batches);
  out.apply_share = grown(before.apply_micros_total, after.apply_micros_total) / micros;
  out.commit_share = grown(before.commit_micros_total, after.commit_micros_total) / micros;
  return out;
}

Cost floor_of(const Options& options, const std::vector<std::string>& events,
              const Recording& recording, double batch) {
  const ScratchDirectory scratch(options.directory);
  FloorOptions floor;
  floor.batch = static_cast<std::size_t>(batch + 0.5);
  floor.warm_up = kWarmUp;
  return run_floor(scratch.path(), events, recording, floor);
}

void compare(const Options& options, const char* name, const std::vector<std::string>& events,
             std::size_t body, std::size_t submitters) {
  if (!options.only.empty() && std::string_view(name).find(options.only) == std::string::npos) {
    return;
  }
  const ScratchDirectory recorded(options.directory);
  Recording recording;
  if (options.floor) recording = record_ingest(recorded.path(), events);
  const double measured = static_cast<double>(events.size() - kWarmUp);
  std::vector<double> ratios, cpu_ratios, rates, floors, batches;
  for (std::size_t round = 0; round < options.rounds; ++round) {
    const Sample sample = run_pipeline(options, events, body, submitters);
    const Cost floor = options.floor ? floor_of(options, events, recording, sample.batch) : Cost{};
    rates.push_back(measured / sample.cost.seconds);
    floors.push_back(measured / floor.seconds);
    ratios.push_back(floor.seconds / sample.cost.seconds);
    cpu_ratios.push_back(floor.cpu_seconds / sample.cost.cpu_seconds);
    batches.push_back(sample.batch);
    std::printf(
        "  round %zu: %.0f events/s, %.0f us of CPU an event (apply %.0f %%, commit "
        "%.0f %% of the time); floor %.0f events/s, %.0f us; ratio %.2f, of CPU %.2f\n",
        round + 1, rates.back(), 1e6 * sample.cost.cpu_seconds / measured, 100 * sample.apply_share,
        100 * sample.commit_share, floors.back(), 1e6 * floor.cpu_seconds / measured, ratios.back(),
        cpu_ratios.back());
    std::fflush(stdout);
  }
  std::printf(
      "%-44s ratio %.2f, of CPU %.2f  (%.0f events/s, floor %.0f; batch %.0f, %.1f "
      "statements an event)\n",
      name, median(ratios), median(cpu_ratios), median(rates), median(floors), median(batches),
      static_cast<double>(recording.statements()) / static_cast<double>(events.size()));
}

bool option(std::string_view argument, std::string_view name, std::string& value) {
  if (!argument.starts_with(name)) return false;
  value = argument.substr(name.size());
  return true;
}

int run(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string number;
    const std::string_view argument = argv[i];
    if (argument == "--no-floor") {
      options.floor = false;
      continue;
    }
    if (option(argument, "--dir=", options.directory)) continue;
    if (option(argument, "--only=", options.only)) continue;
    if (option(argument, "--corpora=", options.corpora)) continue;
    if (option(argument, "--events=", number)) {
      options.events = std::strtoull(number.c_str(), nullptr, 10);
    } else if (option(argument, "--rounds=", number)) {
      options.rounds = std::strtoull(number.c_str(), nullptr, 10);
    } else {
      std::fprintf(stderr, "unknown option %s\n", argv[i]);
      return 2;
    }
  }
  const auto made = IngestEvents().events(0, kWarmUp + options.events);
  compare(options, "BM_Pipeline/body:1000/submitters:1", made, 1000, 1);
  compare(options, "BM_Pipeline/body:1000/submitters:2", made, 1000, 2);
  compare(options, "BM_Pipeline/body:1/submitters:2", made, 1, 2);
  if (options.corpora.empty()) return 0;
  auto real = warehouse_events(options.corpora);
  if (real.empty()) {
    std::printf("BM_PipelineWarehouse: no corpus in %s\n", options.corpora.c_str());
    return 0;
  }
  compare(options, "BM_PipelineWarehouse/body:1000/submitters:2", real, 1000, 2);
  return 0;
}

}  // namespace
}  // namespace headwater::bench

int main(int argc, char** argv) {
  spdlog::set_level(spdlog::level::warn);
  return headwater::bench::run(argc, argv);
}
