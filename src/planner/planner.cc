#include "planner/planner.h"

#include <utility>

#include "planner/partition_view.h"

namespace headwater::planner {

namespace {

constexpr base::Micros kMinute = 60'000'000;

}  // namespace

std::shared_ptr<const State> Planner::state() const {
  base::MutexLock lock(mutex_);
  return state_;
}

void Planner::set(std::shared_ptr<const State> state) {
  base::MutexLock lock(mutex_);
  state_ = std::move(state);
}

base::Result<std::shared_ptr<const Staleness>> Planner::staleness(
    base::Micros now, const std::function<bool()>& cancelled) {
  return staleness(state(), now, cancelled);
}

base::Result<std::shared_ptr<const Staleness>> Planner::staleness(
    std::shared_ptr<const State> state, base::Micros now, const std::function<bool()>& cancelled) {
  now -= now % kMinute;
  std::shared_ptr<const Staleness> before;
  {
    base::MutexLock lock(mutex_);
    before = last_;
    if (before && &before->state() == state.get() && before->now() == now) return before;
  }
  auto found = Staleness::compute(std::move(state), now, cancelled, before.get(), &crew_);
  if (!found) {
    return base::make_error(base::ErrorCode::kCancelled, "The request was cancelled.");
  }
  std::shared_ptr<const Staleness> gone = found;
  {
    base::MutexLock lock(mutex_);
    if (!last_ || !(found->state().seq() < last_->state().seq())) gone.swap(last_);
  }
  // To let go of what nobody has any more takes a third as long as the verdicts did.
  crew_.leave([before = std::move(before), gone = std::move(gone)] {});
  return found;
}

base::Result<std::unique_ptr<storage::View>> make_view(storage::Store& store,
                                                       std::shared_ptr<Planner> planner) {
  auto view = std::make_unique<PartitionView>(store, std::move(planner));
  HW_CHECK_OK(view->load());
  return std::unique_ptr<storage::View>(std::move(view));
}

}  // namespace headwater::planner
