// PlanBook: what people, schedulers and Headwater itself decide about plans.

#include <algorithm>
#include <array>
#include <functional>

#include "model/time.h"
#include "planner/documents.h"
#include "planner/plan_book.h"
#include "planner/plan_summary.h"
#include "planner/plans.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;
using storage::PlanRow;

namespace {

constexpr std::array<std::string_view, 12> kKinds{
    "planner.put_plan",     "planner.approve_plan", "planner.pause_plan",
    "planner.resume_plan",  "planner.cancel_plan",  "planner.retry_plan",
    "planner.refresh_plan", "planner.lease",        "planner.heartbeat",
    "planner.complete",     "planner.sweep",        "planner.turn_off_webhook"};

constexpr auto kWebhook = static_cast<std::int32_t>(DocumentKind::kPlanWebhook);

// Why a plan is paused.
constexpr std::int32_t kNotHeld = 0, kHeldByDecision = 1, kHeldByTolerance = 2;

std::string text(const JsonValue& json, std::string_view name) {
  return json.get(name).string().value_or("");
}

base::Error invalid(std::string message) {
  return make_error(ErrorCode::kInvalidArgument, std::move(message));
}

PlanState state_of(const PlanRow& row) { return static_cast<PlanState>(row.state); }

base::Error forbidden(const PlanRow& row, std::string_view what) {
  std::string message = "The plan is " + std::string(to_string(state_of(row)));
  if (row.hold == kHeldByTolerance) message += " until it is approved again";
  return make_error(ErrorCode::kConflict, message + ": it cannot be " + std::string(what) + ".");
}

bool is_active(PlanState state) {
  return state == PlanState::kApproved || state == PlanState::kExecuting ||
         state == PlanState::kPaused;
}

// Whether a decision of this kind takes a plan on from where it is.
bool allows(std::string_view kind, const PlanRow& row) {
  const PlanState state = state_of(row);
  if (kind == "planner.approve_plan") {
    return state == PlanState::kDraft ||
           (state == PlanState::kPaused && row.hold == kHeldByTolerance);
  }
  if (kind == "planner.pause_plan") {
    return state == PlanState::kApproved || state == PlanState::kExecuting;
  }
  if (kind == "planner.resume_plan") {
    return state == PlanState::kPaused && row.hold == kHeldByDecision;
  }
  if (kind == "planner.retry_plan") {
    return (is_active(state) || state == PlanState::kDone) && row.counts.failed > 0;
  }
  return state == PlanState::kDraft || is_active(state);  // to be cancelled
}

std::string_view past(std::string_view kind) {
  return kind == "planner.approve_plan"  ? "approved"
         : kind == "planner.pause_plan"  ? "paused"
         : kind == "planner.resume_plan" ? "resumed"
         : kind == "planner.retry_plan"  ? "tried again, unless something of it has failed"
                                         : "cancelled";
}

// Invariants (1) and (2) of plan.h, and that there is something to run for every task.
Result<void> check_draft(const PlanDraft& draft, std::uint32_t datasets) {
  if (draft.tasks.size() > kMaxPlanTasks) {
    return make_error(ErrorCode::kLimitExceeded,
                      "A plan has at most " + std::to_string(kMaxPlanTasks) + " tasks.");
  }
  std::vector<const Task*> tasks;
  for (const Task& task : draft.tasks) {
    const bool good =
        task.number == tasks.size() + 1 && task.wave >= 1 && task.wave <= kMaxPlanTasks &&
        task.dataset && task.dataset.value <= datasets && task.span.first <= task.span.last &&
        task.span.last - task.span.first < static_cast<std::int64_t>(kMaxTaskPartitions);
    if (!good) return invalid("A task of the plan is not valid: " + std::to_string(task.number));
    tasks.push_back(&task);
  }
  std::ranges::sort(tasks, [](const Task* a, const Task* b) {
    return std::tie(a->dataset, a->span.lane, a->span.first) <
           std::tie(b->dataset, b->span.lane, b->span.first);
  });
  for (std::size_t i = 1; i < tasks.size(); ++i) {
    const Task &a = *tasks[i - 1], &b = *tasks[i];
    const bool together = a.dataset == b.dataset && a.span.lane == b.span.lane;
    if (together && b.span.first <= a.span.last) {
      return invalid("Two tasks of the plan hold the same partition.");
    }
  }
  return {};
}

std::string_view ended_as(LeaseState state) {
  switch (state) {
    case LeaseState::kValid: return "is valid";
    case LeaseState::kCompleted: return "was completed";
    case LeaseState::kFailed: return "was reported to have failed";
    case LeaseState::kReleased: return "was given back";
    case LeaseState::kExpired: return "expired";
    case LeaseState::kRevoked: return "ended when its plan was cancelled";
    case LeaseState::kAnswered: return "ended with the runs that were reported";
  }
  return "has ended";
}

base::Error lost(const storage::PlanLeaseRow& lease, LeaseState state) {
  const base::Micros at = state == LeaseState::kExpired ? lease.expires_at : lease.ended_at;
  return make_error(ErrorCode::kLeaseLost, "The lease " + to_text(LeaseToken{lease.seq, lease.n}) +
                                               " " + std::string(ended_as(state)) + " at " +
                                               model::format_time(at) + ". Ask for a new one.");
}

}  // namespace

bool PlanBook::takes(std::string_view decision) {
  return std::ranges::find(kKinds, decision) != kKinds.end();
}

Result<void> PlanBook::admit(const Step& step, const JsonValue& decision) {
  return decide(step, decision, true);
}

Result<void> PlanBook::apply(const Step& step, const JsonValue& decision) {
  return decide(step, decision, false);
}

Result<void> PlanBook::decide(const Step& step, const JsonValue& decision, bool admit) {
  const std::string kind = text(decision, "decision");
  if (!admit) begin(step);
  if (kind == "planner.put_plan") return put(step, decision, admit);
  if (kind == "planner.lease") return lease(step, decision, admit);
  if (kind == "planner.heartbeat") return heartbeat(step, decision, admit);
  if (kind == "planner.complete") return complete(step, decision, admit);
  if (kind == "planner.refresh_plan") return refresh(step, decision, admit);
  if (kind == "planner.turn_off_webhook") return turn_off_webhook(step, decision, admit);
  if (kind == "planner.sweep") {
    if (!admit) expire(step);
    return {};
  }
  return move(step, decision, kind, admit);
}

Result<PlanRow> PlanBook::known_plan(const Step& step, const JsonValue& decision) const {
  const model::Seq id{static_cast<std::uint64_t>(decision.get("plan").integer().value_or(0))};
  HW_TRY(auto row, step.writer.reader().plan(id));
  if (row) return *std::move(row);
  return make_error(ErrorCode::kNotFound, "There is no plan " + std::to_string(id.value) +
                                              ". GET /api/v1/plans lists them.");
}

// ---- the life of a plan
// --------------------------------------------------------------------------

Result<void> PlanBook::put(const Step& step, const JsonValue& decision, bool admit) {
  PlanDraft draft;
  if (admitted_ && admitted_->first == step.seq) {
    draft = std::exchange(admitted_, {})->second;
  } else {
    draft = decode_draft(decision.get("plan").text());
  }
  if (admit) {
    HW_CHECK_OK(check_draft(draft, engine_.working().dataset_count()));
    admitted_.emplace(step.seq, std::move(draft));
    return {};
  }
  PlanSummary summary = summarize(draft.tasks);
  HW_TRY(summary.decisions, decisions_in_force(step.writer.reader(), draft.pinned));
  PlanRow row;
  row.id = row.seq = step.seq;
  row.state = static_cast<std::int32_t>(PlanState::kDraft);
  row.created_at = row.updated_at = step.at;
  row.upper = draft.upper;
  row.total = summary.partitions;
  row.author = text(decision, "author");
  row.reason = text(decision, "reason");
  HW_CHECK_OK(step.writer.put_plan(row));
  HW_CHECK_OK(insert_tasks(step, draft.tasks));
  draft.tasks.clear();
  return step.writer.insert_plan_body({step.seq, encode(draft), encode(summary)});
}

Result<void> PlanBook::check_room(const PlanRow& row, storage::Reader& reader) const {
  std::size_t tasks = 0;
  for (const auto& [id, plan] : active_) tasks += plan->task_count();
  HW_TRY(const auto body, reader.plan_body(row.id));
  if (body) tasks += decode_summary(body->summary).tasks;
  if (active_.size() < kMaxActivePlans && tasks <= kMaxActiveTasks) return {};
  return make_error(ErrorCode::kLimitExceeded,
                    "At most " + std::to_string(kMaxActivePlans) + " plans with " +
                        std::to_string(kMaxActiveTasks) +
                        " tasks together may be under way (plans.max_active).");
}

Result<void> PlanBook::move(const Step& step, const JsonValue& decision, std::string_view kind,
                            bool admit) {
  HW_TRY(PlanRow row, known_plan(step, decision));
  if (!allows(kind, row)) {
    if (!admit) return {};
    return forbidden(row, past(kind));
  }
  const bool loads = active_.find(row.id.value) == active_.end() && kind != "planner.cancel_plan";
  if (admit && loads) HW_CHECK_OK(check_room(row, step.writer.reader()));
  if (kind == "planner.retry_plan") return retry(step, row, decision, admit);
  if (admit) return {};
  row.seq = step.seq;
  row.updated_at = step.at;
  row.author = text(decision, "author");
  row.reason = text(decision, "reason");
  if (kind == "planner.approve_plan" || kind == "planner.resume_plan") {
    const auto id = static_cast<std::int64_t>(row.id.value);
    HW_CHECK_OK(step.writer.delete_planner_document(kWebhook, id, 0));
  }
  if (kind == "planner.approve_plan") return approve(step, std::move(row));
  const bool cancelled = kind == "planner.cancel_plan";
  const PlanState next = cancelled                      ? PlanState::kCancelled
                         : kind == "planner.pause_plan" ? PlanState::kPaused
                                                        : PlanState::kExecuting;
  const std::int32_t hold = next == PlanState::kPaused ? kHeldByDecision : kNotHeld;
  ActivePlan* const plan = active(row.id);
  PlanRow& kept = plan == nullptr ? row : plan->row;
  kept.state = static_cast<std::int32_t>(next);
  kept.hold = hold;
  kept.author = text(decision, "author");
  kept.reason = text(decision, "reason");
  if (plan == nullptr) return step.writer.put_plan(row);  // a draft
  dirty_.insert(row.id.value);
  if (!cancelled) return {};
  std::vector<LeaseToken> tokens;
  for (const auto& [token, lease] : leases_) {
    if (lease.plan == row.id) tokens.push_back(token);
  }
  for (const LeaseToken& token : tokens) {
    const Lease lease = leases_.find(token)->second;
    end_lease(step, token, LeaseState::kRevoked);
    plan->give_back(plan->task(lease.task), lease.first, lease.last, false);
  }
  plan->forget_turns();
  return {};
}

Result<void> PlanBook::approve(const Step& step, PlanRow row) {
  ActivePlan* plan = active(row.id);
  if (plan == nullptr) {
    HW_TRY(plan, activate(step.writer.reader(), row));
    plan->row.state = static_cast<std::int32_t>(PlanState::kApproved);
  } else {  // it has grown, and that is what is approved
    plan->row.upper = row.refreshed;
    plan->row.state = static_cast<std::int32_t>(PlanState::kExecuting);
  }
  plan->row.hold = kNotHeld;
  plan->row.author = row.author;
  plan->row.reason = row.reason;
  dirty_.insert(row.id.value);
  return {};
}

// What has failed of the plan, or of some of its tasks, is pending again.
Result<void> PlanBook::retry(const Step& step, const PlanRow& row, const JsonValue& decision,
                             bool admit) {
  HW_TRY(const auto body, step.writer.reader().plan_body(row.id));
  const std::int64_t count = body ? decode_summary(body->summary).tasks : 0;
  std::vector<std::uint32_t> numbers;
  bool good = true;
  decision.get("tasks").elements([&](const JsonValue& number) {
    const std::int64_t value = number.integer().value_or(0);
    good = good && value >= 1 && value <= count;
    if (good) numbers.push_back(static_cast<std::uint32_t>(value));
  });
  if (!good) return invalid("tasks must be numbers of tasks of the plan.");
  if (admit) return {};
  ActivePlan* plan = active(row.id);
  if (plan == nullptr) {
    HW_TRY(plan, activate(step.writer.reader(), row));
    plan->row.state = static_cast<std::int32_t>(PlanState::kExecuting);
  }
  plan->row.author = text(decision, "author");
  plan->row.reason = text(decision, "reason");
  for (std::uint32_t number = 1; number <= plan->task_count(); ++number) {
    if (numbers.empty() || std::ranges::find(numbers, number) != numbers.end()) {
      plan->retry(plan->task(number));
    }
  }
  plan->rebuild();
  dirty_.insert(row.id.value);
  return {};
}

Result<void> PlanBook::refresh(const Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(const PlanRow row, known_plan(step, decision));
  const PlanState state = state_of(row);
  const bool open = state == PlanState::kApproved || state == PlanState::kExecuting;
  if (admit && !open) return forbidden(row, "worked out again");
  const auto upper = decision.get("upper").integer();
  if (admit && (!upper || *upper < 0)) return invalid("upper must be a number of partitions.");
  if (admit || !open) return {};
  ActivePlan& plan = *active(row.id);
  plan.row.refreshed = upper.value_or(0);
  const double most = plan.terms().tolerance * static_cast<double>(plan.row.upper);
  if (static_cast<double>(plan.row.refreshed) > most) {
    plan.row.state = static_cast<std::int32_t>(PlanState::kPaused);
    plan.row.hold = kHeldByTolerance;
    plan.row.author = text(decision, "author");
    plan.row.reason = text(decision, "reason");
  }
  dirty_.insert(row.id.value);
  return {};
}

Result<void> PlanBook::turn_off_webhook(const Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(const PlanRow row, known_plan(step, decision));
  if (admit) return {};
  const std::string body = "{\"at\":" + std::to_string(step.at) +
                           ",\"reason\":" + model::json_quote(text(decision, "reason")) + "}";
  return step.writer.put_planner_document(
      {kWebhook, static_cast<std::int64_t>(row.id.value), 0, step.seq, body});
}

// ---- leases
// --------------------------------------------------------------------------------------

Result<PlanBook::Lease> PlanBook::named_lease(const Step& step, const JsonValue& decision) const {
  HW_TRY(const PlanRow plan, known_plan(step, decision));
  const std::string name = text(decision, "lease");
  const auto token = parse_lease_token(name);
  std::optional<Lease> row;
  if (token) {
    HW_TRY(row, step.writer.reader().plan_lease(token->seq, token->n));
  }
  if (row && row->plan == plan.id) return *std::move(row);
  return make_error(ErrorCode::kNotFound, "The plan has no lease " + name.substr(0, 40) + ".");
}

Result<void> PlanBook::heartbeat(const Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(const Lease lease, named_lease(step, decision));
  const auto state = static_cast<LeaseState>(lease.state);
  const bool expired = lease.expires_at <= step.at;
  if (state != LeaseState::kValid || expired) {
    if (!admit) return {};
    if (state == LeaseState::kAnswered) {
      HW_TRY(const bool again, handed_out_again(step.writer.reader(), lease));
      if (!again) return {};
    }
    return lost(lease, state != LeaseState::kValid ? state : LeaseState::kExpired);
  }
  const JsonValue given = decision.get("lease_ms");
  const std::int64_t lease_ms = given.integer().value_or(lease.lease_ms);
  const bool numeric = !given.present() || given.is_null() || given.integer();
  if (admit && (!numeric || lease_ms < kMinLeaseMs || lease_ms > kMaxLeaseMs)) {
    return invalid("lease_ms must be a whole number from " + std::to_string(kMinLeaseMs) + " to " +
                   std::to_string(kMaxLeaseMs) + ".");
  }
  if (!admit) extend(lease, step.at + lease_ms * 1000);
  return {};
}

Result<void> PlanBook::complete(const Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(const Lease lease, named_lease(step, decision));
  const std::string word = text(decision, "state");
  const LeaseState state = word == "completed"  ? LeaseState::kCompleted
                           : word == "failed"   ? LeaseState::kFailed
                           : word == "released" ? LeaseState::kReleased
                                                : LeaseState::kValid;
  if (state == LeaseState::kValid) return invalid("state must be completed, failed or released.");
  const auto before = static_cast<LeaseState>(lease.state);
  if (before == state) return {};  // said again
  const bool expired = before == LeaseState::kValid && lease.expires_at <= step.at;
  if (before != LeaseState::kValid || expired) {
    if (!admit) return {};
    if (before == LeaseState::kAnswered) return confirm(step, lease, state, decision);
    return lost(lease, expired ? LeaseState::kExpired : before);
  }
  if (text(decision, "message").size() > kMaxMessageBytes ||
      text(decision, "run_id").size() > kMaxRunIdBytes) {
    return make_error(
        ErrorCode::kLimitExceeded,
        "message and run_id may have " + std::to_string(kMaxMessageBytes) + " bytes each.");
  }
  ActivePlan& plan = *active(lease.plan);
  const Task& task = plan.task(lease.task);
  HW_TRY(const Words words, words_of(lease, task.dataset, task.span.lane, state, decision));
  if (admit) return {};
  Lease& kept = leases_.find({lease.seq, lease.n})->second;
  kept.run_id = text(decision, "run_id");
  kept.message = text(decision, "message");
  const Lease held = kept;
  end_lease(step, {lease.seq, lease.n}, state);
  answer(plan, held, words);
  return {};
}

// Names are keys of partitions of the lease; what is not named has what the state says.
Result<PlanBook::Words> PlanBook::words_of(const Lease& lease, DatasetNo dataset,
                                           std::uint32_t lane, LeaseState state,
                                           const JsonValue& decision) const {
  const Space& space = *engine_.working().segment(dataset).space;
  std::map<std::int64_t, Word> named;
  std::optional<base::Error> failure;
  const auto read = [&](std::string_view member, Word word) {
    decision.get(member).elements([&](const JsonValue& key) {
      const std::string name = key.string().value_or("");
      const auto place = space.parse_text(name);
      const bool held =
          place && place->lane == lane && lease.first <= place->index && place->index <= lease.last;
      if (failure) return;
      if (!held) {
        failure = invalid("The lease holds no partition " + name + ".");
      } else if (named.emplace(place->index, word).first->second != word) {
        failure = invalid("A partition is named both in done and in failed.");
      }
    });
  };
  read("done", Word::kDone);
  const bool lists_done = !named.empty();
  read("failed", Word::kFailed);
  if (failure) return *std::move(failure);
  const Word others = state == LeaseState::kCompleted && !lists_done ? Word::kDone
                      : state == LeaseState::kFailed                 ? Word::kFailed
                                                                     : Word::kNothing;
  Words out(static_cast<std::size_t>(lease.last - lease.first + 1), others);
  for (const auto& [index, word] : named) {
    out[static_cast<std::size_t>(index - lease.first)] = word;
  }
  return out;
}

// Runs have told already what became of the lease. The report adds nothing: it is taken unless it
// says that something is done which is not, or somebody else was given a part of it since.
Result<void> PlanBook::confirm(const Step& step, const Lease& lease, LeaseState state,
                               const JsonValue& decision) const {
  HW_TRY(const bool again, handed_out_again(step.writer.reader(), lease));
  if (again) return lost(lease, LeaseState::kAnswered);
  HW_TRY(const TaskInfo info, find_task(step.writer.reader(), lease.plan, lease.task));
  const Span& span = info.task.span;
  HW_TRY(const Words words, words_of(lease, info.task.dataset, span.lane, state, decision));
  const auto runs = PartitionRuns::decode(span.first, span.last, info.progress.runs);
  for (const PartitionRuns::Run& run : runs.within(lease.first, lease.last)) {
    if (is_settled(run.state.status)) continue;
    for (std::int64_t i = run.first; i <= run.last; ++i) {
      const bool done = words[static_cast<std::size_t>(i - lease.first)] == Word::kDone;
      if (done) return lost(lease, LeaseState::kAnswered);
    }
  }
  return {};
}

// The worker's word on each partition of a lease that has just ended.
void PlanBook::answer(ActivePlan& plan, const Lease& lease, const Words& words) {
  Task& task = plan.task(lease.task);
  for (std::int64_t i = lease.first; i <= lease.last; ++i) {
    const Word word = words[static_cast<std::size_t>(i - lease.first)];
    const PartitionStatus status = task.runs.at(i).status;
    if (!is_leased(status)) continue;  // settled by a run meanwhile
    if (word == Word::kDone) {
      plan.settle(task, i, i, PartitionStatus::kTold);
    } else {
      const bool tried = word == Word::kFailed || status == PartitionStatus::kLeasedFailed;
      plan.give_back(task, i, i, tried);
    }
  }
}

}  // namespace headwater::planner
