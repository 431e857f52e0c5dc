#include "planner/explain.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace headwater::planner {

using base::Result;

namespace {

class Explainer {
 public:
  Explainer(const State& state, History& history, std::size_t max_steps)
      : state_(state), history_(history), max_steps_(max_steps) {}

  Result<std::optional<Explanation>> run(DatasetNo dataset, const Place& place) {
    const Segment& segment = state_.segment(dataset);
    const Lane* const lane = segment.find(place.lane);
    if (lane == nullptr || !lane->present(place.index)) return std::optional<Explanation>{};
    const Block& block = *lane->find(block_of(place.index));
    const std::size_t i = offset_of(place.index);
    const bool inputs = block.inputs.get(i) || block.tag.get(i);
    if ((!block.code.get(i) && !inputs) || !segment.space->has(place)) {
      return std::optional<Explanation>{};
    }
    HW_TRY(const std::vector<Write> writes, history_.writes(dataset, place));
    if (block.code.get(i)) {
      out_.root_is_code = true;
      out_.job = writes.back().job;
      out_.from = writes.back().code;
      out_.to = state_.codes().current(out_.job);
      return std::optional<Explanation>(std::move(out_));
    }
    HW_CHECK_OK(follow(dataset, place, writes.back().start, model::kOpenEnd));
    if (!out_.way.empty()) {
      const std::vector<Edge>& in = state_.segment(out_.way.front().dataset).in;
      const bool source =
          std::none_of(in.begin(), in.end(), [](const Edge& edge) { return edge.reads->counts(); });
      out_.kind = source ? RootKind::kData : RootKind::kDependency;
    }
    return std::optional<Explanation>(std::move(out_));
  }

 private:
  // From what a partition had read at `from` to what stood at `until`, on to the root.
  Result<void> follow(DatasetNo dataset, Place place, Micros from, Micros until) {
    for (;;) {
      if (out_.way.size() == max_steps_) {
        out_.cut = true;
        return {};
      }
      best_.reset();
      HW_CHECK_OK(find_culprit(dataset, place, from, until));
      if (!best_) return {};
      const Write now = best_->write;
      const Write before = before_;
      dataset = best_->dataset;
      place = best_->place;
      out_.way.push_back(*std::move(best_));
      const bool had_one = before.out != 0;
      if (had_one && before.job == now.job && before.code && now.code &&
          !state_.codes().same_class(now.job, dataset, place.index, before.code, now.code)) {
        out_.root_is_code = true;
        out_.job = now.job;
        out_.from = before.code;
        out_.to = now.code;
        return {};
      }
      if (!had_one) return {};
      from = before.start;
      until = now.start;
    }
  }

  Result<void> find_culprit(DatasetNo dataset, const Place& place, Micros from, Micros until) {
    for (const Edge& edge : state_.segment(dataset).in) {
      if (!edge.reads->counts()) continue;
      const Segment& upstream = state_.segment(edge.upstream);
      if (edge.reads->is_explicit()) {
        for (const Place& read : edge.reads->upstream_of(place)) {
          HW_CHECK_OK(consider(edge, read, from, until));
        }
        continue;
      }
      const Interval interval = edge.reads->uniform() ? Interval{INT64_MIN, INT64_MAX}
                                                      : edge.reads->upstream_of(place.index);
      std::vector<Place> perhaps;
      std::vector<std::uint32_t> lasts;
      edge.reads->each_upstream_lane(place.lane, upstream.lane_count(), [&](std::uint32_t number) {
        const Lane* const lane = upstream.find(number);
        if (lane == nullptr || interval.empty() || lane->max_end <= from) return;
        if (edge.reads->mapping().kind == MappingKind::kLast) {
          lasts.push_back(number);
          return;
        }
        each_present(*lane, interval.first, interval.last, [&](std::int64_t index) {
          if (lane->find(block_of(index))->max_end > from) perhaps.push_back({number, index});
        });
      });
      for (const std::uint32_t number : lasts) {
        HW_TRY(const auto last, last_at(edge.upstream, number, until));
        if (last) perhaps.push_back(*last);
      }
      for (const Place& read : perhaps) HW_CHECK_OK(consider(edge, read, from, until));
    }
    return {};
  }

  // What a mapping of kind `last` read of the lane at `until`.
  Result<std::optional<Place>> last_at(DatasetNo dataset, std::uint32_t number, Micros until) {
    std::vector<std::int64_t> indexes;
    each_present(*state_.segment(dataset).find(number), INT64_MIN, INT64_MAX,
                 [&indexes](std::int64_t index) { indexes.push_back(index); });
    for (auto index = indexes.rbegin(); index != indexes.rend(); ++index) {
      HW_TRY(const std::vector<Write> writes, history_.writes(dataset, {number, *index}));
      if (out_at(writes, until) != 0) return std::optional(Place{number, *index});
    }
    return std::optional<Place>();
  }

  // The newest write that ended in (from, until], if what came out differs from what stood at from.
  Result<void> consider(const Edge& edge, const Place& place, Micros from, Micros until) {
    HW_TRY(const std::vector<Write> writes, history_.writes(edge.upstream, place));
    const Write* newest = nullptr;
    Write before;
    before.out = 0;
    for (const Write& write : writes) {
      if (write.end <= from) before = write;
      if (write.end <= until) newest = &write;
    }
    if (newest == nullptr || newest->end <= from || newest->out == before.out) return {};
    if (best_ &&
        std::tie(best_->write.end, best_->write.seq) >= std::tie(newest->end, newest->seq)) {
      return {};
    }
    best_ = Culprit{edge.upstream, place, *newest};
    before_ = before;
    return {};
  }

  const State& state_;
  History& history_;
  const std::size_t max_steps_;
  Explanation out_;
  std::optional<Culprit> best_;
  Write before_;  // what the culprit's write replaced, as its reader had seen it
};

}  // namespace

Result<std::optional<Explanation>> explain(const State& state, History& history, DatasetNo dataset,
                                           const Place& place, std::size_t max_steps) {
  return Explainer(state, history, max_steps).run(dataset, place);
}

}  // namespace headwater::planner
