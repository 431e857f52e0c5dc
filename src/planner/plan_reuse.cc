#include "planner/plan_reuse.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "planner/plan_edges.h"
#include "planner/readers.h"

namespace headwater::planner {

using base::Result;

namespace {

class ReuseFinder {
 public:
  ReuseFinder(const State& state, const PlanSources& sources) : state_(state), sources_(sources) {}

  bool cut() const { return cut_; }

  Result<void> run(DatasetNo dataset, PlanSet& planned) {
    const LaneIntervals touched = reads_planned(dataset, planned);
    LanePieces& lanes = planned[dataset.value - 1];
    for (std::uint32_t number = 0; number < lanes.size(); ++number) {
      Pieces out;
      Result<void> done;
      for (const Piece& piece : lanes[number]) {
        each_part(piece, touched[number], [&](const Piece& part, bool inside) {
          if (!done) return;
          if (inside || !(part.code || part.inputs)) return append(out, part);
          done = compare(dataset, number, part, out);
        });
        HW_CHECK_OK(done);
      }
      lanes[number] = std::move(out);
    }
    return {};
  }

 private:
  LaneIntervals reads_planned(DatasetNo dataset, const PlanSet& planned) const {
    LaneIntervals out(planned[dataset.value - 1].size());
    for (const Edge& edge : state_.segment(dataset).in) {
      const LanePieces& upstream = planned[edge.upstream.value - 1];
      if (!edge.reads->counts() || upstream.empty()) continue;
      add_readers(state_, edge, intervals_of(upstream), out);
    }
    for (std::vector<Interval>& lane : out) join(lane);
    return out;
  }

  Result<void> compare(DatasetNo dataset, std::uint32_t lane, const Piece& piece, Pieces& out) {
    if (piece.refresh) {  // what arrived late is in no earlier one
      append(out, piece);
      return {};
    }
    for (std::int64_t index = piece.first; index <= piece.last; ++index) {
      Piece one = piece;
      one.first = one.last = index;
      HW_TRY(const bool reusable, has_reusable(dataset, {lane, index}));
      if (reusable) one.action = Action::kReuse;
      append(out, one);
    }
    return {};
  }

  Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) {
    ++looks_;
    return sources_.history.writes(dataset, place);
  }

  Result<bool> has_reusable(DatasetNo dataset, const Place& place) {
    cut_ = cut_ || looks_ >= kMaxReuseLooks;
    if (cut_) return false;
    HW_TRY(const std::vector<Write> all, writes(dataset, place));
    const CodeBook& codes = state_.codes();
    for (std::size_t i = all.size() - std::min<std::size_t>(1, all.size()); i-- > 0;) {
      const Write& write = all[i];
      const CodeId now = codes.current(write.job);
      if (write.job != all.back().job || !write.code || !now) continue;
      if (!codes.same_class(write.job, dataset, place.index, write.code, now)) continue;
      if (!sources_.standing->stands(write)) continue;
      HW_TRY(const bool same, read_the_same(dataset, place, write.start));
      if (same) return true;
    }
    return false;
  }

  // What stands now is what stood at `at`, of everything that the partition reads.
  Result<bool> read_the_same(DatasetNo dataset, const Place& place, Micros at) {
    for (const InputSpan& input : inputs_of(state_, dataset, place)) {
      const Lane* const lane = state_.segment(input.dataset).find(input.span.lane);
      if (lane == nullptr || lane->max_end <= at) continue;
      std::vector<std::int64_t> perhaps;
      each_present(*lane, input.span.first, input.span.last, [&](std::int64_t index) {
        if (lane->find(block_of(index))->max_end > at) perhaps.push_back(index);
      });
      for (const std::int64_t index : perhaps) {
        if (looks_ >= kMaxReuseLooks) {
          cut_ = true;
          return false;
        }
        HW_TRY(const std::vector<Write> all, writes(input.dataset, {input.span.lane, index}));
        if (out_at(all, at) != lane->out(index)) return false;
      }
    }
    return true;
  }

  const State& state_;
  const PlanSources& sources_;
  std::size_t looks_ = 0;
  bool cut_ = false;
};

}  // namespace

Result<void> find_reuse(const State& state, const PlanSources& sources, PlanSet& planned,
                        bool* cut) {
  *cut = false;
  if (sources.standing == nullptr) return {};
  ReuseFinder finder(state, sources);
  for (std::uint32_t i = 0; i < planned.size(); ++i) {
    const DatasetNo dataset{i + 1};
    if (planned[i].empty() || !sources.standing->may_stand(dataset)) continue;
    HW_CHECK_OK(finder.run(dataset, planned));
  }
  *cut = finder.cut();
  return {};
}

}  // namespace headwater::planner
