#include "planner/staleness.h"

#include <algorithm>
#include <bit>

#include "planner/valid.h"

namespace headwater::planner {

Counts& Counts::operator+=(const Counts& other) {
  present += other.present;
  missing += other.missing;
  orphaned += other.orphaned;
  current += other.current;
  stale += other.stale;
  unknown += other.unknown;
  by_code += other.by_code;
  by_inputs += other.by_inputs;
  deferred += other.deferred;
  maybe += other.maybe;
  running += other.running;
  failed += other.failed;
  unrecoverable += other.unrecoverable;
  return *this;
}

void Staleness::Tally::add_to(Counts& counts) const {
  counts.present += present;
  counts.missing += missing;
  counts.orphaned += orphaned;
  counts.current += std::uint32_t{present} - stale - unknown;
  counts.stale += stale;
  counts.unknown += unknown;
  counts.by_code += by_code;
  counts.by_inputs += by_inputs;
  counts.deferred += deferred;
  counts.maybe += maybe;
  counts.running += running;
  counts.failed += failed;
  counts.unrecoverable += unrecoverable;
}

// What stands in the state alone.
Staleness::Words Staleness::own_words(const Segment& segment, std::uint32_t number,
                                      const Block* block, std::int64_t index) {
  Words out;
  if (block == nullptr) return out;
  const std::size_t w = offset_of(index) / 64;
  const std::uint64_t valid = valid_word(*segment.space, number, index, block->present.word(w));
  out.present = block->present.word(w);
  out.orphaned = out.present & ~valid;
  out.code = block->code.word(w) & valid;
  out.inputs = (block->inputs.word(w) | block->tag.word(w)) & valid;
  out.stale = out.code | out.inputs;
  out.unknown = block->unknown.word(w) & valid & ~out.stale;
  out.running = block->running.word(w);
  out.failed = block->failed.word(w);
  return out;
}

void Staleness::add_piece(const Row& row, const Piece& piece, std::int64_t index, Words& words) {
  const std::size_t word = offset_of(index) / 64;
  if (piece.missing) words.missing = piece.missing->word(word);
  words.maybe = piece.all_maybe ? words.relevant() : piece.maybe ? piece.maybe->word(word) : 0;
  if (!row.reads_expired.empty()) {
    words.unrecoverable = interval_word(row.reads_expired, index) & (words.stale | words.missing);
  }
}

Staleness::Words Staleness::words(DatasetNo dataset, std::uint32_t number,
                                  std::int64_t index) const {
  const Segment& segment = state_->segment(dataset);
  const Lane* const lane = segment.find(number);
  Words out =
      own_words(segment, number, lane == nullptr ? nullptr : lane->find(block_of(index)), index);
  const Row* const row = datasets_[dataset.value - 1]->find(number);
  const Piece* const piece = row == nullptr ? nullptr : row->find(block_of(index));
  if (piece != nullptr) add_piece(*row, *piece, index, out);
  return out;
}

std::uint64_t Staleness::deferred(DatasetNo dataset, std::uint32_t number, std::int64_t index,
                                  const Words& words) const {
  const std::uint64_t among = words.code & ~words.inputs;
  if (among == 0) return 0;
  const Block& block = *state_->segment(dataset).find(number)->find(block_of(index));
  return deferred_word(dataset, block, index, among);
}

std::uint64_t Staleness::deferred_word(DatasetNo dataset, const Block& block, std::int64_t index,
                                       std::uint64_t among) const {
  const CodeBook& codes = state_->codes();
  std::uint64_t out = 0;
  for (; among != 0; among &= among - 1) {
    const auto bit = std::countr_zero(among);
    const Attribute& attribute = block.attribute(offset_of(index) + static_cast<std::size_t>(bit));
    if (!codes.has_deferred(attribute.job)) continue;
    if (codes.same_if_deferred(attribute.job, dataset, index + bit, attribute.code,
                               codes.current(attribute.job), now_)) {
      out |= std::uint64_t{1} << bit;
    }
  }
  return out;
}

Verdict Staleness::verdict(DatasetNo dataset, const Place& place) const {
  const std::int64_t index = place.index & ~std::int64_t{63};
  const Words all = words(dataset, place.lane, index);
  const std::uint64_t mask = std::uint64_t{1} << (place.index & 63);
  const auto is = [mask](std::uint64_t word) { return (word & mask) != 0; };
  Verdict out;
  if (is(all.orphaned)) {
    out.presence = Presence::kOrphaned;
  } else if (is(all.present)) {
    out.presence = Presence::kPresent;
    out.freshness = is(all.stale)     ? Freshness::kStale
                    : is(all.unknown) ? Freshness::kUnknown
                                      : Freshness::kCurrent;
    out.code = is(all.code);
    out.inputs = is(all.inputs);
    out.deferred = is(deferred(dataset, place.lane, index, all));
  } else if (is(all.missing)) {
    out.presence = Presence::kMissing;
  }
  out.maybe = is(all.maybe);
  out.running = is(all.running);
  out.failed = is(all.failed);
  out.unrecoverable = is(all.unrecoverable);
  const Space& space = *state_->segment(dataset).space;
  if (const auto interval = space.interval(place)) {
    out.open = interval->second > now_ - space.index_dimension()->close_offset_us;
  }
  return out;
}

namespace {

// Joins runs as they come, up to a limit.
class SpanList {
 public:
  SpanList(std::size_t limit, std::vector<Span>& out) : limit_(limit), out_(out) {}
  // False: the limit is reached, and there are more.
  bool add(std::uint32_t lane, std::int64_t first, std::int64_t last) {
    if (!out_.empty() && out_.back().lane == lane && out_.back().last + 1 == first) {
      out_.back().last = last;
      return true;
    }
    if (out_.size() == limit_) return false;
    out_.push_back({lane, first, last});
    return true;
  }
  bool add_word(std::uint32_t lane, std::int64_t index, std::uint64_t word) {
    while (word != 0) {
      const int bit = std::countr_zero(word);
      const int length = std::countr_one(word >> bit);
      if (!add(lane, index + bit, index + bit + length - 1)) return false;
      if (bit + length == 64) break;
      word &= ~std::uint64_t{0} << (bit + length);
    }
    return true;
  }

 private:
  const std::size_t limit_;
  std::vector<Span>& out_;
};

}  // namespace

std::uint64_t Staleness::chosen(const Selection& selection, const Words& w) {
  std::uint64_t out = 0;
  if (selection.stale) out |= w.stale;
  if (selection.missing) out |= w.missing;
  if (selection.maybe) out |= w.maybe & ~w.stale & ~w.missing;
  if (selection.orphaned) out |= w.orphaned;
  if (selection.unknown) out |= w.unknown;
  if (selection.failed) out |= w.failed;
  if (selection.running) out |= w.running;
  if (selection.unrecoverable) out |= w.unrecoverable;
  if (selection.current) out |= w.present & ~w.stale & ~w.unknown & ~w.orphaned;
  return out;
}

// The most that one part of the selection has of a block.
std::uint32_t Staleness::most_chosen(const Selection& selection, const Tally& t) {
  std::uint32_t out = 0;
  const auto with = [&out](bool selected, std::uint32_t count) {
    if (selected) out = std::max(out, count);
  };
  with(selection.stale, t.stale);
  with(selection.missing, t.missing);
  with(selection.maybe, t.maybe);
  with(selection.orphaned, t.orphaned);
  with(selection.unknown, t.unknown);
  with(selection.failed, t.failed);
  with(selection.running, t.running);
  with(selection.unrecoverable, t.unrecoverable);
  with(selection.current, std::uint32_t{t.present} - t.stale - t.unknown);
  return out;
}

namespace {

// Whether nothing but what is stale or missing is selected.
bool only_to_run(const Selection& selection) {
  return !(selection.maybe || selection.orphaned || selection.unknown || selection.failed ||
           selection.current || selection.running);
}

// Of 64 partitions: whether any may be stale or missing.
bool may_run(const Block* block, const Bits* missing, std::size_t w) {
  if (missing != nullptr && missing->word(w) != 0) return true;
  return block != nullptr &&
         (block->inputs.word(w) | block->code.word(w) | block->tag.word(w)) != 0;
}

}  // namespace

std::vector<Span> Staleness::spans(DatasetNo dataset, const Selection& selection, std::size_t limit,
                                   bool* more) const {
  std::vector<Span> out;
  *more = false;
  SpanList list(limit, out);
  const Segment& segment = state_->segment(dataset);
  const Dataset& known = *datasets_[dataset.value - 1];
  const bool to_run = only_to_run(selection);
  for (std::uint32_t number = 0; number < known.rows.size(); ++number) {
    const Row& row = *known.rows[number];
    const Lane* const lane = segment.find(number);
    for (std::int64_t b = row.first; b < row.end(); ++b) {
      const Piece& piece = *row.find(b);
      const std::uint32_t most = most_chosen(selection, piece.tally);
      const std::int64_t base = b << kBlockBits;
      if (most == 0) continue;
      bool fits = true;
      if (most == kBlockSize) {
        fits = list.add(number, base, base + kBlockSize - 1);
      } else {
        const Block* const block = lane == nullptr ? nullptr : lane->find(b);
        for (std::size_t w = 0; w < kWords && fits; ++w) {
          const std::int64_t index = base + static_cast<std::int64_t>(w * 64);
          if (to_run && !may_run(block, piece.missing.get(), w)) continue;
          Words words = own_words(segment, number, block, index);
          add_piece(row, piece, index, words);
          fits = list.add_word(number, index, chosen(selection, words));
        }
      }
      if (!fits) {
        *more = true;
        return out;
      }
    }
  }
  return out;
}

}  // namespace headwater::planner
