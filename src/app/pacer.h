// Pacer: the sleep of a thread that works now and then, and how it is told to end.
//
// Thread-safety: all methods from any thread; sleep() is the working thread's.
#pragma once

#include <chrono>

#include "base/mutex.h"

namespace headwater::app {

class Pacer {
 public:
  // False if it was ended, then or before.
  bool sleep(std::chrono::milliseconds for_time);
  bool ended();
  void end();

 private:
  base::Mutex mutex_;
  base::CondVar changed_;
  bool ended_ GUARDED_BY(mutex_) = false;
};

}  // namespace headwater::app
