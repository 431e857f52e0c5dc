// Housekeeper: moves the WAL into the database about once a second, as storage.h asks of the owner.
//
// Thread-safety: create and destroy on one thread. The store outlives it.
#pragma once

#include <thread>

#include "base/mutex.h"
#include "storage/storage.h"

namespace headwater::app {

class Housekeeper {
 public:
  explicit Housekeeper(storage::Store& store);
  ~Housekeeper();  // waits for a checkpoint that runs
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

 private:
  void run();
  bool sleep();  // false: it is over

  storage::Store& store_;
  base::Mutex mutex_;
  base::CondVar changed_;
  bool over_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace headwater::app
