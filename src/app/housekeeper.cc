#include "app/housekeeper.h"

#include <chrono>

namespace headwater::app {

namespace {

constexpr std::chrono::seconds kEvery{1};

}  // namespace

Housekeeper::Housekeeper(storage::Store& store) : store_(store), thread_([this] { run(); }) {}

Housekeeper::~Housekeeper() {
  {
    base::MutexLock lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

bool Housekeeper::sleep() {
  const auto until = std::chrono::steady_clock::now() + kEvery;
  base::MutexLock lock(mutex_);
  while (!over_) {
    if (!changed_.wait_until(mutex_, until)) break;
  }
  return !over_;
}

void Housekeeper::run() {
  while (sleep()) store_.checkpoint();
}

}  // namespace headwater::app
