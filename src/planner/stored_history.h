// StoredHistory: materializations as a reader of the store sees them, up to a record.
//
// Thread-safety: that of the reader, which it borrows.
#pragma once

#include <vector>

#include "planner/history.h"
#include "storage/storage.h"

namespace headwater::planner {

class StoredHistory final : public History {
 public:
  StoredHistory(storage::Reader& reader, model::Seq known) : reader_(reader), known_(known) {}

  base::Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) override {
    HW_TRY(const auto rows, reader_.materializations(dataset, place.lane, place.index));
    std::vector<Write> out;
    for (const storage::MaterializationRow& row : rows) {
      if (!(known_ < row.seq)) out.push_back(write_of(row));
    }
    return out;
  }

  // One question for all of them.
  base::Result<std::vector<Started>> starts(DatasetNo dataset, std::uint32_t lane,
                                            std::int64_t first, std::int64_t last) override {
    HW_TRY(const auto rows, reader_.materializations(dataset, lane, first, last));
    std::vector<Started> out;
    for (const storage::MaterializationRow& row : rows) {
      if (known_ < row.seq) continue;
      if (out.empty() || out.back().index != row.index) out.push_back({row.index, 0});
      out.back().start = row.start;
    }
    return out;
  }

  static Write write_of(const storage::MaterializationRow& row) {
    return {
        row.dataset, {row.lane, row.index}, row.job, row.code, row.start, row.end, row.out, row.seq,
        row.run};
  }

 private:
  storage::Reader& reader_;
  model::Seq known_;
};

}  // namespace headwater::planner
