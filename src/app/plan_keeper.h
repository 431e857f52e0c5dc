// PlanKeeper: what plans need done by themselves: leases that have expired are ended, what has
// waited for a quiet period becomes ready, plans that have outgrown what was approved are stopped,
// work is handed to webhooks.
//
// Thread-safety: create and destroy on one thread. What it is made of outlives it. A failure is
// logged and met again in the next round.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "app/pacer.h"
#include "ingest/ingest.h"
#include "planner/planner.h"
#include "query/session.h"

namespace headwater::app {

struct PlanKeeperOptions {
  std::vector<std::string> allow_hosts;
  std::int64_t timeout_ms = 10'000;
  int max_tries = 6;
  std::int64_t max_leases = 16;
  std::int64_t refresh_every_ms = 30'000;  // of one plan at most
  std::int64_t round_ms = 500;
};

// Ends leases that have expired and quiet periods that are over by now, if there are any.
base::Result<void> sweep(query::Service& queries, ingest::Pipeline& pipeline);

// Works out again what open plans would run at most, those that are due, and says so where it is
// beyond their tolerance. `seen`: by plan, the state and the moment of the last time.
class PlanRefresher {
 public:
  PlanRefresher(query::Service& queries, planner::Planner& planner, ingest::Pipeline& pipeline,
                std::int64_t every_ms)
      : queries_(queries), planner_(planner), pipeline_(pipeline), every_ms_(every_ms) {}
  base::Result<void> round(const std::function<bool()>& cancelled);

 private:
  struct Last {
    model::Seq seq;
    base::Micros at = 0;
  };
  base::Result<void> refresh(model::Seq plan, const std::function<bool()>& cancelled);

  query::Service& queries_;
  planner::Planner& planner_;
  ingest::Pipeline& pipeline_;
  std::int64_t every_ms_;
  std::map<std::uint64_t, Last> last_;  // by plan
};

class PlanKeeper {
 public:
  PlanKeeper(query::Service& queries, planner::Planner& planner, ingest::Pipeline& pipeline,
             PlanKeeperOptions options);
  ~PlanKeeper();  // ends what runs
  PlanKeeper(const PlanKeeper&) = delete;
  PlanKeeper& operator=(const PlanKeeper&) = delete;

 private:
  void run();

  query::Service& queries_;
  planner::Planner& planner_;
  ingest::Pipeline& pipeline_;
  PlanKeeperOptions options_;
  Pacer pacer_;
  std::thread thread_;
};

}  // namespace headwater::app
