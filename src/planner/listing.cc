#include "planner/listing.h"

#include <algorithm>
#include <bit>

#include "planner/valid.h"

namespace headwater::planner {

namespace {

// Of the 64 partitions from `index` those that are listed.
std::uint64_t listed(const Staleness& staleness, const ListQuery& query, std::uint32_t lane,
                     std::int64_t index) {
  const Staleness::Words words = staleness.words(query.dataset, lane, index);
  if (query.selection) return Staleness::chosen(*query.selection, words);
  const Space& space = *staleness.state().segment(query.dataset).space;
  std::uint64_t begun = span_word(space.expected(lane, staleness.now(), false), index);
  if (begun != 0) begun &= valid_word(space, lane, index, begun);
  return words.present | words.missing | words.running | words.failed | begun;
}

}  // namespace

std::optional<Interval> bounds_of(const Staleness& staleness, DatasetNo dataset,
                                  std::uint32_t lane) {
  const Segment& segment = staleness.state().segment(dataset);
  const auto [first, last] = extent(segment, lane, staleness.now());
  const auto says = [&](std::int64_t index) {
    const Staleness::Words words = staleness.words(dataset, lane, index);
    return words.present | words.missing | words.running | words.failed;
  };
  std::optional<Interval> out;
  for (std::int64_t at = first & ~std::int64_t{63}; at <= last && !out; at += 64) {
    const std::uint64_t word = says(at);
    if (word != 0) out = Interval{at + std::countr_zero(word), last};
  }
  for (std::int64_t at = last & ~std::int64_t{63}; out; at -= 64) {
    const std::uint64_t word = says(at);
    if (word == 0) continue;
    out->last = at + 63 - std::countl_zero(word);
    break;
  }
  const Span begun = segment.space->expected(lane, staleness.now(), false);
  if (begun.last < begun.first) return out;
  if (!out) return Interval{begun.first, begun.last};
  return Interval{std::min(out->first, begun.first), std::max(out->last, begun.last)};
}

std::vector<Place> list_places(const Staleness& staleness, const ListQuery& query) {
  std::vector<Place> out;
  const std::uint32_t lanes = staleness.state().segment(query.dataset).lane_count();
  for (std::uint32_t lane = query.after ? query.after->lane : 0; lane < lanes; ++lane) {
    if (query.lane && *query.lane != lane) continue;
    const auto all = bounds_of(staleness, query.dataset, lane);
    if (!all) continue;
    std::int64_t first = std::max(all->first, query.first.value_or(INT64_MIN));
    const std::int64_t last = std::min(all->last, query.last.value_or(INT64_MAX));
    if (query.after && query.after->lane == lane && query.after->index >= first) {
      first = query.after->index + 1;
    }
    for (std::int64_t at = first & ~std::int64_t{63}; at <= last; at += 64) {
      std::uint64_t word = listed(staleness, query, lane, at) & span_word({lane, first, last}, at);
      for (; word != 0; word &= word - 1) {
        out.push_back({lane, at + std::countr_zero(word)});
        if (out.size() > query.limit) return out;
      }
    }
  }
  return out;
}

}  // namespace headwater::planner
