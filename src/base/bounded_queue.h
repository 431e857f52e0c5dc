// BoundedQueue<T>: many producers, one consumer that takes everything at once.
//
// push never blocks: a full or closed queue refuses, and the caller answers 429 or 503.
// The bound is a weight (bytes, records: the caller's choice), so that a few huge items count as
// much as many small ones. Thread-safety: all methods from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace headwater::base {

enum class PushResult { kOk, kFull, kClosed };

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t max_weight) : max_weight_(max_weight) {}

  // An item heavier than the whole bound is taken when the queue is empty: it can never fit better.
  PushResult push(T item, std::size_t weight) EXCLUDES(mutex_) { return push_from(item, weight); }

  // The same; `item` is moved from only if the answer is kOk.
  PushResult push_from(T& item, std::size_t weight) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (closed_) return PushResult::kClosed;
    if (weight_ != 0 && weight_ + weight > max_weight_) return PushResult::kFull;
    weight_ += weight;
    items_.emplace_back(std::move(item), weight);
    ready_.notify_one();
    return PushResult::kOk;
  }

  // Up to max_items in the order of push; waits for the first until `deadline`. Empty when the
  // deadline passed, or when the queue is closed and drained.
  std::vector<T> take(std::size_t max_items, std::chrono::steady_clock::time_point deadline)
      EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) {
      if (!ready_.wait_until(mutex_, deadline)) break;
    }
    std::vector<T> out;
    const std::size_t n = items_.size() < max_items ? items_.size() : max_items;
    out.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
      weight_ -= items_.front().second;
      out.push_back(std::move(items_.front().first));
      items_.pop_front();
    }
    return out;
  }

  void close() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    closed_ = true;
    ready_.notify_all();
  }
  bool closed_and_empty() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return closed_ && items_.empty();
  }
  std::size_t size() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return items_.size();
  }

 private:
  const std::size_t max_weight_;
  Mutex mutex_;
  CondVar ready_;
  std::deque<std::pair<T, std::size_t>> items_ GUARDED_BY(mutex_);
  std::size_t weight_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace headwater::base
