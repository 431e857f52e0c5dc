// State: use and cost as they were known after one record. Thread-safety: immutable.
#pragma once

#include <memory>

#include "stats/ledger.h"
#include "stats/price_book.h"
#include "stats/usage_book.h"

namespace headwater::stats {

// What was known at `seq`. Never changes.
struct State {
  Seq seq;
  std::shared_ptr<const LedgerSnapshot> ledger = std::make_shared<const LedgerSnapshot>();
  std::shared_ptr<const UsageSnapshot> usage = std::make_shared<const UsageSnapshot>();
  std::shared_ptr<const PriceBook> prices = std::make_shared<const PriceBook>();
};

}  // namespace headwater::stats
