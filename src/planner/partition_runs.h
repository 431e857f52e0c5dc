// PartitionRuns: how far each partition of a task has come, neighbours that are alike joined.
//
//   pending --lease--> leased --run event fails--> leased, failed
//      ^  \               |  \________________________/ |
//      |   \ early cutoff |  done, told                 | end of the lease
//      |    v             v                             v
//      |  skipped     done, told            pending (attempts + 1) or failed
//      +--retry-- failed;  blocked <-- pending, while something that it reads has failed
//
// Told is done on a worker's word: no run has reported the partition yet. Settled are done, told
// and skipped; they never change, but that told becomes done.
//
// Thread-safety: a value. Cost: O(runs) a change. Private to planner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headwater::planner {

// Stored: append, never renumber.
enum class PartitionStatus : std::uint8_t {
  kPending = 0,
  kLeased = 1,
  kLeasedFailed = 2,  // leased, and a run of it has failed
  kDone = 3,
  kTold = 4,
  kSkipped = 5,
  kFailed = 6,  // for good
  kBlocked = 7,
};

inline bool is_settled(PartitionStatus status) {
  return status == PartitionStatus::kDone || status == PartitionStatus::kTold ||
         status == PartitionStatus::kSkipped;
}
inline bool is_leased(PartitionStatus status) {
  return status == PartitionStatus::kLeased || status == PartitionStatus::kLeasedFailed;
}
inline bool is_stuck(PartitionStatus status) {
  return status == PartitionStatus::kFailed || status == PartitionStatus::kBlocked;
}

struct PartitionState {
  PartitionStatus status = PartitionStatus::kPending;
  std::int32_t attempts = 0;  // that failed or expired
  bool operator==(const PartitionState&) const = default;
};

class PartitionRuns {
 public:
  struct Run {
    std::int64_t first = 0, last = 0;
    PartitionState state;
  };

  PartitionRuns() = default;
  PartitionRuns(std::int64_t first, std::int64_t last) : runs_{{first, last, {}}} {}

  PartitionState at(std::int64_t index) const;
  // Those that overlap [first, last], cut to it, in order.
  std::vector<Run> within(std::int64_t first, std::int64_t last) const;
  const std::vector<Run>& all() const { return runs_; }
  void set(std::int64_t first, std::int64_t last, PartitionState state);

  // A varint length, a byte status and a varint of attempts for each run; nothing where all are
  // pending and none was tried. decode trusts the text.
  std::string encode() const;
  static PartitionRuns decode(std::int64_t first, std::int64_t last, std::string_view text);

 private:
  std::vector<Run> runs_;
};

}  // namespace headwater::planner
