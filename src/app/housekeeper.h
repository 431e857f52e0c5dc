// Housekeeper: moves the WAL into the database about once a second, as storage.h asks of the owner.
//
// Thread-safety: create and destroy on one thread. The store outlives it.
#pragma once

#include <thread>

#include "app/pacer.h"
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

  storage::Store& store_;
  Pacer pacer_;
  std::thread thread_;
};

}  // namespace headwater::app
