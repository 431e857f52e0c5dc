#include "planner/plan_scope.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "planner/plan_edges.h"
#include "planner/plan_scan.h"
#include "planner/readers.h"
#include "planner/refresh.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

base::Error too_many_spans() {
  return make_error(ErrorCode::kLimitExceeded,
                    "The plan falls into more than " + std::to_string(kMaxPlanSpans) +
                        " ranges of partitions (plans.max_spans). Choose fewer datasets or "
                        "changes, or an earlier until.");
}

namespace {

// The datasets that the options name, with what lies downstream or upstream of them.
std::vector<bool> scope_of(const State& state, const PlanOptions& options) {
  std::vector<bool> out(state.dataset_count(), options.scope.empty());
  std::vector<DatasetNo> stack = options.scope;
  for (const DatasetNo dataset : stack) out[dataset.value - 1] = true;
  if (options.direction == PlanOptions::Direction::kNone) return out;
  const bool up = options.direction == PlanOptions::Direction::kUpstream;
  while (!stack.empty()) {
    const Segment& segment = state.segment(stack.back());
    stack.pop_back();
    for (const Edge& edge : up ? segment.in : segment.out) {
      const DatasetNo next = up ? edge.upstream : edge.downstream;
      if (!edge.reads->counts() || out[next.value - 1]) continue;
      out[next.value - 1] = true;
      stack.push_back(next);
    }
  }
  return out;
}

// What a lane's partitions come to: planned, or left out because something expired.
struct Taken {
  Pieces& planned;
  Pieces& unrecoverable;
  void add(const Piece& piece) { append(piece.doomed ? unrecoverable : planned, piece); }
};

void take(const Pieces& candidates, const std::vector<Interval>& reached, Taken to) {
  for (const Piece& piece : candidates) {
    if (piece.seed) {
      to.add(piece);
      continue;
    }
    each_part(piece, reached, [&](const Piece& part, bool inside) {
      if (inside) to.add(part);
    });
  }
}

// Of a lane in which each partition reads the one before: once one is planned, so are its
// followers, as far as they are candidates without a gap wider than the window.
void take_chain(const Pieces& candidates, std::vector<Interval> reached, std::int64_t from,
                Taken to) {
  std::int64_t last = INT64_MIN;  // that is planned
  for (const Piece& piece : candidates) {
    const std::int64_t reach = last == INT64_MIN ? INT64_MIN : last - from;
    if (piece.doomed) {
      std::vector<Interval> both = reached;
      if (piece.first <= reach) both.push_back({piece.first, reach});
      join(both);
      take({piece}, both, to);
      continue;
    }
    Piece part = piece;
    if (!piece.seed && piece.first > reach) {
      const auto found = first_ending_at(reached, piece.first);
      if (found == reached.end() || found->first > piece.last) continue;
      part.first = std::max(piece.first, found->first);
    }
    to.add(part);
    last = part.last;
  }
}

// A group of datasets that depend on themselves in any other way, partition by partition.
class CycleReach {
 public:
  CycleReach(const State& state, const std::vector<DatasetNo>& group,
             const std::vector<LanePieces>& candidates)
      : state_(state), group_(group), candidates_(candidates) {
    for (const LanePieces& lanes : candidates) {
      marks_.emplace_back();
      for (const Pieces& pieces : lanes) {
        marks_.back().emplace_back();
        for (const Piece& piece : pieces) {
          marks_.back().back().emplace_back(static_cast<std::size_t>(piece.count()));
        }
      }
    }
  }

  // What is reached from without, or a seed.
  void start(std::size_t dataset, const LaneIntervals& reached) {
    for (std::uint32_t lane = 0; lane < candidates_[dataset].size(); ++lane) {
      for (const Piece& piece : candidates_[dataset][lane]) {
        if (piece.seed) mark(dataset, lane, {piece.first, piece.last});
      }
      for (const Interval& interval : reached[lane]) mark(dataset, lane, interval);
    }
  }

  void run() {
    while (!queue_.empty()) {
      const auto [dataset, place] = queue_.back();
      queue_.pop_back();
      for (const Edge& edge : state_.segment(group_[dataset]).out) {
        const auto at = std::find(group_.begin(), group_.end(), edge.downstream);
        if (at == group_.end() || !edge.reads->counts()) continue;
        LaneIntervals from(place.lane + std::size_t{1}), readers;
        const auto down = static_cast<std::size_t>(at - group_.begin());
        from[place.lane].push_back({place.index, place.index});
        readers.resize(candidates_[down].size());
        add_readers(state_, edge, from, readers);
        for (std::uint32_t lane = 0; lane < readers.size(); ++lane) {
          for (const Interval& interval : readers[lane]) mark(down, lane, interval);
        }
      }
    }
  }

  void take(std::size_t dataset, std::uint32_t lane, Taken to) const {
    const Pieces& pieces = candidates_[dataset][lane];
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const std::vector<bool>& marks = marks_[dataset][lane][i];
      for (std::size_t k = 0; k < marks.size(); ++k) {
        if (!marks[k]) continue;
        Piece part = pieces[i];
        part.first = part.last = pieces[i].first + static_cast<std::int64_t>(k);
        to.add(part);
      }
    }
  }

 private:
  void mark(std::size_t dataset, std::uint32_t lane, const Interval& interval) {
    if (lane >= candidates_[dataset].size()) return;
    const Pieces& pieces = candidates_[dataset][lane];
    for (auto it = first_ending_at(pieces, interval.first);
         it != pieces.end() && it->first <= interval.last; ++it) {
      std::vector<bool>& marks =
          marks_[dataset][lane][static_cast<std::size_t>(it - pieces.begin())];
      const std::int64_t last = std::min(it->last, interval.last);
      for (std::int64_t i = std::max(it->first, interval.first); i <= last; ++i) {
        const auto k = static_cast<std::size_t>(i - it->first);
        if (marks[k]) continue;
        marks[k] = true;
        if (!it->doomed) queue_.push_back({dataset, {lane, i}});
      }
    }
  }

  const State& state_;
  const std::vector<DatasetNo>& group_;
  const std::vector<LanePieces>& candidates_;
  std::vector<std::vector<std::vector<std::vector<bool>>>> marks_;  // dataset, lane, piece
  std::vector<std::pair<std::size_t, Place>> queue_;
};

class ScopeFinder {
 public:
  ScopeFinder(const Staleness& staleness, const PlanOptions& options,
              const std::vector<ChosenChange>& changes, History& history)
      : staleness_(staleness),
        state_(staleness.state()),
        history_(history),
        scanner_(staleness, options, changes) {
    out_.in_scope = scope_of(state_, options);
    out_.planned.resize(state_.dataset_count());
    out_.unrecoverable.resize(state_.dataset_count());
  }

  Result<PlanScope> run(const std::function<bool()>& cancelled) {
    for (const std::vector<DatasetNo>& group : staleness_.groups()) {
      if (cancelled && cancelled()) {
        return make_error(ErrorCode::kCancelled, "The request was cancelled.");
      }
      std::vector<DatasetNo> within;
      for (const DatasetNo dataset : group) {
        if (out_.in_scope[dataset.value - 1]) within.push_back(dataset);
      }
      if (within.empty()) continue;
      HW_TRY(const bool due, find_due(within, cancelled));
      add_group(group, within, due);
      if (spans_ > kMaxPlanSpans) return too_many_spans();
    }
    return std::move(out_);
  }

 private:
  // What reads something that is planned outside of the group.
  LaneIntervals reached(DatasetNo dataset, const std::vector<DatasetNo>& group, bool* any) const {
    const Segment& segment = state_.segment(dataset);
    LaneIntervals out(segment.lane_count());
    for (const Edge& edge : segment.in) {
      const LanePieces& upstream = out_.planned[edge.upstream.value - 1];
      if (!edge.reads->counts() || upstream.empty() || in_group(edge.upstream, group)) continue;
      add_readers(state_, edge, intervals_of(upstream), out);
      *any = true;
    }
    for (std::vector<Interval>& lane : out) join(lane);
    return out;
  }

  // What is due for refresh, to the scanner; whether anything is.
  Result<bool> find_due(const std::vector<DatasetNo>& within,
                        const std::function<bool()>& cancelled) {
    bool any = false;
    for (const DatasetNo dataset : within) {
      if (!scanner_.wants_refresh() || !has_refresh_window(*state_.segment(dataset).space))
        continue;
      HW_TRY(LaneIntervals due,
             due_for_refresh(state_, history_, dataset, staleness_.now(), cancelled));
      any = any ||
            std::any_of(due.begin(), due.end(), [](const auto& lane) { return !lane.empty(); });
      scanner_.set_due(dataset, std::move(due));
    }
    return any;
  }

  void add_group(const std::vector<DatasetNo>& group, const std::vector<DatasetNo>& within,
                 bool any) {
    std::vector<LaneIntervals> reached;
    for (const DatasetNo dataset : within) {
      reached.push_back(this->reached(dataset, group, &any));
      const Counts& counts = staleness_.counts(dataset);
      any = any || counts.stale != 0 || counts.missing != 0;
    }
    if (!any) return;
    std::vector<LanePieces> candidates;
    for (const DatasetNo dataset : within) {
      candidates.push_back(scanner_.scan(dataset));
      for (const Pieces& pieces : candidates.back()) spans_ += pieces.size();
    }
    if (spans_ > kMaxPlanSpans) return;
    const LoopShape shape = loop_of(state_, group);
    std::optional<CycleReach> cycle;
    if (shape.loop == Loop::kCyclic || shape.loop == Loop::kLagged) {
      cycle.emplace(state_, within, candidates);
      for (std::size_t i = 0; i < within.size(); ++i) cycle->start(i, reached[i]);
      cycle->run();
    }
    for (std::size_t i = 0; i < within.size(); ++i) {
      LanePieces planned(candidates[i].size()), unrecoverable(candidates[i].size());
      for (std::uint32_t lane = 0; lane < planned.size(); ++lane) {
        const Taken to{planned[lane], unrecoverable[lane]};
        if (cycle) {
          cycle->take(i, lane, to);
        } else if (shape.loop == Loop::kChain) {
          take_chain(candidates[i][lane], reached[i][lane], shape.window.first, to);
        } else {
          take(candidates[i][lane], reached[i][lane], to);
        }
      }
      put(out_.planned, within[i], std::move(planned));
      put(out_.unrecoverable, within[i], std::move(unrecoverable));
    }
  }

  static void put(PlanSet& set, DatasetNo dataset, LanePieces lanes) {
    const bool any =
        std::any_of(lanes.begin(), lanes.end(), [](const Pieces& lane) { return !lane.empty(); });
    if (any) set[dataset.value - 1] = std::move(lanes);
  }

  const Staleness& staleness_;
  const State& state_;
  History& history_;
  PlanScanner scanner_;
  PlanScope out_;
  std::size_t spans_ = 0;
};

}  // namespace

Result<PlanScope> find_scope(const Staleness& staleness, const PlanOptions& options,
                             const std::vector<ChosenChange>& changes, History& history,
                             const std::function<bool()>& cancelled) {
  return ScopeFinder(staleness, options, changes, history).run(cancelled);
}

}  // namespace headwater::planner
