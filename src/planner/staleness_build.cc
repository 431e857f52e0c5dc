#include "planner/staleness_build.h"

#include <algorithm>
#include <bit>
#include <map>

#include "planner/perishability.h"
#include "planner/readers.h"
#include "planner/valid.h"

namespace headwater::planner {

namespace {

// A dataset of which much changed takes some 0.1 ms, one that did not some microseconds.
constexpr std::size_t kPartGroups = 4;
constexpr std::size_t kUncancelled = 256;  // groups between two questions whether to go on

std::uint16_t small(std::uint32_t count) { return static_cast<std::uint16_t>(count); }

bool same_edges(const std::vector<Edge>& a, const std::vector<Edge>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Edge& x, const Edge& y) {
    return x.upstream == y.upstream && x.reads == y.reads;
  });
}

// Of anything in the upstream block.
Interval readers_of(const Reads& reads, std::int64_t block) {
  const std::int64_t base = block << kBlockBits;
  return {reads.downstream_of(base).first, reads.downstream_of(base + kBlockSize - 1).last};
}

Span within(const Span& span, std::int64_t block) {
  const std::int64_t base = block << kBlockBits;
  const Span out{span.lane, std::max(span.first, base), std::min(span.last, base + kBlockSize - 1)};
  return out.last < out.first ? Span{span.lane, 0, -1} : out;
}

// The bits that every block has, while what is upstream is looked at.
void fetch(const Block& block) {
  constexpr std::size_t kLine = 64;
  for (const Bits* const bits : {&block.present, &block.inputs}) {
    const char* const begin = reinterpret_cast<const char*>(bits);
    for (std::size_t at = 0; at < sizeof(Bits); at += kLine) __builtin_prefetch(begin + at);
  }
}

std::shared_ptr<const Bits> bits_of(const BlockBits& words) {
  auto out = std::make_shared<Bits>();
  for (std::size_t w = 0; w < kWords; ++w) out->word(w) = words[w];
  return out;
}

}  // namespace

std::shared_ptr<const Staleness> Staleness::compute(std::shared_ptr<const State> state, Micros now,
                                                    const std::function<bool()>& cancelled,
                                                    const Staleness* before, base::Crew* crew) {
  base::Crew alone(0);
  return StalenessBuilder::run(std::move(state), now, cancelled, before,
                               crew != nullptr ? *crew : alone);
}

StalenessBuilder::Work::Work(std::shared_ptr<const State> state, Micros now, const Staleness* known)
    : before(known), moved(state->dataset_count()), expires(anything_expires(*state)) {
  const bool same = before != nullptr && before->state_->wiring() == state->wiring();
  out->order_ = same ? before->order_ : Staleness::find_order(*state);
  out->tables_ = before != nullptr ? before->tables_ : std::make_shared<IntervalTables>();
  out->datasets_.resize(state->dataset_count());
  out->state_ = std::move(state);
  out->now_ = now;
}

std::shared_ptr<const Staleness> StalenessBuilder::run(std::shared_ptr<const State> state,
                                                       Micros now,
                                                       const std::function<bool()>& cancelled,
                                                       const Staleness* before, base::Crew& crew) {
  Work work(std::move(state), now, before);
  const std::vector<Group>& groups = work.out->order_->groups;
  for (const std::vector<std::uint32_t>& level : work.out->order_->levels) {
    for (std::size_t from = 0; from < level.size(); from += kUncancelled) {
      if (cancelled && cancelled()) return nullptr;
      const std::size_t to = std::min(from + kUncancelled, level.size());
      crew.run((to - from + kPartGroups - 1) / kPartGroups, [&](std::size_t part) {
        StalenessBuilder builder(work);
        const std::size_t first = from + part * kPartGroups;
        for (std::size_t i = first; i < std::min(first + kPartGroups, to); ++i) {
          builder.build(groups[level[i]]);
        }
      });
    }
  }
  return work.out;
}

void StalenessBuilder::build(const Group& group) {
  if (group.size() == 1 && !reads_itself(segment(group[0]), group[0])) {
    build(group[0]);
  } else {
    CycleBuilder(*this, group).run();
  }
}

StalenessBuilder::Old StalenessBuilder::old(DatasetNo dataset) const {
  if (before_ == nullptr || dataset.value > before_->datasets_.size()) return {};
  const Segment& then = before_->state_->segment(dataset);
  const Dataset* const known = before_->datasets_[dataset.value - 1].get();
  if (then.space != segment(dataset).space || !same_edges(then.in, segment(dataset).in)) return {};
  if (known->defers && before_->now_ != out_->now_) return {};
  return {known, &then};
}

bool StalenessBuilder::upstream_moved(DatasetNo dataset) const {
  const std::vector<Edge>& in = segment(dataset).in;
  return std::any_of(in.begin(), in.end(), [&](const Edge& edge) {
    if (!edge.reads->counts()) return false;
    if (moved_[edge.upstream.value - 1].any) return true;
    // Another partition may be the last one though the same are dirty.
    return edge.reads->mapping().kind == MappingKind::kLast &&
           (before_ == nullptr || edge.upstream.value > before_->datasets_.size() ||
            &before_->state_->segment(edge.upstream) != &segment(edge.upstream));
  });
}

std::int64_t StalenessBuilder::horizon(DatasetNo dataset) const {
  const Dimension* const index = segment(dataset).space->index_dimension();
  if (index == nullptr || index->kind != Dimension::Kind::kTime || !index->expects) return 0;
  if (out_->now_ < index->calendar->start_of(index->start_index)) return index->start_index;
  return std::max(index->start_index,
                  index->calendar->index_of(out_->now_ - index->close_offset_us));
}

bool StalenessBuilder::can_share(DatasetNo dataset) const {
  const Old then = old(dataset);
  return then.dataset != nullptr && then.segment == &segment(dataset) &&
         then.dataset->horizon == horizon(dataset) && !upstream_moved(dataset) &&
         !expiry_moved(dataset);
}

bool StalenessBuilder::expiry_moved(DatasetNo dataset) const {
  if (!expires_) return false;  // a policy that is gone has left another segment
  const std::vector<Edge>& in = segment(dataset).in;
  return std::any_of(in.begin(), in.end(), [&](const Edge& edge) {
    const Segment& upstream = segment(edge.upstream);
    if (!edge.reads->counts() || !upstream.policy || !upstream.policy->retention) return false;
    const Old then = old(edge.upstream);
    if (then.segment != &upstream || then.dataset->horizon != horizon(edge.upstream)) return true;
    return last_expired(*upstream.space, *upstream.policy, before_->now_) !=
           last_expired(*upstream.space, *upstream.policy, out_->now_);
  });
}

std::vector<Interval> StalenessBuilder::reads_expired_of(DatasetNo dataset,
                                                         std::uint32_t lane) const {
  if (!expires_) return {};
  return reads_expired(*out_->state_, dataset, lane, out_->now_);
}

void StalenessBuilder::share(DatasetNo dataset) {
  out_->datasets_[dataset.value - 1] = before_->datasets_[dataset.value - 1];
}

// ---- datasets, lanes
// -----------------------------------------------------------------------------

void StalenessBuilder::keep(DatasetNo dataset, std::shared_ptr<Dataset> result) {
  for (const std::shared_ptr<const Row>& row : result->rows) result->counts += row->counts;
  out_->datasets_[dataset.value - 1] = std::move(result);
}

// Where nothing can be compared, everything may have moved.
void StalenessBuilder::begin(DatasetNo dataset) {
  const Old then = old(dataset);
  const bool was_there = before_ != nullptr && dataset.value <= before_->datasets_.size();
  Moved& moved = moved_[dataset.value - 1];
  moved.all = moved.any = was_there && then.dataset == nullptr;
  defers_ = then.dataset != nullptr && then.dataset->defers;
  common_.clear();
  dirty_.clear();
}

void StalenessBuilder::build(DatasetNo dataset) {
  if (can_share(dataset)) return share(dataset);
  begin(dataset);
  const Old then = old(dataset);
  auto result = std::make_shared<Dataset>();
  result->horizon = horizon(dataset);
  const std::uint32_t lanes = segment(dataset).lane_count();
  std::vector<Asked> asked = this->asked(dataset);
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    const Row* const known = then.dataset == nullptr ? nullptr : then.dataset->find(lane);
    const bool same = known != nullptr && then.dataset->horizon == result->horizon;
    const Span expected =
        same ? known->expected : segment(dataset).space->expected(lane, out_->now_, true);
    result->rows.push_back(build_row(dataset, lane, expected, asked[lane]));
  }
  result->defers = defers_;
  keep(dataset, std::move(result));
}

std::shared_ptr<const StalenessBuilder::Row> StalenessBuilder::build_row(DatasetNo dataset,
                                                                         std::uint32_t number,
                                                                         const Span& expected,
                                                                         Asked& asked) {
  const Old then = old(dataset);
  const Lane* const lane = segment(dataset).find(number);
  const bool known = then.dataset != nullptr && number < then.dataset->rows.size();
  const std::shared_ptr<const Row> old_row = known ? then.dataset->rows[number] : nullptr;
  const Lane* const old_lane = known ? then.segment->find(number) : nullptr;
  auto row = std::make_shared<Row>();
  row->expected = expected;
  row->uniform = uniform_dirty(dataset, number);
  const bool alike = known && old_row->uniform == row->uniform;
  row->reads_expired = reads_expired_of(dataset, number);
  const bool fresh = !known || old_row->reads_expired != row->reads_expired;
  if (alike && !fresh && lane == old_lane && expected == old_row->expected && asked.empty()) {
    return old_row;
  }

  const auto [first, last] = extent(lane, expected);
  row->first = block_of(first);
  if (first <= last) row->pieces.resize(static_cast<std::size_t>(block_of(last) - row->first + 1));
  auto range = asked.blocks.begin();
  for (std::int64_t b = row->first; b < row->end(); ++b) {
    const Piece* const before = known ? old_row->find(b) : nullptr;
    while (range != asked.blocks.end() && range->second < b) ++range;
    const bool is_asked = asked.all || (range != asked.blocks.end() && range->first <= b);
    const bool same = before != nullptr && !fresh &&
                      (lane == nullptr ? nullptr : lane->find(b)) ==
                          (old_lane == nullptr ? nullptr : old_lane->find(b)) &&
                      within(expected, b) == within(old_row->expected, b);
    Piece& piece = row->pieces[static_cast<std::size_t>(b - row->first)];
    if (same && alike && !is_asked) {
      piece = *before;
    } else {
      piece = build_piece(dataset, number, b, *row, same ? before : nullptr);
      if (has_moved(dataset, number, b, before, piece)) note_moved(dataset, number, b);
    }
    piece.tally.add_to(row->counts);
  }
  if (known) note_gone(dataset, number, *old_row, *row);
  return row;
}

// ---- blocks
// --------------------------------------------------------------------------------------

// `reusable`: the piece of before, if nothing but what is dirty upstream may have changed.
StalenessBuilder::Piece StalenessBuilder::build_piece(DatasetNo dataset, std::uint32_t number,
                                                      std::int64_t b, const Row& row,
                                                      const Piece* reusable) {
  const Lane* const lane = segment(dataset).find(number);
  const Block* const block = lane == nullptr ? nullptr : lane->find(b);
  if (block != nullptr) fetch(*block);
  Incoming in;
  if (row.uniform) {
    in.none = false;
    in.whole = true;
  } else {
    in = incoming(dataset, number, b, nullptr);
  }
  if (reusable != nullptr) {
    Piece piece = *reusable;
    if (reuse(in, piece)) return piece;
  }
  const BlockWords words = words_of(*segment(dataset).space, number, b, block, row.expected);
  BlockBits maybe;
  for (std::size_t w = 0; w < kWords; ++w) {
    maybe[w] = words.relevant(w) & (in.whole ? ~std::uint64_t{0} : in.bits[w]);
  }
  return seal(dataset, block, b, words, maybe, row.reads_expired);
}

// Where all or nothing is maybe, the counts of before say all.
bool StalenessBuilder::reuse(const Incoming& in, Piece& piece) const {
  if (!in.none && !in.whole) return false;
  const bool some = in.whole && piece.tally.present + piece.tally.missing != 0;
  piece.maybe.reset();
  piece.all_maybe = some;
  piece.tally.maybe = some ? small(std::uint32_t{piece.tally.present} - piece.tally.stale) : 0;
  return true;
}

StalenessBuilder::Piece StalenessBuilder::seal(DatasetNo dataset, const Block* block,
                                               std::int64_t number, const BlockWords& words,
                                               const BlockBits& maybe,
                                               const std::vector<Interval>& reads_expired) {
  Piece out;
  std::uint64_t some = 0, rest = 0;
  for (std::size_t w = 0; w < kWords; ++w) {
    some |= maybe[w];
    rest |= words.relevant(w) & ~maybe[w];
  }
  out.all_maybe = some != 0 && rest == 0;
  if (some != 0 && rest != 0) out.maybe = bits_of(maybe);
  const BlockCounts counts = count(words, maybe);
  if (counts.missing != 0) out.missing = bits_of(words.missing);
  Staleness::Tally& tally = out.tally;
  tally.present = small(counts.present);
  tally.missing = small(counts.missing);
  tally.orphaned = small(counts.orphaned);
  tally.stale = small(counts.stale);
  tally.unknown = small(counts.unknown);
  tally.by_code = small(counts.by_code);
  tally.by_inputs = small(counts.by_inputs);
  tally.maybe = small(counts.maybe);
  tally.running = small(counts.running);
  tally.failed = small(counts.failed);
  for (std::size_t w = 0; w < kWords && !reads_expired.empty(); ++w) {
    const std::int64_t index = (number << kBlockBits) + static_cast<std::int64_t>(w * 64);
    tally.unrecoverable =
        small(tally.unrecoverable +
              static_cast<std::uint32_t>(std::popcount(interval_word(reads_expired, index) &
                                                       (words.stale[w] | words.missing[w]))));
  }
  if (block != nullptr) tally.deferred = count_deferred(dataset, *block, number, words);
  return out;
}

std::uint16_t StalenessBuilder::count_deferred(DatasetNo dataset, const Block& block,
                                               std::int64_t number, const BlockWords& words) {
  const CodeBook& codes = out_->state_->codes();
  const bool any = std::any_of(block.palette.begin(), block.palette.end(),
                               [&](const Attribute& a) { return codes.has_deferred(a.job); });
  if (!any) return 0;
  defers_ = true;
  std::uint32_t out = 0;
  for (std::size_t w = 0; w < kWords; ++w) {
    const std::int64_t index = (number << kBlockBits) + static_cast<std::int64_t>(w * 64);
    out += static_cast<std::uint32_t>(std::popcount(
        out_->deferred_word(dataset, block, index, words.code[w] & ~words.inputs[w])));
  }
  return small(out);
}

// ---- what moved
// ----------------------------------------------------------------------------------

void StalenessBuilder::note_moved(DatasetNo dataset, std::uint32_t lane, std::int64_t block) {
  Moved& moved = moved_[dataset.value - 1];
  moved.any = true;
  if (moved.lanes.size() <= lane) moved.lanes.resize(lane + std::size_t{1});
  moved.lanes[lane].push_back(block);
}

// Blocks that the lane does not have any more.
void StalenessBuilder::note_gone(DatasetNo dataset, std::uint32_t lane, const Row& before,
                                 const Row& now) {
  for (std::int64_t b = before.first; b < before.end(); ++b) {
    if (now.find(b) == nullptr && before.find(b)->tally.dirty() != 0) note_moved(dataset, lane, b);
  }
}

void StalenessBuilder::note_row(DatasetNo dataset, std::uint32_t lane, const Row* before,
                                const Row& now) {
  for (std::int64_t b = now.first; b < now.end(); ++b) {
    const Piece* const then = before == nullptr ? nullptr : before->find(b);
    if (has_moved(dataset, lane, b, then, *now.find(b))) note_moved(dataset, lane, b);
  }
  if (before != nullptr) note_gone(dataset, lane, *before, now);
}

BlockBits StalenessBuilder::dirty_bits(const Segment& segment, std::uint32_t number, std::int64_t b,
                                       const Piece& piece) {
  const Lane* const lane = segment.find(number);
  const Block* const block = lane == nullptr ? nullptr : lane->find(b);
  return dirty_of(*segment.space, number, b, block,
                  {piece.missing.get(), piece.maybe.get(), piece.all_maybe});
}

bool StalenessBuilder::has_moved(DatasetNo dataset, std::uint32_t lane, std::int64_t block,
                                 const Piece* before, const Piece& now) const {
  const std::uint32_t then = before == nullptr ? 0 : before->tally.dirty();
  if (then != now.tally.dirty()) return true;
  if (then == 0 || then == kBlockSize) return false;
  return dirty_bits(before_->state_->segment(dataset), lane, block, *before) !=
         dirty_bits(segment(dataset), lane, block, now);
}

// Blocks of each lane that read from blocks that moved.
std::vector<StalenessBuilder::Asked> StalenessBuilder::asked(DatasetNo dataset) const {
  const std::uint32_t lanes = segment(dataset).lane_count();
  std::vector<Asked> out(lanes);
  for (const Edge& edge : segment(dataset).in) {
    const Moved& moved = moved_[edge.upstream.value - 1];
    if (!edge.reads->counts() || !moved.any || edge.reads->uniform()) continue;
    if (edge.reads->is_explicit() || moved.all) {
      for (Asked& asked : out) asked.all = true;
      continue;
    }
    std::map<std::int64_t, Interval> known;  // lanes have mostly the same blocks
    for (std::uint32_t lane = 0; lane < moved.lanes.size(); ++lane) {
      for (const std::int64_t block : moved.lanes[lane]) {
        const auto [at, is_new] = known.try_emplace(block);
        Interval& readers = at->second;
        if (is_new) readers = readers_of(*edge.reads, block);
        if (readers.empty()) continue;
        edge.reads->each_downstream_lane(lane, lanes, [&](std::uint32_t reader) {
          if (reader >= lanes) return;
          out[reader].blocks.emplace_back(block_of(readers.first), block_of(readers.last));
        });
      }
    }
  }
  for (Asked& asked : out) std::sort(asked.blocks.begin(), asked.blocks.end());
  return out;
}

}  // namespace headwater::planner
