// Engine: many partitions at once, block by block. What the rules say is written down in engine.cc
// and engine_recorded.cc, one partition at a time; here is the same where nothing arrives late.

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/clones.h"
#include "planner/engine.h"
#include "planner/readers.h"
#include "planner/valid.h"
#include "planner/words.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

using Values = std::array<std::uint64_t, kBlockSize>;

// to[i] = ends[i] - begins[i]
HW_CLONES void subtract(const std::uint64_t* __restrict ends,
                        const std::uint64_t* __restrict begins, std::size_t count,
                        std::uint64_t* __restrict to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = ends[i] - begins[i];
}

// Of 64 values those whose bit is set; the others become 0.
HW_CLONES void keep_only(std::uint64_t bits, std::uint64_t* values) {
  for (std::size_t i = 0; i < 64; ++i) values[i] &= std::uint64_t{0} - (bits >> i & 1);
}

// The differences of a page, changed: which bits `inputs` are then.
void settle_page(Block& block, std::size_t page) {
  const std::size_t first = page * kPageWords;
  block.differences[page]->find(&block.inputs.word(first));
  if (!block.inputs.any(first, kPageWords)) block.differences[page].reset();
}

bool all_present(const Block& block, std::size_t low, std::size_t high) {
  bool out = true;
  each_word(low, high, [&](std::size_t w, std::uint64_t mask) {
    out = out && (mask & ~block.present.word(w)) == 0;
  });
  return out;
}

// Nothing of [low, high] differs.
void clear_differences(Block& block, std::size_t low, std::size_t high) {
  for (std::size_t at = low; at <= high;) {
    const std::size_t page = at / kPageSize, base = page * kPageSize;
    const std::size_t end = std::min(high + 1, base + kPageSize);
    if (block.differences[page]) {
      own(block.differences[page]).clear(at - base, end - base);
      settle_page(block, page);
    }
    at = end;
  }
}

}  // namespace

// ---- writing
// -------------------------------------------------------------------------------------

Result<void> Engine::write(const Write& write, std::int64_t last) {
  if (write.out == 0 || write.end < write.start || last < write.place.index) {
    return make_error(ErrorCode::kInvalidArgument,
                      "A write has a fingerprint and ends after it starts.");
  }
  HW_CHECK_OK(check_span(write.dataset, write.place, last));
  // What it had read when it started takes the place of what it was to be told.
  if (untold_.contains(write.dataset.value)) HW_CHECK_OK(tell());
  const bool one_by_one = reads_itself(working_.segment(write.dataset), write.dataset);
  HW_TRY(const std::uint64_t tag, tag_at(write.dataset, write.place.lane, write.start));
  Write part = write;
  for (std::int64_t first = write.place.index; first <= last; first = part.place.index) {
    const std::int64_t end = std::min(last, ((block_of(first) + 1) << kBlockBits) - 1);
    const Lane* const lane = working_.segment(write.dataset).find(write.place.lane);
    const Block* const block = lane == nullptr ? nullptr : lane->find(block_of(first));
    if (one_by_one || (block != nullptr && block->max_end >= write.end)) {
      for (part.place.index = first; part.place.index <= end; ++part.place.index) {
        HW_CHECK_OK(this->write(part));
      }
      continue;
    }
    part.place.index = first;
    outputs_[write.job.value].insert(write.dataset.value);
    HW_TRY(Piece piece, record_piece(part, end, tag));
    HW_CHECK_OK(pass_on(std::make_shared<const Piece>(std::move(piece))));
    part.place.index = end + 1;
  }
  return {};
}

Result<void> Engine::told() {
  Result<void> done = tell();
  crew_ = nullptr;
  return done;
}

// The block has nothing that ended as late as the write.
Result<Engine::Piece> Engine::record_piece(const Write& write, std::int64_t last,
                                           std::uint64_t tag) {
  const std::uint32_t number = write.place.lane;
  HW_TRY(const std::vector<std::uint64_t> differences,
         differences_since(working_.segment(write.dataset), write.place, last, write.start));
  Piece piece{write.dataset, number, write.place.index, last, {0}, write.end};
  piece.before.reserve(static_cast<std::size_t>(last - write.place.index) + 2);
  Lane& lane = this->lane(write.dataset, number);
  Block& block = lane.grow(block_of(write.place.index));
  const std::uint16_t entry = palette_entry(block, {write.job, write.code, tag});
  const std::size_t low = offset_of(write.place.index), high = offset_of(last);
  std::array<std::uint64_t, kPageSize> before, now;
  for (std::size_t at = low; at <= high;) {
    const std::size_t count = std::min(high + 1, (at / kPageSize + 1) * kPageSize) - at;
    Page& page = block.pages.own_page(at / kPageSize);
    std::uint64_t* const out = &page.out[at % kPageSize];
    const Place place{number, write.place.index + static_cast<std::int64_t>(at - low)};
    cells(place, out, count, before.data());
    std::fill_n(out, count, write.out);
    cells(place, out, count, now.data());
    std::fill_n(&page.attribute[at % kPageSize], count, entry);
    for (std::size_t i = 0; i < count; ++i) {
      piece.before.push_back(piece.before.back() + now[i] - before[i]);
    }
    at += count;
  }
  const std::uint32_t count = block.count;
  set_piece_bits(write, block, last, entry);
  lane.count += block.count - count;
  block.sum += piece.before.back();
  lane.sum += piece.before.back();
  block.max_start = std::max(block.max_start, write.start);
  block.max_end = std::max(block.max_end, write.end);
  lane.max_start = std::max(lane.max_start, write.start);
  lane.max_end = std::max(lane.max_end, write.end);
  if (differences.empty()) clear_differences(block, low, high);
  for (std::size_t i = low; i <= high && !differences.empty(); ++i) {
    set_difference(block, i, differences[i - low]);
  }
  return piece;
}

// All that set_attribute() and record() do to bits.
void Engine::set_piece_bits(const Write& write, Block& block, std::int64_t last,
                            std::uint16_t entry) {
  const CodeBook& codes = *working_.codes_;
  const model::CodeId now = codes.current(write.job);
  const bool unknown = !write.code || !now;
  const auto differs = [&](std::int64_t index) {
    return !unknown && !codes.same_class(write.job, write.dataset, index, write.code, now);
  };
  const bool tag =
      block.palette[entry].tag != working_.segment(write.dataset).find(write.place.lane)->tag;
  const bool code = differs(write.place.index);
  each_word(offset_of(write.place.index), offset_of(last), [&](std::size_t w, std::uint64_t mask) {
    const auto put = [&](RareBits& bits, bool value) {
      bits.set_word(w, value ? bits.word(w) | mask : bits.word(w) & ~mask);
    };
    block.count += static_cast<std::uint32_t>(std::popcount(mask & ~block.present.word(w)));
    block.present.word(w) |= mask;
    put(block.running, false);
    put(block.failed, false);
    put(block.code, code);
    put(block.unknown, unknown);
    put(block.tag, tag);
  });
  const std::vector<std::int64_t> pieces = codes.pieces(write.job, write.dataset);
  const bool varies = std::any_of(pieces.begin(), pieces.end(), [&](std::int64_t piece) {
    return write.place.index < piece && piece <= last;
  });
  for (std::int64_t i = write.place.index; varies && i <= last; ++i) {
    block.code.set(offset_of(i), differs(i));
  }
}

// ---- what had been read when it started
// ----------------------------------------------------------

// Whether anything that [first, last] read may have been replaced after `at`.
bool Engine::replaced_since(const Segment& segment, const Place& first, std::int64_t last,
                            Micros at) const {
  for (const Edge& edge : segment.in) {
    if (!edge.reads->counts() || edge.reads->uniform()) continue;
    const Segment& upstream = working_.segment(edge.upstream);
    bool found = false;
    const auto look = [&](std::uint32_t number) {
      const Lane* const lane = upstream.find(number);
      if (lane == nullptr || lane->max_end <= at) return;
      if (edge.reads->is_explicit()) {
        found = true;
        return;
      }
      const Interval interval{edge.reads->upstream_of(first.index).first,
                              edge.reads->upstream_of(last).last};
      if (interval.empty()) return;
      const std::int64_t end = std::min(block_of(interval.last), lane->end() - 1);
      for (std::int64_t b = std::max(block_of(interval.first), lane->first); b <= end; ++b) {
        const Block* const block = lane->find(b);
        found = found || (block != nullptr && block->max_end > at);
      }
    };
    if (edge.reads->is_explicit()) {
      for (std::uint32_t number = 0; number < upstream.lanes.size(); ++number) look(number);
    } else {
      edge.reads->each_upstream_lane(first.lane, upstream.lane_count(), look);
    }
    if (found) return true;
  }
  return false;
}

// Empty: all 0.
Result<std::vector<std::uint64_t>> Engine::differences_since(const Segment& segment,
                                                             const Place& first, std::int64_t last,
                                                             Micros at) {
  std::vector<std::uint64_t> out;
  if (!replaced_since(segment, first, last, at)) return out;
  for (Place place = first; place.index <= last; ++place.index) {
    HW_TRY(const std::uint64_t one, difference_since(segment, place, at));
    out.push_back(one);
  }
  return out;
}

// ---- passing on
// ----------------------------------------------------------------------------------

Result<void> Engine::pass_on(std::shared_ptr<const Piece> shared) {
  const Piece& piece = *shared;
  const std::vector<Edge> edges = working_.segment(piece.dataset).out;
  const bool moved = std::any_of(piece.before.begin(), piece.before.end(),
                                 [](std::uint64_t sum) { return sum != 0; });
  for (const Edge& edge : edges) {
    if (!edge.reads->counts()) continue;
    const bool last = edge.reads->mapping().kind == MappingKind::kLast;
    if (!moved && !last) continue;
    Change change{piece.dataset, {piece.lane, piece.first}, 0, piece.from, model::kOpenEnd, false};
    if (edge.reads->uniform()) {
      HW_CHECK_OK(pass_on_uniform(edge, change));
    } else if (!edge.reads->is_explicit()) {
      if (crew_ != nullptr && !read_since(edge, piece)) {
        untold_[edge.downstream.value].push_back({edge, shared});
      } else {
        HW_CHECK_OK(pass_on_intervals(edge, piece, nullptr));
      }
    } else {
      for (std::size_t i = 0; i + 1 < piece.before.size(); ++i) {
        change.place.index = piece.first + static_cast<std::int64_t>(i);
        change.delta = piece.before[i + 1] - piece.before[i];
        if (change.delta != 0) HW_CHECK_OK(pass_on_pairs(edge, change));
      }
    }
  }
  return {};
}

bool Engine::read_since(const Edge& edge, const Piece& piece) const {
  bool found = false;
  const Segment& reader = working_.segment(edge.downstream);
  edge.reads->each_downstream_lane(piece.lane, reader.lane_count(), [&](std::uint32_t number) {
    const Lane* const lane = reader.find(number);
    found = found || (lane != nullptr && lane->max_start >= piece.from);
  });
  return found;
}

// The readers are different datasets, and nothing is looked up in the history, so that several
// threads can do it. Adding is commutative: what was told meanwhile may come first.
Result<void> Engine::tell() {
  if (untold_.empty()) return {};
  std::vector<std::pair<Segment*, const std::vector<Untold>*>> readers;
  for (const auto& [dataset, untold] : untold_) {
    readers.emplace_back(&segment(DatasetNo{dataset}), &untold);
  }
  std::vector<Result<void>> results(readers.size());
  crew_->run(readers.size(), [&](std::size_t i) {
    for (const Untold& one : *readers[i].second) {
      if (results[i]) results[i] = pass_on_intervals(one.edge, *one.piece, readers[i].first);
    }
  });
  untold_.clear();
  for (const Result<void>& result : results) HW_CHECK_OK(result);
  return {};
}

Result<void> Engine::pass_on_intervals(const Edge& edge, const Piece& piece, Segment* ours) {
  const Interval readers{edge.reads->downstream_of(piece.first).first,
                         edge.reads->downstream_of(piece.last).last};
  if (readers.empty()) return {};
  std::vector<std::uint32_t> lanes;
  edge.reads->each_downstream_lane(piece.lane, working_.segment(edge.downstream).lane_count(),
                                   [&lanes](std::uint32_t lane) { lanes.push_back(lane); });
  const MappingKind kind = edge.reads->mapping().kind;
  const bool by_runs = kind == MappingKind::kRollup || kind == MappingKind::kFanOut;
  std::map<std::int64_t, PageRuns> runs;  // by block: lanes read alike
  for (const std::uint32_t number : lanes) {
    const Lane* const lane = working_.segment(edge.downstream).find(number);
    if (lane == nullptr || lane->blocks.empty()) continue;
    const std::int64_t from = std::max(block_of(readers.first), lane->first);
    const std::int64_t to = std::min(block_of(readers.last), lane->end() - 1);
    for (std::int64_t b = from; b <= to; ++b) {
      const std::int64_t base = b << kBlockBits;
      const Place first{number, std::max(base, readers.first)};
      const std::int64_t last = std::min(base + kBlockSize - 1, readers.last);
      const Block* const block = working_.segment(edge.downstream).find(number)->find(b);
      if (block == nullptr || block->count == 0) continue;
      if (by_runs && block->max_start < piece.from &&
          all_present(*block, offset_of(first.index), offset_of(last))) {
        const auto [at, is_new] = runs.try_emplace(b);
        if (is_new) find_runs(edge, piece, first, last, at->second);
        add_runs(edge, number, b, at->second, ours);
      } else {
        HW_CHECK_OK(add_to_block(edge, piece, first, last, ours));
      }
    }
  }
  return {};
}

// What each of [first, last], in one block, reads of the piece.
void Engine::find_runs(const Edge& edge, const Piece& piece, const Place& first, std::int64_t last,
                       PageRuns& to) {
  const auto table = tables_.of(*edge.reads, *working_.segment(edge.upstream).space,
                                *working_.segment(edge.downstream).space, block_of(first.index));
  const std::size_t low = offset_of(first.index), past = offset_of(last) + 1;
  auto run = std::prev(std::upper_bound(table->runs.begin(), table->runs.end(), low));
  for (std::size_t at = low; at < past; ++run) {
    const std::size_t next = std::next(run) == table->runs.end() ? kBlockSize : *std::next(run);
    const std::size_t end = std::min(next, past);
    const Interval read = table->at(at);
    const std::int64_t from = std::max(read.first, piece.first);
    const std::int64_t until = std::min(read.last, piece.last);
    const std::uint64_t sum =
        read.empty() || until < from
            ? 0
            : piece.before[static_cast<std::size_t>(until - piece.first) + 1] -
                  piece.before[static_cast<std::size_t>(from - piece.first)];
    while (at < end) {  // page by page
      const std::size_t page = at / kPageSize, base = page * kPageSize;
      const std::size_t stop = std::min(end, base + kPageSize);
      if (sum != 0) {
        to[page].runs.push_back(
            {sum, static_cast<std::uint16_t>(at - base), static_cast<std::uint16_t>(stop - base)});
      }
      at = stop;
    }
  }
}

// A block that is there.
Block& Engine::reader_block(const Edge& edge, std::uint32_t number, std::int64_t block,
                            Segment* ours) {
  Segment& segment = ours != nullptr ? *ours : this->segment(edge.downstream);
  return own(segment.lanes[number]).grow(block);
}

void Engine::add_runs(const Edge& edge, std::uint32_t number, std::int64_t b, PageRuns& added,
                      Segment* ours) {
  Block* block = nullptr;  // made ours with the first page that changes
  for (std::size_t page = 0; page < kPages; ++page) {
    AddedRuns& more = added[page];
    if (more.runs.empty()) continue;
    if (block == nullptr) block = &reader_block(edge, number, b, ours);
    std::shared_ptr<Differences>& differences = block->differences[page];
    if (more.known && differences == more.before) {
      differences = more.after;
    } else {
      more.known = true;
      more.before = differences;
      own(differences).add(more.runs, edge.factor);
      more.after = differences;
    }
    settle_page(*block, page);
  }
}

// move() for the readers [first, last] of one block, each with the sum of what it reads.
Result<void> Engine::add_to_block(const Edge& edge, const Piece& piece, const Place& first,
                                  std::int64_t last, Segment* ours) {
  const std::int64_t number = block_of(first.index);
  const Block* const there = working_.segment(edge.downstream).find(first.lane)->find(number);
  if (there == nullptr || there->count == 0) return {};
  const std::size_t low = offset_of(first.index), high = offset_of(last);
  Values added;
  std::fill(&added[low / kPageSize * kPageSize], added.data() + (high / kPageSize + 1) * kPageSize,
            0);
  find_added(edge, piece, *there, first, last, added.data());
  if (there->max_start >= piece.from) {
    for (std::size_t i = low; i <= high; ++i) {
      if (added[i] == 0) continue;
      const auto index = (number << kBlockBits) + static_cast<std::int64_t>(i);
      HW_TRY(const Write reader, newest(edge.downstream, {first.lane, index}));
      if (reader.start < piece.from) continue;
      added[i] = 0;  // it has read what stands now
      touch(reader_block(edge, first.lane, number, ours), i);
    }
  }
  Block* block = nullptr;  // made ours with the first page that changes
  for (std::size_t page = low / kPageSize; page <= high / kPageSize; ++page) {
    const std::uint64_t* const values = &added[page * kPageSize];
    if (std::all_of(values, values + kPageSize, [](std::uint64_t v) { return v == 0; })) continue;
    if (block == nullptr) block = &reader_block(edge, first.lane, number, ours);
    own(block->differences[page]).add(values, edge.factor);
    settle_page(*block, page);
  }
  return {};
}

void Engine::find_added(const Edge& edge, const Piece& piece, const Block& block,
                        const Place& first, std::int64_t last, std::uint64_t* added) {
  const std::size_t low = offset_of(first.index), high = offset_of(last);
  const std::int64_t base = first.index - static_cast<std::int64_t>(low);
  // `from` and `to` are met by the piece.
  const auto sum = [&](std::int64_t from, std::int64_t to) {
    from = std::max(from, piece.first);
    to = std::min(to, piece.last);
    return piece.before[static_cast<std::size_t>(to - piece.first) + 1] -
           piece.before[static_cast<std::size_t>(from - piece.first)];
  };
  const Mapping& mapping = edge.reads->mapping();
  if (mapping.kind == MappingKind::kIdentity) {
    const std::uint64_t* const before =
        &piece.before[static_cast<std::size_t>(first.index - piece.first)];
    subtract(before + 1, before, high - low + 1, added + low);
  } else if (mapping.kind == MappingKind::kWindow) {
    for (std::size_t i = low; i <= high; ++i) {
      const std::int64_t index = base + static_cast<std::int64_t>(i);
      added[i] = sum(index + mapping.from, index + mapping.to);
    }
  } else {
    const auto table = tables_.of(*edge.reads, *working_.segment(edge.upstream).space,
                                  *working_.segment(edge.downstream).space, block_of(first.index));
    for (std::size_t i = low; i <= high; ++i) {
      const Interval read = table->at(i);
      if (read.last >= piece.first && read.first <= piece.last && !read.empty()) {
        added[i] = sum(read.first, read.last);
      }
    }
  }
  for (std::size_t w = low / 64; w <= high / 64; ++w) {
    keep_only(block.present.word(w), added + w * 64);
  }
}

// ---- loading
// -------------------------------------------------------------------------------------

void Engine::load(DatasetNo dataset, std::uint32_t number, std::int64_t first_block,
                  std::vector<std::shared_ptr<Block>> blocks) {
  Lane& lane = this->lane(dataset, number);
  lane = Lane();
  lane.first = first_block;
  lane.blocks = std::move(blocks);
  std::uint32_t known = 0;  // the job that was met last
  for (const std::shared_ptr<Block>& block : lane.blocks) {
    if (!block) continue;
    lane.sum += block->sum;
    lane.count += block->count;
    lane.max_start = std::max(lane.max_start, block->max_start);
    lane.max_end = std::max(lane.max_end, block->max_end);
    for (const Attribute& attribute : block->palette) {
      if (attribute.job.value == known) continue;
      known = attribute.job.value;
      outputs_[known].insert(dataset.value);
    }
  }
}

void Engine::finish_loading() {
  for (std::uint32_t number = 1; number <= working_.dataset_count(); ++number) {
    const DatasetNo dataset{number};
    const auto lanes = static_cast<std::uint32_t>(working_.segment(dataset).lanes.size());
    for (std::uint32_t l = 0; l < lanes; ++l) {
      if (working_.segment(dataset).find(l) == nullptr) continue;
      lane(dataset, l).tag = tag_now(working_.segment(dataset), l);
      refresh_lane(dataset, l);
    }
  }
}

}  // namespace headwater::planner
