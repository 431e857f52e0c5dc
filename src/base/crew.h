// Crew: a few threads that help whoever has work in parts.
//
// run() does the parts on the caller's thread and on those helpers that are idle, and returns when
// all are done: with all helpers busy it takes as long as without a crew, never longer. So several
// callers may share a crew, and parts may themselves call run().
//
// Thread-safety: all of it from any thread; `work` is called from several at once. Errors: none of
// its own; what `work` throws ends the process. Cost: some microseconds to wake a helper, so a part
// should take fifty or more. Bounds: at most kMaxHelpers threads.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace headwater::base {

class Crew {
 public:
  static constexpr unsigned kMaxHelpers = 15;
  static constexpr std::size_t kMaxLeft = 16;

  // One helper for each processor but that of the caller.
  Crew() : Crew(idle_processors()) {}
  explicit Crew(unsigned helpers);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Threads that may work on one run, the caller's included.
  std::size_t size() const { return helpers_.size() + 1; }

  // work(part) once for each part below `parts`; lower ones begin earlier.
  void run(std::size_t parts, const std::function<void(std::size_t part)>& work);

  // What nobody waits for: done by a helper when it has no parts to do, at the latest when the crew
  // ends; at once where there are no helpers, or kMaxLeft are waiting.
  void leave(std::function<void()> work);

 private:
  struct Job {
    const std::function<void(std::size_t)>* work = nullptr;
    std::size_t parts = 0, next = 0, done = 0;
  };
  static unsigned idle_processors();

  void help();
  // Does one part of the job, with the lock held before and after.
  void do_part(Job& job) REQUIRES(mutex_);
  void do_left() REQUIRES(mutex_);

  Mutex mutex_;
  CondVar wanted_, finished_;
  std::deque<Job*> jobs_ GUARDED_BY(mutex_);  // those with parts that nobody has begun
  std::deque<std::function<void()>> left_ GUARDED_BY(mutex_);
  bool closing_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> helpers_;
};

}  // namespace headwater::base
