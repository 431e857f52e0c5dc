// Segment: the partitions of one dataset, in columns. Private to planner.
//
// Lanes are rows of blocks of 4,096 indexes. A block's bits say what stands of each partition; its
// columns, in pages of 512, hold the fingerprints of what came out and how far what was read lies
// from what stands now. All of it is copied when it is changed while a reader has it (own()), a
// block's bits apart from its pages: a change of code touches bits alone, a write a page or two.
//
// Memory: 8 bytes for `out` and 2 for `attribute` of each partition of a page that has any, at most
// 8 more in pages with a difference, and two bits; a bit more of each kind that occurs in its
// block.
//
// Invariants: (1) out and difference are 0 where a partition is not present. (2) block.sum is the
// sum of the cells of its present partitions, lane.sum that of its blocks. (3) bit `inputs` =
// difference != 0; a page of differences has one that is not 0. (4) max_start and max_end are not
// smaller than those of any present partition. (5) bits `code`, `tag` and `unknown` follow from the
// attribute and the CodeBook and the lane's tag.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/ids.h"
#include "planner/differences.h"
#include "planner/ids.h"
#include "planner/mapping.h"
#include "planner/space.h"

namespace headwater::planner {

using base::Micros;

struct DatasetPolicy;

// What fills a size class of the allocator shares its memory with no counter: a sixth would be
// lost.
template <class T, class... Args>
std::shared_ptr<T> made(Args&&... args) {
  if constexpr (sizeof(T) % 1024 == 0) {
    return std::shared_ptr<T>(new T(std::forward<Args>(args)...));
  } else {
    return std::make_shared<T>(std::forward<Args>(args)...);
  }
}

// The value to change. Only the writer calls it, on values that it alone can hand out, or those who
// help it, each on datasets of its own. The second reference is what orders this after the reads of
// a reader that has just let go.
template <class T>
T& own(std::shared_ptr<T>& value) {
  if (!value) {
    value = made<T>();
  } else {
    const std::shared_ptr<T> ordered = value;
    if (ordered.use_count() != 2) value = made<T>(*ordered);
  }
  return *value;
}

inline constexpr std::int64_t kBlockBits = 12, kBlockSize = std::int64_t{1} << kBlockBits;
inline constexpr std::size_t kWords = kBlockSize / 64;
inline constexpr std::size_t kPages = kBlockSize / kPageSize;
inline constexpr std::size_t kPageWords = kPageSize / 64;

inline std::int64_t block_of(std::int64_t index) { return index >> kBlockBits; }
inline std::size_t offset_of(std::int64_t index) {
  return static_cast<std::size_t>(index & (kBlockSize - 1));
}

class Bits {
 public:
  bool get(std::size_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
  void set(std::size_t i, bool value) {
    const std::uint64_t mask = std::uint64_t{1} << (i % 64);
    words_[i / 64] = value ? words_[i / 64] | mask : words_[i / 64] & ~mask;
  }
  std::uint64_t word(std::size_t w) const { return words_[w]; }
  std::uint64_t& word(std::size_t w) { return words_[w]; }
  bool any(std::size_t first = 0, std::size_t count = kWords) const {
    for (std::size_t w = first; w < first + count; ++w) {
      if (words_[w] != 0) return true;
    }
    return false;
  }
  bool operator==(const Bits&) const = default;

 private:
  std::array<std::uint64_t, kWords> words_{};
};

// Bits that most blocks have none of: they take no room then. Copies share them until one changes.
class RareBits {
 public:
  bool get(std::size_t i) const { return bits_ && bits_->get(i); }
  std::uint64_t word(std::size_t w) const { return bits_ ? bits_->word(w) : 0; }
  void set(std::size_t i, bool value) {
    if (bits_ || value) own(bits_).set(i, value);
  }
  void set_word(std::size_t w, std::uint64_t value) {
    if (bits_ || value != 0) own(bits_).word(w) = value;
  }
  bool any() const { return bits_ && bits_->any(); }
  const Bits* find() const { return bits_.get(); }  // null: none
  bool operator==(const RareBits& other) const {
    return bits_ && other.bits_ ? *bits_ == *other.bits_ : any() == other.any();
  }

 private:
  std::shared_ptr<Bits> bits_;
};

// What a run left beside the fingerprint; few of these occur in a block.
struct Attribute {
  model::NodeId job;
  model::CodeId code;
  std::uint64_t tag = 0;  // of the uniform mappings, at the start of the run
  bool operator==(const Attribute&) const = default;
};

struct Page {
  std::array<std::uint64_t, kPageSize> out{};
  std::array<std::uint16_t, kPageSize> attribute{};
};

// The pages of a block. Copies share all of it until one of them is to change: most copies of a
// block are made for its bits, and to count the users of eight pages would cost more than these.
class PageList {
 public:
  using List = std::array<std::shared_ptr<Page>, kPages>;
  // Null: nothing present.
  const std::shared_ptr<Page>& operator[](std::size_t page) const { return list()[page]; }
  List::const_iterator begin() const { return list().begin(); }
  List::const_iterator end() const { return list().end(); }
  // The page to change, made if it is not there.
  Page& own_page(std::size_t page) { return own(own(list_)[page]); }

 private:
  const List& list() const {
    static const List kNone;
    return list_ ? *list_ : kNone;
  }
  std::shared_ptr<List> list_;
};

struct Block {
  Bits present, inputs;
  RareBits code, tag, unknown, running, failed;
  PageList pages;
  std::array<std::shared_ptr<Differences>, kPages> differences;  // null: all 0
  std::vector<Attribute> palette;
  std::uint64_t sum = 0;
  std::uint32_t count = 0;  // present
  Micros max_start = INT64_MIN, max_end = INT64_MIN;

  std::uint64_t out(std::size_t i) const {
    const Page* const page = pages[i / kPageSize].get();
    return page == nullptr ? 0 : page->out[i % kPageSize];
  }
  std::uint64_t difference(std::size_t i) const {
    const Differences* const page = differences[i / kPageSize].get();
    return page == nullptr ? 0 : page->at(i % kPageSize);
  }
  // Of one that is present: which of the palette, and what.
  std::uint16_t entry(std::size_t i) const {
    return pages[i / kPageSize]->attribute[i % kPageSize];
  }
  const Attribute& attribute(std::size_t i) const { return palette[entry(i)]; }
};

struct Lane {
  std::int64_t first = 0;                      // number of blocks[0]
  std::vector<std::shared_ptr<Block>> blocks;  // null: nothing there
  std::uint64_t sum = 0, tag = 0;              // tag: of the uniform mappings, now
  std::uint64_t count = 0;
  Micros max_start = INT64_MIN, max_end = INT64_MIN;

  std::int64_t end() const { return first + static_cast<std::int64_t>(blocks.size()); }
  const Block* find(std::int64_t block) const {
    if (block < first || block >= end()) return nullptr;
    return blocks[static_cast<std::size_t>(block - first)].get();
  }
  bool present(std::int64_t index) const {
    const Block* const block = find(block_of(index));
    return block != nullptr && block->present.get(offset_of(index));
  }
  std::uint64_t out(std::int64_t index) const {
    const Block* const block = find(block_of(index));
    return block == nullptr ? 0 : block->out(offset_of(index));
  }
  // The greatest index that is present; nothing if none is.
  std::optional<std::int64_t> last_present() const;
  // The block, made if it is not there.
  Block& grow(std::int64_t block);
};

// One mapping, as either of its datasets knows it.
struct Edge {
  DatasetNo upstream, downstream;
  std::shared_ptr<const Reads> reads;
  std::uint64_t factor = 1;  // odd; of its cells in sums
};

struct Segment {
  model::NodeId node;  // the dataset, as it was named when it was met
  std::shared_ptr<const Space> space = std::make_shared<const Space>();
  std::shared_ptr<const DatasetPolicy> policy;  // null: nothing is declared
  std::vector<std::shared_ptr<Lane>> lanes;
  std::vector<Edge> in, out;  // by the other dataset

  const Lane* find(std::uint32_t lane) const {
    return lane < lanes.size() ? lanes[lane].get() : nullptr;
  }
  std::uint32_t lane_count() const {
    return std::max<std::uint32_t>(space->lane_count(), static_cast<std::uint32_t>(lanes.size()));
  }
};

inline std::uint64_t mix(std::uint64_t x) {  // the finalizer of SplitMix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// Of a place among all: from index to index it grows by kIndexStep.
inline constexpr std::uint64_t kIndexStep = 0xd6e8feb86659fd93ULL;
inline std::uint64_t position_of(const Place& place) {
  return static_cast<std::uint64_t>(place.index) * kIndexStep +
         place.lane * std::uint64_t{0xd1b54a32d192ed03ULL};
}
// What one partition adds to sums; 0 only for what is missing. Without a branch: loops over it, in
// which the position grows by addition, become vectors.
inline std::uint64_t cell_at(std::uint64_t position, std::uint64_t out) {
  const std::uint64_t value = mix(out + position);
  const std::uint64_t there = out == 0 ? 0 : ~std::uint64_t{0};
  return (value + (value == 0 ? 1 : 0)) & there;
}
inline std::uint64_t cell(const Place& place, std::uint64_t out) {
  return cell_at(position_of(place), out);
}
// The cells of `count` partitions from `place` on.
void cells(const Place& place, const std::uint64_t* __restrict out, std::size_t count,
           std::uint64_t* __restrict to);
// What follows from a block's columns and bits `present`: its sum and count, its bits `inputs`.
void settle(Block& block, std::uint32_t lane, std::int64_t number);
// The factor of a mapping.
std::uint64_t factor_of(DatasetNo upstream, DatasetNo downstream);

// Calls visit(index) for each present partition of [first, last] in the lane, in order.
template <class Visit>
void each_present(const Lane& lane, std::int64_t first, std::int64_t last, Visit visit) {
  const std::int64_t from = std::max(block_of(first), lane.first);
  const std::int64_t to = std::min(block_of(last), lane.end() - 1);
  for (std::int64_t b = from; b <= to; ++b) {
    const Block* const block = lane.find(b);
    if (block == nullptr || block->count == 0) continue;
    const std::int64_t base = b << kBlockBits;
    const std::size_t low = first > base ? offset_of(first) : 0;
    const std::size_t high = b == block_of(last) ? offset_of(last) : kBlockSize - 1;
    for (std::size_t w = low / 64; w <= high / 64; ++w) {
      std::uint64_t word = block->present.word(w);
      if (w == low / 64) word &= ~std::uint64_t{0} << (low % 64);
      if (w == high / 64) word &= ~std::uint64_t{0} >> (63 - high % 64);
      for (; word != 0; word &= word - 1) {
        visit(base + static_cast<std::int64_t>(w * 64) + std::countr_zero(word));
      }
    }
  }
}

}  // namespace headwater::planner
