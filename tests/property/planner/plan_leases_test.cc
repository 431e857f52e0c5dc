// Workers that crash, come late and say things twice, over restarts and replays: at every step each
// partition of every plan has the one status that a naive model gives it, and no partition is under
// two valid leases.

#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/property/planner/naive_plans.h"
#include "tests/support/plan_world.h"

namespace headwater::tests {
namespace {

using planner::LeaseOutcome;
using planner::PlanMove;
using storage::PlanLeaseRow;
using Reads = NaiveWarehouse::Reads;

constexpr std::int64_t kLeaseMs = 60'000;
constexpr int kIndexes = NaiveWarehouse::kIndexes;

std::uint64_t seed_of_tests() {
  const char* const given = std::getenv("HW_SEED");
  return given != nullptr ? std::stoull(given) : 20'261'101;
}

class PlanHistory {
 public:
  explicit PlanHistory(std::uint64_t seed) : rng_(seed) {
    datasets();
    naive_.now = world_.now();
    const int plans = pick(1, 3);
    for (int i = 0; i < plans; ++i) add_plan();
  }

  void step() {
    // Distinct moments, so that what a run has read is plain.
    world_.pass_ms(pick(1, 3));
    naive_.now = world_.now();
    switch (pick(0, 15)) {
      case 0:
      case 1:
      case 2:
      case 3: return lease();
      case 4:
      case 5: return complete();
      case 6: return heartbeat();
      case 7:
      case 8: return run_of_lease();
      case 9: return run_of_nobody();
      case 10: return late_failure();
      case 11: return sleep();
      case 12: return sweep();
      case 13: return move();
      case 14: return again();
      default: return restart();
    }
  }

  void check() {
    auto reader = must(world_.harness().store().reader());
    const model::Seq seq = must(reader.last_seq());
    if (seq != std::exchange(last_seq_, seq)) naive_.recorded = naive_.now;
    std::map<NaivePart, PlanLeaseRow> held;
    std::vector<NaiveLease> valid;
    for (const PlanLeaseRow& row : must(reader.unended_plan_leases())) {
      const NaivePlan& plan = naive_.plans.at(row.plan.value);
      const int dataset = plan.tasks[row.task - 1].dataset;
      valid.push_back(naive_of(row, dataset));
      // The invariant: never two leases on one partition, whatever the plans.
      for (std::int64_t i = row.first; i <= row.last; ++i) {
        const bool fresh = held.emplace(NaivePart{dataset, static_cast<int>(i)}, row).second;
        ASSERT_TRUE(fresh) << "two leases hold " << dataset << "/" << i << trace();
      }
    }
    for (auto& [id, plan] : naive_.plans) check_plan(reader, plan, held);
    std::ranges::sort(valid, {}, [](const NaiveLease& l) { return std::pair(l.seq, l.n); });
    std::vector<NaiveLease> expected = naive_.leases;
    std::ranges::sort(expected, {}, [](const NaiveLease& l) { return std::pair(l.seq, l.n); });
    ASSERT_EQ(valid, expected) << trace();
  }

  // Every worker does what it is given: all ends.
  void finish() {
    for (auto& [id, plan] : naive_.plans) {
      if (plan.state == PlanState::kPaused) move(plan, PlanMove::kResume);
    }
    write_what_is_missing();
    for (int i = 0; i < 1000 && any_open(); ++i) {
      world_.pass_ms(1);
      naive_.now = world_.now();
      lease();
      if (!naive_.leases.empty()) complete_all(naive_.leases.front());
      if (naive_.leases.empty() && any_open()) sleep();
    }
    check();
    ASSERT_FALSE(any_open()) << "a plan does not end" << trace();
  }

  PlanWorld& world() { return world_; }
  std::string trace() const {
    std::string out = "\n";
    const std::size_t from = trace_.size() > 60 ? trace_.size() - 60 : 0;
    for (std::size_t i = from; i < trace_.size(); ++i) out += trace_[i] + "\n";
    return out;
  }
  std::size_t given() const { return known_.size(); }
  // How often a partition was seen that waits for inputs, waits for a quiet period, could be
  // handed out before the plan is through with its inputs, or can do without what has failed.
  struct Seen {
    std::size_t inputs = 0, quiet = 0, early = 0, spared = 0;
  };
  const Seen& seen() const { return seen_; }

 private:
  int pick(int least, int most) { return std::uniform_int_distribution(least, most)(rng_); }
  bool chance(int percent) { return pick(1, 100) <= percent; }
  template <class... Parts>
  void note(const Parts&... parts) {
    std::ostringstream out;
    (out << ... << parts);
    trace_.push_back(out.str());
  }
  static std::string name(int dataset) { return std::string(1, static_cast<char>('a' + dataset)); }

  // ---- the warehouse ----------------------------------------------------------------------------

  void datasets() {
    const int count = pick(3, 6);
    for (int d = 0; d < count; ++d) {
      const bool endless = chance(20);
      world_.dataset(name(d), endless ? 0 : kIndexes);
      if (endless) naive_.warehouse.endless.insert(d);
      note(name(d), endless ? " expects nothing" : "");
      if (d == 0) continue;
      const int edges = pick(1, 2);
      std::set<int> seen;
      for (int e = 0; e < edges; ++e) {
        const int up = pick(0, d - 1);
        if (seen.insert(up).second) read(d, up, kKinds[static_cast<std::size_t>(pick(0, 4))]);
      }
      if (chance(30)) read(d, d, Reads::kBefore);  // each reads the one before
    }
    datasets_ = count;
  }

  static constexpr Reads kKinds[] = {Reads::kSame, Reads::kSame, Reads::kThisAndBefore, Reads::kAll,
                                     Reads::kLast};

  void read(int down, int up, Reads reads) {
    const std::map<Reads, std::string> json{
        {Reads::kSame, R"({"kind":"identity"})"},
        {Reads::kThisAndBefore, R"({"kind":"window","from":-1,"to":0})"},
        {Reads::kBefore, R"({"kind":"window","from":-1,"to":-1})"},
        {Reads::kAll, R"({"kind":"all"})"},
        {Reads::kLast, R"({"kind":"last"})"}};
    const planner::WaitPolicy wait = policy(reads);
    std::string mapping = json.at(reads);
    if (wait.any()) {
      mapping.pop_back();
      mapping += ",\"wait\":" + planner::wait_json(wait) + "}";
    }
    world_.reads(name(down), name(up), mapping);
    naive_.warehouse.edges[down].push_back({up, reads, wait});
    note(name(down), " reads ", name(up), " ", mapping);
  }
  planner::WaitPolicy policy(Reads reads) {
    using Inputs = planner::WaitPolicy::Inputs;
    planner::WaitPolicy out;
    if (chance(25)) out.quiet = pick(1, 90) * 1'000'000;
    if (reads == Reads::kLast || chance(50)) return out;
    out.inputs = chance(40) ? Inputs::kAll : Inputs::kAtLeast;
    if (out.counts_inputs()) out.at_least = pick(1, reads == Reads::kAll ? kIndexes + 1 : 2);
    return out;
  }

  bool chained(int dataset) const {
    const auto at = naive_.warehouse.edges.find(dataset);
    if (at == naive_.warehouse.edges.end()) return false;
    return std::ranges::any_of(at->second, [&](const auto& e) { return e.upstream == dataset; });
  }

  // ---- plans ------------------------------------------------------------------------------------

  void add_plan() {
    NaivePlan plan;
    std::vector<planner::Task> tasks;
    for (int d = 0; d < datasets_; ++d) {
      if (chance(15)) continue;
      int at = pick(0, 3);
      while (at < kIndexes) {
        const int last = std::min(at + pick(0, 3), kIndexes - 1);
        auto task = PlanWorld::task(static_cast<std::uint32_t>(tasks.size() + 1),
                                    planner::DatasetNo{static_cast<std::uint32_t>(d + 1)}, at, last,
                                    static_cast<std::uint32_t>(d + 1));
        task.sequential = chained(d);
        tasks.push_back(task);
        plan.tasks.push_back({d, at, last, task.sequential});
        for (int i = at; i <= last; ++i) plan.status[{d, i}] = PartitionStatus::kPending;
        at = last + 1 + (chance(20) ? 1 : 0);
      }
    }
    if (tasks.empty()) return;
    planner::PlanDraft draft = PlanWorld::draft(tasks);
    draft.options.max_attempts = plan.max_attempts = pick(1, 3);
    plan.id = world_.approved(draft).value;
    note("plan ", plan.id, ", ", plan.tasks.size(), " tasks, attempts ", plan.max_attempts);
    naive_.plans[plan.id] = std::move(plan);
  }

  NaivePlan* some_plan() {
    if (naive_.plans.empty()) return nullptr;
    auto at = naive_.plans.begin();
    std::advance(at, pick(0, static_cast<int>(naive_.plans.size()) - 1));
    return &at->second;
  }
  bool any_open() const {
    return std::ranges::any_of(naive_.plans,
                               [&](const auto& entry) { return naive_.open(entry.second); });
  }

  void move() {
    NaivePlan* const plan = some_plan();
    if (plan == nullptr) return;
    const int which = pick(0, 9);
    move(*plan, which <= 2   ? PlanMove::kPause
                : which <= 6 ? PlanMove::kResume
                : which <= 8 ? PlanMove::kRetry
                             : PlanMove::kCancel);
  }
  void move(NaivePlan& plan, PlanMove how) {
    const bool failed = std::ranges::any_of(
        plan.status, [](const auto& entry) { return entry.second == PartitionStatus::kFailed; });
    const bool may = how == PlanMove::kPause    ? naive_.open(plan)
                     : how == PlanMove::kResume ? plan.state == PlanState::kPaused
                     : how == PlanMove::kRetry  ? failed && plan.state != PlanState::kCancelled
                                                : naive_.active(plan);
    const auto done = world_.try_move(how, model::Seq{plan.id});
    note("move ", static_cast<int>(how), " of ", plan.id, " -> ", done.has_value());
    ASSERT_EQ(done.has_value(), may) << trace();
    if (!may) return;
    if (how == PlanMove::kPause) plan.state = PlanState::kPaused;
    if (how == PlanMove::kResume) plan.state = PlanState::kExecuting;
    if (how == PlanMove::kCancel) cancel(plan);
    if (how == PlanMove::kRetry) {
      if (plan.state == PlanState::kDone) plan.state = PlanState::kExecuting;
      for (auto& [part, status] : plan.status) {
        if (status == PartitionStatus::kFailed) {
          status = PartitionStatus::kPending;
          plan.attempts[part] = 0;
        }
      }
    }
    naive_.settle_down();
  }
  void cancel(NaivePlan& plan) {
    const auto leases = naive_.leases;
    for (const NaiveLease& lease : leases) {
      if (lease.plan != plan.id) continue;
      naive_.erase(lease);
      for (int i = lease.first; i <= lease.last; ++i) {
        naive_.give_back(plan, {lease.dataset, i}, false);
      }
    }
    naive_.settle_down();
    plan.state = PlanState::kCancelled;
  }

  // ---- workers ----------------------------------------------------------------------------------

  static NaiveLease naive_of(const PlanLeaseRow& row, int dataset) {
    return {row.seq.value,
            row.n,
            row.task,
            row.plan.value,
            dataset,
            static_cast<int>(row.first),
            static_cast<int>(row.last),
            row.expires_at,
            row.request};
  }

  void lease() {
    NaivePlan* const plan = some_plan();
    if (plan == nullptr) return;
    planner::LeaseWish wish = PlanWorld::wish(pick(1, 4));
    const int most = chance(50) ? pick(1, 3) : kIndexes;
    if (most < kIndexes) wish.max_partitions = most;
    if (chance(50)) wish.request_id = "r" + std::to_string(++requests_);
    if (chance(20) && !wish.request_id.empty() && !last_request_.empty()) {
      wish.request_id = last_request_;  // the answer got lost
    }
    last_request_ = wish.request_id;
    const bool may = naive_.open(*plan);
    auto done = world_.try_decide(planner::lease_plan(model::Seq{plan->id}, wish));
    ASSERT_EQ(done.has_value(), may) << trace();
    if (!may) return;
    const auto expected = naive_.lease(*plan, done->seq.value, static_cast<int>(wish.max_leases),
                                       most, kLeaseMs * 1000, wish.request_id);
    auto reader = must(world_.harness().store().reader());
    std::vector<NaiveLease> given;
    for (const PlanLeaseRow& row : must(reader.plan_leases_of_record(done->seq))) {
      given.push_back(naive_of(row, plan->tasks[row.task - 1].dataset));
      known_.push_back(row);
      naive_.ever.push_back(given.back());
    }
    note("lease of ", plan->id, " at ", done->seq.value, ": ", given.size());
    for (const auto& one : given) note("  ", name(one.dataset), " ", one.first, "..", one.last);
    ASSERT_EQ(given, expected) << trace();
  }

  // Any lease there ever was: a worker may be back from the dead.
  const PlanLeaseRow* some_lease() {
    if (known_.empty()) return nullptr;
    const int last = static_cast<int>(known_.size()) - 1;
    return &known_[static_cast<std::size_t>(chance(70) ? pick(std::max(0, last - 4), last)
                                                       : pick(0, last))];
  }
  bool valid(const PlanLeaseRow& row) {
    const NaiveLease* const lease = naive_.find(row.seq.value, row.n);
    return lease != nullptr && lease->expires_at > naive_.now;
  }

  void heartbeat() {
    const PlanLeaseRow* const row = some_lease();
    if (row == nullptr) return;
    const bool was_valid = valid(*row);
    const bool may = was_valid || naive_.only_answered(row->seq.value, row->n);
    const auto done = world_.try_heartbeat(*row);
    note("heartbeat ", PlanWorld::token(*row), " -> ", done.has_value());
    ASSERT_EQ(done.has_value(), may) << trace();
    if (!may) {
      ASSERT_EQ(done.error().code, base::ErrorCode::kLeaseLost) << trace();
      return;
    }
    if (!was_valid) return;
    NaiveLease& lease = *naive_.find(row->seq.value, row->n);
    lease.expires_at = std::max(lease.expires_at, naive_.now + kLeaseMs * 1000);
  }

  void complete() {
    const PlanLeaseRow* const row = some_lease();
    if (row == nullptr) return;
    LeaseOutcome outcome;
    outcome.state = std::vector<std::string>{"completed", "completed", "failed",
                                             "released"}[static_cast<std::size_t>(pick(0, 3))];
    std::map<int, bool> named;
    for (int i = static_cast<int>(row->first); i <= row->last && chance(50); ++i) {
      if (chance(40)) continue;
      named[i] = chance(60);
      (named[i] ? outcome.done : outcome.failed).push_back("n=" + std::to_string(i));
    }
    complete(*row, outcome, named);
  }
  void complete_all(const NaiveLease& lease) {
    const auto row = std::ranges::find_if(known_, [&](const PlanLeaseRow& one) {
      return one.seq.value == lease.seq && one.n == lease.n;
    });
    complete(*row, {"completed", {}, {}, "", ""}, {});
  }
  static bool is_done(int index, const LeaseOutcome& outcome, const std::map<int, bool>& named) {
    const auto word = named.find(index);
    if (word != named.end()) return word->second;
    return outcome.state == "completed" && outcome.done.empty();
  }
  bool claims_hold(const PlanLeaseRow& row, const LeaseOutcome& outcome,
                   const std::map<int, bool>& named) {
    NaivePlan& plan = naive_.plans.at(row.plan.value);
    const int dataset = plan.tasks[row.task - 1].dataset;
    for (int i = static_cast<int>(row.first); i <= row.last; ++i) {
      if (is_done(i, outcome, named) && !planner::is_settled(plan.status[{dataset, i}]))
        return false;
    }
    return true;
  }
  void complete(const PlanLeaseRow& row, const LeaseOutcome& outcome,
                const std::map<int, bool>& named) {
    const bool was_valid = valid(row);
    const bool said = ended_as_.contains(PlanWorld::token(row)) &&
                      ended_as_.at(PlanWorld::token(row)) == outcome.state;
    // What runs have told may be said as well, unless it is said to be done and is not.
    const bool echoes =
        naive_.only_answered(row.seq.value, row.n) && claims_hold(row, outcome, named);
    const auto done = world_.try_complete(row, outcome);
    note("complete ", PlanWorld::token(row), " ", outcome.state, " -> ", done.has_value());
    ASSERT_EQ(done.has_value(), was_valid || said || echoes) << trace();
    if (!was_valid) return;
    ended_as_[PlanWorld::token(row)] = outcome.state;
    const NaiveLease lease = *naive_.find(row.seq.value, row.n);
    naive_.erase(lease);
    NaivePlan& plan = naive_.plans[lease.plan];
    for (int i = lease.first; i <= lease.last; ++i) {
      const NaivePart part{lease.dataset, i};
      PartitionStatus& status = plan.status[part];
      if (!planner::is_leased(status)) continue;
      const auto word = named.find(i);
      const bool failed = word != named.end() ? !word->second : outcome.state == "failed";
      if (is_done(i, outcome, named)) {
        status = PartitionStatus::kTold;
      } else {
        naive_.give_back(plan, part, failed || status == PartitionStatus::kLeasedFailed);
      }
    }
    naive_.settle_down();
  }

  // ---- runs -------------------------------------------------------------------------------------

  void run_of_lease() {
    const PlanLeaseRow* const row = some_lease();
    if (row == nullptr) return run_of_nobody();
    const NaivePlan& plan = naive_.plans.at(row->plan.value);
    const int first = pick(static_cast<int>(row->first), static_cast<int>(row->last));
    const std::string token = chance(60) ? PlanWorld::token(*row) : chance(10) ? "1-1000" : "";
    run(plan.tasks[row->task - 1].dataset, first, pick(first, static_cast<int>(row->last)), token);
  }
  void run_of_nobody() {
    const int first = pick(0, kIndexes - 1);
    run(pick(0, datasets_ - 1), first, std::min(first + pick(0, 1), kIndexes - 1));
  }
  void run(int dataset, int first, int last, const std::string& named = "") {
    const bool fails = chance(35);
    PlanWorld::Run how;
    how.state = fails ? "FAIL" : "COMPLETE";
    how.version = chance(50) ? "same" : "v" + std::to_string(++versions_);
    how.lease = named;
    const std::string id = world_.run(name(dataset), first, last, how);
    const std::uint64_t recorded = started_at();
    note(fails ? "fail " : "write ", id, " ", name(dataset), " ", first, "..", last, " ",
         how.version, " ", named);
    for (int i = first; i <= last; ++i) {
      const NaivePart part{dataset, i};
      if (fails) {
        naive_.failed(part, recorded, named);
      } else {
        naive_.written(part, how.version + "-" + std::to_string(i));
      }
    }
    naive_.settle_down();
    if (fails) failures_.push_back({id, dataset, first, last, recorded, named});
  }
  // So that nothing waits for what no plan has.
  void write_what_is_missing() {
    for (int d = 0; d < datasets_; ++d) {
      for (int i = 0; i < kIndexes; ++i) {
        if (naive_.warehouse.present({d, i})) continue;
        world_.pass_ms(1);
        naive_.now = world_.now();
        const std::string version = "v" + std::to_string(++versions_);
        PlanWorld::Run how;
        how.version = version;
        const std::string id = world_.run(name(d), i, i, how);
        note("write ", id, " ", name(d), " ", i);
        naive_.written({d, i}, version + "-" + std::to_string(i));
        naive_.settle_down();
      }
    }
  }
  // Of the START event of the run just sent: the record before the last.
  std::uint64_t started_at() {
    auto reader = must(world_.harness().store().reader());
    return must(reader.last_seq()).value - 1;
  }

  struct Failure {
    std::string id;
    int dataset = 0, first = 0, last = 0;
    std::uint64_t recorded = 0;
    std::string named;
  };
  // A run that has failed says so once more.
  void late_failure() {
    if (failures_.empty()) return;
    const Failure& failure =
        failures_[static_cast<std::size_t>(pick(0, static_cast<int>(failures_.size()) - 1))];
    PlanWorld::Run how;
    how.state = "FAIL";
    how.id = failure.id;
    world_.run(name(failure.dataset), failure.first, failure.last, how);
    note("late failure of ", failure.id);
    // Its START comes a second time as well, and is an event of a run that has ended.
    for (int twice = 0; twice < 2; ++twice) {
      for (int i = failure.first; i <= failure.last; ++i) {
        naive_.failed({failure.dataset, i}, failure.recorded, failure.named);
      }
      naive_.settle_down();
    }
  }

  // ---- time, restarts ---------------------------------------------------------------------------

  void sleep() {
    world_.pass_ms(pick(20, 70) * 1000);
    naive_.now = world_.now();
    note("some time passes");
  }
  void sweep() {
    world_.decide(planner::sweep_leases("headwater"));
    naive_.expire();
    note("sweep");
  }
  void restart() {
    world_.reopen();
    note("restart");
  }
  void again() {
    if (naive_.plans.size() < 4 && chance(30)) add_plan();
  }

  // ---- checks -----------------------------------------------------------------------------------

  void check_plan(storage::Reader& reader, const NaivePlan& plan,
                  const std::map<NaivePart, PlanLeaseRow>& held) {
    const planner::PlanInfo info = must(planner::find_plan(reader, model::Seq{plan.id}));
    ASSERT_EQ(info.state(), plan.state) << "plan " << plan.id << trace();
    storage::PlanCounts sum;
    std::int64_t all_inputs = 0, all_quiet = 0;
    const auto tasks =
        must(planner::list_tasks(reader, model::Seq{plan.id}, std::nullopt, 0, 10'000));
    ASSERT_EQ(tasks.size(), plan.tasks.size());
    for (const planner::TaskInfo& task : tasks) {
      const auto runs = planner::PartitionRuns::decode(task.task.span.first, task.task.span.last,
                                                       task.progress.runs);
      bool ready = false;
      std::int64_t for_inputs = 0, for_quiet = 0;
      for (std::int64_t i = task.task.span.first; i <= task.task.span.last; ++i) {
        const NaivePart part{static_cast<int>(task.task.dataset.value) - 1, static_cast<int>(i)};
        const PartitionStatus status = runs.at(i).status;
        const PartitionStatus expected = plan.status.at(part);
        ASSERT_EQ(static_cast<int>(status), static_cast<int>(expected))
            << "plan " << plan.id << " " << name(part.dataset) << "/" << i << trace();
        const auto lease = held.find(part);
        const bool is_held = lease != held.end() && lease->second.plan.value == plan.id;
        if (planner::is_leased(status)) {
          ASSERT_TRUE(is_held) << trace();
        }
        if (is_held && !planner::is_settled(status)) {
          ASSERT_TRUE(planner::is_leased(status)) << trace();
        }
        if (status != PartitionStatus::kPending || !naive_.active(plan)) continue;
        ready = ready || naive_.ready(plan, part, naive_.recorded);
        const auto [inputs, quiet] = naive_.waits(plan, part, naive_.recorded);
        for_inputs += inputs;
        for_quiet += quiet;
        seen_.inputs += inputs;
        seen_.quiet += quiet;
        seen_.early += naive_.inputs(plan, part) == NaiveBook::Inputs::kEarly;
        seen_.spared += naive_.reads_stuck(plan, part);
      }
      if (naive_.active(plan)) {
        ASSERT_EQ(task.progress.ready, ready) << trace();
      }
      ASSERT_EQ(waiting(task, planner::WaitFor::kInputs), for_inputs) << trace();
      ASSERT_EQ(waiting(task, planner::WaitFor::kQuiet), for_quiet) << trace();
      all_inputs += for_inputs;
      all_quiet += for_quiet;
      add(sum, task.progress.counts);
    }
    ASSERT_EQ(info.row.counts, sum) << trace();
    ASSERT_EQ(info.row.wait_inputs, all_inputs) << trace();
    ASSERT_EQ(info.row.wait_quiet, all_quiet) << trace();
    ASSERT_EQ(info.row.wakes_at == model::kOpenEnd, all_quiet == 0) << trace();
  }
  static std::int64_t waiting(const planner::TaskInfo& task, planner::WaitFor why) {
    std::int64_t out = 0;
    for (const planner::TaskWait& wait : task.waiting) out += wait.why == why ? wait.partitions : 0;
    return out;
  }
  static void add(storage::PlanCounts& to, const storage::PlanCounts& n) {
    to.done += n.done;
    to.told += n.told;
    to.skipped += n.skipped;
    to.running += n.running;
    to.failed += n.failed;
    to.blocked += n.blocked;
  }

  std::mt19937_64 rng_;
  PlanWorld world_;
  NaiveBook naive_;
  model::Seq last_seq_;
  Seen seen_;
  int datasets_ = 0, requests_ = 0, versions_ = 0;
  std::string last_request_;
  std::vector<PlanLeaseRow> known_;
  std::map<std::string, std::string> ended_as_;
  std::vector<Failure> failures_;
  std::vector<std::string> trace_;
};

TEST(PlanLeases, HoldEachPartitionOnceAndLoseNone) {
  const std::uint64_t first = seed_of_tests();
  constexpr int kHistories = 40, kSteps = 120;
  std::size_t given = 0;
  PlanHistory::Seen seen;
  for (int i = 0; i < kHistories; ++i) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    PlanHistory history(seed);
    for (int step = 0; step < kSteps; ++step) {
      history.step();
      if (::testing::Test::HasFatalFailure()) return;
      history.check();
      if (::testing::Test::HasFatalFailure()) return;
    }
    history.finish();
    if (::testing::Test::HasFatalFailure()) return;
    history.world().expect_replayed();
    given += history.given();
    seen.inputs += history.seen().inputs;
    seen.quiet += history.seen().quiet;
    seen.early += history.seen().early;
    seen.spared += history.seen().spared;
  }
  EXPECT_GT(given, static_cast<std::size_t>(kHistories));  // else nothing was tried
  std::printf("waited for inputs %zu, for quiet %zu, early %zu, spared %zu\n", seen.inputs,
              seen.quiet, seen.early, seen.spared);
  EXPECT_GT(seen.inputs, 0U);
  EXPECT_GT(seen.quiet, 0U);
  EXPECT_GT(seen.early, 0U);
  EXPECT_GT(seen.spared, 0U);
}

}  // namespace
}  // namespace headwater::tests
