// Planner: what is known of partitions, for those who ask, and the view of the log that it is.
//
// make_view() gives the writer a view that learns spaces and mappings, keeps materializations and
// detects changes; after each commit it hands its State to a Planner. Rules:
// docs/partition-rules.md, docs/partition-learning.md.
//
// Decisions reach the view as records of the log (ingest::Decision::planner), one JSON object each,
// with "decision" one of:
//   planner.put_space     dataset, space | null (back to what is learned), author, reason
//   planner.put_mapping   upstream, downstream, mapping | null (back to what is learned), author,
//                         reason
//   planner.decide        change, verdict (material | immaterial | forward_only | defer), author,
//                         reason; dataset, first, last (keys) for a range; from (key) for
//                         forward_only; until (RFC 3339) for defer
//   planner.put_policy    dataset, retention, half_life, recomputable (as in perishability.h),
//   author,
//                         reason
//   planner.revoke        revokes (seq of the decision), author, reason
//   planner.put_environment     name, description, code (of {job, version}), author, reason
//   planner.delete_environment  name, author, reason
//   planner.environment_write   environment, dataset, keys, job, run_id, data_version, started_at,
//                               ended_at, author
//   planner.put_plan            plan (as plan.h encodes it), author, reason
//   planner.approve_plan, pause_plan, resume_plan, cancel_plan   plan (its number), author, reason
//   planner.retry_plan          plan, tasks (numbers; all if empty), author, reason
//   planner.refresh_plan        plan, upper (what it would run at most by now), author, reason
//   planner.turn_off_webhook    plan, author, reason
//   planner.lease               plan, worker, max_leases, max_partitions, lease_ms, jobs (nodes),
//                               request_id
//   planner.heartbeat           plan, lease (its token), lease_ms
//   planner.complete            plan, lease, state, done, failed (keys), run_id, message
//   planner.sweep               ends the leases that have expired
// A dataset is {"namespace", "name"}, and so is a job.
//
// Thread-safety: Planner's methods from any thread; a view on the writer's.
#pragma once

#include <functional>
#include <memory>

#include "base/crew.h"
#include "base/mutex.h"
#include "base/result.h"
#include "planner/inbox.h"
#include "planner/staleness.h"
#include "planner/state.h"
#include "storage/storage.h"
#include "storage/view.h"

namespace headwater::planner {

class Planner {
 public:
  std::shared_ptr<const State> state() const EXCLUDES(mutex_);
  void set(std::shared_ptr<const State> state) EXCLUDES(mutex_);
  // The verdicts at `now`, which counts by the minute; kept until the state or the minute changes.
  // kCancelled if `cancelled` said so; it may be empty.
  base::Result<std::shared_ptr<const Staleness>> staleness(base::Micros now,
                                                           const std::function<bool()>& cancelled)
      EXCLUDES(mutex_);
  // The same of that state.
  base::Result<std::shared_ptr<const Staleness>> staleness(std::shared_ptr<const State> state,
                                                           base::Micros now,
                                                           const std::function<bool()>& cancelled)
      EXCLUDES(mutex_);
  // For the inboxes of this planner's states.
  ChangeBook& changes() { return changes_; }

 private:
  ChangeBook changes_;
  base::Crew crew_;
  mutable base::Mutex mutex_;
  std::shared_ptr<const State> state_ GUARDED_BY(mutex_) = std::make_shared<const State>();
  std::shared_ptr<const Staleness> last_ GUARDED_BY(mutex_);
};

// Loaded with what the store holds. `planner` may be null; the store outlives the view.
base::Result<std::unique_ptr<storage::View>> make_view(storage::Store& store,
                                                       std::shared_ptr<Planner> planner);

}  // namespace headwater::planner
