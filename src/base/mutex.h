// Mutex, MutexLock, CondVar, Guarded<T>: std::mutex with clang's thread-safety annotations.
//
// libstdc++'s std::lock_guard carries no annotations, so clang flags even its correct use; these
// wrappers do. Prefer Guarded<T>, which hides the data behind its lock.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#if defined(__clang__)
#define HW_TSA(x) __attribute__((x))
#else
#define HW_TSA(x)
#endif
#define HW_CAPABILITY(x) HW_TSA(capability(x))
#define HW_SCOPED_CAPABILITY HW_TSA(scoped_lockable)
#define GUARDED_BY(x) HW_TSA(guarded_by(x))
#define REQUIRES(...) HW_TSA(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) HW_TSA(acquire_capability(__VA_ARGS__))
#define RELEASE(...) HW_TSA(release_capability(__VA_ARGS__))
#define EXCLUDES(...) HW_TSA(locks_excluded(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS HW_TSA(no_thread_safety_analysis)

namespace headwater::base {

class HW_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class HW_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits may wake without cause: call them in a loop that tests the condition.
class CondVar {
 public:
  void wait(Mutex& mutex) REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    cv_.wait(lock);
    lock.release();
  }
  // False when `deadline` passed.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
      REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool in_time = cv_.wait_until(lock, deadline) == std::cv_status::no_timeout;
    lock.release();
    return in_time;
  }
  void notify_one() { cv_.notify_one(); }
  void notify_all() { cv_.notify_all(); }

 private:
  std::condition_variable cv_;
};

// Data that can only be reached with its lock held. Do no I/O inside `with`.
template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  template <class F>
  decltype(auto) with(F&& f) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return std::forward<F>(f)(value_);
  }

 private:
  Mutex mutex_;
  T value_ GUARDED_BY(mutex_);
};

}  // namespace headwater::base
