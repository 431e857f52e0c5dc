#include "api/http/worker_pool.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/log.h"

namespace headwater::api::http {
namespace {
thread_local bool t_on_worker = false;
}

WorkerPool::WorkerPool(unsigned threads, std::size_t max_queued)
    : thread_count_(threads), max_long_(std::max(1U, threads / 2)), max_queued_(max_queued) {}

void WorkerPool::start() {
  for (unsigned i = 0; i < thread_count_; ++i) threads_.emplace_back([this] { run(); });
}

bool WorkerPool::submit(Job& job, Pace pace) {
  base::MutexLock lock(mutex_);
  if (stopped_ || waiting() >= max_queued_) return false;
  const bool is_long = pace == Pace::kLong;
  if (is_long && long_.size() >= std::max<std::size_t>(1, max_queued_ / 2)) return false;
  (is_long ? long_ : quick_).push_back({next_number_++, std::move(job)});
  queued_.store(waiting(), std::memory_order_relaxed);
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

WorkerPool::Queue* WorkerPool::next_requests() {
  const bool may_long = !long_.empty() && running_long_ < max_long_;
  if (!may_long) return quick_.empty() ? nullptr : &quick_;
  return quick_.empty() || long_.front().number < quick_.front().number ? &long_ : &quick_;
}

bool WorkerPool::take(Taken& taken) {
  base::MutexLock lock(mutex_);
  Queue* requests = next_requests();
  while (!stopped_ && requests == nullptr && continuations_.empty()) {
    ++sleeping_;
    ready_.wait(mutex_);
    --sleeping_;
    requests = next_requests();
  }
  if (stopped_) return false;
  if (!continuations_.empty() && (requests == nullptr || !was_continuation_)) {
    taken = {std::move(continuations_.front()), false};
    continuations_.pop_front();
    was_continuation_ = true;
    return true;
  }
  taken = {std::move(requests->front().job), requests == &long_};
  requests->pop_front();
  was_continuation_ = false;
  if (taken.is_long) ++running_long_;
  queued_.store(waiting(), std::memory_order_relaxed);
  return true;
}

void WorkerPool::end_long() {
  base::MutexLock lock(mutex_);
  --running_long_;
  if (!long_.empty() && sleeping_ > 0) ready_.notify_one();
}

void WorkerPool::run() {
  t_on_worker = true;
  Taken taken;
  while (take(taken)) {
    try {
      taken.job();
    } catch (const std::exception& e) {
      HW_LOG_ERROR("http.handler_exception", "what=\"{}\"", e.what());
    }
    taken.job = nullptr;
    if (taken.is_long) end_long();
  }
}

void WorkerPool::stop() {
  Queue dropped_quick, dropped_long;
  std::deque<Job> dropped_continuations;
  {
    base::MutexLock lock(mutex_);
    stopped_ = true;
    dropped_quick.swap(quick_);
    dropped_long.swap(long_);
    dropped_continuations.swap(continuations_);
    ready_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool WorkerPool::on_worker() { return t_on_worker; }

}  // namespace headwater::api::http
