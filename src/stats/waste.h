// Waste: cost of what nobody read, and of writing again what was there already.
//
// Unread: datasets that no consumer used and no run read in the interval. Feeding only unread ones:
// runs read them, but only for datasets of which the same is true. A job that reads and writes
// nothing that is known counts as use: what it is for is not known. Both lists are of the cost that
// was booked to the dataset in the interval. Rewrites: a run wrote a partition with the content
// (the version that it reported) that the write before had left; the run's cost of that dataset
// counts by the share of such partitions among those it wrote. One cost may stand in two lists.
//
// Thread-safety: unread() pure; rewrites() belongs to its reader. Errors: those of costs.h and of
// the store.
#pragma once

#include <cstdint>
#include <vector>

#include "stats/costs.h"
#include "storage/storage.h"

namespace headwater::stats {

struct WastedItem {
  ArcName name;  // a dataset
  std::int64_t value = 0;
  std::uint64_t runs = 0, partitions = 0;  // of rewrites
};

struct WasteList {
  std::int64_t value = 0;         // of all items
  std::vector<WastedItem> items;  // the largest first
};

struct Unread {
  std::int64_t total = 0;  // of the question
  WasteList unread, feeds_only_unread;
};
Result<Unread> unread(const CostGround& ground, const CostQuestion& question);

struct Rewrites {
  WasteList list;
  bool cut = false;  // there are more writes than max_rows: those of the first were looked at
};
Result<Rewrites> rewrites(storage::Reader& rows, const CostGround& ground,
                          const CostQuestion& question, std::size_t max_rows);

}  // namespace headwater::stats
