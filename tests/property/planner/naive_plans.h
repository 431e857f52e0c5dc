// Plans, one partition at a time and from scratch at every step: what the book must come to.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "planner/partition_runs.h"
#include "planner/plan.h"
#include "planner/wait_policy.h"

namespace headwater::tests {

using planner::PartitionStatus;
using planner::PlanState;

struct NaivePart {
  int dataset = 0, index = 0;
  auto operator<=>(const NaivePart&) const = default;
};

// What stands: contents of partitions, and what each had read when it was written.
class NaiveWarehouse {
 public:
  static constexpr int kIndexes = 8;  // that anything is ever written of
  enum class Reads { kSame, kThisAndBefore, kBefore, kAll, kLast };
  struct Edge {
    int upstream = 0;
    Reads reads = Reads::kSame;
    planner::WaitPolicy wait = {};
  };
  std::map<int, std::vector<Edge>> edges;  // by downstream
  std::set<int> endless;                   // datasets of which nothing is expected

  std::vector<Edge> edges_of(int dataset) const {
    const auto at = edges.find(dataset);
    return at == edges.end() ? std::vector<Edge>() : at->second;
  }
  // Of `last`, all that is or may yet become the last.
  std::vector<NaivePart> read_over(const Edge& edge, const NaivePart& part) const {
    std::vector<NaivePart> out;
    const bool same = edge.reads == Reads::kSame || edge.reads == Reads::kThisAndBefore;
    const bool before = edge.reads == Reads::kBefore || edge.reads == Reads::kThisAndBefore;
    if (same) out.push_back({edge.upstream, part.index});
    if (before && part.index > 0) out.push_back({edge.upstream, part.index - 1});
    const bool many = edge.reads == Reads::kAll || edge.reads == Reads::kLast;
    const int from = edge.reads == Reads::kLast ? std::max(last_present(edge.upstream), 0) : 0;
    for (int i = from; many && i < kIndexes; ++i) out.push_back({edge.upstream, i});
    return out;
  }
  std::vector<NaivePart> read_by(const NaivePart& part) const {
    std::vector<NaivePart> out;
    for (const Edge& edge : edges_of(part.dataset)) {
      const std::vector<NaivePart> read = read_over(edge, part);
      out.insert(out.end(), read.begin(), read.end());
    }
    return out;
  }
  void write(const NaivePart& part, const std::string& content, std::int64_t at) {
    content_[part] = content;
    ended_[part] = at;
    recorded_[part] = inputs(part);
  }
  bool present(const NaivePart& part) const { return content_.contains(part); }
  std::int64_t ended(const NaivePart& part) const { return ended_.at(part); }
  // Missing, or made of what does not stand any more.
  bool needs_run(const NaivePart& part) const {
    return !content_.contains(part) || recorded_.at(part) != inputs(part);
  }

 private:
  int last_present(int dataset) const {  // -1: none
    int out = -1;
    for (const auto& [part, content] : content_) {
      if (part.dataset == dataset) out = std::max(out, part.index);
    }
    return out;
  }
  // What is not there says nothing, so that of `last` only the last says something.
  std::vector<std::string> inputs(const NaivePart& part) const {
    std::vector<std::string> out;
    for (const NaivePart& read : read_by(part)) {
      const auto at = content_.find(read);
      if (at == content_.end()) continue;
      out.push_back(std::to_string(read.dataset) + "/" + std::to_string(read.index) + "=" +
                    at->second);
    }
    return out;
  }
  std::map<NaivePart, std::string> content_;
  std::map<NaivePart, std::int64_t> ended_;
  std::map<NaivePart, std::vector<std::string>> recorded_;
};

struct NaiveLease {
  std::uint64_t seq = 0;
  std::uint32_t n = 1, task = 0;
  std::uint64_t plan = 0;
  int dataset = 0, first = 0, last = 0;
  std::int64_t expires_at = 0;
  std::string request;
  bool operator==(const NaiveLease&) const = default;
};

struct NaivePlan {
  struct Task {
    int dataset = 0, first = 0, last = 0;
    bool sequential = false;
  };
  std::uint64_t id = 0;
  PlanState state = PlanState::kApproved;
  int max_attempts = 2;
  std::vector<Task> tasks;
  std::map<NaivePart, PartitionStatus> status;
  std::map<NaivePart, int> attempts;
};

class NaiveBook {
 public:
  NaiveWarehouse warehouse;
  std::map<std::uint64_t, NaivePlan> plans;
  std::vector<NaiveLease> leases;    // valid ones
  std::vector<NaiveLease> answered;  // ended by runs alone
  std::vector<NaiveLease> ever;      // all that were given
  std::int64_t now = 0;
  std::int64_t recorded = 0;  // when the last record was written: what is ready is so as of then

  bool open(const NaivePlan& plan) const {
    return plan.state == PlanState::kApproved || plan.state == PlanState::kExecuting;
  }
  bool active(const NaivePlan& plan) const {
    return open(plan) || plan.state == PlanState::kPaused;
  }

  static bool settled(PartitionStatus status) { return planner::is_settled(status); }

  std::vector<NaivePart> planned_reads(const NaivePlan& plan, const NaivePart& part) const {
    std::vector<NaivePart> out;
    for (const NaivePart& read : warehouse.read_by(part)) {
      if (plan.status.contains(read)) out.push_back(read);
    }
    return out;
  }

  // ---- wait policies: input by input ------------------------------------------------------------

  using Edge = NaiveWarehouse::Edge;
  enum class Inputs { kKept, kShort, kEarly, kEnough };

  struct Tally {
    std::int64_t had = 0, enough = 0, coming = 0, hoped = 0, missing = 0, unsettled = 0, stuck = 0;
  };
  Tally tally(const NaivePlan& plan, const Edge& edge, const NaivePart& part) const {
    Tally out;
    for (const NaivePart& read : warehouse.read_over(edge, part)) {
      const auto at = plan.status.find(read);
      const bool planned = at != plan.status.end();
      const bool is_settled = planned && settled(at->second);
      const bool is_stuck = planned && planner::is_stuck(at->second);
      const bool told = planned && at->second == PartitionStatus::kTold;
      const bool there = warehouse.present(read) || told;
      const bool required = !warehouse.endless.contains(read.dataset);
      const bool had = required || there || (planned && !is_settled);
      out.had += had;
      out.hoped += had && !is_stuck;
      out.enough += there && (!planned || is_settled);
      out.coming += planned && !is_settled && !is_stuck;
      out.missing += required && !there;
      out.unsettled += planned && !is_settled;
      out.stuck += is_stuck;
    }
    return out;
  }
  static bool counted(const Edge& edge) { return edge.wait.counts_inputs(); }
  Inputs inputs(const NaivePlan& plan, const Edge& edge, const NaivePart& part) const {
    const Tally found = tally(plan, edge, part);
    if (!counted(edge)) {
      if (found.unsettled > 0) return Inputs::kKept;
      const bool all = edge.wait.inputs == planner::WaitPolicy::Inputs::kAll;
      return all && found.missing > 0 ? Inputs::kShort : Inputs::kEnough;
    }
    if (found.enough >= std::min(edge.wait.at_least, found.had)) {
      return found.coming > 0 ? Inputs::kEarly : Inputs::kEnough;
    }
    return found.coming > 0 ? Inputs::kKept : Inputs::kShort;
  }
  // The worst of all mappings.
  Inputs inputs(const NaivePlan& plan, const NaivePart& part) const {
    Inputs out = Inputs::kEnough;
    for (const Edge& edge : warehouse.edges_of(part.dataset)) {
      out = std::min(out, inputs(plan, edge, part));
    }
    return out;
  }
  bool blocks(const NaivePlan& plan, const Edge& edge, const NaivePart& part) const {
    const Tally found = tally(plan, edge, part);
    if (!counted(edge)) return found.stuck > 0;
    return found.hoped < std::min(edge.wait.at_least, found.had);
  }
  bool quiet(const NaivePart& part, std::int64_t at) const {
    for (const Edge& edge : warehouse.edges_of(part.dataset)) {
      for (const NaivePart& read : warehouse.read_over(edge, part)) {
        const bool lately = edge.wait.quiet != 0 && warehouse.present(read) &&
                            warehouse.ended(read) + edge.wait.quiet > at;
        if (lately) return false;
      }
    }
    return true;
  }
  bool needs_run(const NaivePlan& plan, const NaivePart& part) const {
    return warehouse.needs_run(part) || reads_told(plan, part);
  }
  // Its turn has come. An early one is handed out or waits, but is not skipped.
  bool ready(const NaivePlan& plan, const NaivePart& part, std::int64_t at) const {
    const Inputs found = inputs(plan, part);
    if (found == Inputs::kKept || found == Inputs::kShort || !quiet(part, at)) return false;
    return found == Inputs::kEnough || needs_run(plan, part);
  }
  // Pending, for want of what the plan does not run; {inputs, quiet}.
  std::pair<bool, bool> waits(const NaivePlan& plan, const NaivePart& part, std::int64_t at) const {
    const Inputs found = inputs(plan, part);
    return {found == Inputs::kShort,
            found != Inputs::kShort && found != Inputs::kKept && !quiet(part, at)};
  }

  bool reads_told(const NaivePlan& plan, const NaivePart& part) const {
    const auto reads = planned_reads(plan, part);
    return std::ranges::any_of(reads, [&](const NaivePart& read) {
      return plan.status.at(read) == PartitionStatus::kTold;
    });
  }
  bool reads_stuck(const NaivePlan& plan, const NaivePart& part) const {
    const auto reads = planned_reads(plan, part);
    return std::ranges::any_of(
        reads, [&](const NaivePart& read) { return planner::is_stuck(plan.status.at(read)); });
  }
  bool held_elsewhere(const NaivePlan& plan, const NaivePart& part) const {
    return std::ranges::any_of(leases, [&](const NaiveLease& lease) {
      return lease.plan != plan.id && lease.dataset == part.dataset && lease.first <= part.index &&
             part.index <= lease.last;
    });
  }

  // Blocked anew, and whether it is over.
  void settle_down() {
    for (auto& [id, plan] : plans) {
      if (!active(plan)) continue;
      for (auto& [part, status] : plan.status) {
        if (status == PartitionStatus::kBlocked) status = PartitionStatus::kPending;
      }
      for (bool changed = true; changed;) {
        changed = false;
        for (auto& [part, status] : plan.status) {
          if (status != PartitionStatus::kPending) continue;
          const bool stuck =
              std::ranges::any_of(warehouse.edges_of(part.dataset),
                                  [&](const Edge& edge) { return blocks(plan, edge, part); });
          if (!stuck) continue;
          status = PartitionStatus::kBlocked;
          changed = true;
        }
      }
      const bool goes_on = std::ranges::any_of(plan.status, [](const auto& entry) {
        return entry.second == PartitionStatus::kPending || planner::is_leased(entry.second);
      });
      if (!goes_on) plan.state = PlanState::kDone;
    }
  }

  void give_back(NaivePlan& plan, const NaivePart& part, bool attempt) {
    PartitionStatus& status = plan.status[part];
    if (!planner::is_leased(status)) return;
    if (attempt) ++plan.attempts[part];
    const bool failed = attempt && plan.attempts[part] >= plan.max_attempts;
    status = failed ? PartitionStatus::kFailed : PartitionStatus::kPending;
  }

  void expire() {
    for (std::size_t i = 0; i < leases.size();) {
      if (leases[i].expires_at > now) {
        ++i;
        continue;
      }
      const NaiveLease lease = leases[i];
      leases.erase(leases.begin() + static_cast<std::ptrdiff_t>(i));
      for (int k = lease.first; k <= lease.last; ++k) {
        give_back(plans[lease.plan], {lease.dataset, k}, true);
      }
    }
    settle_down();
  }

  // What a request is given.
  std::vector<NaiveLease> lease(NaivePlan& plan, std::uint64_t seq, int max_leases,
                                int max_partitions, std::int64_t lease_us,
                                const std::string& request) {
    std::vector<NaiveLease> out;
    expire();
    if (!open(plan)) return out;
    const bool asked_before = std::ranges::any_of(leases, [&](const NaiveLease& lease) {
      return !request.empty() && lease.plan == plan.id && lease.request == request;
    });
    if (asked_before) return out;
    const auto full = [&] { return static_cast<int>(out.size()) == max_leases; };
    for (bool again = true; again && !full();) {
      again = false;
      for (std::uint32_t t = 0; t < plan.tasks.size() && !full(); ++t) {
        again = visit(plan, t, seq, full, max_partitions, lease_us, request, out) || again;
      }
    }
    if (!out.empty() && plan.state == PlanState::kApproved) plan.state = PlanState::kExecuting;
    settle_down();
    return out;
  }

  NaiveLease* find(std::uint64_t seq, std::uint32_t n) {
    for (NaiveLease& lease : leases) {
      if (lease.seq == seq && lease.n == n) return &lease;
    }
    return nullptr;
  }
  void erase(const NaiveLease& gone) { std::erase(leases, gone); }

  // Runs have told what became of it, and its plan has given nothing of it to anybody since.
  bool only_answered(std::uint64_t seq, std::uint32_t n) const {
    return std::ranges::any_of(answered, [&](const NaiveLease& lease) {
      return lease.seq == seq && lease.n == n && std::ranges::none_of(ever, [&](const auto& other) {
               return other.plan == lease.plan && other.dataset == lease.dataset &&
                      std::pair(other.seq, other.n) > std::pair(seq, n) &&
                      other.first <= lease.last && lease.first <= other.last;
             });
    });
  }

  // ---- runs -------------------------------------------------------------------------------------

  void end_if_answered(NaivePlan& plan, const NaivePart& part) {
    for (const NaiveLease& lease : leases) {
      const bool holds = lease.plan == plan.id && lease.dataset == part.dataset &&
                         lease.first <= part.index && part.index <= lease.last;
      if (!holds) continue;
      for (int k = lease.first; k <= lease.last; ++k) {
        if (plan.status[{lease.dataset, k}] == PartitionStatus::kLeased) return;
      }
      const NaiveLease ended = lease;
      erase(ended);
      answered.push_back(ended);
      for (int k = ended.first; k <= ended.last; ++k) give_back(plan, {ended.dataset, k}, true);
      return;
    }
  }
  void written(const NaivePart& part, const std::string& content) {
    warehouse.write(part, content, now);
    for (auto& [id, plan] : plans) {
      const auto at = plan.status.find(part);
      if (!active(plan) || at == plan.status.end()) continue;
      PartitionStatus& status = at->second;
      if (status == PartitionStatus::kTold) status = PartitionStatus::kDone;
      if (settled(status)) continue;
      if (warehouse.needs_run(part)) {
        if (status == PartitionStatus::kLeasedFailed) status = PartitionStatus::kLeased;
      } else if (planner::is_leased(status)) {
        status = PartitionStatus::kDone;
        end_if_answered(plan, part);
      } else if (inputs(plan, part) == Inputs::kEnough) {
        status = PartitionStatus::kDone;
      }
    }
  }
  // `named`: the token of a lease that its events name; empty: none.
  void failed(const NaivePart& part, std::uint64_t run_recorded, const std::string& named) {
    for (auto& [id, plan] : plans) {
      const auto at = plan.status.find(part);
      if (!active(plan) || at == plan.status.end()) continue;
      const auto lease = std::ranges::find_if(leases, [&](const NaiveLease& one) {
        return one.plan == plan.id && one.dataset == part.dataset && one.first <= part.index &&
               part.index <= one.last;
      });
      if (lease == leases.end()) continue;
      const bool its = named.empty()
                           ? run_recorded > lease->seq
                           : named == std::to_string(lease->seq) + "-" + std::to_string(lease->n);
      if (!its) continue;
      if (at->second != PartitionStatus::kLeased) continue;
      at->second = PartitionStatus::kLeasedFailed;
      end_if_answered(plan, part);
    }
  }

 private:
  template <class Full>
  bool visit(NaivePlan& plan, std::uint32_t number, std::uint64_t seq, const Full& full,
             int max_partitions, std::int64_t lease_us, const std::string& request,
             std::vector<NaiveLease>& out) {
    const NaivePlan::Task& task = plan.tasks[number];
    bool skipped = false;
    std::optional<int> first;
    const auto close = [&](int last) {
      if (!first) return;
      NaiveLease lease{seq,          static_cast<std::uint32_t>(out.size() + 1),
                       number + 1,   plan.id,
                       task.dataset, *first,
                       last,         now + lease_us,
                       request};
      for (int k = *first; k <= last; ++k) {
        plan.status[{task.dataset, k}] = PartitionStatus::kLeased;
      }
      first.reset();
      leases.push_back(lease);
      out.push_back(lease);
    };
    for (int i = task.first; i <= task.last && !full(); ++i) {
      const NaivePart part{task.dataset, i};
      const bool free = plan.status[part] == PartitionStatus::kPending && ready(plan, part, now) &&
                        !held_elsewhere(plan, part);
      const bool run = free && needs_run(plan, part);
      if (!run) close(i - 1);
      if (free && !run && !full()) {
        plan.status[part] = PartitionStatus::kSkipped;
        skipped = true;
      }
      if (!run) continue;
      if (!first) first = i;
      if (i - *first + 1 == max_partitions || i == task.last || task.sequential) close(i);
    }
    return skipped;
  }
};

}  // namespace headwater::tests
