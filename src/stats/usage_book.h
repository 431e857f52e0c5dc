// UsageBook: who used which dataset, on which day, how often, in memory.
//
// Rows are appended; what the same consumer reports again of the same dataset and day adds up.
// Thread-safety: append and publish on one thread (the writer); snapshot() from any. Memory: 32
// bytes a report. Errors: none.
#pragma once

#include <cstdint>
#include <memory>

#include "model/ids.h"
#include "stats/rows.h"

namespace headwater::stats {

struct UsageRow {
  model::Seq seq;
  model::NodeId dataset, consumer;  // as named then
  std::int32_t day = 0;             // since 1970-01-01 UTC, of the end of the report's interval
  std::uint32_t purpose = 0;        // a label's number; 0: none was said
  std::int64_t count = 0;
};

using UsageSnapshot = RowsSnapshot<UsageRow, 65536>;

class UsageBook {
 public:
  void append(const UsageRow& row) { rows_.add(row); }
  void publish() { rows_.publish(); }
  std::shared_ptr<const UsageSnapshot> snapshot() const { return rows_.snapshot(); }

 private:
  Rows<UsageRow, 65536> rows_;
};

}  // namespace headwater::stats
