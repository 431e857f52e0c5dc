// A store, a graph and a pipeline in a directory, as the server wires them, and what the benchmarks
// share: scratch directories, a clock, medians.
//
// Failures end the program: a benchmark that did not do its work has no number.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/ingest_events.h"
#include "ingest/ingest.h"

namespace headwater::bench {

// A new directory below `parent` (on the disk to measure), removed at the end.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::string& parent);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class IngestRun {
 public:
  // `durable`: synchronous=FULL and a checkpoint a second, as the server does.
  IngestRun(const std::string& directory, bool durable);
  ~IngestRun();

  // Queues a body; its answer is checked and counted.
  void send(std::string body);
  // Returns when it is answered.
  void send_waiting(std::string body);
  // Returns when everything is answered.
  void drain() { pipeline_->drain(); }
  void stop();
  ingest::PipelineStats stats() const { return pipeline_->stats(); }
  storage::Store& store() { return *store_; }

 private:
  void checkpoint_loop();

  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<graph::Graph> graph_;
  std::unique_ptr<ingest::Pipeline> pipeline_;
  std::atomic<bool> stopping_{false};
  std::thread checkpointer_;
};

struct Cost {
  double seconds = 0, cpu_seconds = 0;  // of the clock on the wall; of all threads
};
// Started when made.
class Stopwatch {
 public:
  Stopwatch();
  Cost stop() const;

 private:
  double wall_, cpu_;
};

double now_seconds();
double median(std::vector<double> values);
double quantile(std::vector<double> values, double q);

}  // namespace headwater::bench
