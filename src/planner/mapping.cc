#include "planner/mapping.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/mutex.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

bool moves_by_offset(MappingKind kind) {
  return kind == MappingKind::kWindow || kind == MappingKind::kRollup ||
         kind == MappingKind::kFanOut;
}

base::Error invalid(const std::string& text) {
  return make_error(ErrorCode::kInvalidArgument, text);
}

Result<void> check_offsets(const Mapping& mapping) {
  if (!moves_by_offset(mapping.kind)) return {};
  if (mapping.from > mapping.to) return invalid("from must not be greater than to.");
  if (mapping.from < -kMaxOffset || mapping.to > kMaxOffset) {
    return make_error(
        ErrorCode::kLimitExceeded,
        "from and to may be at most " + std::to_string(kMaxOffset) + " partitions away.");
  }
  return {};
}

// Identity and windows count alike on both sides.
Result<void> check_same_units(const Space& upstream, const Space& downstream) {
  const Calendar* const up = upstream.calendar();
  const Calendar* const down = downstream.calendar();
  if ((up == nullptr) != (down == nullptr)) {
    return invalid(
        "identity and window need partitions of one kind on both sides; between time and others "
        "use all, last or explicit.");
  }
  if (up == nullptr) return {};
  if (up->granularity() == down->granularity()) return {};
  return invalid(
      "identity and window need one granularity; use rollup from a finer to a coarser one, fan_out "
      "the other way.");
}

Result<void> check_units(const Mapping& mapping, const Space& upstream, const Space& downstream) {
  switch (mapping.kind) {
    case MappingKind::kIdentity:
    case MappingKind::kWindow: return check_same_units(upstream, downstream);
    case MappingKind::kRollup:
    case MappingKind::kFanOut:
      if (upstream.calendar() != nullptr && downstream.calendar() != nullptr) return {};
      return invalid("rollup and fan_out need partitions of time on both sides.");
    case MappingKind::kExplicit:
      if (mapping.pairs.size() <= kMaxPairs) return {};
      return make_error(ErrorCode::kLimitExceeded,
                        "A mapping has at most " + std::to_string(kMaxPairs) + " pairs.");
    default: return {};
  }
}

}  // namespace

std::string_view to_string(MappingKind kind) {
  switch (kind) {
    case MappingKind::kIdentity: return "identity";
    case MappingKind::kWindow: return "window";
    case MappingKind::kRollup: return "rollup";
    case MappingKind::kFanOut: return "fan_out";
    case MappingKind::kAll: return "all";
    case MappingKind::kLast: return "last";
    case MappingKind::kExplicit: return "explicit";
    case MappingKind::kAsOf: return "as_of";
  }
  return "unknown";
}

namespace {

// A zone left out a day. That takes a walk over all days, and so is kept, zone by zone.
bool has_empty_days(const Calendar& days) {
  static base::Mutex mutex;
  static std::map<std::string, bool> known;
  base::MutexLock lock(mutex);
  const auto [at, is_new] = known.try_emplace(days.zone(), false);
  if (is_new) {
    const std::int64_t first = days.min_index();
    const auto starts = days.starts(first, static_cast<std::size_t>(days.max_index() - first));
    at->second = std::adjacent_find(starts.begin(), starts.end()) != starts.end();
  }
  return at->second;
}

// Whether in some partition downstream none may begin upstream: not if what is upstream is finer,
// but for the days that a zone left out.
bool may_leave_gaps(const Mapping& mapping, const Calendar& upstream, const Calendar& downstream) {
  if (mapping.kind != MappingKind::kRollup) return false;
  if (upstream.granularity() >= downstream.granularity()) return true;
  return downstream.granularity() == Granularity::kDay && has_empty_days(downstream);
}

}  // namespace

Result<Reads> Reads::create(Mapping mapping, const Space& upstream, const Space& downstream) {
  HW_CHECK_OK(check_offsets(mapping));
  HW_CHECK_OK(check_units(mapping, upstream, downstream));
  Reads out;
  if (upstream.calendar() != nullptr) out.upstream_ = *upstream.calendar();
  if (downstream.calendar() != nullptr) out.downstream_ = *downstream.calendar();
  if (out.upstream_ && out.downstream_) {
    out.leaves_gaps_ = may_leave_gaps(mapping, *out.upstream_, *out.downstream_);
  }
  if (mapping.lanes == LaneRule::kMatched) out.table_ = LaneTable::create(upstream, downstream);
  std::sort(mapping.pairs.begin(), mapping.pairs.end());
  mapping.pairs.erase(std::unique(mapping.pairs.begin(), mapping.pairs.end()), mapping.pairs.end());
  out.by_upstream_ = mapping.pairs;
  std::sort(out.by_upstream_.begin(), out.by_upstream_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.upstream, a.downstream) < std::tie(b.upstream, b.downstream);
  });
  out.mapping_ = std::move(mapping);
  return out;
}

Interval Reads::upstream_of(std::int64_t i) const {
  switch (mapping_.kind) {
    case MappingKind::kIdentity: return {i, i};
    case MappingKind::kWindow: return {i + mapping_.from, i + mapping_.to};
    case MappingKind::kRollup: {
      const base::Micros begin = downstream_->start_of(i), end = downstream_->start_of(i + 1);
      std::int64_t first = upstream_->index_of(begin);
      if (upstream_->start_of(first) < begin) {
        ++first;
      } else if (first > upstream_->min_index() && upstream_->start_of(first - 1) == begin) {
        --first;  // a day that the zone left out begins with the next
      }
      const std::int64_t last = upstream_->index_of(end - 1);
      return {first + mapping_.from, last + mapping_.to};
    }
    case MappingKind::kFanOut: {
      const std::int64_t at = upstream_->index_of(downstream_->start_of(i));
      return {at + mapping_.from, at + mapping_.to};
    }
    default: return {};
  }
}

// The ends of upstream_of never decrease: who reads `u` is found by bisection among the downstream
// partitions of the same time, which are many where they are finer.
Interval Reads::downstream_of(std::int64_t u) const {
  if (mapping_.kind == MappingKind::kIdentity) return {u, u};
  if (mapping_.kind == MappingKind::kWindow) return {u - mapping_.to, u - mapping_.from};
  if (mapping_.kind != MappingKind::kRollup && mapping_.kind != MappingKind::kFanOut) return {};
  const auto around = [&](std::int64_t upstream) {
    return downstream_->index_of(upstream_->start_of(upstream));
  };
  // first i with hi(i) >= u, last i with lo(i) <= u
  const auto bisect = [](std::int64_t low, std::int64_t high, const auto& holds) {
    while (low < high) {  // the first in [low, high] that holds; high if none before
      const std::int64_t middle = low + (high - low) / 2;
      if (holds(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  };
  const std::int64_t low = around(u - mapping_.to) - 2, high = around(u - mapping_.from + 1) + 2;
  const std::int64_t first =
      bisect(low, high + 1, [&](std::int64_t i) { return upstream_of(i).last >= u; });
  const std::int64_t past =
      bisect(low, high + 1, [&](std::int64_t i) { return upstream_of(i).first > u; });
  return {first, past - 1};
}

std::vector<Place> Reads::upstream_of(const Place& downstream) const {
  std::vector<Place> out;
  const Mapping::Pair least{downstream, {0, INT64_MIN}};
  for (auto it = std::lower_bound(mapping_.pairs.begin(), mapping_.pairs.end(), least);
       it != mapping_.pairs.end() && it->downstream == downstream; ++it) {
    out.push_back(it->upstream);
  }
  return out;
}

std::vector<Place> Reads::downstream_of(const Place& upstream) const {
  std::vector<Place> out;
  const auto before = [](const Mapping::Pair& pair, const Place& place) {
    return pair.upstream < place;
  };
  for (auto it = std::lower_bound(by_upstream_.begin(), by_upstream_.end(), upstream, before);
       it != by_upstream_.end() && it->upstream == upstream; ++it) {
    out.push_back(it->downstream);
  }
  return out;
}

}  // namespace headwater::planner
