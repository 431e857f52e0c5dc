// Staleness: what is dirty upstream of a block.

#include <algorithm>
#include <bit>

#include "planner/readers.h"
#include "planner/staleness_build.h"
#include "planner/words.h"

namespace headwater::planner {

namespace {

// Calls visit(first, last) for the runs of set bits, offsets in the block.
template <class Visit>
void each_run(const BlockBits& bits, Visit visit) {
  std::int64_t begin = -1;  // of the run that is open
  for (std::size_t w = 0; w < kWords; ++w) {
    const auto base = static_cast<std::int64_t>(w * 64);
    std::uint64_t word = bits[w];
    if (begin >= 0 && word == ~std::uint64_t{0}) continue;
    for (int bit = 0; bit < 64;) {
      const std::uint64_t rest = begin >= 0 ? ~word >> bit : word >> bit;
      if (rest == 0) break;
      bit += std::countr_zero(rest);
      if (begin >= 0) {
        visit(begin, base + bit - 1);
        begin = -1;
      } else {
        begin = base + bit;
      }
    }
  }
  if (begin >= 0) visit(begin, kBlockSize - 1);
}

bool is_in(DatasetNo dataset, const std::vector<DatasetNo>& group) {
  return std::find(group.begin(), group.end(), dataset) != group.end();
}

void set_bits(std::int64_t first, std::int64_t last, BlockBits& bits) {
  each_word(static_cast<std::size_t>(first), static_cast<std::size_t>(last),
            [&](std::size_t w, std::uint64_t mask) { bits[w] |= mask; });
}

}  // namespace

bool StalenessBuilder::uniform_dirty(DatasetNo dataset, std::uint32_t lane) const {
  for (const Edge& edge : segment(dataset).in) {
    if (!edge.reads->uniform()) continue;
    const Dataset& upstream = done(edge.upstream);
    const auto lanes = static_cast<std::uint32_t>(upstream.rows.size());
    bool found = false;
    edge.reads->each_upstream_lane(lane, lanes, [&](std::uint32_t read) {
      const Row* const row = upstream.find(read);
      if (found || row == nullptr || !row->dirty()) return;
      if (edge.reads->mapping().kind == MappingKind::kAll) {
        found = true;
        return;
      }
      const Lane* const known = segment(edge.upstream).find(read);
      const auto last = known == nullptr ? std::nullopt : known->last_present();
      if (!last) return;
      const std::uint64_t word =
          out_->words(edge.upstream, read, *last & ~std::int64_t{63}).dirty();
      found = (word >> (*last & 63) & 1) != 0;
    });
    if (found) return true;
  }
  return false;
}

namespace {

// Who reads what of upstream runs, within one block.
class BlockReaders {
 public:
  BlockReaders(const Edge& edge, std::int64_t block, std::shared_ptr<const IntervalTable> table)
      : from_(edge.reads->mapping().kind == MappingKind::kWindow ? edge.reads->mapping().from : 0),
        to_(edge.reads->mapping().kind == MappingKind::kWindow ? edge.reads->mapping().to : 0),
        gaps_(edge.reads->leaves_gaps()),
        base_(block << kBlockBits),
        table_(std::move(table)) {}

  // All that anything in the block reads.
  Interval all() const {
    if (table_) return {table_->at(0).first, table_->at(kBlockSize - 1).last};
    return {base_ + from_, base_ + kBlockSize - 1 + to_};
  }
  // Marks the readers of a run; true if that is everybody.
  bool mark(const Interval& run, BlockBits& bits) const {
    std::int64_t first = run.first - to_ - base_, last = run.last - from_ - base_;
    if (table_) {
      const auto [begin, end] = table_->readers(run.first, run.last);
      first = static_cast<std::int64_t>(begin);
      last = static_cast<std::int64_t>(end) - 1;
    }
    first = std::max<std::int64_t>(first, 0);
    last = std::min(last, kBlockSize - 1);
    if (last < first) return false;
    if (!gaps_) {
      set_bits(first, last, bits);
      return first == 0 && last == kBlockSize - 1;
    }
    for (std::int64_t i = first; i <= last; ++i) {
      if (!table_->at(static_cast<std::size_t>(i)).empty()) set_bits(i, i, bits);
    }
    return false;
  }

 private:
  const std::int64_t from_, to_;  // of a window
  const bool gaps_;
  const std::int64_t base_;
  const std::shared_ptr<const IntervalTable> table_;  // null: a window
};

// The first and the last that any of the rows has.
template <class Rows>
std::pair<std::int64_t, std::int64_t> blocks_of(const Rows& rows) {
  std::int64_t first = INT64_MAX, last = INT64_MIN;
  for (const auto& row : rows) {
    if (row->pieces.empty()) continue;
    first = std::min(first, row->first);
    last = std::max(last, row->end() - 1);
  }
  return {first, last};
}

}  // namespace

// `without`: datasets that are not done yet.
StalenessBuilder::Incoming StalenessBuilder::incoming(DatasetNo dataset, std::uint32_t lane,
                                                      std::int64_t block, const Group* without) {
  const auto [common, is_new] = common_.try_emplace(block);
  if (is_new) pull_all(dataset, lane, block, without, true, common->second);
  Incoming in = common->second;
  if (!in.whole) pull_all(dataset, lane, block, without, false, in);
  return in;
}

void StalenessBuilder::pull_all(DatasetNo dataset, std::uint32_t lane, std::int64_t block,
                                const Group* without, bool alike, Incoming& in) {
  for (const Edge& edge : segment(dataset).in) {
    if (!edge.reads->counts() || edge.reads->uniform() || lanes_alike(*edge.reads) != alike)
      continue;
    if (without != nullptr && is_in(edge.upstream, *without)) continue;
    const Counts& counts = done(edge.upstream).counts;
    if (counts.stale + counts.missing + counts.maybe == 0) continue;
    if (edge.reads->is_explicit()) {
      pull_pairs(edge, lane, block, in);
    } else {
      pull(edge, lane, block, in);
    }
    if (in.whole) return;
  }
}

const BlockBits* StalenessBuilder::dirty_anywhere(DatasetNo dataset, std::int64_t block) {
  const auto [at, is_new] = dirty_.try_emplace({dataset, block});
  if (!is_new) return at->second.get();
  BlockBits bits{};
  bool some = false;
  const std::vector<std::shared_ptr<const Row>>& rows = done(dataset).rows;
  for (std::uint32_t number = 0; number < rows.size(); ++number) {
    const Piece* const piece = rows[number]->find(block);
    if (piece == nullptr || piece->tally.dirty() == 0) continue;
    some = true;
    if (piece->tally.dirty() == kBlockSize) {
      bits.fill(~std::uint64_t{0});
      break;
    }
    const BlockBits more = dirty_bits(segment(dataset), number, block, *piece);
    for (std::size_t w = 0; w < kWords; ++w) bits[w] |= more[w];
  }
  if (some) at->second = std::make_unique<const BlockBits>(bits);
  return at->second.get();
}

void StalenessBuilder::pull(const Edge& edge, std::uint32_t lane, std::int64_t block,
                            Incoming& in) {
  const MappingKind kind = edge.reads->mapping().kind;
  const bool direct = kind == MappingKind::kIdentity || kind == MappingKind::kWindow;
  const BlockReaders readers(edge, block,
                             direct ? nullptr
                                    : out_->tables_->of(*edge.reads, *segment(edge.upstream).space,
                                                        *segment(edge.downstream).space, block));
  const Interval read = readers.all();
  if (read.empty()) return;
  const auto take = [&](std::int64_t number, const BlockBits& bits) {
    in.none = false;
    if (kind == MappingKind::kIdentity) {
      for (std::size_t w = 0; w < kWords; ++w) in.bits[w] |= bits[w];
      return;
    }
    const std::int64_t from = number << kBlockBits;
    each_run(bits, [&](std::int64_t first, std::int64_t last) {
      const Interval run{std::max(from + first, read.first), std::min(from + last, read.last)};
      if (!run.empty() && readers.mark(run, in.bits)) in.whole = true;
    });
  };
  const Dataset& upstream = done(edge.upstream);
  if (lanes_alike(*edge.reads)) {
    const auto [first, last] = blocks_of(upstream.rows);
    const std::int64_t to = std::min(block_of(read.last), last);
    for (std::int64_t b = std::max(block_of(read.first), first); b <= to && !in.whole; ++b) {
      const BlockBits* const bits = dirty_anywhere(edge.upstream, b);
      if (bits != nullptr) take(b, *bits);
    }
    return;
  }
  BlockBits all;
  all.fill(~std::uint64_t{0});
  const auto lanes = static_cast<std::uint32_t>(upstream.rows.size());
  edge.reads->each_upstream_lane(lane, lanes, [&](std::uint32_t number) {
    const Row* const row = upstream.find(number);
    if (row == nullptr || !row->dirty()) return;
    const std::int64_t to = std::min(block_of(read.last), row->end() - 1);
    for (std::int64_t b = std::max(block_of(read.first), row->first); b <= to && !in.whole; ++b) {
      const Piece& piece = *row->find(b);
      if (piece.tally.dirty() == 0) continue;
      take(b, piece.tally.dirty() == kBlockSize
                  ? all
                  : dirty_bits(segment(edge.upstream), number, b, piece));
    }
  });
}

void StalenessBuilder::pull_pairs(const Edge& edge, std::uint32_t lane, std::int64_t block,
                                  Incoming& in) const {
  const std::int64_t base = block << kBlockBits;
  each_pair(*edge.reads, lane, block, [&](const Mapping::Pair& pair) {
    const Place& read = pair.upstream;
    const std::uint64_t word =
        out_->words(edge.upstream, read.lane, read.index & ~std::int64_t{63}).dirty();
    if ((word >> (read.index & 63) & 1) == 0) return;
    in.none = false;
    set_bits(pair.downstream.index - base, pair.downstream.index - base, in.bits);
  });
}

}  // namespace headwater::planner
