#include "planner/staleness_words.h"

#include <bit>

#include "base/clones.h"
#include "planner/valid.h"

namespace headwater::planner {

namespace {

std::uint32_t ones(std::uint64_t word) { return static_cast<std::uint32_t>(std::popcount(word)); }

// Which of a block's partitions the space has, of those that are there.
void valid_bits(const Space& space, std::uint32_t lane, std::int64_t base, const Block& block,
                BlockBits& to) {
  const Span bounds = space.bounds(lane);
  const bool holes = !has_no_holes(space);
  const bool whole = bounds.first <= base && base + kBlockSize - 1 <= bounds.last;
  for (std::size_t w = 0; w < kWords; ++w) {
    const std::int64_t index = base + static_cast<std::int64_t>(w * 64);
    to[w] = block.present.word(w);
    if (holes) {
      to[w] = valid_word(space, bounds, index, to[w]);
    } else if (!whole) {
      to[w] &= span_word(bounds, index);
    }
  }
}

void add(const RareBits& bits, BlockBits& to) {
  if (bits.find() == nullptr) return;
  for (std::size_t w = 0; w < kWords; ++w) to[w] |= bits.word(w);
}

// `to` is all 0.
void fill(const Block& block, const BlockBits& valid, BlockWords& to) {
  add(block.code, to.code);
  add(block.tag, to.inputs);
  add(block.unknown, to.unknown);
  add(block.running, to.running);
  add(block.failed, to.failed);
  for (std::size_t w = 0; w < kWords; ++w) {
    to.present[w] = block.present.word(w);
    to.orphaned[w] = block.present.word(w) & ~valid[w];
    to.code[w] &= valid[w];
    to.inputs[w] = (block.inputs.word(w) | to.inputs[w]) & valid[w];
    to.stale[w] = to.code[w] | to.inputs[w];
    to.unknown[w] &= valid[w] & ~to.stale[w];
  }
}

}  // namespace

BlockWords words_of(const Space& space, std::uint32_t lane, std::int64_t number, const Block* block,
                    const Span& expected) {
  BlockWords out;
  const std::int64_t base = number << kBlockBits;
  if (block != nullptr) {
    BlockBits valid;
    valid_bits(space, lane, base, *block, valid);
    fill(*block, valid, out);
  }
  if (expected.last < base || expected.first >= base + kBlockSize) return out;
  const bool holes = !has_no_holes(space);
  for (std::size_t w = 0; w < kWords; ++w) {
    const std::int64_t index = base + static_cast<std::int64_t>(w * 64);
    const std::uint64_t wanted = span_word(expected, index) & ~out.present[w];
    out.missing[w] = holes ? valid_word(space, lane, index, wanted) : wanted;
  }
  return out;
}

BlockBits dirty_of(const Space& space, std::uint32_t lane, std::int64_t number, const Block* block,
                   const DirtyBits& more) {
  BlockBits out{};
  if (block != nullptr) {
    BlockBits valid;
    valid_bits(space, lane, number << kBlockBits, *block, valid);
    add(block->code, out);
    add(block->tag, out);
    for (std::size_t w = 0; w < kWords; ++w) {
      const std::uint64_t stale = out[w] | block->inputs.word(w);
      out[w] = valid[w] & (more.all_maybe ? ~std::uint64_t{0} : stale);
    }
  }
  for (const Bits* const bits : {more.missing, more.maybe}) {
    for (std::size_t w = 0; w < kWords && bits != nullptr; ++w) out[w] |= bits->word(w);
  }
  return out;
}

HW_CLONES BlockCounts count(const BlockWords& words, const BlockBits& maybe) {
  BlockCounts out;
  for (std::size_t w = 0; w < kWords; ++w) {
    out.present += ones(words.present[w] & ~words.orphaned[w]);
    out.missing += ones(words.missing[w]);
    out.orphaned += ones(words.orphaned[w]);
    out.stale += ones(words.stale[w]);
    out.unknown += ones(words.unknown[w]);
    out.by_code += ones(words.code[w]);
    out.by_inputs += ones(words.inputs[w]);
    out.maybe += ones(maybe[w] & ~words.stale[w] & ~words.missing[w]);
    out.running += ones(words.running[w]);
    out.failed += ones(words.failed[w]);
  }
  return out;
}

}  // namespace headwater::planner
