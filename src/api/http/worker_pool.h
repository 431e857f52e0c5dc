// WorkerPool: threads that run requests, behind a bounded queue. Private to api/http.
//
// Three kinds of work. A request is refused when the queue is full. So is a long one, which may
// take seconds, when half of the queue is long ones; and at most half of the threads, but one at
// least, run them at a time: what is quick, writes above all, never waits for a thread that they
// hold. A continuation (the next piece of a streamed answer, at most one per open exchange) is
// always taken. Continuations and requests take turns, requests in the order of their coming.
// Thread-safety: all methods from any thread but stop, which no worker may call.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
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
  enum class Pace { kQuick, kLong };
  // False, without having touched `job`, if the queue is full or the pool stopped.
  bool submit(Job& job, Pace pace = Pace::kQuick) EXCLUDES(mutex_);
  // False only if the pool stopped.
  bool submit_continuation(Job job) EXCLUDES(mutex_);
  // Lets running jobs end, drops queued ones, joins. Idempotent.
  void stop() EXCLUDES(mutex_);

  std::size_t queued() const { return queued_.load(std::memory_order_relaxed); }
  // Whether the calling thread belongs to any pool.
  static bool on_worker();

 private:
  struct Waiting {
    std::uint64_t number = 0;
    Job job;
  };
  struct Taken {
    Job job;
    bool is_long = false;
  };
  using Queue = std::deque<Waiting>;

  void run() EXCLUDES(mutex_);
  bool take(Taken& taken) EXCLUDES(mutex_);
  // The request that is next and may run now; null if there is none.
  Queue* next_requests() REQUIRES(mutex_);
  void end_long() EXCLUDES(mutex_);
  std::size_t waiting() const REQUIRES(mutex_) { return quick_.size() + long_.size(); }

  const unsigned thread_count_;
  const unsigned max_long_;
  const std::size_t max_queued_;
  std::vector<std::thread> threads_;
  std::atomic<std::size_t> queued_{0};
  base::Mutex mutex_;
  base::CondVar ready_;
  Queue quick_ GUARDED_BY(mutex_), long_ GUARDED_BY(mutex_);
  std::deque<Job> continuations_ GUARDED_BY(mutex_);
  std::uint64_t next_number_ GUARDED_BY(mutex_) = 0;
  unsigned running_long_ GUARDED_BY(mutex_) = 0;
  bool was_continuation_ GUARDED_BY(mutex_) = false;  // what was taken last
  std::size_t sleeping_ GUARDED_BY(mutex_) = 0;
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace headwater::api::http
