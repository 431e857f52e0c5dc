#include "api/http/worker_pool.h"

#include <exception>
#include <utility>

#include "base/log.h"

namespace headwater::api::http {
namespace {
thread_local bool t_on_worker = false;
}

WorkerPool::WorkerPool(unsigned threads, std::size_t max_queued)
    : thread_count_(threads), max_queued_(max_queued) {}

void WorkerPool::start() {
  for (unsigned i = 0; i < thread_count_; ++i) threads_.emplace_back([this] { run(); });
}

bool WorkerPool::submit(Job& job) {
  base::MutexLock lock(mutex_);
  if (stopped_ || requests_.size() >= max_queued_) return false;
  requests_.push_back(std::move(job));
  queued_.store(requests_.size(), std::memory_order_relaxed);
  if (sleeping_ > 0) ready_.notify_one();
  return true;
}

bool WorkerPool::submit_continuation(Job job) {
  base::MutexLock lock(mutex_);
  if (stopped_) return false;
  continuations_.push_back(std::move(job));
  if (sleeping_ > 0) ready_.notify_one();
  return true;
}

bool WorkerPool::take(Job& job) {
  base::MutexLock lock(mutex_);
  while (!stopped_ && requests_.empty() && continuations_.empty()) {
    ++sleeping_;
    ready_.wait(mutex_);
    --sleeping_;
  }
  if (stopped_) return false;
  auto& queue = continuations_.empty() ? requests_ : continuations_;
  job = std::move(queue.front());
  queue.pop_front();
  queued_.store(requests_.size(), std::memory_order_relaxed);
  return true;
}

void WorkerPool::run() {
  t_on_worker = true;
  Job job;
  while (take(job)) {
    try {
      job();
    } catch (const std::exception& e) {
      HW_LOG_ERROR("http.handler_exception", "what=\"{}\"", e.what());
    }
    job = nullptr;
  }
}

void WorkerPool::stop() {
  std::deque<Job> dropped_requests;
  std::deque<Job> dropped_continuations;
  {
    base::MutexLock lock(mutex_);
    stopped_ = true;
    dropped_requests.swap(requests_);
    dropped_continuations.swap(continuations_);
    ready_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool WorkerPool::on_worker() { return t_on_worker; }

}  // namespace headwater::api::http
