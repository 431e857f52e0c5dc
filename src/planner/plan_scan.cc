#include "planner/plan_scan.h"

#include <algorithm>
#include <bit>

#include "planner/perishability.h"
#include "planner/plan_edges.h"
#include "planner/readers.h"
#include "planner/valid.h"

namespace headwater::planner {

PlanScanner::PlanScanner(const Staleness& staleness, const PlanOptions& options,
                         const std::vector<ChosenChange>& changes)
    : staleness_(staleness),
      options_(options),
      chooses_(!changes.empty()),
      expires_(anything_expires(staleness.state())) {
  for (const ChosenChange& change : changes) {
    for (const auto& [dataset, span] : change.makes_stale) {
      LaneIntervals& lanes = chosen_[dataset.value];
      if (lanes.size() <= span.lane) lanes.resize(span.lane + std::size_t{1});
      lanes[span.lane].push_back({span.first, span.last});
    }
  }
  for (auto& [dataset, lanes] : chosen_) {
    for (std::vector<Interval>& lane : lanes) join(lane);
  }
}

// The last that is not open and ended by the moment that was asked for.
std::int64_t PlanScanner::until_of(const Space& space) const {
  const Calendar* const calendar = space.calendar();
  if (calendar == nullptr) return INT64_MAX;
  const Micros passed = staleness_.now() - space.index_dimension()->close_offset_us;
  return calendar->index_of(std::min(options_.until, passed)) - 1;
}

LanePieces PlanScanner::scan(DatasetNo dataset) const {
  const Segment& segment = staleness_.state().segment(dataset);
  const Micros now = staleness_.now();
  LanePieces out(segment.lane_count());
  Row row;
  row.dataset = dataset;
  row.until = until_of(*segment.space);
  for (row.lane = 0; row.lane < out.size(); ++row.lane) {
    if (expires_) row.expired = reads_expired(staleness_.state(), dataset, row.lane, now);
    const Lane* const lane = segment.find(row.lane);
    const auto [first, extent_last] = extent(segment, row.lane, now);
    const std::int64_t last = std::min(extent_last, row.until);
    std::int64_t block = INT64_MIN;
    for (std::int64_t index = first & ~std::int64_t{63}; index <= last; index += 64) {
      if (block_of(index) != block) {
        block = block_of(index);
        row.block = lane == nullptr ? nullptr : lane->find(block);
        row.one_job = row.block == nullptr ||
                      std::all_of(row.block->palette.begin(), row.block->palette.end(),
                                  [&](const Attribute& attribute) {
                                    return attribute.job == row.block->palette.front().job;
                                  });
      }
      emit(row, index, words(row, index), out[row.lane]);
    }
  }
  return out;
}

PlanScanner::Words PlanScanner::words(const Row& row, std::int64_t index) const {
  const Staleness::Words all = staleness_.words(row.dataset, row.lane, index);
  Words out;
  out.taken = (all.present & ~all.orphaned) | all.missing;
  if (row.until != INT64_MAX) out.taken &= span_word({row.lane, index, row.until}, index);
  if (out.taken == 0) return out;
  out.code = all.code;
  if (all.code != 0) out.code &= ~staleness_.deferred(row.dataset, row.lane, index, all);
  out.inputs = all.inputs;
  out.missing = all.missing;
  const std::uint64_t stale = out.code | out.inputs;
  if (!options_.stale) out.taken &= ~stale;
  if (!options_.missing) out.taken &= ~out.missing;
  out.refresh = within(due_, row, index) & all.present & ~stale;
  if (!options_.maybe) out.taken &= stale | out.missing | out.refresh;
  out.seed = chooses_ ? within(chosen_, row, index) & stale : stale | out.missing | out.refresh;
  if (!row.expired.empty()) out.doomed = interval_word(row.expired, index);
  return out;
}

std::uint64_t PlanScanner::within(const std::map<std::uint32_t, LaneIntervals>& of, const Row& row,
                                  std::int64_t index) {
  const auto found = of.find(row.dataset.value);
  if (found == of.end() || row.lane >= found->second.size()) return 0;
  return interval_word(found->second[row.lane], index);
}

// ---- words to pieces
// -----------------------------------------------------------------------------

namespace {

// How many bits from `bit` on are as that one is.
int run_length(std::uint64_t word, int bit) {
  const std::uint64_t rest = word >> bit;
  const std::uint64_t other = (rest & 1) != 0 ? ~rest : rest;
  return std::min(64 - bit, other == 0 ? 64 : std::countr_zero(other));
}

}  // namespace

void PlanScanner::emit(const Row& row, std::int64_t index, Words words, Pieces& to) const {
  for (int bit = 0; words.taken >> bit != 0;) {
    const int next = std::countr_zero(words.taken >> bit);
    bit += next;
    int length = 64;
    for (const std::uint64_t word : {words.taken, words.code, words.inputs, words.missing,
                                     words.refresh, words.seed, words.doomed}) {
      length = std::min(length, run_length(word, bit));
    }
    const auto is = [bit](std::uint64_t word) { return (word >> bit & 1) != 0; };
    Piece piece;
    piece.first = index + bit;
    piece.code = is(words.code);
    piece.inputs = is(words.inputs);
    piece.missing = is(words.missing);
    piece.refresh = is(words.refresh);
    piece.seed = is(words.seed);
    piece.doomed = is(words.doomed);
    if (row.block != nullptr && !piece.missing) {
      const std::size_t at = offset_of(piece.first);
      piece.job = row.block->attribute(at).job;
      for (int i = 1; i < length && !row.one_job; ++i) {
        if (row.block->attribute(at + static_cast<std::size_t>(i)).job != piece.job) length = i;
      }
    }
    piece.last = piece.first + length - 1;
    append(to, piece);
    bit += length;
    if (bit == 64) break;
  }
}

}  // namespace headwater::planner
