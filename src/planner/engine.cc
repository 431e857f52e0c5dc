#include "planner/engine.h"

#include <algorithm>
#include <utility>

#include "planner/engine_owned.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

Engine::Engine(History& history) : history_(history) { publish({}); }

Engine::Engine(History& history, const State& base)
    : history_(history), working_(base), is_branch_(true) {
  publish(base.seq());
}

// ---- what may be changed
// -------------------------------------------------------------------------

Segment& Engine::segment(DatasetNo dataset) {
  std::shared_ptr<State::Chunk>& chunk = working_.chunks_[(dataset.value - 1) / State::kChunk];
  return own(own(chunk)[(dataset.value - 1) % State::kChunk]);
}

Lane& Engine::lane(DatasetNo dataset, std::uint32_t number) {
  std::vector<std::shared_ptr<Lane>>& lanes = segment(dataset).lanes;
  if (lanes.size() <= number) lanes.resize(number + std::size_t{1});
  const bool is_new = !lanes[number];
  Lane& out = own(lanes[number]);
  if (is_new) out.tag = tag_now(working_.segment(dataset), number);
  return out;
}

Block& Engine::block(DatasetNo dataset, const Place& place) {
  return lane(dataset, place.lane).grow(block_of(place.index));
}

Result<void> Engine::check_span(DatasetNo dataset, const Place& place) const {
  return check_span(dataset, place, place.index);
}

Result<void> Engine::check_span(DatasetNo dataset, const Place& place, std::int64_t last) const {
  std::int64_t first = block_of(place.index), end = block_of(last) + 1;
  const Lane* const lane = working_.segment(dataset).find(place.lane);
  if (lane != nullptr && !lane->blocks.empty()) {
    first = std::min(lane->first, first);
    end = std::max(lane->end(), end);
  }
  if (end - first <= kMaxSpan / kBlockSize) return {};
  return make_error(ErrorCode::kLimitExceeded, "Partitions of one dataset may lie at most " +
                                                   std::to_string(kMaxSpan) +
                                                   " apart (partitions.max_span).");
}

// ---- datasets and mappings
// -----------------------------------------------------------------------

DatasetNo Engine::add_dataset(NodeId node) {
  const std::uint32_t at = working_.count_++;
  working_.wiring_ = std::make_shared<const char>();
  if (at % State::kChunk == 0) working_.chunks_.push_back(std::make_shared<State::Chunk>());
  auto segment = std::make_shared<Segment>();
  segment->node = node;
  own(working_.chunks_.back())[at % State::kChunk] = std::move(segment);
  const std::size_t chunk = node.value / State::kNumbers;
  if (working_.numbers_.size() <= chunk) working_.numbers_.resize(chunk + 1);
  own(working_.numbers_[chunk])[node.value % State::kNumbers] = at + 1;
  return DatasetNo{at + 1};
}

Result<void> Engine::set_space(DatasetNo dataset, std::shared_ptr<const Space> space) {
  const Segment& old = working_.segment(dataset);
  const auto renew = [&](const Edge& edge) -> Result<Edge> {
    const Space& up = edge.upstream == dataset ? *space : *working_.segment(edge.upstream).space;
    const Space& down =
        edge.downstream == dataset ? *space : *working_.segment(edge.downstream).space;
    HW_TRY(Reads reads, Reads::create(edge.reads->mapping(), up, down));
    return Edge{edge.upstream, edge.downstream, std::make_shared<const Reads>(std::move(reads)),
                edge.factor};
  };
  std::vector<Edge> renewed;
  for (const std::vector<Edge>* edges : {&old.in, &old.out}) {
    for (const Edge& edge : *edges) {
      HW_TRY(Edge next, renew(edge));
      renewed.push_back(std::move(next));
    }
  }
  for (const Edge& edge : renewed) {
    for (Edge& in : segment(edge.downstream).in) {
      if (in.upstream == edge.upstream) in.reads = edge.reads;
    }
    for (Edge& out : segment(edge.upstream).out) {
      if (out.downstream == edge.downstream) out.reads = edge.reads;
    }
  }
  const bool regroups = working_.segment(dataset).space->lane_names() != space->lane_names();
  segment(dataset).space = std::move(space);
  if (!regroups) return {};
  std::set<DatasetNo> readers;  // whose lanes belong to others than before
  for (const Edge& edge : renewed) {
    if (edge.reads->mapping().lanes == LaneRule::kMatched) readers.insert(edge.downstream);
  }
  for (const DatasetNo reader : readers) HW_CHECK_OK(rebase(reader));
  return {};
}

void Engine::set_policy(DatasetNo dataset, std::shared_ptr<const DatasetPolicy> policy) {
  segment(dataset).policy = std::move(policy);
}

Result<void> Engine::set_mapping(DatasetNo upstream, DatasetNo downstream, Mapping mapping) {
  HW_CHECK_OK(put_mapping(upstream, downstream, std::move(mapping)));
  return rebase(downstream);
}

Result<void> Engine::restore_mapping(DatasetNo upstream, DatasetNo downstream, Mapping mapping) {
  HW_CHECK_OK(put_mapping(upstream, downstream, std::move(mapping), false));
  return rebase(downstream);
}

Result<void> Engine::try_mapping(DatasetNo upstream, DatasetNo downstream, Mapping mapping) {
  const std::vector<Edge> out = segment(upstream).out, in = segment(downstream).in;
  HW_CHECK_OK(put_mapping(upstream, downstream, std::move(mapping)));
  segment(upstream).out = out;
  segment(downstream).in = in;
  return {};
}

Result<void> Engine::put_mapping(DatasetNo upstream, DatasetNo downstream, Mapping mapping,
                                 bool checked) {
  HW_TRY(Reads reads, Reads::create(std::move(mapping), *working_.segment(upstream).space,
                                    *working_.segment(downstream).space));
  Edge edge{upstream, downstream, std::make_shared<const Reads>(std::move(reads)),
            factor_of(upstream, downstream)};
  const auto put = [](std::vector<Edge>& edges, const Edge& value) {
    for (Edge& old : edges) {
      if (old.upstream != value.upstream || old.downstream != value.downstream) continue;
      old = value;
      return;
    }
    edges.push_back(value);
    std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
      return std::tie(a.upstream, a.downstream) < std::tie(b.upstream, b.downstream);
    });
  };
  const std::vector<Edge> out = segment(upstream).out, in = segment(downstream).in;
  working_.wiring_ = std::make_shared<const char>();
  put(segment(upstream).out, edge);
  put(segment(downstream).in, edge);
  if (!checked || !edge.reads->counts()) return {};
  auto looks_back = check_cycles(edge);
  if (looks_back) return {};
  segment(upstream).out = out;
  segment(downstream).in = in;
  return looks_back;
}

Result<void> Engine::remove_mapping(DatasetNo upstream, DatasetNo downstream) {
  const auto gone = [&](const Edge& edge) {
    return edge.upstream == upstream && edge.downstream == downstream;
  };
  working_.wiring_ = std::make_shared<const char>();
  std::erase_if(segment(upstream).out, gone);
  std::erase_if(segment(downstream).in, gone);
  return rebase(downstream);
}

// ---- code
// ----------------------------------------------------------------------------------------

void Engine::set_code(model::NodeId job, model::CodeId code) {
  if (working_.codes_->current(job) == code) return;
  own(working_.codes_).set_current(job, code);
  for (const std::uint32_t dataset : outputs_of(job)) refresh(DatasetNo{dataset});
}

void Engine::set_equalities(model::NodeId job, std::vector<CodeEquality> equal,
                            std::vector<CodeEquality> deferred) {
  CodeBook& codes = own(working_.codes_);
  codes.set_equalities(job, std::move(equal));
  codes.set_deferred(job, std::move(deferred));
  for (const std::uint32_t dataset : outputs_of(job)) refresh(DatasetNo{dataset});
}

// ---- writes
// --------------------------------------------------------------------------------------

Result<void> Engine::write(const Write& write) {
  if (write.out == 0 || write.end < write.start) {
    return make_error(ErrorCode::kInvalidArgument,
                      "A write has a fingerprint and ends after it starts.");
  }
  HW_CHECK_OK(check_span(write.dataset, write.place));
  const Lane* const known = working_.segment(write.dataset).find(write.place.lane);
  const Block* const there = known == nullptr ? nullptr : known->find(block_of(write.place.index));
  const bool present = there != nullptr && there->present.get(offset_of(write.place.index));
  Change change{write.dataset, write.place, 0, write.end, model::kOpenEnd};
  std::uint64_t before = present ? there->out(offset_of(write.place.index)) : 0;
  if (present && there->max_end >= write.end) {  // perhaps not the newest of this partition
    HW_TRY(const auto all, history_.writes(write.dataset, write.place));
    before = 0;
    for (const Write& other : all) {
      const auto order = std::tie(other.end, other.seq);
      if (order < std::tie(write.end, write.seq)) before = other.out;
      if (order > std::tie(write.end, write.seq)) {
        change.until = other.end;
        break;
      }
    }
  }
  change.delta = cell(write.place, write.out) - cell(write.place, before);
  outputs_[write.job.value].insert(write.dataset.value);
  if (change.until == model::kOpenEnd) {
    HW_CHECK_OK(record(write));
    Block& block = this->block(write.dataset, write.place);
    block.running.set(offset_of(write.place.index), false);
    block.failed.set(offset_of(write.place.index), false);
  }
  if (change.from == change.until) return {};  // replaced at the same moment
  return pass_on(change);
}

Result<void> Engine::branch_write(const Write& write) {
  HW_CHECK_OK(check_span(write.dataset, write.place));
  const Lane* const lane = working_.segment(write.dataset).find(write.place.lane);
  const std::uint64_t before = lane == nullptr ? 0 : lane->out(write.place.index);
  const std::uint64_t delta = cell(write.place, write.out) - cell(write.place, before);
  HW_CHECK_OK(record(write));
  Block& block = this->block(write.dataset, write.place);
  block.running.set(offset_of(write.place.index), false);
  block.failed.set(offset_of(write.place.index), false);
  return pass_on({write.dataset, write.place, delta, write.end, model::kOpenEnd, true});
}

Result<void> Engine::record(const Write& write) {
  HW_TRY(const std::uint64_t difference,
         difference_since(working_.segment(write.dataset), write.place, write.start));
  HW_TRY(const std::uint64_t tag, tag_at(write.dataset, write.place.lane, write.start));
  Block& block = put_columns(write);
  set_difference(block, offset_of(write.place.index), difference);
  set_attribute(write.dataset, block, write.place, {write.job, write.code, tag});
  return {};
}

Block& Engine::put_columns(const Write& write) {
  Lane& lane = this->lane(write.dataset, write.place.lane);
  Block& block = lane.grow(block_of(write.place.index));
  const std::size_t i = offset_of(write.place.index);
  const std::uint64_t delta = cell(write.place, write.out) - cell(write.place, block.out(i));
  block.pages.own_page(i / kPageSize).out[i % kPageSize] = write.out;
  if (!block.present.get(i)) {
    block.present.set(i, true);
    ++block.count;
    ++lane.count;
  }
  block.sum += delta;
  lane.sum += delta;
  block.max_start = std::max(block.max_start, write.start);
  block.max_end = std::max(block.max_end, write.end);
  lane.max_start = std::max(lane.max_start, write.start);
  lane.max_end = std::max(lane.max_end, write.end);
  return block;
}

void Engine::erase(DatasetNo dataset, const Place& place) {
  Lane& lane = this->lane(dataset, place.lane);
  Block& block = lane.grow(block_of(place.index));
  const std::size_t i = offset_of(place.index);
  if (!block.present.get(i)) return;
  const std::uint64_t gone = cell(place, block.out(i));
  block.sum -= gone;
  lane.sum -= gone;
  --block.count;
  --lane.count;
  block.pages.own_page(i / kPageSize).out[i % kPageSize] = 0;
  set_difference(block, i, 0);
  block.present.set(i, false);
  for (RareBits* bits : {&block.code, &block.tag, &block.unknown}) bits->set(i, false);
}

Result<void> Engine::set_running(DatasetNo dataset, const Place& place, bool running) {
  HW_CHECK_OK(check_span(dataset, place));
  block(dataset, place).running.set(offset_of(place.index), running);
  return {};
}

Result<void> Engine::set_failed(DatasetNo dataset, const Place& place, bool failed) {
  HW_CHECK_OK(check_span(dataset, place));
  Block& block = this->block(dataset, place);
  block.failed.set(offset_of(place.index), failed);
  if (failed) block.running.set(offset_of(place.index), false);
  return {};
}

void Engine::forget_attempts() {
  for (std::uint32_t n = 1; n <= working_.dataset_count(); ++n) {
    const DatasetNo dataset{n};
    const auto lanes = static_cast<std::uint32_t>(working_.segment(dataset).lanes.size());
    for (std::uint32_t number = 0; number < lanes; ++number) {
      const Lane* const there = working_.segment(dataset).find(number);
      if (there == nullptr) continue;
      for (std::int64_t b = there->first; b < working_.segment(dataset).find(number)->end(); ++b) {
        const Block* const block = working_.segment(dataset).find(number)->find(b);
        if (block == nullptr || (!block->running.any() && !block->failed.any())) continue;
        Block& ours = lane(dataset, number).grow(b);
        ours.running = {};
        ours.failed = {};
      }
    }
  }
}

Result<void> Engine::rewrite(DatasetNo dataset, const Place& place,
                             const std::vector<Write>& before) {
  HW_TRY(const std::vector<Write> after, history_.writes(dataset, place));
  if (after == before) return {};
  if (after.empty()) {
    erase(dataset, place);
  } else {
    HW_CHECK_OK(check_span(dataset, place));
    outputs_[after.back().job.value].insert(dataset.value);
    HW_CHECK_OK(record(after.back()));
  }
  std::set<Micros> ends;
  for (const std::vector<Write>* writes : {&before, &after}) {
    for (const Write& write : *writes) ends.insert(write.end);
  }
  for (auto end = ends.begin(); end != ends.end(); ++end) {
    const std::uint64_t delta =
        cell(place, out_at(after, *end)) - cell(place, out_at(before, *end));
    const auto next = std::next(end);
    const Micros until = next == ends.end() ? model::kOpenEnd : *next;
    if (delta != 0) HW_CHECK_OK(pass_on({dataset, place, delta, *end, until}));
  }
  return {};
}

// ---- passing on
// ----------------------------------------------------------------------------------

Result<void> Engine::pass_on(const Change& change) {
  const std::vector<Edge> edges = working_.segment(change.dataset).out;
  for (const Edge& edge : edges) {
    if (!edge.reads->counts()) continue;
    if (edge.reads->mapping().kind == MappingKind::kLast) {
      HW_CHECK_OK(pass_on_uniform(edge, change));
    } else if (change.delta == 0 && !change.branch) {
      continue;
    } else if (edge.reads->uniform()) {
      HW_CHECK_OK(pass_on_uniform(edge, change));
    } else if (edge.reads->is_explicit()) {
      HW_CHECK_OK(pass_on_pairs(edge, change));
    } else {
      HW_CHECK_OK(pass_on_intervals(edge, change));
    }
  }
  return {};
}

Result<void> Engine::pass_on_intervals(const Edge& edge, const Change& change) {
  const Interval readers = edge.reads->downstream_of(change.place.index);
  std::vector<std::uint32_t> lanes;
  edge.reads->each_downstream_lane(change.place.lane,
                                   working_.segment(edge.downstream).lane_count(),
                                   [&lanes](std::uint32_t lane) { lanes.push_back(lane); });
  for (const std::uint32_t lane : lanes) {
    HW_CHECK_OK(each_owned(edge.downstream, lane, readers, [&](Block& block, std::int64_t index) {
      return move(edge, block, {lane, index}, change);
    }));
  }
  return {};
}

Result<void> Engine::pass_on_pairs(const Edge& edge, const Change& change) {
  for (const Place& place : edge.reads->downstream_of(change.place)) {
    const auto visit = [&](Block& block, std::int64_t index) {
      return move(edge, block, {place.lane, index}, change);
    };
    HW_CHECK_OK(each_owned(edge.downstream, place.lane, {place.index, place.index}, visit));
  }
  return {};
}

// The difference is what stands now less what was read. A run that started while the changed cell
// stood has read it; one that started before has not; a later one neither, if it was replaced.
Result<void> Engine::move(const Edge& edge, Block& block, const Place& place,
                          const Change& change) {
  const std::size_t i = offset_of(place.index);
  bool has_read = false;
  if (block.max_start >= change.from) {
    HW_TRY(const Write reader, newest(edge.downstream, place));
    has_read = change.from <= reader.start && reader.start < change.until &&
               (reader.branch || !change.branch);
    if (change.branch && has_read) {  // what it had read otherwise was of the warehouse
      HW_TRY(const std::uint64_t anew,
             difference_since(working_.segment(edge.downstream), place, reader.start));
      touch(block, i);
      set_difference(block, i, anew);
      return {};
    }
  }
  if (has_read) touch(block, i);
  const bool stands = change.until == model::kOpenEnd;
  if (stands == has_read) return {};
  const std::uint64_t delta = edge.factor * change.delta;
  set_difference(block, i, stands ? block.difference(i) + delta : block.difference(i) - delta);
  return {};
}

Result<void> Engine::pass_on_uniform(const Edge& edge, const Change& change) {
  std::vector<std::uint32_t> lanes;
  edge.reads->each_downstream_lane(change.place.lane,
                                   working_.segment(edge.downstream).lane_count(),
                                   [&lanes](std::uint32_t lane) { lanes.push_back(lane); });
  for (const std::uint32_t number : lanes) {
    if (working_.segment(edge.downstream).find(number) == nullptr) continue;
    const std::uint64_t tag = tag_now(working_.segment(edge.downstream), number);
    const bool late = working_.segment(edge.downstream).find(number)->max_start >= change.from;
    const bool moved = working_.segment(edge.downstream).find(number)->tag != tag;
    if (!late && !moved) continue;
    lane(edge.downstream, number).tag = tag;
    if (late) HW_CHECK_OK(retag(edge.downstream, number, change));
    refresh_lane(edge.downstream, number);
  }
  return {};
}

// What runs that may have seen the change have read of the uniform mappings, once more.
Result<void> Engine::retag(DatasetNo dataset, std::uint32_t number, const Change& change) {
  return each_owned(dataset, number, {INT64_MIN, INT64_MAX},
                    [&](Block& block, std::int64_t index) -> Result<void> {
                      if (block.max_start < change.from) return {};
                      const Place place{number, index};
                      HW_TRY(const Write reader, newest(dataset, place));
                      if (reader.start < change.from || (change.branch && !reader.branch)) {
                        return {};
                      }
                      Attribute attribute = block.attribute(offset_of(index));
                      HW_TRY(attribute.tag, tag_at(dataset, number, reader.start));
                      set_attribute(dataset, block, place, attribute);
                      return {};
                    });
}

// ---- versions
// ------------------------------------------------------------------------------------

void Engine::publish(model::Seq seq) noexcept {
  working_.seq_ = seq;
  auto next = std::make_shared<const State>(working_);
  base::MutexLock lock(mutex_);
  published_ = std::move(next);
}

void Engine::discard() noexcept {
  working_ = *state();
  untold_.clear();
  crew_ = nullptr;
}

std::shared_ptr<const State> Engine::state() const {
  base::MutexLock lock(mutex_);
  return published_;
}

}  // namespace headwater::planner
