// StatsKeeper: makes what questions about cost and use keep, after a start and every minute, away
// from requests.
//
// Thread-safety: create and destroy on one thread. The Api outlives it. A failure is logged and
// tried again; questions then bring up what they need themselves.
#pragma once

#include <thread>

#include "api/v1/v1.h"
#include "app/pacer.h"

namespace headwater::app {

class StatsKeeper {
 public:
  explicit StatsKeeper(api::v1::Api& api);
  ~StatsKeeper();  // ends what runs
  StatsKeeper(const StatsKeeper&) = delete;
  StatsKeeper& operator=(const StatsKeeper&) = delete;

 private:
  void run();

  api::v1::Api& api_;
  Pacer pacer_;
  std::thread thread_;
};

}  // namespace headwater::app
