#include "app/pacer.h"

namespace headwater::app {

bool Pacer::sleep(std::chrono::milliseconds for_time) {
  const auto until = std::chrono::steady_clock::now() + for_time;
  base::MutexLock lock(mutex_);
  while (!ended_) {
    if (!changed_.wait_until(mutex_, until)) break;
  }
  return !ended_;
}

bool Pacer::ended() {
  base::MutexLock lock(mutex_);
  return ended_;
}

void Pacer::end() {
  base::MutexLock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace headwater::app
