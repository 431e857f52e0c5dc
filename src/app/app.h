// App: one running Headwater: store, graph, pipeline, queries, API and server, wired in one place.
//
// Start: open the store (takes the lock), load the graph, start the writer, then listen. Stop, in
// the opposite order: no new connections, running requests end, the queue is written, a graph
// snapshot is saved. Thread-safety: one thread. Errors: those of each part, with what to do.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/config.h"
#include "base/result.h"

namespace headwater::app {

class App {
 public:
  static base::Result<std::unique_ptr<App>> start(const base::Config& config);
  ~App();  // stop()

  std::string url() const;  // "http://127.0.0.1:8080"
  void stop();              // idempotent

 private:
  struct Impl;
  explicit App(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

inline constexpr int kStartFailed = 1, kBadConfig = 2;  // exit codes, as in cli/cli.h

// Starts, prints the address to standard output and runs until SIGINT or SIGTERM; a second signal
// does not wait for running requests. Returns the exit code. Call it before other threads are
// started: it blocks the signals for all of them.
int serve(const base::Config& config);

}  // namespace headwater::app
