#include "stats/lines.h"

#include <algorithm>
#include <utility>

#include "base/clones.h"
#include "base/mutex.h"

namespace headwater::stats {
namespace {

HW_CLONES void take_part(const std::int64_t* shares, const std::int64_t* units,
                         const std::int64_t* more, std::size_t size, std::int64_t i,
                         std::int64_t* out) {
  for (std::size_t at = 0; at < size; ++at) {
    out[at] = shares[at] + (i < more[at] ? units[at] : 0);
  }
}

// Magnitudes below two to the 51st, whose product with the inverse of a whole number is less than
// one away from their quotient.
HW_CLONES void split_small(const std::int64_t* line, std::size_t size, std::int64_t parts,
                           std::int64_t* shares, std::int64_t* units, std::int64_t* more) {
  const double inverse = 1.0 / static_cast<double>(parts);
  for (std::size_t i = 0; i < size; ++i) {
    const std::int64_t unit = line[i] < 0 ? -1 : 1, size_of = line[i] * unit;
    auto share = static_cast<std::int64_t>(static_cast<double>(size_of) * inverse);
    std::int64_t left = size_of - share * parts;
    const std::int64_t wrong = (left >= parts ? 1 : 0) - (left < 0 ? 1 : 0);
    share += wrong;
    left -= wrong * parts;
    shares[i] = share * unit;
    units[i] = unit;
    more[i] = left;
  }
}

HW_CLONES bool all_small(const std::int64_t* line, std::size_t size) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < size; ++i) {
    bits |= static_cast<std::uint64_t>(line[i] ^ (line[i] >> 63));  // of the magnitude, about
  }
  return bits >> 50 == 0;
}

constexpr std::size_t kBlock = std::size_t{1} << 17;  // values: 1 MiB

class Blocks {
 public:
  using Block = std::unique_ptr<std::int64_t[]>;

  Block take() EXCLUDES(mutex_) {
    {
      const base::MutexLock lock(mutex_);
      if (!kept_.empty()) {
        Block out = std::move(kept_.back());
        kept_.pop_back();
        return out;
      }
    }
    return std::make_unique_for_overwrite<std::int64_t[]>(kBlock);
  }
  // Those that are too many are freed when `blocks` is.
  void give(std::vector<Block> blocks) EXCLUDES(mutex_) {
    const base::MutexLock lock(mutex_);
    for (Block& block : blocks) {
      if (kept_.size() < kMost && block != nullptr) kept_.push_back(std::move(block));
    }
  }

 private:
  static constexpr std::size_t kMost = 32;
  base::Mutex mutex_;
  std::vector<Block> kept_ GUARDED_BY(mutex_);
};

Blocks& kept_blocks() {
  static Blocks blocks;
  return blocks;
}

}  // namespace

HW_CLONES void add_line(const std::int64_t* line, std::size_t size, std::int64_t* sums) {
  for (std::size_t i = 0; i < size; ++i) sums[i] += line[i];
}

HW_CLONES std::int64_t sum_of(const std::int64_t* line, std::size_t size) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += line[i];
  return sum;
}

HW_CLONES bool gather_bits(const std::int64_t* line, std::size_t size, std::int64_t* bits) {
  std::int64_t any = 0;
  for (std::size_t i = 0; i < size; ++i) {
    bits[i] |= line[i];
    any |= line[i];
  }
  return any != 0;
}

LineTable::~LineTable() {
  if (width_ > 0 && width_ <= kBlock) kept_blocks().give(std::move(blocks_));
}

void LineTable::resize(std::size_t rows, std::size_t width) {
  width_ = width;
  while (width << (shift_ + 1) <= kBlock && width > 0) ++shift_;
  const std::size_t in_block = std::size_t{1} << shift_;
  for (std::size_t first = 0; first < rows; first += in_block) {
    const std::size_t size = std::min(in_block, rows - first) * width;
    blocks_.push_back(width <= kBlock ? kept_blocks().take()
                                      : std::make_unique_for_overwrite<std::int64_t[]>(size));
  }
  written_.resize(rows);
  sums_.resize(rows);
}

void LineTable::add(std::size_t row, const std::int64_t* line, std::int64_t sum) {
  sums_[row] += sum;
  if (written_[row]) return add_line(line, width_, place(row));
  std::copy_n(line, width_, place(row));
  written_[row] = true;
}

std::int64_t LineTable::sum(std::size_t row) const {
  return summed_ ? sums_[row] : sum_of(place(row), width_);
}

void LineTable::clear(std::size_t row) {
  std::fill_n(place(row), width_, std::int64_t{0});
  written_[row] = true;
}

void LineTable::finish() {
  for (std::size_t row = 0; row < written_.size(); ++row) {
    if (!written_[row]) clear(row);
  }
}

void SplitLine::split(const EqualParts& parts, const std::int64_t* line, std::size_t size) {
  whole_ = parts.parts() == 1 ? line : nullptr;
  if (whole_ != nullptr) return;
  for (auto* of : {&shares_, &units_, &more_, &part_}) of->resize(size);
  if (all_small(line, size)) {
    return split_small(line, size, parts.parts(), shares_.data(), units_.data(), more_.data());
  }
  for (std::size_t i = 0; i < size; ++i) {
    const EqualParts::Split split = parts.split(line[i]);
    shares_[i] = split.share;
    units_[i] = split.unit;
    more_[i] = split.more;
  }
}

const std::int64_t* SplitLine::of(std::uint32_t i) {
  if (whole_ != nullptr) return whole_;
  take_part(shares_.data(), units_.data(), more_.data(), part_.size(), i, part_.data());
  return part_.data();
}

}  // namespace headwater::stats
