// Engine: what a snapshot has not seen.

#include <algorithm>
#include <set>
#include <tuple>

#include "planner/engine.h"
#include "planner/engine_owned.h"

namespace headwater::planner {

using base::Result;

// What the newest write of a partition had read, from the history.
Result<void> Engine::renew(DatasetNo dataset, Block& block, const Place& place,
                           const Write& newest) {
  HW_TRY(const std::uint64_t difference,
         difference_since(working_.segment(dataset), place, newest.start));
  HW_TRY(const std::uint64_t tag, tag_at(dataset, place.lane, newest.start));
  set_difference(block, offset_of(place.index), difference);
  set_attribute(dataset, block, place, {newest.job, newest.code, tag});
  return {};
}

Result<void> Engine::renew(const Write& newest) {
  return renew(newest.dataset, block(newest.dataset, newest.place), newest.place, newest);
}

Result<void> Engine::put(const Write& newest) {
  HW_CHECK_OK(check_span(newest.dataset, newest.place));
  outputs_[newest.job.value].insert(newest.dataset.value);
  put_columns(newest);
  Block& block = this->block(newest.dataset, newest.place);
  set_attribute(newest.dataset, block, newest.place, {newest.job, newest.code, 0});
  return {};
}

namespace {

using Key = std::tuple<std::uint32_t, std::uint32_t, std::int64_t>;  // dataset, lane, index

}  // namespace

// First all columns, then what was read: that follows from columns of other datasets.
Result<void> Engine::recover(const std::vector<std::pair<DatasetNo, Place>>& places) {
  std::set<Key> stale_reads;
  std::map<std::uint32_t, Micros>
      since;  // of datasets: the end of the earliest write that may count
  for (const auto& [dataset, place] : places) {
    HW_TRY(const std::vector<Write> writes, history_.writes(dataset, place));
    if (writes.empty()) {
      erase(dataset, place);
    } else {
      HW_CHECK_OK(check_span(dataset, place));
      outputs_[writes.back().job.value].insert(dataset.value);
      HW_CHECK_OK(record(writes.back()));
    }
    stale_reads.emplace(dataset.value, place.lane, place.index);
    Micros& first =
        since.try_emplace(dataset.value, writes.empty() ? INT64_MIN : INT64_MAX).first->second;
    if (!writes.empty()) first = std::min(first, writes.front().end);
    for (const Edge& edge : working_.segment(dataset).out) {
      if (!edge.reads->counts() || edge.reads->uniform()) continue;
      add_readers(edge, place, [&](const Place& reader) {
        stale_reads.emplace(edge.downstream.value, reader.lane, reader.index);
      });
    }
  }
  for (const auto& [number, lane_number, index] : stale_reads) {
    const DatasetNo dataset{number};
    const Place place{lane_number, index};
    const Lane* const known = working_.segment(dataset).find(place.lane);
    if (known == nullptr || !known->present(index)) continue;
    HW_TRY(const Write newest, this->newest(dataset, place));
    HW_CHECK_OK(renew(dataset, block(dataset, place), place, newest));
  }
  return recover_tags(since);
}

// Partitions that read `place` over the edge, present or not.
void Engine::add_readers(const Edge& edge, const Place& place,
                         const std::function<void(const Place&)>& visit) const {
  if (edge.reads->is_explicit()) {
    for (const Place& reader : edge.reads->downstream_of(place)) visit(reader);
    return;
  }
  const Segment& downstream = working_.segment(edge.downstream);
  const Interval readers = edge.reads->downstream_of(place.index);
  if (readers.empty()) return;
  edge.reads->each_downstream_lane(place.lane, downstream.lane_count(), [&](std::uint32_t number) {
    const Lane* const lane = downstream.find(number);
    if (lane == nullptr) return;
    each_present(*lane, readers.first, readers.last, [&](std::int64_t index) {
      visit({number, index});
    });
  });
}

Result<void> Engine::recover_tags(const std::map<std::uint32_t, Micros>& since) {
  for (const auto& [number, first] : since) {
    const std::vector<Edge> edges = working_.segment(DatasetNo{number}).out;
    for (const Edge& edge : edges) {
      if (!edge.reads->uniform()) continue;
      const auto lanes = static_cast<std::uint32_t>(working_.segment(edge.downstream).lanes.size());
      for (std::uint32_t lane = 0; lane < lanes; ++lane) {
        const Lane* const known = working_.segment(edge.downstream).find(lane);
        if (known == nullptr || known->max_start < first) continue;
        const Change change{DatasetNo{number}, {}, 0, first, model::kOpenEnd, false};
        HW_CHECK_OK(retag(edge.downstream, lane, change));
      }
    }
  }
  finish_loading();
  return {};
}

}  // namespace headwater::planner
