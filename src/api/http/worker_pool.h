// WorkerPool: threads that run requests, behind a bounded queue. Private to api/http.
//
// Two kinds of work: a request is refused when the queue is full; a continuation (the next piece of
// a streamed answer, at most one per open exchange) is always taken and goes first, so that
// answers already begun end before new ones begin.
// Thread-safety: all methods from any thread but stop, which no worker may call.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace headwater::api::http {

class WorkerPool {
 public:
  using Job = std::function<void()>;

  WorkerPool(unsigned threads, std::size_t max_queued);
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void start();
  // False, without having touched `job`, if the queue is full or the pool stopped.
  bool submit(Job& job) EXCLUDES(mutex_);
  // False only if the pool stopped.
  bool submit_continuation(Job job) EXCLUDES(mutex_);
  // Lets running jobs end, drops queued ones, joins. Idempotent.
  void stop() EXCLUDES(mutex_);

  std::size_t queued() const { return queued_.load(std::memory_order_relaxed); }
  // Whether the calling thread belongs to any pool.
  static bool on_worker();

 private:
  void run() EXCLUDES(mutex_);
  bool take(Job& job) EXCLUDES(mutex_);

  const unsigned thread_count_;
  const std::size_t max_queued_;
  std::vector<std::thread> threads_;
  std::atomic<std::size_t> queued_{0};
  base::Mutex mutex_;
  base::CondVar ready_;
  std::deque<Job> requests_ GUARDED_BY(mutex_);
  std::deque<Job> continuations_ GUARDED_BY(mutex_);
  std::size_t sleeping_ GUARDED_BY(mutex_) = 0;
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace headwater::api::http
