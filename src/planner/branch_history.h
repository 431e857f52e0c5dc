// BranchHistory: what an environment sees of each partition: its own writes, and of the warehouse's
// those that had ended before the first of them. Private to planner.
//
// Its own stand in the order in which they were added, and the last of them counts. Thread-safety:
// that of the history below, which it borrows.
#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "planner/history.h"

namespace headwater::planner {

class BranchHistory final : public History {
 public:
  explicit BranchHistory(History& base) : base_(base) {}

  void add(const Write& write) { own_[{write.dataset.value, write.place}].push_back(write); }

  base::Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) override {
    HW_TRY(std::vector<Write> out, base_.writes(dataset, place));
    const auto own = own_.find({dataset.value, place});
    if (own == own_.end()) return out;
    base::Micros first = INT64_MAX;
    for (const Write& write : own->second) first = std::min(first, write.end);
    std::erase_if(out, [first](const Write& write) { return write.end >= first; });
    out.insert(out.end(), own->second.begin(), own->second.end());
    return out;
  }

  // What the environment wrote last is current there, whatever the warehouse has.
  base::Result<std::vector<Started>> starts(DatasetNo dataset, std::uint32_t lane,
                                            std::int64_t first, std::int64_t last) override {
    HW_TRY(const std::vector<Started> shared, base_.starts(dataset, lane, first, last));
    std::map<std::int64_t, base::Micros> all;
    for (const Started& one : shared) all[one.index] = one.start;
    auto own = own_.lower_bound({dataset.value, Place{lane, first}});
    for (; own != own_.end() && own->first.first == dataset.value &&
           own->first.second.lane == lane && own->first.second.index <= last;
         ++own) {
      all[own->first.second.index] = own->second.back().start;
    }
    std::vector<Started> out;
    for (const auto& [index, start] : all) out.push_back({index, start});
    return out;
  }

 private:
  History& base_;
  std::map<std::pair<std::uint32_t, Place>, std::vector<Write>> own_;
};

}  // namespace headwater::planner
