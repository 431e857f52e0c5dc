// Ingest over HTTP, against the real server in a process of its own.
//
//   http_ingest_bench --server=headwater [--dir=.] [--events=20000] [--rounds=5] [--only=name]
//                     [--corpora=folder]
//
// BM_HttpSingles, BM_HttpBatches, and BM_HttpUsage of reports of use: durable, by turns with the
// floor of bench/ingest_floor.h at the batch size that the server reached. The server, the load
// generator and the kernel's network share the machine's cores; the floor has one for itself.
// BM_HttpLatency: one event at a time on an idle server, by turns with one fsync on the same disk.
#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "bench/http_load.h"
#include "bench/ingest_events.h"
#include "bench/ingest_floor.h"
#include "bench/ingest_run.h"

namespace headwater::bench {
namespace {

constexpr std::size_t kWarmUp = 4000;  // events: every shape is known, the dictionary trained
constexpr std::size_t kLatencySamples = 300, kSettling = 2000;

struct Options {
  std::string server, directory = ".", only, corpora;
  std::size_t events = 20000, rounds = 5;
};

struct Shape {
  const char* name;
  std::size_t body, connections;
  bool usage = false;
};

std::string request_of(const std::vector<std::string>& events, std::size_t at, std::size_t body,
                       bool usage) {
  const std::string text = body == 1 ? events[at] : json_array(events, at, body);
  return post_request(usage       ? "/api/v1/usage"
                      : body == 1 ? "/api/v1/lineage"
                                  : "/api/v1/lineage/batch",
                      text);
}

void warm_up(const ServerProcess& server, const std::vector<std::string>& events, bool usage) {
  std::vector<std::string> requests;
  for (std::size_t at = 0; at < kWarmUp; at += 500) {
    requests.push_back(request_of(events, at, std::min<std::size_t>(500, kWarmUp - at), usage));
  }
  run_load(server.port(), requests, 1);
}

struct Sample {
  Cost cost;
  double batch = 0, p50 = 0, p99 = 0, apply_share = 0, commit_share = 0;
};

Sample run_server(const Options& options, const std::vector<std::string>& events,
                  const Shape& shape) {
  const ScratchDirectory scratch(options.directory);
  const ServerProcess server(options.server, scratch.path());
  warm_up(server, events, shape.usage);
  std::vector<std::string> requests;
  for (std::size_t at = kWarmUp; at < events.size(); at += shape.body) {
    requests.push_back(request_of(events, at, shape.body, shape.usage));
  }
  const double batches = server.metric("ingest_batches_total");
  const double apply = server.metric("ingest_apply_seconds_total");
  const double commit = server.metric("ingest_commit_seconds_total");
  const double cpu = server.cpu_seconds();
  const LoadResult load = run_load(server.port(), requests, shape.connections);
  Sample out;
  out.cost = {load.seconds, server.cpu_seconds() - cpu};
  out.batch = static_cast<double>(events.size() - kWarmUp) /
              (server.metric("ingest_batches_total") - batches);
  out.p50 = quantile(load.latencies, 0.5);
  out.p99 = quantile(load.latencies, 0.99);
  out.apply_share = (server.metric("ingest_apply_seconds_total") - apply) / load.seconds;
  out.commit_share = (server.metric("ingest_commit_seconds_total") - commit) / load.seconds;
  if (server.metric("events_quarantined_total") + server.metric("events_duplicate_total") > 0) {
    std::fprintf(stderr, "an event was not stored\n");
    std::exit(1);
  }
  return out;
}

Cost floor_of(const Options& options, const std::vector<std::string>& events,
              const Recording& recording, double batch) {
  const ScratchDirectory scratch(options.directory);
  FloorOptions floor;
  floor.batch = static_cast<std::size_t>(std::max(1.0, batch + 0.5));
  floor.warm_up = kWarmUp;
  return run_floor(scratch.path(), events, recording, floor);
}

bool wanted(const Options& options, std::string_view name) {
  return options.only.empty() || name.find(options.only) != std::string_view::npos;
}

void compare(const Options& options, const Shape& shape, const std::vector<std::string>& events,
             const Recording& recording) {
  if (!wanted(options, shape.name)) return;
  const double measured = static_cast<double>(events.size() - kWarmUp);
  std::vector<double> ratios, cpu_ratios, rates, floors, batches;
  for (std::size_t round = 0; round < options.rounds; ++round) {
    const Sample sample = run_server(options, events, shape);
    const Cost floor = floor_of(options, events, recording, sample.batch);
    rates.push_back(measured / sample.cost.seconds);
    floors.push_back(measured / floor.seconds);
    ratios.push_back(floor.seconds / sample.cost.seconds);
    cpu_ratios.push_back(floor.cpu_seconds / sample.cost.cpu_seconds);
    batches.push_back(sample.batch);
    std::printf(
        "  round %zu: %.0f events/s, %.0f us of CPU an event, p50 %.1f ms, p99 %.1f ms (apply "
        "%.0f %%, commit %.0f %% of the time); floor %.0f events/s, %.0f us; ratio %.2f, of CPU "
        "%.2f\n",
        round + 1, rates.back(), 1e6 * sample.cost.cpu_seconds / measured, 1e3 * sample.p50,
        1e3 * sample.p99, 100 * sample.apply_share, 100 * sample.commit_share, floors.back(),
        1e6 * floor.cpu_seconds / measured, ratios.back(), cpu_ratios.back());
    std::fflush(stdout);
  }
  std::printf("%-44s ratio %.2f, of CPU %.2f  (%.0f events/s, floor %.0f; batch %.0f)\n",
              shape.name, median(ratios), median(cpu_ratios), median(rates), median(floors),
              median(batches));
}

// What one fsync costs at least: of a small append, and of blocks that are there already, which is
// what a database does to a log that it uses again.
class FsyncProbe {
 public:
  explicit FsyncProbe(const std::string& path)
      : fd_(::open(path.c_str(), O_CREAT | O_RDWR, 0600)), block_(4096, 'x') {
    for (std::size_t i = 0; i < 2 * kLatencySamples; ++i) put(i);
    sync();
  }
  ~FsyncProbe() { ::close(fd_); }
  FsyncProbe(const FsyncProbe&) = delete;
  FsyncProbe& operator=(const FsyncProbe&) = delete;

  double append() { return timed(2 * kLatencySamples + next_); }
  double overwrite() { return timed(next_++); }

 private:
  void put(std::size_t block) {
    const auto offset = static_cast<off_t>(block * block_.size());
    if (::pwrite(fd_, block_.data(), block_.size(), offset) < 0) std::exit(1);
  }
  void sync() {
    if (::fdatasync(fd_) != 0) std::exit(1);
  }
  double timed(std::size_t block) {
    const double start = now_seconds();
    put(block);
    sync();
    return now_seconds() - start;
  }

  const int fd_;
  const std::string block_;
  std::size_t next_ = 0;
};

void latency(const Options& options, const std::vector<std::string>& events) {
  if (!wanted(options, "BM_HttpLatency")) return;
  const ScratchDirectory scratch(options.directory);
  const ServerProcess server(options.server, scratch.path() + "/data");
  warm_up(server, events, false);
  // One at a time as well, until the write-ahead log has its size and is used again and again, as
  // that of a server which has been up for some seconds.
  std::vector<std::string> settling;
  for (std::size_t i = 0; i < kSettling; ++i) {
    settling.push_back(request_of(events, kWarmUp + kLatencySamples + i, 1, false));
  }
  run_load(server.port(), settling, 1);
  FsyncProbe probe(scratch.path() + "/probe");
  std::vector<double> answers, appends, overwrites;
  for (std::size_t i = 0; i < kLatencySamples; ++i) {
    const std::vector<std::string> one{request_of(events, kWarmUp + i, 1, false)};
    answers.push_back(run_load(server.port(), one, 1).latencies.front());
    appends.push_back(probe.append());
    overwrites.push_back(probe.overwrite());
  }
  std::printf(
      "%-44s %.2f fsyncs in place, %.2f appends  (event p50 %.2f ms, p90 %.2f; in place "
      "p50 %.2f, p90 %.2f; append p50 %.2f, p90 %.2f)\n",
      "BM_HttpLatency/connections:1", median(answers) / median(overwrites),
      median(answers) / median(appends), 1e3 * median(answers), 1e3 * quantile(answers, 0.9),
      1e3 * median(overwrites), 1e3 * quantile(overwrites, 0.9), 1e3 * median(appends),
      1e3 * quantile(appends, 0.9));
}

bool option(std::string_view argument, std::string_view name, std::string& value) {
  if (!argument.starts_with(name)) return false;
  value = argument.substr(name.size());
  return true;
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    std::string number;
    const std::string_view argument = argv[i];
    if (option(argument, "--server=", options.server)) continue;
    if (option(argument, "--dir=", options.directory)) continue;
    if (option(argument, "--only=", options.only)) continue;
    if (option(argument, "--corpora=", options.corpora)) continue;
    if (option(argument, "--events=", number)) {
      options.events = std::strtoull(number.c_str(), nullptr, 10);
    } else if (option(argument, "--rounds=", number)) {
      options.rounds = std::strtoull(number.c_str(), nullptr, 10);
    } else {
      return false;
    }
  }
  return !options.server.empty() && options.events >= kLatencySamples + kSettling;
}

void run_shapes(const Options& options, const std::vector<std::string>& events,
                const std::vector<Shape>& shapes) {
  if (std::ranges::none_of(shapes, [&](const Shape& s) { return wanted(options, s.name); })) return;
  const ScratchDirectory scratch(options.directory);
  const Recording recording = record_ingest(scratch.path(), events);
  for (const Shape& shape : shapes) compare(options, shape, events, recording);
}

int run(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: see the head of bench/http_ingest_bench.cc\n");
    return 2;
  }
  const auto events = IngestEvents().events(0, kWarmUp + options.events);
  latency(options, events);
  run_shapes(options, events,
             {{"BM_HttpSingles/connections:64", 1, 64},
              {"BM_HttpBatches/body:1000/connections:4", 1000, 4}});
  run_shapes(options, usage_reports(kWarmUp + options.events),
             {{"BM_HttpUsage/connections:64", 1, 64, true},
              {"BM_HttpUsageBatches/body:1000/connections:4", 1000, 4, true}});
  if (options.corpora.empty()) return 0;
  const auto real = warehouse_events(options.corpora);
  if (real.size() <= kWarmUp) {
    std::printf("BM_HttpWarehouse: no corpus in %s\n", options.corpora.c_str());
    return 0;
  }
  run_shapes(options, real, {{"BM_HttpWarehouseBatches/body:1000/connections:4", 1000, 4}});
  return 0;
}

}  // namespace
}  // namespace headwater::bench

int main(int argc, char** argv) {
  spdlog::set_level(spdlog::level::warn);
  return headwater::bench::run(argc, argv);
}
