#include "app/plan_keeper.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <set>

#include "alerts/hand_off.h"
#include "app/plan_desk.h"
#include "base/log.h"
#include "planner/environment.h"
#include "planner/plan_decisions.h"
#include "planner/plan_sources.h"
#include "planner/plans.h"

namespace headwater::app {

using base::ErrorCode;
using base::Result;
using planner::PlanInfo;
using planner::PlanState;

namespace {

void log_failure(std::string_view what, const Result<void>& done) {
  const bool real = !done && done.error().code != ErrorCode::kCancelled &&
                    done.error().code != ErrorCode::kShuttingDown;
  if (real) HW_LOG_WARN("plans.not_kept", "what={} error=\"{}\"", what, done.error().message);
}

}  // namespace

Result<void> sweep(query::Service& queries, ingest::Pipeline& pipeline) {
  HW_TRY(storage::Reader reader, queries.store().reader());
  HW_TRY(const base::Micros expiry, reader.first_lease_expiry(std::nullopt));
  HW_TRY(const base::Micros wake, reader.first_plan_wake());
  if (queries.clock().now() < std::min(expiry, wake)) return {};
  auto done = decide(pipeline, planner::sweep_leases(kSelf));
  if (!done) return std::move(done).error();
  return {};
}

// ---- what has outgrown its approval
// --------------------------------------------------------------

Result<void> PlanRefresher::round(const std::function<bool()>& cancelled) {
  const base::Micros now = queries_.clock().now();
  const model::Seq seq = planner_.state()->seq();
  std::set<std::uint64_t> active;
  std::vector<model::Seq> due;
  {
    HW_TRY(storage::Reader reader, queries_.store().reader());
    HW_TRY(const auto rows, reader.active_plans());
    for (const storage::PlanRow& row : rows) {
      active.insert(row.id.value);
      if (static_cast<PlanState>(row.state) == PlanState::kPaused) continue;
      const auto [last, is_new] = last_.try_emplace(row.id.value, Last{seq, now});
      const bool rests = now < last->second.at + every_ms_ * 1000;
      if (is_new || rests || last->second.seq == seq) continue;
      last->second = {seq, now};
      due.push_back(row.id);
    }
  }
  std::erase_if(last_, [&](const auto& entry) { return !active.contains(entry.first); });
  for (const model::Seq plan : due) HW_CHECK_OK(refresh(plan, cancelled));
  return {};
}

Result<void> PlanRefresher::refresh(model::Seq id, const std::function<bool()>& cancelled) {
  std::shared_ptr<const planner::State> state = planner_.state();
  HW_TRY(storage::Reader reader, queries_.store().reader());
  HW_CHECK_OK(reader.begin());
  HW_TRY(const PlanInfo plan, planner::find_plan(reader, id));
  const planner::PlanOptions& options = plan.draft.options;
  std::vector<planner::EnvironmentWrite> writes;
  if (!options.environment.empty()) {
    HW_TRY(const auto environment, planner::find_environment(reader, options.environment));
    HW_TRY(state, planner::environment_state(*state, reader, environment));
    HW_TRY(writes, planner::environment_writes(reader, environment.number));
  }
  HW_TRY(const auto staleness, planner_.staleness(state, queries_.clock().now(), cancelled));
  planner::StoredSources sources(reader, staleness, planner_.changes(), writes);
  HW_TRY(const planner::PlanDraft draft,
         planner::make_plan(*staleness, sources.sources(), options, cancelled));
  reader.end();
  if (static_cast<double>(draft.upper) <= options.tolerance * static_cast<double>(plan.row.upper)) {
    return {};
  }
  const std::string reason = "By now up to " + std::to_string(draft.upper) +
                             " partitions would be run; up to " + std::to_string(plan.row.upper) +
                             " were approved.";
  auto done = decide(pipeline_, planner::refresh_plan(id, draft.upper, kSelf, reason));
  const bool moved_on = !done && done.error().code == ErrorCode::kConflict;
  if (!done && !moved_on) return std::move(done).error();
  return {};
}

// ---- the thread
// ----------------------------------------------------------------------------------

PlanKeeper::PlanKeeper(query::Service& queries, planner::Planner& planner,
                       ingest::Pipeline& pipeline, PlanKeeperOptions options)
    : queries_(queries), planner_(planner), pipeline_(pipeline), options_(std::move(options)) {
  thread_ = std::thread([this] { run(); });
}

PlanKeeper::~PlanKeeper() {
  pacer_.end();
  thread_.join();
}

void PlanKeeper::run() {
  const auto ended = [this] { return pacer_.ended(); };
  std::mt19937_64 random{std::random_device{}()};
  PlanDeskOf desk(queries_, planner_, pipeline_);
  const auto poster = alerts::make_poster({options_.allow_hosts, options_.timeout_ms, ended});
  alerts::HandOffOptions how;
  how.instance = queries_.store().instance_id();
  how.max_tries = options_.max_tries;
  how.max_leases = options_.max_leases;
  alerts::HandOff hand_off(
      desk, *poster, queries_.clock(),
      [&random] { return std::uniform_real_distribution<>(0, 1)(random); }, std::move(how));
  PlanRefresher refresher(queries_, planner_, pipeline_, options_.refresh_every_ms);
  do {
    log_failure("leases", sweep(queries_, pipeline_));
    log_failure("upper", refresher.round(ended));
    hand_off.tick();
  } while (pacer_.sleep(std::chrono::milliseconds(options_.round_ms)));
}

}  // namespace headwater::app
