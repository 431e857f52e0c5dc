// Fills a data directory with a made-up warehouse (bench/warehouse.h), for bench/questions.py.
//
//   warehouse_bench --dir=DIRECTORY [--jobs=200000] [--datasets=400000] [--columns=2000000]
//                   [--column-edges=5000000]
//
// Prints what the graph holds then, and how long it took.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/log.h"
#include "bench/ingest_run.h"
#include "bench/warehouse.h"

namespace headwater::bench {
namespace {

constexpr std::size_t kEventsABody = 500;

struct Arguments {
  std::string directory;
  WarehouseOptions options;
};

Arguments arguments(int argc, char** argv) {
  Arguments out;
  const auto number = [](std::string_view text) {
    return static_cast<std::uint32_t>(std::strtoul(text.data(), nullptr, 10));
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::size_t equals = argument.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = argument.substr(0, equals), value = argument.substr(equals + 1);
    if (name == "--dir") out.directory = value;
    if (name == "--jobs") out.options.jobs = number(value);
    if (name == "--datasets") out.options.datasets = number(value);
    if (name == "--columns") out.options.columns = number(value);
    if (name == "--column-edges") out.options.column_edges = number(value);
  }
  if (out.directory.empty()) {
    std::fprintf(stderr, "warehouse_bench: name a new directory with --dir=\n");
    std::exit(2);
  }
  return out;
}

void run(const Arguments& given) {
  IngestRun ingest(given.directory, false);
  const Stopwatch watch;
  std::string body;
  std::size_t in_body = 0, events = 0;
  const auto flush = [&] {
    if (in_body == 0) return;
    ingest.send(body + "]");
    body.clear();
    in_body = 0;
  };
  warehouse_events(given.options, [&](std::string event) {
    body += in_body == 0 ? "[" : ",";
    body += event;
    ++events;
    if (++in_body == kEventsABody) flush();
  });
  flush();
  ingest.drain();
  const Cost cost = watch.stop();
  ingest.stop();  // saves the graph's snapshot
  auto reader = ingest.store().reader();
  if (!reader) return;
  const auto count = [&](model::NodeKind kind) {
    const auto found = reader->count_nodes(kind, {}, true);
    return found ? *found : -1;
  };
  const auto high = ingest.store().writer().high_ids();
  std::printf("%zu events in %.1f s (%.1f s of CPU), %.0f a second\n", events, cost.seconds,
              cost.cpu_seconds, static_cast<double>(events) / cost.seconds);
  std::printf("%lld datasets, %lld jobs, %u nodes, %u edges ever, %.0f MB\n",
              static_cast<long long>(count(model::NodeKind::kDataset)),
              static_cast<long long>(count(model::NodeKind::kJob)), high ? high->node.value : 0,
              high ? high->edge.value : 0, static_cast<double>(ingest.store().size_bytes()) / 1e6);
}

}  // namespace
}  // namespace headwater::bench

int main(int argc, char** argv) {
  spdlog::set_level(spdlog::level::warn);
  headwater::bench::run(headwater::bench::arguments(argc, argv));
}
