// What partitions read now, worked out from what they read. Private to planner.
//
// What a page of partitions reads comes to one digest: the sum, over those that are present, of
// their weight in the page times all that they read, by the factors of the mappings. It is linear
// in the upstream cells: so these are worked out once, block by block, and each reader's digest is
// given the part that follows from the block. Of mappings that every partition of a lane reads
// alike it knows nothing.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "planner/interval_table.h"
#include "planner/state.h"

namespace headwater::planner {

// Of a page's partitions, by offset: places count, so that what was given to a neighbour is found.
inline std::uint64_t weight_of(std::size_t offset) { return 2 * (offset % kPageSize) + 1; }
// Of neighbours [first, end) of one page.
inline std::uint64_t weight_of(std::size_t first, std::size_t end) {
  return std::uint64_t{end} * end - std::uint64_t{first} * first;
}

// Thread-safety: add() from any thread, all else not beside it. Memory: 9 bytes a page.
class ReadDigests {
 public:
  using Lane = std::vector<std::uint64_t>;  // by block and page

  // All 0. The state must stay.
  explicit ReadDigests(const State& state);

  // `page`: of all indexes. Adds the factor times what the partitions read, values[offset] each, of
  // those that are present; `whole` is what comes out if all are. The page may be none of the lane.
  void add(DatasetNo dataset, std::uint32_t lane, std::int64_t page, std::uint64_t factor,
           std::uint64_t whole, const std::uint64_t* values);
  // Whether `values` are of no account to add(): all are present, or the lane has no such page.
  bool is_whole(DatasetNo dataset, std::uint32_t lane, std::int64_t page) const;
  // Of a page's partitions altogether.
  void subtract(DatasetNo dataset, std::uint32_t lane, std::int64_t block, std::size_t page,
                std::uint64_t value);
  // What one partition reads, if it is present.
  void add(DatasetNo dataset, const Place& place, std::uint64_t value);

  // Pages [first, last] that any of the dataset's lanes has.
  std::pair<std::int64_t, std::int64_t> pages(DatasetNo dataset) const;
  std::vector<std::vector<Lane>> take() { return std::move(digests_); }

 private:
  const State& state_;
  std::vector<std::vector<Lane>> digests_;             // by dataset and lane
  std::vector<std::vector<std::vector<bool>>> whole_;  // all partitions of the page are present
};

// The cells of a block.
struct BlockCells {
  std::array<std::uint64_t, kBlockSize> values;
  std::array<std::uint64_t, kPages> sums, whole;  // of each page, plain and by weight
  std::array<bool, kPages> gaps;                  // not all of the page are present

  void clear();
  // In place of what was there. `next`: what it will be asked for next; null: nothing.
  void find(std::uint32_t lane, std::int64_t number, const Block& block, const Block* next);
  BlockCells& operator+=(const BlockCells& other);  // gaps stay as they are
};

// Hands on what the blocks of one dataset come to. Thread-safety: used by one thread; several of
// them may share digests and tables.
class ReaderSums {
 public:
  ReaderSums(const State& state, IntervalTables& tables, ReadDigests& digests)
      : state_(state), tables_(tables), digests_(digests) {}

  // Of whom is next. Over explicit pairs all is handed on at once.
  void begin(DatasetNo dataset);
  // One lane's block. Then end_block(), when all lanes have had theirs of that number.
  void add_block(std::uint32_t lane, std::int64_t number, const BlockCells& cells);
  void end_block(std::int64_t number);

 private:
  using Lanes = std::vector<std::uint32_t>;
  // A mapping, and which upstream lanes are read by the same downstream lanes.
  struct Grouped {
    const Edge* edge;
    std::vector<Lanes> groups;
  };

  Grouped grouped(const Edge& edge) const;
  void add_pairs(const Edge& edge);
  // The cells of a block, to whoever reads the lane over the mapping; of several lanes that the
  // same read, their sum and any of the lanes.
  void hand_on(const Edge& edge, std::uint32_t lane, std::int64_t number, const BlockCells& cells);
  void hand_on_same(const Edge& edge, const Lanes& readers, std::int64_t number,
                    const BlockCells& cells);
  // Of a window that does not reach far.
  void hand_on_near(const Edge& edge, const Lanes& readers, std::int64_t number,
                    const BlockCells& cells);
  void read_near(const Mapping& mapping, const BlockCells& cells, std::int64_t from);
  void hand_on_intervals(const Edge& edge, const Lanes& readers, std::int64_t number);
  // What a downstream page reads of the block whose cells are summed up, to reads_; returns it by
  // weight. `first`: of the page.
  std::uint64_t read_window(const Mapping& mapping, std::int64_t number, std::int64_t first);
  std::uint64_t read_intervals(const Edge& edge, std::int64_t number, std::int64_t first,
                               const Interval& readers);
  void sum_up(const BlockCells& cells);

  const State& state_;
  IntervalTables& tables_;
  ReadDigests& digests_;
  DatasetNo dataset_;
  std::vector<const Edge*> apart_;  // each lane has readers of its own
  std::vector<const Edge*> alike_;  // all lanes have the same
  std::vector<Grouped> grouped_;    // neither
  BlockCells all_, some_;
  std::array<std::uint64_t, kBlockSize + 1> before_;  // the end: all cells; of the cells before
  bool summed_up_ = false;
  std::array<std::uint64_t, kPageSize> reads_;
  std::shared_ptr<const IntervalTable> table_;  // of table_block_, over the mapping under way
  std::int64_t table_block_ = 0;
};

}  // namespace headwater::planner
