#include "planner/perishability.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/duration.h"
#include "model/json.h"
#include "planner/readers.h"
#include "planner/state.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Micros;
using base::Result;
using model::json_quote;
using model::JsonValue;

// ---- policies
// ------------------------------------------------------------------------------------

namespace {

std::string duration_json(const std::optional<Micros>& duration) {
  return duration ? json_quote(model::format_duration(*duration)) : "null";
}

Result<std::optional<Micros>> read_duration(const JsonValue& json, std::string_view name) {
  const JsonValue given = json.get(name);
  if (!given.present() || given.is_null()) return std::optional<Micros>{};
  const auto text = given.string();
  const auto parsed = text ? model::parse_duration(*text) : Result<Micros>(Micros{0});
  const bool in_range =
      text && parsed && *parsed >= model::kMinute && *parsed <= kMaxPolicyDuration;
  if (in_range) return std::optional<Micros>(*parsed);
  return make_error(ErrorCode::kInvalidArgument,
                    std::string(name) +
                        " must be a duration of a minute to a hundred years, like P90D, or null.");
}

}  // namespace

std::string encode(const DatasetPolicy& policy) {
  return "{\"retention\":" + duration_json(policy.retention) +
         ",\"half_life\":" + duration_json(policy.half_life) +
         ",\"recomputable\":" + (policy.recomputable ? "true" : "false") +
         ",\"author\":" + json_quote(policy.author) + ",\"reason\":" + json_quote(policy.reason) +
         "}";
}

Result<DatasetPolicy> parse_policy(std::string_view text) {
  const JsonValue json(text);
  DatasetPolicy out;
  HW_TRY(out.retention, read_duration(json, "retention"));
  HW_TRY(out.half_life, read_duration(json, "half_life"));
  const JsonValue recomputable = json.get("recomputable");
  if (recomputable.present()) {
    const auto value = recomputable.boolean();
    if (!value) {
      return make_error(ErrorCode::kInvalidArgument, "recomputable must be true or false.");
    }
    out.recomputable = *value;
  }
  out.author = json.get("author").string().value_or("");
  out.reason = json.get("reason").string().value_or("");
  return out;
}

Micros expiry(const Space& space, const DatasetPolicy& policy, const Place& place) {
  if (!policy.retention) return INT64_MAX;
  const auto interval = space.interval(place);
  return interval ? interval->second + *policy.retention : INT64_MAX;
}

std::optional<std::int64_t> last_expired(const Space& space, const DatasetPolicy& policy,
                                         Micros now) {
  const Calendar* const calendar = space.calendar();
  if (calendar == nullptr || !policy.retention) return std::nullopt;
  const std::int64_t out = calendar->index_of(now - *policy.retention) - 1;
  if (out < calendar->min_index()) return std::nullopt;
  return out;
}

double worth(const DatasetPolicy& policy, Micros end, Micros now) {
  if (!policy.half_life || end >= now) return 1;
  return std::exp2(-static_cast<double>(now - end) / static_cast<double>(*policy.half_life));
}

bool anything_expires(const State& state) {
  for (std::uint32_t i = 1; i <= state.dataset_count(); ++i) {
    const Segment& segment = state.segment(DatasetNo{i});
    if (segment.policy && segment.policy->retention) return true;
  }
  return false;
}

// ---- who reads what has expired
// --------------------------------------------------------------------

namespace {

constexpr Interval kEverything{INT64_MIN, INT64_MAX};

// Calls visit(run) for the runs of partitions up to `last` that are there or expected.
template <class Visit>
void each_expired(const Segment& segment, std::uint32_t number, std::int64_t last, Micros now,
                  Visit visit) {
  const Span expected = segment.space->expected(number, now, true);
  if (expected.first <= std::min(expected.last, last)) {
    visit(Interval{expected.first, std::min(expected.last, last)});
  }
  const Lane* const lane = segment.find(number);
  if (lane == nullptr || lane->blocks.empty()) return;
  Interval run;
  each_present(*lane, lane->first << kBlockBits, last, [&](std::int64_t index) {
    if (expected.first <= index && index <= expected.last) return;
    if (!segment.space->has({number, index})) return;
    if (!run.empty() && run.last + 1 == index) {
      ++run.last;
      return;
    }
    if (!run.empty()) visit(run);
    run = {index, index};
  });
  if (!run.empty()) visit(run);
}

class ExpiredReaders {
 public:
  ExpiredReaders(const State& state, std::uint32_t lane, Micros now)
      : state_(state), lane_(lane), now_(now) {}

  void add(const Edge& edge) {
    const Segment& upstream = state_.segment(edge.upstream);
    if (!edge.reads->counts() || !upstream.policy) return;
    const auto last = last_expired(*upstream.space, *upstream.policy, now_);
    if (!last) return;
    if (edge.reads->is_explicit()) return add_pairs(edge, upstream, *last);
    const auto visit = [&](std::uint32_t number) {
      if (edge.reads->uniform()) {
        add_uniform(edge, upstream, number, *last);
      } else {
        each_expired(upstream, number, *last, now_, [&](const Interval& run) {
          each_reader(*edge.reads, run, [&](const Interval& found) { out_.push_back(found); });
        });
      }
    };
    edge.reads->each_upstream_lane(lane_, upstream.lane_count(), visit);
  }

  std::vector<Interval> take() {
    join(out_);
    return std::move(out_);
  }

 private:
  void add_uniform(const Edge& edge, const Segment& upstream, std::uint32_t number,
                   std::int64_t last) {
    if (edge.reads->mapping().kind == MappingKind::kLast) {
      const Lane* const lane = upstream.find(number);
      const auto read = lane == nullptr ? std::nullopt : lane->last_present();
      const bool counts = read && *read <= last && upstream.space->has({number, *read});
      if (counts) out_.push_back(kEverything);
      return;
    }
    each_expired(upstream, number, last, now_,
                 [&](const Interval&) { out_.push_back(kEverything); });
  }

  void add_pairs(const Edge& edge, const Segment& upstream, std::int64_t last) {
    for (const Mapping::Pair& pair : edge.reads->mapping().pairs) {
      if (pair.downstream.lane != lane_ || pair.upstream.index > last) continue;
      const Span expected = upstream.space->expected(pair.upstream.lane, now_, true);
      const Lane* const lane = upstream.find(pair.upstream.lane);
      const bool there = lane != nullptr && lane->present(pair.upstream.index);
      const bool wanted =
          expected.first <= pair.upstream.index && pair.upstream.index <= expected.last;
      if (!wanted && !(there && upstream.space->has(pair.upstream))) continue;
      out_.push_back({pair.downstream.index, pair.downstream.index});
    }
  }

  const State& state_;
  std::uint32_t lane_;
  Micros now_;
  std::vector<Interval> out_;
};

}  // namespace

std::vector<Interval> reads_expired(const State& state, DatasetNo dataset, std::uint32_t lane,
                                    Micros now) {
  ExpiredReaders readers(state, lane, now);
  for (const Edge& edge : state.segment(dataset).in) readers.add(edge);
  return readers.take();
}

}  // namespace headwater::planner
