// PlanBook: what a worker is handed.

#include <algorithm>
#include <functional>

#include "planner/needs.h"
#include "planner/plan_book.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;

namespace {

// Partitions that one request looks at, at most: it comes again.
constexpr std::int64_t kMaxVerified = 100'000;

struct LeaseRequest {
  std::string worker, request;
  std::int64_t max_leases = 1, max_partitions = INT64_MAX, lease_ms = 0;
  std::vector<NodeId> jobs;  // sorted; empty: all
};

Result<std::int64_t> number_in(const JsonValue& json, std::string_view name, std::int64_t otherwise,
                               std::int64_t least, std::int64_t most) {
  const JsonValue given = json.get(name);
  if (!given.present() || given.is_null()) return otherwise;
  const auto value = given.integer();
  if (value && *value >= least && *value <= most) return *value;
  return make_error(ErrorCode::kInvalidArgument,
                    std::string(name) + " must be a whole number from " + std::to_string(least) +
                        " to " + std::to_string(most) + ".");
}

Result<std::string> text_in(const JsonValue& json, std::string_view name, std::size_t most) {
  std::string out = json.get(name).string().value_or("");
  if (out.size() <= most) return out;
  return make_error(ErrorCode::kLimitExceeded,
                    std::string(name) + " may have " + std::to_string(most) + " bytes.");
}

Result<LeaseRequest> read_request(const JsonValue& json) {
  LeaseRequest out;
  HW_TRY(out.worker, text_in(json, "worker", kMaxWorkerBytes));
  HW_TRY(out.request, text_in(json, "request_id", kMaxRequestBytes));
  HW_TRY(out.max_leases, number_in(json, "max_leases", 1, 1, kMaxLeasesAtOnce));
  HW_TRY(out.max_partitions, number_in(json, "max_partitions", INT64_MAX, 1, INT64_MAX));
  HW_TRY(out.lease_ms, number_in(json, "lease_ms", 0, kMinLeaseMs, kMaxLeaseMs));
  json.get("jobs").elements([&](const JsonValue& job) {
    out.jobs.push_back(NodeId{static_cast<std::uint32_t>(job.integer().value_or(0))});
  });
  std::ranges::sort(out.jobs);
  if (out.worker.empty()) {
    return make_error(ErrorCode::kInvalidArgument, "worker must name who takes the work.");
  }
  if (out.jobs.size() > kMaxLeaseJobs) {
    return make_error(ErrorCode::kLimitExceeded,
                      "jobs may name " + std::to_string(kMaxLeaseJobs) + ".");
  }
  return out;
}

}  // namespace

// One request under way: goes through the open tasks of a plan, the most urgent first.
class LeaseGiver {
 public:
  LeaseGiver(PlanBook& book, const PlanBook::Step& step, ActivePlan& plan,
             const LeaseRequest& request, const PlanBook::Sight& sight)
      : book_(book),
        step_(step),
        plan_(plan),
        request_(request),
        sight_(sight),
        state_(*sight.state) {}

  // Skipping opens tasks that stand before others: once more until nothing is skipped.
  void run() {
    settle(true);
    for (bool again = true; again && wants_more();) {
      again = false;
      std::optional<std::pair<base::Micros, std::uint32_t>> after;
      while (wants_more()) {
        const auto at = after ? plan_.open().upper_bound(*after) : plan_.open().begin();
        if (at == plan_.open().end()) break;
        after = *at;
        again = visit(plan_.task(at->second)) || again;
        settle();
      }
    }
  }

 private:
  using Task = ActivePlan::PlannedTask;

  // What wait policies make of what was handed out and skipped.
  void settle(bool all = false) {
    plan_.settle_turns();
    plan_.settle_early(state_, book_.due_in(sight_), all);
  }

  bool wants_more() const { return given_ < request_.max_leases && verified_ < kMaxVerified; }

  // True if it skipped something.
  bool visit(Task& task) {
    const bool wanted =
        request_.jobs.empty() || std::ranges::binary_search(request_.jobs, task.job);
    if (!wanted) return false;
    if (task.deadline <= step_.at) {
      give_up(task);
      return false;
    }
    return task.sequential ? visit_chain(task) : visit_range(task);
  }

  // What it reads has expired or will before it is through.
  void give_up(Task& task) {
    for (const PartitionRuns::Run& run : task.runs.within(task.span.first, task.span.last)) {
      if (run.state.status == PartitionStatus::kPending) {
        plan_.give_up(task, run.first, run.last);
      }
    }
  }

  // One at a time, in order.
  bool visit_chain(Task& task) {
    bool skipped = false;
    while (wants_more() && task.ready) {
      const auto& runs = task.runs.all();
      const auto next = std::ranges::find_if(
          runs, [](const auto& run) { return run.state.status == PartitionStatus::kPending; });
      const std::int64_t index = next->first;
      const Turn turn = turn_of(task, index);
      if (turn == Turn::kRun) emit(task, index, index);
      if (turn != Turn::kSkip) break;
      plan_.settle(task, index, index, PartitionStatus::kSkipped);
      settle();
      skipped = true;
    }
    return skipped;
  }

  bool visit_range(Task& task) {
    bool skipped = false;
    std::optional<std::int64_t> first;  // of the lease that is being put together
    const auto close = [&](std::int64_t last) {
      if (first) emit(task, *std::exchange(first, {}), last);
    };
    for (const PartitionRuns::Run& run : task.runs.within(task.span.first, task.span.last)) {
      if (run.state.status != PartitionStatus::kPending) {
        close(run.first - 1);
        continue;
      }
      for (std::int64_t i = run.first; i <= run.last; ++i) {
        if (!wants_more()) return skipped;  // nothing is half put together then: see emit()
        const Turn turn = turn_of(task, i);
        if (turn != Turn::kRun) {
          close(i - 1);
          if (turn == Turn::kSkip && wants_more()) {
            plan_.settle(task, i, i, PartitionStatus::kSkipped);
            skipped = true;
          }
          continue;
        }
        if (!first) first = i;
        const bool full = i - *first + 1 >= request_.max_partitions;
        if (full || i == task.span.last || verified_ >= kMaxVerified) close(i);
      }
    }
    close(task.span.last);
    return skipped;
  }

  enum class Turn : std::uint8_t { kWait, kRun, kSkip };

  // Verified now, whatever the plan had thought.
  Turn turn_of(const Task& task, std::int64_t index) {
    Hold hold = Hold::kNone;
    if (task.careful) {
      const Held* const held = ActivePlan::turn_of(task, index);
      if (held == nullptr || held->why == Hold::kInputs || held->why == Hold::kQuiet) {
        return Turn::kWait;
      }
      hold = held->why;
    } else if (!plan_.is_free(task, index)) {
      return Turn::kWait;
    }
    if (book_.held_elsewhere(plan_, task, index)) return Turn::kWait;
    ++verified_;
    switch (need_of(state_, task.dataset, {task.span.lane, index}, step_.at)) {
      case Need::kRun: return Turn::kRun;
      case Need::kGone: return Turn::kSkip;
      case Need::kNothing: break;
    }
    // What it reads may have changed without having been reported yet.
    if (plan_.reads_told(task, index)) return Turn::kRun;
    if (book_.is_due(state_, *sight_.history, task, index)) return Turn::kRun;
    return hold == Hold::kEarly ? Turn::kWait : Turn::kSkip;
  }

  void emit(Task& task, std::int64_t first, std::int64_t last) {
    storage::PlanLeaseRow lease;
    lease.seq = step_.seq;
    lease.n = static_cast<std::uint32_t>(++given_);
    lease.plan = plan_.row.id;
    lease.task = task.number;
    lease.first = first;
    lease.last = last;
    lease.worker = request_.worker;
    lease.request = request_.request;
    lease.given_at = step_.at;
    lease.lease_ms = request_.lease_ms > 0 ? request_.lease_ms : plan_.terms().lease_ms;
    lease.expires_at = step_.at + lease.lease_ms * 1000;
    for (const PartitionRuns::Run& run : task.runs.within(first, last)) {
      lease.attempt = std::max(lease.attempt, run.state.attempts + 1);
    }
    lease.desired = desired(state_, task.dataset, {task.span.lane, first, last}, task.job);
    plan_.lease(task, first, last);
    book_.keep_lease(lease);
    book_.changed_leases_[{lease.seq, lease.n}] = lease;
  }

  PlanBook& book_;
  const PlanBook::Step& step_;
  ActivePlan& plan_;
  const LeaseRequest& request_;
  const PlanBook::Sight& sight_;
  const State& state_;
  std::int64_t given_ = 0, verified_ = 0;
};

Result<void> PlanBook::lease(const Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(const storage::PlanRow row, known_plan(step, decision));
  HW_TRY(const LeaseRequest request, read_request(decision));
  const auto state = static_cast<PlanState>(row.state);
  const bool open = state == PlanState::kApproved || state == PlanState::kExecuting;
  if (admit && !open) {
    return make_error(ErrorCode::kConflict, "The plan is " + std::string(to_string(state)) +
                                                ": nothing of it is handed out.");
  }
  if (admit || !open) return {};
  expire(step);
  ActivePlan& plan = *active(row.id);
  HW_TRY(const auto same, step.writer.reader().plan_leases_of_request(row.id, request.request));
  for (const Lease& lease : same) {
    if (leases_.contains({lease.seq, lease.n})) return {};  // asked again: it has them
  }
  HW_TRY(const auto sight, look(plan));
  if (!sight) return {};  // its environment is gone, and with it what was to be run there
  LeaseGiver(*this, step, plan, request, *sight).run();
  if (moment_.failure) return *std::exchange(moment_.failure, {});
  const bool began = state == PlanState::kApproved && plan.row.counts.running > 0;
  if (began) plan.row.state = static_cast<std::int32_t>(PlanState::kExecuting);
  dirty_.insert(row.id.value);
  return {};
}

}  // namespace headwater::planner
