// Differences: of a page's partitions, what stands now of what they read less what they had read.
// Private to planner.
//
// Runs of neighbours that differ alike are kept as one, as hours are that read a day, and what does
// not differ takes no room; a page with many runs is a column.
//
// Thread-safety: a value. Memory: 16 bytes a run; 8 bytes a partition if there are more than
// kMaxRuns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace headwater::planner {

inline constexpr std::size_t kPageSize = 512;

class Differences {
 public:
  struct Run {
    std::uint64_t value = 0;
    std::uint16_t first = 0, end = 0;
  };
  static constexpr std::size_t kMaxRuns = 192;

  std::uint64_t at(std::size_t i) const;
  void set(std::size_t i, std::uint64_t value);
  // Nothing of [first, end) differs.
  void clear(std::size_t first, std::size_t end);
  // kPageSize values each.
  void read(std::uint64_t* to) const;
  void assign(const std::uint64_t* values);
  // The factor times what is added. `runs`: in order, apart.
  void add(const std::uint64_t* added, std::uint64_t factor);
  void add(const std::vector<Run>& runs, std::uint64_t factor);
  // Null where it is a column.
  const std::vector<Run>* runs() const { return values_.empty() ? &runs_ : nullptr; }
  // Which are not 0, kPageSize bits.
  void find(std::uint64_t* words) const;

 private:
  void widen();

  std::vector<Run> runs_;              // none of 0; in order, apart
  std::vector<std::uint64_t> values_;  // of all; if there are any, there are no runs
};

}  // namespace headwater::planner
