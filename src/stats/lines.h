// Lines of values, added up many at once. Private to stats. Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "stats/apportion.h"

namespace headwater::stats {

void add_line(const std::int64_t* line, std::size_t size, std::int64_t* sums);
std::int64_t sum_of(const std::int64_t* line, std::size_t size);
// Adds the bits of a line to `bits`; returns whether any value is not zero.
bool gather_bits(const std::int64_t* line, std::size_t size, std::int64_t* bits);

// Rows of values, in blocks. The system takes longer to hand out memory than it takes to fill it:
// up to 32 MiB of blocks are kept for the next table, whoever makes it. Thread-safety: a table
// belongs to one question; what is kept to any thread.
class LineTable {
 public:
  LineTable() = default;
  LineTable(LineTable&&) = default;
  LineTable& operator=(LineTable&&) = default;
  ~LineTable();
  // Once. Rows are zeros.
  void resize(std::size_t rows, std::size_t width);
  bool empty() const { return blocks_.empty(); }
  // `sum` is that of the line.
  void add(std::size_t row, const std::int64_t* line, std::int64_t sum);
  std::int64_t* to_add(std::size_t row) {
    summed_ = false;
    if (!written_[row]) clear(row);
    return place(row);
  }
  // After the last of these, before rows are read that may not have been written.
  void finish();
  bool has(std::size_t row) const { return written_[row]; }
  // What the row will add up to once lines have been added that are said to add nothing to it.
  void set_sum(std::size_t row, std::int64_t sum) { sums_[row] = sum; }
  const std::int64_t* row(std::size_t i) const { return place(i); }
  // Kept while rows are added as lines; else it is added up when asked for.
  std::int64_t sum(std::size_t row) const;

 private:
  std::int64_t* place(std::size_t row) const {
    return blocks_[row >> shift_].get() + (row & ((std::size_t{1} << shift_) - 1)) * width_;
  }
  void clear(std::size_t row);

  std::size_t width_ = 0;
  unsigned shift_ = 0;  // a block has two to this power rows
  std::vector<std::unique_ptr<std::int64_t[]>> blocks_;
  std::vector<bool> written_;       // by row; others are not zeros yet
  std::vector<std::int64_t> sums_;  // by row
  bool summed_ = true;
};

// A line that is split in equal parts, value by value.
class SplitLine {
 public:
  // The line must live as long as its parts are asked for.
  void split(const EqualParts& parts, const std::int64_t* line, std::size_t size);
  // The shares of the i-th part, until the next call.
  const std::int64_t* of(std::uint32_t i);

 private:
  const std::int64_t* whole_ = nullptr;  // if there is one part: the line itself
  std::vector<std::int64_t> shares_, units_, more_, part_;
};

}  // namespace headwater::stats
