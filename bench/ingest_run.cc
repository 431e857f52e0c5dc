#include "bench/ingest_run.h"

#include <time.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <utility>

#include "planner/planner.h"
#include "stats/stats.h"

namespace headwater::bench {
namespace {

template <class T>
T must(base::Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "benchmark: %s | %s\n", result.error().message.c_str(),
                 result.error().detail.c_str());
    std::exit(1);
  }
  return std::move(result).value();
}

void check(const base::Result<ingest::BodyReceipt>& answer) {
  bool good = static_cast<bool>(answer);
  for (std::size_t i = 0; good && i < answer->events.size(); ++i) {
    const auto status = answer->events[i].status;
    good = status == ingest::ReceiptStatus::kStored || status == ingest::ReceiptStatus::kMerged;
  }
  if (good) return;
  std::fprintf(stderr, "benchmark: an event was not stored\n");
  std::exit(1);
}

}  // namespace

ScratchDirectory::ScratchDirectory(const std::string& parent) {
  path_ = parent + "/headwater-bench-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) {
    std::perror(path_.c_str());
    std::exit(1);
  }
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

IngestRun::IngestRun(const std::string& directory, bool durable) {
  storage::StoreOptions options;
  options.directory = directory;
  options.sync_full = durable;
  store_ = must(storage::Store::open(options));
  graph_ = must(ingest::load_graph(*store_));
  ingest::PipelineOptions how;
  how.views = {[](storage::Store& store) { return planner::make_view(store, nullptr); },
               [](storage::Store& store) { return stats::make_view(store, nullptr); }};
  pipeline_ = must(ingest::Pipeline::start(*store_, *graph_, base::system_clock(), how));
  if (durable) checkpointer_ = std::thread([this] { checkpoint_loop(); });
}

IngestRun::~IngestRun() { stop(); }

void IngestRun::stop() {
  if (stopping_.exchange(true)) return;
  if (checkpointer_.joinable()) checkpointer_.join();
  pipeline_->stop();
}

void IngestRun::checkpoint_loop() {
  constexpr int kTicks = 20;
  for (int tick = 1; !stopping_; ++tick) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (tick % kTicks == 0) store_->checkpoint();
  }
}

void IngestRun::send(std::string body) { pipeline_->submit_waiting(std::move(body), check); }

void IngestRun::send_waiting(std::string body) {
  std::promise<void> answered;
  pipeline_->submit_waiting(std::move(body), [&](const auto& answer) {
    check(answer);
    answered.set_value();
  });
  answered.get_future().wait();
}

namespace {

double cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

}  // namespace

Stopwatch::Stopwatch() : wall_(now_seconds()), cpu_(cpu_seconds()) {}
Cost Stopwatch::stop() const { return {now_seconds() - wall_, cpu_seconds() - cpu_}; }

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

}  // namespace headwater::bench
