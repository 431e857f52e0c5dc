#include "planner/plan_inputs.h"

#include <algorithm>
#include <bit>

#include "planner/words.h"

namespace headwater::planner {

using base::Result;

void OwnWrites::add(DatasetNo dataset, const Span& span, Micros end) {
  Ends& ends = lanes_[{dataset.value, span.lane}];
  for (std::int64_t i = span.first; i <= span.last; ++i) ends[i] = end;
}

const OwnWrites::Ends* OwnWrites::find(DatasetNo dataset, std::uint32_t lane) const {
  const auto at = lanes_.find({dataset.value, lane});
  return at == lanes_.end() ? nullptr : &at->second;
}

namespace {

Interval indexes_of(std::int64_t block) {
  return {block << kBlockBits, (block << kBlockBits) + kBlockSize - 1};
}

std::int64_t present_in_block(const Block& block, std::size_t low, std::size_t high) {
  std::int64_t out = 0;
  each_word(low, high, [&](std::size_t w, std::uint64_t mask) {
    out += std::popcount(block.present.word(w) & mask);
  });
  return out;
}

// Calls visit(block, what of the interval lies in it) for the blocks that have anything.
template <class Visit>
void each_block(const Lane* lane, const Interval& interval, Visit visit) {
  if (lane == nullptr || interval.empty()) return;
  const std::int64_t from = std::max(block_of(interval.first), lane->first);
  const std::int64_t to = std::min(block_of(interval.last), lane->end() - 1);
  for (std::int64_t number = from; number <= to; ++number) {
    const Block* const block = lane->find(number);
    if (block == nullptr || block->count == 0) continue;
    visit(*block, common(interval, indexes_of(number)));
  }
}

}  // namespace

std::int64_t present_in(const InputLane& lane, const Interval& interval) {
  std::int64_t out = 0;
  each_block(lane.lane, interval, [&](const Block& block, const Interval& part) {
    out += length(part) == kBlockSize
               ? block.count
               : present_in_block(block, offset_of(part.first), offset_of(part.last));
  });
  if (lane.own == nullptr || interval.empty()) return out;
  auto at = lane.own->lower_bound(interval.first);
  for (; at != lane.own->end() && at->first <= interval.last; ++at) {
    if (lane.lane == nullptr || !lane.lane->present(at->first)) ++out;
  }
  return out;
}

namespace {

// Of keys some may have been taken away.
std::vector<Interval> known_keys(const Space& space, std::uint32_t lane, const Interval& keys) {
  std::vector<Interval> out;
  for (std::int64_t i = keys.first; i <= keys.last; ++i) {
    if (!space.has({lane, i})) continue;
    if (out.empty() || out.back().last != i - 1) out.push_back({i, i - 1});
    out.back().last = i;
  }
  return out;
}

}  // namespace

std::vector<Interval> required_in(const Space& space, std::uint32_t lane, const Interval& interval,
                                  std::optional<Micros> closed_by) {
  const Dimension* const index = space.index_dimension();
  const bool timed = index != nullptr && index->kind == Dimension::Kind::kTime;
  if (timed && !index->expects) return {};
  const bool ever = timed && !closed_by;
  const Span had = ever ? space.bounds(lane) : space.expected(lane, closed_by.value_or(0), true);
  const Interval out = common(interval, {had.first, had.last});
  if (out.empty()) return {};
  if (index != nullptr && index->kind == Dimension::Kind::kStatic) {
    return known_keys(space, lane, out);
  }
  return {out};
}

Result<std::optional<Micros>> latest_end(storage::Reader& reader, const InputLane& lane,
                                         const Interval& interval, Micros after) {
  std::optional<Micros> out;
  const auto take = [&](std::optional<Micros> end) {
    if (end && *end > after && (!out || *end > *out)) out = end;
  };
  std::vector<Interval> asked;  // of the warehouse, neighbours joined
  const auto ask = [&](std::int64_t first, std::int64_t last) {
    if (last < first) return;
    if (!asked.empty() && asked.back().last == first - 1) {
      asked.back().last = last;
    } else {
      asked.push_back({first, last});
    }
  };
  each_block(lane.lane, interval, [&](const Block& block, const Interval& part) {
    if (block.max_end <= after) return;
    std::int64_t next = part.first;
    if (lane.own != nullptr) {  // in front of the warehouse's
      auto own = lane.own->lower_bound(part.first);
      for (; own != lane.own->end() && own->first <= part.last; ++own) {
        ask(next, own->first - 1);
        next = own->first + 1;
      }
    }
    ask(next, part.last);
  });
  for (const Interval& one : asked) {
    HW_TRY(const auto end,
           reader.latest_materialization(lane.dataset, lane.number, one.first, one.last));
    take(end);
  }
  if (lane.own == nullptr || interval.empty()) return out;
  auto own = lane.own->lower_bound(interval.first);
  for (; own != lane.own->end() && own->first <= interval.last; ++own) take(own->second);
  return out;
}

}  // namespace headwater::planner
