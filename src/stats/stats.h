// Stats: use, cost and quality, for those who ask, and the view of the log that they are.
//
// make_view() gives the writer a view that books what runs used and what consumers read; after each
// commit it publishes a State. Rules: docs/cost-rules.md, docs/usage-rules.md.
//
// Thread-safety: Stats' methods from any thread; a view on the writer's.
#pragma once

#include <memory>

#include "base/mutex.h"
#include "base/result.h"
#include "stats/job_costs.h"
#include "stats/popularity.h"
#include "stats/state.h"
#include "storage/storage.h"
#include "storage/view.h"

namespace headwater::stats {

class Stats {
 public:
  std::shared_ptr<const State> state() const EXCLUDES(mutex_) {
    const base::MutexLock lock(mutex_);
    return state_;
  }
  void set(std::shared_ptr<const State> state) EXCLUDES(mutex_) {
    const base::MutexLock lock(mutex_);
    state_ = std::move(state);
  }
  // Kept up by those who ask.
  Popularity& popularity() { return popularity_; }
  JobCosts& job_costs() { return job_costs_; }

 private:
  Popularity popularity_;
  JobCosts job_costs_;
  mutable base::Mutex mutex_;
  std::shared_ptr<const State> state_ GUARDED_BY(mutex_) = std::make_shared<const State>();
};

// Loaded with what the store holds. `stats` may be null; the store outlives the view.
base::Result<std::unique_ptr<storage::View>> make_view(storage::Store& store,
                                                       std::shared_ptr<Stats> stats);

}  // namespace headwater::stats
