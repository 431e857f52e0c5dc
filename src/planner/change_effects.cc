#include "planner/change_effects.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "planner/stored_history.h"
#include "planner/valid.h"

namespace headwater::planner {

using base::Result;

namespace {

const std::vector<DatasetNo> kNone;

void append(ChangeEffects::Spans& out, DatasetNo dataset, std::uint32_t lane, std::int64_t index) {
  if (!out.empty() && out.back().first == dataset && out.back().second.lane == lane &&
      out.back().second.last + 1 == index) {
    ++out.back().second.last;
    return;
  }
  out.push_back({dataset, {lane, index, index}});
}

// Whether a run that started at `start` had read something else of the partition than what stands
// now because of the write of `run`.
bool made_stale(const std::vector<Write>& writes, model::RunRow run, Micros start) {
  const auto change = std::find_if(writes.begin(), writes.end(),
                                   [&](const Write& write) { return write.run == run; });
  if (change == writes.end() || change->end <= start) return false;
  const std::uint64_t seen = out_at(writes, start);
  const std::uint64_t before = change == writes.begin() ? 0 : std::prev(change)->out;
  if (change->out == before) return false;
  return std::none_of(change, writes.end(), [&](const Write& write) { return write.out == seen; });
}

}  // namespace

bool blames(const CodeBook& codes, NodeId job, const std::vector<CodeStep>& steps, std::size_t at,
            DatasetNo dataset, std::int64_t index, CodeId code) {
  const auto same = [&](CodeId a, CodeId b) { return codes.same_class(job, dataset, index, a, b); };
  if (same(steps[at].from, steps[at].to)) return false;
  for (std::size_t i = at; i < steps.size(); ++i) {
    if (same(steps[i].to, code)) return false;
  }
  for (std::size_t i = 0; i <= at; ++i) {
    if (same(steps[i].from, code)) return true;
  }
  return false;
}

void ChangeEffects::find_writers() {
  have_writers_ = true;
  const State& state = staleness_->state();
  for (std::uint32_t n = 1; n <= state.dataset_count(); ++n) {
    for (const auto& lane : state.segment(DatasetNo{n}).lanes) {
      if (!lane) continue;
      for (const auto& block : lane->blocks) {
        if (!block || block->count == 0) continue;
        for (const Attribute& attribute : block->palette) {
          auto& datasets = writers_[attribute.job.value];
          if (datasets.empty() || datasets.back().value != n) datasets.push_back(DatasetNo{n});
        }
      }
    }
  }
}

const std::vector<DatasetNo>& ChangeEffects::written_by(NodeId job) {
  if (!have_writers_) find_writers();
  const auto at = writers_.find(job.value);
  return at == writers_.end() ? kNone : at->second;
}

// ---- code ---------------------------------------------------------------------------------------

ChangeEffects::Spans ChangeEffects::of_code(NodeId job, const std::vector<CodeStep>& steps,
                                            std::size_t at) {
  Spans out;
  for (const DatasetNo dataset : written_by(job)) {
    const Segment& segment = staleness_->state().segment(dataset);
    for (std::uint32_t number = 0; number < segment.lanes.size(); ++number) {
      const Lane* const lane = segment.find(number);
      if (lane == nullptr) continue;
      for (std::int64_t block = lane->first; block < lane->end(); ++block) {
        const Block* const found = lane->find(block);
        if (found == nullptr || !found->code.any()) continue;
        code_in_block(dataset, number, block, job, steps, at, out);
      }
    }
  }
  return out;
}

void ChangeEffects::code_in_block(DatasetNo dataset, std::uint32_t lane, std::int64_t number,
                                  NodeId job, const std::vector<CodeStep>& steps, std::size_t at,
                                  Spans& out) const {
  const State& state = staleness_->state();
  const CodeBook& codes = state.codes();
  const Block& block = *state.segment(dataset).find(lane)->find(number);
  const std::vector<std::int64_t> pieces = codes.pieces(job, dataset);
  auto piece = std::upper_bound(pieces.begin(), pieces.end(), number << kBlockBits);
  std::vector<bool> blamed;  // by place in the palette, for the piece under way
  const auto look = [&](std::int64_t index) {
    blamed.clear();
    for (const Attribute& attribute : block.palette) {
      blamed.push_back(attribute.job == job &&
                       blames(codes, job, steps, at, dataset, index, attribute.code));
    }
  };
  look(number << kBlockBits);
  for (std::size_t w = 0; w < kWords; ++w) {
    const std::int64_t base = (number << kBlockBits) + static_cast<std::int64_t>(w) * 64;
    std::uint64_t word = block.code.word(w);
    if (word != 0) word = staleness_->words(dataset, lane, base).code;
    for (; word != 0; word &= word - 1) {
      const std::int64_t index = base + std::countr_zero(word);
      for (; piece != pieces.end() && *piece <= index; ++piece) look(*piece);
      if (blamed[block.entry(offset_of(index))]) append(out, dataset, lane, index);
    }
  }
}

// ---- data ---------------------------------------------------------------------------------------

Result<ChangeEffects::Writes> ChangeEffects::writes_of(DatasetNo dataset, const Span& span) {
  HW_TRY(const auto rows, reader_.materializations(dataset, span.lane, span.first, span.last));
  Writes out;
  for (const storage::MaterializationRow& row : rows) {
    out[row.index].push_back(StoredHistory::write_of(row));
  }
  histories_ += out.size();
  return out;
}

Result<ChangeEffects::Spans> ChangeEffects::of_data(const ChangeDocument& change,
                                                    std::size_t max_histories, bool* cut) {
  Spans out;
  histories_ = 0;
  max_histories_ = max_histories;
  *cut = false;
  for (Span rest : change.spans) {
    while (rest.first <= rest.last && !*cut) {
      Span part = rest;
      part.last = std::min(part.last, part.first + kBlockSize - 1);
      rest.first = part.last + 1;
      Rewritten rewritten{part, {}};
      HW_TRY(rewritten.writes, writes_of(change.dataset, part));
      for (const Edge& edge : staleness_->state().segment(change.dataset).out) {
        if (!edge.reads->counts()) continue;
        HW_CHECK_OK(readers_of(edge, change, rewritten, out, cut));
      }
      *cut = *cut || histories_ > max_histories_;
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.lane, a.second.first) <
           std::tie(b.first, b.second.lane, b.second.first);
  });
  return out;
}

Result<void> ChangeEffects::readers_of(const Edge& edge, const ChangeDocument& change,
                                       const Rewritten& rewritten, Spans& out, bool* cut) {
  const Segment& upstream = staleness_->state().segment(edge.upstream);
  const Segment& downstream = staleness_->state().segment(edge.downstream);
  const Span& span = rewritten.span;
  if (edge.reads->is_explicit()) {
    std::vector<Place> places;
    for (std::int64_t index = span.first; index <= span.last; ++index) {
      for (const Place& place : edge.reads->downstream_of(Place{span.lane, index})) {
        places.push_back(place);
      }
    }
    for (const Place& place : places) {
      HW_CHECK_OK(
          readers_in(edge, change, rewritten, place.lane, {place.index, place.index}, out, cut));
    }
    return {};
  }
  Interval among{INT64_MIN, INT64_MAX};
  if (edge.reads->mapping().kind == MappingKind::kLast) {
    const Lane* const lane = upstream.find(span.lane);
    const auto last = lane == nullptr ? std::nullopt : lane->last_present();
    if (!last || *last < span.first || *last > span.last) return {};
  } else if (!edge.reads->uniform()) {
    among = {edge.reads->downstream_of(span.first).first,
             edge.reads->downstream_of(span.last).last};
  }
  std::vector<std::uint32_t> lanes;
  edge.reads->each_downstream_lane(span.lane, downstream.lane_count(),
                                   [&](std::uint32_t lane) { lanes.push_back(lane); });
  for (const std::uint32_t lane : lanes) {
    HW_CHECK_OK(readers_in(edge, change, rewritten, lane, among, out, cut));
  }
  return {};
}

// Those of the interval that are stale, read what was rewritten, and began before.
Result<void> ChangeEffects::readers_in(const Edge& edge, const ChangeDocument& change,
                                       const Rewritten& rewritten, std::uint32_t lane,
                                       Interval among, Spans& out, bool* cut) {
  const DatasetNo dataset = edge.downstream;
  const auto [least, most] = extent(staleness_->state().segment(dataset), lane, staleness_->now());
  among = {std::max(among.first, least), std::min(among.last, most)};
  const auto is_stale_for_it = [&](std::int64_t index, Micros start) {
    const auto judge = [&](std::int64_t read) {
      const auto at = rewritten.writes.find(read);
      return at != rewritten.writes.end() && made_stale(at->second, change.run, start);
    };
    if (edge.reads->is_explicit()) {
      const auto reads = edge.reads->upstream_of(Place{lane, index});
      return std::any_of(reads.begin(), reads.end(), [&](const Place& read) {
        return read.lane == rewritten.span.lane && judge(read.index);
      });
    }
    Interval reads{rewritten.span.first, rewritten.span.last};
    if (!edge.reads->uniform()) {
      const Interval all = edge.reads->upstream_of(index);
      reads = {std::max(reads.first, all.first), std::min(reads.last, all.last)};
    }
    for (std::int64_t read = reads.first; read <= reads.last; ++read) {
      if (judge(read)) return true;
    }
    return false;
  };
  for (std::int64_t base = among.first & ~std::int64_t{63}; base <= among.last; base += 64) {
    std::uint64_t word = staleness_->words(dataset, lane, base).inputs;
    word &= span_word({lane, among.first, among.last}, base);
    if (word == 0) continue;
    if (histories_ > max_histories_) {
      *cut = true;
      return {};
    }
    HW_TRY(const Writes writes, writes_of(dataset, {lane, base, base + 63}));
    for (; word != 0; word &= word - 1) {
      const std::int64_t index = base + std::countr_zero(word);
      const auto at = writes.find(index);
      if (at == writes.end() || !is_stale_for_it(index, at->second.back().start)) continue;
      append(out, dataset, lane, index);
    }
  }
  return {};
}

}  // namespace headwater::planner
