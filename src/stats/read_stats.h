// What a store holds of use and cost, read once, for those who only read it: there is no writer.
//
// Thread-safety: as the store's readers. Errors: those of the store.
#pragma once

#include <memory>

#include "stats/stats.h"

namespace headwater::stats {

base::Result<void> read_stats(storage::Store& store, std::shared_ptr<Stats> stats);

}  // namespace headwater::stats
