#include "planner/plan_warnings.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "planner/perishability.h"
#include "planner/plan_edges.h"
#include "planner/readers.h"

namespace headwater::planner {

using base::Result;

namespace {

std::string of_partitions(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " partition" : " partitions");
}

class WarningFinder {
 public:
  WarningFinder(const Staleness& staleness, const PlanScope& scope, const PlanSet& planned,
                const PlanDraft& draft)
      : staleness_(staleness),
        state_(staleness.state()),
        scope_(scope),
        planned_(planned),
        draft_(draft) {}

  Result<std::vector<PlanWarning>> run(const Cuts& cuts) {
    find_in_tasks();
    for (std::uint32_t i = 0; i < planned_.size(); ++i) {
      const DatasetNo dataset{i + 1};
      find_in_dataset(dataset);
      if (!planned_[i].empty()) HW_CHECK_OK(find_in_inputs(dataset));
    }
    if (cuts.changes) {
      add(DatasetNo{}, "changes_cut",
          "A chosen change of data has more readers than could be looked at: there may be more "
          "that is stale for it.");
    }
    if (cuts.reuse) {
      add(DatasetNo{}, "not_compared",
          "There were more earlier materializations than could be compared: some partitions are "
          "planned to run though one of these might do.");
    }
    std::sort(out_.begin(), out_.end(), [](const PlanWarning& a, const PlanWarning& b) {
      return std::tie(a.dataset, a.code) < std::tie(b.dataset, b.code);
    });
    return std::move(out_);
  }

 private:
  void add(DatasetNo dataset, std::string code, std::string message) {
    out_.push_back({dataset, std::move(code), std::move(message)});
  }

  void find_in_tasks() {
    struct Seen {
      std::int64_t unknown_job = 0, unknown_code = 0, no_samples = 0, late = 0;
    };
    std::map<std::uint32_t, Seen> seen;
    for (const Task& task : draft_.tasks) {
      Seen& of = seen[task.dataset.value];
      if (!task.job) of.unknown_job += task.count();
      if (task.job && !state_.codes().current(task.job)) of.unknown_code += task.count();
      if (task.duration_ms.basis == Basis::kNone) of.no_samples += task.count();
      if (task.deadline < staleness_.now()) of.late += task.count();
    }
    for (const auto& [number, of] : seen) {
      const DatasetNo dataset{number};
      if (of.unknown_job != 0) {
        add(dataset, "unknown_job",
            "It is not known which job writes the dataset: nobody has written it yet.");
      }
      if (of.unknown_code != 0) {
        add(dataset, "unknown_code",
            "The code of the job that writes " + of_partitions(of.unknown_code) +
                " of it is not versioned: whether it changed cannot be known.");
      }
      if (of.no_samples != 0) {
        add(dataset, "no_samples", "There is no run from which a duration could be estimated.");
      }
      if (of.late != 0) {
        add(dataset, "deadline_passed",
            "An input of " + of_partitions(of.late) +
                " will expire before they are likely to be done.");
      }
    }
  }

  void find_in_dataset(DatasetNo dataset) {
    const std::size_t i = dataset.value - 1;
    const std::uint64_t unknown = staleness_.counts(dataset).unknown;
    if (scope_.in_scope[i] && unknown != 0 && draft_.options.changes.empty()) {
      add(dataset, "unknown_version",
          of_partitions(static_cast<std::int64_t>(unknown)) +
              " of it were written by code that is not versioned. They are planned only where what "
              "they read changes.");
    }
    const DatasetPolicy* const policy = state_.segment(dataset).policy.get();
    if (!planned_[i].empty() && policy != nullptr && !policy->recomputable) {
      add(dataset, "not_recomputable",
          "A range of it cannot be computed again by itself: rebuild it as a whole, or from the "
          "first partition that is concerned.");
    }
  }

  // What planned partitions read that is itself in need, and not in the plan.
  Result<void> find_in_inputs(DatasetNo dataset) {
    const LanePieces& own = planned_[dataset.value - 1];
    LaneIntervals outside(own.size()), expired(own.size());
    for (const Edge& edge : state_.segment(dataset).in) {
      if (!edge.reads->counts()) continue;
      const LanePieces& gone = scope_.unrecoverable[edge.upstream.value - 1];
      if (!gone.empty()) add_readers(state_, edge, intervals_of(gone), expired);
      HW_TRY(const LaneIntervals* const left, left_alone(edge.upstream));
      add_readers(state_, edge, *left, outside);
    }
    const auto count = [&](LaneIntervals& lanes) {
      std::int64_t out = 0;
      for (std::size_t lane = 0; lane < own.size(); ++lane) {
        join(lanes[lane]);
        out += overlap(own[lane], lanes[lane]);
      }
      return out;
    };
    if (const std::int64_t found = count(outside); found != 0) {
      add(dataset, "reads_outside",
          of_partitions(found) +
              " of the plan read partitions that are stale, missing or may become stale, and are "
              "not in the plan: they may have to be run again.");
    }
    if (const std::int64_t found = count(expired); found != 0) {
      add(dataset, "reads_unrecoverable",
          of_partitions(found) +
              " of the plan read partitions that cannot be made again, since what these read has "
              "expired: they are computed from what stands.");
    }
    return {};
  }

  // Of a dataset, what is stale, missing or may become stale, and neither planned nor known to be
  // unrecoverable.
  Result<const LaneIntervals*> left_alone(DatasetNo dataset) {
    const auto known = left_.find(dataset.value);
    if (known != left_.end()) return &known->second;
    Selection dirty;
    dirty.stale = dirty.missing = dirty.maybe = true;
    bool more = false;
    const Counts& counts = staleness_.counts(dataset);
    std::vector<Span> spans;
    if (counts.stale + counts.missing + counts.maybe != 0) {
      spans = staleness_.spans(dataset, dirty, kMaxPlanSpans, &more);
    }
    if (more) return too_many_spans();
    LaneIntervals out(state_.segment(dataset).lane_count());
    for (const Span& span : spans) {
      std::vector<Interval> taken;
      for (const PlanSet* set : {&planned_, &scope_.unrecoverable}) {
        const LanePieces& lanes = (*set)[dataset.value - 1];
        if (span.lane >= lanes.size()) continue;
        for (auto it = first_ending_at(lanes[span.lane], span.first);
             it != lanes[span.lane].end() && it->first <= span.last; ++it) {
          taken.push_back({it->first, it->last});
        }
      }
      join(taken);
      Piece piece;
      piece.first = span.first;
      piece.last = span.last;
      each_part(piece, taken, [&](const Piece& part, bool inside) {
        if (!inside) out[span.lane].push_back({part.first, part.last});
      });
    }
    return &left_.emplace(dataset.value, std::move(out)).first->second;
  }

  const Staleness& staleness_;
  const State& state_;
  const PlanScope& scope_;
  const PlanSet& planned_;
  const PlanDraft& draft_;
  std::map<std::uint32_t, LaneIntervals> left_;
  std::vector<PlanWarning> out_;
};

}  // namespace

Result<std::vector<PlanWarning>> find_warnings(const Staleness& staleness, const PlanScope& scope,
                                               const PlanSet& planned, const PlanDraft& draft,
                                               const Cuts& cuts) {
  return WarningFinder(staleness, scope, planned, draft).run(cuts);
}

}  // namespace headwater::planner
